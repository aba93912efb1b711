//! Why no plan can be made: what a person must decide first.

use std::fmt;

use crate::address::{Address, RemoteId};

/// Why no plan can be made: something a person must decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The resource in question.
    pub address: Address,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// The sorts of [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// `metadata.id` names an object that the tenant does not have, or not in this parent.
    PinnedMissing {
        /// The id.
        id: RemoteId,
    },
    /// The pin leads away from a live object that the address is bound to, which would be forgotten.
    Rebound {
        /// What it is bound to.
        bound: RemoteId,
        /// What it is pinned to.
        pinned: RemoteId,
    },
    /// The live object is of a sort that the catalog does not know, so nothing of it can be compared or written.
    UnknownSort {
        /// The object.
        id: RemoteId,
    },
    /// Several live objects have the display name.
    Ambiguous {
        /// The name.
        name: String,
        /// Their ids.
        ids: Vec<RemoteId>,
    },
    /// Two resources stand for one live object.
    Claimed {
        /// The object.
        id: RemoteId,
        /// The other resource.
        by: Address,
    },
    /// The live object is of another variant than the manifest, which does not say so outright.
    OtherVariant {
        /// The field that tells variants apart.
        field: String,
        /// What live state says.
        live: String,
        /// What the manifest means by not stating it.
        implied: String,
    },
    /// The parent is neither live nor among what is planned.
    NoParent {
        /// The parent.
        parent: Address,
    },
    /// A value that must be unique is held by an object that this plan does not change.
    Held {
        /// What people call the value.
        name: String,
        /// The value, as text.
        value: String,
        /// The holder's kind, id and display name.
        holder: (String, RemoteId, String),
    },
    /// A reference leads to a resource that is neither live nor made by the plan.
    NoTarget {
        /// The field.
        field: String,
        /// Where it leads.
        target: Address,
    },
    /// It is to be deleted, and an object that the plan leaves as it is refers to it.
    Referenced {
        /// The top-level field that refers to it.
        field: String,
        /// The kind, id and display name of who refers to it.
        by: (String, RemoteId, String),
    },
    /// The steps need each other and cannot be put in an order.
    Unordered {
        /// The addresses of the ring.
        ring: Vec<Address>,
    },
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PinnedMissing { id } => write!(f, "`metadata.id` is {id}, and the tenant has no such object here"),
            Self::Rebound { bound, pinned } => {
                write!(f, "`metadata.id` is {pinned}, but it is bound to {bound}, which is live and would be forgotten")
            }
            Self::UnknownSort { id } => write!(f, "the live object {id} is of a sort that tilewright does not know"),
            Self::Ambiguous { name, ids } => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                write!(f, "{} live objects are called \"{name}\": {}", ids.len(), ids.join(", "))
            }
            Self::Claimed { id, by } => write!(f, "the live object {id} is already {by}"),
            Self::OtherVariant { field, live, implied } => {
                write!(
                    f,
                    "its live object has {field} `{live}`, but the manifest does not state it, which means `{implied}`"
                )
            }
            Self::NoParent { parent } => write!(f, "its parent {parent} is not live and not part of this plan"),
            Self::Held { name, value, holder: (kind, id, display) } => {
                write!(
                    f,
                    "the {name} {value} belongs to {kind} \"{display}\" ({id}), which does not let go of it in this plan"
                )
            }
            Self::NoTarget { field, target } => {
                write!(f, "`{field}` refers to {target}, which is not live and not part of this plan")
            }
            Self::Referenced { field, by: (kind, id, display) } => {
                write!(f, "`{field}` of {kind} \"{display}\" ({id}) refers to it, and stays as it is in this plan")
            }
            Self::Unordered { ring } => {
                let ring: Vec<_> = ring.iter().map(ToString::to_string).collect();
                write!(f, "its steps cannot be put in an order; they need each other: {}", ring.join(", "))
            }
        }
    }
}

impl ProblemKind {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::PinnedMissing { .. } => {
                "correct the id, or remove `metadata.id` to have the resource found by its name or made"
            }
            Self::Rebound { .. } => {
                "describe the object it is bound to under another key with its id in `metadata.id`, or correct the pin"
            }
            Self::UnknownSort { .. } => {
                "leave it to the tenant's portal, and take it out of the manifests and the bindings"
            }
            Self::Ambiguous { .. } => "say which one is meant with `metadata.id`, or rename the others in the tenant",
            Self::Claimed { .. } => "remove one of the two resources, or pin each with `metadata.id`",
            Self::OtherVariant { .. } => {
                "state the field: with the live value to keep the object, with another one to replace it"
            }
            Self::NoParent { .. } => "include the parent in what is selected",
            Self::Held { .. } => "choose another value, or manage the holder and let it go there",
            Self::NoTarget { .. } => "include the target in what is selected",
            Self::Referenced { .. } => "let that field refer to something else, in a manifest or in the tenant",
            Self::Unordered { .. } => "apply a part of it first, with `--select`",
        }
    }
}
