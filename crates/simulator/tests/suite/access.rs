//! Tokens, and who may do what.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{APPLICATIONS, Session, id, oidc, reply, saml, token, token_at};

fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[test]
fn a_token_has_the_claims_of_a_management_client() {
    let session = Session::new();
    let claims = claims(&session.token);
    assert_eq!(claims["tid"], "tnt-test");
    assert_eq!(claims["client_id"], session.world.credentials().0);
    assert_eq!(claims["sub"], claims["client_id"]);
    assert_eq!(claims["roles"], json!(["Admin"]));
    assert_eq!(claims["exp"].as_u64(), claims["iat"].as_u64().map(|iat| iat + 3_600));
    assert!(claims["app_id"].is_string() && claims["app_name"].is_string());
}

#[test]
fn both_paths_of_the_token_endpoint_answer() {
    let mut session = Session::new();
    let (id, secret) = session.world.credentials();
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    for path in ["/oidc/token", "/cis/oidc/token"] {
        let token = token_at(&mut session.world, path, &form).ok();
        assert_eq!(token["token_type"], "Bearer");
        assert_eq!(token["expires_in"], 3_600);
    }
}

#[test]
fn the_role_claim_may_be_singular() {
    let mut session = Session::with(|q| q.role_claim_singular = true);
    session.sign_in();
    let claims = claims(&session.token);
    assert_eq!(claims["role"], json!(["Admin"]));
    assert!(claims.get("roles").is_none());
}

#[test]
fn wrong_credentials_get_an_oauth_error() {
    let mut session = Session::new();
    let id = session.world.credentials().0.to_owned();
    let refused = token(&mut session.world, &id, "wrong");
    assert_eq!((refused.status, &refused.body["error"]), (401, &json!("invalid_client")));
    let form = "grant_type=password&client_id=a&client_secret=b";
    let refused = token_at(&mut session.world, "/oidc/token", form);
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("unsupported_grant_type")));
    let refused = token_at(&mut session.world, "/oidc/token", "grant_type=client_credentials");
    assert_eq!((refused.status, &refused.body["error"]), (400, &json!("invalid_request")));

    session.world.quirks_mut().token_errors_as_message = true;
    let refused = token(&mut session.world, &id, "wrong");
    assert_eq!(refused.body["error_code"], 401);
    assert!(refused.body["message"].is_string());
}

#[test]
fn a_token_request_must_be_a_form_and_a_post() {
    let mut session = Session::new();
    let request = Request::post("/oidc/token").body(b"{}".to_vec()).unwrap();
    assert_eq!(reply(&mut session.world, &request).status, 400);
    assert_eq!(session.get("/oidc/token").status, 405);
}

#[test]
fn requests_without_a_good_token_get_401() {
    let mut session = Session::new();
    let good = session.token.clone();
    for bad in [String::new(), "abc".to_owned(), "a.b.c".to_owned(), format!("{good}x"), format!("{good}.x")] {
        session.token = bad;
        let refused = session.get(APPLICATIONS);
        assert_eq!((refused.status, &refused.body["error_code"]), (401, &json!(401)));
        assert!(refused.body["message"].is_string());
    }
    let request = Request::get(APPLICATIONS).body(Vec::new()).unwrap();
    assert_eq!(reply(&mut session.world, &request).status, 401);
    let request =
        Request::get(APPLICATIONS).header(header::AUTHORIZATION, format!("Basic {good}")).body(Vec::new()).unwrap();
    assert_eq!(reply(&mut session.world, &request).status, 401);
}

#[test]
fn a_token_of_another_tenant_is_unknown() {
    let mut session = Session::new();
    let mut other = Session { world: tilewright_simulator::World::new("tnt-other"), token: String::new() };
    other.sign_in();
    session.token = other.token;
    session.get(APPLICATIONS).refused(401);
}

#[test]
fn a_token_ends_after_an_hour_of_the_worlds_clock() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    for _ in 0..3_598 {
        session.world.edit_application(&id(&app), "logo", Some(json!("x")));
    }
    assert_eq!(session.get(&app).status, 200);
    session.world.edit_application(&id(&app), "logo", Some(json!("y")));
    session.get(&app).refused(401);
    session.sign_in();
    assert_eq!(session.get(&app).status, 200);
}

#[test]
fn a_token_for_another_resource_is_refused() {
    let mut session = Session::new();
    let (id, secret) = session.world.credentials();
    let form =
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&resource=https%3A%2F%2Frisk");
    let token = token_at(&mut session.world, "/oidc/token", &form).ok();
    session.token = token["access_token"].as_str().unwrap().to_owned();
    session.get(APPLICATIONS).refused(401);
}

