//! A toy vendor: shelves with books, that use everything a schema can say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use tilewright_core::{Catalog, FieldPath, FieldSpec, Kind, KindSpec, Parent, RemoteId, Shape, Unique, Value};

/// Its kinds.
pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog {
    api_version: "toy/v1".to_owned(),
    kinds: vec![
        Kind {
            name: "Shelf".to_owned(),
            segment: "shelf".to_owned(),
            parent: None,
            discriminator: None,
            specs: vec![compiled("shelf", None, "title", shelf())],
        },
        Kind {
            name: "Book".to_owned(),
            segment: "book".to_owned(),
            parent: Some(Parent { segment: "shelf".to_owned(), brings_default: true }),
            discriminator: Some(("format".to_owned(), "paper".to_owned())),
            specs: vec![
                compiled("paper-book", Some("paper"), "name", book("pages", &json!({"type": "integer"}))),
                compiled("audio-book", Some("audio"), "name", book("voice", &json!({"type": "string"}))),
            ],
        },
    ],
    rules: Vec::new(),
});

fn compiled(name: &str, when: Option<&str>, display_name: &str, schema: Json) -> KindSpec {
    KindSpec::compile(name, name, when, display_name, "https://toy.example/", schema).expect("the toy schemas compile")
}

fn shelf() -> Json {
    let strings = json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}});
    json!({"type": "object", "required": ["title"], "properties": {
        "title": {"type": "string", "x-tilewright": {
            "unique": {"within": "tenant", "spare": "text", "name": "title", "enforced": true}}},
        "host": {"type": "string", "x-tilewright": {
            "unique": {"within": "tenant", "spare": "label", "name": "host", "enforced": true}}},
        "site": {"type": "string", "x-tilewright": {"fixed": true}},
        "note": {"type": "string"},
        "open": {"type": "boolean", "default": false, "x-tilewright": {"resend": true}},
        "ttl": {"type": "integer", "default": 3},
        "link": {"type": "string", "x-tilewright": {"uri": true}},
        "links": {"type": "array", "uniqueItems": true, "items": {"type": "string", "x-tilewright": {"uri": true}}},
        "modes": {"type": "array", "uniqueItems": true, "default": ["view", "edit"],
            "items": {"type": "string", "enum": ["edit", "lend", "view"]}},
        "route": {"type": "array", "items": {"type": "string"}},
        "terms": {"type": "object", "properties": {
            "days": {"type": "integer"},
            "mode": {"type": "string", "enum": ["hard", "soft"], "default": "soft"},
            "who": strings,
            "grace": {"type": "object", "properties": {"days": {"type": "integer"}, "text": {"type": "string"}}},
            "hidden": {"type": "string", "writeOnly": true}}},
        "desk": {"type": "object", "properties": {
            "front": {"type": "boolean", "x-tilewright": {
                "unique": {"within": "tenant", "role": true, "name": "front desk", "enforced": true}}},
            "hint": {"type": "string"}}},
        "featured": {"type": "string", "x-tilewright": {"refersTo": "book"}},
        "related": {"type": "array", "uniqueItems": true,
            "items": {"type": "string", "x-tilewright": {"refersTo": "book"}}},
        "passphrase": {"type": "string", "writeOnly": true},
        "sealed": {"type": "boolean", "default": false, "x-tilewright": {"afterCreation": true, "resend": true}}}})
}

fn book(own: &str, schema: &Json) -> Json {
    let mut book = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string", "x-tilewright": {
            "unique": {"within": "parent", "spare": "text", "name": "name", "enforced": true}}},
        "format": {"type": "string", "enum": ["audio", "paper"], "default": "paper", "x-tilewright": {"fixed": true}},
        "note": {"type": "string", "default": "none"},
        "uris": {"type": "array", "uniqueItems": true, "items": {"type": "string", "x-tilewright": {"uri": true}}},
        "keys": {"type": "object", "x-tilewright": {"atomic": true, "keyedBy": "kid"}},
        "blob": {"type": "object", "x-tilewright": {"atomic": true}},
        "sequel": {"type": "string", "x-tilewright": {"refersTo": "book"}},
        "meta": {"type": "object", "properties": {
            "text": {"type": "string"},
            "inner": {"type": "object", "properties": {
                "x": {"type": "integer"}, "ys": {"type": "array", "items": {"type": "integer"}}}},
            "peer": {"type": "string", "x-tilewright": {"refersTo": "book"}}}},
        "pin": {"type": "string", "writeOnly": true},
        "ribbon": {"type": "string", "x-tilewright": {"afterCreation": true}}}});
    book["properties"][own] = schema.clone();
    book
}

/// The schema with a name.
pub(crate) fn spec(name: &str) -> &'static KindSpec {
    CATALOG.spec(name).expect("the toy vendor has it")
}

/// Calls `see` for every value inside, with its path and what is known of it.
pub(crate) fn each_value(
    path: &FieldPath,
    spec: &FieldSpec,
    value: &Value,
    see: &mut dyn FnMut(&FieldPath, &FieldSpec, &Value),
) {
    see(path, spec, value);
    match (&spec.shape, value) {
        (Shape::List { item, .. }, Value::List(items)) => {
            items.iter().enumerate().for_each(|(at, v)| each_value(&path.item(at), item, v, see));
        }
        (Shape::Object { members }, Value::Object(values)) => {
            for (name, v) in values {
                members.get(name).into_iter().for_each(|m| each_value(&path.member(name), m, v, see));
            }
        }
        (_, _) => {}
    }
}

/// The ids that the fields refer to.
pub(crate) fn referred(spec: &KindSpec, fields: &BTreeMap<String, Value>) -> Vec<RemoteId> {
    let mut ids = Vec::new();
    for (name, value) in fields {
        let Some(field) = spec.fields.get(name) else { continue };
        each_value(&FieldPath::field(name), field, value, &mut |_, spec, value| {
            let text = value.as_str().filter(|t| spec.refers_to.is_some() && !t.is_empty());
            ids.extend(text.map(RemoteId::new));
        });
    }
    ids
}

/// The unique values that the fields take up.
pub(crate) fn taken(spec: &KindSpec, fields: &BTreeMap<String, Value>) -> Vec<(FieldPath, Unique, Value)> {
    let mut found = Vec::new();
    for (name, value) in fields {
        let Some(field) = spec.fields.get(name) else { continue };
        each_value(&FieldPath::field(name), field, value, &mut |path, spec, value| {
            let Some(unique) = &spec.unique else { return };
            let counts = match value {
                Value::Bool(played) => *played,
                Value::String(text) => !text.is_empty(),
                _ => false,
            };
            if counts {
                found.push((path.clone(), unique.clone(), value.clone()));
            }
        });
    }
    found
}
