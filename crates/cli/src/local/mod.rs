//! Simulated tenants: embedded in the process with the state in a file, or served over HTTP on loopback.

mod embedded;
mod serve;
mod state;

pub(crate) use embedded::{Embedded, open};
pub(crate) use serve::{ServeOptions, serve};
pub(crate) use state::StateFile;
