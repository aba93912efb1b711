//! Which live objects outlast a plan, and which are made anew.

use std::collections::BTreeMap;

use crate::address::{Address, RemoteId};
use crate::bindings::FieldMark;
use crate::desired::Resource;
use crate::diff::change::Adoption;
use crate::diff::compare::canonical;
use crate::diff::differ::DiffInput;
use crate::diff::identify::Identities;
use crate::path::FieldPath;
use crate::value::Value;

/// Why a live object is made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A fixed field of its own differs.
    Fixed {
        /// The field.
        field: String,
        /// What live state shows.
        shown: Value,
    },
    /// It lives in an object that is made anew, and dies with it.
    Parent {
        /// The parent.
        parent: Address,
        /// The parent's field.
        field: String,
    },
}

impl Cause {
    fn field(&self) -> &str {
        match self {
            Self::Fixed { field, .. } | Self::Parent { field, .. } => field,
        }
    }
}

/// What becomes of the live objects.
pub(super) struct Fates {
    /// The resources whose live objects are made anew.
    pub(super) replaced: BTreeMap<Address, Cause>,
    /// The ids of resources whose live objects outlast the plan.
    pub(super) ids: BTreeMap<Address, RemoteId>,
}

/// Finds out. What is made anew gets another id, so that a fixed field which refers to it differs as well: this is
/// repeated until nothing more follows.
pub(super) fn fates(input: &DiffInput<'_>, identities: &Identities) -> Fates {
    let mut fates = Fates { replaced: BTreeMap::new(), ids: BTreeMap::new() };
    loop {
        fates.ids = lasting_ids(input, identities, &fates.replaced);
        let more: Vec<(Address, Cause)> = input
            .desired
            .present()
            .filter(|r| input.selected.contains(&r.address) && !fates.replaced.contains_key(&r.address))
            .filter_map(|r| Some((r.address.clone(), cause(input, identities, &fates, r)?)))
            .collect();
        if more.is_empty() {
            return fates;
        }
        fates.replaced.extend(more);
    }
}

fn parent(input: &DiffInput<'_>, address: &Address) -> Option<Address> {
    address.parent(&input.catalog.kind(address.kind())?.parent.as_ref()?.segment)
}

fn lasting_ids(
    input: &DiffInput<'_>,
    identities: &Identities,
    replaced: &BTreeMap<Address, Cause>,
) -> BTreeMap<Address, RemoteId> {
    let goes = |address: &Address| {
        replaced.contains_key(address) || input.desired.resources.get(address).is_some_and(Resource::is_tombstone)
    };
    identities
        .matches
        .iter()
        .filter(|(address, _)| !goes(address) && !parent(input, address).is_some_and(|p| goes(&p)))
        .map(|(address, m)| (address.clone(), m.id.clone()))
        .collect()
}

/// The marks of a resource's live object, under whichever address it was bound: its key may have changed since. What is
/// remembered of another object says nothing.
pub(super) fn remembered<'a>(
    input: &DiffInput<'a>,
    identities: &Identities,
    address: &Address,
) -> Option<&'a BTreeMap<FieldPath, FieldMark>> {
    let found = identities.matches.get(address)?;
    let bound = match &found.adoption {
        Some(Adoption::Moved { from }) => from,
        Some(Adoption::Pinned | Adoption::DisplayName { .. } | Adoption::RenamedFrom { .. }) | None => address,
    };
    input.bindings.resources.get(bound).filter(|b| b.id == found.id).map(|b| &b.fields)
}

fn cause(input: &DiffInput<'_>, identities: &Identities, fates: &Fates, resource: &Resource) -> Option<Cause> {
    let address = &resource.address;
    let live = input.live.object(address.kind(), identities.id(address)?)?;
    if let Some(parent) = parent(input, address)
        && let Some(cause) = fates.replaced.get(&parent)
    {
        return Some(Cause::Parent { field: cause.field().to_owned(), parent });
    }
    let kind = input.catalog.kind(address.kind())?;
    let spec = kind.specs.iter().find(|s| s.name == resource.spec_name)?;
    let find = |a: &Address| fates.ids.get(a).map(ToString::to_string);
    spec.fields.iter().filter(|(_, f)| f.fixed).find_map(|(name, field)| {
        let implied = kind.discriminator.as_ref().filter(|(d, _)| d == name).map(|(_, v)| Value::String(v.clone()));
        let wanted = resource.fields.get(name).or(implied.as_ref())?;
        // What live state does not show cannot be said to differ, but which variant an object is, is always known.
        let shown = live.fields.get(name).filter(|v| **v != Value::Null).cloned();
        let variant = || kind.specs.iter().find(|s| s.name == live.spec_name)?.when.clone().map(Value::String);
        let shown = shown.or_else(|| implied.as_ref().and_then(|_| variant()))?;
        let same = wanted.resolved(&find).is_ok_and(|w| {
            let (wanted, shown) = (canonical(field, &w), canonical(field, &shown));
            let mark = remembered(input, identities, address).and_then(|m| m.get(&FieldPath::field(name)));
            let print = |value: &Value| input.bindings.fingerprint(value);
            wanted == shown || mark.is_some_and(|m| m.sent == print(&wanted) && m.seen == Some(print(&shown)))
        });
        (!same).then(|| Cause::Fixed { field: name.clone(), shown: shown.clone() })
    })
}
