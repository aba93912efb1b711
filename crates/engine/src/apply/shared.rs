//! What the steps of a run share: the two ends of the connection, and what the run has learned so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tilewright_core::plan::{Plan, object_fingerprints};
use tilewright_core::{Address, Backend, DesiredState, FingerprintKey, KindSpec, LiveObject, RemoteId, Target, Value};

use super::ApplyInput;
use crate::tenant::{Reader, Writer};

/// What the steps of a run share.
pub(super) struct Shared<'a> {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    backend: Arc<dyn Backend>,
    known: &'a tilewright_core::LiveState,
    desired: &'a DesiredState,
    plan: &'a Plan,
    key: FingerprintKey,
    state: Mutex<Known>,
}

/// What the run has learned so far.
pub(super) struct Known {
    pub(super) ids: BTreeMap<Address, RemoteId>,
    pub(super) parents: BTreeMap<RemoteId, RemoteId>,
    /// The objects that this run wrote, as the tenant showed them last.
    pub(super) written: BTreeMap<(String, RemoteId), LiveObject>,
}

impl<'a> Shared<'a> {
    /// Shared by the steps of this run.
    pub(super) fn new(input: &ApplyInput<'a>) -> Self {
        let state = Known { ids: input.ids.clone(), parents: BTreeMap::new(), written: BTreeMap::new() };
        Self {
            reader: input.reader.clone(),
            writer: input.writer.clone(),
            backend: Arc::clone(input.reader.backend()),
            known: input.live,
            desired: input.desired,
            plan: input.plan,
            key: input.plan.header.key(),
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }

    pub(super) fn spec(&self, name: &str) -> Option<&KindSpec> {
        self.backend.catalog().spec(name)
    }

    /// Whether objects of a kind have others living in them.
    pub(super) fn has_children(&self, kind: &str) -> bool {
        self.backend.catalog().kinds.iter().any(|k| k.parent.as_ref().is_some_and(|p| p.segment == kind))
    }

    /// The objects that the plan says die with a resource.
    pub(super) fn reviewed(&self, address: &Address) -> BTreeSet<RemoteId> {
        let changes = self.plan.changes.iter().filter(|c| c.address == *address);
        changes.flat_map(|c| &c.notes).flat_map(|note| note.dying()).map(|(_, id, _)| id.clone()).collect()
    }

    pub(super) fn key(&self) -> &FingerprintKey {
        &self.key
    }

    /// What the manifests say of a field.
    pub(super) fn stated(&self, address: &Address, field: &str) -> Option<&Value> {
        self.desired.resources.get(address)?.fields.get(field)
    }

    pub(super) fn id(&self, address: &Address) -> Option<RemoteId> {
        self.state().ids.get(address).cloned()
    }

    pub(super) fn target(&self, address: &Address, spec_name: &str, id: RemoteId) -> Target {
        let kind = address.kind().to_owned();
        let listed = self.known.object(&kind, &id).and_then(|o| o.parent.clone());
        let parent = listed.or_else(|| self.state().parents.get(&id).cloned());
        Target { kind, spec_name: spec_name.to_owned(), id, parent }
    }

    /// Whether an object was there before this run, or was made by it.
    pub(super) fn is_known(&self, kind: &str, id: &RemoteId) -> bool {
        self.known.object(kind, id).is_some() || self.state().ids.iter().any(|(a, i)| a.kind() == kind && i == id)
    }

    pub(super) fn last_written(&self, kind: &str, id: &RemoteId) -> Option<LiveObject> {
        self.state().written.get(&(kind.to_owned(), id.clone())).cloned()
    }

    /// A child as this run wrote it last.
    pub(super) fn last_child(&self, id: &RemoteId) -> Option<LiveObject> {
        self.state().written.values().find(|o| o.id == *id).cloned()
    }

    /// Whether two readings of an object agree in every field that both show.
    pub(super) fn same(&self, a: &LiveObject, b: &LiveObject) -> bool {
        let catalog = self.backend.catalog();
        let prints = object_fingerprints(catalog, b, &self.key);
        object_fingerprints(catalog, a, &self.key).iter().all(|(name, p)| prints.get(name).is_none_or(|q| p == q))
    }
}
