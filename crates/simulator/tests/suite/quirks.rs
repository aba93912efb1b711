//! Open questions about writes, in both answers; and work under every switch.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tilewright_simulator::{NameUniqueness, Nulls, Quirks, World};

use crate::support::{APPLICATIONS, Session, id, oidc, saml};

#[test]
fn the_default_throws_no_switch_and_every_switch_throws_something() {
    let mut names = BTreeSet::new();
    for (name, throw) in Quirks::switches() {
        let mut quirks = Quirks::default();
        throw(&mut quirks);
        assert_ne!(quirks, Quirks::default(), "{name}");
        assert!(names.insert(name), "{name}");
    }
    assert!(!Quirks::all_thrown().admin_refused_on_applications);
}

#[test]
fn everyday_work_goes_under_every_switch_and_under_all_of_them() {
    let mut all: Vec<Quirks> = Quirks::switches()
        .into_iter()
        .map(|(_, throw)| {
            let mut quirks = Quirks::default();
            throw(&mut quirks);
            quirks
        })
        .collect();
    all.push(Quirks::all_thrown());
    for quirks in all {
        let mut session = Session::with(|it| *it = quirks.clone());
        let (app, client) = session.application("a");
        let second = session.client(&app, &oidc("second"));
        let saml = session.client(&app, &saml("desk"));
        session.put(&app, &json!({"app_description": "d"})).ok();
        session.put(&client, &json!({"description": "d"})).ok();
        session.put(&saml, &json!({"description": "d"})).ok();
        session.delete(&second).ok();
        for _ in 0..quirks.late_reads {
            session.get(&app);
        }
        assert_eq!(session.get(&app).ok()["app_description"], "d", "{quirks:?}");
        assert_eq!(session.get(&client).ok()["description"], "d", "{quirks:?}");
        assert_eq!(session.get(&format!("{app}/clients")).ok().as_array().unwrap().len(), 2);
        session.delete(&app).ok();
        let copy = World::from_json(&session.world.to_json()).unwrap();
        assert_eq!(copy.to_json(), session.world.to_json());
    }
}

