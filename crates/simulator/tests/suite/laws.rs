//! What holds for any requests, in any order, under any answers to the open questions.

use std::collections::BTreeSet;

use http::{Method, Request, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use tilewright_simulator::{Answer, Quirks, World};

use crate::support::{APPLICATIONS, Session, id, oidc, saml};

/// A request against whatever is there; numbers choose among the objects.
#[derive(Clone, Debug)]
enum Ask {
    List(bool),
    Read(usize),
    ReadClients(usize),
    Create(usize, bool),
    CreateClient(usize, usize, bool),
    Update(usize, usize),
    UpdateClient(usize, usize, usize),
    Delete(usize),
    DeleteClient(usize, usize),
    DeleteClients(usize),
}

fn ask() -> impl Strategy<Value = Ask> {
    let n = 0..4_usize;
    prop_oneof![
        any::<bool>().prop_map(Ask::List),
        n.clone().prop_map(Ask::Read),
        n.clone().prop_map(Ask::ReadClients),
        (n.clone(), any::<bool>()).prop_map(|(a, b)| Ask::Create(a, b)),
        (n.clone(), n.clone(), any::<bool>()).prop_map(|(a, b, c)| Ask::CreateClient(a, b, c)),
        (n.clone(), 0..8_usize).prop_map(|(a, b)| Ask::Update(a, b)),
        (n.clone(), n.clone(), 0..8_usize).prop_map(|(a, b, c)| Ask::UpdateClient(a, b, c)),
        n.clone().prop_map(Ask::Delete),
        (n.clone(), n.clone()).prop_map(|(a, b)| Ask::DeleteClient(a, b)),
        n.prop_map(Ask::DeleteClients),
    ]
}

fn quirks() -> impl Strategy<Value = Quirks> {
    let switches = Quirks::switches();
    proptest::collection::vec(0..switches.len(), 0..6).prop_map(move |chosen| {
        let mut quirks = Quirks::default();
        for index in chosen {
            (switches[index].1)(&mut quirks);
        }
        // The caller may delete its own application under this one; then nothing more can be asked.
        quirks.system_applications_listed = false;
        quirks
    })
}

fn application_bodies(world: &World, app: &str) -> Vec<Value> {
    let client = nth_client(world, app, 0);
    vec![
        json!({}),
        json!({"app_name": "name-1"}),
        json!({"authenticator_preferences": {"is_centralized": true, "login_uri": ""}}),
        json!({"invite_client_id": client, "allow_public_signup": true}),
        json!({"subdomain": "acme", "signing_key_enabled": true}),
        json!({"client_type": "native", "redirect_uris": []}),
        json!({"app_description": null, "unknown": 1}),
        json!({"custom_domain": "x.example", "client_display_name": "client-1"}),
    ]
}

fn client_bodies() -> Vec<Value> {
    vec![
        json!({}),
        json!({"name": "client-1", "description": ""}),
        json!({"pkce": "enforcePkceInsteadOfClientCredentials"}),
        json!({"redirect_uris": ["com.example.app://cb"], "client_type": "native"}),
        json!({"fapi_version_compliancy": true,
            "authentication_configuration": {"method": "private_key_jwt", "jwks": {"keys": []}}}),
        json!({"enforce_par": false, "token_expiration": {}}),
        json!({"optional_acs_url": true, "sp_acs_url": ""}),
        json!({"description": null}),
    ]
}

/// The id of the n-th application, or of none.
fn nth_application(world: &World, n: usize) -> String {
    let applications = world.applications();
    match applications.get(n % applications.len().max(1)) {
        Some(application) => application["app_id"].as_str().unwrap().to_owned(),
        None => "none".to_owned(),
    }
}

fn nth_client(world: &World, app: &str, n: usize) -> String {
    let clients = world.clients(app);
    match clients.get(n % clients.len().max(1)) {
        Some(client) => client["client_id"].as_str().unwrap().to_owned(),
        None => "none".to_owned(),
    }
}

fn send(session: &mut Session, ask: &Ask) -> u16 {
    let path = |session: &Session, n: &usize| {
        let app = nth_application(&session.world, *n);
        (format!("{APPLICATIONS}/{app}"), app)
    };
    match ask {
        Ask::List(false) => session.get(APPLICATIONS),
        Ask::List(true) => session.get(&format!("{APPLICATIONS}/list")),
        Ask::Read(n) => session.get(&path(session, n).0),
        Ask::ReadClients(n) => session.get(&format!("{}/clients", path(session, n).0)),
        Ask::Create(name, is_saml) => {
            let first = if *is_saml { saml("client-0") } else { oidc("client-0") };
            let name = format!("name-{name}");
            let body = json!({"app_name": name, "client_display_name": "client-0", "first_client": first});
            session.post(APPLICATIONS, &body)
        }
        Ask::CreateClient(n, name, is_saml) => {
            let name = format!("client-{name}");
            let body = if *is_saml { saml(&name) } else { oidc(&name) };
            session.post(&format!("{}/clients", path(session, n).0), &body)
        }
        Ask::Update(n, body) => {
            let (path, app) = path(session, n);
            let body = application_bodies(&session.world, &app)[*body].clone();
            session.put(&path, &body)
        }
        Ask::UpdateClient(n, client, body) => {
            let (path, app) = path(session, n);
            let client = nth_client(&session.world, &app, *client);
            session.put(&format!("{path}/clients/{client}"), &client_bodies()[*body])
        }
        Ask::Delete(n) => session.delete(&path(session, n).0),
        Ask::DeleteClient(n, client) => {
            let (path, app) = path(session, n);
            let client = nth_client(&session.world, &app, *client);
            session.delete(&format!("{path}/clients/{client}"))
        }
        Ask::DeleteClients(n) => session.delete(&format!("{}/clients", path(session, n).0)),
    }
    .status
}

/// What is stored, without what late reads count.
fn stored(world: &World) -> Vec<Value> {
    let clients = |app: &Value| world.clients(app["app_id"].as_str().unwrap());
    world.applications().into_iter().map(|app| json!([clients(&app), app])).collect()
}

fn hubs(world: &World) -> usize {
    let hub = |app: &&Value| app["authenticator_preferences"]["is_centralized"] == true;
    world.applications().iter().filter(hub).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_world_stays_sound(quirks in quirks(), asks in proptest::collection::vec(ask(), 1..40)) {
        let mut session = Session::with(|it| *it = quirks.clone());
        let mut ids = BTreeSet::new();
        for ask in &asks {
            let before = stored(&session.world);
            let known: BTreeSet<String> = ids_of(&session.world);
            let status = send(&mut session, ask);
            let after = stored(&session.world);
            let entry = session.world.log().last().unwrap().clone();
            prop_assert!(status < 500 && status != 401, "{ask:?} {status}");
            let touched = before != after;
            prop_assert!(!touched || entry.changed, "{ask:?} changed something and the log denies it");
            prop_assert!(!touched || (entry.method != "GET" && status < 300), "{ask:?} {status} changed something");
            prop_assert!(hubs(&session.world) <= 1);
            for id in ids_of(&session.world).difference(&known) {
                prop_assert!(ids.insert(id.clone()), "{id} was used before");
            }
            for app in session.world.applications() {
                let clients = session.world.clients(app["app_id"].as_str().unwrap());
                let default = clients.iter().any(|it| it["client_id"] == app["client_id"]);
                prop_assert_eq!(default, !clients.is_empty());
                let invited = app.get("invite_client_id").is_none_or(|id| clients.iter().any(|it| &it["client_id"] == id));
                prop_assert!(invited, "invite_client_id names a client that is gone");
            }
        }
        let text = session.world.to_json();
        prop_assert_eq!(World::from_json(&text).unwrap().to_json(), text);
    }

    #[test]
    fn nothing_makes_it_panic(
        method in prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT), Just(Method::DELETE)],
        path in "(/cis)?(/v1|/oidc)?(/applications|/token)?(/[a-z%.0-9]{0,6}){0,4}",
        kind in prop_oneof![Just("application/json"), Just("application/x-www-form-urlencoded"), Just("")],
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40),
            "[\\[{\"a-z_:,0-9e.\\-}\\]]{0,60}".prop_map(String::into_bytes),
        ],
    ) {
        let mut session = Session::new();
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", session.token))
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .unwrap();
        match session.world.handle(&request) {
            Answer::Response(response) => prop_assert!(response.status().as_u16() < 500),
            Answer::Cut => prop_assert!(false, "cut"),
        }
    }
}

fn ids_of(world: &World) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for app in world.applications() {
        let app_id = app["app_id"].as_str().unwrap();
        ids.insert(app_id.to_owned());
        ids.extend(world.clients(app_id).iter().map(|it| id(it["client_id"].as_str().unwrap())));
    }
    ids
}

#[test]
fn a_tenant_may_have_a_thousand_applications() {
    let mut session = Session::new();
    for n in 0..1_000 {
        session.application(&format!("application {n}"));
    }
    assert_eq!(session.get(APPLICATIONS).ok().as_array().unwrap().len(), 1_000);
}
