//! Open questions about what reads show, in both answers.

use serde_json::{Value, json};
use tilewright_simulator::{ListOrder, MissingApplication, Unset};

use crate::support::{APPLICATIONS, Session, id, oidc, saml};

#[test]
fn lists_are_kept_sorted_or_reversed() {
    for (order, expected) in [
        (ListOrder::Kept, ["b", "c", "a"]),
        (ListOrder::Sorted, ["a", "b", "c"]),
        (ListOrder::Reversed, ["a", "c", "b"]),
    ] {
        let mut session = Session::with(|q| q.list_order = order);
        let (app, client) = session.application("a");
        let shown = session.put(&client, &json!({"resources": ["b", "c", "a"]})).ok();
        assert_eq!(shown["resources"], json!(expected));
        assert_eq!(session.get(&app).ok()["resources"], json!(expected));
        assert_eq!(session.world.clients(&id(&app))[0]["resources"], json!(["b", "c", "a"]));
    }
}

#[test]
fn system_applications_may_be_listed() {
    let mut session = Session::with(|q| q.system_applications_listed = true);
    session.application("a");
    let list = session.get(APPLICATIONS).ok();
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert!(list.as_array().unwrap().iter().any(|it| it["application_type"] == "ido"));
    assert_eq!(session.world.applications().len(), 1);
    // Whoever deletes the management application is locked out.
    let own = list.as_array().unwrap().iter().find(|it| it["client_id"] == session.world.credentials().0);
    let path = format!("{APPLICATIONS}/{}", own.unwrap()["app_id"].as_str().unwrap());
    session.delete(&path).ok();
    session.get(APPLICATIONS).refused(401);
}

#[test]
fn write_only_fields_may_be_returned() {
    for returned in [false, true] {
        let mut session = Session::with(|q| q.write_only_returned = returned);
        let (app, client) = session.application("a");
        let saml = session.client(&app, &saml("s"));
        session.put(&saml, &json!({"supported_prompts": ["login"]})).ok();
        let shown = session.put(&client, &json!({"role_ids": ["r"], "is_third_party": true})).ok();
        assert_eq!(shown.get("role_ids").is_some(), returned);
        assert_eq!(shown.get("is_third_party").is_some(), returned);
        assert_eq!(session.get(&saml).ok().get("supported_prompts").is_some(), returned);
    }
}

#[test]
fn secrets_may_be_masked_after_the_create() {
    let mut session = Session::with(|q| q.secrets_masked = true);
    let body = json!({"app_name": "a", "client_display_name": "x"});
    let made = session.post(APPLICATIONS, &body).ok();
    assert_eq!(made["client_secret"].as_str().unwrap().len(), 40);
    let app = format!("{APPLICATIONS}/{}", made["app_id"].as_str().unwrap());
    let client = session.post(&format!("{app}/clients"), &oidc("c")).ok();
    assert_eq!(client["client_secret"].as_str().unwrap().len(), 40);
    assert_eq!(session.get(&app).ok()["client_secret"], "********");
    assert_eq!(session.get(APPLICATIONS).ok()[0]["client_secret"], "********");
    assert_eq!(session.get(&format!("{app}/clients")).ok()[1]["client_secret"], "********");
}

#[test]
fn clients_of_a_missing_application_have_three_answers() {
    for (answer, status) in
        [(MissingApplication::BadRequest, 400), (MissingApplication::NotFound, 404), (MissingApplication::Empty, 200)]
    {
        let mut session = Session::with(|q| q.missing_application = answer);
        assert_eq!(session.get(&format!("{APPLICATIONS}/none/clients")).status, status);
        session.get(&format!("{APPLICATIONS}/none")).refused(404);
    }
}

#[test]
fn reads_may_be_late() {
    let mut session = Session::with(|q| q.late_reads = 2);
    let (app, client) = session.application("a");
    assert_eq!(session.get(APPLICATIONS).ok(), json!([]));
    session.get(&app).refused(404);
    assert_eq!(session.get(&app).ok()["app_name"], "a");
    let shown = session.put(&client, &json!({"description": "new"})).ok();
    assert_eq!(shown["description"], "new");
    assert_eq!(session.get(&client).ok()["description"], "");
    assert_eq!(session.get(&app).ok()["client_description"], "");
    assert_eq!(session.get(&client).ok()["description"], "new");
    session.delete(&app).ok();
    assert_eq!(session.get(&app).status, 200);
    assert_eq!(session.get(APPLICATIONS).ok().as_array().unwrap().len(), 1);
    session.get(&app).refused(404);
    assert_eq!(session.get(APPLICATIONS).ok(), json!([]));
}

#[test]
fn late_reads_do_not_make_writes_late() {
    let mut session = Session::with(|q| q.late_reads = 9);
    let (app, client) = session.application("a");
    session.post(APPLICATIONS, &json!({"app_name": "a", "client_display_name": "x"})).refused(409);
    session.put(&client, &json!({"description": "d"})).ok();
    session.delete(&app).ok();
    session.delete(&app).refused(404);
}

