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
