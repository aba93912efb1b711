//! A small vendor for the loader's tests: the sorts of fields that a real one has, under names that read like one.

#![allow(clippy::unwrap_used, dead_code, reason = "tests may stop at the first surprise; not every test uses all")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use tilewright_core::{Catalog, Kind, KindSpec, Parent};
use tilewright_loader::{LoadRequest, Loaded, load};

/// The catalog.
pub(crate) fn catalog() -> Catalog {
    let application = Kind {
        name: "Application".to_owned(),
        segment: "application".to_owned(),
        parent: None,
        discriminator: None,
        specs: vec![spec("application", "Application", None, "app_name", application_schema()).with_not_accepted([
            not_accepted("redirect_uris", "it is a view of the default client: set it on the default Client"),
            not_accepted("app_id", "the API gives it: to bind an existing application, set `metadata.id`"),
            not_accepted("client_secret", "the API gives it: leave it out"),
        ])],
    };
    let client = Kind {
        name: "Client".to_owned(),
        segment: "client".to_owned(),
        parent: Some(Parent { segment: "application".to_owned(), brings_default: true }),
        discriminator: Some(("authentication_protocol".to_owned(), "oidc".to_owned())),
        specs: vec![
            spec("oidc-client", "OIDC client", Some("oidc"), "name", oidc_schema())
                .with_not_accepted([not_accepted("client_id", "the API gives it: leave it out")]),
            spec("saml-client", "SAML client", Some("saml"), "name", saml_schema()),
        ],
    };
    Catalog { api_version: "mosaic/v1".to_owned(), kinds: vec![application, client], rules: Vec::new() }
}

fn not_accepted(name: &str, sentence: &str) -> (String, String) {
    (name.to_owned(), sentence.to_owned())
}

fn spec(name: &str, title: &str, when: Option<&str>, display_name: &str, schema: Json) -> KindSpec {
    KindSpec::compile(name, title, when, display_name, "https://example.com/docs", schema).unwrap()
}

fn application_schema() -> Json {
    json!({
        "type": "object",
        "properties": {
            "app_name": {"type": "string", "minLength": 1, "description": "The name that people see.",
                "x-tilewright": {"unique": {"within": "tenant", "spare": "text", "name": "display name"}}},
            "app_description": {"type": "string"},
            "allow_public_signup": {"type": "boolean", "default": false, "x-tilewright": {"resend": true}},
            "login_uri": {"type": "string", "x-tilewright": {"uri": true}},
            "invite_client_id": {"type": "string", "x-tilewright": {"refersTo": "client"}},
            "invite_member_email_expiration_minutes": {"type": "integer", "minimum": 0, "default": 2880,
                "x-tilewright": {"duration": "minutes", "resend": true}},
            "authenticator_preferences": {
                "type": "object",
                "properties": {
                    "is_centralized": {"type": "boolean"},
                    "login_uri": {"type": "string", "minLength": 1, "x-tilewright": {"uri": true}},
                    "hint": {"type": ["string", "null"]},
                },
                "required": ["is_centralized", "login_uri"],
                "additionalProperties": false,
            },
            "service_providers": {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
            "subdomain": {"type": "string", "x-tilewright": {
                "unique": {"within": "tenant", "spare": "label", "name": "subdomain", "enforced": true}}},
        },
        "required": ["app_name"],
        "additionalProperties": false,
    })
}

fn oidc_schema() -> Json {
    let seconds = json!({"type": ["integer", "null"], "minimum": 0, "x-tilewright": {"duration": "seconds"}});
    json!({
        "type": "object",
        "properties": {
            "authentication_protocol": {"type": "string", "enum": ["oidc"], "x-tilewright": {"fixed": true}},
            "name": {"type": "string", "minLength": 1},
            "description": {"type": "string"},
            "redirect_uris": {"type": "array", "uniqueItems": true, "minItems": 1,
                "items": {"type": "string", "minLength": 1, "x-tilewright": {"uri": true}}},
            "client_type": {"type": "string", "enum": ["web", "native"], "default": "web"},
            "pkce": {"type": "string", "enum": ["enforcePkceInsteadOfClientCredentials",
                "enforcePkceAlongsideClientCredentials", "allowPkceAlongsideClientCredentials"]},
            "token_expiration": {
                "type": "object",
                "properties": {"access_token_ttl": seconds, "refresh_token_ttl": seconds},
                "additionalProperties": false,
            },
            "session_expiration": {"type": "object", "properties": {"ttl": seconds}, "additionalProperties": false},
            "otp_length": {"type": "integer", "minimum": 4, "maximum": 8},
            "rate": {"type": "number"},
            "enforce_par": {"type": "boolean"},
            "authentication_configuration": {
                "type": "object",
                "properties": {
                    "method": {"type": "string", "enum": ["client_secret_basic", "private_key_jwt", "none"]},
                    "jwks": {"type": "object", "x-tilewright": {"atomic": true, "keyedBy": "kid"}},
                },
                "required": ["method"],
                "additionalProperties": false,
            },
            "default_custom_claims": {"type": "array", "uniqueItems": true, "items": {"type": "string", "minLength": 1}},
            "resources": {"type": "array", "uniqueItems": true, "items": {"type": "string"}},
        },
        "required": ["name", "redirect_uris"],
        "additionalProperties": false,
    })
}

fn saml_schema() -> Json {
    json!({
        "type": "object",
        "properties": {
            "authentication_protocol": {"type": "string", "enum": ["saml"], "x-tilewright": {"fixed": true}},
            "name": {"type": "string", "minLength": 1},
            "sp_entity_id": {"type": "string"},
            "sp_acs_url": {"type": "string", "x-tilewright": {"uri": true}},
            "certificate": {"type": "string"},
        },
        "required": ["authentication_protocol", "name", "sp_entity_id", "sp_acs_url"],
        "additionalProperties": false,
    })
}

/// The variables that the tests' environment has.
pub(crate) fn variables() -> BTreeMap<String, Json> {
    BTreeMap::from([
        ("shop".to_owned(), json!("https://shop.example.com")),
        ("signup".to_owned(), json!(true)),
        ("minutes".to_owned(), json!(90)),
    ])
}

/// The environment variables that the tests see.
pub(crate) fn env(name: &str) -> Option<String> {
    match name {
        "SHOP_NAME" => Some("Storefront".to_owned()),
        "NUMBER" => Some("42".to_owned()),
        "SIGNUP" => Some("false".to_owned()),
        "CANARY" => Some("canary-5f3a".to_owned()),
        "EMPTY" => Some(String::new()),
        "NUMBER_OF_DIGITS" => Some("6".to_owned()),
        _ => None,
    }
}

/// Loads paths with the tests' variables.
pub(crate) fn load_paths(paths: &[PathBuf], overlays: &[PathBuf]) -> Loaded {
    let variables = variables();
    let request = LoadRequest { paths, overlays, skip: &[], partial: false, variables: &variables, env: &env };
    load(&request, &catalog())
}

/// A folder that goes with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A new one, with files.
    pub(crate) fn with(name: &str, files: &[(&str, &[u8])]) -> Self {
        let path = std::env::temp_dir().join(format!("tilewright-loader-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        for (file, content) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Its own path.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// All diagnostics as text, without the folder's path.
pub(crate) fn rendered(loaded: &Loaded, root: &std::path::Path) -> String {
    let texts: Vec<String> = loaded.diagnostics.iter().map(|d| loaded.sources.render(d, false)).collect();
    texts.join("\n\n").replace(&format!("{}/", root.display()), "")
}
