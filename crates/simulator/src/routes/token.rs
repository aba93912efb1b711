//! POST /oidc/token: a token for a client's credentials.

use std::collections::BTreeMap;

use http::{Method, Request, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use super::Reply;
use crate::access::{self, LIFETIME};
use crate::refusal::{Refusal, answer as json_answer};
use crate::request::has_type;
use crate::schema::client::{PKCE_INSTEAD, Protocol};
use crate::world::World;

/// Answers a request for a token.
pub(crate) fn answer(world: &mut World, request: &Request<Vec<u8>>) -> Reply {
    if request.method() != Method::POST {
        return Err(Refusal::NotAllowed("POST"));
    }
    let bad = |code, description| Refusal::OAuth(StatusCode::BAD_REQUEST, code, description);
    if !has_type(request, "application/x-www-form-urlencoded") {
        return Err(bad("invalid_request", "the body must be application/x-www-form-urlencoded"));
    }
    let form: BTreeMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "client_credentials" {
        return Err(bad("unsupported_grant_type", "grant_type must be client_credentials"));
    }
    if field("client_id").is_empty() || field("client_secret").is_empty() {
        return Err(bad("invalid_request", "client_id and client_secret are required"));
    }
    let known = world
        .any_client(field("client_id"))
        .filter(|(_, client)| client.text("client_secret") == field("client_secret"));
    let Some((app_id, client)) = known else {
        let description = "client authentication failed";
        return Err(Refusal::OAuth(StatusCode::UNAUTHORIZED, "invalid_client", description));
    };
    // Vendor docs: a client that has PKCE in place of credentials gets tokens of users only.
    if client.protocol() == Protocol::Saml || client.text("pkce") == PKCE_INSTEAD {
        return Err(bad("unauthorized_client", "this client may not use client_credentials"));
    }
    let app_id = app_id.clone();
    let resource = form.get("resource").map(String::as_str);
    let token = access::issue(&mut world.tenant, &app_id, field("client_id"), resource);
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": "",
    });
    Ok(json_answer(StatusCode::OK, &body))
}
