//! Planning and applying in a world without requests.

use std::collections::{BTreeMap, BTreeSet};

use tilewright_core::diff::{Diff, DiffInput, Problem, canonical, diff, marks};
use tilewright_core::plan::{Header, Operation, PLAN_FORMAT, Plan, PlanInput, Step, plan};
use tilewright_core::{
    Address, Binding, Bindings, DesiredState, DocumentId, FieldPath, FieldSpec, FingerprintKey, LiveObject, RemoteId,
    Resource, Shape, Value,
};

use super::manners::{Manners, is_empty};
use super::tape::Tape;
use super::tenant::{Run, Tenant};
use super::vendor::{CATALOG, spec};

/// Manifests, a tenant, and what is remembered.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) desired: DesiredState,
    pub(crate) tenant: Tenant,
    pub(crate) bindings: Bindings,
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) diff: Diff,
}

pub(crate) fn header() -> Header {
    Header {
        format_version: PLAN_FORMAT,
        tool_version: "0".to_owned(),
        environment: "toy".to_owned(),
        tenant: "toy".to_owned(),
        scope: Vec::new(),
        manifests: String::new(),
    }
}

impl World {
    pub(crate) fn new(desired: DesiredState, manners: Manners) -> Self {
        let tenant = Tenant::new(manners);
        Self { desired, tenant, bindings: Bindings::new(FingerprintKey::new([3; 32])) }
    }

    pub(crate) fn everything(&self) -> BTreeSet<Address> {
        self.desired.resources.keys().cloned().collect()
    }

    pub(crate) fn diff(&self, selected: &BTreeSet<Address>) -> Diff {
        diff(&DiffInput {
            desired: &self.desired,
            live: &self.tenant.shown(),
            bindings: &self.bindings,
            catalog: &CATALOG,
            selected,
            send_unverifiable: false,
        })
    }

    pub(crate) fn plan(&self, selected: &BTreeSet<Address>) -> Result<Planned, Vec<Problem>> {
        let diff = self.diff(selected);
        let plan = plan(PlanInput {
            desired: &self.desired,
            live: &self.tenant.shown(),
            catalog: &CATALOG,
            diff: diff.clone(),
            header: header(),
        })?;
        Ok(Planned { plan, diff })
    }

    /// Fills the tenant with what the manifests say, as if somebody had made it by hand: some of what is empty, or at its
    /// default, is not there, some is null, and sets are in another order.
    pub(crate) fn mirror(&mut self, tape: &mut Tape) {
        let resources: Vec<Resource> = self.desired.resources.values().cloned().collect();
        let ids: BTreeMap<Address, RemoteId> =
            resources.iter().map(|r| (r.address.clone(), self.tenant.id())).collect();
        let find = |a: &Address| ids.get(a).map(ToString::to_string);
        for resource in resources {
            let spec = spec(&resource.spec_name);
            let fields = resource.fields.iter().filter_map(|(name, value)| {
                let value = value.resolved(&find).expect("every reference leads somewhere");
                Some((name.clone(), seen(tape, &spec.fields[name], &value)?))
            });
            let default = self.desired.default_child(&resource.address).map(|r| ids[&r.address].clone());
            let parent = resource.address.parent("shelf").map(|p| ids[&p].clone());
            self.tenant.stored.insert(LiveObject {
                kind: resource.address.kind().to_owned(),
                spec_name: resource.spec_name.clone(),
                id: ids[&resource.address].clone(),
                fields: fields.collect(),
                observed: BTreeMap::new(),
                default_child: default.filter(|_| parent.is_none()),
                parent,
            });
        }
    }

    /// Binds everything to what it is found to be.
    pub(crate) fn bind(&mut self) {
        let diff = self.diff(&self.everything());
        let ids = diff.identities.matches.iter().map(|(a, m)| (a.clone(), m.id.clone())).collect();
        self.bind_what_was_found(&self.everything(), &ids);
    }

    /// The same in another order: documents, sets, and what the tenant lists.
    pub(crate) fn shuffled(&self, tape: &mut Tape) -> Self {
        let mut world = self.clone();
        let mut resources: Vec<Resource> = std::mem::take(&mut world.desired.resources).into_values().collect();
        tape.shuffle(&mut resources);
        for (at, mut resource) in resources.into_iter().enumerate() {
            resource.document = DocumentId(at);
            world.desired.resources.insert(resource.address.clone(), resource);
        }
        let mut objects: Vec<LiveObject> = std::mem::take(&mut world.tenant.stored.objects).into_values().collect();
        tape.shuffle(&mut objects);
        objects.into_iter().for_each(|object| world.tenant.stored.insert(object));
        world
    }

    /// Sends the steps in the order given by `order`, indices of steps, and remembers what an apply remembers.
    pub(crate) fn apply(
        &mut self,
        planned: &Planned,
        selected: &BTreeSet<Address>,
        order: &[usize],
    ) -> Result<(), String> {
        let matches = &planned.diff.identities.matches;
        let mut ids: BTreeMap<Address, RemoteId> = matches.iter().map(|(a, m)| (a.clone(), m.id.clone())).collect();
        self.bind_what_was_found(selected, &ids);
        self.tenant.begin();
        let desired = &self.desired;
        let left_out = |address: &Address, path: &FieldPath| is_left_out(desired, address, path);
        let key = planned.plan.header.key();
        let doomed = planned.plan.steps.iter().filter_map(|s| match &s.operation {
            Operation::Delete { target, .. } => Some(target.clone()),
            Operation::Create { .. } | Operation::Update { .. } => None,
        });
        let doomed = doomed.collect();
        for at in order {
            let step = &planned.plan.steps[*at];
            let mut run = Run { ids: &mut ids, left_out: &left_out, key: &key, doomed: &doomed };
            let made = self.tenant.send(step, &mut run).map_err(|refusal| {
                format!("step {} ({} {}) was refused: {refusal}", step.id, step.verb(), step.address)
            })?;
            for (address, id, parent) in made {
                let binding = Binding { id, parent, protect: false, fields: BTreeMap::new() };
                self.bindings.resources.insert(address, binding);
            }
        }
        let live = &self.tenant.stored;
        self.bindings.resources.retain(|a, b| live.object(a.kind(), &b.id).is_some());
        self.remember(planned, selected);
        Ok(())
    }

