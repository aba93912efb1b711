//! The project file `tilewright.yaml`: where the manifests are, and the environments.
//!
//! It is read like a manifest, with every mistake at its place. References are resolved only in the environment that is
//! chosen, so that what another one needs need not be there. Must not decide what flags override; the caller says so.

mod environment;
mod file;
mod spec;

pub use environment::{Endpoint, Environment, EnvironmentError, EnvironmentRequest};
pub use file::{Project, Rejected, discover};
pub(crate) use spec::schema;
