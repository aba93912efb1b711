//! Reads manifests and the project file: files to desired state, with diagnostics at their positions.
//!
//! [`load`] finds and reads manifests, merges overlays, resolves `${…}` and checks every document against the schema of
//! its kind. Everything that is wrong is said in one run, each with its file, line and column, and nothing that a file
//! holds can make it panic, hang or run out of memory. What must hold between documents is the core's to check;
//! [`Loaded::place`] gives its findings their lines.
//!
//! Must not send requests, nor know any vendor: kinds come in as a [`tilewright_core::Catalog`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise"))]

mod check;
mod diagnostic;
mod duration;
mod envelope;
mod files;
mod header;
mod interpolate;
mod load;
mod manifest;
mod overlay;
mod project;
mod published;
mod render;
mod shapes;
mod sources;
mod spot;
mod suggest;
mod values;
mod yaml;

pub use diagnostic::{Diagnostic, DiagnosticReport, Location, RelatedReport};
pub use load::{LoadRequest, Loaded, load};
pub use project::{Endpoint, Environment, EnvironmentError, EnvironmentRequest, Project, Rejected, discover};
pub use published::{document_schema, manifest_schema, project_schema};
pub use sources::Sources;
pub use spot::{FileId, Spot};
