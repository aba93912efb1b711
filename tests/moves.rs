//! Values that only one object may have change hands: no request is refused, no object is made or lost.

use insta::assert_snapshot;

use crate::common::{Output, SHOP, Sandbox, Served, edited};

/// Two applications with a client each. `$subdomain` and `$hub` are put in.
const TWO: &str = "\
apiVersion: mosaic/v1
kind: Application
metadata: {name: left}
spec:
  app_name: Left
  subdomain: one
  authenticator_preferences: {is_centralized: true, login_uri: https://left.example.com/start}
---
apiVersion: mosaic/v1
kind: Client
metadata: {name: web, application: left}
spec: {name: Left Web, redirect_uris: [https://left.example.com/callback]}
---
apiVersion: mosaic/v1
kind: Application
metadata: {name: right}
spec:
  app_name: Right
  subdomain: two
  authenticator_preferences: {is_centralized: false, login_uri: https://right.example.com/start}
---
apiVersion: mosaic/v1
kind: Client
metadata: {name: web, application: right}
spec: {name: Right Web, redirect_uris: [https://right.example.com/callback]}
";

/// Swaps two texts.
fn swapped(text: &str, one: &str, two: &str) -> String {
    text.replace(one, "\u{0}").replace(two, one).replace('\u{0}', two)
}

/// Applies `before` and then `after` over HTTP, and returns the plan of the second.
#[track_caller]
fn moved(before: &str, after: &str) -> Output {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.write("all.yaml", before);
    sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    let ids = served.tenant().ids();
    sandbox.write("all.yaml", after);
    let plan = sandbox.run(&["plan", "all.yaml"]).expect(0);
    served.requests();
    let applied = sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    let requests = served.requests();
    let refused: Vec<_> = requests.iter().filter(|r| r.status >= 400).collect();
    assert!(refused.is_empty(), "{refused:?}\n{applied}");
    let more: Vec<_> = requests.iter().filter(|r| !["GET", "PUT"].contains(&r.method.as_str())).collect();
    assert!(more.iter().all(|r| r.path == "/oidc/token"), "{more:?}\n{applied}");
    assert_eq!(ids, served.tenant().ids(), "no object is made or lost");
    sandbox.run(&["plan", "all.yaml", "--exit-code"]).expect(0);
    plan
}

#[test]
fn a_subdomain_is_handed_over() {
    let after = TWO.replace("subdomain: one", "subdomain: three").replace("subdomain: two", "subdomain: one");
    assert_snapshot!(moved(TWO, &after));
}

#[test]
fn two_subdomains_are_swapped_by_a_step_in_between() {
    assert_snapshot!(moved(TWO, &swapped(TWO, "subdomain: one", "subdomain: two")));
}

#[test]
fn a_display_name_is_handed_over() {
    let after = TWO.replace("app_name: Left", "app_name: Middle").replace("app_name: Right", "app_name: Left");
    assert_snapshot!(moved(TWO, &after));
}

#[test]
fn two_display_names_are_swapped() {
    assert_snapshot!(moved(TWO, &swapped(TWO, "app_name: Left", "app_name: Right")));
}

#[test]
fn the_authentication_hub_is_handed_over() {
    assert_snapshot!(moved(TWO, &swapped(TWO, "is_centralized: true", "is_centralized: false")));
}

#[test]
fn three_subdomains_move_round_a_ring() {
    let third = "---\napiVersion: mosaic/v1\nkind: Application\nmetadata: {name: third}\nspec: {app_name: Third, subdomain: \
                 three}\n---\napiVersion: mosaic/v1\nkind: Client\nmetadata: {name: web, application: third}\nspec: {name: \
                 Third Web, redirect_uris: [https://third.example.com/callback]}\n";
    let before = format!("{TWO}{third}");
    let after = swapped(&swapped(&before, "subdomain: one", "subdomain: two"), "subdomain: two", "subdomain: three");
    assert_snapshot!(moved(&before, &after));
}

#[test]
fn a_client_that_invites_is_changed_for_another() {
    let before = SHOP.replace("  pkce: enforcePkceAlongsideClientCredentials\n", "");
    let after = edited(
        &before,
        "invite_client_id: {ref: client/storefront/ops}",
        "invite_client_id: {ref: client/storefront/web}",
    );
    assert_snapshot!(moved(&before, &after));
}

#[test]
fn an_application_and_a_client_are_renamed() {
    let after =
        edited(SHOP, "app_name: Storefront", "app_name: Shop").replace("name: Storefront Ops", "name: Shop Ops");
    assert_snapshot!(moved(SHOP, &after));
}

#[test]
fn two_clients_of_one_application_swap_their_names() {
    assert_snapshot!(moved(SHOP, &swapped(SHOP, "name: Storefront Web", "name: Storefront Ops")));
}

#[test]
fn keys_and_display_names_change_together_with_renamed_from() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.write("all.yaml", SHOP);
    sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    let ids = served.tenant().ids();
    let after = edited(SHOP, "name: ops\n", "name: operations\n  renamed_from: Storefront Ops\n")
        .replace("client/storefront/ops", "client/storefront/operations")
        .replace("name: Storefront Ops\n  redirect", "name: Storefront Operations\n  redirect");
    sandbox.write("all.yaml", &after);
    assert_snapshot!("renamed_from", sandbox.run(&["plan", "all.yaml"]));
    sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    assert_eq!(ids, served.tenant().ids());
    assert_snapshot!("renamed_from_afterwards", sandbox.run(&["plan", "all.yaml", "--exit-code"]));
}