#[test]
fn a_put_may_fill_in_the_defaults_of_its_schema() {
    let mut session = Session::with(|q| q.put_fills_defaults = true);
    let (app, client) = session.application("a");
    let own = json!({"allow_public_signup": true, "invite_member_email_expiration_minutes": 5,
        "client_type": "native", "client_auth_method": "none", "subdomain": "s", "signing_key_enabled": true});
    session.put(&app, &own).ok();
    session
        .put(
            &client,
            &json!({"client_type": "native", "response_types": ["code"],
        "token_endpoint_auth_method": "none"}),
        )
        .ok();
    let shown = session.put(&app, &json!({"app_description": "d"})).ok();
    assert_eq!(shown["allow_public_signup"], false);
    assert_eq!(shown["invite_member_email_expiration_minutes"], 2_880);
    assert_eq!(shown["signing_key_enabled"], false);
    assert_eq!(shown["subdomain"], "s");
    let shown = session.get(&client).ok();
    assert_eq!(shown["client_type"], "web");
    assert_eq!(shown["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(shown["response_types"], json!(["code"]));
    let shown = session.put(&client, &json!({"description": "d"})).ok();
    assert_eq!(shown["response_types"], json!(["code", "id_token"]));
    let configuration = "refresh_token_invalidation_trigger_configuration";
    let part = json!({configuration: {"invalidateOnMemberSuspension": false}});
    let shown = session.put(&app, &part).ok();
    assert_eq!(shown[configuration]["invalidateOnMemberSuspension"], false);
    assert_eq!(shown[configuration]["invalidateOnMemberRoleUpdate"], true);
    let shown = session.put(&app, &json!({"client_type": "native", "allow_public_signup": true})).ok();
    assert_eq!((&shown["client_type"], &shown["allow_public_signup"]), (&json!("native"), &json!(true)));
}

#[test]
fn filling_leaves_a_saml_default_client_alone() {
    let mut session = Session::with(|q| q.put_fills_defaults = true);
    let body = json!({"app_name": "a", "client_display_name": "s", "first_client": saml("s")});
    let made = session.post(APPLICATIONS, &body).ok();
    let app = format!("{APPLICATIONS}/{}", made["app_id"].as_str().unwrap());
    let before = session.get(&format!("{app}/clients")).ok();
    session.put(&app, &json!({"app_description": "d"})).ok();
    assert_eq!(session.get(&format!("{app}/clients")).ok(), before);
}

#[test]
fn a_null_is_refused_ignored_or_clears() {
    let body = json!({"login_uri": null, "client_description": null, "app_description": "new"});
    for (nulls, login) in [(Nulls::Ignored, json!("x")), (Nulls::Clear, Value::Null)] {
        let mut session = Session::with(|q| q.nulls = nulls);
        let (app, _) = session.application("a");
        session.put(&app, &json!({"login_uri": "x", "client_description": "c"})).ok();
        let shown = session.put(&app, &body).ok();
        assert_eq!(shown["login_uri"], login);
        assert_eq!(shown["client_description"].is_null(), login.is_null());
        assert_eq!(shown["app_description"], "new");
        session.put(&app, &json!({"authenticator_preferences": {"is_centralized": null}})).refused(400);
        let named = session.put(&app, &json!({"app_name": null}));
        assert_eq!(named.status == 400, nulls == Nulls::Clear);
    }
    let mut session = Session::new();
    let (app, _) = session.application("a");
    session.put(&app, &body).refused(400);
}

#[test]
fn the_default_client_may_be_deletable() {
    let mut session = Session::with(|q| q.default_client_deletable = true);
    let (app, first) = session.application("a");
    let second = session.client(&app, &oidc("second"));
    session.client(&app, &oidc("third"));
    session.delete(&first).ok();
    assert_eq!(session.get(&app).ok()["client_id"], json!(id(&second)));
    assert_eq!(session.get(&app).ok()["client_display_name"], "second");
}

#[test]
fn flat_fields_may_win_over_the_first_client() {
    let mut body = json!({"app_name": "a", "client_display_name": "flat", "client_type": "native"});
    body["first_client"] = oidc("nested");
    for (wins, name, kind) in [(false, "nested", "web"), (true, "flat", "native")] {
        let mut session = Session::with(|q| q.flat_fields_win = wins);
        let made = session.post(APPLICATIONS, &body).ok();
        assert_eq!((&made["client_display_name"], &made["client_type"]), (&json!(name), &json!(kind)));
    }
}

#[test]
fn names_may_be_free_or_conflict_on_put() {
    for (names, create, put) in [
        (NameUniqueness::None, 201, 200),
        (NameUniqueness::CreateAndUpdate400, 409, 400),
        (NameUniqueness::CreateAndUpdate409, 409, 409),
    ] {
        let mut session = Session::with(|q| q.names = names);
        session.application("a");
        let (app, _) = session.application("b");
        let other = session.client(&app, &oidc("other"));
        assert_eq!(session.put(&app, &json!({"app_name": "a"})).status, put);
        assert_eq!(session.put(&other, &json!({"name": "main"})).status, put);
        let body = json!({"app_name": "a", "client_display_name": "x"});
        assert_eq!(session.post(APPLICATIONS, &body).status, create);
        assert_eq!(session.post(&format!("{app}/clients"), &oidc("main")).status, create);
    }
}

#[test]
fn case_may_not_matter_in_names() {
    for (ignore, status) in [(false, 201), (true, 409)] {
        let mut session = Session::with(|q| q.names_ignore_case = ignore);
        session.application("Shop");
        let body = json!({"app_name": "shop", "client_display_name": "x"});
        assert_eq!(session.post(APPLICATIONS, &body).status, status);
    }
}

#[test]
fn the_hub_may_be_handed_over_silently() {
    let mut session = Session::with(|q| q.hub_hand_over = true);
    let hub = json!({"authenticator_preferences": {"is_centralized": true, "login_uri": "https://h"}});
    let (first, _) = session.application("first");
    let (second, _) = session.application("second");
    session.put(&first, &hub).ok();
    let before = session.get(&first).ok();
    session.put(&second, &hub).ok();
    let after = session.get(&first).ok();
    assert_eq!(after["authenticator_preferences"], json!({"is_centralized": false, "login_uri": "https://h"}));
    assert_ne!(before["updated_at"], after["updated_at"]);
    let mut third = json!({"app_name": "third", "client_display_name": "x"});
    third["authenticator_preferences"] = hub["authenticator_preferences"].clone();
    session.post(APPLICATIONS, &third).ok();
    assert_eq!(session.get(&second).ok()["authenticator_preferences"]["is_centralized"], false);
}

#[test]
fn a_put_that_changes_nothing_may_move_the_timestamp() {
    for moves in [false, true] {
        let mut session = Session::with(|q| q.no_op_moves_updated_at = moves);
        let (app, client) = session.application("a");
        for path in [app, client] {
            let before = session.get(&path).ok();
            let after = session.put(&path, &json!({})).ok();
            assert_eq!(before["updated_at"] != after["updated_at"], moves);
        }
    }
}

#[test]
fn the_server_may_normalise_texts_and_uris() {
    let mut session = Session::with(|q| {
        q.uris_normalised = true;
        q.text_trimmed = true;
    });
    let (app, client) = session.application("a");
    let shown = session.put(&client, &json!({"redirect_uris": ["HTTPS://A.Example"], "name": " n "})).ok();
    assert_eq!(shown["redirect_uris"], json!(["https://a.example/"]));
    assert_eq!(shown["name"], "n");
    let preferences = json!({"is_centralized": false, "login_uri": "https://H.Example"});
    let body = json!({"authenticator_preferences": preferences, "app_description": " d "});
    let shown = session.put(&app, &body).ok();
    assert_eq!(shown["authenticator_preferences"]["login_uri"], "https://h.example/");
    assert_eq!(shown["app_description"], "d");
    session.post(&format!("{app}/clients"), &oidc(" n")).refused(409);
}

#[test]
fn an_equal_custom_domain_is_verified_again_or_kept() {
    for kept in [false, true] {
        let mut session = Session::with(|q| q.custom_domain_kept = kept);
        let (app, _) = session.application("a");
        let body = json!({"custom_domain": "x.example"});
        session.put(&app, &body).ok();
        for name in ["b", "c", "d"] {
            session.application(name);
        }
        let shown = session.put(&app, &body).ok();
        let expected = if kept { "verified" } else { "pending" };
        assert_eq!(shown["custom_domain"]["status"], expected);
    }
}

#[test]
fn unknown_members_may_be_ignored() {
    let mut session = Session::with(|q| q.unknown_members_ignored = true);
    let (app, client) = session.application("a");
    let shown = session.put(&app, &json!({"new": 1, "app_id": "x", "app_name": "b"})).ok();
    assert_eq!(shown["app_name"], "b");
    assert_eq!(shown["app_id"], json!(id(&app)));
    let body = json!({"sp_entity_id": "x", "authentication_protocol": "saml", "token_expiration": {"x": 1}});
    let shown = session.put(&client, &body).ok();
    assert_eq!(shown["token_expiration"], json!({}));
    assert_eq!(shown["authentication_protocol"], "oidc");
}

#[test]
fn lists_of_known_values_may_be_open() {
    let mut session = Session::with(|q| q.enums_open = true);
    let (_, client) = session.application("a");
    session.put(&client, &json!({"default_custom_claims": ["brand_new"]})).ok();
    session.put(&client, &json!({"response_types": ["brand_new"]})).refused(400);
}

#[test]
fn empty_redirect_uris_may_be_refused() {
    for (refused, status) in [(false, 200), (true, 400)] {
        let mut session = Session::with(|q| q.empty_redirect_uris_refused = refused);
        let (_, client) = session.application("a");
        assert_eq!(session.put(&client, &json!({"redirect_uris": []})).status, status);
        assert_eq!(session.put(&client, &json!({"client_type": "native"})).status, 200);
        // The flat fields of a create do not demand the member at all.
        let body = json!({"app_name": "b", "client_display_name": "x"});
        assert_eq!(session.post(APPLICATIONS, &body).status, 201);
    }
}

#[test]
fn fapi_may_refuse_instead_of_correcting() {
    let mut session = Session::with(|q| q.fapi_refuses = true);
    let (_, client) = session.application("a");
    let mut body = json!({"fapi_version_compliancy": true,
        "authentication_configuration": {"method": "private_key_jwt", "jwks": {"keys": []}}});
    session.put(&client, &body).refused(400);
    body["enforce_par"] = true.into();
    body["pkce"] = "enforcePkceAlongsideClientCredentials".into();
    session.put(&client, &body).ok();
}
