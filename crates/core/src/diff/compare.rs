//! Compares one desired value with one live value, as the field's schema says.

use std::collections::BTreeMap;

use crate::address::{Address, RemoteId};
use crate::bindings::{Bindings, FieldMark};
use crate::catalog::{FieldSpec, Shape};
use crate::diff::change::{Before, FieldChange, Note};
use crate::path::FieldPath;
use crate::value::Value;

/// The form in which two values are equal exactly when they mean the same: sets sorted, keyed lists sorted by key.
#[must_use]
pub fn canonical(spec: &FieldSpec, value: &Value) -> Value {
    match (&spec.shape, value) {
        (Shape::List { item, set }, Value::List(items)) => {
            let mut items: Vec<Value> = items.iter().map(|v| canonical(item, v)).collect();
            if *set {
                items.sort();
                items.dedup();
            }
            Value::List(items)
        }
        (Shape::Object { members }, Value::Object(values)) => Value::Object(
            values
                .iter()
                .map(|(name, v)| (name.clone(), members.get(name).map_or_else(|| v.clone(), |m| canonical(m, v))))
                .collect(),
        ),
        (Shape::Atomic, _) => match &spec.keyed_by {
            Some(key) => sorted_by_key(value, key),
            None => value.clone(),
        },
        (Shape::Bool | Shape::Number | Shape::Text { .. } | Shape::List { .. } | Shape::Object { .. }, _) => {
            value.clone()
        }
    }
}

/// Sorts every list inside whose items all have the member `key`.
fn sorted_by_key(value: &Value, key: &str) -> Value {
    match value {
        Value::List(items) => {
            let mut items: Vec<Value> = items.iter().map(|v| sorted_by_key(v, key)).collect();
            if items.iter().all(|i| i.as_object().is_some_and(|o| o.contains_key(key))) {
                items.sort_by(|a, b| member(a, key).cmp(&member(b, key)).then_with(|| a.cmp(b)));
            }
            Value::List(items)
        }
        Value::Object(members) => {
            Value::Object(members.iter().map(|(k, v)| (k.clone(), sorted_by_key(v, key))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Ref(_) => value.clone(),
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object().and_then(|o| o.get(name))
}

/// Whether two values differ only in ways in which servers rewrite what they are given: outer white space, the case of
/// scheme and host, the slash of an empty path.
#[must_use]
pub fn loosely_equal(spec: &FieldSpec, a: &Value, b: &Value) -> bool {
    fn loose(spec: Option<&FieldSpec>, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let text = text.trim();
                let uri = spec.is_some_and(|s| s.uri).then(|| url::Url::parse(text).ok()).flatten();
                Value::String(uri.map_or_else(|| text.to_owned(), |u| u.to_string().trim_end_matches('/').to_owned()))
            }
            Value::List(items) => {
                let item = match spec.map(|s| &s.shape) {
                    Some(Shape::List { item, .. }) => Some(item.as_ref()),
                    Some(Shape::Bool | Shape::Number | Shape::Text { .. } | Shape::Object { .. } | Shape::Atomic)
                    | None => None,
                };
                let mut items: Vec<Value> = items.iter().map(|v| loose(item, v)).collect();
                items.sort();
                items.dedup();
                Value::List(items)
            }
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .filter(|(_, v)| !is_empty(v))
                    .map(|(k, v)| (k.clone(), loose(spec.and_then(|s| s.members()).and_then(|m| m.get(k)), v)))
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Ref(_) => value.clone(),
        }
    }
    loose(Some(spec), a) == loose(Some(spec), b)
}

/// Whether a value says no more than a missing one.
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Ref(_) => false,
    }
}

/// Whether a canonical value says what live state says by not showing the field: its default, or else nothing.
fn means_nothing(spec: Option<&FieldSpec>, wanted: &Value) -> bool {
    match spec.and_then(|s| Some((s, s.default.as_ref()?))) {
        Some((spec, default)) if !is_empty(default) => *wanted == Value::Null || *wanted == canonical(spec, default),
        Some(_) | None => is_empty(wanted) || spec.and_then(|s| s.default.as_ref()) == Some(wanted),
    }
}

/// The complete object that is sent: what the manifest states, plus the live members that it does not state.
/// A member that the manifest sets to null is left out. Anything but an object is sent as stated.
#[must_use]
pub fn whole(spec: &FieldSpec, desired: &Value, live: Option<&Value>) -> Value {
    let (Some(members), Value::Object(stated)) = (spec.members(), desired) else { return desired.clone() };
    let live = live.and_then(Value::as_object);
    let mut merged: BTreeMap<String, Value> = live
        .into_iter()
        .flatten()
        .filter(|(name, value)| !stated.contains_key(*name) && **value != Value::Null)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in stated.iter().filter(|(_, v)| **v != Value::Null) {
        let live_member = live.and_then(|l| l.get(name));
        let member = members.get(name).map_or_else(|| value.clone(), |m| whole(m, value, live_member));
        merged.insert(name.clone(), member);
    }
    Value::Object(merged)
}

