//! The JSON Schemas that editors and other tools read: the schemas that documents are checked against, widened by what
//! the loader takes beyond them: references of both sorts, durations, `null` where a member is left out.
//!
//! What the loader accepts, these accept; a test over all cases says so. The reverse need not hold.

use serde_json::{Map, Value as Json, json};
use tilewright_core::{Catalog, Kind, KindSpec};

use crate::duration;
use crate::envelope::metadata_schema;
use crate::shapes::sort_of;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A text with `${…}` in it.
const REFERENCE: &str = r"\$\{";

/// What a schema says about a field rather than about its values; it stays outside when values are widened.
const ANNOTATIONS: [&str; 7] =
    ["title", "description", "default", "deprecated", "writeOnly", "examples", "x-tilewright"];

/// The schema of a document of one sort, such as an OIDC client; `None` for a spec that is not in the catalog.
#[must_use]
pub fn document_schema(catalog: &Catalog, spec: &KindSpec) -> Option<Json> {
    let kind = catalog.kinds.iter().find(|k| k.specs.iter().any(|s| s.name == spec.name))?;
    let mut schema = document(catalog, kind, spec);
    head(
        &mut schema,
        &spec.title,
        &format!("A manifest of {}. See {}", crate::envelope::article(&spec.title), spec.docs),
    );
    Some(schema)
}

/// The schema of any document of a manifest file: it chooses by `kind` and discriminator.
#[must_use]
pub fn manifest_schema(catalog: &Catalog) -> Json {
    let kinds: Vec<&str> = catalog.kinds.iter().map(|k| k.name.as_str()).collect();
    let mut branches = Vec::new();
    for kind in &catalog.kinds {
        if let Some((field, _)) = &kind.discriminator {
            let values: Vec<&str> = kind.specs.iter().filter_map(|s| s.when.as_deref()).collect();
            let known = json!({"anyOf": [{"enum": values}, reference()]});
            branches.push(json!({
                "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
                "then": {"properties": {"spec": {"properties": {field: known}}}},
            }));
        }
        for spec in &kind.specs {
            branches.push(json!({"if": condition(kind, spec), "then": document(catalog, kind, spec)}));
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": {
            "apiVersion": {"const": catalog.api_version},
            "kind": {"enum": kinds, "description": "What the document describes."},
            "metadata": {"type": "object", "description": "What only tilewright needs."},
            "spec": {"type": "object", "description": "The fields, by the names that the API gives them."},
        },
        "required": ["apiVersion", "kind", "metadata"],
        "allOf": branches,
    });
    head(&mut schema, "tilewright manifest", "One document of a manifest file: one resource.");
    schema
}

/// The schema of the project file; `regions` are the words that `region` may be.
#[must_use]
pub fn project_schema(regions: &[&str]) -> Json {
    let mut schema = crate::project::schema();
    let environments = &mut schema["properties"]["spec"]["properties"]["environments"];
    environments["propertyNames"] = json!({"pattern": "^[a-z0-9-]{1,63}$"});
    let members = &mut environments["additionalProperties"]["properties"];
    let region = members["region"].take();
    let mut known = region;
    known["enum"] = regions.into();
    members["region"] = alternatives(known, [reference()]);
    for secret in ["client_secret", "access_token"] {
        members[secret]["pattern"] = r"^\$\{(env|file):[^}]+\}$".into();
    }
    schema
}

/// Puts the dialect and the title first.
fn head(schema: &mut Json, title: &str, description: &str) {
    let Json::Object(members) = std::mem::take(schema) else { return };
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), DIALECT.into());
    whole.insert("title".to_owned(), title.into());
    whole.insert("description".to_owned(), description.into());
    whole.extend(members);
    *schema = Json::Object(whole);
}

/// Whether a document is of this kind, and its discriminator chooses this schema.
fn condition(kind: &Kind, spec: &KindSpec) -> Json {
    let mut properties = json!({"kind": {"const": kind.name}});
    let mut required = vec!["kind"];
    if let (Some((field, default)), Some(value)) = (&kind.discriminator, &spec.when) {
        let mut chosen = json!({"properties": {field: {"const": value}}});
        if value != default {
            chosen["required"] = json!([field]);
            required.push("spec");
        }
        properties["spec"] = chosen;
    }
    json!({"properties": properties, "required": required})
}

