//! Ways in which a tenant answers that have misled the engine before.

use serde_json::{Value as Json, json};
use tilewright_core::DesiredState;
use tilewright_engine::Report;
use tilewright_simulator::{Fault, Quirks, Rule, World};

use crate::common::bench::{Ask, Bench, at_once};
use crate::common::manifests::{address, bury};
use crate::common::shop::manifests;

fn bench(throw: impl FnOnce(&mut Quirks)) -> Bench {
    let mut world = World::new("tnt-test");
    throw(world.quirks_mut());
    Bench::new(world)
}

fn apply(bench: &Bench, desired: &DesiredState) -> Report {
    at_once(bench.run(desired, Ask::default())).unwrap().report
}

/// Applies, and then finds nothing to do.
fn settles(bench: &Bench, desired: &DesiredState) {
    let report = apply(bench, desired);
    assert!(report.is_success(), "{report:#?}");
    let again = at_once(bench.run(desired, Ask::default())).unwrap();
    assert!(again.planned.plan.is_empty(), "{:#?}", again.planned.plan.changes);
}

fn one(application: Json, client: Json) -> DesiredState {
    manifests(&[("application/a", application), ("client/a/web", client)])
}

fn web() -> Json {
    json!({"name": "Web", "redirect_uris": ["https://web.example.com/cb"]})
}

fn stored_client(bench: &Bench) -> Json {
    let world = bench.world();
    let app = world.applications()[0]["app_id"].as_str().unwrap().to_owned();
    world.clients(&app)[0].clone()
}

#[test]
fn a_default_client_whose_uris_are_rewritten_on_creation_is_as_it_should_be() {
    let bench = bench(|q| q.uris_normalised = true);
    let client = json!({"name": "Web", "redirect_uris": ["HTTPS://Web.Example.com"]});
    settles(&bench, &one(json!({"app_name": "A"}), client));
}

#[test]
fn an_application_without_clients_can_be_made_where_redirect_uris_must_not_be_empty() {
    let bench = bench(|q| q.empty_redirect_uris_refused = true);
    settles(&bench, &manifests(&[("application/a", json!({"app_name": "A"}))]));
}

#[test]
fn a_member_that_is_left_out_and_filled_in_by_the_server_is_no_difference() {
    let bench = bench(|q| q.put_fills_defaults = true);
    settles(&bench, &one(json!({"app_name": "A"}), web()));
    let triggers = json!({"invalidateOnMemberSuspension": false, "invalidateOnMemberRoleUpdate": null});
    let desired = json!({"app_name": "A", "refresh_token_invalidation_trigger_configuration": triggers});
    settles(&bench, &one(desired, web()));
}

#[test]
fn an_empty_list_that_is_not_shown_is_not_filled_in_by_another_update() {
    let bench = bench(|q| {
        q.put_fills_defaults = true;
        q.empty_lists_dropped = true;
    });
    let client =
        |name: &str| json!({"name": name, "redirect_uris": ["https://web.example.com/cb"], "response_types": []});
    settles(&bench, &one(json!({"app_name": "A"}), client("Web")));
    settles(&bench, &one(json!({"app_name": "A"}), client("Renamed")));
    assert_eq!(stored_client(&bench)["response_types"], json!([]));
}

#[test]
fn an_authentication_method_that_follows_from_what_was_changed_is_no_surprise() {
    let bench = bench(|q| q.auth_method_derived = true);
    settles(&bench, &one(json!({"app_name": "A"}), web()));
    let mut client = web();
    client["authentication_configuration"] =
        json!({"method": "private_key_jwt", "jwks": {"keys": [{"kty": "RSA", "kid": "k", "n": "sXch", "e": "AQAB"}]}});
    settles(&bench, &one(json!({"app_name": "A"}), client));
}

#[test]
fn a_subdomain_that_the_list_does_not_show_is_taken_over_after_its_holder_went() {
    let bench = bench(|q| q.poor_list = true);
    let holder = ("application/z", json!({"app_name": "Z", "subdomain": "wanted"}));
    settles(&bench, &manifests(&[("application/a", json!({"app_name": "A"})), holder.clone()]));
    let mut desired = manifests(&[("application/a", json!({"app_name": "A", "subdomain": "wanted"}))]);
    let before = manifests(&[holder]);
    desired.resources.extend(before.resources);
    bury(&mut desired, &address("application/z"));
    settles(&bench, &desired);
}

#[test]
fn what_was_deleted_is_waited_for_while_lists_still_show_it() {
    let bench = bench(|_| {});
    let mut desired = one(json!({"app_name": "A"}), web());
    settles(&bench, &desired);
    bench.world().quirks_mut().late_reads = 6;
    for text in ["application/a", "client/a/web"] {
        bury(&mut desired, &address(text));
    }
    settles(&bench, &desired);
}

#[test]
fn a_tombstone_whose_object_is_gone_loses_its_binding() {
    let bench = bench(|_| {});
    let mut desired = one(json!({"app_name": "A"}), web());
    settles(&bench, &desired);
    let app = bench.bindings().id(&address("application/a")).unwrap().to_string();
    bench.world().remove_application(&app);
    for text in ["application/a", "client/a/web"] {
        bury(&mut desired, &address(text));
    }
    settles(&bench, &desired);
    assert!(bench.bindings().resources.is_empty());
}

#[test]
fn a_stray_404_does_not_pass_for_a_deletion() {
    for method in [http::Method::GET, http::Method::DELETE] {
        let bench = bench(|_| {});
        let mut desired = one(json!({"app_name": "A"}), web());
        settles(&bench, &desired);
        for text in ["application/a", "client/a/web"] {
            bury(&mut desired, &address(text));
        }
        let report = at_once(async {
            let planned = bench.plan(&desired, Ask::default()).await.unwrap();
            bench.world().faults_mut().add(Rule::next(Fault::status(404)).method(method));
            bench.apply(&planned).await
        });
        let is_gone = bench.world().applications().is_empty();
        assert_eq!(report.count("done") == 1, is_gone, "{report:#?}");
        settles(&bench, &desired);
        assert!(bench.world().applications().is_empty());
    }
}
