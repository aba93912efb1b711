//! What a hostile or unlucky day brings: things that came between a plan and its apply, servers that repeat secrets,
//! names that steer terminals, variables that are set to nothing.

use serde_json::json;

use crate::common::{Answering, SHOP, Sandbox, Served, edited};

/// The sample applied by a first folder; a second one stands for somebody else with the same tenant.
fn two_folders(served: &Served) -> [Sandbox; 2] {
    [(); 2].map(|()| {
        let mut sandbox = Sandbox::new();
        sandbox.set(served.variables());
        sandbox
    })
}

#[test]
fn a_delete_does_not_take_along_what_came_after_the_review() {
    let keeper = Sandbox::new();
    let served = Served::start(&keeper, &[]);
    let [ours, theirs] = two_folders(&served);
    let small = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a}\nspec: {app_name: A}\n";
    ours.write("m.yaml", small);
    ours.run(&["apply", "m.yaml", "--yes"]).expect(0);
    ours.write("m.yaml", &edited(small, "{name: a}", "{name: a, state: absent}"));
    ours.run(&["plan", "m.yaml", "--out", "p.json"]).expect(0);
    let extra = "---\napiVersion: mosaic/v1\nkind: Client\nmetadata: {name: extra, application: a}\nspec: {name: Extra, redirect_uris: [https://e.example.com/]}\n";
    theirs.write("m.yaml", &format!("{small}{extra}"));
    theirs.run(&["apply", "m.yaml", "--yes"]).expect(0);
    let before = served.tenant().ids();
    let output = ours.run(&["apply", "--plan", "p.json", "--allow-deletes", "2"]).expect(6);
    assert!(output.stdout.contains("what nobody reviewed"), "{output}");
    assert_eq!(served.tenant().ids(), before);
}

#[test]
fn a_value_that_appeared_after_the_review_is_not_written_over() {
    let sandbox = Sandbox::applied(SHOP);
    let with_uri =
        edited(SHOP, "app_name: Storefront", "app_name: Storefront\n  invite_member_uri: https://git.example.com/");
    sandbox.write("manifests/all.yaml", &with_uri);
    sandbox.run(&["plan", "--out", "plan.json"]).expect(0);
    sandbox.tenant().edit("Storefront", |fields| fields["invite_member_uri"] = json!("https://somebody.example.com/"));
    let output = sandbox.run(&["apply", "--plan", "plan.json"]).expect(6);
    assert!(output.stdout.contains("moved since the plan was made: invite_member_uri"), "{output}");
    assert_eq!(sandbox.tenant().application("Storefront")["invite_member_uri"], "https://somebody.example.com/");
}

#[test]
fn names_from_the_tenant_do_not_steer_the_terminal() {
    let sandbox = Sandbox::applied(SHOP);
    let hostile = "W \u{1b}[2J\nNothing to do \u{202e}";
    sandbox.tenant().edit("Storefront", |fields| fields["app_name"] = json!(hostile));
    let buried = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: storefront, state: absent}\n";
    sandbox.write("manifests/all.yaml", buried);
    for format in ["text", "markdown"] {
        let output = sandbox.run(&["plan", "--format", format]);
        let shown = format!("{}{}", output.stdout, output.stderr);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{output}");
        assert!(!shown.lines().any(|line| line.starts_with("Nothing to do")), "{output}");
    }
}

#[test]
fn a_server_that_repeats_our_secret_or_token_does_not_make_us_show_it() {
    let server = Answering::start(|head, body| {
        let text = json!({"message": format!("no match for {body} {head}"), "error_code": 403}).to_string();
        (403, text)
    });
    for (name, value) in
        [("TILEWRIGHT_CLIENT_SECRET", "s3cr3t-Zz"), ("TILEWRIGHT_ACCESS_TOKEN", "opaquetokenlowercase")]
    {
        let mut sandbox = Sandbox::new();
        sandbox.write("shop.yaml", SHOP);
        let set = [
            ("TILEWRIGHT_BASE_URL", server.url()),
            ("TILEWRIGHT_CLIENT_ID", "cid".to_owned()),
            (name, value.to_owned()),
        ];
        sandbox.set(set.map(|(name, value)| (name.to_owned(), value)));
        let output = sandbox.run(&["plan", "shop.yaml", "-vv"]).expect(7);
        assert!(!format!("{output}").contains(value), "{output}");
    }
}

#[test]
fn variables_that_are_set_to_nothing_are_not_set() {
    let sandbox = Sandbox::applied(SHOP);
    let names = ["BASE_URL", "TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "TENANT_ID", "ACCESS_TOKEN", "ENVIRONMENT"]
        .map(|name| format!("TILEWRIGHT_{name}"));
    let set: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    sandbox.run_with(&["plan", "--exit-code"], &set).expect(0);
}

#[test]
fn an_environment_cannot_lead_out_of_its_folder() {
    let sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    let arguments = ["apply", "shop.yaml", "--yes", "-e", "../../evil", "--base-url", "http://127.0.0.1:9/cis"];
    sandbox.run(&arguments).expect(2);
}

#[test]
fn an_embedded_tenant_must_be_the_one_that_is_named() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.run(&["plan", "--tenant-id", "tnt-other"]).expect(6);
}

#[test]
fn a_url_with_a_password_in_it_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    let output = sandbox.run(&["plan", "shop.yaml", "--base-url", "http://user:pa55@127.0.0.1:9/cis"]).expect(2);
    assert!(!format!("{output}").contains("pa55"), "{output}");
}
