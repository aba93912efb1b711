//! How tenants differ in what they make of the values they are given.

use tilewright_core::Value;

/// How a tenant writes what it is given, and what it shows of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manners {
    /// Outer white space goes.
    pub(crate) trims: bool,
    /// URIs are written in their normal form.
    pub(crate) rewrites_uris: bool,
    /// Empty texts, lists and objects are not shown.
    pub(crate) drops_empty: bool,
    /// A field at its default is not shown.
    pub(crate) hides_defaults: bool,
    /// Fields of a new object, and members of an object that is sent, have their defaults where they are left out.
    pub(crate) fills_defaults: bool,
    /// Sets come back in another order.
    pub(crate) reorders: bool,
}

/// Whether a value says nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Ref(_) => false,
    }
}
