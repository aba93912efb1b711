//! `--prune`: deletes what is bound and has no manifest any more, and nothing else.

use insta::assert_snapshot;

use crate::common::{INTRANET, SHOP, Sandbox, edited};

#[test]
fn what_left_the_manifests_is_pruned_where_that_is_asked_for_and_allowed() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    sandbox.write("manifests/all.yaml", SHOP);
    assert_snapshot!("planned", sandbox.run(&["plan", "--prune"]));
    assert_snapshot!("planned_markdown", sandbox.run(&["plan", "--prune", "--format", "markdown"]));
    sandbox.run(&["apply", "--prune", "--yes"]).expect(5);
    assert_snapshot!("pruned", sandbox.run(&["apply", "--prune", "--yes", "--allow-deletes", "2"]));
    assert_eq!(sandbox.tenant().names(), ["Storefront", "Storefront/Storefront Ops", "Storefront/Storefront Web"]);
    sandbox.run(&["plan", "--prune", "--exit-code"]).expect(0);
}

#[test]
fn what_was_never_bound_is_never_pruned() {
    let sandbox = Sandbox::applied(INTRANET);
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", SHOP);
    sandbox.run(&["apply", "--prune", "--yes", "--allow-deletes", "0"]).expect(0);
    assert_eq!(sandbox.tenant().names().len(), 5);
}

#[test]
fn pruning_everything_because_nothing_was_loaded_is_refused() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write("manifests/all.yaml", "# nothing\n");
    assert_snapshot!("nothing_loaded", sandbox.run(&["apply", "--prune", "--yes", "--allow-deletes", "3"]).expect(5));
    assert_eq!(sandbox.tenant().names().len(), 3);
}

#[test]
fn protection_outlives_the_manifest() {
    let sandbox = Sandbox::applied(&edited(
        &format!("{SHOP}---\n{INTRANET}"),
        "name: intranet\n  labels",
        "name: intranet\n  protect: true\n  labels",
    ));
    sandbox.write("manifests/all.yaml", SHOP);
    assert_snapshot!("protected", sandbox.run(&["apply", "--prune", "--yes", "--allow-deletes", "2"]).expect(5));
    assert_eq!(sandbox.tenant().names().len(), 5);
}
