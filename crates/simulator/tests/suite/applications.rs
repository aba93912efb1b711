//! Operations on applications, with every question in its default answer.

use serde_json::{Value, json};

use crate::support::{APPLICATIONS, Session, id, oidc};

#[test]
fn a_new_application_comes_with_its_default_client() {
    let mut session = Session::new();
    let body = json!({
        "app_name": "Shop", "client_display_name": "web", "logo": "https://cdn.example.com/l.png",
        "first_client_authentication_protocol": "oidc",
        "first_client": {"name": "web", "redirect_uris": ["https://a.example/cb"], "session_expiration": 60},
    });
    let answer = session.post(APPLICATIONS, &body);
    assert_eq!(answer.status, 201);
    let made = answer.body["result"].clone();
    assert_eq!(made["client_display_name"], "web");
    assert_eq!(made["redirect_uris"], json!(["https://a.example/cb"]));
    assert_eq!(made["allow_public_signup"], false);
    assert_eq!(made["invite_member_email_expiration_minutes"], 2_880);
    assert_eq!(made["tenant_id"], "tnt-test");
    assert_eq!(made["application_type"], "basic");
    assert!(made["login_preferences"]["auth_methods"]["google"]["clientSecret"].is_string());
    assert!(made.get("first_client").is_none());

    let app_id = made["app_id"].as_str().unwrap();
    let clients = session.get(&format!("{APPLICATIONS}/{app_id}/clients")).body;
    assert_eq!(clients.as_array().unwrap().len(), 1);
    assert_eq!(clients[0]["client_id"], made["client_id"]);
    assert_eq!(clients[0]["client_secret"], made["client_secret"]);
    assert_eq!(clients[0]["session_expiration"], 60);
    assert_eq!(clients[0]["pkce"], "allowPkceAlongsideClientCredentials");
    assert_eq!(clients[0]["response_types"], json!(["code", "id_token"]));
}

#[test]
fn flat_fields_make_the_default_client_when_there_is_no_first_client() {
    let mut session = Session::new();
    let body = json!({"app_name": "Shop", "client_display_name": "app", "client_type": "native",
        "client_description": "d", "redirect_uris": ["com.example.app://cb"], "resources": ["r1"],
        "client_auth_method": "none", "pkce": "enforcePkceInsteadOfClientCredentials"});
    let made = session.post(APPLICATIONS, &body).ok();
    let path = format!("{APPLICATIONS}/{}/clients", made["app_id"].as_str().unwrap());
    let client = session.get(&path).ok()[0].clone();
    assert_eq!(client["name"], "app");
    assert_eq!(client["description"], "d");
    assert_eq!(client["client_type"], "native");
    assert_eq!(client["token_endpoint_auth_method"], "none");
    assert_eq!(client["resources"], json!(["r1"]));
}

#[test]
fn a_saml_client_can_be_the_default() {
    let mut session = Session::new();
    let body = json!({"app_name": "Desk", "client_display_name": "desk",
        "first_client_authentication_protocol": "saml",
        "first_client": {"name": "desk", "sp_entity_id": "e", "sp_acs_url": "https://sp.example/acs"}});
    let made = session.post(APPLICATIONS, &body).ok();
    assert_eq!(made["client_display_name"], "desk");
    assert!(made.get("redirect_uris").is_none());
    let app = format!("{APPLICATIONS}/{}", made["app_id"].as_str().unwrap());
    session.put(&app, &json!({"client_type": "native"})).refused(400);
    session.put(&app, &json!({"client_display_name": "help"})).ok();
    assert_eq!(session.get(&format!("{app}/clients")).ok()[0]["name"], "help");
}

#[test]
fn lists_lack_the_logo_and_the_basic_list_almost_everything() {
    let mut session = Session::new();
    let (first, _) = session.application("first");
    session.put(&first, &json!({"logo": "l", "login_uri": "https://a.example/login"})).ok();
    session.application("second");
    let list = session.get(APPLICATIONS).body["result"].clone();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["app_name"], "first");
    assert!(list[0].get("logo").is_none());
    assert!(list[0]["client_secret"].is_string());
    let mut single = session.get(&first).body["result"].clone();
    assert_eq!(single["logo"], "l");
    single.as_object_mut().unwrap().remove("logo");
    assert_eq!(list[0], single);
    let basic = session.get(&format!("{APPLICATIONS}/list")).body["result"][0].clone();
    let mut names: Vec<&String> = basic.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["app_description", "app_id", "app_name", "application_type", "login_uri", "tenant_id"]);
}

#[test]
fn a_put_changes_what_it_names_and_replaces_objects_whole() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    session.put(&app, &json!({"allow_public_signup": true, "subdomain": "acme"})).ok();
    let configuration = "refresh_token_invalidation_trigger_configuration";
    let before = session.get(&app).ok();
    let client_before = session.get(&client).ok();
    let after = session.put(&app, &json!({configuration: {"invalidateOnMemberSuspension": false}})).ok();
    assert_eq!(after[configuration], json!({"invalidateOnMemberSuspension": false}));
    for (name, value) in before.as_object().unwrap() {
        if name != configuration && name != "updated_at" {
            assert_eq!(&after[name], value, "{name}");
        }
    }
    assert_ne!(before["updated_at"], after["updated_at"]);
    assert_eq!(session.get(&client).ok(), client_before);
    assert_eq!(session.get(&app).ok(), after);
}

