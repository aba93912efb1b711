//! Paths of the API, from the base URL on.
//!
//! Must never make the path of another operation out of an odd id: an empty client id would turn "delete this client"
//! into "delete all clients".

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tilewright_core::{RemoteId, Target};

use crate::kinds::{Route, route};

/// What stays as it is in a path segment. Client ids contain dots.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A segment that no object has: the request ends in "not found". It is U+FFFD.
const NOWHERE: &str = "%EF%BF%BD";

/// Whether an id can stand in a path without changing what the path means.
pub(crate) fn is_id(text: &str, route: &Route) -> bool {
    !text.trim().is_empty() && !matches!(text, "." | "..") && !route.reserved.contains(&text)
}

/// The path of all objects of a kind, in `parent` where it lives in another.
pub(crate) fn collection(kind: Option<&Route>, parent: Option<&RemoteId>) -> String {
    let Some(kind) = kind else { return format!("/v1/{NOWHERE}") };
    match kind.parent.map(route) {
        None => format!("/v1/{}", kind.collection),
        Some(above) => format!("{}/{}/{}", collection(above, None), segment(parent, above), kind.collection),
    }
}

/// The path of an object.
pub(crate) fn object(target: &Target) -> String {
    let kind = route(&target.kind);
    format!("{}/{}", collection(kind, target.parent.as_ref()), segment(Some(&target.id), kind))
}

fn segment(id: Option<&RemoteId>, kind: Option<&Route>) -> String {
    match (id, kind) {
        (Some(id), Some(kind)) if is_id(id.as_str(), kind) => utf8_percent_encode(id.as_str(), PLAIN).to_string(),
        (Some(_) | None, Some(_) | None) => NOWHERE.to_owned(),
    }
}
