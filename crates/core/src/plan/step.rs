//! Steps: write requests with everything decided but the ids that only earlier steps will bring.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, RemoteId};
use crate::backend::Target;
use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::plan::node::{Act, Context, Node};
use crate::plan::object_fingerprints;
use crate::plan::order::Place;
use crate::value::Value;

/// Why a step is there, where that is not plain from its change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Purpose {
    /// It brings the change about, or most of it.
    Change,
    /// These fields take effect only after the object was made.
    AfterCreation,
    /// The field refers to, or takes over from, something that must be written first.
    RingOpened {
        /// The field.
        field: String,
    },
    /// The field gets a value in between, since two objects swap.
    Spare {
        /// The field.
        field: String,
    },
    /// The field gets its value after one in between.
    FinalValue {
        /// The field.
        field: String,
    },
}

impl Purpose {
    pub(super) fn spare(field: &str) -> Self {
        Self::Spare { field: field.to_owned() }
    }

    pub(super) fn final_value(field: &str) -> Self {
        Self::FinalValue { field: field.to_owned() }
    }

    pub(super) fn ring_opened(field: &str) -> Self {
        Self::RingOpened { field: field.to_owned() }
    }
}

/// Where a new object is to live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParentRef {
    /// In a live object.
    Id(RemoteId),
    /// In what another step of the plan makes.
    Made(Address),
}

/// The write request of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Operation {
    /// Makes the object.
    Create {
        /// The name of its schema.
        spec_name: String,
        /// Where it is to live; `None` for a root.
        parent: Option<ParentRef>,
        /// Its fields.
        fields: BTreeMap<String, Value>,
        /// The child that is made together with it: address, schema name, fields.
        brings: Option<(Address, String, BTreeMap<String, Value>)>,
    },
    /// Sends fields, whole where they are objects.
    Update {
        /// The name of its schema.
        spec_name: String,
        /// The live object; `None` where an earlier step makes it.
        target: Option<RemoteId>,
        /// The fields.
        fields: BTreeMap<String, Value>,
    },
    /// Deletes the object and what lives in it.
    Delete {
        /// The name of its schema.
        spec_name: String,
        /// The live object.
        target: RemoteId,
        /// The live object it lives in.
        parent: Option<RemoteId>,
    },
}

/// One write request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// From 1, in the plan's order.
    pub id: usize,
    /// What it writes to.
    pub address: Address,
    /// What it sends.
    pub operation: Operation,
    /// Why it is there.
    pub purpose: Purpose,
    /// The steps that must be done before.
    pub after: BTreeSet<usize>,
    /// The steps that must have ended before, well or not: an update sends along what its object and its default client have
    /// at that moment.
    pub apart: BTreeSet<usize>,
    /// The fingerprint of each field that the live object showed when this was planned; empty for objects to be made.
    pub expects: BTreeMap<String, Fingerprint>,
}

impl Step {
    /// The verb, for people.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self.operation {
            Operation::Create { .. } => "create",
            Operation::Update { .. } => "update",
            Operation::Delete { .. } => "delete",
        }
    }

    /// What it is about, where that is live already.
    #[must_use]
    pub fn target(&self, parent: Option<&RemoteId>) -> Option<Target> {
        let (spec_name, id, parent) = match &self.operation {
            Operation::Create { .. } => return None,
            Operation::Update { spec_name, target, .. } => (spec_name, target.as_ref()?, parent.cloned()),
            Operation::Delete { spec_name, target, parent: own } => (spec_name, target, own.clone()),
        };
        Some(Target { kind: self.address.kind().to_owned(), spec_name: spec_name.clone(), id: id.clone(), parent })
    }
}

/// Numbers the nodes in their order and turns them into steps.
pub(super) fn steps(context: &Context<'_>, nodes: Vec<Node>, sorted: &[Place], key: &FingerprintKey) -> Vec<Step> {
    let number: BTreeMap<usize, usize> = sorted.iter().enumerate().map(|(n, place)| (place.node, n + 1)).collect();
    let made: BTreeSet<Address> = nodes
        .iter()
        .filter(|n| n.act == Act::Create)
        .flat_map(|n| std::iter::once(&n.address).chain(&n.brings))
        .cloned()
        .collect();
    let mut by_index: BTreeMap<usize, Node> = nodes.into_iter().enumerate().collect();
    sorted
        .iter()
        .filter_map(|place| {
            let node = by_index.remove(&place.node)?;
            let numbers = |nodes: &BTreeSet<usize>| nodes.iter().filter_map(|n| number.get(n).copied()).collect();
            let (after, apart) = (numbers(&place.after), numbers(&place.apart));
            let (address, purpose) = (node.address.clone(), node.purpose.clone());
            let operation = operation(context, node, &made)?;
            // What a replacement makes has nothing to do with the object that was there before.
            let live = context.live_of(&address).filter(|_| operation.is_on_live());
            let expects = live.map(|o| object_fingerprints(context.catalog, o, key)).unwrap_or_default();
            Some(Step { id: number[&place.node], address, operation, purpose, after, apart, expects })
        })
        .collect()
}

impl Operation {
    fn is_on_live(&self) -> bool {
        match self {
            Self::Create { .. } | Self::Update { target: None, .. } => false,
            Self::Update { target: Some(_), .. } | Self::Delete { .. } => true,
        }
    }
}

fn operation(context: &Context<'_>, mut node: Node, made: &BTreeSet<Address>) -> Option<Operation> {
    let live = context.live_of(&node.address);
    // What left the manifests has only its live object.
    let stated = context.resource(&node.address).map(|r| r.spec_name.clone());
    let spec_name = stated.or_else(|| live.map(|o| o.spec_name.clone()))?;
    let fields = node.writes.remove(&node.address).unwrap_or_default();
    Some(match node.act {
        Act::Create => {
            let brings = node.brings.and_then(|child| {
                let spec = context.resource(&child)?.spec_name.clone();
                let fields = node.writes.remove(&child).unwrap_or_default();
                Some((child, spec, fields))
            });
            // A parent that is made anew has a live object too, which is not the one that is meant.
            let parent = context.parent(&node.address).map(|p| match context.identities.id(&p) {
                Some(id) if !made.contains(&p) => ParentRef::Id(id.clone()),
                Some(_) | None => ParentRef::Made(p),
            });
            Operation::Create { spec_name, parent, fields, brings }
        }
        Act::Update => {
            // An update after a creation or a replacement is on what that step makes.
            let lasting = live.filter(|_| !node.on_new);
            Operation::Update { spec_name, target: lasting.map(|o| o.id.clone()), fields }
        }
        Act::Delete { id } => {
            let parent = live.and_then(|o| o.parent.clone());
            let spec_name = live.map_or(spec_name, |o| o.spec_name.clone());
            Operation::Delete { spec_name, target: id, parent }
        }
    })
}
