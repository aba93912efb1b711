//! Takes a request apart: which route its path names, and the object in its body.
//!
//! Knows nothing of the tenant.

use std::str::Utf8Error;

use http::{Request, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// The routes; the parts of a path are decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Token,
    Applications,
    BasicList,
    Application(String),
    ApplicationResources(String),
    Clients(String),
    Client(String, String),
    ClientResources(String, String),
}

/// The path without the API's base path; rules of faults are written against this.
pub(crate) fn bare(path: &str) -> &str {
    path.strip_prefix("/cis").filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// The route that a path names. Only the token endpoint exists without the base path too.
pub(crate) fn route(path: &str) -> Result<Route, Refusal> {
    if path == "/oidc/token" || path == "/cis/oidc/token" {
        return Ok(Route::Token);
    }
    let unknown = || Refusal::NotFound(format!("no such route: {path}"));
    let rest = path.strip_prefix("/cis/v1/applications").ok_or_else(unknown)?;
    if rest.is_empty() {
        return Ok(Route::Applications);
    }
    let rest = rest.strip_prefix('/').ok_or_else(unknown)?;
    let decoded: Result<Vec<String>, Utf8Error> =
        rest.split('/').map(|part| percent_decode_str(part).decode_utf8().map(String::from)).collect();
    let parts = decoded.map_err(|_| Refusal::bad("the path is not UTF-8"))?;
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts.contains(&"") {
        return Err(unknown());
    }
    match parts.as_slice() {
        ["list"] => Ok(Route::BasicList),
        [app] => Ok(Route::Application((*app).to_owned())),
        [app, "resources"] => Ok(Route::ApplicationResources((*app).to_owned())),
        [app, "clients"] => Ok(Route::Clients((*app).to_owned())),
        [app, "clients", client] => Ok(Route::Client((*app).to_owned(), (*client).to_owned())),
        [app, "clients", client, "resources"] => Ok(Route::ClientResources((*app).to_owned(), (*client).to_owned())),
        _ => Err(unknown()),
    }
}

/// Whether a request says that its body is of this type.
pub(crate) fn has_type(request: &Request<Vec<u8>>, wanted: &str) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next()).unwrap_or("").trim();
    kind.eq_ignore_ascii_case(wanted)
}

/// The object in the body of a request.
pub(crate) fn object(request: &Request<Vec<u8>>) -> Result<Map<String, Value>, Refusal> {
    if !has_type(request, "application/json") {
        return Err(Refusal::bad("the body must be application/json"));
    }
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::bad("the body must be an object")),
        Err(error) => Err(Refusal::bad(format!("the body is not JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Route, bare, route};

    #[test]
    fn segments_are_decoded_after_the_path_is_split() {
        assert_eq!(
            route("/cis/v1/applications/a%2Fb/clients/c%2Ed"),
            Ok(Route::Client("a/b".to_owned(), "c.d".to_owned()))
        );
    }

    #[test]
    fn the_base_path_is_needed_except_for_tokens() {
        assert_eq!(route("/oidc/token"), Ok(Route::Token));
        assert_eq!(route("/cis/oidc/token"), Ok(Route::Token));
        assert!(route("/v1/applications").is_err());
        assert!(route("/cis/v1/applications/").is_err());
        assert!(route("/cis/v1/applicationsx").is_err());
    }

    #[test]
    fn the_bare_path_has_no_base_path() {
        assert_eq!(bare("/cis/v1/applications"), "/v1/applications");
        assert_eq!(bare("/oidc/token"), "/oidc/token");
        assert_eq!(bare("/cistern"), "/cistern");
    }
}
