//! Requests that are refused with 400, and why.

use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{APPLICATIONS, Session, oidc, reply, saml};

/// Puts each body to an application and to its clients, and expects each to be refused for one reason.
#[track_caller]
fn refused(session: &mut Session, path: &str, bodies: &[(Value, &str)]) {
    let before = session.world.to_json();
    for (body, expected) in bodies {
        let answer = session.put(path, body);
        let message = answer.refused(400);
        assert!(message.contains(expected), "{body}: {message}");
        assert!(answer.body["message"].is_array());
        assert_eq!(answer.body["error_code"], 400);
    }
    assert_eq!(session.world.to_json(), before);
}

#[test]
fn members_of_applications_have_types() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let bodies = [
        (json!({"app_nam": "x"}), "app_nam should not exist"),
        (json!({"app_id": "x"}), "app_id should not exist"),
        (json!({"client_id": "x"}), "should not exist"),
        (json!({"login_preferences": {}}), "should not exist"),
        (json!({"application_type": "ido"}), "should not exist"),
        (json!({"first_client": {}}), "should not exist"),
        (json!({"first_client_authentication_protocol": "oidc"}), "should not exist"),
        (json!({"app_name": ""}), "app_name must be"),
        (json!({"app_name": "  "}), "app_name must be"),
        (json!({"app_name": 7}), "app_name must be"),
        (json!({"app_description": null}), "app_description must be"),
        (json!({"subdomain": ""}), "subdomain must be"),
        (json!({"custom_domain": {"domain": "a.example"}}), "custom_domain must be"),
        (json!({"allow_public_signup": "yes"}), "allow_public_signup must be"),
        (json!({"invite_member_email_expiration_minutes": -1}), "not less than 0"),
        (json!({"invite_member_email_expiration_minutes": "60"}), "not less than 0"),
        (json!({"service_providers": "a"}), "service_providers must be"),
        (json!({"service_providers": ["a", "a"]}), "twice"),
        (json!({"service_providers": ["a", 1]}), "each value in service_providers"),
        (json!({"client_auth_method": "basic"}), "client_auth_method must be one of"),
        (json!({"pkce": "none"}), "pkce must be one of"),
    ];
    refused(&mut session, &app, &bodies);
}

#[test]
fn objects_are_checked_inside() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let bodies = [
        (json!({"authenticator_preferences": {"is_centralized": false}}), "login_uri is required"),
        (json!({"authenticator_preferences": {"login_uri": ""}}), "is_centralized is required"),
        (json!({"authenticator_preferences": []}), "authenticator_preferences must be"),
        (
            json!({"refresh_token_invalidation_trigger_configuration": {"invalidate": true}}),
            "refresh_token_invalidation_trigger_configuration.invalidate should not exist",
        ),
    ];
    refused(&mut session, &app, &bodies);
    let uris = json!({"enabled": false, "approval_uri": "", "success_uri": ""});
    let bodies = [
        (json!({"device_authorization": {"enabled": false}}), "approval_uri is required"),
        (json!({"device_authorization": uris}), "input_uri is required"),
        (json!({"ciba_authorization": {"login_uri": "x"}}), "enabled is required"),
        (json!({"id_token_encryption": {"jwks": {}}}), "enabled is required"),
        (json!({"authentication_configuration": {"jwks": {}}}), "method is required"),
        (json!({"authentication_configuration": {"method": "none"}}), "method must be one of"),
        (json!({"token_expiration": {"access_token_ttl": null}}), "access_token_ttl must be"),
        (json!({"token_expiration": {"access": 1}}), "token_expiration.access should not exist"),
        (
            json!({"authentication_configuration":
                {"method": "client_secret_basic", "tls_client_auth": {"distinguished_name": 6}}}),
            "distinguished_name must be a string",
        ),
    ];
    refused(&mut session, &client, &bodies);
}

#[test]
fn members_of_oidc_clients_have_types_and_values() {
    let mut session = Session::new();
    let (_, client) = session.application("a");
    let bodies = [
        (json!({"client_secret": "x"}), "client_secret should not exist"),
        (json!({"authentication_protocol": "oidc"}), "authentication_protocol should not exist"),
        (json!({"sp_entity_id": "x"}), "sp_entity_id should not exist"),
        (json!({"use_centralized_login": true}), "should not exist"),
        (json!({"name": ""}), "name must be"),
        (json!({"description": 1}), "description must be"),
        (json!({"default_custom_claims": ["mail"]}), "each value in default_custom_claims"),
        (json!({"supported_prompts": ["login", "login"]}), "twice"),
        (json!({"supported_prompts": ["select"]}), "each value in supported_prompts"),
        (json!({"response_types": ["none"]}), "each value in response_types"),
        (json!({"short_cookies_samesite_type": "strict"}), "must be one of lax, none"),
        (json!({"client_type": "spa"}), "client_type must be one of"),
        (json!({"session_expiration": -5}), "session_expiration must be"),
        (json!({"client_group_id": null}), "client_group_id must be"),
        (json!({"redirect_uris": ["https://a.example", "https://a.example"]}), "twice"),
        (json!({"redirect_uris": ["http://a.example"]}), "not allowed for a web client"),
        (json!({"redirect_uris": ["com.example.app://cb"]}), "not allowed for a web client"),
        (json!({"client_type": "native", "redirect_uris": ["app://cb"]}), "not allowed for a native client"),
        (json!({"sync_id_token_claims_to_userinfo": true, "default_user_info_claims": []}), "must not be sent with"),
    ];
    refused(&mut session, &client, &bodies);
    session.put(&client, &json!({"sync_id_token_claims_to_userinfo": true})).ok();
    session.put(&client, &json!({"default_user_info_claims": ["email"]})).ok();
}

