//! Every report for machines is what its published schema says.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::common::{Answering, EVERY_FIELD, INTRANET, Output, SHOP, Sandbox, edited};

/// A schema as the binary prints it.
fn schema(name: &str) -> Json {
    Sandbox::new().run(&["schema", name]).expect(0).json()
}

/// Insists that what was printed is a report of this name, and that every member that it has is described.
#[track_caller]
fn fits(name: &str, output: &Output) -> Json {
    let (report, schema) = (output.json(), schema(name));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {}\n{output}", errors.join("\n"));
    let known: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let found: BTreeSet<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(known, found, "{name} has other members than its schema\n{output}");
    report
}

#[test]
fn every_schema_is_a_schema() {
    let list = Sandbox::new().run(&["schema"]).expect(0).stdout;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 8, "{list}");
    for name in names {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert!(schema["title"].is_string(), "{name} has a title");
    }
}

#[test]
fn validation_reports_fit_their_schema() {
    let sandbox = Sandbox::with(SHOP);
    let report = fits("validation-report", &sandbox.run(&["validate", "--format", "json"]).expect(0));
    assert_eq!((&report["valid"], &report["resources"]), (&json!(true), &json!(3)));
    sandbox.write("manifests/all.yaml", EVERY_FIELD);
    let report = fits("validation-report", &sandbox.run(&["validate", "--format", "json"]).expect(0));
    assert_eq!(report["diagnostics"][0]["severity"], "warning");
    sandbox.write("manifests/all.yaml", &edited(SHOP, "login_uri:", "login_url:"));
    let report = fits("validation-report", &sandbox.run(&["validate", "--format", "json"]).expect(3));
    let place = &report["diagnostics"][0];
    assert_eq!((&place["line"], &place["column"]), (&json!(10), &json!(3)), "{place}");
}

#[test]
fn plan_reports_fit_their_schema() {
    let sandbox = Sandbox::with(&format!("{EVERY_FIELD}---\n{INTRANET}"));
    let plan = |code: i32| fits("plan-report", &sandbox.run(&["plan", "--format", "json", "--exit-code"]).expect(code));
    assert_eq!(plan(4)["pending"], true);
    sandbox.run(&["apply", "--yes"]).expect(0);
    assert_eq!(plan(0)["pending"], false);
    // Adopted, updated, replaced, deleted, bound but no longer stated.
    sandbox.write("manifests/all.yaml", &edited(EVERY_FIELD, "app_name: Storefront", "app_name: Shop"));
    plan(4);
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", &edited(EVERY_FIELD, "session_expiration: 2w", "session_expiration: 1w"));
    plan(4);
    sandbox.write(
        "manifests/all.yaml",
        "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: intranet, state: absent}\nspec: {app_name: Intranet}\n",
    );
    let report = plan(4);
    assert_eq!(report["guards"][0]["guard"], "too-many-deletes");
}

#[test]
fn apply_reports_fit_their_schema() {
    let sandbox = Sandbox::with(EVERY_FIELD);
    let report = fits("apply-report", &sandbox.run(&["apply", "--yes", "--format", "json"]).expect(0));
    assert_eq!(report["success"], true);
    let report = fits("apply-report", &sandbox.run(&["apply", "--yes", "--format", "json"]).expect(0));
    assert_eq!(report["success"], true);
    sandbox.tenant().switch("names_ignore_case", json!(true));
    let refused = INTRANET.replace("app_name: Intranet", "app_name: STOREFRONT");
    sandbox.write("manifests/intranet.yaml", &refused);
    let report = fits("apply-report", &sandbox.run(&["apply", "--yes", "--format", "json"]).expect(8));
    assert_eq!(report["success"], false);
}

#[test]
fn error_reports_fit_their_schema() {
    let sandbox = Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"));
    let report = fits("error-report", &sandbox.run(&["plan", "--format", "json"]).expect(3));
    assert_eq!(report["error"]["diagnostics"].as_array().unwrap().len(), 1);
    sandbox.write("manifests/all.yaml", SHOP);
    fits("error-report", &sandbox.run(&["apply", "--format", "json"]).expect(2));
    fits("error-report", &sandbox.run(&["plan", "-e", "other", "--format", "json"]).expect(2));
    fits("error-report", &sandbox.run(&["schema", "other", "--format", "json"]).expect(2));
    fits("error-report", &Sandbox::new().run(&["validate", "--format", "json"]).expect(3));
    let server = Answering::start(|_, _| (403, "{}".to_owned())).url();
    let here =
        [("TILEWRIGHT_BASE_URL", server.as_str()), ("TILEWRIGHT_CLIENT_ID", "a"), ("TILEWRIGHT_CLIENT_SECRET", "b")];
    fits("error-report", &sandbox.run_with(&["plan", "--format", "json"], &here).expect(7));
    sandbox.run(&["apply", "--yes"]).expect(0);
    let gone = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: storefront, state: absent}\n";
    sandbox.write("manifests/all.yaml", gone);
    let report = fits("error-report", &sandbox.run(&["apply", "--yes", "--format", "json"]).expect(5));
    assert_eq!(report["error"]["guards"][0]["deletes"], 3);
}

#[test]
fn schemas_describe_what_they_name() {
    let mut bare = Vec::new();
    for name in ["plan-report", "apply-report", "validation-report", "error-report"] {
        let schema = schema(name);
        assert_eq!(schema["additionalProperties"], Json::Null, "readers must bear new members");
        for (member, described) in schema["properties"].as_object().unwrap() {
            let refers = described["$ref"].as_str().map(|r| schema.pointer(r.trim_start_matches('#')).unwrap());
            let text = described["description"].as_str().or_else(|| refers.and_then(|r| r["description"].as_str()));
            if text.is_none_or(str::is_empty) {
                bare.push(format!("{name}.{member}"));
            }
            let open = described["items"] == json!(true) || *described == json!(true);
            if open {
                bare.push(format!("{name}.{member} says nothing of its shape"));
            }
        }
    }
    assert!(bare.is_empty(), "{bare:?}");
}
