//! `apply`: what is sent, what is refused, and what an on-call engineer reads afterwards.

use insta::assert_snapshot;
use serde_json::json;

use crate::common::{INTRANET, PROJECT, SHOP, Sandbox, edited};

/// The sample without what refers to the client `ops`, and with a tombstone in place of that client.
fn tombstone() -> String {
    let text = edited(
        SHOP,
        "  invite_client_id: {ref: client/storefront/ops}\n",
        "  invite_client_id: {ref: client/storefront/help}\n",
    );
    let text = text.replace(
        "name: ops\n  application: storefront\nspec:",
        "name: ops\n  application: storefront\n  state: absent\nspec:",
    );
    format!(
        "{text}---\napiVersion: mosaic/v1\nkind: Client\nmetadata: {{name: help, application: storefront}}\nspec:\n  name: \
         Storefront Help\n  redirect_uris: [https://help.example.com/callback]\n"
    )
}

fn project_with(guards: &str) -> String {
    format!("{PROJECT}      guards: {guards}\n")
}

#[test]
fn a_first_apply_creates_and_a_second_sends_nothing() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!("first", sandbox.run(&["apply", "--yes"]));
    assert_eq!(sandbox.tenant().names(), ["Storefront", "Storefront/Storefront Ops", "Storefront/Storefront Web"]);
    let before = sandbox.tenant().state;
    assert_snapshot!("second", sandbox.run(&["apply", "--yes"]));
    assert_eq!(before["tenant"]["applications"], sandbox.tenant().state["tenant"]["applications"]);
}

#[test]
fn an_apply_as_json() {
    assert_snapshot!(Sandbox::with(INTRANET).run(&["apply", "--yes", "--format", "json"]));
}

#[test]
fn an_apply_as_markdown() {
    assert_snapshot!(Sandbox::with(SHOP).run(&["apply", "--yes", "--format", "markdown"]));
}

#[test]
fn without_yes_and_without_a_terminal_nothing_is_asked_or_sent() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!(sandbox.run(&["apply"]));
    sandbox.run_on(&["apply"], "yes\n").expect(2);
    sandbox.run(&["apply", "--format", "json"]).expect(2);
    assert!(!sandbox.state().exists());
}

#[test]
fn adopted_objects_are_bound_and_stay_as_they_are() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.remove(".tilewright/bindings");
    let before = sandbox.tenant().held();
    assert_snapshot!("adopt", sandbox.run(&["apply", "--yes"]));
    assert_eq!(before, sandbox.tenant().held());
    assert_snapshot!("adopted_before", sandbox.run(&["plan", "--exit-code"]));
}

#[test]
fn an_update_changes_what_the_manifest_says_and_nothing_else() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.tenant().edit_client("Storefront", "Storefront Web", |fields| fields["session_expiration"] = json!(77));
    let text = edited(SHOP, "access_token_ttl: 15m, refresh_token_ttl: 14d", "access_token_ttl: 10m");
    sandbox.write("manifests/all.yaml", &text);
    let mut expected = sandbox.tenant().client("Storefront", "Storefront Web").clone();
    assert_snapshot!(sandbox.run(&["apply", "--yes"]));
    let found = sandbox.tenant().client("Storefront", "Storefront Web").clone();
    expected["token_expiration"]["access_token_ttl"] = json!(600);
    expected["updated_at"] = found["updated_at"].clone();
    assert_eq!(expected, found);
}

#[test]
fn a_tombstone_is_refused_until_its_number_is_named() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write("manifests/all.yaml", &tombstone());
    let before = sandbox.tenant().held();
    assert_snapshot!("tombstone_planned", sandbox.run(&["plan"]));
    assert_snapshot!("tombstone_planned_markdown", sandbox.run(&["plan", "--format", "markdown"]));
    assert_snapshot!("tombstone_refused", sandbox.run(&["apply", "--yes"]));
    assert_snapshot!("tombstone_refused_json", sandbox.run(&["apply", "--yes", "--format", "json"]));
    assert_snapshot!("tombstone_refused_markdown", sandbox.run(&["apply", "--yes", "--format", "markdown"]));
    assert_snapshot!("tombstone_wrong_number", sandbox.run(&["apply", "--yes", "--allow-deletes", "2"]));
    assert_eq!(before, sandbox.tenant().held(), "nothing was sent");
    assert_snapshot!("tombstone_allowed", sandbox.run(&["apply", "--yes", "--allow-deletes", "1"]));
    assert_eq!(sandbox.tenant().names(), ["Storefront", "Storefront/Storefront Help", "Storefront/Storefront Web"]);
    assert_snapshot!("tombstone_done", sandbox.run(&["plan", "--exit-code"]));
}

