//! Compares desired state with live state: one change for each address, and no I/O.

mod change;
mod compare;
mod identify;
mod marks;
mod rename;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use change::{Action, Adoption, Before, Change, FieldChange, Note, Reason};
pub use compare::{canonical, loosely_equal, whole};
pub use identify::{Identities, Match, identify};
pub use marks::marks;

use schemars::JsonSchema;

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::catalog::{Catalog, Kind, KindSpec};
use crate::desired::{DesiredState, Resource};
use crate::live::{LiveObject, LiveState};
use crate::value::Value;
use compare::Comparison;

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

/// Something bound that no manifest names any more.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Orphan {
    /// The address it was bound under.
    pub address: Address,
    /// The live object.
    pub id: RemoteId,
    /// Its display name.
    pub display_name: String,
    /// Its protection outlives its manifest.
    pub protected: bool,
}

/// All that differs.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// One for each selected resource, [`Action::Keep`] included.
    pub changes: BTreeMap<Address, Change>,
    /// What left the manifests; listed, never deleted unasked.
    pub orphans: Vec<Orphan>,
    /// Which live object each resource is.
    pub identities: Identities,
    /// What a person must decide first.
    pub problems: Vec<Problem>,
}

/// What [`diff`] looks at.
pub struct DiffInput<'a> {
    /// What the manifests say.
    pub desired: &'a DesiredState,
    /// What the tenant says.
    pub live: &'a LiveState,
    /// What is bound, and what was last applied.
    pub bindings: &'a Bindings,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// The resources to plan for; all others are only looked at where these refer to them.
    pub selected: &'a BTreeSet<Address>,
    /// Count write-only fields of which nothing is remembered as different.
    pub send_unverifiable: bool,
}

/// Compares. The diff of equal states has only [`Action::Keep`].
#[must_use]
pub fn diff(input: &DiffInput<'_>) -> Diff {
    let identities = identify(input.desired, input.live, input.bindings, input.catalog);
    let mut work = Work { input, identities: &identities, ids: BTreeMap::new(), problems: identities.problems.clone() };
    work.ids = work.lasting_ids();
    let mut changes: BTreeMap<Address, Change> = input
        .desired
        .resources
        .values()
        .filter(|r| input.selected.contains(&r.address))
        .filter_map(|r| Some((r.address.clone(), work.change(r)?)))
        .collect();
    let problems = work.problems;
    let orphans: Vec<Orphan> = identify::orphans(input.desired, input.live, input.bindings, &identities)
        .map(|(address, object)| Orphan {
            address: address.clone(),
            id: object.id.clone(),
            display_name: display_name(input.catalog, object),
            protected: input.bindings.resources.get(address).is_some_and(|b| b.protect),
        })
        .collect();
    rename::note_probable_renames(input, &orphans, &mut changes);
    Diff { changes, orphans, identities, problems }
}

/// The display name that live state shows, or its id.
pub(crate) fn display_name(catalog: &Catalog, object: &LiveObject) -> String {
    catalog
        .spec(&object.spec_name)
        .and_then(|s| object.fields.get(&s.display_name))
        .and_then(Value::as_str)
        .map_or_else(|| object.id.to_string(), ToOwned::to_owned)
}

struct Work<'a> {
    input: &'a DiffInput<'a>,
    identities: &'a Identities,
    /// The ids of resources that are live and are neither replaced nor deleted.
    ids: BTreeMap<Address, RemoteId>,
    problems: Vec<Problem>,
}

