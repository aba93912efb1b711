//! Tests of the vendor as data: schemas, rules, requests, answers. No server but the simulator, in the process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod client_rules;
mod contract;
mod decode;
mod echo;
mod error_text;
mod fixtures;
mod requests;
mod rules;
mod schema;
