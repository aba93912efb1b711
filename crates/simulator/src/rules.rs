//! Rules between the fields of one object: what the tables can't say.
//!
//! A rule looks at the object as it would be stored, and at which members the request has; an old object that
//! breaks a rule does not spoil a request that leaves the matter alone.

use serde_json::{Map, Value};
use url::{Host, Url};

use crate::quirks::Quirks;
use crate::schema::check::Mode;
use crate::schema::client::{PKCE_ALLOWED, PKCE_ALONGSIDE, PKCE_INSTEAD, Protocol};
use crate::tenant::Application;

/// What FAPI is a matter of.
const FAPI_SETTINGS: &[&str] = &["fapi_version_compliancy", "enforce_par", "pkce", "authentication_configuration"];

/// Checks a client as it would be stored, and corrects what the server corrects by itself.
pub(crate) fn settle_client(
    next: &mut Map<String, Value>,
    sent: &Map<String, Value>,
    mode: Mode,
    quirks: &Quirks,
) -> Vec<String> {
    let touches = |names: &[&str]| mode == Mode::Create || names.iter().any(|name| sent.contains_key(*name));
    let mut findings = Vec::new();
    if is_true(sent, "sync_id_token_claims_to_userinfo") && sent.contains_key("default_user_info_claims") {
        findings
            .push("default_user_info_claims must not be sent with sync_id_token_claims_to_userinfo true".to_owned());
    }
    match Protocol::of(next.get("authentication_protocol")) {
        Protocol::Oidc => {
            if touches(&["redirect_uris", "client_type"]) {
                redirect_uris(next, sent, quirks, &mut findings);
            }
            authentication(sent, &mut findings);
            if touches(FAPI_SETTINGS) {
                fapi(next, quirks, &mut findings);
            }
        }
        Protocol::Saml => {
            let address = next.get("sp_acs_url").and_then(Value::as_str).unwrap_or("");
            let needed = touches(&["sp_acs_url", "optional_acs_url"]) && !is_true(next, "optional_acs_url");
            if needed && address.is_empty() {
                findings.push("sp_acs_url is required unless optional_acs_url is true".to_owned());
            }
        }
    }
    findings
}

fn is_true(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name).and_then(Value::as_bool) == Some(true)
}

fn redirect_uris(next: &Map<String, Value>, sent: &Map<String, Value>, quirks: &Quirks, findings: &mut Vec<String>) {
    let native = next.get("client_type").and_then(Value::as_str) == Some("native");
    let uris = next.get("redirect_uris").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let empty = uris.is_empty() && sent.contains_key("redirect_uris");
    if empty && quirks.empty_redirect_uris_refused {
        findings.push("redirect_uris must not be empty".to_owned());
    }
    for uri in uris.iter().filter_map(Value::as_str) {
        if !may_redirect(uri, native) {
            let kind = if native { "native" } else { "web" };
            findings.push(format!("redirect_uris: {uri} is not allowed for a {kind} client"));
        }
    }
}

/// Web clients redirect to https, or to plain http on the same machine; native ones to a reverse-domain scheme
/// as well.
fn may_redirect(uri: &str, native: bool) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        },
        scheme => native && scheme.contains('.'),
    }
}

/// A method of authentication needs its keys in the same object, since objects are replaced whole.
fn authentication(sent: &Map<String, Value>, findings: &mut Vec<String>) {
    let Some(configuration) = sent.get("authentication_configuration") else {
        return;
    };
    let method = configuration.get("method").and_then(Value::as_str).unwrap_or("");
    let chain = configuration.pointer("/tls_client_auth/certificate_chain").and_then(Value::as_str);
    let missing = match method {
        "private_key_jwt" | "self_signed_tls_client_auth" => configuration.get("jwks").is_none().then_some("jwks"),
        "tls_client_auth" => chain.unwrap_or("").is_empty().then_some("tls_client_auth.certificate_chain"),
        _ => None,
    };
    if let Some(missing) = missing {
        findings.push(format!("authentication_configuration.{missing} is required for {method}"));
    }
}

/// FAPI demands pushed requests, PKCE on top of credentials, and credentials that are no shared secret
/// (vendor docs: turning it on switches off by itself what does not comply).
fn fapi(next: &mut Map<String, Value>, quirks: &Quirks, findings: &mut Vec<String>) {
    if !is_true(next, "fapi_version_compliancy") {
        return;
    }
    let method = next.get("authentication_configuration").and_then(|it| it.get("method"));
    if method.and_then(Value::as_str).is_none_or(|method| method == "client_secret_basic") {
        findings.push("fapi_version_compliancy needs mutual TLS or private_key_jwt as authentication".to_owned());
    }
    for (name, value) in [("enforce_par", true.into()), ("pkce", PKCE_ALONGSIDE.into())] {
        if next.get(name) != Some(&value) {
            if quirks.fapi_refuses {
                findings.push(format!("fapi_version_compliancy needs {name} to be {value}"));
            } else {
                next.insert(name.to_owned(), value);
            }
        }
    }
}

/// Checks an application as it would be stored.
pub(crate) fn check_application(next: &Application, sent: &Map<String, Value>) -> Vec<String> {
    let mut findings = Vec::new();
    if sent.contains_key("invite_client_id") {
        let id = next.fields.get("invite_client_id").and_then(Value::as_str).unwrap_or("");
        match next.clients.get(id) {
            None => findings.push("invite_client_id is no client of this application".to_owned()),
            Some(client) if client.protocol() == Protocol::Saml => {
                findings.push("invite_client_id must be an OIDC client".to_owned());
            }
            Some(client) if [PKCE_INSTEAD, PKCE_ALONGSIDE].contains(&client.text("pkce")) => {
                findings.push(format!("invite_client_id needs a client with pkce {PKCE_ALLOWED}"));
            }
            Some(_) => {}
        }
    }
    let domain = next.fields.contains_key("subdomain") || next.custom_domain().is_some();
    if is_true(sent, "signing_key_enabled") && !domain {
        findings.push("signing_key_enabled needs a subdomain or a custom_domain".to_owned());
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::may_redirect;

    #[test]
    fn web_clients_redirect_to_https_or_to_the_same_machine() {
        for uri in ["https://a.example/cb", "http://localhost:3000/cb", "http://127.0.0.1/cb"] {
            assert!(may_redirect(uri, false), "{uri}");
            assert!(may_redirect(uri, true), "{uri}");
        }
        for uri in ["http://a.example/cb", "/cb", "", "ftp://a.example", "com.example.app://cb"] {
            assert!(!may_redirect(uri, false), "{uri}");
        }
    }

    #[test]
    fn native_clients_may_use_a_reverse_domain_scheme() {
        assert!(may_redirect("com.example.app://cb", true));
        assert!(may_redirect("com.example.app:/cb", true));
        assert!(!may_redirect("app://cb", true));
        assert!(!may_redirect("http://a.example/cb", true));
    }
}
