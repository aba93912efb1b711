//! `validate`: what is wrong, where, and what to do; without network and credentials.

use insta::assert_snapshot;

use crate::common::{INTRANET, PROJECT, SHOP, Sandbox, edited};

/// Manifests with one mistake in each of three files.
fn three_mistakes() -> Sandbox {
    let sandbox = Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"));
    sandbox.write("manifests/intranet.yaml", &edited(INTRANET, "subdomain: intranet", "subdomain: [intranet]"));
    sandbox.write("manifests/broken.yaml", "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a\nspec: {}\n");
    sandbox
}

#[test]
fn right_manifests_are_valid() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!(sandbox.run(&["validate"]));
    assert!(!sandbox.path(".tilewright").exists(), "validate leaves nothing behind");
}

#[test]
fn a_typo_is_shown_at_its_place_with_what_was_meant() {
    let sandbox = Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"));
    assert_snapshot!(sandbox.run(&["validate"]));
}

#[test]
fn every_mistake_of_every_file_is_said_in_one_run() {
    assert_snapshot!(three_mistakes().run(&["validate"]));
}

#[test]
fn mistakes_as_json() {
    assert_snapshot!(three_mistakes().run(&["validate", "--format", "json"]));
}

#[test]
fn mistakes_as_markdown() {
    assert_snapshot!(three_mistakes().run(&["validate", "--format", "markdown"]));
}

#[test]
fn valid_manifests_as_json_and_markdown() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!("valid_json", sandbox.run(&["validate", "--format", "json"]));
    assert_snapshot!("valid_markdown", sandbox.run(&["validate", "--format", "markdown"]));
}

#[test]
fn mistakes_between_documents_name_both_places() {
    let sandbox = Sandbox::with(&edited(SHOP, "client/storefront/ops", "client/storefront/oops"));
    sandbox.write("manifests/again.yaml", &edited(INTRANET, "app_name: Intranet", "app_name: Storefront"));
    assert_snapshot!(sandbox.run(&["validate"]));
}

#[test]
fn a_mistake_that_all_environments_share_is_said_once() {
    let sandbox = Sandbox::with(&edited(SHOP, "client_type: web", "client_type: wep"));
    let other = "    production:\n      region: eu\n      client_id: a\n      client_secret: ${env:SECRET}\n";
    sandbox.write("tilewright.yaml", &format!("{PROJECT}{other}"));
    assert_snapshot!(sandbox.run(&["validate"]));
}

#[test]
fn an_environment_that_is_not_there_is_a_wrong_command_line() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!(sandbox.run(&["validate", "--environment", "prod"]));
}

#[test]
fn a_folder_without_a_project_asks_for_one() {
    assert_snapshot!(Sandbox::new().run(&["validate"]));
}

#[test]
fn manifests_can_be_named_without_a_project() {
    let sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    assert_snapshot!(sandbox.run(&["validate", "shop.yaml"]));
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!(sandbox.run(&["validate", "manifests/shop.yaml"]));
}

#[test]
fn mistakes_of_the_project_file_are_shown_at_their_places() {
    let sandbox = Sandbox::with(SHOP);
    let text =
        edited(PROJECT, "simulator: .tilewright/local.json", "simulater: .tilewright/local.json\n      regoin: eu");
    sandbox.write("tilewright.yaml", &text);
    assert_snapshot!(sandbox.run(&["validate"]));
}

#[test]
fn the_project_is_found_from_a_folder_below_it() {
    let sandbox = Sandbox::with(SHOP);
    let mut command = sandbox.command(&["validate"]);
    let output = command.current_dir(sandbox.path("manifests")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_project_without_manifests_is_worth_a_word() {
    let sandbox = Sandbox::new();
    sandbox.write("tilewright.yaml", PROJECT);
    assert_snapshot!("manifests_folder_missing", sandbox.run(&["validate"]));
    sandbox.write("manifests/README.md", "nothing here yet\n");
    assert_snapshot!("manifests_folder_empty", sandbox.run(&["validate"]));
}

#[test]
fn validate_needs_no_credentials() {
    let sandbox = Sandbox::with(SHOP);
    let text = edited(
        PROJECT,
        "simulator: .tilewright/local.json",
        "region: eu\n      client_id: ${env:NOT_SET}\n      client_secret: ${env:NOT_SET_EITHER}",
    );
    sandbox.write("tilewright.yaml", &text);
    sandbox.run(&["validate"]).expect(0);
}
