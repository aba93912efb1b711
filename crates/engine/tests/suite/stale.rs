//! What somebody else does between plan and apply: only the step in question is refused, and what depends on it.

use serde_json::json;
use tilewright_core::DesiredState;
use tilewright_engine::{Moved, Report, StepOutcome};
use tilewright_simulator::World;

use crate::common::bench::{Ask, Bench, at_once};
use crate::common::manifests::address;
use crate::common::shop::manifests;
use crate::common::{oracle, requests};

fn two(name: &str, login: &str) -> DesiredState {
    manifests(&[
        ("application/a", json!({"app_name": name, "login_uri": login})),
        ("client/a/web", json!({"name": format!("{name} web"), "redirect_uris": ["https://a.example.com/cb"]})),
        ("application/b", json!({"app_name": format!("{name} B"), "login_uri": login, "subdomain": "b"})),
        ("client/b/web", json!({"name": "Web", "redirect_uris": ["https://b.example.com/cb"]})),
    ])
}

fn settled(desired: &DesiredState) -> Bench {
    let bench = Bench::new(World::new("tnt-test"));
    assert!(at_once(bench.run(desired, Ask::default())).unwrap().report.is_success());
    bench
}

fn id(bench: &Bench, text: &str) -> String {
    bench.bindings().id(&address(text)).unwrap().to_string()
}

/// Plans, lets somebody at the tenant, applies.
fn interfered(bench: &Bench, desired: &DesiredState, interfere: impl FnOnce(&Bench)) -> Report {
    at_once(async {
        let planned = bench.plan(desired, Ask::default()).await.unwrap();
        interfere(bench);
        bench.take_log();
        bench.apply(&planned).await
    })
}

fn outcome<'a>(report: &'a Report, text: &str) -> &'a StepOutcome {
    &report.steps.iter().find(|s| s.address == address(text)).unwrap().outcome
}

#[test]
fn an_object_that_was_edited_after_the_plan_is_refused_with_the_field_named_and_the_rest_goes_on() {
    let bench = settled(&two("Before", "https://x.example.com/"));
    let app = id(&bench, "application/a");
    let report = interfered(&bench, &two("After", "https://y.example.com/"), |bench| {
        bench.world().edit_application(&app, "app_description", Some(json!("by hand")));
    });
    let moved = StepOutcome::Stale { moved: Moved::Fields { fields: vec!["app_description".to_owned()] } };
    assert_eq!(*outcome(&report, "application/a"), moved);
    assert_eq!(report.count("done"), report.steps.len() - 1, "{report:#?}");
    assert!(!report.is_success());
    let path = format!("/cis/v1/applications/{app}");
    assert!(!bench.take_log().iter().any(|e| requests::is_write(e) && e.path == path));
}

#[test]
fn what_depends_on_a_stale_step_is_skipped_with_its_root() {
    let before = two("Before", "https://x.example.com/");
    let bench = settled(&before);
    // `a` takes the subdomain that `b` lets go of.
    let mut after = before;
    let sub = |desired: &mut DesiredState, text: &str, label: &str| {
        let fields = &mut desired.resources.get_mut(&address(text)).unwrap().fields;
        fields.insert("subdomain".to_owned(), tilewright_core::Value::String(label.to_owned()));
    };
    sub(&mut after, "application/a", "b");
    sub(&mut after, "application/b", "c");
    let app = id(&bench, "application/b");
    let report = interfered(&bench, &after, |bench| {
        bench.world().edit_application(&app, "logo", Some(json!("https://logo.example.com/")));
        bench.world().edit_application(&app, "login_uri", Some(json!("https://hand.example.com/")));
    });
    let root = report.steps.iter().find(|s| s.address == address("application/b")).unwrap();
    let moved = StepOutcome::Stale { moved: Moved::Fields { fields: vec!["login_uri".to_owned()] } };
    assert_eq!(root.outcome, moved);
    assert_eq!(*outcome(&report, "application/a"), StepOutcome::Skipped { because_of: root.step });
    assert!(!bench.take_log().iter().any(requests::is_write));
}

#[test]
fn an_object_that_went_after_the_plan_is_not_made_again_unasked() {
    let bench = settled(&two("Before", "https://x.example.com/"));
    let app = id(&bench, "application/a");
    let report = interfered(&bench, &two("After", "https://x.example.com/"), |bench| {
        bench.world().remove_application(&app);
    });
    assert_eq!(*outcome(&report, "application/a"), StepOutcome::Stale { moved: Moved::Gone });
    assert_eq!(bench.world().applications().len(), 1);
}

#[test]
fn an_edit_of_what_is_to_be_deleted_keeps_it() {
    let before = two("Before", "https://x.example.com/");
    let bench = settled(&before);
    let mut after = before;
    for text in ["application/a", "client/a/web"] {
        crate::common::manifests::bury(&mut after, &address(text));
    }
    let app = id(&bench, "application/a");
    let report = interfered(&bench, &after, |bench| {
        bench.world().edit_application(&app, "login_uri", Some(json!("https://in-use.example.com/")));
    });
    let moved = StepOutcome::Stale { moved: Moved::Fields { fields: vec!["login_uri".to_owned()] } };
    assert_eq!(*outcome(&report, "application/a"), moved);
    assert_eq!(oracle::stored(&bench.world()).len(), 4);
}
