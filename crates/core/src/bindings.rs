//! Bindings: which address is which remote id in one environment, and fingerprints of what was last applied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::address::{Address, RemoteId};
use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::path::FieldPath;
use crate::value::Value;

/// What is remembered of one field: ids and fingerprints, no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMark {
    /// Of the value that was last sent for it, or found equal to the manifest.
    pub sent: Fingerprint,
    /// Of the value that the tenant then showed, where it showed one. Differs from `sent` where the
    /// server writes the value in its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Fingerprint>,
}

/// What is remembered of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The API's id.
    pub id: RemoteId,
    /// The id of the object it lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RemoteId>,
    /// Protected when it was last applied; outlives the manifest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// The managed fields when it was last applied. Members of objects have paths of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldPath, FieldMark>,
}

/// The bindings of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bindings {
    /// The tenant that the ids belong to, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The key of the fingerprints.
    pub key: FingerprintKey,
    /// By address.
    #[serde(default)]
    pub resources: BTreeMap<Address, Binding>,
}

impl Bindings {
    /// No bindings yet, with a fresh key.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self { tenant: None, key, resources: BTreeMap::new() }
    }

    /// The remote id of an address.
    #[must_use]
    pub fn id(&self, address: &Address) -> Option<&RemoteId> {
        self.resources.get(address).map(|b| &b.id)
    }

    /// The address that a remote id is bound to.
    #[must_use]
    pub fn address_of(&self, kind: &str, id: &RemoteId) -> Option<&Address> {
        self.resources.iter().find(|(address, binding)| address.kind() == kind && binding.id == *id).map(|(a, _)| a)
    }

    /// What is remembered of a field.
    #[must_use]
    pub fn mark(&self, address: &Address, path: &FieldPath) -> Option<&FieldMark> {
        self.resources.get(address)?.fields.get(path)
    }

    /// The fingerprint of a value under this environment's key.
    #[must_use]
    pub fn fingerprint(&self, value: &Value) -> Fingerprint {
        self.key.of(value)
    }
}
