//! Answers to live objects.
//!
//! Tolerant of what a read may add or leave out; strict about what would make an object vanish: a body that is no list
//! is never an empty list. Must not keep a secret in a [`LiveObject`].
//! Envelopes: <https://developer.transmitsecurity.com/openapi/user/apps.openapi>, where applications come as
//! `{"result": ...}` and clients bare, while older documents wrap both.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tilewright_core::{Catalog, DecodeError, KindSpec, LiveObject, RemoteId, Secret, Value, WriteMethod, Written};

use super::path::is_id;
use crate::kinds::{Answer, OIDC_CLIENT, ResponseType, Route, route, route_below};

/// Reads a list of applications, or of the clients of `parent`.
pub(crate) fn list(catalog: &Catalog, parent: Option<&RemoteId>, body: &[u8]) -> Result<Vec<LiveObject>, DecodeError> {
    let root = route_below(None);
    let route = if parent.is_some() { root.and_then(|r| route_below(Some(r.segment))) } else { root };
    let route = route.ok_or_else(|| unknown_kind("list"))?;
    let answer = unwrapped(json(body, "a list")?, route);
    let Json::Array(items) = &answer else { return Err(shape("a list", &answer)) };
    items.iter().map(|item| object(catalog, route, parent, item)).collect()
}

/// Reads one object of a kind.
pub(crate) fn one(
    catalog: &Catalog,
    kind: &str,
    parent: Option<&RemoteId>,
    body: &[u8],
) -> Result<LiveObject, DecodeError> {
    let route = route(kind).ok_or_else(|| unknown_kind(kind))?;
    let answer = unwrapped(json(body, "an object")?, route);
    object(catalog, route, parent, &answer)
}

/// Reads the answer to a write. Whoever deletes gets nothing back, and some servers answer other writes with nothing.
pub(crate) fn written(
    catalog: &Catalog,
    kind: &str,
    parent: Option<&RemoteId>,
    method: WriteMethod,
    body: &[u8],
) -> Result<Written, DecodeError> {
    let nothing = Written { object: None, secret: None };
    let is_empty = body.iter().all(u8::is_ascii_whitespace);
    let wants_secret = match method {
        WriteMethod::Delete => return Ok(nothing),
        WriteMethod::Put => false,
        WriteMethod::Post => true,
    };
    if is_empty {
        return Ok(nothing);
    }
    let object = one(catalog, kind, parent, body)?;
    let secret = if wants_secret { secret(kind, body)? } else { None };
    Ok(Written { object: Some(object), secret })
}

/// The id and secret in an answer with one object: a client's own, or those of an application's default client.
pub(crate) fn secret(kind: &str, body: &[u8]) -> Result<Option<(RemoteId, Secret)>, DecodeError> {
    let Some(route) = route(kind) else { return Ok(None) };
    Ok(id_and_secret(&unwrapped(json(body, "an object")?, route)))
}

fn id_and_secret(answer: &Json) -> Option<(RemoteId, Secret)> {
    let text = |name: &str| answer[name].as_str().filter(|t| !t.is_empty());
    Some((RemoteId::new(text("client_id")?), Secret::new(text("client_secret")?.to_owned())))
}

fn unknown_kind(kind: &str) -> DecodeError {
    DecodeError::Shape { expected: "an object of a known kind", found: format!("of the kind `{kind}`") }
}

fn json(body: &[u8], expected: &'static str) -> Result<Json, DecodeError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty { expected });
    }
    // The parser's words carry a position and a category, never a piece of the body.
    serde_json::from_slice(body).map_err(|e| DecodeError::NotJson {
        reason: if body.trim_ascii_start().starts_with(b"<") {
            "it looks like an HTML page".to_owned()
        } else {
            format!("{} at line {}, column {}", category(&e), e.line(), e.column())
        },
    })
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Data => {
            "a syntax error"
        }
    }
}

/// Takes off the envelope `{"result": ...}`. An object that has an id of its own is no envelope, whatever it contains.
fn unwrapped(body: Json, route: &Route) -> Json {
    match body {
        Json::Object(mut members) if members.contains_key("result") && !members.contains_key(route.id) => {
            members.remove("result").unwrap_or_default()
        }
        bare => bare,
    }
}

fn shape(expected: &'static str, found: &Json) -> DecodeError {
    let found = match found {
        Json::Null => "null",
        Json::Bool(_) => "a truth value",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    };
    DecodeError::Shape { expected, found: found.to_owned() }
}

