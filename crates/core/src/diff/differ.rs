//! Decides for each resource what is to happen to it, and why.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::bindings::Bindings;
use crate::catalog::{Catalog, Kind, KindSpec};
use crate::desired::{DesiredState, Resource};
use crate::diff::change::{Action, Before, Change, FieldChange, Note, Reason};
use crate::diff::compare::Comparison;
use crate::diff::fate::{Cause, Fates, fates, remembered};
use crate::diff::identify::{Identities, identify, orphans};
use crate::diff::problem::{Problem, ProblemKind};
use crate::diff::prune::cascade;
use crate::diff::rename;
use crate::live::{LiveObject, LiveState};
use crate::path::FieldPath;
use crate::value::Value;

/// Something bound that no manifest names any more.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
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
    let problems = identities.problems.iter().filter(|p| matters(input, p)).cloned().collect();
    let mut work = Work { input, identities: &identities, fates: fates(input, &identities), problems };
    let mut changes: BTreeMap<Address, Change> = input
        .desired
        .resources
        .values()
        .filter(|r| input.selected.contains(&r.address))
        .filter_map(|r| Some((r.address.clone(), work.change(r)?)))
        .collect();
    let problems = work.problems;
    let deleted: BTreeSet<&RemoteId> =
        changes.values().filter(|c| c.action == Action::Delete).filter_map(|c| c.id.as_ref()).collect();
    let left: Vec<Orphan> = orphans(input.desired, input.live, input.bindings, &identities)
        // What dies with its parent is listed there.
        .filter(|(_, object)| object.parent.as_ref().is_none_or(|p| !deleted.contains(p)))
        .map(|(address, object)| Orphan {
            address: address.clone(),
            id: object.id.clone(),
            display_name: display_name(input.catalog, object),
            protected: input.bindings.resources.get(address).is_some_and(|b| b.protect),
        })
        .collect();
    rename::note_probable_renames(input, &left, &mut changes);
    Diff { changes, orphans: left, identities, problems }
}

/// Whether a problem is about something that is selected, or that something selected lives in or refers to.
fn matters(input: &DiffInput<'_>, problem: &Problem) -> bool {
    let of = |address: &Address| {
        input.selected.contains(address)
            || input.selected.iter().filter_map(|a| input.desired.resources.get(a)).any(|r| {
                r.address.parent(address.kind()).as_ref() == Some(address)
                    || r.fields.values().flat_map(Value::refs).any(|target| target == address)
            })
    };
    match &problem.kind {
        ProblemKind::Claimed { by, .. } => of(&problem.address) || of(by),
        ProblemKind::PinnedMissing { .. }
        | ProblemKind::Rebound { .. }
        | ProblemKind::UnknownSort { .. }
        | ProblemKind::Ambiguous { .. }
        | ProblemKind::OtherVariant { .. }
        | ProblemKind::NoParent { .. }
        | ProblemKind::Held { .. }
        | ProblemKind::NoTarget { .. }
        | ProblemKind::Referenced { .. }
        | ProblemKind::Unordered { .. } => of(&problem.address),
    }
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
    fates: Fates,
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

    fn change(&mut self, resource: &Resource) -> Option<Change> {
        let live = self.live_of(&resource.address).cloned();
        if resource.is_tombstone() {
            return live.map(|live| self.deletion(resource, &live));
        }
        match live {
            None => Some(self.creation(resource)),
            Some(live) => match self.fates.replaced.get(&resource.address).cloned() {
                Some(cause) => self.replacement(resource, &live, &cause),
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
                path: FieldPath::field(name),
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
        change.notes.extend(hidden.map(|name| Note::WriteOnly { field: FieldPath::field(name) }));
    }

    fn deletion(&self, resource: &Resource, live: &LiveObject) -> Change {
        let mut change = self.base(resource, Some(live));
        change.action = Action::Delete;
        change.reason = Reason::Tombstone;
        self.note_cascade(live, &mut change);
        change
    }

    fn note_cascade(&self, live: &LiveObject, change: &mut Change) {
        change.notes.extend(cascade(self.input.live, self.input.catalog, live));
    }

    fn replacement(&mut self, resource: &Resource, live: &LiveObject, cause: &Cause) -> Option<Change> {
        if let Some(kind) = self.other_variant(resource, cause) {
            self.problems.push(Problem { address: resource.address.clone(), kind });
            return None;
        }
        let mut change = self.base(resource, Some(live));
        change.action = Action::Replace;
        change.fields = self.all_fields(resource);
        match cause {
            Cause::Fixed { field, shown } => {
                change.reason = Reason::FixedFieldDiffers { field: field.clone() };
                if let Some(fixed) = change.fields.iter_mut().find(|f| f.path.top() == Some(field)) {
                    fixed.before = Before::Value(shown.clone());
                }
            }
            Cause::Parent { parent, field } => {
                change.reason = Reason::FixedFieldDiffers { field: format!("{field} of {parent}") };
            }
        }
        change.notes.push(Note::NewCredentials);
        self.note_write_only(resource, &mut change);
        self.note_cascade(live, &mut change);
        Some(change)
    }

    /// A variant is never changed by what a manifest leaves unsaid.
    fn other_variant(&self, resource: &Resource, cause: &Cause) -> Option<ProblemKind> {
        let Cause::Fixed { field, shown } = cause else { return None };
        let (name, implied) = self.input.catalog.kind(resource.address.kind())?.discriminator.as_ref()?;
        let live = shown.as_str().map_or_else(|| shown.to_json().to_string(), ToOwned::to_owned);
        (name == field && !resource.fields.contains_key(field)).then(|| ProblemKind::OtherVariant {
            field: field.clone(),
            live,
            implied: implied.clone(),
        })
    }

    fn comparison(&self, resource: &Resource, live: &LiveObject) -> Change {
        let mut change = self.base(resource, Some(live));
        let mut comparison = Comparison {
            bindings: self.input.bindings,
            marks: remembered(self.input, self.identities, &resource.address),
            ids: &self.fates.ids,
            send_unverifiable: self.input.send_unverifiable,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        if let Some((_, spec)) = self.kind_and_spec(resource) {
            for (name, value) in &resource.fields {
                let shown = live.fields.get(name).filter(|v| **v != Value::Null);
                match spec.fields.get(name) {
                    // Nothing can be done about a fixed field, and nobody knows whether anything should be.
                    Some(field) if field.fixed && shown.is_none() => {
                        change.notes.push(Note::NotVerifiable { field: FieldPath::field(name) });
                    }
                    Some(field) if !field.fixed => comparison.field(name, field, value, shown),
                    Some(_) | None => {}
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
