//! The writes before they are ordered: one node for each write request.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::catalog::{Catalog, KindSpec};
use crate::desired::{DesiredState, Resource};
use crate::diff::{Action, Change, Identities, Note, whole};
use crate::live::{LiveObject, LiveState};
use crate::plan::step::Purpose;
use crate::value::Value;

/// What planning looks at.
pub(super) struct Context<'a> {
    pub(super) desired: &'a DesiredState,
    pub(super) live: &'a LiveState,
    pub(super) catalog: &'a Catalog,
    pub(super) identities: &'a Identities,
}

impl<'a> Context<'a> {
    pub(super) fn resource(&self, address: &Address) -> Option<&'a Resource> {
        self.desired.resources.get(address)
    }

    pub(super) fn spec(&self, resource: &Resource) -> Option<&'a KindSpec> {
        self.catalog.spec(&resource.spec_name)
    }

    pub(super) fn spec_of(&self, address: &Address) -> Option<&'a KindSpec> {
        self.spec(self.resource(address)?)
    }

    pub(super) fn live_of(&self, address: &Address) -> Option<&'a LiveObject> {
        self.live.object(address.kind(), self.identities.id(address)?)
    }

    pub(super) fn parent(&self, address: &Address) -> Option<Address> {
        address.parent(&self.catalog.kind(address.kind())?.parent.as_ref()?.segment)
    }

    /// Whether making a parent of this child's kind brings a child along.
    pub(super) fn is_brought(&self, child: &Address) -> bool {
        let parent = self.catalog.kind(child.kind()).and_then(|k| k.parent.as_ref());
        parent.is_some_and(|p| p.brings_default)
    }
}

/// What a node does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Makes the object, and the brought child if `Node::brings` names one.
    Create,
    /// Sends fields of the object.
    Update,
    /// Deletes the object and what lives in it.
    Delete { id: RemoteId },
}

/// One write request.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) address: Address,
    pub(super) act: Act,
    /// The fields by the address that they belong to: the node's own, and those of the child it brings.
    pub(super) writes: BTreeMap<Address, BTreeMap<String, Value>>,
    pub(super) brings: Option<Address>,
    pub(super) purpose: Purpose,
    /// It writes to an object that the plan itself makes.
    pub(super) on_new: bool,
}

impl Node {
    pub(super) fn fields(&self, address: &Address) -> Option<&BTreeMap<String, Value>> {
        self.writes.get(address)
    }

    pub(super) fn own(&self) -> impl Iterator<Item = (&Address, &String, &Value)> {
        self.writes.iter().flat_map(|(address, fields)| fields.iter().map(move |(name, value)| (address, name, value)))
    }
}

/// The nodes of all changes, in order of address. Adds to each change what its steps bring along.
pub(super) fn nodes(context: &Context<'_>, changes: &mut BTreeMap<Address, Change>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let brought = brought_children(context, changes);
    let comes_along: BTreeSet<&Address> = brought.values().flatten().collect();
    for change in changes.values_mut() {
        let Some(resource) = context.resource(&change.address) else {
            // What left the manifests can only be deleted.
            if change.action == Action::Delete {
                nodes.extend(deletion(context, change));
            }
            continue;
        };
        let creation = |change: &mut Change| -> Vec<Node> {
            let child = brought.get(&change.address);
            change.notes.extend(child.map(|address| Note::Brings { address: address.clone() }));
            if comes_along.contains(&change.address) {
                Vec::new()
            } else {
                creation(context, resource, child.and_then(Option::as_ref))
            }
        };
        match change.action {
            Action::Create => nodes.extend(creation(change)),
            Action::Update => nodes.push(update(context, change, resource)),
            Action::Replace => {
                nodes.extend(deletion(context, change));
                nodes.extend(creation(change));
            }
            Action::Delete => nodes.extend(deletion(context, change)),
            Action::Adopt | Action::Keep => {}
        }
    }
    drop_deletes_inside_deletes(context, &mut nodes);
    nodes
}

