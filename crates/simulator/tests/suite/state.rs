//! The state file.

use serde_json::{Value, json};
use tilewright_simulator::{Quirks, World};

use crate::support::{APPLICATIONS, Session, id, oidc, saml};

fn busy() -> Session {
    let mut session = Session::with(|q| q.late_reads = 1);
    let (app, client) = session.application("a");
    session.client(&app, &saml("s"));
    session.put(&client, &json!({"role_ids": ["r"], "session_expiration": 0.5})).ok();
    session.put(&app, &json!({"custom_domain": "x.example"})).ok();
    session
}

#[test]
fn a_world_that_was_saved_and_loaded_is_the_same() {
    let mut session = busy();
    let text = session.world.to_json();
    assert!(text.ends_with("}\n"));
    let mut loaded = World::from_json(&text).unwrap();
    assert_eq!(loaded.to_json(), text);
    assert_eq!(loaded.quirks(), session.world.quirks());
    assert_eq!(loaded.credentials(), session.world.credentials());
    assert!(loaded.log().is_empty());
    // The token still holds, and both worlds go on alike.
    let app = format!("{APPLICATIONS}/{}", session.world.applications()[0]["app_id"].as_str().unwrap());
    let request = session.request(http::Method::POST, &format!("{app}/clients"), Some(&oidc("next")));
    let there = crate::support::reply(&mut loaded, &request);
    let here = crate::support::reply(&mut session.world, &request);
    assert_eq!(there.ok(), here.ok());
    assert_eq!(loaded.to_json(), session.world.to_json());
}

#[test]
fn the_same_requests_give_the_same_bytes() {
    assert_eq!(busy().world.to_json(), busy().world.to_json());
}

#[test]
fn every_quirk_survives_the_file() {
    let mut world = World::new("t");
    *world.quirks_mut() = Quirks::all_thrown();
    assert_eq!(World::from_json(&world.to_json()).unwrap().quirks(), &Quirks::all_thrown());
}

#[test]
fn a_file_that_is_damaged_or_foreign_is_refused() {
    let session = busy();
    let text = session.world.to_json();
    let state: Value = serde_json::from_str(&text).unwrap();
    let app_id = session.world.applications()[0]["app_id"].as_str().unwrap().to_owned();
    let with = |pointer: &str, value: Value| {
        let mut state = state.clone();
        *state.pointer_mut(pointer).unwrap() = value;
        state.to_string()
    };
    for (text, expected) in [
        (String::new(), "damaged"),
        ("{}".to_owned(), "not the state"),
        ("[]".to_owned(), "damaged"),
        (text[..text.len() / 2].to_owned(), "damaged"),
        (with("/version", json!(2)), "version 2"),
        (with("/version", json!("1")), "damaged"),
        (with("/format", json!("other")), "not the state"),
        (with("/tenant/applications", json!([])), "damaged"),
        (with("/tenant/quirks", json!({"unheard_of": true})), "damaged"),
        (with(&format!("/tenant/applications/{app_id}/fields/app_id"), json!("x")), "another id"),
        (with(&format!("/tenant/applications/{app_id}/clients"), json!({})), "default client"),
    ] {
        let error = World::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_debug_print_of_a_world_has_no_secret() {
    let session = busy();
    let printed = format!("{:?}", session.world);
    assert!(!printed.contains(session.world.credentials().1));
    for application in session.world.applications() {
        for client in session.world.clients(&id(application["app_id"].as_str().unwrap())) {
            assert!(!printed.contains(client["client_secret"].as_str().unwrap()));
        }
    }
}
