//! Paths of fields inside a resource, such as `redirect_uris[1]` or `token_expiration.access_token_ttl`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A member of an object.
    Member(String),
    /// An item of a list, from 0.
    Item(usize),
}

/// Where a value is inside a document or a spec. Displayed with dots and brackets; empty is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Segment>);

/// A text that is no field path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a field path such as `token_expiration.access_token_ttl`")]
pub struct PathError(String);

impl FieldPath {
    /// The path of a top-level field.
    #[must_use]
    pub fn field(name: &str) -> Self {
        Self(vec![Segment::Member(name.to_owned())])
    }

    /// The path of a member of what this path names.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let mut segments = self.0.clone();
        segments.push(Segment::Member(name.to_owned()));
        Self(segments)
    }

    /// The path of an item of the list that this path names.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        let mut segments = self.0.clone();
        segments.push(Segment::Item(index));
        Self(segments)
    }

    /// The steps from the top.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The top-level field that this path is in.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Member(name)) => Some(name),
            Some(Segment::Item(_)) | None => None,
        }
    }
}

impl FromIterator<Segment> for FieldPath {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// Whether a member name can stand bare between dots.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['.', '[', ']', '"', '\\'])
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if is_plain(name) => {
                    write!(f, "{}{name}", if at == 0 { "" } else { "." })?;
                }
                Segment::Member(name) => {
                    write!(f, "[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
                Segment::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl FromStr for FieldPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let fail = || PathError(text.to_owned());
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[\"") {
                let (name, after) = quoted(inner).ok_or_else(fail)?;
                segments.push(Segment::Member(name));
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']').ok_or_else(fail)?;
                segments.push(Segment::Item(index.parse().map_err(|_| fail())?));
                rest = after;
            } else {
                let bare = if segments.is_empty() { rest } else { rest.strip_prefix('.').ok_or_else(fail)? };
                let end = bare.find(['.', '[']).unwrap_or(bare.len());
                let (name, after) = bare.split_at(end);
                if !is_plain(name) {
                    return Err(fail());
                }
                segments.push(Segment::Member(name.to_owned()));
                rest = after;
            }
        }
        Ok(Self(segments))
    }
}

/// Reads an escaped name up to `"]`; returns the name and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.push(chars.next()?.1),
            '"' => return text[at + 1..].strip_prefix(']').map(|after| (name, after)),
            other => name.push(other),
        }
    }
    None
}

crate::address::serde_as_text!(FieldPath, "FieldPath");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parse_of_display_is_identity(names in prop::collection::vec(prop_oneof![
            "\\PC{0,6}".prop_map(Segment::Member), (0usize..99).prop_map(Segment::Item)], 0..5)) {
            let path: FieldPath = names.into_iter().collect();
            prop_assert_eq!(path.to_string().parse::<FieldPath>().unwrap(), path);
        }
    }
}
