//! The simulated tenant, asked as a client of the API asks it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod applications;
mod clients;
mod faults;
mod laws;
mod quirks;
mod quirks_on_reads;
mod state;
mod strictness;
mod support;
