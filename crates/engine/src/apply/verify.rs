//! Compares what a response shows with what was asked and with what was there before.

use std::collections::BTreeMap;

use tilewright_core::diff::{canonical, loosely_equal};
use tilewright_core::{FieldPath, FieldSpec, KindSpec, LiveObject, Value};

use super::report::Finding;

/// What a response says about the fields that were sent, and about those that were not.
///
/// `before` is `None` for a new object. A field that the response does not show says nothing.
pub(super) fn verify(
    spec: &KindSpec,
    sent: &BTreeMap<String, Value>,
    before: Option<&LiveObject>,
    shown: &LiveObject,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, value) in sent {
        if let (Some(field), Some(now)) = (spec.fields.get(name), shown.fields.get(name)) {
            check(&FieldPath::field(name), field, value, now, &mut findings);
        }
    }
    let Some(before) = before else { return findings };
    for (name, field) in spec.fields.iter().filter(|(name, _)| !sent.contains_key(*name)) {
        let (was, is) = (before.fields.get(name), shown.fields.get(name));
        // A field that only one of the two readings shows says nothing: lists are poorer than single reads.
        if let (Some(was), Some(is)) = (was, is)
            && canonical(field, was) != canonical(field, is)
        {
            let (before, after) = (Some(was.clone()), Some(is.clone()));
            findings.push(Finding::Moved { field: name.clone(), before, after });
        }
    }
    findings
}

fn check(path: &FieldPath, spec: &FieldSpec, sent: &Value, shown: &Value, findings: &mut Vec<Finding>) {
    if canonical(spec, sent) == canonical(spec, shown) {
        return;
    }
    if let (Some(members), Value::Object(sent), Value::Object(shown)) = (spec.members(), sent, shown) {
        for (name, value) in sent {
            if let (Some(member), Some(now)) = (members.get(name), shown.get(name)) {
                check(&path.member(name), member, value, now, findings);
            }
        }
        return;
    }
    let (field, shown) = (path.clone(), shown.clone());
    findings.push(if loosely_equal(spec, sent, &shown) {
        Finding::Normalised { field, shown }
    } else {
        Finding::DidNotStick { field, sent: sent.clone(), shown }
    });
}
