//! The pure heart of tilewright: what a resource is, how desired and live state
//! differ, and which ordered steps make them equal.
//!
//! Nothing here reads files, clocks or the environment, opens a socket or starts
//! a thread. Everything takes values and returns values, so that the laws in
//! `tests/laws.rs` can be checked over random worlds.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise"))]

mod address;
mod backend;
mod bindings;
mod catalog;
mod compile;
mod desired;
pub mod diff;
mod finding;
mod fingerprint;
mod guard;
mod hash;
mod live;
mod path;
pub mod plan;
mod secret;
mod validate;
mod value;

pub use address::{Address, AddressError, Key, RemoteId};
pub use backend::{Backend, DecodeError, Echo, Encoded, ReadRequest, Target, WriteMethod, WriteRequest, Written};
pub use bindings::{Binding, Bindings, FieldMark};
pub use catalog::{
    Catalog, CatalogError, FieldSpec, Kind, KindSpec, Parent, Rule, RuleInput, Shape, Spare, Unique, Unit, Within,
};
pub use desired::{DesiredState, Metadata, Resource, ResourceState};
pub use finding::{DocumentId, Finding, Part, Place, Severity};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use guard::{Policy, Violation, deletes, guard};
pub use hash::manifests_hash;
pub use live::{LiveObject, LiveState};
pub use path::{FieldPath, Segment};
pub use secret::Secret;
pub use validate::validate;
pub use value::{Number, Value};