impl Work<'_> {
    fn kind_and_spec(&self, resource: &Resource) -> Option<(&Kind, &KindSpec)> {
        let kind = self.input.catalog.kind(resource.address.kind())?;
        Some((kind, kind.specs.iter().find(|s| s.name == resource.spec_name)?))
    }

    fn live_of(&self, address: &Address) -> Option<&LiveObject> {
        self.input.live.object(address.kind(), self.identities.id(address)?)
    }

    fn lasting_ids(&self) -> BTreeMap<Address, RemoteId> {
        self.identities
            .matches
            .iter()
            .filter(|(address, _)| {
                self.input.desired.resources.get(*address).is_some_and(|resource| {
                    let selected = self.input.selected.contains(*address);
                    !resource.is_tombstone() && !(selected && self.fixed_difference(resource).is_some())
                })
            })
            .map(|(address, m)| (address.clone(), m.id.clone()))
            .collect()
    }

    /// The first fixed field that differs, with its live value; a value that live state does not show does not.
    fn fixed_difference(&self, resource: &Resource) -> Option<(String, Value)> {
        let (kind, spec) = self.kind_and_spec(resource)?;
        let live = self.live_of(&resource.address)?;
        spec.fields.iter().filter(|(_, f)| f.fixed).find_map(|(name, field)| {
            let implied = kind.discriminator.as_ref().filter(|(d, _)| d == name).map(|(_, v)| Value::String(v.clone()));
            let wanted = resource.fields.get(name).cloned().or(implied)?;
            let shown = live.fields.get(name).filter(|v| **v != Value::Null)?;
            (canonical(field, &wanted) != canonical(field, shown)).then(|| (name.clone(), shown.clone()))
        })
    }

    fn change(&mut self, resource: &Resource) -> Option<Change> {
        let live = self.live_of(&resource.address).cloned();
        if resource.is_tombstone() {
            return live.map(|live| self.deletion(resource, &live));
        }
        match live {
            None => Some(self.creation(resource)),
            Some(live) => match self.fixed_difference(resource) {
                Some((field, shown)) => self.replacement(resource, &live, &field, &shown),
                None => Some(self.comparison(resource, &live)),
            },
        }
    }

    fn base(&self, resource: &Resource, live: Option<&LiveObject>) -> Change {
        let address = &resource.address;
        let stated = self
            .kind_and_spec(resource)
            .and_then(|(_, s)| resource.fields.get(&s.display_name))
            .and_then(Value::as_str)
            .map(ToOwned::to_owned);
        let shown = || live.map(|o| display_name(self.input.catalog, o));
        Change {
            address: address.clone(),
            spec_name: resource.spec_name.clone(),
            display_name: stated.or_else(shown).unwrap_or_else(|| address.key().to_string()),
            action: Action::Keep,
            reason: Reason::Equal,
            id: live.map(|o| o.id.clone()),
            adoption: self.identities.matches.get(address).and_then(|m| m.adoption.clone()),
            fields: Vec::new(),
            notes: Vec::new(),
            protected: resource.metadata.protect
                || self.input.bindings.resources.get(address).is_some_and(|b| b.protect),
        }
    }

    fn creation(&mut self, resource: &Resource) -> Change {
        self.check_parent(resource);
        let mut change = self.base(resource, None);
        change.action = Action::Create;
        change.reason = match self.input.bindings.id(&resource.address) {
            Some(id) => Reason::Gone { id: id.clone() },
            None => Reason::NotInLive,
        };
        change.fields = self.all_fields(resource);
        self.note_write_only(resource, &mut change);
        change
    }

    fn check_parent(&mut self, resource: &Resource) {
        let address = &resource.address;
        let parent = self.input.catalog.kind(address.kind()).and_then(|k| k.parent.as_ref());
        let Some(parent) = parent.and_then(|p| address.parent(&p.segment)) else { return };
        if self.identities.id(&parent).is_none() && !self.input.selected.contains(&parent) {
            self.problems.push(Problem { address: address.clone(), kind: ProblemKind::NoParent { parent } });
        }
    }

    fn all_fields(&self, resource: &Resource) -> Vec<FieldChange> {
        let order = self.kind_and_spec(resource).map(|(_, s)| s.order.as_slice()).unwrap_or_default();
        let mut fields: Vec<FieldChange> = resource
            .fields
            .iter()
            .map(|(name, value)| FieldChange {
                path: crate::FieldPath::field(name),
                before: Before::Missing,
                after: Some(value.clone()),
            })
            .collect();
        sort_as_written(&mut fields, order);
        fields
    }

    fn note_write_only(&self, resource: &Resource, change: &mut Change) {
        let Some((_, spec)) = self.kind_and_spec(resource) else { return };
        let hidden = resource.fields.keys().filter(|name| spec.fields.get(*name).is_some_and(|f| f.write_only));
        change.notes.extend(hidden.map(|name| Note::WriteOnly { field: crate::FieldPath::field(name) }));
    }

    fn deletion(&self, resource: &Resource, live: &LiveObject) -> Change {
        let mut change = self.base(resource, Some(live));
        change.action = Action::Delete;
        change.reason = Reason::Tombstone;
        self.note_cascade(live, &mut change);
        change
    }

    fn note_cascade(&self, live: &LiveObject, change: &mut Change) {
        let objects: Vec<_> = self
            .input
            .live
            .children(&live.id)
            .map(|o| (o.kind.clone(), o.id.clone(), display_name(self.input.catalog, o)))
            .collect();
        if !objects.is_empty() {
            change.notes.push(Note::Cascade { objects });
        }
    }

    fn replacement(&mut self, resource: &Resource, live: &LiveObject, field: &str, shown: &Value) -> Option<Change> {
        let kind = self.input.catalog.kind(resource.address.kind())?;
        let text = |v: &Value| v.as_str().map_or_else(|| v.to_json().to_string(), ToOwned::to_owned);
        if let Some((name, implied)) = &kind.discriminator
            && name == field
            && !resource.fields.contains_key(field)
        {
            let (field, implied) = (field.to_owned(), implied.clone());
            let kind = ProblemKind::OtherVariant { field, live: text(shown), implied };
            self.problems.push(Problem { address: resource.address.clone(), kind });
            return None;
        }
        let mut change = self.base(resource, Some(live));
        change.action = Action::Replace;
        change.reason = Reason::FixedFieldDiffers { field: field.to_owned() };
        change.fields = self.all_fields(resource);
        if let Some(fixed) = change.fields.iter_mut().find(|f| f.path.top() == Some(field)) {
            fixed.before = Before::Value(shown.clone());
        }
        change.notes.push(Note::NewCredentials);
        self.note_write_only(resource, &mut change);
        self.note_cascade(live, &mut change);
        Some(change)
    }

    fn comparison(&self, resource: &Resource, live: &LiveObject) -> Change {
        let mut change = self.base(resource, Some(live));
        let mut comparison = Comparison {
            address: &resource.address,
            bindings: self.input.bindings,
            ids: &self.ids,
            send_unverifiable: self.input.send_unverifiable,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        if let Some((_, spec)) = self.kind_and_spec(resource) {
            for (name, value) in &resource.fields {
                if let Some(field) = spec.fields.get(name) {
                    comparison.field(name, field, value, live.fields.get(name));
                }
            }
            sort_as_written(&mut comparison.changes, &spec.order);
        }
        change.fields = comparison.changes;
        change.notes.extend(comparison.notes);
        self.note_other_default(resource, &mut change);
        (change.action, change.reason) = match (change.fields.is_empty(), &change.adoption) {
            (false, _) => (Action::Update, Reason::FieldsDiffer),
            (true, Some(_)) => (Action::Adopt, Reason::Unbound),
            (true, None) => (Action::Keep, Reason::Equal),
        };
        change
    }

    /// A client that claims to be the default while the live parent has another one.
    fn note_other_default(&self, resource: &Resource, change: &mut Change) {
        if resource.metadata.default != Some(true) {
            return;
        }
        let parent = self.input.catalog.kind(resource.address.kind()).and_then(|k| k.parent.as_ref());
        let parent = parent.and_then(|p| resource.address.parent(&p.segment)).and_then(|a| self.live_of(&a));
        if let Some(id) = parent.and_then(|p| p.default_child.as_ref()).filter(|id| Some(*id) != change.id.as_ref()) {
            change.notes.push(Note::OtherDefault { id: id.clone() });
        }
    }
}

/// Sorts by the order in which a person would write the fields; the sort keeps members in their order.
fn sort_as_written(fields: &mut [FieldChange], order: &[String]) {
    fields.sort_by_key(|f| order.iter().position(|name| f.path.top() == Some(name)).unwrap_or(order.len()));
}
