//! What manifests mean: values, references from outside, overlays, and where it all stands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::path::{Path, PathBuf};

use common::Folder;
use serde_json::{Value as Json, json};
use tilewright_core::{FieldPath, Finding, Place, Resource, ResourceState, Value};
use tilewright_loader::{LoadRequest, Loaded, load};

fn good() -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
    let loaded = common::load_paths(std::slice::from_ref(&folder), &[]);
    assert_eq!(common::rendered(&loaded, &folder), "");
    loaded
}

fn resource<'a>(loaded: &'a Loaded, address: &str) -> &'a Resource {
    &loaded.desired.resources[&address.parse().unwrap()]
}

fn field(loaded: &Loaded, address: &str, name: &str) -> Json {
    resource(loaded, address).fields[name].to_json()
}

fn loaded(name: &str, files: &[(&str, &str)], overlays: &[&str]) -> (Loaded, Folder) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = Folder::with(name, &files);
    let overlays: Vec<PathBuf> = overlays.iter().map(|o| folder.path(o)).collect();
    (common::load_paths(&[folder.path("manifests")], &overlays), folder)
}

const APPLICATION: &str = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a}\nspec:\n  app_name: A\n";

#[test]
fn metadata_is_read() {
    let loaded = good();
    let metadata = &resource(&loaded, "application/storefront").metadata;
    assert_eq!(metadata.labels["cost-centre"], "4711");
    assert_eq!(metadata.labels["shop"], "https://shop.example.com");
    assert_eq!(metadata.labels["number"], "42");
    assert!(metadata.protect);
    assert_eq!(metadata.id.as_ref().unwrap().as_str(), "42");
    assert_eq!(metadata.renamed_from.as_deref(), Some("Shop"));
    assert_eq!(resource(&loaded, "client/storefront/web").metadata.default, Some(true));
}

#[test]
fn a_tombstone_needs_no_spec() {
    let loaded = good();
    assert_eq!(resource(&loaded, "application/gone").metadata.state, ResourceState::Absent);
    assert_eq!(field(&loaded, "client/storefront/gone", "description"), json!("what was known of it"));
}

#[test]
fn values_mean_what_yaml_1_2_says() {
    let loaded = good();
    let of = |name: &str| field(&loaded, "application/values", name);
    assert_eq!(of("app_name"), json!("no"));
    assert_eq!(of("app_description"), json!("Web shop\nand its app\n"));
    assert_eq!(of("service_providers"), json!([]));
    assert_eq!(of("authenticator_preferences")["login_uri"], json!("https://a.example/${x}"));
    assert_eq!(of("authenticator_preferences")["hint"], Json::Null);
    assert_eq!(field(&loaded, "application/json", "app_name"), json!("😀 \"ä\" / Storefront"));
}

#[test]
fn a_reference_is_a_value_of_its_own() {
    let loaded = good();
    let fields = &resource(&loaded, "application/values").fields;
    assert_eq!(fields["invite_client_id"], Value::Ref("client/values/ops".parse().unwrap()));
    let jwks = field(&loaded, "client/values/ops", "authentication_configuration")["jwks"].clone();
    assert_eq!(jwks, json!({"keys": [{"kty": "RSA", "kid": "a", "n": null, "ref": "x"}]}));
}

#[test]
fn durations_are_numbers_of_the_fields_unit() {
    let loaded = good();
    let ops = field(&loaded, "client/values/ops", "token_expiration");
    assert_eq!(ops, json!({"access_token_ttl": 900, "refresh_token_ttl": 1_296_000}));
    assert_eq!(field(&loaded, "client/values/merged", "token_expiration"), json!({"access_token_ttl": 90}));
}

#[test]
fn a_bare_reference_takes_the_type_and_a_mixed_one_is_a_text() {
    let loaded = good();
    let application = |name: &str| field(&loaded, "application/values", name);
    assert_eq!(application("allow_public_signup"), json!(true));
    assert_eq!(application("invite_member_email_expiration_minutes"), json!(90));
    assert_eq!(application("login_uri"), json!("https://shop.example.com/login"));
    let client = |name: &str| field(&loaded, "client/values/ops", name);
    assert_eq!(client("otp_length"), json!(6));
    assert_eq!(client("enforce_par"), json!(false));
    assert_eq!(client("description"), json!("Storefront has 90"));
    assert_eq!(client("redirect_uris")[1], json!("https://shop.example.com/other"));
}

