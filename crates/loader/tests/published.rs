//! The published schemas: they are valid, and they take whatever the loader takes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use tilewright_core::DocumentId;
use tilewright_loader::{document_schema, manifest_schema, project_schema};

fn compile(schema: &Json) -> jsonschema::Validator {
    assert!(jsonschema::meta::is_valid(schema));
    jsonschema::options().offline().build(schema).unwrap()
}

/// The documents of a file as another reader sees them.
fn documents(path: &Path) -> Option<Vec<Json>> {
    let text = std::fs::read_to_string(path).ok()?;
    if path.extension().is_some_and(|e| e == "json") {
        return Some(vec![serde_json::from_str(&text).ok()?]);
    }
    let read = |document| {
        let mut value = serde_yaml::Value::deserialize(document).ok()?;
        value.apply_merge().ok()?;
        serde_json::to_value(value).ok()
    };
    serde_yaml::Deserializer::from_str(&text).map(read).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "yaml" || e == "json"));
    files.sort();
    files
}

/// The documents of a file that the loader takes, as another reader sees them.
fn taken(file: &Path) -> Vec<Json> {
    let loaded = common::load_paths(&[file.to_owned()], &[]);
    if !loaded.whole {
        return Vec::new();
    }
    let documents = documents(file).unwrap_or_default().into_iter().filter(|document| !document.is_null());
    let numbered = documents.enumerate().filter(|(nth, _)| !loaded.faulty.contains(&DocumentId(*nth)));
    numbered.map(|(_, document)| document).collect()
}

#[test]
fn what_the_loader_takes_the_schemas_take() {
    let catalog = common::catalog();
    let manifest = compile(&manifest_schema(&catalog));
    let specs: Vec<_> = catalog.kinds.iter().flat_map(|k| &k.specs).collect();
    let each: Vec<_> = specs.iter().map(|s| compile(&document_schema(&catalog, s).unwrap())).collect();
    let mut count = 0;
    for file in files("good").into_iter().chain(files("cases")) {
        for (nth, document) in taken(&file).into_iter().enumerate() {
            count += 1;
            let errors: Vec<_> =
                manifest.iter_errors(&document).map(|e| format!("{} {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{} {nth}: {errors:#?}", file.display());
            assert!(each.iter().any(|s| s.is_valid(&document)), "{} {nth}", file.display());
        }
    }
    assert!(count >= 10, "{count}");
}

#[test]
fn the_manifest_schema_chooses_by_kind_and_discriminator() {
    let schema = compile(&manifest_schema(&common::catalog()));
    let client = |spec: Json| {
        json!({"apiVersion": "mosaic/v1", "kind": "Client",
        "metadata": {"name": "a", "application": "a"}, "spec": spec})
    };
    assert!(schema.is_valid(&client(json!({"name": "a", "redirect_uris": ["https://a.example/"]}))));
    assert!(!schema.is_valid(&client(json!({"name": "a", "sp_entity_id": "a", "sp_acs_url": "a"}))));
    assert!(schema.is_valid(&client(
        json!({"authentication_protocol": "saml", "name": "a", "sp_entity_id": "a", "sp_acs_url": "a"})
    )));
    assert!(!schema.is_valid(&client(json!({"authentication_protocol": "odic", "name": "a"}))));
    assert!(!schema.is_valid(&json!({"apiVersion": "mosaic/v1", "kind": "Nothing", "metadata": {}, "spec": {}})));
}

#[test]
fn schemas_do_not_change_by_themselves() {
    let catalog = common::catalog();
    insta::assert_json_snapshot!(document_schema(&catalog, &catalog.kinds[0].specs[0]));
    insta::assert_json_snapshot!(project_schema(&["eu", "us"]));
    assert_eq!(manifest_schema(&catalog).to_string(), manifest_schema(&common::catalog()).to_string());
    compile(&project_schema(&["eu", "us"]));
}
