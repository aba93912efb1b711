//! The engine against a tenant in the same process: laws over random worlds, faults at every request, and the budget of
//! requests. No sockets, and no waiting: the clock jumps.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod budget;
mod common;
mod connection;
mod faults;
mod laws;
mod stale;