    /// Binds every resource to its live object; addresses that were renamed lose their old binding.
    fn bind_what_was_found(&mut self, selected: &BTreeSet<Address>, ids: &BTreeMap<Address, RemoteId>) {
        for (address, id) in ids.iter().filter(|(a, _)| selected.contains(*a)) {
            let bound = &mut self.bindings.resources;
            let mut same: Vec<Address> = bound
                .iter()
                .filter(|(a, b)| a.kind() == address.kind() && b.id == *id)
                .map(|(a, _)| a.clone())
                .collect();
            same.sort_by_key(|a| a != address);
            let known: Vec<Binding> = same.iter().filter_map(|a| bound.remove(a)).collect();
            let parent = self.tenant.stored.object(address.kind(), id).and_then(|o| o.parent.clone());
            let fresh = Binding { id: id.clone(), parent, protect: false, fields: BTreeMap::new() };
            bound.insert(address.clone(), known.into_iter().next().unwrap_or(fresh));
        }
    }

    fn remember(&mut self, planned: &Planned, selected: &BTreeSet<Address>) {
        let shown = self.tenant.shown();
        // What is not selected is not bound, but may be referred to.
        let known = |a: &Address| self.bindings.id(a).or_else(|| planned.diff.identities.id(a));
        let find = |a: &Address| known(a).map(ToString::to_string);
        let mut remembered = BTreeMap::new();
        for resource in self.desired.present().filter(|r| selected.contains(&r.address)) {
            let address = &resource.address;
            let object = self.bindings.id(address).and_then(|id| shown.object(address.kind(), id));
            let Some(object) = object else { continue };
            let resolved: BTreeMap<String, Value> =
                resource.fields.iter().filter_map(|(n, v)| Some((n.clone(), v.resolved(&find).ok()?))).collect();
            let sent = |name: &str| is_sent(&planned.plan, address, name);
            let marks = marks(spec(&resource.spec_name), address, &resolved, object, &sent, &self.bindings);
            remembered.insert(address.clone(), marks);
        }
        for (address, marks) in remembered {
            self.bindings.resources.get_mut(&address).expect("it is bound").fields = marks;
        }
    }
}

/// What a tenant may show of a value that means the same; write-only values are as they should be.
fn seen(tape: &mut Tape, spec: &FieldSpec, value: &Value) -> Option<Value> {
    let is_default = spec.default.as_ref().is_some_and(|d| canonical(spec, d) == canonical(spec, value));
    let says_nothing = is_default || is_empty(value) && spec.default.as_ref().is_none_or(is_empty);
    if says_nothing && tape.chance(50) || *value == Value::Null {
        return (tape.chance(50) && !spec.write_only).then_some(Value::Null);
    }
    Some(match (&spec.shape, value) {
        (Shape::List { set: true, .. }, Value::List(items)) => {
            let mut items = items.clone();
            tape.shuffle(&mut items);
            Value::List(items)
        }
        (Shape::Object { members }, Value::Object(values)) => {
            let members = values.iter().filter_map(|(n, v)| Some((n.clone(), seen(tape, &members[n], v)?)));
            Value::Object(members.collect())
        }
        (_, _) => value.clone(),
    })
}

fn is_left_out(desired: &DesiredState, address: &Address, path: &FieldPath) -> bool {
    let mut value = desired.resources.get(address).and_then(|r| r.fields.get(path.top()?));
    for segment in path.segments().iter().skip(1) {
        value = match segment {
            tilewright_core::Segment::Member(name) => value.and_then(Value::as_object).and_then(|o| o.get(name)),
            tilewright_core::Segment::Item(_) => None,
        };
    }
    value == Some(&Value::Null)
}

fn is_sent(plan: &Plan, address: &Address, name: &str) -> bool {
    plan.steps.iter().any(|step| match &step.operation {
        Operation::Create { fields, brings, .. } => {
            step.address == *address && fields.contains_key(name)
                || brings.as_ref().is_some_and(|(a, _, f)| a == address && f.contains_key(name))
        }
        Operation::Update { fields, .. } => step.address == *address && fields.contains_key(name),
        Operation::Delete { .. } => false,
    })
}

/// Any order that the steps' own edges allow.
pub(crate) fn any_order(plan: &Plan, tape: &mut Tape) -> Vec<usize> {
    let mut left: Vec<usize> = (0..plan.steps.len()).collect();
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    let may_go = |at: usize, done: &BTreeSet<usize>| {
        let step: &Step = &plan.steps[at];
        step.after.is_subset(done) && step.apart.is_subset(done)
    };
    while !left.is_empty() {
        let ready: Vec<usize> = left.iter().copied().filter(|at| may_go(*at, &done)).collect();
        let next = *tape.pick(&ready).expect("the steps' edges have no ring");
        left.retain(|at| *at != next);
        done.insert(plan.steps[next].id);
        order.push(next);
    }
    order
}