#[test]
fn what_comes_from_the_environment_stays_a_text_where_a_text_is_wanted() {
    assert_eq!(field(&good(), "application/values", "subdomain"), json!("42"));
}

#[test]
fn a_stated_member_wins_over_a_merged_one() {
    let loaded = good();
    assert_eq!(field(&loaded, "client/values/merged", "name"), json!("Merged"));
    assert_eq!(field(&loaded, "client/values/merged", "rate"), json!(1));
}

#[test]
fn a_value_from_outside_is_never_shown() {
    let text = format!(
        "{APPLICATION}  allow_public_signup: ${{env:CANARY}}\n  subdomain: [\"${{env:CANARY}}\"]\n  \
         service_providers: [\"${{env:CANARY}}\", \"${{env:CANARY}}\"]\n  \
         invite_member_email_expiration_minutes: ${{env:CANARY}}\n"
    );
    let (loaded, folder) = loaded("canary", &[("manifests/a.yaml", &text)], &[]);
    assert_eq!(loaded.diagnostics.len(), 4);
    let reports: Vec<_> = loaded.diagnostics.iter().map(|d| loaded.sources.report(d)).collect();
    let everything =
        format!("{}{}", common::rendered(&loaded, &folder.root()), serde_json::to_string(&reports).unwrap());
    assert!(!everything.contains("canary-5f3a"), "{everything}");
}

#[test]
fn overlays_merge_objects_and_replace_all_else() {
    let base = "apiVersion: mosaic/v1\nkind: Client\nmetadata: {name: web, application: a, labels: {x: one, y: two}}\nspec:\n  \
                name: Web\n  redirect_uris: [https://a.example/, https://b.example/]\n  \
                token_expiration: {access_token_ttl: 15m, refresh_token_ttl: 1d}\n  \
                authentication_configuration: {method: private_key_jwt, jwks: {keys: [], note: base}}\n";
    let first = "apiVersion: mosaic/v1\nkind: Client\nmetadata: {name: web, application: a, labels: {y: three}}\nspec:\n  \
                 redirect_uris: [https://c.example/]\n  token_expiration: {access_token_ttl: 5m}\n  \
                 authentication_configuration: {jwks: {keys: []}}\n";
    let second = "apiVersion: mosaic/v1\nkind: Client\nmetadata: {name: web, application: a, state: absent}\n";
    let files = [("manifests/a.yaml", base), ("one/a.yaml", first), ("two/a.yaml", second)];
    let (loaded, folder) = loaded("merge", &files, &["one", "two"]);
    assert_eq!(common::rendered(&loaded, &folder.root()), "");
    let web = resource(&loaded, "client/a/web");
    assert_eq!(web.metadata.labels["x"], "one");
    assert_eq!(web.metadata.labels["y"], "three");
    assert!(web.is_tombstone());
    assert_eq!(web.fields["name"].to_json(), json!("Web"));
    assert_eq!(web.fields["redirect_uris"].to_json(), json!(["https://c.example/"]));
    assert_eq!(web.fields["token_expiration"].to_json(), json!({"access_token_ttl": 300, "refresh_token_ttl": 86400}));
    assert_eq!(web.fields["authentication_configuration"].to_json()["jwks"], json!({"keys": []}));
}

#[test]
fn a_finding_about_a_field_from_an_overlay_points_to_the_overlay() {
    let over = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a}\nspec: {subdomain: shop}\n";
    let (loaded, folder) = loaded("origin", &[("manifests/a.yaml", APPLICATION), ("o/b.yaml", over)], &["o"]);
    let application = resource(&loaded, "application/a");
    let at = |path: &str| {
        let spot = loaded.locate(application, &path.parse::<FieldPath>().unwrap()).unwrap();
        loaded.sources.location(spot).to_string().replace(&format!("{}/", folder.root().display()), "")
    };
    assert_eq!(at("app_name"), "manifests/a.yaml:5:13");
    assert_eq!(at("subdomain"), "o/b.yaml:4:19");
    // A field that is not there stands for what it should be in.
    assert_eq!(at("login_uri"), "manifests/a.yaml:4:1");
    let place = Place::key(application.document, "spec.subdomain".parse().unwrap());
    let placed = loaded.place(&[Finding::error("taken", place, "it is taken").label("here")]);
    let shown = loaded.sources.render(&placed[0], false);
    assert!(shown.contains("o/b.yaml:4:8"), "{shown}");
}

