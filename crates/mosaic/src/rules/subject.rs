//! The resource that a rule looks at: its stated values, and their places.
//!
//! Must not know any field.

use std::collections::BTreeMap;

use tilewright_core::{FieldPath, Place, Resource, RuleInput, Value};

/// A resource under a rule's eyes.
pub(super) struct Subject<'a>(&'a Resource);

impl<'a> Subject<'a> {
    /// The resource, if its schema is this one.
    pub(super) fn of(input: &RuleInput<'a>, spec_name: &str) -> Option<Self> {
        (input.resource.spec_name == spec_name).then_some(Self(input.resource))
    }

    /// What is stated at a path of member names. A null stands for leaving out.
    pub(super) fn value(&self, path: &[&str]) -> Option<&'a Value> {
        let (first, members) = path.split_first()?;
        let mut value = self.0.fields.get(*first)?;
        for member in members {
            value = value.as_object()?.get(*member)?;
        }
        (*value != Value::Null).then_some(value)
    }

    /// A text whose words are known: not a reference, nor one that still waits for a variable.
    pub(super) fn text(&self, path: &[&str]) -> Option<&'a str> {
        self.value(path)?.as_str().filter(|t| is_known(t))
    }

    /// Whether a flag is stated and true.
    pub(super) fn is_true(&self, path: &[&str]) -> bool {
        self.value(path) == Some(&Value::Bool(true))
    }

    /// Whether nothing, or an empty text, is stated.
    pub(super) fn is_blank(&self, path: &[&str]) -> bool {
        match self.value(path) {
            None => true,
            Some(value) => value.as_str().is_some_and(|t| t.trim().is_empty()),
        }
    }

    /// The members of an object.
    pub(super) fn object(&self, path: &[&str]) -> Option<&'a BTreeMap<String, Value>> {
        self.value(path)?.as_object()
    }

    /// The items of a list.
    pub(super) fn items(&self, path: &[&str]) -> &'a [Value] {
        match self.value(path) {
            Some(Value::List(items)) => items,
            Some(_) | None => &[],
        }
    }

    /// The texts of a list that are known, each with its place.
    pub(super) fn texts(&self, path: &[&str]) -> impl Iterator<Item = (&'a str, Place)> {
        let list = path_of(path);
        let document = self.0.document;
        self.items(path).iter().enumerate().filter_map(move |(index, item)| {
            let text = item.as_str().filter(|t| is_known(t))?;
            Some((text, Place::value(document, list.item(index))))
        })
    }

    /// The place of a value.
    pub(super) fn at(&self, path: &[&str]) -> Place {
        Place::value(self.0.document, path_of(path))
    }

    /// The place of a member's name, for values that must not be shown.
    pub(super) fn name_at(&self, path: &[&str]) -> Place {
        Place::key(self.0.document, path_of(path))
    }
}

/// Where a field stands in its document.
fn path_of(path: &[&str]) -> FieldPath {
    path.iter().fold(FieldPath::field("spec"), |at, member| at.member(member))
}

fn is_known(text: &str) -> bool {
    !text.contains("${")
}
