//! What a schema expects and what a node is, in words; and the hints for what is nearly right.

use serde_json::Value as Json;

use crate::suggest::{one_of, short};
use crate::yaml::{Content, Looks, Node, Origin, Plain, looks_like};

/// The `type` of a schema, `null` aside.
pub(crate) fn sort_of(schema: &Json) -> Option<&str> {
    match &schema["type"] {
        Json::String(one) => Some(one),
        Json::Array(several) => several.iter().filter_map(Json::as_str).find(|t| *t != "null"),
        _ => None,
    }
}

/// What a schema expects: `a list of texts`.
pub(crate) fn expected(schema: &Json) -> String {
    let facts = &schema["x-tilewright"];
    if let Some(unit) = facts["duration"].as_str() {
        return format!("a duration such as `15m`, or a number of {unit}");
    }
    if let Json::Array(several) = &schema["type"]
        && several.iter().filter(|t| *t != "null").count() > 1
    {
        return "a text, a number or a truth value".to_owned();
    }
    match sort_of(schema) {
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("array") => match sort_of(&schema["items"]) {
            Some("string") => "a list of texts".to_owned(),
            Some("integer" | "number") => "a list of numbers".to_owned(),
            Some("object") => "a list of objects".to_owned(),
            _ => "a list".to_owned(),
        },
        Some("object") => "an object".to_owned(),
        Some("string") => match (schema["enum"].as_array(), facts["refersTo"].as_str()) {
            (Some(values), _) => one_of(values.iter().filter_map(Json::as_str)),
            (None, Some(kind)) => format!("a text, or `{{ref: {kind}/…}}`"),
            (None, None) => "a text".to_owned(),
        },
        _ => "something else".to_owned(),
    }
}

/// What a node is: `the number 42`.
pub(crate) fn found(node: &Node) -> String {
    match &node.content {
        Content::List(items) if items.is_empty() => "an empty list".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Map(_) => "an object".to_owned(),
        Content::Scalar(scalar) if scalar.is_hidden() => match scalar.plain {
            Plain::Bool(_) => "a truth value from outside".to_owned(),
            Plain::Number(_) => "a number from outside".to_owned(),
            Plain::Null | Plain::Text | Plain::Reported => "a text from outside".to_owned(),
        },
        Content::Scalar(scalar) => match &scalar.plain {
            Plain::Null if scalar.text.is_empty() => "empty".to_owned(),
            Plain::Null => "`null`".to_owned(),
            Plain::Bool(b) => format!("`{b}`"),
            Plain::Number(_) => format!("the number {}", short(&scalar.text)),
            Plain::Text | Plain::Reported if scalar.text.is_empty() => "an empty text".to_owned(),
            Plain::Text | Plain::Reported => format!("the text `{}`", short(&scalar.text)),
        },
    }
}

/// What to write instead, where the value is nearly right.
pub(crate) fn hint(schema: &Json, node: &Node) -> Option<String> {
    let scalar = match &node.content {
        Content::Scalar(scalar) => scalar,
        Content::List(items) => {
            let only = matches!(items.as_slice(), [Node { content: Content::Scalar(_), .. }]);
            let takes_list = sort_of(schema) == Some("array");
            return (only && !takes_list)
                .then(|| "only one value is expected here: remove the brackets or the `- `".to_owned());
        }
        Content::Map(_) => return None,
    };
    let text = short(&scalar.text);
    match (sort_of(schema), &scalar.plain) {
        (Some("array"), Plain::Text | Plain::Number(_)) if scalar.is_hidden() => {
            Some("a list of one value is written `[value]`".to_owned())
        }
        (Some("array"), Plain::Text | Plain::Number(_)) => Some(format!("a list of one value is written `[{text}]`")),
        (Some("string"), Plain::Bool(_) | Plain::Number(_)) if scalar.origin != Origin::Written => {
            Some("put the reference in quotes to make it a text".to_owned())
        }
        (Some("string"), Plain::Bool(_) | Plain::Number(_)) => {
            Some(format!("if the text is meant, put it in quotes: \"{text}\""))
        }
        (Some("boolean" | "integer" | "number"), Plain::Text) if scalar.origin != Origin::Written && !scalar.bare => {
            Some("a reference keeps its type where it stands alone and without quotes".to_owned())
        }
        (Some("boolean"), Plain::Text) if !scalar.is_hidden() => {
            let word = match looks_like(&scalar.text)? {
                Looks::True => "true",
                Looks::False => "false",
                Looks::Number => return None,
            };
            Some(if scalar.bare {
                format!("`{text}` is a text in YAML 1.2; write `{word}`")
            } else {
                format!("write `{word}`, without quotes")
            })
        }
        (Some("integer" | "number"), Plain::Text) if looks_like(&scalar.text) == Some(Looks::Number) => {
            Some(if scalar.bare {
                format!(
                    "`{text}` is a text in YAML 1.2; write a plain decimal number, without `_`, `:` or leading zeros"
                )
            } else {
                "write the number without quotes".to_owned()
            })
        }
        _ => None,
    }
}
