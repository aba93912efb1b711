//! Getting to a tenant: flags and variables, other tenants, wrong secrets, dead networks, strange servers.

use insta::assert_snapshot;

use crate::common::{Answering, PROJECT, SHOP, Sandbox, Served, edited};

/// A token that says which tenant it is for; nobody has signed it.
const TOKEN: &str = concat!(
    "eyJhbGciOiJub25lIn0.",
    "eyJ0aWQiOiJ0bnQtc2ltdWxhdGVkIiwicm9sZXMiOlsiQWRtaW4iXSwiY2xpZW50X2lkIjoiYSIsImFwcF9pZCI6ImIifQ.",
    "AA"
);

/// Manifests beside a server that is no tenant, with a token in hand.
fn before(server: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    let token = ("TILEWRIGHT_ACCESS_TOKEN".to_owned(), TOKEN.to_owned());
    sandbox.set([token, ("TILEWRIGHT_BASE_URL".to_owned(), server.to_owned())]);
    sandbox
}

#[test]
fn variables_are_enough_without_a_project() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.write("shop.yaml", SHOP);
    assert_snapshot!("variables", sandbox.run(&["apply", "shop.yaml", "--yes"]));
    assert!(sandbox.path(".tilewright/bindings/default.json").exists());
    assert_snapshot!("variables_again", sandbox.run(&["plan", "shop.yaml", "--exit-code"]));
}

#[test]
fn flags_are_enough_without_a_project() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.write("shop.yaml", SHOP);
    let id = served.variable("TILEWRIGHT_CLIENT_ID");
    let arguments = ["plan", "shop.yaml", "--base-url", served.url(), "--client-id", id, "--exit-code"];
    let secret = [("TILEWRIGHT_CLIENT_SECRET", served.variable("TILEWRIGHT_CLIENT_SECRET"))];
    sandbox.run_with(&arguments, &secret).expect(4);
}

#[test]
fn flags_override_the_project() {
    let mut sandbox = Sandbox::with(SHOP);
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.run(&["apply", "--yes"]).expect(0);
    assert_eq!(served.tenant().names().len(), 3);
    assert!(!sandbox.state().exists(), "the embedded tenant was not touched");
}

#[test]
fn a_ready_token_is_enough() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.write("shop.yaml", SHOP);
    let token = served.token();
    let variables = [("TILEWRIGHT_ACCESS_TOKEN", token.as_str()), ("TILEWRIGHT_BASE_URL", served.url())];
    served.requests();
    sandbox.run_with(&["apply", "shop.yaml", "--yes"], &variables).expect(0);
    assert!(served.requests().iter().all(|r| r.path != "/oidc/token"));
}

#[test]
fn nothing_says_where_the_tenant_is() {
    let sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    assert_snapshot!("nowhere", sandbox.run(&["plan", "shop.yaml"]));
    assert_snapshot!(
        "nobody",
        sandbox.run_with(&["plan", "shop.yaml"], &[("TILEWRIGHT_BASE_URL", "http://localhost/cis")])
    );
}

