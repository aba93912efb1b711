//! A plan that was saved, reviewed and is then applied: exactly that one, or none.

use insta::assert_snapshot;
use serde_json::json;

use crate::common::{INTRANET, SHOP, Sandbox, edited};

/// The sample, applied, changed, and planned into a file.
fn reviewed() -> Sandbox {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write("manifests/all.yaml", &edited(SHOP, "app_name: Storefront", "app_name: Shop"));
    sandbox.run(&["plan", "--out", "plan.json"]).expect(0);
    sandbox
}

#[test]
fn a_saved_plan_is_applied_without_asking_and_once() {
    let sandbox = reviewed();
    assert_snapshot!("reviewed", sandbox.run(&["apply", "--plan", "plan.json"]));
    assert_eq!(sandbox.tenant().names()[0], "Shop");
    let held = sandbox.tenant().held();
    assert_snapshot!("reviewed_again", sandbox.run(&["apply", "--plan", "plan.json"]).expect(6));
    assert_eq!(held, sandbox.tenant().held());
}

#[test]
fn a_saved_plan_is_shown_as_it_was_planned() {
    let sandbox = reviewed();
    for format in ["text", "json", "markdown"] {
        let planned = sandbox.run(&["plan", "--format", format]).expect(0);
        let shown = sandbox.run(&["show", "plan.json", "--format", format]).expect(0);
        assert_eq!(planned.stdout, shown.stdout, "{format}");
    }
    let elsewhere = Sandbox::new();
    elsewhere.write("plan.json", &std::fs::read_to_string(sandbox.path("plan.json")).unwrap());
    elsewhere.run(&["show", "plan.json"]).expect(0);
}

#[test]
fn a_plan_of_other_manifests_is_stale() {
    let sandbox = reviewed();
    sandbox.write("manifests/all.yaml", &edited(SHOP, "app_name: Storefront", "app_name: Market"));
    assert_snapshot!("other_manifests", sandbox.run(&["apply", "--plan", "plan.json"]).expect(6));
    assert_eq!(sandbox.tenant().names()[0], "Storefront");
}

#[test]
fn a_plan_whose_object_has_moved_is_stale_and_says_where() {
    let sandbox = reviewed();
    sandbox.tenant().edit("Storefront", |fields| fields["app_name"] = json!("Bazaar"));
    assert_snapshot!("moved", sandbox.run(&["apply", "--plan", "plan.json"]).expect(6));
    assert_eq!(sandbox.tenant().names()[0], "Bazaar");
}

#[test]
fn a_plan_for_another_environment_or_tenant_is_refused() {
    let sandbox = reviewed();
    let other = "    other:\n      simulator: .tilewright/other.json\n      tenant_id: tnt-other\n";
    sandbox.write("tilewright.yaml", &format!("{}{other}", crate::common::PROJECT));
    assert_snapshot!("other_environment", sandbox.run(&["apply", "-e", "other", "--plan", "plan.json"]).expect(6));
}

#[test]
fn a_file_that_is_no_plan_is_named() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.write("plan.json", "{\"format_version\": 1}");
    assert_snapshot!("no_plan", sandbox.run(&["show", "plan.json"]));
    assert_snapshot!("missing_plan", sandbox.run(&["show", "nothing.json"]));
    assert_snapshot!("no_plan_applied", sandbox.run(&["apply", "--plan", "plan.json"]));
}

#[test]
fn a_saved_plan_is_guarded_like_any_other() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    let gone = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: intranet, state: absent}\n";
    sandbox.write("manifests/all.yaml", &format!("{SHOP}---\n{gone}"));
    sandbox.run(&["plan", "--out", "plan.json"]).expect(0);
    sandbox.run(&["apply", "--plan", "plan.json"]).expect(5);
    sandbox.run(&["apply", "--plan", "plan.json", "--allow-deletes", "2"]).expect(0);
    assert_eq!(sandbox.tenant().names().len(), 3);
}