#[test]
fn flat_fields_in_a_put_change_the_default_client() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let before = session.get(&client).ok();
    session.put(&app, &json!({"client_display_name": "renamed", "redirect_uris": []})).ok();
    let after = session.get(&client).ok();
    assert_eq!(after["name"], "renamed");
    assert_eq!(after["redirect_uris"], json!([]));
    assert_ne!(after["updated_at"], before["updated_at"]);
    let shown = session.get(&app).ok();
    assert_eq!(shown["client_display_name"], "renamed");
}

#[test]
fn a_custom_domain_is_written_as_a_text_and_read_as_an_object() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let shown = session.put(&app, &json!({"custom_domain": "id.example.com"})).ok();
    assert_eq!(shown["custom_domain"]["domain"], "id.example.com");
    assert_eq!(shown["custom_domain"]["status"], "pending");
    assert_eq!(shown["custom_domain"]["updated_at"], shown["updated_at"]);
    for name in ["b", "c", "d"] {
        session.application(name);
    }
    assert_eq!(session.get(&app).ok()["custom_domain"]["status"], "verified");
}

#[test]
fn a_custom_domain_that_failed_shows_its_error() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let failed = json!({"domain": "x.example", "updated_at": "2026-01-01T00:00:00.000Z",
        "status": "error", "error": "no CNAME"});
    session.world.edit_application(&id(&app), "custom_domain", Some(failed.clone()));
    assert_eq!(session.get(&app).ok()["custom_domain"], failed);
}

#[test]
fn deleting_an_application_deletes_its_clients() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let answer = session.delete(&app);
    assert_eq!(answer.status, 204);
    assert!(answer.raw.body().is_empty());
    session.get(&app).refused(404);
    session.get(&client).refused(404);
    session.put(&app, &json!({})).refused(404);
    session.delete(&app).refused(404);
    session.post(&format!("{app}/clients"), &oidc("x")).refused(404);
    assert!(session.world.clients(&id(&app)).is_empty());
}

#[test]
fn ids_are_never_used_again() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    session.delete(&app).ok();
    let (next, next_client) = session.application("a");
    assert_ne!(app, next);
    assert_ne!(client, next_client);
}

#[test]
fn resources_of_an_application_are_those_of_its_default_client() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let path = format!("{app}/resources");
    let shown = session.put(&path, &json!({"resource_ids": ["r1", "r2"]})).body;
    assert_eq!(shown["result"]["resources"], json!(["r1", "r2"]));
    assert_eq!(session.get(&client).ok()["resources"], json!(["r1", "r2"]));
    session.put(&path, &json!({})).refused(400);
    session.put(&path, &json!({"resource_ids": [1]})).refused(400);
    session.put(&format!("{APPLICATIONS}/none/resources"), &json!({"resource_ids": []})).refused(404);
}

#[test]
fn a_name_or_a_domain_that_is_taken_is_a_conflict() {
    let mut session = Session::new();
    let (first, _) = session.application("first");
    let domains = json!({"subdomain": "acme", "custom_domain": "id.acme.example"});
    session.put(&first, &domains).ok();
    let (second, _) = session.application("second");
    for (field, value) in [("app_name", "first"), ("subdomain", "acme"), ("custom_domain", "id.acme.example")] {
        let mut body = json!({"app_name": "third", "client_display_name": "main"});
        body[field] = value.into();
        let refused = session.post(APPLICATIONS, &body);
        refused.refused(409);
        assert!(refused.body["ts_error_code"].is_string(), "{field}");
        session.put(&second, &json!({field: value})).refused(400);
        session.put(&first, &json!({field: value})).ok();
    }
    session.delete(&first).ok();
    session.put(&second, &json!({"subdomain": "acme", "app_name": "first"})).ok();
}

#[test]
fn a_refused_create_leaves_no_trace() {
    let mut session = Session::new();
    session.application("first");
    let before = session.world.to_json();
    session.post(APPLICATIONS, &json!({"app_name": "first", "client_display_name": "x"})).refused(409);
    let signing = json!({"app_name": "x", "client_display_name": "x", "signing_key_enabled": true});
    session.post(APPLICATIONS, &signing).refused(400);
    assert_eq!(session.world.to_json(), before);
}

