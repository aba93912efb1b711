//! Desired state: what the manifests say.

use std::collections::BTreeMap;

use crate::address::{Address, RemoteId};
use crate::finding::DocumentId;
use crate::value::Value;

/// Whether a resource is to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceState {
    /// It is to be there.
    #[default]
    Present,
    /// A tombstone: it is to be deleted.
    Absent,
}

/// What only tilewright needs; never sent to the API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Pins the resource to this remote id.
    pub id: Option<RemoteId>,
    /// The display name under which a live object is to be adopted.
    pub renamed_from: Option<String>,
    /// For selecting.
    pub labels: BTreeMap<String, String>,
    /// No step may delete or replace it.
    pub protect: bool,
    /// For a child that its parent brings: `Some` where the manifest states it.
    pub default: Option<bool>,
    /// Present, or a tombstone.
    pub state: ResourceState,
}

/// One document of the manifests, checked against its kind's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its identity.
    pub address: Address,
    /// The name of its schema in the catalog, see [`crate::KindSpec::name`].
    pub spec_name: String,
    /// What only tilewright needs.
    pub metadata: Metadata,
    /// The managed fields. [`Value::Null`] occurs only inside objects.
    pub fields: BTreeMap<String, Value>,
    /// Where it stands.
    pub document: DocumentId,
}

impl Resource {
    /// Whether it is a tombstone.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.metadata.state == ResourceState::Absent
    }
}

/// What the manifests say, tombstones included. One resource an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesiredState {
    /// The resources by address.
    pub resources: BTreeMap<Address, Resource>,
}

impl DesiredState {
    /// The resources that are to be there.
    pub fn present(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().filter(|r| !r.is_tombstone())
    }

    /// The children of a resource that are to be there, in order of address.
    pub fn children<'a>(&'a self, parent: &'a Address) -> impl Iterator<Item = &'a Resource> {
        // A family sorts together, so that this need not look at all others.
        self.resources
            .range(parent..)
            .map(|(_, resource)| resource)
            .take_while(|r| r.address.keys().starts_with(parent.keys()))
            .filter(|r| !r.is_tombstone() && r.address.parent(parent.kind()).as_ref() == Some(parent))
    }

    /// The child that a parent brings when it is made: the one that says so, or the only one.
    #[must_use]
    pub fn default_child<'a>(&'a self, parent: &'a Address) -> Option<&'a Resource> {
        let children: Vec<_> = self.children(parent).collect();
        match children.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|r| r.metadata.default == Some(true)).copied(),
        }
    }
}
