//! Points out creates that look like the renamed form of something that is about to go.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::diff::change::{Action, Change, Note};
use crate::diff::{DiffInput, Orphan};
use crate::live::LiveObject;
use crate::value::Value;

/// How many of a create's fields must be the same in the other object: at least half, and two.
const SHARE: (usize, usize) = (1, 2);
const AT_LEAST: usize = 2;

/// Adds a [`Note::ProbableRename`] to each create that resembles an orphan or something that is deleted.
pub(super) fn note_probable_renames(
    input: &DiffInput<'_>,
    orphans: &[Orphan],
    changes: &mut BTreeMap<Address, Change>,
) {
    let deleted =
        changes.values().filter(|c| c.action == Action::Delete).filter_map(|c| Some((&c.address, c.id.as_ref()?)));
    let going: Vec<(Address, &LiveObject)> = orphans
        .iter()
        .map(|o| (&o.address, &o.id))
        .chain(deleted)
        .filter_map(|(address, id)| Some((address.clone(), input.live.object(address.kind(), id)?)))
        .collect();
    for change in changes.values_mut().filter(|c| c.action == Action::Create) {
        let similar = going
            .iter()
            .filter(|(address, _)| address.kind() == change.address.kind())
            .map(|(address, object)| (resemblance(input, change, object), address))
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        if let Some((same, address)) = similar
            && same >= AT_LEAST
            && same * SHARE.1 >= change.fields.len() * SHARE.0
        {
            change.notes.push(Note::ProbableRename { of: address.to_string() });
        }
    }
}

/// How many fields are the same and say something, the display name aside.
fn resemblance(input: &DiffInput<'_>, change: &Change, object: &LiveObject) -> usize {
    let Some(spec) = input.catalog.spec(&change.spec_name).filter(|s| s.name == object.spec_name) else { return 0 };
    let telling = |value: &Value| !matches!(value, Value::Bool(_) | Value::Null);
    change
        .fields
        .iter()
        .filter(|f| f.path.top().is_some_and(|top| top != spec.display_name))
        .filter(|f| {
            let top = f.path.top().unwrap_or_default();
            match (&f.after, object.fields.get(top), spec.fields.get(top)) {
                (Some(wanted), Some(shown), Some(field)) => {
                    telling(wanted) && super::canonical(field, wanted) == super::canonical(field, shown)
                }
                (_, _, _) => false,
            }
        })
        .count()
}