#[test]
fn the_old_auth_method_may_be_a_view() {
    let mut session = Session::with(|q| q.auth_method_derived = true);
    let (app, client) = session.application("a");
    let keys = json!({"method": "private_key_jwt", "jwks": {"keys": []}});
    let shown = session.put(&client, &json!({"authentication_configuration": keys})).ok();
    assert_eq!(shown["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(session.get(&app).ok()["client_auth_method"], "private_key_jwt");
    let shown = session.put(&client, &json!({"pkce": "enforcePkceInsteadOfClientCredentials"})).ok();
    assert_eq!(shown["token_endpoint_auth_method"], "none");
    session.world.quirks_mut().auth_method_derived = false;
    assert_eq!(session.get(&client).ok()["token_endpoint_auth_method"], "client_secret_basic");
}

#[test]
fn empty_texts_and_lists_may_be_dropped() {
    let mut session = Session::with(|q| {
        q.empty_text_dropped = true;
        q.empty_lists_dropped = true;
    });
    let (app, client) = session.application("a");
    let shown = session.get(&client).ok();
    assert!(shown.get("description").is_none() && shown.get("resources").is_none());
    let shown = session.get(&app).ok();
    assert_eq!(shown["authenticator_preferences"], json!({"is_centralized": false}));
    assert!(shown.get("service_providers").is_none());
}

#[test]
fn key_sets_may_come_back_in_another_order() {
    let mut session = Session::with(|q| q.key_sets_reordered = true);
    let (_, client) = session.application("a");
    let keys = json!({"keys": [{"kid": "1", "kty": "RSA"}, {"kid": "2", "kty": "EC"}]});
    let body = json!({"id_token_encryption": {"enabled": true, "jwks": keys}});
    let shown = session.put(&client, &body).ok();
    let expected = r#"{"keys":[{"kty":"EC","kid":"2"},{"kty":"RSA","kid":"1"}]}"#;
    assert_eq!(shown["id_token_encryption"]["jwks"].to_string(), expected);
}

#[test]
fn numbers_may_come_back_as_floats() {
    let mut session = Session::with(|q| q.numbers_as_floats = true);
    let (_, client) = session.application("a");
    let raw = session.get(&client).raw;
    let text = String::from_utf8(raw.into_body()).unwrap();
    assert!(text.contains(r#""session_expiration":1209600.0"#), "{text}");
    assert!(text.contains(r#""access_token_ttl":3600.0"#), "{text}");
}

#[test]
fn clients_may_be_wrapped() {
    let mut session = Session::with(|q| q.clients_wrapped = true);
    let (app, client) = session.application("a");
    assert!(session.get(&client).body["result"]["client_id"].is_string());
    assert!(session.get(&format!("{app}/clients")).body["result"].is_array());
    assert!(session.put(&client, &json!({})).body["result"].is_object());
    assert!(session.post(&format!("{app}/clients"), &oidc("x")).body["result"].is_object());
    let resources = json!({"resource_ids": []});
    assert!(session.put(&format!("{client}/resources"), &resources).body["result"].is_object());
}

#[test]
fn what_was_never_set_is_missing_null_or_switched_off() {
    for (unset, group, device) in [
        (Unset::Missing, None, None),
        (Unset::Null, Some(Value::Null), Some(Value::Null)),
        (
            Unset::Disabled,
            None,
            Some(json!({"enabled": false, "approval_uri": "", "success_uri": "", "input_uri": ""})),
        ),
    ] {
        let mut session = Session::with(|q| q.unset = unset);
        let (app, client) = session.application("a");
        let shown = session.get(&client).ok();
        assert_eq!(shown.get("client_group_id").cloned(), group);
        assert_eq!(shown.get("device_authorization").cloned(), device);
        assert!(shown.get("role_ids").is_none());
        let shown = session.get(&app).ok();
        assert_eq!(shown.get("device_authorization").cloned(), device);
        assert_eq!(shown.get("invite_client_id").cloned(), group);
        assert!(shown.get("first_client").is_none());
    }
}

#[test]
fn lists_may_be_newest_first() {
    let mut session = Session::with(|q| q.newest_first = true);
    session.application("a");
    let (app, _) = session.application("b");
    session.client(&app, &oidc("second"));
    assert_eq!(session.get(APPLICATIONS).ok()[0]["app_name"], "b");
    assert_eq!(session.get(&format!("{app}/clients")).ok()[0]["name"], "second");
}

#[test]
fn the_list_may_be_poor() {
    for poor in [false, true] {
        let mut session = Session::with(|q| q.poor_list = poor);
        let (app, _) = session.application("a");
        session.put(&app, &json!({"subdomain": "s"})).ok();
        let shown = session.get(APPLICATIONS).ok()[0].clone();
        assert_eq!(shown.get("subdomain").is_none(), poor);
        assert_eq!(shown.get("authenticator_preferences").is_none(), poor);
        assert_eq!(session.get(&app).ok()["subdomain"], "s");
    }
}

#[test]
fn errors_may_have_other_shapes() {
    let mut session = Session::with(|q| {
        q.message_as_text = true;
        q.conflict_without_code = true;
    });
    let (app, _) = session.application("a");
    let refused = session.put(&app, &json!({"x": 1, "y": 2}));
    assert!(refused.body["message"].is_string());
    assert_eq!(refused.body["error_code"], 400);
    let conflict = session.post(&format!("{app}/clients"), &oidc("main"));
    assert_eq!(conflict.status, 409);
    assert!(conflict.body.get("ts_error_code").is_none());
}

#[test]
fn key_sets_and_sign_in_settings_keep_their_values() {
    let mut session = Session::with(|q| {
        q.numbers_as_floats = true;
        q.empty_text_dropped = true;
        q.empty_lists_dropped = true;
    });
    let (app, client) = session.application("a");
    let keys = json!({"keys": [], "note": "", "n": 1});
    let body = json!({"id_token_encryption": {"enabled": true, "jwks": keys}});
    assert_eq!(session.put(&client, &body).ok(), session.get(&client).ok());
    assert_eq!(session.get(&client).ok()["id_token_encryption"]["jwks"].to_string(), keys.to_string());
    let settings = session.get(&app).ok()["login_preferences"].clone();
    assert_eq!(settings["auth_methods"]["email"]["expiresIn"].to_string(), "60");
}
