//! `plan`: what a reviewer reads.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::common::{EVERY_FIELD, INTRANET, PROJECT, SHOP, Sandbox, edited};

/// The sample, applied and then changed at one place.
fn changed(from: &str, to: &str) -> Sandbox {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write("manifests/all.yaml", &edited(SHOP, from, to));
    sandbox
}

#[test]
fn a_first_plan_creates() {
    assert_snapshot!(Sandbox::with(SHOP).run(&["plan"]));
}

#[test]
fn a_first_plan_as_markdown() {
    assert_snapshot!(Sandbox::with(SHOP).run(&["plan", "--format", "markdown"]));
}

#[test]
fn a_first_plan_as_json() {
    assert_snapshot!(Sandbox::with(SHOP).run(&["plan", "--format", "json"]));
}

#[test]
fn a_plan_of_every_field_is_readable() {
    assert_snapshot!(Sandbox::with(EVERY_FIELD).run(&["plan"]));
}

#[test]
fn nothing_to_do_is_said_and_is_no_pending_change() {
    let sandbox = Sandbox::applied(SHOP);
    assert_snapshot!("nothing_to_do", sandbox.run(&["plan", "--exit-code"]));
    assert_snapshot!("nothing_to_do_markdown", sandbox.run(&["plan", "--exit-code", "--format", "markdown"]));
}

#[test]
fn pending_changes_have_an_exit_code_where_it_is_asked_for() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.run(&["plan"]).expect(0);
    sandbox.run(&["plan", "--exit-code"]).expect(4);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let sandbox = Sandbox::with(&format!("{SHOP}---\n{INTRANET}"));
    for format in ["text", "json", "markdown"] {
        let first = sandbox.run(&["plan", "--format", format]).expect(0);
        let second = sandbox.run(&["plan", "--format", format]).expect(0);
        assert_eq!((first.stdout, first.stderr), (second.stdout, second.stderr), "{format}");
    }
}

#[test]
fn a_plan_leaves_the_tenant_and_the_folder_alone() {
    let sandbox = Sandbox::applied(SHOP);
    let (tenant, bindings) =
        (std::fs::read(sandbox.state()), std::fs::read(sandbox.path(".tilewright/bindings/local.json")));
    sandbox.write("manifests/all.yaml", &edited(SHOP, "app_name: Storefront", "app_name: Shop"));
    sandbox.run(&["plan"]).expect(0);
    assert_eq!(tenant.unwrap(), std::fs::read(sandbox.state()).unwrap());
    assert_eq!(bindings.unwrap(), std::fs::read(sandbox.path(".tilewright/bindings/local.json")).unwrap());
}

#[test]
fn a_list_shows_which_items_come_and_go() {
    let sandbox = changed("    - https://shop.example.com/silent\n", "    - https://shop.example.com/again\n");
    assert_snapshot!("list_changed", sandbox.run(&["plan"]));
    assert_snapshot!("list_changed_markdown", sandbox.run(&["plan", "--format", "markdown"]));
}

#[test]
fn an_object_is_sent_whole_with_what_the_manifest_does_not_state() {
    let sandbox = changed("access_token_ttl: 15m, refresh_token_ttl: 14d", "access_token_ttl: 10m");
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn a_new_display_name_is_an_update() {
    let sandbox = Sandbox::applied(SHOP);
    let renamed =
        edited(SHOP, "app_name: Storefront", "app_name: Shop").replace("name: Storefront Web", "name: Shop Web");
    sandbox.write("manifests/all.yaml", &renamed);
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn a_new_key_takes_over_the_object_of_the_old_one() {
    let sandbox = changed("name: ops\n", "name: operations\n");
    let text = std::fs::read_to_string(sandbox.path("manifests/all.yaml")).unwrap();
    sandbox.write("manifests/all.yaml", &edited(&text, "client/storefront/ops", "client/storefront/operations"));
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn a_change_made_in_the_portal_is_put_back() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.tenant().edit("Storefront", |fields| {
        fields["allow_public_signup"] = json!(false);
        fields["logo"] = json!("https://cdn.example.com/not-managed.png");
    });
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn live_objects_are_adopted_by_their_names() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.remove(".tilewright/bindings");
    assert_snapshot!("adopted", sandbox.run(&["plan"]));
    sandbox.write("manifests/all.yaml", &edited(SHOP, "allow_public_signup: true", "allow_public_signup: false"));
    assert_snapshot!("adopted_and_changed", sandbox.run(&["plan"]));
    assert_snapshot!("adopted_and_changed_markdown", sandbox.run(&["plan", "--format", "markdown"]));
}

#[test]
fn two_live_objects_of_one_name_are_an_error_that_lists_their_ids() {
    let both = format!("{SHOP}---\n{INTRANET}");
    let sandbox = Sandbox::applied(&both);
    sandbox.tenant().edit("Intranet", |fields| fields["app_name"] = json!("Storefront"));
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", SHOP);
    assert_snapshot!("ambiguous", sandbox.run(&["plan"]));
    assert_snapshot!("ambiguous_json", sandbox.run(&["plan", "--format", "json"]));
    assert_snapshot!("ambiguous_markdown", sandbox.run(&["plan", "--format", "markdown"]));
}

#[test]
fn what_left_the_manifests_is_only_listed() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    sandbox.write("manifests/all.yaml", SHOP);
    assert_snapshot!("left", sandbox.run(&["plan", "--exit-code"]));
    assert_snapshot!("left_markdown", sandbox.run(&["plan", "--exit-code", "--format", "markdown"]));
}

#[test]
fn an_object_that_is_gone_is_made_again() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    let mut tenant = sandbox.tenant();
    let id = tenant.application("Intranet")["app_id"].as_str().unwrap().to_owned();
    tenant.state["tenant"]["applications"].as_object_mut().unwrap().remove(&id);
    tenant.save();
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn another_protocol_replaces_the_client() {
    let other = "---\napiVersion: mosaic/v1\nkind: Client\nmetadata: {name: wiki, application: storefront}\nspec:\n  name: Wiki\n";
    let oidc = "  redirect_uris: [https://wiki.example.com/callback]\n";
    let saml = "  authentication_protocol: saml\n  sp_entity_id: https://wiki.example.com\n  sp_acs_url: https://wiki.example.com/saml\n";
    let sandbox = Sandbox::applied(&format!("{SHOP}{other}{oidc}"));
    sandbox.write("manifests/all.yaml", &format!("{SHOP}{other}{saml}"));
    assert_snapshot!("replaced", sandbox.run(&["plan"]));
    assert_snapshot!("replaced_markdown", sandbox.run(&["plan", "--format", "markdown"]));
}

#[test]
fn a_selection_plans_only_what_it_covers() {
    let sandbox = Sandbox::with(&format!("{SHOP}---\n{INTRANET}"));
    assert_snapshot!("selected_address", sandbox.run(&["plan", "--select", "application/intranet"]));
    assert_snapshot!("selected_pattern", sandbox.run(&["plan", "--select", "*/intranet*"]));
    assert_snapshot!("selected_label", sandbox.run(&["plan", "--label", "team=people"]));
    assert_snapshot!("selected_part", sandbox.run(&["plan", "--select", "client/storefront/ops"]));
}

#[test]
fn a_selection_that_matches_nothing_is_a_wrong_command_line() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!("no_such_address", sandbox.run(&["plan", "--select", "client/shop/*"]));
    assert_snapshot!("no_such_label", sandbox.run(&["plan", "--label", "team=grwoth"]).expect(2));
    assert_snapshot!("no_label", sandbox.run(&["plan", "--label", "team"]));
}

