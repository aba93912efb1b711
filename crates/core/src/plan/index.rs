//! Who does what to which object, for looking it up while edges are drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::catalog::{FieldSpec, KindSpec, Shape, Unique};
use crate::diff::canonical;
use crate::live::LiveObject;
use crate::path::FieldPath;
use crate::plan::node::{Act, Context, Node};
use crate::value::Value;

/// The nodes by what they do, and the live objects by the unique values that they hold.
pub(super) struct Index<'a> {
    makers: BTreeMap<&'a Address, usize>,
    updates: BTreeMap<&'a Address, Vec<usize>>,
    deletes: BTreeMap<(&'a str, &'a RemoteId), usize>,
    /// By kind, path and canonical value.
    holders: BTreeMap<(&'a str, FieldPath, Value), Vec<&'a LiveObject>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(context: &Context<'a>, nodes: &'a [Node]) -> Self {
        let mut index = Self {
            makers: BTreeMap::new(),
            updates: BTreeMap::new(),
            deletes: BTreeMap::new(),
            holders: BTreeMap::new(),
        };
        for (at, node) in nodes.iter().enumerate() {
            match &node.act {
                Act::Create => {
                    index.makers.extend(std::iter::once(&node.address).chain(&node.brings).map(|a| (a, at)));
                }
                Act::Update => index.updates.entry(&node.address).or_default().push(at),
                Act::Delete { id } => {
                    index.deletes.insert((node.address.kind(), id), at);
                }
            }
        }
        for object in context.live.objects.values() {
            let Some(spec) = context.catalog.spec(&object.spec_name) else { continue };
            for (path, field, unique) in object.fields.keys().flat_map(|name| unique_paths(spec, name)) {
                if let Some(value) = held(object, &path).filter(|v| takes_place(unique, v)) {
                    let key = (object.kind.as_str(), path, canonical(field, value));
                    index.holders.entry(key).or_default().push(object);
                }
            }
        }
        index
    }

    /// The node that makes a resource.
    pub(super) fn maker(&self, address: &Address) -> Option<usize> {
        self.makers.get(address).copied()
    }

    /// The nodes that send fields of a resource, in the order in which they were made.
    pub(super) fn updates(&self, address: &Address) -> &[usize] {
        self.updates.get(address).map_or(&[], Vec::as_slice)
    }

    /// The node by which a live object ceases to exist: its own delete, or that of what it lives in.
    pub(super) fn deleter(&self, context: &Context<'_>, object: &LiveObject) -> Option<usize> {
        let own = self.deletes.get(&(object.kind.as_str(), &object.id));
        let parent_kind = context.catalog.kind(&object.kind).and_then(|k| k.parent.as_ref());
        let parent = || self.deletes.get(&(parent_kind?.segment.as_str(), object.parent.as_ref()?));
        own.or_else(parent).copied()
    }

    pub(super) fn has_deletes(&self) -> bool {
        !self.deletes.is_empty()
    }

    /// The live objects that hold a unique value.
    pub(super) fn holders(&self, kind: &'a str, path: &FieldPath, value: &Value) -> &[&'a LiveObject] {
        self.holders.get(&(kind, path.clone(), value.clone())).map_or(&[], Vec::as_slice)
    }
}

/// The kinds and ids that a value refers to where it has them as text: those of live objects, and those that a manifest
/// states outright.
pub(super) fn referred<'v>(spec: &'v FieldSpec, value: &'v Value) -> BTreeSet<(&'v str, &'v str)> {
    let mut found = BTreeSet::new();
    collect_referred(spec, value, &mut found);
    found
}

fn collect_referred<'v>(spec: &'v FieldSpec, value: &'v Value, found: &mut BTreeSet<(&'v str, &'v str)>) {
    match (&spec.shape, value) {
        (_, Value::String(id)) => {
            found.extend(spec.refers_to.as_deref().filter(|_| !id.is_empty()).map(|kind| (kind, id.as_str())));
        }
        (Shape::List { item, .. }, Value::List(items)) => {
            items.iter().for_each(|v| collect_referred(item, v, found));
        }
        (Shape::Object { members }, Value::Object(values)) => {
            for (name, value) in values {
                members.get(name).into_iter().for_each(|m| collect_referred(m, value, found));
            }
        }
        (_, Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) | Value::Ref(_)) => {}
    }
}

/// The unique fields inside a top-level field, itself included.
pub(crate) fn unique_paths<'a>(spec: &'a KindSpec, name: &str) -> Vec<(FieldPath, &'a FieldSpec, &'a Unique)> {
    fn collect<'a>(path: FieldPath, field: &'a FieldSpec, found: &mut Vec<(FieldPath, &'a FieldSpec, &'a Unique)>) {
        if let Some(members) = field.members() {
            members.iter().for_each(|(name, member)| collect(path.member(name), member, found));
        }
        found.extend(field.unique.as_ref().map(|unique| (path, field, unique)));
    }
    let mut found = Vec::new();
    if let Some(field) = spec.fields.get(name) {
        collect(FieldPath::field(name), field, &mut found);
    }
    found
}

/// The value at a path whose first segment is the field that `value` is of.
pub(crate) fn value_at<'a>(value: &'a Value, path: &FieldPath) -> Option<&'a Value> {
    path.segments().iter().skip(1).try_fold(value, |value, segment| match segment {
        crate::Segment::Member(name) => value.as_object()?.get(name),
        crate::Segment::Item(_) => None,
    })
}

/// The value that an object shows at a path.
pub(super) fn held<'a>(object: &'a LiveObject, path: &FieldPath) -> Option<&'a Value> {
    value_at(object.fields.get(path.top()?)?, path)
}

/// Whether a value takes up a place: a role only where it is played, a text only where it says something.
pub(crate) fn takes_place(unique: &Unique, value: &Value) -> bool {
    match value {
        Value::Bool(played) => *played,
        Value::String(text) => !unique.role && !text.is_empty(),
        Value::Null | Value::Number(_) | Value::List(_) | Value::Object(_) | Value::Ref(_) => false,
    }
}
