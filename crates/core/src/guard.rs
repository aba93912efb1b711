//! Guards: reasons to refuse a plan before its first write.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::diff::{Action, Change, Note};
use crate::live::LiveState;
use crate::plan::{Operation, Plan};

/// What is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// How many objects may cease to exist without being asked for by number.
    pub max_deletes: usize,
    /// How many of what is bound, in percent.
    pub max_delete_percent: usize,
    /// `--allow-deletes=N`: exactly this number is meant.
    pub allow_deletes: Option<usize>,
    /// The objects that the token's holder is, by kind segment and id.
    pub holder: Vec<(String, RemoteId)>,
}

/// A reason to refuse a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "guard")]
pub enum Violation {
    /// More objects would cease to exist than is allowed.
    TooManyDeletes {
        /// How many would.
        deletes: usize,
        /// How many may.
        max_deletes: usize,
        /// How many objects are bound, at least one.
        bound: usize,
        /// How many percent may.
        max_delete_percent: usize,
    },
    /// `--allow-deletes` names another number than the plan has.
    OtherNumber {
        /// How many would cease to exist.
        deletes: usize,
        /// The number that was named.
        allowed: usize,
    },
    /// A protected resource would be deleted or replaced.
    Protected {
        /// The resource.
        address: Address,
    },
    /// The client or the application whose token tilewright uses would be deleted or replaced.
    SelfLockout {
        /// The resource.
        address: Address,
    },
    /// The default client of an application would be deleted although the application stays.
    DefaultChild {
        /// The client.
        address: Address,
    },
    /// The last client of an application would be deleted although the application stays.
    LastChild {
        /// The client.
        address: Address,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyDeletes { deletes, max_deletes, bound, max_delete_percent } => write!(
                f,
                "{deletes} of {bound} bound objects would cease to exist; allowed are {max_deletes}, and {max_delete_percent} % of what is bound"
            ),
            Self::OtherNumber { deletes, allowed } => {
                write!(f, "{deletes} objects would cease to exist, and --allow-deletes says {allowed}")
            }
            Self::Protected { address } => write!(f, "{address} is protected, and would be deleted or replaced"),
            Self::SelfLockout { address } => {
                write!(f, "{address} is what tilewright itself logs in with, and would be deleted or replaced")
            }
            Self::DefaultChild { address } => {
                write!(f, "{address} is the default client of its application, which stays")
            }
            Self::LastChild { address } => write!(f, "{address} is the last client of its application, which stays"),
        }
    }
}

impl Violation {
    /// What lifts the guard, or why nothing does.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::TooManyDeletes { deletes, .. } | Self::OtherNumber { deletes, .. } => {
                format!("if that is what you want, say so for this plan with --allow-deletes={deletes}")
            }
            Self::Protected { .. } => {
                "no flag lifts this: apply once with `protect: false` in its manifest, then delete it".to_owned()
            }
            Self::SelfLockout { .. } => "no flag lifts this: use the credentials of another client".to_owned(),
            Self::DefaultChild { .. } => {
                "no flag lifts this: the API does not say who becomes the default then; delete the application instead"
                    .to_owned()
            }
            Self::LastChild { .. } => {
                "no flag lifts this: an application cannot be used without a client; delete the application instead"
                    .to_owned()
            }
        }
    }
}

/// How many objects cease to exist: an application counts itself and its clients, a replacement one.
#[must_use]
pub fn deletes(plan: &Plan) -> usize {
    let deleted: Vec<&Change> = plan.changes.iter().filter(|c| c.action == Action::Delete).collect();
    let inside = |change: &Change| {
        deleted.iter().any(|d| {
            change.address != d.address && change.address.parent(d.address.kind()).as_ref() == Some(&d.address)
        })
    };
    let replaced = plan.count(Action::Replace);
    replaced + deleted.iter().filter(|c| !inside(c)).map(|c| 1 + cascade(c)).sum::<usize>()
}

fn cascade(change: &Change) -> usize {
    change
        .notes
        .iter()
        .map(|note| match note {
            Note::Cascade { objects } => objects.len(),
            Note::WholeObject { .. }
            | Note::NotVerifiable { .. }
            | Note::WriteOnly { .. }
            | Note::Normalised { .. }
            | Note::Brings { .. }
            | Note::NewCredentials
            | Note::OtherDefault { .. }
            | Note::SharedValue { .. }
            | Note::ProbableRename { .. } => 0,
        })
        .sum()
}

/// Everything that speaks against applying the plan.
#[must_use]
pub fn guard(plan: &Plan, live: &LiveState, bindings: &Bindings, policy: &Policy) -> Vec<Violation> {
    let mut violations = Vec::new();
    let deletes = deletes(plan);
    let bound = bindings.resources.len().max(1);
    match policy.allow_deletes {
        Some(allowed) if allowed == deletes => {}
        Some(allowed) => violations.push(Violation::OtherNumber { deletes, allowed }),
        None => {
            let over_percent = deletes * 100 > bound * policy.max_delete_percent;
            if deletes > 0 && (deletes > policy.max_deletes || over_percent) {
                let (max_deletes, max_delete_percent) = (policy.max_deletes, policy.max_delete_percent);
                violations.push(Violation::TooManyDeletes { deletes, max_deletes, bound, max_delete_percent });
            }
        }
    }
    let going = plan.changes.iter().filter(|c| matches!(c.action, Action::Delete | Action::Replace));
    for change in going {
        losses(plan, change, live, bindings, policy, &mut violations);
    }
    violations
}

fn losses(
    plan: &Plan,
    change: &Change,
    live: &LiveState,
    bindings: &Bindings,
    policy: &Policy,
    violations: &mut Vec<Violation>,
) {
    let address = &change.address;
    let Some(id) = &change.id else { return };
    let own = (address.kind().to_owned(), id.clone());
    let children: Vec<(String, RemoteId)> = live.children(id).map(|o| (o.kind.clone(), o.id.clone())).collect();
    let dying = || std::iter::once(&own).chain(&children);
    let protected = dying().any(|(kind, id)| {
        bindings.address_of(kind, id).and_then(|a| bindings.resources.get(a)).is_some_and(|b| b.protect)
    });
    if change.protected || protected {
        violations.push(Violation::Protected { address: address.clone() });
    }
    if dying().any(|object| policy.holder.contains(object)) {
        violations.push(Violation::SelfLockout { address: address.clone() });
    }
    let Some(object) = live.object(address.kind(), id) else { return };
    let parent_goes = |parent: &RemoteId| {
        plan.steps.iter().any(|s| matches!(&s.operation, Operation::Delete { target, .. } if target == parent))
    };
    if let Some(parent) = object.parent.as_ref().filter(|p| !parent_goes(p)) {
        let is_default = live.objects.values().any(|o| o.id == *parent && o.default_child.as_ref() == Some(id));
        if is_default {
            violations.push(Violation::DefaultChild { address: address.clone() });
        }
        let going = |o: &&crate::LiveObject| {
            plan.changes
                .iter()
                .any(|c| c.id.as_ref() == Some(&o.id) && matches!(c.action, Action::Delete | Action::Replace))
        };
        if !is_default && live.children(parent).all(|o| going(&o)) {
            violations.push(Violation::LastChild { address: address.clone() });
        }
    }
}
