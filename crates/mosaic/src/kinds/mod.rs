//! The kinds of a Mosaic tenant, one file each. A new kind is one more file and one more line in [`KINDS`].
//!
//! A file states each writable field once, as a Rust type; the schema that comes of it is what validation, diff, plan
//! and documentation read. Must not contain requests: a kind only says under which names its routes go.

mod application;
mod client;
mod oidc_client;
mod parts;
mod saml_client;
mod schema;

use tilewright_core::{CatalogError, Kind};

pub(crate) use application::SPEC as APPLICATION;
pub(crate) use oidc_client::{PUBLIC_CLIENT, ResponseType, SPEC as OIDC_CLIENT};
pub(crate) use parts::KNOWN_CLAIMS;
pub(crate) use saml_client::SPEC as SAML_CLIENT;

/// All kinds, parents before children.
pub(crate) const KINDS: &[KindSource] = &[application::SOURCE, client::SOURCE];

/// An object of an answer.
pub(crate) type Answer = serde_json::Map<String, serde_json::Value>;

/// What a kind's file provides.
pub(crate) struct KindSource {
    /// Compiles its schemas.
    pub(crate) kind: fn() -> Result<Kind, CatalogError>,
    /// How its objects are found and read.
    pub(crate) route: Route,
}

/// The names under which the API has a kind.
pub(crate) struct Route {
    /// The kind's segment in addresses.
    pub(crate) segment: &'static str,
    /// The segment of the kind it lives in.
    pub(crate) parent: Option<&'static str>,
    /// The collection's name in paths.
    pub(crate) collection: &'static str,
    /// What stands beside ids in paths and so cannot be an id.
    pub(crate) reserved: &'static [&'static str],
    /// The member that holds an object's id.
    pub(crate) id: &'static str,
    /// The member that holds the id of the child that an object brought.
    pub(crate) default_child: Option<&'static str>,
    /// Members that are no fields but worth knowing. Never secrets.
    pub(crate) observed: &'static [&'static str],
    /// The name of the schema of an object, or `None` for a sort that is not known.
    pub(crate) spec_of: fn(&Answer) -> Option<&'static str>,
    /// The page that documents it.
    pub(crate) docs: &'static str,
}

/// The route of the kind whose objects live in those of `parent`, or in none.
pub(crate) fn route_below(parent: Option<&str>) -> Option<&'static Route> {
    KINDS.iter().map(|k| &k.route).find(|r| r.parent == parent)
}

/// The route of a kind.
pub(crate) fn route(segment: &str) -> Option<&'static Route> {
    KINDS.iter().map(|k| &k.route).find(|r| r.segment == segment)
}

/// A table of texts as `KindSpec::with_not_accepted` takes it.
fn owned<'a>(table: &'a [(&str, &str)]) -> impl Iterator<Item = (String, String)> + 'a {
    table.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
}
