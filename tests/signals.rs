//! Ctrl-C and sudden death in the middle of an apply: the next run converges, and makes nothing twice.

#![cfg(unix)]

use std::process::{Child, Command};

use crate::common::{INTRANET, Output, SHOP, Sandbox, Served, Tenant, until, until_within};

/// A sandbox beside a slow tenant, with manifests for seven objects.
fn slow() -> (Sandbox, Served) {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--latency", "200"]);
    sandbox.set(served.variables());
    let wiki = INTRANET.replace("intranet", "wiki").replace("Intranet", "Wiki");
    sandbox.write("all.yaml", &format!("{SHOP}---\n{INTRANET}---\n{wiki}"));
    (sandbox, served)
}

const ALL: [&str; 7] = [
    "Intranet",
    "Intranet/Helpdesk",
    "Storefront",
    "Storefront/Storefront Ops",
    "Storefront/Storefront Web",
    "Wiki",
    "Wiki/Helpdesk",
];

/// Starts an apply, and comes back when its first object is there.
fn begun(sandbox: &Sandbox, served: &Served) -> Child {
    let child = sandbox.command(&["apply", "all.yaml", "--yes", "--concurrency", "1"]).spawn().unwrap();
    until("the first object", || Tenant::look(served.state()).filter(|t| !t.applications().is_empty()));
    child
}

fn interrupt(child: &Child) {
    send("-INT", child);
}

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn ctrl_c_finishes_the_step_in_flight_and_says_what_is_left() {
    let (sandbox, served) = slow();
    let child = begun(&sandbox, &served);
    interrupt(&child);
    let output = Output::new(child.wait_with_output().unwrap(), &sandbox.root()).expect(130);
    assert!(output.stderr.contains("finishing the steps in flight"), "{output}");
    assert!(output.stdout.contains("not run"), "{output}");
    assert!(output.stdout.contains("Interrupted: "), "{output}");
    let names = served.tenant().names();
    assert!(names.len() < ALL.len(), "{names:?}");
    // What is there is bound: the next run finds it by id, not by name.
    let ids = served.tenant().ids();
    let bindings = std::fs::read_to_string(sandbox.path(".tilewright/bindings/default.json")).unwrap();
    for id in &ids {
        assert!(bindings.contains(id), "{id} is not bound: {bindings}\n{output}");
    }
    sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    assert_eq!(served.tenant().names(), ALL);
    assert!(ids.iter().all(|id| served.tenant().ids().contains(id)), "nothing is made again");
    sandbox.run(&["plan", "all.yaml", "--exit-code"]).expect(0);
}

#[test]
fn a_request_to_terminate_is_an_interrupt_too() {
    let (sandbox, served) = slow();
    let child = begun(&sandbox, &served);
    send("-TERM", &child);
    let output = Output::new(child.wait_with_output().unwrap(), &sandbox.root()).expect(130);
    assert!(output.stdout.contains("Interrupted: "), "{output}");
}

#[test]
fn ctrl_c_in_json_still_prints_the_report() {
    let (sandbox, served) = slow();
    let arguments = ["apply", "all.yaml", "--yes", "--concurrency", "1", "--format", "json"];
    let child = sandbox.command(&arguments).spawn().unwrap();
    until("the first object", || Tenant::look(served.state()).filter(|t| !t.applications().is_empty()));
    interrupt(&child);
    let output = Output::new(child.wait_with_output().unwrap(), &sandbox.root()).expect(130);
    assert_eq!(output.json()["success"], false);
    assert_eq!(output.json()["report"]["interrupted"], true, "{output}");
}

#[test]
fn ctrl_c_while_reading_ends_the_run_with_nothing_sent() {
    let (sandbox, served) = slow();
    let child = sandbox.command(&["apply", "all.yaml", "--yes"]).spawn().unwrap();
    until("the first request", || served.requests().iter().any(|r| r.path == "/oidc/token").then_some(()));
    interrupt(&child);
    child.wait_with_output().unwrap();
    assert!(Tenant::look(served.state()).is_none_or(|t| t.applications().is_empty()));
}

#[test]
fn a_kill_in_the_middle_leaves_nothing_that_the_next_run_makes_twice() {
    let (sandbox, served) = slow();
    let mut child = begun(&sandbox, &served);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(served.tenant().names().len() < ALL.len());
    let output = sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    assert!(output.stderr.contains("An earlier apply did not end in order"), "{output}");
    assert_eq!(served.tenant().names(), ALL, "{output}");
    sandbox.run(&["plan", "all.yaml", "--exit-code"]).expect(0);
}

#[test]
fn kills_at_several_moments_never_make_anything_twice() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--latency", "20"]);
    sandbox.set(served.variables());
    sandbox.write("all.yaml", &format!("{SHOP}---\n{INTRANET}"));
    for requests in [3, 5, 8] {
        let mut child = sandbox.command(&["apply", "all.yaml", "--yes", "--concurrency", "2"]).spawn().unwrap();
        let mut seen = 0;
        // A create whose outcome is unknown is looked up for up to fifteen seconds before it is sent again.
        until_within(30, "a number of requests", || {
            seen += served.requests().len();
            (seen >= requests || child.try_wait().unwrap().is_some()).then_some(())
        });
        let _ = child.kill();
        child.wait().unwrap();
        let mut names = Tenant::look(served.state()).map(|t| t.names()).unwrap_or_default();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "something is there twice after {requests} requests: {names:?}");
    }
    sandbox.run(&["apply", "all.yaml", "--yes"]).expect(0);
    assert_eq!(served.tenant().names(), ALL[..5]);
    sandbox.run(&["plan", "all.yaml", "--exit-code"]).expect(0);
}
