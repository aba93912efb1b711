//! Finds the live object of each resource: by pin, by binding, by display name.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::catalog::Catalog;
use crate::desired::{DesiredState, Resource};
use crate::diff::change::Adoption;
use crate::diff::{Problem, ProblemKind};
use crate::live::{LiveObject, LiveState};
use crate::value::Value;

/// A resource's live object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The live object's id.
    pub id: RemoteId,
    /// How it was found, where no binding names it.
    pub adoption: Option<Adoption>,
}

/// Which live object each resource is, tombstones included.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// By address; a resource with no live object is not in it.
    pub matches: BTreeMap<Address, Match>,
    /// What makes an identity unclear.
    pub problems: Vec<Problem>,
    /// `matches` the other way round, by kind segment and id.
    by_object: BTreeMap<(String, RemoteId), Address>,
}

impl Identities {
    /// The live id of an address.
    #[must_use]
    pub fn id(&self, address: &Address) -> Option<&RemoteId> {
        self.matches.get(address).map(|m| &m.id)
    }

    pub(super) fn insert(&mut self, address: Address, found: Match) {
        self.by_object.insert((address.kind().to_owned(), found.id.clone()), address.clone());
        self.matches.insert(address, found);
    }

    /// The address that a live object was matched with.
    #[must_use]
    pub fn address_of(&self, kind: &str, id: &RemoteId) -> Option<&Address> {
        self.by_object.get(&(kind.to_owned(), id.clone()))
    }
}

/// Finds the live object of every resource that is in `live`.
#[must_use]
pub fn identify(desired: &DesiredState, live: &LiveState, bindings: &Bindings, catalog: &Catalog) -> Identities {
    let mut search = Search::new(desired, live, bindings, catalog);
    // Parents first: a child is looked for in its parent's live object.
    for kind in &catalog.kinds {
        let of_kind = || desired.resources.values().filter(|r| r.address.kind() == kind.segment);
        for resource in of_kind() {
            search.certain(resource);
        }
        for resource in of_kind() {
            search.by_former_name(resource);
        }
        // What is to be there comes first: a tombstone takes nothing away from it.
        for resource in of_kind().filter(|r| !r.is_tombstone()).chain(of_kind().filter(|r| r.is_tombstone())) {
            search.by_name(resource);
        }
    }
    search.found
}

/// A kind, a parent's id, and a display name.
type Name = (String, Option<RemoteId>, String);

struct Search<'a> {
    desired: &'a DesiredState,
    live: &'a LiveState,
    bindings: &'a Bindings,
    catalog: &'a Catalog,
    /// The live objects by their names.
    named: BTreeMap<Name, Vec<&'a LiveObject>>,
    /// The bound addresses by kind and id.
    bound: BTreeMap<(&'a str, &'a RemoteId), &'a Address>,
    /// The names that resources state for themselves, by kind, the parent's address and name.
    stated: BTreeSet<(&'a str, Option<Address>, &'a str)>,
    found: Identities,
}

impl<'a> Search<'a> {
    fn new(desired: &'a DesiredState, live: &'a LiveState, bindings: &'a Bindings, catalog: &'a Catalog) -> Self {
        let mut named: BTreeMap<Name, Vec<&LiveObject>> = BTreeMap::new();
        for object in live.objects.values() {
            let spec = catalog.spec(&object.spec_name);
            if let Some(name) = spec.and_then(|s| object.fields.get(&s.display_name)).and_then(Value::as_str) {
                let key = (object.kind.clone(), object.parent.clone(), name.to_owned());
                named.entry(key).or_default().push(object);
            }
        }
        let bound = bindings.resources.iter().rev().map(|(a, b)| ((a.kind(), &b.id), a)).collect();
        let mut search = Self {
            desired,
            live,
            bindings,
            catalog,
            named,
            bound,
            stated: BTreeSet::new(),
            found: Identities::default(),
        };
        search.stated = desired
            .present()
            .filter_map(|r| Some((r.address.kind(), search.parent(&r.address), search.display_name(r)?)))
            .collect();
        search
    }

    fn parent(&self, address: &Address) -> Option<Address> {
        address.parent(&self.catalog.kind(address.kind())?.parent.as_ref()?.segment)
    }

    /// The live parent that a resource must be in: `None` for a root, `Some(None)` where the parent is not live. A parent
    /// that no manifest describes is known from its binding, so that its children can have tombstones.
    fn parent_of(&self, address: &Address) -> Option<Option<RemoteId>> {
        let parent = self.parent(address)?;
        let bound = || self.bindings.id(&parent).filter(|_| !self.desired.resources.contains_key(&parent));
        Some(self.found.id(&parent).or_else(bound).cloned())
    }

