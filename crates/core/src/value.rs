//! Values of fields, as desired and live state hold them.

use std::collections::BTreeMap;

use crate::address::Address;

/// A number as the API knows it. `900` and `900.0` are one number.
#[derive(Clone, Debug)]
pub struct Number(serde_json::Number);

impl Number {
    fn parts(&self) -> (Option<i128>, f64) {
        let float = self.0.as_f64().unwrap_or(0.0);
        let whole = self
            .0
            .as_i64()
            .map(i128::from)
            .or_else(|| self.0.as_u64().map(i128::from))
            .or_else(|| (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i128));
        (whole, float)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self.parts(), other.parts()) {
            ((Some(a), _), (Some(b), _)) => a.cmp(&b),
            ((_, a), (_, b)) => a.total_cmp(&b),
        }
    }
}

impl From<serde_json::Number> for Number {
    fn from(number: serde_json::Number) -> Self {
        Self(number)
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.parts() {
            (Some(whole), _) => write!(f, "{whole}"),
            (None, float) => write!(f, "{float}"),
        }
    }
}

/// A value of a field. Objects are sorted by member name; a reference is a value of its own,
/// so that one which is not resolved cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Inside an object of a manifest: leave this member out of the object that is sent.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(String),
    /// A list, in the order it was written.
    List(Vec<Value>),
    /// An object.
    Object(BTreeMap<String, Value>),
    /// The remote id of another resource of the manifests.
    Ref(Address),
}

impl Value {
    /// Takes a JSON value as the API or a manifest states it; never makes a [`Value::Ref`].
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(b) => Self::Bool(*b),
            serde_json::Value::Number(n) => Self::Number(n.clone().into()),
            serde_json::Value::String(s) => Self::String(s.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(members) => {
                Self::Object(members.iter().map(|(k, v)| (k.clone(), Self::from_json(v))).collect())
            }
        }
    }

    /// The JSON form. A reference becomes `{"ref": "<address>"}`, which is how plans show it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(b) => (*b).into(),
            Self::Number(Number(n)) => serde_json::Value::Number(n.clone()),
            Self::String(s) => s.clone().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(members) => members.iter().map(|(k, v)| (k.clone(), v.to_json())).collect(),
            Self::Ref(address) => serde_json::json!({"ref": address.to_string()}),
        }
    }

    /// Every reference inside, with no order meant.
    #[must_use]
    pub fn refs(&self) -> Vec<&Address> {
        match self {
            Self::Ref(address) => vec![address],
            Self::List(items) => items.iter().flat_map(Self::refs).collect(),
            Self::Object(members) => members.values().flat_map(Self::refs).collect(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => Vec::new(),
        }
    }

    /// The same value with every reference replaced by what `resolve` says, or the first one it does not know.
    ///
    /// # Errors
    /// The address that `resolve` has no id for.
    pub fn resolved(&self, resolve: &dyn Fn(&Address) -> Option<String>) -> Result<Self, Address> {
        Ok(match self {
            Self::Ref(address) => Self::String(resolve(address).ok_or_else(|| address.clone())?),
            Self::List(items) => Self::List(items.iter().map(|v| v.resolved(resolve)).collect::<Result<_, _>>()?),
            Self::Object(members) => Self::Object(
                members.iter().map(|(k, v)| Ok((k.clone(), v.resolved(resolve)?))).collect::<Result<_, _>>()?,
            ),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self.clone(),
        })
    }

    /// The text of a [`Value::String`].
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The members of a [`Value::Object`].
    #[must_use]
    pub fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }
}

/// The stored form is that of [`Value::to_json`], but for an object that would look like a reference: it is wrapped as
/// `{"literal": …}`, and so is an object that would look wrapped.
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        stored(self).serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        restored(&json).map_err(serde::de::Error::custom)
    }
}

/// Whether an object with this one member needs a wrap.
fn is_marked(members: &BTreeMap<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|name| name == "ref" || name == "literal")
}

fn stored(value: &Value) -> serde_json::Value {
    match value {
        Value::List(items) => items.iter().map(stored).collect(),
        Value::Object(members) => {
            let plain: serde_json::Value = members.iter().map(|(k, v)| (k.clone(), stored(v))).collect();
            if is_marked(members) { serde_json::json!({ "literal": plain }) } else { plain }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Ref(_) => value.to_json(),
    }
}

fn restored(json: &serde_json::Value) -> Result<Value, crate::address::AddressError> {
    let object = |members: &serde_json::Map<String, serde_json::Value>| {
        members.iter().map(|(k, v)| Ok((k.clone(), restored(v)?))).collect::<Result<_, _>>().map(Value::Object)
    };
    match json {
        serde_json::Value::Array(items) => items.iter().map(restored).collect::<Result<_, _>>().map(Value::List),
        serde_json::Value::Object(members) => match members.iter().next() {
            Some((name, serde_json::Value::String(text))) if members.len() == 1 && name == "ref" => {
                Ok(Value::Ref(text.parse()?))
            }
            Some((name, serde_json::Value::Object(wrapped))) if members.len() == 1 && name == "literal" => {
                object(wrapped)
            }
            Some(_) | None => object(members),
        },
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => Ok(Value::from_json(json)),
    }
}

impl schemars::JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A value of a field as JSON; a reference to another resource is {\"ref\": \"<address>\"}."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_looks_like_a_reference_is_stored_as_what_it_is() {
        let texts = [
            r#"{"ref": "client/a/b"}"#,
            r#"{"ref": 1}"#,
            r#"{"literal": {"ref": "x"}}"#,
            r#"{"literal": 2, "ref": "x"}"#,
            r#"[{"a": {"ref": "client/a/b"}}]"#,
        ];
        for text in texts {
            let value = Value::from_json(&serde_json::from_str(text).unwrap());
            let stored = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value, "{stored}");
        }
        let reference = Value::Ref("client/a/b".parse().unwrap());
        let stored = serde_json::to_string(&reference).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), reference);
    }

    #[test]
    fn a_whole_float_is_the_integer() {
        let float = Value::from_json(&serde_json::json!(900.0));
        assert_eq!(float, Value::from_json(&serde_json::json!(900)));
        assert_ne!(float, Value::from_json(&serde_json::json!(900.5)));
        assert_eq!(Number::from(serde_json::Number::from_f64(900.0).unwrap()).to_string(), "900");
    }
}
