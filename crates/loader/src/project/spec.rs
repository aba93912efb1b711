//! The project file as types: its JSON Schema, and what it is read into once it has been checked.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, json_schema};
use serde::Deserialize;
use serde_json::Value as Json;

/// The project file of tilewright: where the manifests are, and the environments they are for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ProjectDocument {
    /// The version of this format.
    #[schemars(extend("const" = "tilewright/v1"))]
    #[expect(dead_code, reason = "the schema has checked it")]
    api_version: String,
    /// That this is a project file.
    #[schemars(extend("const" = "Project"))]
    #[expect(dead_code, reason = "the schema has checked it")]
    kind: String,
    /// What the project is.
    pub(super) spec: ProjectSpec,
}

/// What the project is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectSpec {
    /// Files and folders with manifests, relative to this file.
    #[serde(default = "default_manifests")]
    pub(super) manifests: Vec<String>,
    /// The environments by name: a-z, 0-9 and `-`.
    #[serde(default)]
    pub(super) environments: BTreeMap<String, EnvironmentSpec>,
}

fn default_manifests() -> Vec<String> {
    vec!["manifests".to_owned()]
}

/// One tenant, and how the manifests differ for it. One of `simulator`, `region` and `base_url` says where it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvironmentSpec {
    /// An embedded simulated tenant, kept in this file.
    pub(super) simulator: Option<String>,
    /// The region of the tenant, such as `eu`.
    pub(super) region: Option<String>,
    /// The base URL of the API, on any host.
    pub(super) base_url: Option<String>,
    /// Where tokens are fetched; only with `base_url`, from which it is derived where it is not stated.
    pub(super) token_url: Option<String>,
    /// The tenant that the token must belong to.
    pub(super) tenant_id: Option<String>,
    /// The id of the client that tilewright logs in with.
    pub(super) client_id: Option<String>,
    /// Its secret: `${env:NAME}` or `${file:PATH}`, never the secret itself.
    #[expect(dead_code, reason = "secrets are taken out before the rest is read")]
    pub(super) client_secret: Option<String>,
    /// A ready access token instead: `${env:NAME}` or `${file:PATH}`.
    #[expect(dead_code, reason = "secrets are taken out before the rest is read")]
    pub(super) access_token: Option<String>,
    /// What `${var:NAME}` stands for in manifests.
    #[serde(default)]
    pub(super) variables: BTreeMap<String, Variable>,
    /// Files and folders with documents that are merged over the manifests, relative to this file, in this order.
    #[serde(default)]
    pub(super) overlays: Vec<String>,
    /// How many deletes are allowed.
    #[serde(default)]
    pub(super) guards: Guards,
}

/// A text, a number or a truth value.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Variable(pub(super) Json);

impl JsonSchema for Variable {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Variable".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        json_schema!({"type": ["string", "number", "boolean"]})
    }
}

/// How many deletes are allowed without being asked for by number.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Guards {
    /// How many objects may be deleted.
    pub(super) max_deletes: usize,
    /// How many of the bound objects may be deleted, in percent.
    #[schemars(range(max = 100))]
    pub(super) max_delete_percent: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Self { max_deletes: 0, max_delete_percent: 20 }
    }
}

/// The JSON Schema of the project file.
pub(crate) fn schema() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<ProjectDocument>().to_value();
    tidy(&mut schema);
    schema["title"] = "tilewright project file".into();
    schema
}

/// What is optional may be left out but not be null; Rust's number formats and type names say nothing to a reader.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            if let Some(Json::Array(types)) = members.get_mut("type") {
                types.retain(|t| t != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            let is_schema = members.contains_key("type");
            if is_schema {
                members.remove("format");
                members.remove("title");
                if let Some(Json::String(doc)) = members.get_mut("description") {
                    *doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
                }
            }
            members.values_mut().for_each(tidy);
        }
        Json::Array(items) => items.iter_mut().for_each(tidy),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
