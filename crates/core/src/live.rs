//! Live state: what the tenant says, in the words of the catalog.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::RemoteId;
use crate::value::Value;

/// One object of the tenant, without its secrets and without what is not a field of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveObject {
    /// The kind's segment, such as `client`.
    pub kind: String,
    /// The name of its schema in the catalog.
    pub spec_name: String,
    /// The API's id.
    pub id: RemoteId,
    /// The id of the object it lives in.
    pub parent: Option<RemoteId>,
    /// The fields that the API showed, in the form in which they are written. Members of objects that the
    /// catalog does not know are kept: they are sent along when the object is.
    pub fields: BTreeMap<String, Value>,
    /// What the API shows beside the fields, for people and for echoes: `updated_at`, `application_type`,
    /// an application's views of its default client. Never a secret.
    pub observed: BTreeMap<String, Value>,
    /// For a parent: the id of the child that it brought when it was made.
    pub default_child: Option<RemoteId>,
}

/// The objects that were read, and how far the reading went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveState {
    /// By kind segment and id.
    pub objects: BTreeMap<(String, RemoteId), LiveObject>,
    /// The parents whose children were read.
    pub opened: BTreeSet<RemoteId>,
}

impl LiveState {
    /// Adds or replaces an object.
    pub fn insert(&mut self, object: LiveObject) {
        self.objects.insert((object.kind.clone(), object.id.clone()), object);
    }

    /// The object of a kind with an id.
    #[must_use]
    pub fn object(&self, kind: &str, id: &RemoteId) -> Option<&LiveObject> {
        self.objects.get(&(kind.to_owned(), id.clone()))
    }

    /// All objects of a kind, in order of id.
    pub fn of_kind<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a LiveObject> {
        let kind = kind.to_owned();
        self.objects
            .range((kind.clone(), RemoteId::new(""))..)
            .take_while(move |((of, _), _)| *of == kind)
            .map(|(_, object)| object)
    }

    /// The children of an object, in order of kind and id.
    pub fn children<'a>(&'a self, parent: &'a RemoteId) -> impl Iterator<Item = &'a LiveObject> {
        self.objects.values().filter(move |o| o.parent.as_ref() == Some(parent))
    }
}
