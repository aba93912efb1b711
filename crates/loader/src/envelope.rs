//! The envelope of a manifest: what surrounds the spec, as a schema and as typed metadata.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};
use tilewright_core::{Kind, KindSpec, Metadata, RemoteId, ResourceState};

use crate::yaml::{Content, Node};

/// The members of `metadata` that every kind has, in the order in which a person would write them.
const COMMON: [&str; 6] = ["name", "labels", "protect", "id", "renamed_from", "state"];

/// The names of the members of `metadata` of a kind.
pub(crate) fn metadata_names(kind: &Kind) -> Vec<&str> {
    let own = kind.parent.iter().flat_map(|p| {
        let default = p.brings_default.then_some("default");
        [Some(p.segment.as_str()), default].into_iter().flatten()
    });
    COMMON.into_iter().chain(own).collect()
}

/// The JSON Schema of the `metadata` of a kind.
pub(crate) fn metadata_schema(kind: &Kind) -> Json {
    let key = |doc: &str| json!({"type": "string", "pattern": "^[a-z0-9-]{1,63}$", "description": doc});
    let mut properties = Map::new();
    let mut required = vec!["name"];
    properties.insert("name".to_owned(), key("The key by which tilewright knows the resource. Never sent to the API."));
    if let Some(parent) = &kind.parent {
        properties.insert(parent.segment.clone(), key(&format!("The key of the {} it lives in.", parent.segment)));
        required.push(&parent.segment);
        if parent.brings_default {
            let doc = format!("Whether it is the default of its {}. Implied when it is the only one.", parent.segment);
            properties.insert("default".to_owned(), json!({"type": "boolean", "description": doc}));
        }
    }
    let rest = json!({
        "labels": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "For selecting resources on the command line.",
        },
        "protect": {"type": "boolean", "description": "No step may delete or replace it."},
        "id": {"type": "string", "minLength": 1, "description": "Pins the resource to this remote id."},
        "renamed_from": {
            "type": "string",
            "minLength": 1,
            "description": "The display name under which a live object is to be adopted.",
        },
        "state": {
            "type": "string",
            "enum": ["present", "absent"],
            "description": "`absent` is a tombstone: the resource is to be deleted.",
        },
    });
    if let Json::Object(rest) = rest {
        properties.extend(rest);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// The JSON Schema of a document around its metadata and spec, which are checked on their own.
pub(crate) fn document_schema(tombstone: bool) -> Json {
    let required: &[&str] = if tombstone { &[] } else { &["spec"] };
    json!({
        "type": "object",
        "properties": {
            "apiVersion": {},
            "kind": {},
            "metadata": {},
            "spec": {"type": "object"},
        },
        "required": required,
        "additionalProperties": false,
    })
}

/// The metadata of a document, as far as it is right.
pub(crate) fn metadata(node: Option<&Node>) -> Metadata {
    let text = |name: &str| node.and_then(|n| n.get(name)).and_then(Node::as_text).map(ToOwned::to_owned);
    let truth = |name: &str| node.and_then(|n| n.get(name)).and_then(|n| n.to_json().as_bool());
    let labels = node.and_then(|n| n.get("labels")).and_then(Node::members).into_iter().flatten();
    Metadata {
        id: text("id").map(|id| RemoteId::new(&id)),
        renamed_from: text("renamed_from"),
        labels: labels.filter_map(|m| Some((m.name.clone(), m.value.as_text()?.to_owned()))).collect(),
        protect: truth("protect").unwrap_or(false),
        default: truth("default"),
        state: match text("state").as_deref() {
            Some("absent") => ResourceState::Absent,
            _ => ResourceState::Present,
        },
    }
}

/// Whether a document may go without a spec: a tombstone, or something that may have been meant as one.
pub(crate) fn is_tombstone(root: &Node) -> bool {
    let state = root.get("metadata").and_then(|m| m.get("state"));
    state.is_some_and(|s| s.as_text() != Some("present"))
}

/// The schema of a document's spec: by the discriminator, where the kind has one. `None` where the discriminator has a
/// value that chooses none.
pub(crate) fn choose_spec<'a>(kind: &'a Kind, spec: Option<&Node>) -> Option<&'a KindSpec> {
    let Some((field, default)) = &kind.discriminator else { return kind.specs.first() };
    let value = match spec.and_then(|s| s.get(field)) {
        None => default.as_str(),
        Some(node) => node.as_text()?,
    };
    kind.specs.iter().find(|s| s.when.as_deref() == Some(value))
}

/// Where a name that is unknown at one place of a document belongs, if it is known at another.
pub(crate) fn belongs(kind: &Kind, spec: Option<&KindSpec>, here: Section, name: &str) -> Option<String> {
    let fields: BTreeSet<&str> = spec
        .map_or_else(|| kind.specs.iter().collect::<Vec<_>>(), |s| vec![s])
        .iter()
        .flat_map(|s| s.fields.keys().map(String::as_str))
        .collect();
    let metadata = metadata_names(kind);
    let top = ["apiVersion", "kind", "metadata", "spec"];
    match here {
        Section::Top | Section::Metadata if fields.contains(name) && !top.contains(&name) => {
            Some(format!("`{name}` is a field of the spec: move it under `spec`"))
        }
        Section::Top | Section::Spec if metadata.contains(&name) => {
            Some(format!("`{name}` only matters to tilewright: move it under `metadata`"))
        }
        Section::Metadata | Section::Spec if top.contains(&name) => {
            Some(format!("`{name}` stands at the top of the document: indent it less"))
        }
        Section::Spec => kind
            .specs
            .iter()
            .find(|other| other.fields.contains_key(name) && spec.is_some_and(|s| s.name != other.name))
            .map(|other| {
                let when = match (&kind.discriminator, &other.when) {
                    (Some((field, _)), Some(value)) => format!(", with `{field}: {value}`"),
                    _ => String::new(),
                };
                format!("`{name}` is a field of {}{when}", article(&other.title))
            }),
        Section::Top | Section::Metadata => None,
    }
}

/// A place in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Its top.
    Top,
    /// Its metadata.
    Metadata,
    /// Its spec.
    Spec,
}

/// `an OIDC client`.
pub(crate) fn article(title: &str) -> String {
    let vowel = title.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']);
    format!("{} {title}", if vowel { "an" } else { "a" })
}

/// Whether a node is an object.
pub(crate) fn is_object(node: &Node) -> bool {
    matches!(node.content, Content::Map(_))
}

/// Whether the catalog's kinds have a schema for each discriminator value; used where one must be listed.
pub(crate) fn discriminator_values(kind: &Kind) -> Vec<&str> {
    kind.specs.iter().filter_map(|s| s.when.as_deref()).collect()
}
