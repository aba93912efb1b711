//! A simulated tenant: what the vendor's API would answer, as a pure function of a request.
//!
//! [`World::handle`] takes an HTTP request value and returns an HTTP response value. There is no socket, file,
//! clock or randomness in here: the same requests give the same bytes. A world can be saved as JSON and loaded
//! again, so it serves as a demonstration tenant as well as a server for tests.
//!
//! The tenant is stricter than the real one is known to be. Where the vendor's documents leave a question open,
//! the answer is a switch in [`Quirks`]; what a network can do to a request is a rule in [`Faults`].
//!
//! This crate must not use any other crate of the project. A path, a field or a rule that both sides had
//! misread in common could not be found by testing one against the other.

mod access;
mod clock;
mod conflicts;
mod faults;
mod ids;
mod normalise;
mod portal;
mod quirks;
mod read;
mod refusal;
mod request;
mod routes;
mod rules;
mod save;
mod schema;
mod seed;
mod tenant;
mod world;

pub use faults::{Fault, FaultBody, Faults, Rule};
pub use quirks::{ListOrder, MissingApplication, NameUniqueness, Nulls, Quirks, Switch, Unset};
pub use save::StateError;
pub use world::{Answer, LogEntry, World};
