//! Turns Rust types into the JSON Schema that `tilewright_core::KindSpec` compiles.
//!
//! Must not know any field by name.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};

/// The schema of one type, subschemas inline. Fields at the top cannot be null, since the API has no way to clear one;
/// optional members of objects can, which leaves them out of the object that is sent.
pub(crate) fn schema_of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    for property in schema["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        never_null(property);
    }
    schema
}

/// One schema with the fields of all of `parts`, in that order.
pub(crate) fn joined(parts: impl IntoIterator<Item = Json>) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for mut part in parts {
        if let Json::Object(fields) = part["properties"].take() {
            properties.extend(fields);
        }
        if let Json::Array(names) = part["required"].take() {
            required.extend(names);
        }
    }
    serde_json::json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Drops what says nothing to a reader (type names, Rust's number formats, `default: null`) and joins doc lines.
fn tidy(schema: &mut Json) {
    match schema {
        Json::Object(members) => {
            members.remove("title");
            members.remove("format");
            if members.get("default").is_some_and(Json::is_null) {
                members.remove("default");
            }
            if let Some(Json::String(doc)) = members.get_mut("description") {
                *doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
            }
            for (name, member) in members.iter_mut() {
                if name == "properties" {
                    // Below are fields, which may themselves be called `title` or `format`.
                    member.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(tidy);
                } else if name == "items" {
                    tidy(member);
                }
            }
        }
        Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn never_null(property: &mut Json) {
    if let Some(types) = property["type"].as_array_mut() {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            property["type"] = only.clone();
        }
    }
    if let Some(values) = property.get_mut("enum").and_then(Json::as_array_mut) {
        values.retain(|v| !v.is_null());
    }
}