/// Whether a resource is made by the plan.
fn is_made(change: &Change) -> bool {
    match change.action {
        Action::Create | Action::Replace => true,
        Action::Adopt | Action::Update | Action::Delete | Action::Keep => false,
    }
}

/// For each parent that is made and whose kind brings a child: the child that the manifests describe, if they do.
fn brought_children(context: &Context<'_>, changes: &BTreeMap<Address, Change>) -> BTreeMap<Address, Option<Address>> {
    changes
        .values()
        .filter(|c| is_made(c))
        .filter(|c| {
            let kinds = context.catalog.kinds.iter().filter_map(|k| k.parent.as_ref());
            kinds.into_iter().any(|p| p.segment == c.address.kind() && p.brings_default)
        })
        .map(|c| {
            let child = context.desired.default_child(&c.address).map(|r| r.address.clone());
            (c.address.clone(), child.filter(|a| context.is_brought(a) && changes.get(a).is_some_and(is_made)))
        })
        .collect()
}

fn update(context: &Context<'_>, change: &Change, resource: &Resource) -> Node {
    let live = context.live_of(&change.address);
    let mut fields = BTreeMap::new();
    for name in change.fields.iter().filter_map(|f| f.path.top()) {
        if let Some(stated) = resource.fields.get(name) {
            let spec = context.spec(resource).and_then(|s| s.fields.get(name));
            let shown = live.and_then(|o| o.fields.get(name));
            let value = spec.map_or_else(|| stated.clone(), |s| whole(s, stated, shown));
            fields.insert(name.to_owned(), value);
        }
    }
    Node {
        address: change.address.clone(),
        act: Act::Update,
        writes: BTreeMap::from([(change.address.clone(), fields)]),
        brings: None,
        purpose: Purpose::Change,
        on_new: false,
    }
}

/// The creation, and a second step for fields that take effect only afterwards, for the object and the child it brings.
fn creation(context: &Context<'_>, resource: &Resource, child: Option<&Address>) -> Vec<Node> {
    let mut node = Node {
        address: resource.address.clone(),
        act: Act::Create,
        writes: BTreeMap::new(),
        brings: child.cloned(),
        purpose: Purpose::Change,
        on_new: true,
    };
    let mut later = Vec::new();
    for made in std::iter::once(resource).chain(child.and_then(|a| context.resource(a))) {
        let spec = context.spec(made);
        let field = |name: &str| spec.and_then(|s| s.fields.get(name));
        let is_late = |name: &str| field(name).is_some_and(|f| f.after_creation && !f.required);
        let sent = |late: bool| -> BTreeMap<String, Value> {
            made.fields
                .iter()
                .filter(|(name, _)| is_late(name) == late)
                .map(|(name, value)| {
                    (name.clone(), field(name).map_or_else(|| value.clone(), |f| whole(f, value, None)))
                })
                .collect()
        };
        node.writes.insert(made.address.clone(), sent(false));
        if made.fields.keys().any(|name| is_late(name)) {
            later.push(Node {
                address: made.address.clone(),
                act: Act::Update,
                writes: BTreeMap::from([(made.address.clone(), sent(true))]),
                brings: None,
                purpose: Purpose::AfterCreation,
                on_new: true,
            });
        }
    }
    std::iter::once(node).chain(later).collect()
}

fn deletion(context: &Context<'_>, change: &Change) -> Option<Node> {
    let id = context.identities.id(&change.address)?.clone();
    Some(Node {
        address: change.address.clone(),
        act: Act::Delete { id },
        writes: BTreeMap::new(),
        brings: None,
        purpose: Purpose::Change,
        on_new: false,
    })
}

/// A child dies with its parent, without a request of its own.
fn drop_deletes_inside_deletes(context: &Context<'_>, nodes: &mut Vec<Node>) {
    let deleted: BTreeSet<Address> =
        nodes.iter().filter(|n| matches!(n.act, Act::Delete { .. })).map(|n| n.address.clone()).collect();
    nodes.retain(|n| {
        let inside = context.parent(&n.address).is_some_and(|p| deleted.contains(&p));
        !(inside && matches!(n.act, Act::Delete { .. }))
    });
}
