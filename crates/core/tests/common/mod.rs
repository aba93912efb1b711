//! What the laws are tried on: a toy vendor, a strict model of its tenant, random manifests, and an apply without
//! requests. The vendor is made up on purpose: the core must work for one that it has never heard of.

#![allow(dead_code, reason = "each test target uses a part of it")]

pub(crate) mod check;
pub(crate) mod manifests;
pub(crate) mod manners;
pub(crate) mod mutate;
pub(crate) mod run;
pub(crate) mod story;
pub(crate) mod tape;
pub(crate) mod tenant;
pub(crate) mod vendor;