    fn certain(&mut self, resource: &Resource) {
        let address = &resource.address;
        let bound = self.bindings.id(address);
        let (id, adoption) = match (&resource.metadata.id, bound) {
            (Some(pin), Some(id)) if pin == id => (pin.clone(), None),
            (Some(pin), _) => (pin.clone(), Some(Adoption::Pinned)),
            (None, Some(id)) => (id.clone(), None),
            (None, None) => return,
        };
        let object = self.live.object(address.kind(), &id).filter(|o| self.in_parent(address, o));
        if object.is_some_and(|o| self.catalog.spec(&o.spec_name).is_none()) {
            return self.problem(address, ProblemKind::UnknownSort { id });
        }
        let left = bound.filter(|b| **b != id && self.live.object(address.kind(), b).is_some());
        if let Some(left) = left.filter(|left| object.is_some() && !self.is_pinned(address.kind(), left)) {
            return self.problem(address, ProblemKind::Rebound { bound: left.clone(), pinned: id });
        }
        match object {
            Some(_) => self.take(address, id, adoption),
            None if resource.metadata.id.is_some() && !resource.is_tombstone() => {
                self.problem(address, ProblemKind::PinnedMissing { id });
            }
            None => {}
        }
    }

    /// Whether a resource says outright that it is this object.
    fn is_pinned(&self, kind: &str, id: &RemoteId) -> bool {
        self.desired.resources.values().any(|r| r.address.kind() == kind && r.metadata.id.as_ref() == Some(id))
    }

    fn in_parent(&self, address: &Address, object: &LiveObject) -> bool {
        self.parent_of(address).is_none_or(|parent| parent.is_some() && parent == object.parent)
    }

    /// A resource that says how it was called is looked for by that name before others may take it. Not so where the
    /// renaming is done: an object of the new name is there, and the old name is another resource's by now.
    fn by_former_name(&mut self, resource: &Resource) {
        let address = &resource.address;
        let Some(former) = resource.metadata.renamed_from.as_ref().filter(|_| self.is_open(resource)) else { return };
        let is_done = self.display_name(resource).is_some_and(|name| !self.free(address, name).is_empty())
            && self.stated.contains(&(address.kind(), self.parent(address), former.as_str()));
        if !is_done {
            self.by(resource, former, true);
        }
    }

    fn by_name(&mut self, resource: &'a Resource) {
        if let Some(name) = self.display_name(resource).filter(|_| self.is_open(resource)) {
            self.by(resource, name, false);
        }
    }

    /// Whether a resource's live object is still to be found.
    fn is_open(&self, resource: &Resource) -> bool {
        let unclear = |p: &Problem| p.address == resource.address;
        resource.metadata.id.is_none()
            && !self.found.matches.contains_key(&resource.address)
            && !self.found.problems.iter().any(unclear)
    }

    fn by(&mut self, resource: &Resource, name: &str, is_former: bool) {
        let address = &resource.address;
        match self.free(address, name).as_slice() {
            [] => {}
            [only] => {
                let (id, name) = (only.id.clone(), name.to_owned());
                let from = self.bound.get(&(address.kind(), &only.id)).map(|a| (*a).clone());
                // What was applied under another address is not what this tombstone is about.
                if resource.is_tombstone() && from.as_ref().is_some_and(|from| from != address) {
                    return;
                }
                let adoption = match from {
                    Some(from) if from != *address && !self.desired.resources.contains_key(&from) => {
                        Adoption::Moved { from }
                    }
                    Some(_) | None if is_former => Adoption::RenamedFrom { name },
                    Some(_) | None => Adoption::DisplayName { name },
                };
                self.take(address, id, Some(adoption));
            }
            several => {
                let ids = several.iter().map(|o| o.id.clone()).collect();
                self.problem(address, ProblemKind::Ambiguous { name: name.to_owned(), ids });
            }
        }
    }

    fn display_name<'r>(&self, resource: &'r Resource) -> Option<&'r str> {
        let spec = self.catalog.spec(&resource.spec_name)?;
        resource.fields.get(&spec.display_name)?.as_str()
    }

    /// The live objects of a display name that no other resource has.
    fn free(&self, address: &Address, name: &str) -> Vec<&'a LiveObject> {
        let parent = match self.parent_of(address) {
            None => None,
            Some(Some(parent)) => Some(parent),
            Some(None) => return Vec::new(),
        };
        let all = self.named.get(&(address.kind().to_owned(), parent, name.to_owned()));
        all.into_iter().flatten().filter(|o| self.found.address_of(&o.kind, &o.id).is_none()).copied().collect()
    }

    fn take(&mut self, address: &Address, id: RemoteId, adoption: Option<Adoption>) {
        if let Some(other) = self.found.address_of(address.kind(), &id).cloned() {
            return self.problem(address, ProblemKind::Claimed { id, by: other });
        }
        self.found.insert(address.clone(), Match { id, adoption });
    }

    fn problem(&mut self, address: &Address, kind: ProblemKind) {
        self.found.problems.push(Problem { address: address.clone(), kind });
    }
}

/// The bound addresses that no manifest names and whose object is still live.
pub(crate) fn orphans<'a>(
    desired: &'a DesiredState,
    live: &'a LiveState,
    bindings: &'a Bindings,
    identities: &'a Identities,
) -> impl Iterator<Item = (&'a Address, &'a LiveObject)> {
    bindings.resources.iter().filter_map(move |(address, binding)| {
        let object = live.object(address.kind(), &binding.id)?;
        let free =
            !desired.resources.contains_key(address) && identities.address_of(address.kind(), &binding.id).is_none();
        free.then_some((address, object))
    })
}