#[test]
fn manifests_named_on_the_command_line_are_the_scope() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    sandbox.write("other.yaml", &edited(INTRANET, "app_name: Intranet", "app_name: Inside"));
    assert_snapshot!(sandbox.run(&["plan", "other.yaml"]));
}

#[test]
fn an_environment_must_be_named_where_there_are_several() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.write("tilewright.yaml", &format!("{PROJECT}    other:\n      simulator: .tilewright/other.json\n"));
    assert_snapshot!("several_environments", sandbox.run(&["plan"]));
    assert_snapshot!("unknown_environment", sandbox.run(&["plan", "-e", "othr"]));
    sandbox.run(&["plan", "-e", "other"]).expect(0);
    sandbox.run_with(&["plan"], &[("TILEWRIGHT_ENVIRONMENT", "other")]).expect(0);
}

#[test]
fn invalid_manifests_are_never_planned() {
    let sandbox = Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"));
    assert_snapshot!("invalid_text", sandbox.run(&["plan"]));
    assert_snapshot!("invalid_json", sandbox.run(&["plan", "--format", "json"]));
    assert_snapshot!("invalid_markdown", sandbox.run(&["plan", "--format", "markdown"]));
    assert!(!sandbox.path(".tilewright").exists());
}

/// Whether a step waits for another, if need be by way of others.
fn waits(steps: &[Json], step: &Json, other: &Json) -> bool {
    let mut waited = ["after", "apart"].into_iter().flat_map(|list| step[list].as_array().unwrap());
    waited.any(|id| {
        let before = steps.iter().find(|s| s["id"] == *id).unwrap();
        before["id"] == other["id"] || waits(steps, before, other)
    })
}

#[test]
fn two_requests_to_one_object_are_never_in_flight_together() {
    // Updates send fields along whose defaults the server might fill in; at once, one would undo the other.
    let plan = Sandbox::with(EVERY_FIELD).run(&["plan", "--format", "json"]).json();
    let steps = plan["plan"]["steps"].as_array().unwrap();
    for (at, step) in steps.iter().enumerate() {
        for earlier in steps[..at].iter().filter(|s| s["address"] == step["address"]) {
            assert!(waits(steps, step, earlier), "step {} does not wait for {}", step["id"], earlier["id"]);
        }
    }
}

#[test]
fn what_an_unmanaged_field_refers_to_is_neither_deleted_nor_replaced() {
    let unreferred = edited(SHOP, "  invite_client_id: {ref: client/storefront/ops}\n", "");
    let sandbox = Sandbox::applied(SHOP);
    let deleted = edited(&unreferred, "name: ops\n", "name: ops\n  state: absent\n");
    sandbox.write("manifests/all.yaml", &deleted);
    assert_snapshot!("referred_and_deleted", sandbox.run(&["plan"]).expect(3));
    let replaced = edited(
        &unreferred,
        "  redirect_uris: [https://ops.example.com/callback]\n  pkce: allowPkceAlongsideClientCredentials\n",
        "  authentication_protocol: saml\n  sp_entity_id: https://ops.example.com\n  sp_acs_url: https://ops.example.com/saml\n",
    );
    sandbox.write("manifests/all.yaml", &replaced);
    assert_snapshot!("referred_and_replaced", sandbox.run(&["plan"]).expect(3));
}

#[test]
fn markdown_names_the_tenant_and_what_the_plan_is_narrowed_to() {
    let sandbox = Sandbox::with(&format!("{SHOP}---\n{INTRANET}"));
    let output = sandbox.run(&["plan", "--select", "*/intranet*", "--format", "markdown"]).expect(0);
    assert!(output.stdout.contains("tnt-simulated"), "{output}");
    assert!(output.stdout.contains("`select */intranet*`"), "{output}");
}
