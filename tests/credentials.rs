//! `credentials`: hands a client's id and secret on, and shows them to nobody who did not ask.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::common::{SHOP, Sandbox};

/// The secret of the client `web`, as the tenant has it.
fn secret(sandbox: &Sandbox) -> String {
    sandbox.tenant().client("Storefront", "Storefront Web")["client_secret"].as_str().unwrap().to_owned()
}

#[test]
fn credentials_go_to_a_new_file_that_only_its_owner_reads() {
    let sandbox = Sandbox::applied(SHOP);
    let output = sandbox.run(&["credentials", "client/storefront/web", "--file", "web.json"]).expect(0);
    assert!(!output.to_string().contains(&secret(&sandbox)));
    let text = std::fs::read_to_string(sandbox.path("web.json")).unwrap();
    let written: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(written["client_secret"], secret(&sandbox));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(sandbox.path("web.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_snapshot!("file_there", sandbox.run(&["credentials", "client/storefront/web", "--file", "web.json"]));
    sandbox.run(&["credentials", "client/storefront/web", "--file", "web.json", "--force", "--as", "env"]).expect(0);
    assert!(std::fs::read_to_string(sandbox.path("web.json")).unwrap().contains("CLIENT_SECRET="));
}

#[test]
fn credentials_go_to_the_standard_input_of_a_command() {
    let sandbox = Sandbox::applied(SHOP);
    let pipe = ["credentials", "client/storefront/web", "--as", "secret", "--pipe", "wc -c"];
    let output = sandbox.run_with(&pipe, &[("PATH", "/usr/bin:/bin")]).expect(0);
    assert_eq!(output.stdout.trim(), "40");
    let failing = ["credentials", "client/storefront/web", "--pipe", "exit 3"];
    assert_snapshot!("failing_command", sandbox.run_with(&failing, &[("PATH", "/usr/bin:/bin")]));
}

#[test]
fn credentials_are_not_printed_unless_that_is_said() {
    let sandbox = Sandbox::applied(SHOP);
    assert_snapshot!("nowhere", sandbox.run(&["credentials", "client/storefront/web"]));
    let printed = sandbox.run(&["credentials", "client/storefront/web", "--print", "--as", "secret"]).expect(0);
    assert_eq!(printed.stdout, secret(&sandbox));
}

#[test]
fn credentials_are_those_of_bound_clients() {
    let sandbox = Sandbox::applied(SHOP);
    assert_snapshot!("unbound", sandbox.run(&["credentials", "client/storefront/wbe", "--print"]));
    assert_snapshot!("no_address", sandbox.run(&["credentials", "web", "--print"]));
}
