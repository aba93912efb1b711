//! What is checked in and what people copy: schemas, examples, and the arrows between the crates.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value as Json;

use crate::common::{self, EVERY_FIELD, Sandbox, documents, environments, examples, files_in, holds, read, repository};

#[test]
fn the_published_schemas_are_current() {
    let sandbox = Sandbox::new();
    sandbox.run(&["schema", "--write", "schemas"]).expect(0);
    let texts = |folder: &std::path::Path| -> BTreeMap<String, String> {
        let files = files_in(folder, "json");
        files.iter().map(|f| (f.file_name().unwrap().to_str().unwrap().to_owned(), read(f))).collect()
    };
    let (fresh, published) = (texts(&sandbox.path("schemas")), texts(&repository().join("schemas")));
    assert_eq!(fresh.keys().collect::<Vec<_>>(), published.keys().collect::<Vec<_>>());
    for (name, text) in fresh {
        assert!(text == published[&name], "schemas/{name} is stale: run `tilewright schema --write schemas`");
    }
}

#[test]
fn the_arrows_between_the_crates_are_those_of_the_picture() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let mut arrows = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let from = short(&package["name"]);
        for dependency in package["dependencies"].as_array().unwrap() {
            if !dependency["path"].is_null() {
                let kind = dependency["kind"].as_str().map(|k| format!(" ({k})")).unwrap_or_default();
                arrows.insert(format!("{from} -> {}{kind}", short(&dependency["name"])));
            }
        }
    }
    let allowed: BTreeSet<String> = [
        "cli -> core",
        "cli -> engine",
        "cli -> loader",
        "cli -> mosaic",
        "cli -> simulator",
        "engine -> core",
        "loader -> core",
        "mosaic -> core",
        // The simulator is what the tests of these two talk to; `engine` plays against a whole vendor.
        "engine -> mosaic (dev)",
        "engine -> simulator (dev)",
        "mosaic -> simulator (dev)",
        // The loader's examples of mistakes are made of the vendor's kinds.
        "loader -> mosaic (dev)",
    ]
    .map(ToOwned::to_owned)
    .into();
    let more: Vec<_> = arrows.difference(&allowed).collect();
    assert!(more.is_empty(), "not in the picture: {more:?}");
}

fn short(name: &Json) -> &str {
    let name = name.as_str().unwrap();
    name.strip_prefix("tilewright-").unwrap_or(if name == "tilewright" { "cli" } else { name })
}

#[test]
fn there_are_examples() {
    assert!(!examples().is_empty());
}

#[test]
fn every_example_is_valid_without_a_warning() {
    for example in examples() {
        let output = Sandbox::copy_of(&example).run(&["validate", "--format", "json"]).expect(0);
        let report = output.json();
        // One file shows a deprecated field, and says so in its name.
        let meant = |d: &&Json| d["file"] == "manifests/deprecated.yaml" && d["code"] == "auth-method-deprecated";
        let warnings: Vec<&Json> = report["diagnostics"].as_array().unwrap().iter().filter(|d| !meant(d)).collect();
        assert!(warnings.is_empty(), "{}: {output}", example.display());
    }
}

#[test]
fn every_example_applies_to_an_embedded_tenant() {
    for example in examples() {
        let sandbox = Sandbox::copy_of(&example);
        for (name, environment) in environments(&example) {
            let Some(state) = environment["simulator"].as_str() else { continue };
            let at = |command: &[&str]| sandbox.run(&[command, &["-e", name.as_str()][..]].concat());
            at(&["plan", "--exit-code"]).expect(4);
            at(&["apply", "--yes"]).expect(0);
            at(&["plan", "--exit-code"]).expect(0);
            let before = common::Tenant::read(&sandbox.path(state));
            at(&["apply", "--yes"]).expect(0);
            let tenant = common::Tenant::read(&sandbox.path(state));
            assert_eq!(before.state["tenant"]["applications"], tenant.state["tenant"]["applications"]);
            let wrong = holds(&tenant, &documents(&example, &name), false);
            assert!(wrong.is_empty(), "{} {name}: {}", example.display(), wrong.join("\n"));
        }
    }
}

#[test]
fn every_manifest_of_the_examples_fits_the_published_schema() {
    let schema = Sandbox::new().run(&["schema", "manifest"]).expect(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut texts: Vec<(String, String)> = vec![("every field".to_owned(), EVERY_FIELD.to_owned())];
    for example in examples() {
        let project = example.join("tilewright.yaml");
        // Overlays state parts of documents, and variables stand where numbers belong.
        let manifests = files_in(&example.join("manifests"), "yaml");
        texts.extend(manifests.into_iter().filter(|f| *f != project).map(|f| (f.display().to_string(), read(&f))));
    }
    let mut wrong = Vec::new();
    for (name, text) in texts {
        for document in common::yaml(&text) {
            wrong.extend(validator.iter_errors(&document).map(|e| format!("{name}: {}: {e}", e.instance_path())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_project_file_of_the_examples_fits_the_published_schema() {
    let schema = Sandbox::new().run(&["schema", "project"]).expect(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for example in examples() {
        for document in common::yaml(&read(&example.join("tilewright.yaml"))) {
            let errors: Vec<_> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{}: {}", example.display(), errors.join("\n"));
        }
    }
}

#[test]
fn the_every_field_example_has_every_field() {
    let documents = common::yaml(EVERY_FIELD);
    let stated = |kind: &str, protocol: &str| -> BTreeSet<String> {
        let of_kind = documents.iter().filter(|d| {
            let found = d["spec"]["authentication_protocol"].as_str().unwrap_or("oidc");
            d["kind"] == kind && (kind == "Application" || found == protocol)
        });
        of_kind.flat_map(|d| d["spec"].as_object().unwrap().keys().cloned()).collect()
    };
    for (name, stated) in [
        ("application", stated("Application", "")),
        ("oidc-client", stated("Client", "oidc")),
        ("saml-client", stated("Client", "saml")),
    ] {
        let schema = Sandbox::new().run(&["schema", name]).expect(0).json();
        let known: BTreeSet<String> =
            schema["properties"]["spec"]["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(known.difference(&stated).collect::<Vec<_>>(), Vec::<&String>::new(), "{name} has more");
    }
}