#[test]
fn deletes_within_the_limits_of_the_project_need_no_flag() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write("manifests/all.yaml", &tombstone());
    sandbox.write("tilewright.yaml", &project_with("{max_deletes: 1, max_delete_percent: 50}"));
    sandbox.run(&["apply", "--yes"]).expect(0);
    sandbox.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn deleting_an_application_counts_its_clients() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write(
        "manifests/all.yaml",
        "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: storefront, state: absent}\n",
    );
    let refused = sandbox.run(&["apply", "--yes"]);
    assert!(!refused.stdout.contains("left alone"), "what goes with its application is not left alone: {refused}");
    assert_snapshot!("application_refused", refused);
    assert_snapshot!("application_deleted", sandbox.run(&["apply", "--yes", "--allow-deletes", "3"]));
    assert!(sandbox.tenant().names().is_empty());
    sandbox.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn a_protected_resource_is_never_deleted() {
    let protect = |text: &str| {
        text.replace(
            "name: ops\n  application: storefront\n",
            "name: ops\n  application: storefront\n  protect: true\n",
        )
    };
    let sandbox = Sandbox::applied(&protect(SHOP));
    sandbox.write("manifests/all.yaml", &protect(&tombstone()));
    assert_snapshot!("protected", sandbox.run(&["apply", "--yes", "--allow-deletes", "1"]));
    sandbox.write("manifests/all.yaml", &tombstone());
    assert_snapshot!("protected_by_binding", sandbox.run(&["apply", "--yes", "--allow-deletes", "1"]));
    assert_eq!(sandbox.tenant().clients("Storefront").len(), 2);
}

#[test]
fn the_default_client_is_not_deleted_while_its_application_stays() {
    let sandbox = Sandbox::applied(SHOP);
    let text = SHOP.replace("  default: true\n", "  state: absent\n");
    sandbox.write("manifests/all.yaml", &text);
    assert_snapshot!(sandbox.run(&["apply", "--yes", "--allow-deletes", "1"]));
    assert_eq!(sandbox.tenant().clients("Storefront").len(), 2);
}

#[test]
fn a_replacement_says_that_credentials_change() {
    let sandbox = Sandbox::applied(INTRANET);
    let second = "---\napiVersion: mosaic/v1\nkind: Client\nmetadata: {name: wiki, application: intranet}\nspec:\n  name: Wiki\n  \
                  redirect_uris: [https://wiki.example.com/callback]\n";
    let text = edited(INTRANET, "  application: intranet\n", "  application: intranet\n  default: true\n");
    sandbox.write("manifests/all.yaml", &format!("{text}{second}"));
    sandbox.run(&["apply", "--yes"]).expect(0);
    let old = sandbox.tenant().client("Intranet", "Wiki")["client_id"].clone();
    let replaced = edited(
        second,
        "  redirect_uris: [https://wiki.example.com/callback]\n",
        "  authentication_protocol: saml\n  sp_entity_id: https://wiki.example.com\n  sp_acs_url: https://wiki.example.com/saml\n",
    );
    sandbox.write("manifests/all.yaml", &format!("{text}{replaced}"));
    assert_snapshot!("replacement_refused", sandbox.run(&["apply", "--yes"]));
    assert_snapshot!("replacement", sandbox.run(&["apply", "--yes", "--allow-deletes", "1"]));
    let new = sandbox.tenant().client("Intranet", "Wiki").clone();
    assert_ne!(old, new["client_id"]);
    assert_eq!(new["authentication_protocol"], "saml");
    sandbox.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn a_part_that_the_tenant_refuses_stops_only_what_depends_on_it() {
    // The tenant takes names that differ only in case for the same, which no manifest can know.
    let sandbox = Sandbox::applied(&edited(INTRANET, "app_name: Intranet", "app_name: STOREFRONT"));
    sandbox.tenant().switch("names_ignore_case", json!(true));
    let unrelated = INTRANET.replace("intranet", "wiki").replace("Intranet", "Wiki");
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", &format!("{SHOP}---\n{unrelated}"));
    assert_snapshot!("refused", sandbox.run(&["apply", "--yes"]));
    assert_eq!(sandbox.tenant().names(), ["STOREFRONT", "STOREFRONT/Helpdesk", "Wiki", "Wiki/Helpdesk"]);
    assert_snapshot!("refused_again_markdown", sandbox.run(&["apply", "--yes", "--format", "markdown"]));
    assert_snapshot!("refused_again_json", sandbox.run(&["apply", "--yes", "--format", "json"]));
    sandbox.tenant().switch("names_ignore_case", json!(false));
    assert_snapshot!("mended", sandbox.run(&["apply", "--yes"]));
    sandbox.run(&["plan", "--exit-code"]).expect(0);
}

#[test]
fn invalid_manifests_are_never_sent() {
    let sandbox = Sandbox::with(&edited(SHOP, "client_type: web", "client_type: wep"));
    assert_snapshot!(sandbox.run(&["apply", "--yes"]));
    assert!(!sandbox.path(".tilewright").exists());
}

#[test]
fn two_applies_to_one_environment_exclude_each_other() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.run(&["plan"]).expect(0);
    let children: Vec<_> = (0..4).map(|_| sandbox.command(&["apply", "--yes"]).spawn().unwrap()).collect();
    let codes: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert_eq!(sandbox.tenant().names(), ["Storefront", "Storefront/Storefront Ops", "Storefront/Storefront Web"]);
    sandbox.run(&["plan", "--exit-code"]).expect(0);
}