/// The name of no schema, for objects of a sort that the catalog does not know: they can be seen and counted, and never be
/// matched, compared or written.
const UNKNOWN: &str = "unknown";

/// One object.
fn object(
    catalog: &Catalog,
    route: &Route,
    parent: Option<&RemoteId>,
    answer: &Json,
) -> Result<LiveObject, DecodeError> {
    let Json::Object(members) = answer else { return Err(shape("an object", answer)) };
    let spec = (route.spec_of)(members).and_then(|name| catalog.spec(name));
    let id = text(members, route.id).filter(|id| is_id(id, route));
    let id = id.ok_or_else(|| DecodeError::Member { member: route.id, what: format!("a {}", route.segment) })?;
    let above = route.parent.and_then(crate::kinds::route);
    let own_parent = |above: &Route| text(members, above.id).map(RemoteId::new);
    Ok(LiveObject {
        kind: route.segment.to_owned(),
        spec_name: spec.map_or(UNKNOWN, |s| s.name.as_str()).to_owned(),
        id: RemoteId::new(id),
        parent: above.and_then(|above| parent.cloned().or_else(|| own_parent(above))),
        fields: spec.map(|s| fields(s, members)).unwrap_or_default(),
        observed: observed(route, members),
        default_child: route.default_child.and_then(|m| text(members, m)).map(RemoteId::new),
    })
}

fn text<'a>(members: &'a Answer, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Json::as_str).filter(|t| !t.is_empty())
}

/// The fields of the schema that the answer shows. Write-only fields are kept where the API shows them after all.
fn fields(spec: &KindSpec, members: &Answer) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    for name in &spec.order {
        let shown = members.get(name).map(cleaned).unwrap_or_default();
        let value = match name.as_str() {
            "authentication_protocol" => spec.when.clone().map_or(Json::Null, Json::String),
            "custom_domain" => as_written_domain(shown),
            "response_types" => as_written_response_types(shown),
            _ => shown,
        };
        if !value.is_null() {
            fields.insert(name.clone(), Value::from_json(&value));
        }
    }
    fields
}

/// Null is the same as missing, at every depth. A nested secret goes nowhere.
fn cleaned(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().filter(|i| !i.is_null()).map(cleaned).collect(),
        Json::Object(members) => members
            .iter()
            .filter(|(name, member)| !member.is_null() && !matches!(name.as_str(), "client_secret" | "clientSecret"))
            .map(|(name, member)| (name.clone(), cleaned(member)))
            .collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
    }
}

/// A custom domain is written as a text and read as an object with the state of its verification.
fn as_written_domain(shown: Json) -> Json {
    match shown {
        Json::Object(mut members) => members.remove("domain").unwrap_or_default(),
        other => other,
    }
}

/// The read schema's default has a response type, `none`, that the API does not take. It cannot be written, so it is no
/// part of the field; a list of nothing else counts as not shown.
fn as_written_response_types(shown: Json) -> Json {
    match shown {
        Json::Array(items) => {
            let had_any = !items.is_empty();
            let kept: Vec<Json> = items.into_iter().filter(|i| i != "none").collect();
            if kept.is_empty() && had_any { Json::Null } else { Json::Array(kept) }
        }
        other => other,
    }
}

fn observed(route: &Route, members: &Answer) -> BTreeMap<String, Value> {
    let shown = |name: &&str| members.get(*name).filter(|v| !v.is_null() && !v.is_object() && !v.is_array());
    let mut observed: BTreeMap<String, Value> =
        route.observed.iter().filter_map(|name| Some(((*name).to_owned(), Value::from_json(shown(name)?)))).collect();
    if let Some(status) = members.get("custom_domain").and_then(|d| d.get("status")).and_then(Json::as_str) {
        observed.insert("custom_domain_status".to_owned(), Value::String(status.to_owned()));
    }
    observed
}

/// The response types of a live client that can be written.
pub(super) fn writable_response_types(value: &Value) -> Option<Value> {
    let Value::List(items) = value else { return None };
    let kept: Vec<Value> =
        items.iter().filter(|item| serde_json::from_value::<ResponseType>(item.to_json()).is_ok()).cloned().collect();
    // A list of nothing that can be written has no form in which it could be sent along.
    (kept.is_empty() == items.is_empty()).then_some(Value::List(kept))
}

/// Whether a live object is an OIDC client.
pub(super) fn is_oidc(object: &LiveObject) -> bool {
    object.spec_name == OIDC_CLIENT
}