#[test]
fn only_one_application_is_the_hub() {
    let hub = json!({"authenticator_preferences": {"is_centralized": true, "login_uri": "https://h.example"}});
    let mut session = Session::new();
    let (first, _) = session.application("first");
    let (second, _) = session.application("second");
    session.put(&first, &hub).ok();
    session.put(&first, &hub).ok();
    session.put(&second, &hub).refused(400);
    let mut body = json!({"app_name": "third", "client_display_name": "main"});
    body["authenticator_preferences"] = hub["authenticator_preferences"].clone();
    session.post(APPLICATIONS, &body).refused(400);
    let off = json!({"authenticator_preferences": {"is_centralized": false, "login_uri": ""}});
    session.put(&first, &off).ok();
    session.put(&second, &hub).ok();
}

#[test]
fn an_invitation_client_is_an_oidc_client_of_the_application_without_enforced_pkce() {
    let mut session = Session::new();
    let (app, client) = session.application("a");
    let (_, foreign) = session.application("b");
    let saml = session.client(&app, &crate::support::saml("saml"));
    let mut strict = oidc("strict");
    strict["pkce"] = "enforcePkceAlongsideClientCredentials".into();
    let strict = session.client(&app, &strict);
    for bad in [foreign, saml, strict, "none".to_owned()] {
        session.put(&app, &json!({"invite_client_id": id(&bad)})).refused(400);
    }
    session.put(&app, &json!({"invite_client_id": id(&client)})).ok();
}

#[test]
fn a_signing_key_needs_a_domain() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    session.put(&app, &json!({"signing_key_enabled": true})).refused(400);
    session.put(&app, &json!({"signing_key_enabled": true, "subdomain": "acme"})).ok();
    let delete = json!({"signing_key_enabled": false, "should_delete_signing_key": true});
    let shown = session.put(&app, &delete).ok();
    assert_eq!(shown["signing_key_enabled"], false);
    assert!(shown.get("should_delete_signing_key").is_none());
}

#[test]
fn system_applications_are_hidden() {
    let mut session = Session::new();
    assert_eq!(session.get(APPLICATIONS).ok(), json!([]));
    assert!(session.world.applications().is_empty());
    for application in session.world.system_applications() {
        let path = format!("{APPLICATIONS}/{}", application["app_id"].as_str().unwrap());
        session.get(&path).refused(404);
        session.delete(&path).refused(404);
    }
}

#[test]
fn the_portal_can_store_what_the_api_refuses() {
    let mut session = Session::new();
    let (app_id, client_id) = session.world.insert_application(
        json!({"app_name": "Old", "client_type": "native", "legacy": true, "custom_domain": "o.example"}),
        json!({"name": "old", "role_ids": ["r"]}),
    );
    let shown = session.get(&format!("{APPLICATIONS}/{app_id}")).ok();
    assert_eq!(shown["client_id"], json!(client_id));
    assert_eq!(shown["legacy"], true);
    assert_eq!(shown["client_type"], "native");
    assert_eq!(shown["custom_domain"]["domain"], "o.example");
    let more = session.world.insert_client(&app_id, oidc("more"));
    assert_eq!(session.world.clients(&app_id).len(), 2);
    assert!(session.world.edit_client(&app_id, &more, "name", None));
    assert!(session.world.set_client_secret(&app_id, &client_id, "canary-1"));
    let preferences = json!({"auth_methods": {"push": {"fcm": {"key": "canary-2"}}}});
    assert!(session.world.set_login_preferences(&app_id, preferences));
    let shown = session.get(&format!("{APPLICATIONS}/{app_id}")).ok().to_string();
    assert!(shown.contains("canary-1") && shown.contains("canary-2"));
    assert!(session.world.remove_client(&app_id, &client_id));
    assert_eq!(session.get(&format!("{APPLICATIONS}/{app_id}")).ok()["client_id"], json!(more));
    assert!(session.world.remove_application(&app_id));
    assert!(!session.world.remove_application(&app_id));
    assert_eq!(session.world.insert_client(&app_id, Value::Null), "");
}

#[test]
fn the_ids_of_planted_objects_are_the_worlds_own() {
    let mut session = Session::new();
    let (app_id, client_id) = session
        .world
        .insert_application(json!({"app_id": "x", "app_name": "a"}), json!({"client_id": "y", "name": "n"}));
    assert_ne!(app_id, "x");
    assert_eq!(session.world.applications()[0]["app_id"], json!(app_id));
    assert_eq!(session.world.applications()[0]["client_id"], json!(client_id));
    assert_eq!(session.world.clients(&app_id)[0]["client_id"], json!(client_id));
}

#[test]
fn a_second_hub_from_the_portal_does_not_spoil_other_changes() {
    let mut session = Session::new();
    let hub = json!({"is_centralized": true, "login_uri": "https://h.example"});
    for name in ["a", "b"] {
        let fields = json!({"app_name": name, "authenticator_preferences": hub});
        session.world.insert_application(fields, oidc("main"));
    }
    let app_id = session.world.applications()[0]["app_id"].as_str().unwrap().to_owned();
    let app = format!("{APPLICATIONS}/{app_id}");
    session.put(&app, &json!({"app_description": "d"})).ok();
    session.put(&app, &json!({"authenticator_preferences": hub})).refused(400);
}
