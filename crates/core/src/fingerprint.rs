//! Fingerprints: keyed hashes of values, so that bindings and plans can tell "moved" without keeping the value.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::value::Value;

/// The key of an environment's fingerprints: 32 bytes, made once from randomness by whoever stores the bindings.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintKey([u8; 32]);

/// HMAC-SHA-256 of a value's canonical form, cut to 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

/// A text that is no fingerprint or no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hexadecimal text of the right length")]
pub struct HexError;

impl FingerprintKey {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The fingerprint of a value. Equal values (sets as they stand) have equal fingerprints.
    #[must_use]
    pub fn of(&self, value: &Value) -> Fingerprint {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        feed(&mut mac, value);
        let mut short = [0; 16];
        short.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Fingerprint(short)
    }
}

/// Feeds a prefix-free form: a tag, a length, the content.
fn feed(mac: &mut Hmac<Sha256>, value: &Value) {
    let mut text = |tag: u8, content: &str| {
        mac.update(&[tag]);
        mac.update(&(content.len() as u64).to_le_bytes());
        mac.update(content.as_bytes());
    };
    match value {
        Value::Null => text(b'0', ""),
        Value::Bool(b) => text(b'b', if *b { "1" } else { "0" }),
        Value::Number(n) => text(b'n', &n.to_string()),
        Value::String(s) => text(b's', s),
        Value::Ref(address) => text(b'r', &address.to_string()),
        Value::List(items) => {
            text(b'l', &items.len().to_string());
            items.iter().for_each(|item| feed(mac, item));
        }
        Value::Object(members) => {
            text(b'o', &members.len().to_string());
            for (name, member) in members {
                feed(mac, &Value::String(name.clone()));
                feed(mac, member);
            }
        }
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn unhex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return Err(HexError);
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| HexError)?;
    }
    Ok(bytes)
}

/// The text form of the key, for the bindings file; not `Display`, so that it is not printed by chance.
impl FingerprintKey {
    /// Lower-case hexadecimal.
    #[must_use]
    pub fn to_hex(&self) -> String {
        struct Hex<'a>(&'a [u8]);
        impl fmt::Display for Hex<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex(self.0, f)
            }
        }
        Hex(&self.0).to_string()
    }

    /// Reads what [`Self::to_hex`] wrote.
    ///
    /// # Errors
    /// Anything else than 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, HexError> {
        unhex(text).map(Self)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        unhex(text).map(Self)
    }
}

mod serde_forms {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Fingerprint, FingerprintKey};

    impl Serialize for Fingerprint {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    impl<'de> Deserialize<'de> for Fingerprint {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        }
    }
    impl JsonSchema for Fingerprint {
        fn schema_name() -> Cow<'static, str> {
            "Fingerprint".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string", "pattern": "^[0-9a-f]{32}$"})
        }
    }
    impl Serialize for FingerprintKey {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&self.to_hex())
        }
    }
    impl<'de> Deserialize<'de> for FingerprintKey {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::from_hex(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_fingerprints_and_others_do_not() {
        let key = FingerprintKey::new([7; 32]);
        let of = |json: serde_json::Value| key.of(&Value::from_json(&json));
        assert_eq!(of(serde_json::json!({"a": 1, "b": 2.0})), of(serde_json::json!({"b": 2, "a": 1.0})));
        assert_ne!(of(serde_json::json!(["ab"])), of(serde_json::json!(["a", "b"])));
        assert_ne!(of(serde_json::json!("1")), of(serde_json::json!(1)));
    }

    #[test]
    fn the_text_form_reads_back() {
        let print = FingerprintKey::new([1; 32]).of(&Value::Null);
        assert_eq!(print.to_string().parse::<Fingerprint>().unwrap(), print);
        assert!("zz".parse::<Fingerprint>().is_err());
    }
}
