//! Compiles the JSON Schema of a kind into its table of fields. What the table cannot hold is an error, never passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::catalog::{CatalogError, FieldSpec, Shape, Unique, Unit};
use crate::value::Value;

/// The members of `x-tilewright` on a field.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Extension {
    fixed: bool,
    atomic: bool,
    refers_to: Option<String>,
    unique: Option<Unique>,
    after_creation: bool,
    resend: bool,
    excludes: Vec<String>,
    duration: Option<Unit>,
    uri: bool,
    keyed_by: Option<String>,
    missing_from_list: bool,
}

/// The top-level fields of a schema, which is called `schema` in errors.
pub(crate) fn fields(name: &str, schema: &Json) -> Result<BTreeMap<String, FieldSpec>, CatalogError> {
    Compiler { schema: name }.members(schema, "")
}

struct Compiler<'a> {
    schema: &'a str,
}

impl Compiler<'_> {
    fn fail(&self, at: &str, reason: impl Into<String>) -> CatalogError {
        CatalogError { schema: self.schema.to_owned(), at: at.to_owned(), reason: reason.into() }
    }

    fn members(&self, schema: &Json, at: &str) -> Result<BTreeMap<String, FieldSpec>, CatalogError> {
        let properties = schema["properties"].as_object().ok_or_else(|| self.fail(at, "it has no properties"))?;
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        properties
            .iter()
            .map(|(name, property)| {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                Ok((name.clone(), self.field(property, &path, required.contains(&name.as_str()))?))
            })
            .collect()
    }

    fn field(&self, schema: &Json, at: &str, required: bool) -> Result<FieldSpec, CatalogError> {
        let extension: Extension = match schema.get("x-tilewright") {
            Some(json) => serde_json::from_value(json.clone()).map_err(|e| self.fail(at, e.to_string()))?,
            None => Extension::default(),
        };
        let flag = |name: &str| schema[name].as_bool().unwrap_or(false);
        Ok(FieldSpec {
            doc: schema["description"].as_str().unwrap_or_default().to_owned(),
            shape: self.shape(schema, at, extension.atomic)?,
            required,
            default: schema.get("default").filter(|d| !d.is_null()).map(Value::from_json),
            write_only: flag("writeOnly"),
            deprecated: flag("deprecated"),
            fixed: extension.fixed,
            refers_to: extension.refers_to,
            unique: extension.unique,
            after_creation: extension.after_creation,
            resend: extension.resend,
            excludes: extension.excludes,
            unit: extension.duration,
            uri: extension.uri,
            keyed_by: extension.keyed_by,
            missing_from_list: extension.missing_from_list,
        })
    }

    fn shape(&self, schema: &Json, at: &str, atomic: bool) -> Result<Shape, CatalogError> {
        if atomic {
            return Ok(Shape::Atomic);
        }
        match sort_of(schema) {
            Some("boolean") => Ok(Shape::Bool),
            Some("number" | "integer") => Ok(Shape::Number),
            Some("string") => {
                let values = schema["enum"].as_array().into_iter().flatten();
                Ok(Shape::Text { values: values.filter_map(Json::as_str).map(ToOwned::to_owned).collect() })
            }
            Some("array") => Ok(Shape::List {
                item: Box::new(self.field(&schema["items"], &format!("{at}[]"), false)?),
                set: schema["uniqueItems"].as_bool().unwrap_or(false),
            }),
            Some("object") => Ok(Shape::Object { members: self.members(schema, at)? }),
            other => Err(self.fail(at, format!("the type {other:?} is none that a field can have"))),
        }
    }
}

/// The `type` of a schema, `null` aside.
fn sort_of(schema: &Json) -> Option<&str> {
    match &schema["type"] {
        Json::String(one) => Some(one),
        Json::Array(several) => several.iter().filter_map(Json::as_str).find(|t| *t != "null"),
        _ => None,
    }
}
