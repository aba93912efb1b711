//! Text to trees of nodes that know where they stand. Hostile input ends in a finding with a place, never in a panic,
//! a hang or a guess.
//!
//! The only place that knows the YAML parser; `.json` files go through it too. It must not know what manifests are.

mod build;
mod limits;
mod meaning;
mod merge_keys;
#[cfg(test)]
mod oracle;
mod parse;
mod scalar;
mod text;
mod tree;
mod words;

pub(crate) use limits::{Limits, MAX_FILE_BYTES};
pub(crate) use parse::parse;
pub(crate) use scalar::{Looks, looks_like, resolve_plain};
pub(crate) use text::{Undecodable, decode};
pub(crate) use tree::{Content, Member, Node, Origin, Plain, Scalar};
