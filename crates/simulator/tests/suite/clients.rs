//! Operations on clients, with every question in its default answer.

use serde_json::json;

use crate::support::{APPLICATIONS, Session, id, oidc, saml};

#[test]
fn clients_come_bare_and_oldest_first() {
    let mut session = Session::new();
    let (app, first) = session.application("a");
    let made = session.post(&format!("{app}/clients"), &oidc("second"));
    assert_eq!(made.status, 201);
    assert!(made.body["client_secret"].is_string());
    let second = made.body["client_id"].as_str().unwrap().to_owned();
    let list = session.get(&format!("{app}/clients")).body;
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|it| it["client_id"].clone()).collect();
    assert_eq!(ids, [json!(id(&first)), json!(second)]);
    assert_eq!(list[1], session.get(&format!("{app}/clients/{second}")).body);
}

#[test]
fn a_saml_client_has_what_its_service_provider_needs() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let path = session.client(&app, &saml("desk"));
    let client = session.get(&path).ok();
    for name in ["metadata_url", "sso_url", "entity_id", "x509_certificate", "client_secret"] {
        assert!(client[name].is_string(), "{name}");
    }
    assert_eq!(client["authentication_protocol"], "saml");
    assert_eq!(client["sp_name_id_type"], "email");
    assert!(client.get("redirect_uris").is_none());
    assert!(client.get("supported_prompts").is_none());
    session.put(&path, &json!({"supported_prompts": ["login"]})).ok();
    assert!(session.get(&path).ok().get("supported_prompts").is_none());
}

#[test]
fn a_put_changes_what_it_names_and_replaces_objects_whole() {
    let mut session = Session::new();
    let (_, path) = session.application("a");
    let before = session.get(&path).ok();
    let after = session.put(&path, &json!({"token_expiration": {"access_token_ttl": 900}})).ok();
    assert_eq!(after["token_expiration"], json!({"access_token_ttl": 900}));
    for (name, value) in before.as_object().unwrap() {
        if name != "token_expiration" && name != "updated_at" {
            assert_eq!(&after[name], value, "{name}");
        }
    }
    assert_ne!(before["updated_at"], after["updated_at"]);
}

#[test]
fn a_put_that_changes_nothing_leaves_no_trace() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let before = session.world.to_json();
    session.put(&client, &json!({})).ok();
    session.put(&client, &json!({"name": "main", "session_expiration": 1_209_600.0})).ok();
    session.put(&app, &json!({"app_name": "a", "client_display_name": "main"})).ok();
    session.put(&format!("{client}/resources"), &json!({"resource_ids": []})).ok();
    assert_eq!(session.world.to_json(), before);
}

#[test]
fn write_only_fields_are_stored_and_not_read() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let mut body = oidc("third");
    body["is_third_party"] = true.into();
    body["allowed_scopes"] = json!(["balance:read"]);
    body["consent_uri"] = "https://a.example/consent".into();
    body["consent_validity_period"] = 30.into();
    body["role_ids"] = json!(["r1"]);
    let made = session.post(&format!("{app}/clients"), &body).ok();
    let names = ["is_third_party", "allowed_scopes", "consent_uri", "consent_validity_period", "role_ids"];
    let stored = session.world.clients(&id(&app));
    let stored = stored.iter().find(|it| it["client_id"] == made["client_id"]).unwrap();
    for name in names {
        assert!(made.get(name).is_none(), "{name}");
        assert_eq!(stored[name], body[name], "{name}");
    }
}

#[test]
fn the_default_client_is_not_deleted_and_others_are() {
    let mut session = Session::new();
    let (app, default) = session.application("a");
    session.delete(&default).refused(400);
    let other = session.client(&app, &oidc("other"));
    session.delete(&default).refused(400);
    let answer = session.delete(&other);
    assert_eq!(answer.status, 204);
    session.get(&other).refused(404);
    session.delete(&other).refused(404);
    session.put(&other, &json!({})).refused(404);
}

#[test]
fn a_client_that_invites_is_not_deleted() {
    let mut session = Session::new();
    let (app, default) = session.application("a");
    let other = session.client(&app, &oidc("other"));
    session.put(&app, &json!({"invite_client_id": id(&other)})).ok();
    session.delete(&other).refused(400);
    session.delete(&format!("{app}/clients")).refused(400);
    session.put(&app, &json!({"invite_client_id": id(&default)})).ok();
    session.delete(&other).ok();
}

#[test]
fn deleting_all_clients_leaves_an_application_without_any() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    session.client(&app, &oidc("other"));
    assert_eq!(session.delete(&format!("{app}/clients")).status, 204);
    assert_eq!(session.get(&format!("{app}/clients")).body, json!([]));
    let shown = session.get(&app).ok();
    assert!(shown.get("client_id").is_none() && shown.get("client_secret").is_none());
    session.put(&app, &json!({"client_display_name": "x"})).refused(400);
    session.put(&app, &json!({"app_description": "x"})).ok();
    let new = session.client(&app, &oidc("new"));
    assert_eq!(session.get(&app).ok()["client_id"], json!(id(&new)));
    session.delete(&format!("{APPLICATIONS}/none/clients")).refused(404);
}

