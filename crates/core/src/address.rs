//! Addresses: the stable identity of a resource, made of its kind and its keys.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The last part of an address, `metadata.name`: `[a-z0-9-]`, 1 to 63 characters. Never sent to the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is no key or no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The key has a character outside `[a-z0-9-]`, or its length is not 1 to 63.
    #[error("`{0}` is not a key: 1 to 63 characters of a-z, 0-9 and `-`")]
    Key(String),
    /// The text has not the form `kind/key` or `kind/key/key`.
    #[error("`{0}` is not an address such as `application/storefront` or `client/storefront/web`")]
    Form(String),
}

impl Key {
    /// Checks the text.
    ///
    /// # Errors
    /// [`AddressError::Key`] for anything but 1 to 63 characters of `[a-z0-9-]`.
    pub fn new(text: &str) -> Result<Self, AddressError> {
        let fits = (1..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(AddressError::Key(text.to_owned())) }
    }

    /// The key's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `application/storefront`, `client/storefront/web`: the kind's segment, the keys of the parents, the own key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    kind: String,
    keys: Vec<Key>,
}

impl Address {
    /// The address of a resource without a parent.
    #[must_use]
    pub fn root(kind: &str, key: Key) -> Self {
        Self { kind: kind.to_owned(), keys: vec![key] }
    }

    /// The address of a resource of `kind` that lives in this one.
    #[must_use]
    pub fn child(&self, kind: &str, key: Key) -> Self {
        let mut keys = self.keys.clone();
        keys.push(key);
        Self { kind: kind.to_owned(), keys }
    }

    /// The kind's segment, such as `client`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The keys, the outermost parent's first.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The resource's own key.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.keys.last().expect("an address has at least one key")
    }

    /// The address of the parent, whose kind the catalog knows.
    #[must_use]
    pub fn parent(&self, parent_kind: &str) -> Option<Self> {
        let (_, rest) = self.keys.split_last()?;
        if rest.is_empty() { None } else { Some(Self { kind: parent_kind.to_owned(), keys: rest.to_vec() }) }
    }
}

/// Keeps a family together: by keys first, then parents before children, then kind.
impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.keys.cmp(&other.keys).then_with(|| self.kind.cmp(&other.kind))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        self.keys.iter().try_for_each(|key| write!(f, "/{key}"))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let form = || AddressError::Form(text.to_owned());
        let mut parts = text.split('/');
        let kind = parts.next().filter(|k| !k.is_empty()).ok_or_else(form)?;
        if !kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            return Err(form());
        }
        let keys = parts.map(Key::new).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() || keys.len() > 2 { Err(form()) } else { Ok(Self { kind: kind.to_owned(), keys }) }
    }
}

/// The API's own id of an object. Opaque; may contain dots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RemoteId(String);

impl RemoteId {
    /// Takes the id as the API wrote it.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Serde and schema by the text form, for types whose `Display` and `FromStr` are each other's inverse.
macro_rules! serde_as_text {
    ($type:ty, $name:literal) => {
        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string"})
            }
        }
    };
}
pub(crate) use serde_as_text;
serde_as_text!(Address, "Address");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_names_its_parent() {
        let web: Address = "client/storefront/web".parse().unwrap();
        assert_eq!(web.parent("application").unwrap().to_string(), "application/storefront");
        assert_eq!(web.key().as_str(), "web");
    }

    #[test]
    fn a_family_sorts_together_parent_first() {
        let mut all: Vec<Address> =
            ["client/b/x", "application/b", "client/a/z", "application/a"].iter().map(|t| t.parse().unwrap()).collect();
        all.sort();
        let texts: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["application/a", "client/a/z", "application/b", "client/b/x"]);
    }

    #[test]
    fn bad_addresses_are_refused() {
        for text in ["", "application", "application/", "application/A", "/x", "a/b/c/d", "application/x_y"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
