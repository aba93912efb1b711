//! Requests and answers as values. Must not send anything, and must not know fields that a kind's file could state.

pub(crate) mod decode;
pub(crate) mod echo;
pub(crate) mod encode;
pub(crate) mod error_text;
pub(crate) mod path;
mod redact;
