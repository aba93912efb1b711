//! Colour, pipes, help and wrong command lines.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::common::{SHOP, Sandbox, edited};

#[test]
fn nothing_is_coloured_where_there_is_no_terminal() {
    let valid = Sandbox::applied(SHOP);
    valid.write("manifests/all.yaml", &edited(SHOP, "app_name: Storefront", "app_name: Shop"));
    let invalid = Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"));
    for sandbox in [valid, invalid] {
        for arguments in
            [&["validate"][..], &["plan", "-vv"], &["apply"], &["apply", "--yes", "-vv"], &["--help"], &["--hlep"]]
        {
            let mut command = sandbox.command(arguments);
            let output = command.env_remove("NO_COLOR").env("TERM", "xterm-256color").output().unwrap();
            assert!(!output.stdout.contains(&0x1b), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
            assert!(!output.stderr.contains(&0x1b), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn colour_that_is_asked_for_is_there_unless_it_is_forbidden() {
    let sandbox = Sandbox::with(SHOP);
    let coloured = |forbidden: bool| {
        let mut command = sandbox.command(&["plan"]);
        command.env("CLICOLOR_FORCE", "1");
        if !forbidden {
            command.env_remove("NO_COLOR");
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(coloured(false));
    assert!(!coloured(true));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::with(SHOP);
    for arguments in
        [&["plan"][..], &["schema", "manifest"], &["completions", "bash"], &["validate"], &["apply", "--yes"]]
    {
        let mut child = sandbox.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        assert_eq!(said, "", "{arguments:?}");
    }
    assert_eq!(sandbox.tenant().names().len(), 3, "an apply goes on when nobody listens");
}

#[test]
fn a_reader_that_takes_one_line_gets_it() {
    let sandbox = Sandbox::with(SHOP);
    let mut child = sandbox.command(&["schema", "manifest"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "{\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn wrong_command_lines_say_what_is_known() {
    let sandbox = Sandbox::with(SHOP);
    assert_snapshot!("unknown_flag", sandbox.run(&["plan", "--exit-cod"]));
    assert_snapshot!("unknown_command", sandbox.run(&["plna"]));
    assert_snapshot!("unknown_format", sandbox.run(&["plan", "--format", "yaml"]));
    assert_snapshot!("unknown_schema", sandbox.run(&["schema", "manifests"]));
    assert_snapshot!("no_command", sandbox.run(&[]));
}

#[test]
fn help_says_what_each_command_takes() {
    let sandbox = Sandbox::new();
    let helps =
        [&["--help"][..], &["validate", "--help"], &["plan", "--help"], &["apply", "--help"], &["simulator", "--help"]];
    let said: Vec<String> = helps.iter().map(|arguments| sandbox.run(arguments).expect(0).stdout).collect();
    assert_snapshot!(said.join("\n=======\n"));
}

#[test]
fn secrets_are_not_taken_as_flags() {
    let sandbox = Sandbox::with(SHOP);
    sandbox.run(&["plan", "--client-secret", "a"]).expect(2);
    sandbox.run(&["plan", "--access-token", "a"]).expect(2);
    let help = sandbox.run_with(&["plan", "--help"], &[("TILEWRIGHT_CLIENT_ID", "shown-nowhere")]).expect(0);
    assert!(!help.stdout.contains("shown-nowhere"));
}

#[test]
fn schemas_are_listed_and_printed() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run(&["schema"]));
}

#[test]
fn requests_and_steps_are_logged_where_that_is_asked_for() {
    let sandbox = Sandbox::with(SHOP);
    let output = sandbox.run(&["apply", "--yes", "-v"]).expect(0);
    assert!(output.stderr.contains("/v1/applications"), "{output}");
    assert!(!output.stdout.contains("/v1/applications"), "{output}");
    let output = sandbox.run(&["plan", "-vv", "--log-format", "json"]).expect(0);
    for line in output.stderr.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(entry["level"].is_string(), "{line}");
    }
    assert_eq!(sandbox.run(&["plan"]).expect(0).stderr, "");
}
