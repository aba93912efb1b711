//! Guards: reasons to refuse a plan before its first write.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::diff::{Action, Change};
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
    /// No manifest was found at all.
    pub nothing_loaded: bool,
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
    /// No manifest was found, and everything that is bound would be deleted.
    NothingLoaded {
        /// How many objects would cease to exist.
        deletes: usize,
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
            Self::TooManyDeletes { deletes, max_deletes, bound, max_delete_percent } => {
                write!(f, "{deletes} of {bound} bound objects would cease to exist: more than ")?;
                if deletes > max_deletes {
                    write!(f, "the {max_deletes} that `max_deletes` allows")
                } else {
                    write!(f, "the {max_delete_percent} % that `max_delete_percent` allows")
                }
            }
            Self::NothingLoaded { deletes } => {
                write!(f, "no manifest was found, and {deletes} objects would be deleted for that")
            }
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
            Self::NothingLoaded { .. } => {
                "no flag lifts this: check the paths; to delete everything on purpose, keep manifests with `state: absent`".to_owned()
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
    let going: BTreeMap<&Address, &Change> =
        plan.changes.iter().filter(|c| ceases(c)).map(|c| (&c.address, c)).collect();
    let kinds: BTreeSet<&str> = going.keys().map(|a| a.kind()).collect();
    // What dies with its parent is counted there.
    let inside = |address: &Address| {
        kinds
            .iter()
            .filter_map(|kind| address.parent(kind))
            .any(|parent| parent != *address && going.contains_key(&parent))
    };
    going.iter().filter(|(address, _)| !inside(address)).map(|(_, change)| 1 + cascade(change)).sum()
}

fn ceases(change: &Change) -> bool {
    match change.action {
        Action::Delete | Action::Replace => true,
        Action::Create | Action::Adopt | Action::Update | Action::Keep => false,
    }
}

fn cascade(change: &Change) -> usize {
    change.notes.iter().map(|note| note.dying().len()).sum()
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
    if policy.nothing_loaded && deletes > 0 {
        violations.push(Violation::NothingLoaded { deletes });
    }
    let losses = Losses::new(plan, live, bindings, policy);
    plan.changes.iter().filter(|c| ceases(c)).for_each(|change| losses.of(change, &mut violations));
    violations
}

/// What a plan takes away, and from whom.
struct Losses<'a> {
    live: &'a LiveState,
    policy: &'a Policy,
    /// The ids of what is deleted by a step, and of what is deleted or replaced at all.
    deleted: BTreeSet<&'a RemoteId>,
    going: BTreeSet<(&'a str, &'a RemoteId)>,
    protected: BTreeSet<(&'a str, &'a RemoteId)>,
}

impl<'a> Losses<'a> {
    fn new(plan: &'a Plan, live: &'a LiveState, bindings: &'a Bindings, policy: &'a Policy) -> Self {
        let deleted = plan.steps.iter().filter_map(|s| match &s.operation {
            Operation::Delete { target, .. } => Some(target),
            Operation::Create { .. } | Operation::Update { .. } => None,
        });
        let going = plan.changes.iter().filter(|c| ceases(c));
        let bound = bindings.resources.iter().filter(|(_, b)| b.protect);
        Self {
            live,
            policy,
            deleted: deleted.collect(),
            going: going.filter_map(|c| Some((c.address.kind(), c.id.as_ref()?))).collect(),
            protected: bound.map(|(address, b)| (address.kind(), &b.id)).collect(),
        }
    }

    fn of(&self, change: &Change, violations: &mut Vec<Violation>) {
        let address = &change.address;
        let Some(id) = &change.id else { return };
        let dying = || {
            let children = self.live.children(id).map(|o| (o.kind.as_str(), &o.id));
            std::iter::once((address.kind(), id)).chain(children)
        };
        if change.protected || dying().any(|object| self.protected.contains(&object)) {
            violations.push(Violation::Protected { address: address.clone() });
        }
        if dying().any(|(kind, id)| self.policy.holder.iter().any(|(k, i)| (k.as_str(), i) == (kind, id))) {
            violations.push(Violation::SelfLockout { address: address.clone() });
        }
        let Some(object) = self.live.object(address.kind(), id) else { return };
        let Some(parent) = object.parent.as_ref().filter(|p| !self.deleted.contains(p)) else { return };
        if self.live.objects.values().any(|o| o.id == *parent && o.default_child.as_ref() == Some(id)) {
            violations.push(Violation::DefaultChild { address: address.clone() });
        } else if self.live.children(parent).all(|o| self.going.contains(&(o.kind.as_str(), &o.id))) {
            violations.push(Violation::LastChild { address: address.clone() });
        }
    }
}