#[test]
fn a_reference_that_an_overlay_replaces_need_not_resolve() {
    let base = format!("{APPLICATION}  subdomain: ${{env:NOT_SET}}\n");
    let over = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a}\nspec: {subdomain: shop}\n";
    let (loaded, folder) = loaded("replaced", &[("manifests/a.yaml", &base), ("o/b.yaml", over)], &["o"]);
    assert_eq!(common::rendered(&loaded, &folder.root()), "");
}

#[test]
fn an_overlay_for_what_was_not_asked_for_is_no_mistake() {
    let over = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: other}\nspec: {subdomain: shop}\n";
    let files: [(&str, &[u8]); 2] = [("manifests/a.yaml", APPLICATION.as_bytes()), ("o/b.yaml", over.as_bytes())];
    let folder = Folder::with("partial", &files);
    let variables = common::variables();
    let request = LoadRequest {
        paths: &[folder.path("manifests")],
        overlays: &[folder.path("o")],
        skip: &[],
        partial: true,
        variables: &variables,
        env: &common::env,
    };
    assert!(load(&request, &common::catalog()).diagnostics.is_empty());
}

#[test]
fn folders_are_read_in_order_without_what_is_hidden_or_left_out() {
    let named = |name: &str| APPLICATION.replace("name: a}", &format!("name: {name}}}"));
    let files = [
        ("b.yaml", named("b")),
        ("a/z.yml", named("z")),
        (
            "a/y.json",
            json!({"apiVersion": "mosaic/v1", "kind": "Application", "metadata": {"name": "y"},
            "spec": {"app_name": "Y"}})
            .to_string(),
        ),
        (".hidden/c.yaml", "nonsense".to_owned()),
        (".d.yaml", "nonsense".to_owned()),
        ("notes.txt", "nonsense".to_owned()),
        ("tilewright.yaml", "nonsense".to_owned()),
        ("overlays/e.yaml", "nonsense".to_owned()),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = Folder::with("order", &files);
    let variables = common::variables();
    let request = LoadRequest {
        paths: &[folder.root(), folder.path("b.yaml")],
        overlays: &[],
        skip: &[folder.path("overlays")],
        partial: false,
        variables: &variables,
        env: &common::env,
    };
    let loaded = load(&request, &common::catalog());
    assert_eq!(common::rendered(&loaded, &folder.root()), "");
    let mut documents: Vec<_> =
        loaded.desired.resources.values().map(|r| (r.document, r.address.to_string())).collect();
    documents.sort();
    let addresses: Vec<_> = documents.into_iter().map(|(_, address)| address).collect();
    assert_eq!(addresses, ["application/y", "application/z", "application/b"]);
}

#[test]
fn a_path_that_leads_nowhere_is_an_error() {
    let loaded = common::load_paths(&[PathBuf::from("/nowhere/at-all"), PathBuf::from("Cargo.toml")], &[]);
    insta::assert_snapshot!(common::rendered(&loaded, Path::new("/x")));
    assert!(!loaded.whole);
}

#[test]
fn diagnostics_have_a_form_for_machines() {
    let text = format!("{APPLICATION}  sübdomain: \"x\"\n  login_uri: 12\n");
    let (loaded, folder) = loaded("machines", &[("manifests/a.yaml", &text)], &[]);
    let reports: Vec<_> = loaded.diagnostics.iter().map(|d| loaded.sources.report(d)).collect();
    let json = serde_json::to_string_pretty(&reports).unwrap().replace(&format!("{}/", folder.root().display()), "");
    insta::assert_snapshot!(json);
}

#[test]
fn a_faulty_document_keeps_what_is_right() {
    let text = format!("{APPLICATION}  subdomain: [x]\n  login_uri: https://a.example/\n");
    let (loaded, _folder) = loaded("faulty", &[("manifests/a.yaml", &text)], &[]);
    let application = resource(&loaded, "application/a");
    assert!(loaded.has_errors() && loaded.faulty.contains(&application.document) && loaded.whole);
    assert!(application.fields.contains_key("login_uri"));
    assert!(!application.fields.contains_key("subdomain"));
}