#[test]
fn members_of_saml_clients_have_types_and_values() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let client = session.client(&app, &saml("s"));
    let bodies = [
        (json!({"redirect_uris": []}), "redirect_uris should not exist"),
        (json!({"pkce": "allowPkceAlongsideClientCredentials"}), "should not exist"),
        (json!({"role_ids": []}), "should not exist"),
        (json!({"metadata_url": "x"}), "should not exist"),
        (json!({"sp_entity_id": ""}), "sp_entity_id must be"),
        (json!({"sp_name_id_type": "mail"}), "sp_name_id_type must be one of"),
        (json!({"sp_acs_url": ""}), "sp_acs_url is required"),
    ];
    refused(&mut session, &client, &bodies);
    session.put(&client, &json!({"sp_acs_url": "", "optional_acs_url": true})).ok();
}

#[test]
fn a_method_of_authentication_needs_its_keys() {
    let mut session = Session::new();
    let (_, client) = session.application("a");
    let with = |configuration: Value| json!({"authentication_configuration": configuration});
    let bodies = [
        (with(json!({"method": "private_key_jwt"})), "jwks is required"),
        (with(json!({"method": "self_signed_tls_client_auth"})), "jwks is required"),
        (with(json!({"method": "tls_client_auth"})), "certificate_chain is required"),
        (
            with(json!({"method": "tls_client_auth", "tls_client_auth": {"certificate_chain": ""}})),
            "certificate_chain is required",
        ),
    ];
    refused(&mut session, &client, &bodies);
    let tls = json!({"certificate_chain": "-----BEGIN", "distinguished_name": "CN=a", "ocsp_on": true});
    session.put(&client, &with(json!({"method": "tls_client_auth", "tls_client_auth": tls}))).ok();
}

#[test]
fn creates_have_required_members() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let clients = format!("{app}/clients");
    for (path, body, expected) in [
        (APPLICATIONS, json!({}), "app_name is required"),
        (APPLICATIONS, json!({"app_name": "x"}), "client_display_name is required"),
        (clients.as_str(), json!({"name": "x"}), "redirect_uris is required"),
        (&clients, json!({"redirect_uris": []}), "name is required"),
        (&clients, json!({"name": "x", "authentication_protocol": "saml"}), "sp_entity_id is required"),
        (
            &clients,
            json!({"name": "x", "authentication_protocol": "saml", "sp_entity_id": "e"}),
            "sp_acs_url is required",
        ),
        (&clients, json!({"name": "x", "authentication_protocol": "ldap", "redirect_uris": []}), "one of"),
    ] {
        let message = session.post(path, &body).refused(400);
        assert!(message.contains(expected), "{body}: {message}");
    }
}

#[test]
fn every_finding_is_reported_at_once() {
    let mut session = Session::new();
    let answer = session.post(APPLICATIONS, &json!({"app_name": 1, "extra": 2}));
    assert_eq!(answer.body["message"].as_array().unwrap().len(), 3, "{}", answer.body);
}

#[test]
fn the_first_client_is_checked_like_any_client() {
    let mut session = Session::new();
    let base = |first: Value| json!({"app_name": "x", "client_display_name": "x", "first_client": first});
    let mut mixed = base(oidc("x"));
    mixed["first_client_authentication_protocol"] = "saml".into();
    let mut differing = base(saml("x"));
    differing["first_client_authentication_protocol"] = "oidc".into();
    for (body, expected) in [
        (base(json!({"name": "x"})), "first_client: redirect_uris is required"),
        (base(json!({"name": "x", "redirect_uris": [], "x": 1})), "first_client: property x"),
        (base(json!("x")), "first_client must be an object"),
        (mixed, "should not exist"),
        (differing, "differ"),
        (
            json!({"app_name": "x", "client_display_name": "x",
                "first_client_authentication_protocol": "saml"}),
            "first_client is required",
        ),
        (json!({"app_name": "x", "client_display_name": "x", "invite_client_id": "c"}), "invite_client_id"),
    ] {
        let message = session.post(APPLICATIONS, &body).refused(400);
        assert!(message.contains(expected), "{body}: {message}");
    }
    session.post(APPLICATIONS, &base(saml("x"))).ok();
}

#[test]
fn a_body_must_be_a_json_object() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    for (kind, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", ""),
        ("application/json", r#"{"invite_member_email_expiration_minutes": 1e999}"#),
        ("text/plain", "{}"),
    ] {
        let request = Request::builder()
            .method(Method::PUT)
            .uri(&app)
            .header(header::AUTHORIZATION, format!("Bearer {}", session.token))
            .header(header::CONTENT_TYPE, kind)
            .body(body.as_bytes().to_vec())
            .unwrap();
        reply(&mut session.world, &request).refused(400);
    }
}

#[test]
fn values_are_stored_as_they_are_sent() {
    let mut session = Session::new();
    let (_, client) = session.application("a");
    let body = json!({
        "redirect_uris": ["HTTPS://A.Example", "http://localhost:3000", "https://b.example/"],
        "description": " d ", "session_expiration": 60,
        "device_authorization": {"enabled": true, "approval_uri": "", "success_uri": "x", "input_uri": "y"},
        "id_token_encryption": {"enabled": true, "jwks": {"keys": [{"kid": "b"}, {"kid": "a"}]}},
        "default_custom_claims": ["groups", "email"],
    });
    let shown = session.put(&client, &body).ok();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
}
