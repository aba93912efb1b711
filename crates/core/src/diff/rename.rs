//! Points out creates that look like the renamed form of something that is about to go.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::diff::change::{Action, Change, Note};
use crate::diff::compare::canonical;
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
    let mut going: Vec<(Address, &LiveObject)> = orphans
        .iter()
        .map(|o| (&o.address, &o.id))
        .chain(deleted)
        .filter_map(|(address, id)| Some((address.clone(), input.live.object(address.kind(), id)?)))
        .collect();
    going.sort_by(|a, b| a.0.cmp(&b.0));
    let shown = by_value(input, &going);
    for change in changes.values_mut().filter(|c| c.action == Action::Create) {
        let mut same = vec![0; going.len()];
        for telling in telling_fields(input, change) {
            shown.get(&telling).into_iter().flatten().for_each(|at| same[*at] += 1);
        }
        // The first of the most similar ones.
        let similar = same.iter().enumerate().rev().max_by_key(|(_, count)| **count);
        if let Some((at, count)) = similar
            && *count >= AT_LEAST
            && count * SHARE.1 >= change.fields.len() * SHARE.0
        {
            change.notes.push(Note::ProbableRename { of: going[at].0.to_string() });
        }
    }
}

/// A schema's name, one of its fields, and a canonical value of it.
type Telling<'a> = (&'a str, &'a str, Value);

/// Which of the objects show a value, by their places in the list.
fn by_value<'a>(input: &DiffInput<'a>, going: &[(Address, &'a LiveObject)]) -> BTreeMap<Telling<'a>, Vec<usize>> {
    let mut shown: BTreeMap<Telling<'_>, Vec<usize>> = BTreeMap::new();
    for (at, (_, object)) in going.iter().enumerate() {
        let fields = object.fields.iter().filter_map(|(name, value)| telling(input, &object.spec_name, name, value));
        fields.for_each(|field| shown.entry(field).or_default().push(at));
    }
    shown
}

fn telling_fields<'a>(input: &DiffInput<'a>, change: &Change) -> Vec<Telling<'a>> {
    let stated = change.fields.iter().filter_map(|f| Some((f.path.top()?, f.after.as_ref()?)));
    stated.filter_map(|(name, value)| telling(input, &change.spec_name, name, value)).collect()
}

/// A field that says something, the display name aside.
fn telling<'a>(input: &DiffInput<'a>, spec_name: &str, name: &str, value: &Value) -> Option<Telling<'a>> {
    let spec = input.catalog.spec(spec_name)?;
    let (name, field) = spec.fields.get_key_value(name).filter(|(name, _)| **name != spec.display_name)?;
    let says_something = !matches!(value, Value::Bool(_) | Value::Null);
    says_something.then(|| (spec.name.as_str(), name.as_str(), canonical(field, value)))
}
