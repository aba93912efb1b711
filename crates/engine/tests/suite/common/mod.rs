//! A tenant in the process, random manifests for it, and what must be true of both.

pub(crate) mod bench;
pub(crate) mod edits;
pub(crate) mod fields;
pub(crate) mod manifests;
pub(crate) mod oracle;
pub(crate) mod portal;
pub(crate) mod requests;
pub(crate) mod shop;
pub(crate) mod tape;
