//! Random values of fields, by what the catalog says of them: a new field is covered without a word here.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tilewright_core::{FieldSpec, KindSpec, Shape, Value};

use super::tape::Tape;

/// Fields in which the API takes no empty text.
const FILLED: &[&str] = &["client_group_id", "sp_entity_id"];

const TEXTS: &[&str] = &["alpha", "beta gamma", " outer space ", "ünïcödé ✓", "a\nsecond line", "x"];

/// The fields that need the eyes of the whole manifest: names, other unique values, references, the discriminator.
pub(crate) fn is_free(name: &str, spec: &FieldSpec) -> bool {
    let unique_inside = spec.members().is_some_and(|m| m.values().any(|f| f.unique.is_some()));
    spec.unique.is_none() && !unique_inside && spec.refers_to.is_none() && !spec.fixed && name != "app_name"
}

/// Some of a kind's free fields, all that are required among them.
pub(crate) fn some_fields(tape: &mut Tape, spec: &KindSpec) -> BTreeMap<String, Value> {
    let share = [45, 10, 90][tape.below(3)];
    let mut fields = BTreeMap::new();
    for (name, field) in spec.fields.iter().filter(|(name, field)| is_free(name, field)) {
        if field.required || tape.chance(share) {
            fields.insert(name.clone(), value(tape, name, field, schema_of(spec, name)));
        }
    }
    fields
}

/// The JSON Schema of a field.
pub(crate) fn schema_of<'a>(spec: &'a KindSpec, name: &str) -> &'a Json {
    &spec.schema["properties"][name]
}

/// A random value of a field.
pub(crate) fn value(tape: &mut Tape, name: &str, spec: &FieldSpec, schema: &Json) -> Value {
    if let Some(default) = spec.default.as_ref().filter(|_| tape.chance(15)) {
        return default.clone();
    }
    match &spec.shape {
        Shape::Bool => Value::Bool(tape.chance(50)),
        Shape::Number => Value::from_json(&number(tape, schema)),
        Shape::Text { values } if !values.is_empty() => {
            Value::String(tape.pick(values).expect("an enum has values").clone())
        }
        Shape::Text { .. } if spec.uri => Value::String(if tape.chance(8) { String::new() } else { uri(tape, 0) }),
        Shape::Text { .. } => Value::String(text(tape, name, spec)),
        Shape::List { item, .. } => list(tape, name, item, &schema["items"]),
        Shape::Object { members } => object(tape, members, schema),
        Shape::Atomic => Value::from_json(&key_set(tape)),
    }
}

fn number(tape: &mut Tape, schema: &Json) -> Json {
    let whole = [0_u64, 1, 60, 900, 3600, 1_209_600][tape.below(6)];
    if schema["type"] == "number" && tape.chance(30) { json!(30.5) } else { json!(whole) }
}

fn text(tape: &mut Tape, name: &str, spec: &FieldSpec) -> String {
    if !spec.required && !FILLED.contains(&name) && tape.chance(15) {
        return String::new();
    }
    (*tape.pick(TEXTS).expect("there are texts")).to_owned()
}

/// An https URI; those of different `n` are different however they are written.
pub(crate) fn uri(tape: &mut Tape, n: usize) -> String {
    match tape.below(5) {
        0 => format!("https://h{n}.example.com/callback"),
        1 => format!("HTTPS://H{n}.Example.COM/Path?a=B"),
        2 => format!("https://h{n}.example.com"),
        3 => format!("https://h{n}.example.com/"),
        _ => format!("http://localhost:{}/cb", 3000 + n),
    }
}

fn list(tape: &mut Tape, name: &str, item: &FieldSpec, schema: &Json) -> Value {
    let known: Vec<String> = match &item.shape {
        Shape::Text { values } if !values.is_empty() => values.clone(),
        Shape::Text { .. } if item.uri => (0..4).map(|n| uri(tape, n)).collect(),
        Shape::Text { .. } => match schema["examples"].as_array() {
            Some(examples) => examples.iter().filter_map(Json::as_str).map(ToOwned::to_owned).collect(),
            None => ["one", "two:read", "Three", "four-4"].iter().map(ToString::to_string).collect(),
        },
        Shape::Bool | Shape::Number | Shape::List { .. } | Shape::Object { .. } | Shape::Atomic => {
            panic!("lists of other things than texts have no generator yet")
        }
    };
    let share = if known.len() > 10 { 10 } else { 50 };
    let mut some = tape.some_of(&known, share);
    if some.is_empty() && name == "redirect_uris" && !tape.chance(15) {
        some.push(known[0].clone());
    }
    tape.shuffle(&mut some);
    Value::List(some.into_iter().map(Value::String).collect())
}

/// Each member stated, left alone, or set to null.
fn object(tape: &mut Tape, members: &BTreeMap<String, FieldSpec>, schema: &Json) -> Value {
    let mut stated = BTreeMap::new();
    for (name, member) in members {
        let choice = if member.required { 1 } else { tape.below(4) };
        match choice {
            0 => {}
            1 | 2 => {
                stated.insert(name.clone(), value(tape, name, member, &schema["properties"][name.as_str()]));
            }
            _ => {
                stated.insert(name.clone(), Value::Null);
            }
        }
    }
    Value::Object(stated)
}

/// Public keys, in any order.
pub(crate) fn key_set(tape: &mut Tape) -> Json {
    let mut keys: Vec<Json> = (0..=tape.below(3))
        .map(|n| {
            let mut key = json!({"kty": "RSA", "kid": format!("k{n}"), "n": "sXch", "e": "AQAB"});
            if tape.chance(40) {
                key["use"] = json!("sig");
            }
            key
        })
        .collect();
    tape.shuffle(&mut keys);
    json!({"keys": keys})
}