fn document(catalog: &Catalog, kind: &Kind, spec: &KindSpec) -> Json {
    let mut fields = spec.schema.clone();
    let required = fields.as_object_mut().and_then(|f| f.remove("required")).unwrap_or_else(|| json!([]));
    for (_, field) in fields["properties"].as_object_mut().into_iter().flatten() {
        widen(catalog, field);
    }
    fields["description"] = "The fields, by the names that the API gives them.".into();
    let mut metadata = metadata_schema(kind);
    metadata["description"] = "What only tilewright needs.".into();
    for name in ["protect", "default"] {
        if let Some(field) = metadata["properties"].get_mut(name) {
            widen(catalog, field);
        }
    }
    let absent = json!({
        "properties": {"metadata": {"properties": {"state": {"const": "absent"}}, "required": ["state"]}},
    });
    json!({
        "type": "object",
        "properties": {
            "apiVersion": {"const": catalog.api_version},
            "kind": {"const": kind.name},
            "metadata": metadata,
            "spec": fields,
        },
        "required": ["apiVersion", "kind", "metadata"],
        "additionalProperties": false,
        "if": absent,
        "else": {"required": ["spec"], "properties": {"spec": {"required": required}}},
    })
}

/// Lets a field be written as the loader takes it.
fn widen(catalog: &Catalog, schema: &mut Json) {
    let facts = schema["x-tilewright"].clone();
    let refers_to = facts["refersTo"].as_str();
    match sort_of(schema) {
        Some("object") => {
            let required = schema["required"].clone();
            let is_required = |name: &str| required.as_array().is_some_and(|r| r.iter().any(|n| n == name));
            let members = schema.get_mut("properties").and_then(Json::as_object_mut);
            for (name, member) in members.into_iter().flatten() {
                widen(catalog, member);
                if !is_required(name) {
                    *member = alternatives(member.take(), [json!({"type": "null"})]);
                }
            }
        }
        Some("array") => {
            let Some(item) = schema.get_mut("items") else { return };
            if let Some(kind) = refers_to {
                item["x-tilewright"]["refersTo"] = kind.into();
            }
            widen(catalog, item);
        }
        Some("boolean" | "integer" | "number") if facts["duration"].is_string() => {
            let text = json!({"type": "string", "pattern": duration::PATTERN});
            *schema = alternatives(schema.take(), [text, reference()]);
        }
        Some("boolean" | "integer" | "number") => *schema = alternatives(schema.take(), [reference()]),
        Some("string") => {
            let mut others = Vec::new();
            let is_plain = ["enum", "const", "pattern", "format", "maxLength"].iter().all(|k| schema.get(k).is_none());
            if !is_plain {
                others.push(reference());
            }
            if let Some(kind) = refers_to {
                others.push(resource(catalog, kind));
            }
            *schema = alternatives(schema.take(), others);
        }
        _ => {}
    }
}

fn reference() -> Json {
    json!({"type": "string", "pattern": REFERENCE})
}

/// `{ref: <address>}`.
fn resource(catalog: &Catalog, segment: &str) -> Json {
    let key = "/[a-z0-9-]{1,63}";
    let mut keys = 1;
    let mut kind = catalog.kind(segment);
    while let Some(parent) = kind.and_then(|k| k.parent.as_ref()) {
        keys += 1;
        kind = catalog.kind(&parent.segment);
    }
    let pattern = format!("^{segment}{}$|{REFERENCE}", key.repeat(keys));
    json!({
        "type": "object",
        "description": format!("Stands for the remote id of {} of the manifests.", crate::envelope::article(segment)),
        "properties": {"ref": {"type": "string", "pattern": pattern}},
        "required": ["ref"],
        "additionalProperties": false,
    })
}

/// A schema that also takes what others take; what it says about the field stays outside.
fn alternatives(schema: Json, others: impl IntoIterator<Item = Json>) -> Json {
    let others: Vec<Json> = others.into_iter().collect();
    let Json::Object(mut members) = schema else { return schema };
    if others.is_empty() {
        return Json::Object(members);
    }
    let mut outer = Map::new();
    for name in ANNOTATIONS {
        if let Some(value) = members.shift_remove(name) {
            outer.insert(name.to_owned(), value);
        }
    }
    let first = match members.shift_remove("anyOf") {
        Some(Json::Array(already)) if members.is_empty() => already,
        Some(any_of) => {
            members.insert("anyOf".to_owned(), any_of);
            vec![Json::Object(members)]
        }
        None => vec![Json::Object(members)],
    };
    outer.insert("anyOf".to_owned(), first.into_iter().chain(others).collect());
    Json::Object(outer)
}
