//! Turns changes into ordered steps, fully decided: one step is one write request.
//!
//! The order comes from real edges only (see `edges`): parents before children, the referenced before the referring,
//! whoever lets go of a unique value before whoever takes it. Rings are opened by a second step (see `rings`).

mod edges;
mod forecast;
mod index;
mod node;
mod order;
mod rings;
mod saved;
mod spare;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use forecast::{Forecast, forecast};
pub(crate) use index::{takes_place, unique_paths, value_at};
pub use saved::{SavedPlanError, read_saved, saved_text};
pub use step::{Operation, ParentRef, Purpose, Step};

use crate::address::Key;
use crate::catalog::Catalog;
use crate::desired::{DesiredState, Resource};
use crate::diff::{Action, Change, Diff, Note, Orphan, Problem};
use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::live::{LiveObject, LiveState};

/// The version of the plan's JSON form.
pub const PLAN_FORMAT: u32 = 1;

/// What a plan was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// The version of the form.
    pub format_version: u32,
    /// The version of tilewright.
    pub tool_version: String,
    /// The environment's name.
    pub environment: String,
    /// The tenant.
    pub tenant: String,
    /// What narrowed it, as it was asked for; empty for everything.
    pub scope: Vec<String>,
    /// A hash of what the manifests say, references and variables resolved.
    pub manifests: String,
}

impl Header {
    /// The key of the plan's fingerprints. It is made from what the plan is for, so that one input gives one plan, and the
    /// plan can be checked wherever it is applied. What these fingerprints are of can be read in the tenant by whoever may
    /// apply the plan.
    #[must_use]
    pub fn key(&self) -> FingerprintKey {
        let seed = [&self.tenant, &self.environment, &self.manifests];
        let hash = seed.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
        FingerprintKey::new(hash.finalize().into())
    }
}

/// An ordered list of steps, with the changes they bring about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// What it was made for.
    pub header: Header,
    /// What differs, in order of address; resources with nothing to do are left out.
    pub changes: Vec<Change>,
    /// The write requests, in an order in which they can be sent one by one.
    pub steps: Vec<Step>,
    /// What left the manifests and is not deleted by this plan.
    pub orphans: Vec<Orphan>,
    /// How many resources are as they should be.
    pub unchanged: usize,
    /// How many requests it takes to read back what the steps touched.
    pub read_back: usize,
    /// Notes on resources with nothing to do, by address.
    pub remarks: BTreeMap<crate::Address, Vec<Note>>,
}

impl Plan {
    /// Whether applying it would send no write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many changes have an action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|c| c.action == action).count()
    }
}

/// What [`plan`] looks at.
pub struct PlanInput<'a> {
    /// What the manifests say.
    pub desired: &'a DesiredState,
    /// What the tenant says.
    pub live: &'a LiveState,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// What differs.
    pub diff: Diff,
    /// What it is made for.
    pub header: Header,
}

/// Orders the changes into steps.
///
/// # Errors
/// Everything that a person must decide first, in order of address.
pub fn plan(input: PlanInput<'_>) -> Result<Plan, Vec<Problem>> {
    let PlanInput { desired, live, catalog, diff, header } = input;
    let mut problems = diff.problems.clone();
    let mut changes = diff.changes;
    let context = node::Context { desired, live, catalog, identities: &diff.identities };
    let mut nodes = node::nodes(&context, &mut changes);
    let edges = edges::edges(&context, &nodes, &mut changes, &mut problems);
    let steps = match order::order(&context, &mut nodes, edges) {
        Ok(sorted) => step::steps(&context, nodes, &sorted, &header.key()),
        Err(problem) => {
            problems.push(*problem);
            Vec::new()
        }
    };
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.address.cmp(&b.address).then_with(|| a.kind.to_string().cmp(&b.kind.to_string())));
        problems.dedup();
        return Err(problems);
    }
    let unchanged = changes.values().filter(|c| c.action == Action::Keep).count();
    let keeps = changes.values().filter(|c| c.action == Action::Keep && !c.notes.is_empty());
    let remarks = keeps.map(|c| (c.address.clone(), c.notes.clone())).collect();
    let changes = changes.into_values().filter(|c| c.action != Action::Keep).collect();
    let read_back = read_back(desired, catalog, &steps);
    Ok(Plan { header, changes, steps, orphans: diff.orphans, unchanged, read_back, remarks })
}

/// One list, the children of each family, and each root by itself that manages a field which lists lack.
fn read_back(desired: &DesiredState, catalog: &Catalog, steps: &[Step]) -> usize {
    let families: BTreeSet<&Key> = steps.iter().map(|s| &s.address.keys()[0]).collect();
    let is_poor = |resource: &&Resource| {
        let spec = catalog.spec(&resource.spec_name);
        let lacks = |name: &String| spec.and_then(|s| s.fields.get(name)).is_some_and(|f| f.missing_from_list);
        resource.address.keys().len() == 1
            && families.contains(resource.address.key())
            && resource.fields.keys().any(lacks)
    };
    let poor = desired.present().filter(is_poor).count();
    if families.is_empty() { 0 } else { 1 + families.len() + poor }
}

/// The fingerprint of each field that an object shows, over canonical values.
#[must_use]
pub fn object_fingerprints(
    catalog: &Catalog,
    object: &LiveObject,
    key: &FingerprintKey,
) -> BTreeMap<String, Fingerprint> {
    let spec = catalog.spec(&object.spec_name);
    object
        .fields
        .iter()
        .map(|(name, value)| {
            let field = spec.and_then(|s| s.fields.get(name));
            let value = field.map_or_else(|| value.clone(), |f| crate::diff::canonical(f, value));
            (name.clone(), key.of(&value))
        })
        .collect()
}