/// Where comparing happens, and what is remembered of the object.
pub(crate) struct Comparison<'a> {
    pub(crate) bindings: &'a Bindings,
    /// What was remembered of this very object.
    pub(crate) marks: Option<&'a BTreeMap<FieldPath, FieldMark>>,
    /// The ids of resources that keep theirs.
    pub(crate) ids: &'a BTreeMap<Address, RemoteId>,
    /// Whether write-only fields of which nothing is remembered count as different.
    pub(crate) send_unverifiable: bool,
    pub(crate) changes: Vec<FieldChange>,
    pub(crate) notes: Vec<Note>,
}

impl Comparison<'_> {
    /// Compares one top-level field.
    pub(crate) fn field(&mut self, name: &str, spec: &FieldSpec, desired: &Value, live: Option<&Value>) {
        let before = self.changes.len();
        self.walk(&FieldPath::field(name), spec, desired, live, spec.write_only);
        if self.changes.len() > before {
            self.note_kept(name, spec, desired, live);
        }
    }

    /// Lists the live members that the manifest does not state and that are sent along.
    fn note_kept(&mut self, name: &str, spec: &FieldSpec, desired: &Value, live: Option<&Value>) {
        let (Some(_), Some(stated), Some(live)) =
            (spec.members(), desired.as_object(), live.and_then(Value::as_object))
        else {
            return;
        };
        let kept: Vec<_> = live
            .iter()
            .filter(|(member, value)| !stated.contains_key(*member) && **value != Value::Null)
            .map(|(member, value)| (member.clone(), value.clone()))
            .collect();
        self.notes.push(Note::WholeObject { field: name.to_owned(), kept });
    }

    fn walk(&mut self, path: &FieldPath, spec: &FieldSpec, desired: &Value, live: Option<&Value>, write_only: bool) {
        let live = live.filter(|v| **v != Value::Null);
        if let (Some(members), Some(stated)) = (spec.members(), desired.as_object()) {
            let live_object = live.and_then(Value::as_object);
            // An empty object says only that the field is managed; there is nothing in it to differ.
            for (name, value) in stated {
                let live_member = live_object.and_then(|o| o.get(name));
                match members.get(name) {
                    Some(member) => {
                        self.walk(&path.member(name), member, value, live_member, write_only || member.write_only);
                    }
                    None => self.leaf(&path.member(name), None, value, live_member, write_only),
                }
            }
            return;
        }
        self.leaf(path, Some(spec), desired, live, write_only);
    }

    fn leaf(
        &mut self,
        path: &FieldPath,
        spec: Option<&FieldSpec>,
        desired: &Value,
        live: Option<&Value>,
        write_only: bool,
    ) {
        let live = live.filter(|v| **v != Value::Null);
        let resolved = desired.resolved(&|a| self.ids.get(a).map(ToString::to_string)).ok();
        // What refers to something that is still to be made differs.
        if resolved.is_some_and(|wanted| self.is_as_wanted(path, spec, &wanted, live, write_only)) {
            return;
        }
        if write_only {
            self.notes.push(Note::WriteOnly { field: path.clone() });
        }
        let before = match live {
            Some(shown) => Before::Value(shown.clone()),
            None if write_only => Before::Unknown,
            None => Before::Missing,
        };
        let after = if *desired == Value::Null { None } else { Some(desired.clone()) };
        self.changes.push(FieldChange { path: path.clone(), before, after });
    }

    /// Whether nothing is to be done about a value: it is shown, or means what not showing it means, or was applied before
    /// and is as it was then.
    fn is_as_wanted(
        &mut self,
        path: &FieldPath,
        spec: Option<&FieldSpec>,
        wanted: &Value,
        live: Option<&Value>,
        write_only: bool,
    ) -> bool {
        let form = |value: &Value| spec.map_or_else(|| value.clone(), |s| canonical(s, value));
        let (wanted, shown) = (form(wanted), live.map(form));
        // A member that is left out has its default, whether the server shows that or not.
        let default = spec.and_then(|s| s.default.as_ref()).filter(|_| wanted == Value::Null).map(form);
        if shown.as_ref() == Some(&wanted) || default.is_some() && shown == default {
            return true;
        }
        if shown.is_none() && !write_only && means_nothing(spec, &wanted) {
            return true;
        }
        let print = |value: &Value| self.bindings.fingerprint(value);
        let Some(mark) = self.marks.and_then(|m| m.get(path)) else {
            let leave = live.is_none() && write_only && !self.send_unverifiable;
            self.notes.extend(leave.then(|| Note::NotVerifiable { field: path.clone() }));
            return leave;
        };
        // It may have been sent and not seen then, as with a child that came with its parent: what is shown now may be
        // written in the server's own way.
        let is_rewritten = || live.zip(spec).is_some_and(|(shown, s)| loosely_equal(s, &wanted, shown));
        let is_seen = mark.seen == shown.as_ref().map(print) || mark.seen.is_none() && is_rewritten();
        let is_remembered = mark.sent == print(&wanted) && is_seen;
        let rewritten = live.filter(|_| is_remembered).cloned();
        self.notes.extend(rewritten.map(|shown| Note::Normalised { field: path.clone(), shown }));
        is_remembered
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::catalog::KindSpec;

    fn field(schema: &Json) -> FieldSpec {
        let schema = json!({"type": "object", "properties": {"f": schema}});
        KindSpec::compile("test", "Test", None, "f", "", schema).unwrap().fields.remove("f").unwrap()
    }

    fn value(json: &Json) -> Value {
        Value::from_json(json)
    }

    fn same(spec: &FieldSpec, a: &Json, b: &Json) -> bool {
        canonical(spec, &value(a)) == canonical(spec, &value(b))
    }

    #[test]
    fn sets_have_no_order_and_no_duplicates_and_lists_have_both() {
        let items = json!({"type": "string"});
        let set = field(&json!({"type": "array", "uniqueItems": true, "items": items}));
        let list = field(&json!({"type": "array", "items": items}));
        assert!(same(&set, &json!(["b", "a", "b"]), &json!(["a", "b"])));
        assert!(!same(&set, &json!(["a"]), &json!(["a", "b"])));
        assert!(!same(&list, &json!(["b", "a"]), &json!(["a", "b"])));
    }

    #[test]
    fn members_compare_as_their_own_shape_says() {
        let inner = json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}});
        let object = field(&json!({"type": "object", "properties": {"who": inner}}));
        assert!(same(&object, &json!({"who": ["b", "a"]}), &json!({"who": ["a", "b"]})));
        assert!(!same(&object, &json!({"who": []}), &json!({})));
    }

    #[test]
    fn one_value_compares_as_it_stands_unless_its_lists_have_keys() {
        let keyed = field(&json!({"type": "object", "x-tilewright": {"atomic": true, "keyedBy": "kid"}}));
        let plain = field(&json!({"type": "object", "x-tilewright": {"atomic": true}}));
        let (ab, ba) = (json!({"keys": [{"kid": "a"}, {"kid": "b"}]}), json!({"keys": [{"kid": "b"}, {"kid": "a"}]}));
        assert!(same(&keyed, &ab, &ba));
        assert!(!same(&plain, &ab, &ba));
        assert!(!same(&keyed, &json!({"keys": [1, 2]}), &json!({"keys": [2, 1]})));
    }

    #[test]
    fn what_servers_rewrite_is_loosely_equal() {
        let uri = field(&json!({"type": "string", "x-tilewright": {"uri": true}}));
        let text = field(&json!({"type": "string"}));
        let loose = |spec: &FieldSpec, a: &Json, b: &Json| loosely_equal(spec, &value(a), &value(b));
        assert!(loose(&text, &json!(" a "), &json!("a")));
        assert!(loose(&uri, &json!("HTTPS://Shop.Example"), &json!("https://shop.example/")));
        assert!(!loose(&uri, &json!("https://shop.example/A"), &json!("https://shop.example/a")));
        assert!(!loose(&text, &json!("HTTPS://Shop.Example"), &json!("https://shop.example/")));
    }

    #[test]
    fn the_whole_object_keeps_what_is_not_stated_and_leaves_out_what_is_null() {
        let object = field(&json!({"type": "object", "properties": {
            "a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "object", "properties": {"d": {"type": "string"}}}}}));
        let live = value(&json!({"a": "1", "b": "2", "c": {"d": "3"}, "unknown": true, "gone": null}));
        let sent = whole(&object, &value(&json!({"a": "9", "b": null, "c": {}})), Some(&live));
        assert_eq!(sent, value(&json!({"a": "9", "c": {"d": "3"}, "unknown": true})));
        assert_eq!(whole(&object, &value(&json!({"a": null})), None), value(&json!({})));
    }

    #[test]
    fn not_shown_means_the_default_or_else_nothing() {
        let with =
            field(&json!({"type": "array", "uniqueItems": true, "default": ["b", "a"], "items": {"type": "string"}}));
        let without = field(&json!({"type": "array", "items": {"type": "string"}}));
        assert!(means_nothing(Some(&with), &canonical(&with, &value(&json!(["b", "a"])))));
        assert!(!means_nothing(Some(&with), &value(&json!([]))));
        assert!(means_nothing(Some(&without), &value(&json!([]))));
        assert!(means_nothing(None, &Value::Null));
    }
}