#[test]
fn resources_of_a_client_have_a_route_of_their_own() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let shown = session.put(&format!("{client}/resources"), &json!({"resource_ids": ["r"]})).body;
    assert_eq!(shown["resources"], json!(["r"]));
    session.put(&format!("{client}/resources"), &json!({"resource_ids": "r"})).refused(400);
    session.put(&format!("{app}/clients/none/resources"), &json!({"resource_ids": []})).refused(404);
}

#[test]
fn a_client_is_found_under_its_own_application_only() {
    let mut session = Session::new();
    let (_, client) = session.application("a");
    let (other, _) = session.application("b");
    session.get(&format!("{other}/clients/{}", id(&client))).refused(404);
    session.get(&format!("{APPLICATIONS}/none/clients/{}", id(&client))).refused(404);
}

#[test]
fn names_are_unique_in_an_application() {
    let mut session = Session::new();
    let (app, main) = session.application("a");
    session.post(&format!("{app}/clients"), &oidc("main")).refused(409);
    let other = session.client(&app, &oidc("other"));
    session.put(&other, &json!({"name": "main"})).refused(400);
    session.put(&app, &json!({"client_display_name": "other"})).refused(400);
    session.put(&main, &json!({"name": "main"})).ok();
    let (second, _) = session.application("b");
    session.client(&second, &oidc("other"));
}

#[test]
fn fapi_corrects_what_does_not_comply() {
    let mut session = Session::new();
    let (_, client) = session.application("a");
    session.put(&client, &json!({"fapi_version_compliancy": true})).refused(400);
    let keys = json!({"method": "private_key_jwt", "jwks": {"keys": []}});
    let body = json!({"fapi_version_compliancy": true, "authentication_configuration": keys});
    let shown = session.put(&client, &body).ok();
    assert_eq!(shown["enforce_par"], true);
    assert_eq!(shown["pkce"], "enforcePkceAlongsideClientCredentials");
    let shown = session.put(&client, &json!({"enforce_par": false})).ok();
    assert_eq!(shown["enforce_par"], true);
    let off = json!({"fapi_version_compliancy": false, "enforce_par": false});
    assert_eq!(session.put(&client, &off).ok()["enforce_par"], false);
}

#[test]
fn an_old_client_that_breaks_a_rule_can_be_changed_elsewhere() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let saml = session.client(&app, &saml("s"));
    session.world.edit_client(&id(&app), &id(&saml), "sp_acs_url", None);
    session.put(&saml, &json!({"description": "d"})).ok();
    session.put(&saml, &json!({"optional_acs_url": false})).refused(400);
    let web = json!(["http://old.example/cb"]);
    session.world.edit_client(&id(&app), &id(&client), "redirect_uris", Some(web));
    session.world.edit_client(&id(&app), &id(&client), "fapi_version_compliancy", Some(json!(true)));
    session.put(&client, &json!({"description": "d"})).ok();
    session.put(&client, &json!({"client_type": "web"})).refused(400);
}

#[test]
fn everyday_configurations_are_accepted() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let key = json!({"keys": [{"kty": "RSA", "use": "sig", "kid": "2026", "n": "AQ", "e": "AQAB"}]});
    let tls = json!({"certificate_chain": "-----BEGIN CERTIFICATE-----", "ocsp_on": true,
        "distinguished_name": "CN=tpp.example", "ocsp_fail_open": false});
    let uris = json!(["https://a.example/cb"]);
    for body in [
        json!({"name": "shop", "client_type": "web", "redirect_uris": uris,
            "pkce": "enforcePkceAlongsideClientCredentials", "response_types": ["code"],
            "supported_prompts": ["login", "consent", "none"], "session_expiration": 1_209_600,
            "token_expiration": {"access_token_ttl": 900, "refresh_token_ttl": 1_209_600},
            "default_custom_claims": ["email", "email_verified", "groups"]}),
        json!({"name": "ios", "authentication_protocol": "oidc", "client_type": "native",
            "redirect_uris": ["com.example.app://callback", "https://a.example/app"],
            "pkce": "enforcePkceInsteadOfClientCredentials"}),
        json!({"name": "batch", "redirect_uris": ["https://localhost/unused"], "role_ids": ["r"],
            "authentication_configuration": {"method": "private_key_jwt", "jwks": key}}),
        json!({"name": "bank", "redirect_uris": uris, "fapi_version_compliancy": true, "enforce_par": true,
            "pkce": "enforcePkceAlongsideClientCredentials",
            "authentication_configuration":
                {"method": "tls_client_auth", "isMtlsCertTokenBound": true, "tls_client_auth": tls},
            "id_token_encryption": {"enabled": true, "jwks": key}}),
        json!({"name": "third", "is_third_party": true, "redirect_uris": uris,
            "consent_uri": "https://a.example/consent", "allowed_scopes": ["offline_access"]}),
        json!({"name": "tv", "redirect_uris": uris, "ciba_authorization": {"enabled": true},
            "device_authorization": {"enabled": true, "approval_uri": "https://a.example/1",
                "success_uri": "https://a.example/2", "input_uri": "https://a.example/3"}}),
        json!({"name": "desk", "authentication_protocol": "saml", "sp_entity_id": "https://d.example",
            "sp_acs_url": "https://d.example/acs", "sp_name_id_type": "email", "sign_assertion": true,
            "optional_acs_url": false}),
    ] {
        let answer = session.post(&format!("{app}/clients"), &body);
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
}