#[test]
fn a_clients_own_token_reaches_its_own_application_only() {
    let mut session = Session::new();
    let (own, client) = session.application("own");
    let (foreign, _) = session.application("foreign");
    let secret = session.get(&client).ok()["client_secret"].as_str().unwrap().to_owned();
    let signed = token(&mut session.world, &id(&client), &secret).ok();
    session.token = signed["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&session.token)["roles"], json!([]));
    assert_eq!(session.get(&own).status, 200);
    assert_eq!(session.get(APPLICATIONS).ok().as_array().unwrap().len(), 1);
    session.get(&foreign).refused(403);
    session.get(&format!("{foreign}/clients")).refused(403);
    session.post(APPLICATIONS, &json!({"app_name": "x", "client_display_name": "x"})).refused(403);
    session.world.quirks_mut().foreign_is_missing = true;
    session.get(&foreign).refused(404);
    session.world.make_admin(&id(&own));
    assert_eq!(session.get(&foreign).status, 200);
}

#[test]
fn the_token_of_a_client_that_is_gone_is_refused() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let client = session.client(&app, &oidc("worker"));
    let secret = session.get(&client).ok()["client_secret"].as_str().unwrap().to_owned();
    let signed = token(&mut session.world, &id(&client), &secret).ok();
    let admin = std::mem::replace(&mut session.token, signed["access_token"].as_str().unwrap().to_owned());
    assert_eq!(session.get(&app).status, 200);
    session.token = admin;
    session.delete(&client).ok();
    session.token = signed["access_token"].as_str().unwrap().to_owned();
    session.get(&app).refused(401);
}

#[test]
fn clients_without_a_shared_secret_get_no_token() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let saml = session.client(&app, &saml("s"));
    session.put(&client, &json!({"pkce": "enforcePkceInsteadOfClientCredentials"})).ok();
    for client in [client, saml] {
        let secret = session.get(&client).ok()["client_secret"].as_str().unwrap().to_owned();
        let refused = token(&mut session.world, &id(&client), &secret);
        assert_eq!(refused.body["error"], "unauthorized_client");
    }
}

#[test]
fn a_management_token_may_be_refused_on_applications() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    session.world.quirks_mut().admin_refused_on_applications = true;
    session.get(APPLICATIONS).refused(403);
    session.get(&format!("{APPLICATIONS}/list")).refused(403);
    session.get(&app).refused(403);
    session.put(&app, &json!({})).refused(403);
    session.put(&format!("{app}/resources"), &json!({"resource_ids": []})).refused(403);
    session.delete(&app).refused(403);
    assert_eq!(session.get(&client).status, 200);
}

#[test]
fn unknown_routes_get_404_and_wrong_methods_405() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    for path in ["/", "/cis", "/cis/v1/nothing", "/v1/applications", &format!("{client}/secrets")] {
        session.get(path).refused(404);
    }
    for path in [APPLICATIONS, &format!("{APPLICATIONS}/list"), &app, &client, &format!("{app}/clients")] {
        let refused = session.send(Method::PATCH, path, None);
        refused.refused(405);
        assert!(refused.raw.headers().contains_key(header::ALLOW));
    }
    session.get(&format!("{app}/resources")).refused(405);
    session.get(&format!("{client}/resources")).refused(405);
}

#[test]
fn path_segments_are_decoded() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let encoded = format!("{app}/clients/{}", id(&client).replace('.', "%2E"));
    assert_eq!(session.get(&encoded).ok(), session.get(&client).ok());
    assert_eq!(session.get(&format!("{app}/clients/%FF")).status, 400);
}

#[test]
fn the_log_shows_what_was_asked_and_whether_it_changed_anything() {
    let mut session = Session::new();
    session.world.clear_log();
    let (app, client) = session.application("a");
    session.get(&app).ok();
    session.post(&format!("{app}/clients"), &oidc("main")).refused(409);
    session.put(&client, &json!({"name": "main"})).ok();
    session.put(&client, &json!({"name": "other"})).ok();
    let log: Vec<_> =
        session.world.log().iter().map(|entry| (entry.method.as_str(), entry.status, entry.changed)).collect();
    let expected = [
        ("POST", Some(201), true),
        ("GET", Some(200), false),
        ("POST", Some(409), false),
        ("PUT", Some(200), false),
        ("PUT", Some(200), true),
    ];
    assert_eq!(log, expected);
    assert_eq!(session.world.log()[4].body, br#"{"name":"other"}"#);
    assert_eq!(session.world.log()[4].path, client);
}
