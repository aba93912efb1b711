//! Finds the live object of each resource: by pin, by binding, by display name.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::catalog::Catalog;
use crate::desired::{DesiredState, Resource};
use crate::diff::change::Adoption;
use crate::diff::{Problem, ProblemKind};
use crate::live::{LiveObject, LiveState};

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
}

impl Identities {
    /// The live id of an address.
    #[must_use]
    pub fn id(&self, address: &Address) -> Option<&RemoteId> {
        self.matches.get(address).map(|m| &m.id)
    }

    /// The address that a live object was matched with.
    #[must_use]
    pub fn address_of(&self, kind: &str, id: &RemoteId) -> Option<&Address> {
        self.matches.iter().find(|(a, m)| a.kind() == kind && m.id == *id).map(|(a, _)| a)
    }
}

/// Finds the live object of every resource that is in `live`.
#[must_use]
pub fn identify(desired: &DesiredState, live: &LiveState, bindings: &Bindings, catalog: &Catalog) -> Identities {
    let mut search = Search { live, bindings, catalog, taken: BTreeMap::new(), found: Identities::default() };
    // Parents first: a child is looked for in its parent's live object.
    for kind in &catalog.kinds {
        let of_kind = || desired.resources.values().filter(|r| r.address.kind() == kind.segment);
        for resource in of_kind() {
            search.certain(resource);
        }
        for resource in of_kind() {
            search.by_name(resource);
        }
    }
    search.found
}

struct Search<'a> {
    live: &'a LiveState,
    bindings: &'a Bindings,
    catalog: &'a Catalog,
    /// Who has a live object already.
    taken: BTreeMap<(String, RemoteId), Address>,
    found: Identities,
}

impl<'a> Search<'a> {
    /// The live parent that a resource must be in: `None` for a root, `Some(None)` where the parent is not live.
    fn parent_of(&self, address: &Address) -> Option<Option<RemoteId>> {
        let parent = self.catalog.kind(address.kind())?.parent.as_ref()?;
        let parent = address.parent(&parent.segment)?;
        Some(self.found.id(&parent).cloned())
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
        match object {
            Some(_) => self.take(address, id, adoption),
            None if resource.metadata.id.is_some() && !resource.is_tombstone() => {
                self.problem(address, ProblemKind::PinnedMissing { id });
            }
            None => {}
        }
    }

    fn in_parent(&self, address: &Address, object: &LiveObject) -> bool {
        self.parent_of(address).is_none_or(|parent| parent.is_some() && parent == object.parent)
    }

    fn by_name(&mut self, resource: &Resource) {
        let address = &resource.address;
        if self.found.matches.contains_key(address) || resource.metadata.id.is_some() {
            return;
        }
        let former = resource.metadata.renamed_from.clone();
        let current = self.display_name(resource);
        for (name, renamed) in former.map(|n| (n, true)).into_iter().chain(current.map(|n| (n, false))) {
            let candidates = self.named(address, &name);
            match candidates.as_slice() {
                [] => {}
                [only] => {
                    let (id, from) = (only.id.clone(), self.bindings.address_of(address.kind(), &only.id).cloned());
                    let adoption = match from {
                        Some(from) if from != *address => Adoption::Moved { from },
                        Some(_) | None if renamed => Adoption::RenamedFrom { name },
                        Some(_) | None => Adoption::DisplayName { name },
                    };
                    return self.take(address, id, Some(adoption));
                }
                several => {
                    let ids = several.iter().map(|o| o.id.clone()).collect();
                    return self.problem(address, ProblemKind::Ambiguous { name, ids });
                }
            }
        }
    }

    fn display_name(&self, resource: &Resource) -> Option<String> {
        let spec = self.catalog.spec(&resource.spec_name)?;
        resource.fields.get(&spec.display_name)?.as_str().map(ToOwned::to_owned)
    }

    /// The live objects of a display name that no other resource has.
    fn named(&self, address: &Address, name: &str) -> Vec<&'a LiveObject> {
        self.live
            .of_kind(address.kind())
            .filter(|o| self.in_parent(address, o))
            .filter(|o| !self.taken.contains_key(&(o.kind.clone(), o.id.clone())))
            .filter(|o| {
                let spec = self.catalog.spec(&o.spec_name);
                spec.and_then(|s| o.fields.get(&s.display_name)).and_then(|v| v.as_str()) == Some(name)
            })
            .collect()
    }

    fn take(&mut self, address: &Address, id: RemoteId, adoption: Option<Adoption>) {
        let key = (address.kind().to_owned(), id.clone());
        if let Some(other) = self.taken.get(&key).cloned() {
            return self.problem(address, ProblemKind::Claimed { id, by: other });
        }
        self.taken.insert(key, address.clone());
        self.found.matches.insert(address.clone(), Match { id, adoption });
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
    let matched: BTreeSet<(&str, &RemoteId)> = identities.matches.iter().map(|(a, m)| (a.kind(), &m.id)).collect();
    bindings.resources.iter().filter_map(move |(address, binding)| {
        let object = live.object(address.kind(), &binding.id)?;
        let free = !desired.resources.contains_key(address) && !matched.contains(&(address.kind(), &binding.id));
        free.then_some((address, object))
    })
}
