//! What is remembered of a resource after it was applied or found equal.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::bindings::{Bindings, FieldMark};
use crate::catalog::{FieldSpec, KindSpec};
use crate::diff::compare::{canonical, loosely_equal};
use crate::live::LiveObject;
use crate::path::FieldPath;
use crate::value::Value;

/// The marks of a resource whose managed fields are `fields` (references resolved) and whose live object is `live`.
///
/// A field whose shown value is another one than the manifest's, not only written in another way, gets no mark: it is
/// still to change. A field that the API does not show gets a mark only if `sent` names its top-level field; otherwise the former mark,
/// if any, stays.
#[must_use]
pub fn marks(
    spec: &KindSpec,
    address: &Address,
    fields: &BTreeMap<String, Value>,
    live: &LiveObject,
    sent: &dyn Fn(&str) -> bool,
    bindings: &Bindings,
) -> BTreeMap<FieldPath, FieldMark> {
    let mut marks = BTreeMap::new();
    for (name, value) in fields {
        let Some(field) = spec.fields.get(name) else { continue };
        let mut leaves = Vec::new();
        collect(&FieldPath::field(name), field, value, live.fields.get(name), field.write_only, &mut leaves);
        for leaf in leaves {
            if !leaf.agrees {
                continue;
            }
            let seen = leaf.shown.map(|v| bindings.fingerprint(&v));
            let former = bindings.mark(address, &leaf.path);
            let mark = if seen.is_none() && leaf.write_only && !sent(name) {
                former.cloned()
            } else {
                Some(FieldMark { sent: bindings.fingerprint(&leaf.desired), seen })
            };
            marks.extend(mark.map(|m| (leaf.path, m)));
        }
    }
    marks
}

struct Leaf {
    path: FieldPath,
    desired: Value,
    shown: Option<Value>,
    /// What is shown means what is desired, or nothing is shown.
    agrees: bool,
    write_only: bool,
}

fn collect(
    path: &FieldPath,
    spec: &FieldSpec,
    desired: &Value,
    live: Option<&Value>,
    write_only: bool,
    out: &mut Vec<Leaf>,
) {
    let live = live.filter(|v| **v != Value::Null);
    if let (Some(members), Some(stated)) = (spec.members(), desired.as_object()) {
        let live = live.and_then(Value::as_object);
        for (name, value) in stated {
            let (path, shown) = (path.member(name), live.and_then(|o| o.get(name)));
            match members.get(name) {
                Some(member) => collect(&path, member, value, shown, write_only || member.write_only, out),
                None => out.push(Leaf {
                    path,
                    desired: value.clone(),
                    shown: shown.cloned(),
                    agrees: shown.is_none_or(|v| v == value),
                    write_only,
                }),
            }
        }
        return;
    }
    out.push(Leaf {
        path: path.clone(),
        desired: canonical(spec, desired),
        shown: live.map(|v| canonical(spec, v)),
        agrees: live.is_none_or(|v| loosely_equal(spec, desired, v) || canonical(spec, desired) == canonical(spec, v)),
        write_only,
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::address::RemoteId;
    use crate::bindings::Binding;
    use crate::fingerprint::FingerprintKey;

    fn marked(wanted: &Json, shown: &Json, sent: bool, former: &Bindings) -> BTreeMap<FieldPath, FieldMark> {
        let schema = json!({"type": "object", "properties": {
            "name": {"type": "string"}, "pin": {"type": "string", "writeOnly": true},
            "terms": {"type": "object", "properties": {"days": {"type": "integer"}, "mode": {"type": "string"}}}}});
        let spec = KindSpec::compile("test", "Test", None, "name", "", schema).unwrap();
        let fields = |json: &Json| Value::from_json(json).as_object().cloned().unwrap_or_default();
        let object = LiveObject {
            kind: "thing".to_owned(),
            spec_name: "test".to_owned(),
            id: RemoteId::new("1"),
            parent: None,
            fields: fields(shown),
            observed: BTreeMap::new(),
            default_child: None,
        };
        marks(&spec, &"thing/a".parse().unwrap(), &fields(wanted), &object, &|_| sent, former)
    }

    fn nothing() -> Bindings {
        Bindings::new(FingerprintKey::new([5; 32]))
    }

    #[test]
    fn what_is_shown_in_another_way_is_marked_with_both() {
        let marks = marked(&json!({"name": " a "}), &json!({"name": "a"}), false, &nothing());
        let mark = &marks[&FieldPath::field("name")];
        assert_eq!(mark.sent, nothing().fingerprint(&Value::String(" a ".to_owned())));
        assert_eq!(mark.seen, Some(nothing().fingerprint(&Value::String("a".to_owned()))));
    }

    #[test]
    fn what_is_shown_as_something_else_is_not_marked() {
        assert!(marked(&json!({"name": "a"}), &json!({"name": "b"}), true, &nothing()).is_empty());
    }

    #[test]
    fn members_have_marks_of_their_own() {
        let wanted = json!({"terms": {"days": 1, "mode": "x"}});
        let marks = marked(&wanted, &json!({"terms": {"days": 2, "mode": "x"}}), true, &nothing());
        let paths: Vec<String> = marks.keys().map(ToString::to_string).collect();
        assert_eq!(paths, ["terms.mode"]);
    }

    #[test]
    fn what_is_never_shown_is_marked_when_sent_and_otherwise_keeps_its_mark() {
        let (wanted, shown) = (json!({"pin": "new"}), json!({}));
        assert!(marked(&wanted, &shown, false, &nothing()).is_empty());
        let sent = marked(&wanted, &shown, true, &nothing());
        assert_eq!(sent[&FieldPath::field("pin")].seen, None);
        let mut bindings = nothing();
        let binding = Binding { id: RemoteId::new("1"), parent: None, protect: false, fields: sent.clone() };
        bindings.resources.insert("thing/a".parse().unwrap(), binding);
        assert_eq!(marked(&json!({"pin": "newer"}), &shown, false, &bindings), sent);
    }
}