#[test]
fn a_variable_that_is_not_set_is_shown_at_its_place() {
    let sandbox = Sandbox::with(SHOP);
    let text = edited(
        PROJECT,
        "simulator: .tilewright/local.json",
        "base_url: http://localhost/cis\n      client_id: ${env:SHOP_ID}\n      client_secret: ${env:SHOP_SECRET}",
    );
    sandbox.write("tilewright.yaml", &text);
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn another_tenant_is_refused_before_anything_else() {
    let mut sandbox = Sandbox::with(SHOP);
    let served = Served::start(&sandbox, &["--tenant", "tnt-other"]);
    sandbox.set(served.variables());
    sandbox.set([("TILEWRIGHT_TENANT_ID".to_owned(), "tnt-acme".to_owned())]);
    assert_snapshot!("other_tenant", sandbox.run(&["apply", "--yes"]));
    assert_snapshot!("other_tenant_json", sandbox.run(&["plan", "--format", "json"]));
    assert!(served.requests().iter().all(|r| r.path == "/oidc/token"));
}

#[test]
fn bindings_of_another_tenant_are_refused() {
    let mut sandbox = Sandbox::applied(SHOP);
    let served = Served::start(&sandbox, &["--tenant", "tnt-other"]);
    sandbox.set(served.variables());
    assert_snapshot!("bindings_of_other_tenant", sandbox.run(&["plan"]));
    sandbox.set([("TILEWRIGHT_TENANT_ID".to_owned(), String::new())]);
    sandbox.run(&["plan"]).expect(6);
}

#[test]
fn a_wrong_secret_is_said_without_showing_it() {
    let mut sandbox = Sandbox::with(SHOP);
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.set([("TILEWRIGHT_CLIENT_SECRET".to_owned(), "certainly-wrong".to_owned())]);
    let output = sandbox.run(&["plan"]);
    assert!(!output.to_string().contains("certainly-wrong"));
    assert_snapshot!("wrong_secret", output);
    assert_snapshot!("wrong_secret_markdown", sandbox.run(&["plan", "--format", "markdown"]));
}

#[test]
fn a_dead_network_is_said_within_reason() {
    let sandbox = before(&Answering::nobody());
    let begun = std::time::Instant::now();
    assert_snapshot!("dead", sandbox.run(&["plan", "shop.yaml"]));
    assert!(begun.elapsed().as_secs() < 35, "{:?}", begun.elapsed());
    let mut sandbox = before(&Answering::nobody());
    sandbox.set([
        ("TILEWRIGHT_ACCESS_TOKEN".to_owned(), String::new()),
        ("TILEWRIGHT_CLIENT_ID".to_owned(), "a".to_owned()),
        ("TILEWRIGHT_CLIENT_SECRET".to_owned(), "b".to_owned()),
    ]);
    assert_snapshot!("dead_token_endpoint", sandbox.run(&["plan", "shop.yaml"]));
}

#[test]
fn a_server_that_answers_with_a_page_is_no_empty_tenant() {
    let page = || "<!DOCTYPE html><html><title>Sign in</title><body>Please sign in.</body></html>".to_owned();
    let server = Answering::start(move |_, _| (200, page()));
    let output = before(&server.url()).run(&["plan", "shop.yaml"]);
    assert!(!output.to_string().contains("create"), "{output}");
    assert_snapshot!("page", output);
    let output = before(&server.url()).run(&["apply", "shop.yaml", "--yes"]).expect(7);
    assert!(!output.to_string().contains("create"), "{output}");
}

#[test]
fn answers_that_make_no_sense_are_no_empty_tenant() {
    let mut wrong = Vec::new();
    for body in [
        "",
        "[]",
        "{}",
        "null",
        "{\"result\":null}",
        "{\"result\":{}}",
        "{\"result\":[{}]}",
        "[1]",
        "\"a\"",
        "{\"resul",
    ] {
        let server = Answering::start(move |_, _| (200, body.to_owned()));
        let output = before(&server.url()).run(&["plan", "shop.yaml"]);
        // A bare list with nothing in it is what an empty tenant says in the form of clients.
        let fine = body == "[]" && output.code == Some(0);
        if output.code != Some(7) && !fine {
            wrong.push(format!("{body:?}: {output}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_server_refuses_is_said_with_its_own_words() {
    let mut said = Vec::new();
    for status in [400, 401, 403, 404] {
        let body = format!("{{\"message\":[\"no \\u001b[31mway\"],\"error_code\":{status}}}");
        let server = Answering::start(move |_, _| (status, body.clone()));
        said.push(before(&server.url()).run(&["plan", "shop.yaml"]).to_string());
    }
    assert_snapshot!(said.join("\n\n"));
}

#[test]
fn a_simulator_on_a_port_that_is_taken_says_so() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let port = served.url().trim_start_matches("http://127.0.0.1:").trim_end_matches("/cis").to_owned();
    assert_snapshot!(sandbox.run(&["simulator", "--port", &port]).to_string().replace(&port, "<port>"));
}

#[test]
fn a_switch_that_is_not_there_is_a_wrong_command_line() {
    assert_snapshot!(Sandbox::new().run(&["simulator", "--switch", "late_read"]));
}

#[test]
fn a_damaged_state_file_is_named() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.write(".tilewright/local.json", "{");
    assert_snapshot!(sandbox.run(&["plan"]));
}

#[test]
fn damaged_bindings_are_named() {
    let sandbox = Sandbox::applied(SHOP);
    sandbox.write(".tilewright/bindings/local.json", "{");
    assert_snapshot!(sandbox.run(&["plan"]));
}
