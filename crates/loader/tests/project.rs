//! The project file: what it means, and what is said about mistakes in it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::path::{Path, PathBuf};

use common::Folder;
use serde_json::json;
use tilewright_loader::{Endpoint, Environment, EnvironmentError, EnvironmentRequest, Project, Rejected, discover};

const REGIONS: [&str; 2] = ["eu", "us"];

fn env(name: &str) -> Option<String> {
    match name {
        "ID" => Some("an-id".to_owned()),
        "SECRET" => Some("canary-91c2".to_owned()),
        "REGION" => Some("canary-mars".to_owned()),
        "PORT" => Some("8080".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

const PROJECT: &str = r#"apiVersion: tilewright/v1
kind: Project
spec:
  manifests: [apps, more/clients.yaml]
  environments:
    local:
      simulator: .tilewright/local.json
    production:
      region: eu
      tenant_id: tnt-acme
      client_id: ${env:ID}
      client_secret: ${env:SECRET}
      variables: {shop: https://shop.example.com, minutes: 15, open: true, port: "${env:PORT}"}
      overlays: [overlays/production]
      guards: {max_deletes: 3}
    broken:
      base_url: https://api.example.com/cis
      tenant_id: tnt-acme
      access_token: ${env:NOT_SET}
"#;

fn read(name: &str, text: &str) -> (Result<Project, Box<Rejected>>, Folder) {
    let folder = Folder::with(name, &[("tilewright.yaml", text.as_bytes())]);
    (Project::read(&folder.path("tilewright.yaml"), &REGIONS), folder)
}

fn connect<'a>(overridden: &'a [&'a str]) -> EnvironmentRequest<'a> {
    EnvironmentRequest { connect: true, overridden, env: &env }
}

fn good(name: &str, environment: &str, request: &EnvironmentRequest<'_>) -> (Environment, Folder) {
    let (project, folder) = read(name, PROJECT);
    let environment = project.unwrap().environment(environment, request).map_err(|r| shown(&r, &folder.root()));
    (environment.unwrap_or_else(|text| panic!("{text}")), folder)
}

fn shown(rejected: &Rejected, root: &Path) -> String {
    let texts: Vec<String> = rejected.diagnostics.iter().map(|d| rejected.sources.render(d, false)).collect();
    texts.join("\n\n").replace(&format!("{}/", root.display()), "")
}

#[test]
fn an_environment_is_resolved() {
    let (production, folder) = good("resolved", "production", &connect(&[]));
    assert_eq!(production.endpoint, Some(Endpoint::Region("eu".to_owned())));
    assert_eq!(production.tenant_id.as_deref(), Some("tnt-acme"));
    assert_eq!(production.client_id.as_deref(), Some("an-id"));
    assert_eq!(production.client_secret.unwrap().reveal(), "canary-91c2");
    assert_eq!(production.variables["minutes"], json!(15));
    assert_eq!(production.variables["open"], json!(true));
    assert_eq!(production.variables["port"], json!("8080"));
    assert_eq!(production.overlays, [folder.path("overlays/production")]);
    assert_eq!((production.max_deletes, production.max_delete_percent), (3, 20));
}

#[test]
fn paths_are_relative_to_the_project_file() {
    let (project, folder) = read("paths", PROJECT);
    let project = project.unwrap();
    assert_eq!(project.manifests(), [folder.path("apps"), folder.path("more/clients.yaml")]);
    assert_eq!(project.not_manifests(), [folder.path("tilewright.yaml"), folder.path("overlays/production")]);
    let local = project.environment("local", &connect(&[])).ok().unwrap();
    assert_eq!(local.endpoint, Some(Endpoint::Simulator(folder.path(".tilewright/local.json"))));
}

#[test]
fn the_manifests_folder_is_the_default() {
    let (project, folder) = read("default", "apiVersion: tilewright/v1\nkind: Project\nspec: {}\n");
    let project = project.unwrap();
    assert_eq!(project.manifests(), [folder.path("manifests")]);
    assert_eq!(project.choose(None), Err(EnvironmentError::None));
}

#[test]
fn what_another_environment_needs_need_not_be_there() {
    let (project, folder) = read("others", PROJECT);
    let project = project.unwrap();
    assert!(project.environment("production", &connect(&[])).is_ok());
    let rejected = project.environment("broken", &connect(&[])).err().unwrap();
    let text = shown(&rejected, &folder.root());
    assert!(text.contains("`NOT_SET` is not set") && text.contains("tilewright.yaml:19:21"), "{text}");
}

#[test]
fn what_is_overridden_or_not_wanted_need_not_resolve() {
    assert!(good("overridden", "broken", &connect(&["access_token"])).0.access_token.is_none());
    let offline = EnvironmentRequest { connect: false, overridden: &[], env: &env };
    assert!(good("offline", "broken", &offline).0.endpoint.is_none());
}

#[test]
fn a_single_environment_need_not_be_named() {
    let (project, _folder) = read("choose", PROJECT);
    let project = project.unwrap();
    assert_eq!(
        project.choose(None).unwrap_err().to_string(),
        "the project file has several environments, `broken`, `local` and `production`; name one"
    );
    assert_eq!(
        project.choose(Some("prodution")).unwrap_err().to_string(),
        "unknown environment `prodution`; did you mean `production`?; there are `broken`, `local` and `production`"
    );
    let one = "apiVersion: tilewright/v1\nkind: Project\nspec: {environments: {only: {simulator: x.json}}}\n";
    assert_eq!(read("one", one).0.unwrap().choose(None), Ok("only"));
}

#[test]
fn the_project_file_is_found_upwards() {
    let folder = Folder::with("upwards", &[("tilewright.yaml", b""), ("a/b/c.yaml", b"")]);
    assert_eq!(discover(&folder.path("a/b")), Some(PathBuf::from("../../tilewright.yaml")));
    assert_eq!(discover(&folder.root()), Some(PathBuf::from("tilewright.yaml")));
}

#[test]
fn mistakes_are_explained_at_their_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    cases.sort();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("projects");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for case in cases {
            let rejected = match Project::read(&case, &REGIONS) {
                Err(rejected) => rejected,
                Ok(project) => project.environment(project.choose(None).unwrap(), &connect(&[])).err().unwrap(),
            };
            let text = shown(&rejected, &folder);
            assert!(!text.contains("canary"), "{text}");
            insta::assert_snapshot!(case.file_name().unwrap().to_str().unwrap(), text);
        }
    });
}
