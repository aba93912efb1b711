//! What must hold of a plan, and of a world after it was applied.

use std::collections::BTreeSet;

use tilewright_core::diff::{Action, Note, Problem, ProblemKind, Reason, canonical};
use tilewright_core::plan::{Operation, Plan};
use tilewright_core::{Address, FieldPath, FieldSpec, LiveState, Policy, RemoteId, Value, Violation, deletes, guard};

use super::manners::is_empty;
use super::run::{Planned, World};
use super::tenant::Tenant;
use super::vendor::{CATALOG, referred, spec, taken};

type Check = Result<(), String>;

fn that(holds: bool, otherwise: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The plan by itself: its order, its scope, its reasons.
pub(crate) fn plan(world: &World, planned: &Planned, selected: &BTreeSet<Address>) -> Check {
    let plan = &planned.plan;
    for (at, step) in plan.steps.iter().enumerate() {
        that(step.id == at + 1, || "steps are not numbered in order".to_owned())?;
        that(step.after.is_disjoint(&step.apart), || format!("step {} says twice what it waits for", step.id))?;
        that(step.after.iter().chain(&step.apart).all(|a| *a < step.id), || {
            format!("step {} comes before what it waits for", step.id)
        })?;
        that(selected.contains(&step.address), || format!("{} is not selected", step.address))?;
        if let Operation::Delete { .. } = step.operation {
            let asked_for = plan.changes.iter().any(|c| {
                c.address == step.address
                    && matches!(
                        (c.action, &c.reason),
                        (Action::Delete, Reason::Tombstone) | (Action::Replace, Reason::FixedFieldDiffers { .. })
                    )
            });
            that(asked_for, || format!("nobody asked to delete {}", step.address))?;
        }
    }
    for change in &plan.changes {
        that(change.action != Action::Update || !change.fields.is_empty(), || {
            format!("{} is updated without a difference", change.address)
        })?;
        if change.action == Action::Delete {
            that(world.desired.resources[&change.address].is_tombstone(), || {
                format!("{} has no tombstone", change.address)
            })?;
        }
    }
    only_what_differs(plan)?;
    writes_to_one_object_are_ordered(plan)
}

fn only_what_differs(plan: &Plan) -> Check {
    for step in &plan.steps {
        if let Operation::Update { fields, .. } = &step.operation {
            let change = plan.changes.iter().find(|c| c.address == step.address).ok_or("a step without a change")?;
            let differs = |name: &String| change.fields.iter().any(|f| f.path.top() == Some(name));
            that(fields.keys().all(differs), || format!("step {} sends what does not differ", step.id))?;
        }
    }
    Ok(())
}

/// Two updates of one object, or of a parent and a child of its, are never sent at once: each sends along what the other
/// one may be about to change.
fn writes_to_one_object_are_ordered(plan: &Plan) -> Check {
    let mut before: Vec<BTreeSet<usize>> = Vec::new();
    for step in &plan.steps {
        let waits: BTreeSet<usize> = step.after.union(&step.apart).copied().collect();
        let mut all = waits.clone();
        waits.iter().for_each(|a| all.extend(&before[a - 1]));
        before.push(all);
    }
    let updates: Vec<_> = plan.steps.iter().filter(|s| matches!(s.operation, Operation::Update { .. })).collect();
    for (at, a) in updates.iter().enumerate() {
        for b in &updates[at + 1..] {
            let near = a.address == b.address
                || a.address.parent("shelf").as_ref() == Some(&b.address)
                || b.address.parent("shelf").as_ref() == Some(&a.address);
            that(!near || before[b.id - 1].contains(&a.id), || {
                format!("steps {} and {} may be sent at once", a.id, b.id)
            })?;
        }
    }
    Ok(())
}

/// The tenant after an apply: as the manifests say, and otherwise as it was.
pub(crate) fn applied(world: &World, planned: &Planned, selected: &BTreeSet<Address>, before: &Tenant) -> Check {
    let replaced = lost(planned, &before.stored);
    let counted = deletes(&planned.plan);
    that(counted == replaced.len(), || format!("{} objects are gone, and the guard counts {counted}", replaced.len()))?;
    let (shown_before, shown_after) = (before.shown(), world.tenant.shown());
    for (key, object) in &before.stored.objects {
        let after = world.tenant.stored.objects.get(key);
        if replaced.contains(&object.id) {
            that(after.is_none(), || format!("{} is still there", object.id))?;
            continue;
        }
        let Some(after) = after else { return Err(format!("{} was lost", object.id)) };
        let resource = world.bindings.resources.iter().find(|(a, b)| a.kind() == object.kind && b.id == object.id);
        let resource =
            resource.and_then(|(a, _)| world.desired.resources.get(a)).filter(|r| selected.contains(&r.address));
        // What is not shown cannot be kept inside an object; a whole field of its own is.
        let hidden = |name: &String| spec(&object.spec_name).fields[name].write_only;
        let written = object.fields.iter().filter(|(n, _)| hidden(n)).map(|(n, v)| (n, v, after.fields.get(n)));
        let now = &shown_after.objects[key].fields;
        let shown = shown_before.objects[key].fields.iter().map(|(n, v)| (n, v, now.get(n)));
        for (name, value, after) in written.chain(shown) {
            let stated = resource.and_then(|r| r.fields.get(name));
            let field = &spec(&object.spec_name).fields[name];
            let after = after.map(|v| canonical(field, v));
            unmanaged_stays(&FieldPath::field(name), stated, &canonical(field, value), after.as_ref())?;
        }
    }
    for resource in world.desired.present().filter(|r| selected.contains(&r.address)) {
        let address = &resource.address;
        let id = world.bindings.id(address).ok_or_else(|| format!("{address} is not bound"))?;
        let object = world.tenant.stored.object(address.kind(), id).ok_or_else(|| format!("{address} is not there"))?;
        let spec = spec(&resource.spec_name);
        that(object.spec_name == resource.spec_name, || format!("{address} is a {}", object.spec_name))?;
        for (name, value) in &resource.fields {
            // What is not selected is not bound, but may be referred to.
            let known = |a: &Address| world.bindings.id(a).or_else(|| planned.diff.identities.id(a));
            let value = value.resolved(&|a| known(a).map(ToString::to_string));
            let value = value.map_err(|a| format!("{a} is not bound"))?;
            let path = FieldPath::field(name);
            if !is_unknown(planned, address, &path) {
                agrees(world, planned, address, &path, &spec.fields[name], &value, object.fields.get(name))?;
            }
        }
    }
    Ok(())
}

/// What the plan was asked to delete, with what lived in it.
fn lost(planned: &Planned, before: &LiveState) -> BTreeSet<RemoteId> {
    let deleted = planned.plan.steps.iter().filter_map(|s| match &s.operation {
        Operation::Delete { target, .. } => Some(target),
        Operation::Create { .. } | Operation::Update { .. } => None,
    });
    let deleted: BTreeSet<&RemoteId> = deleted.collect();
    let dies =
        |id: &RemoteId, parent: Option<&RemoteId>| deleted.contains(id) || parent.is_some_and(|p| deleted.contains(p));
    before.objects.values().filter(|o| dies(&o.id, o.parent.as_ref())).map(|o| o.id.clone()).collect()
}

fn is_unknown(planned: &Planned, address: &Address, path: &FieldPath) -> bool {
    let change = planned.diff.changes.get(address);
    change.is_some_and(|c| c.notes.iter().any(|n| matches!(n, Note::NotVerifiable { field } if field == path)))
}

fn unmanaged_stays(path: &FieldPath, stated: Option<&Value>, before: &Value, after: Option<&Value>) -> Check {
    match (stated, before) {
        (None, _) => that(after == Some(before), || format!("`{path}` is not managed and moved")),
        (Some(Value::Object(stated)), Value::Object(before)) => {
            let after = after.and_then(Value::as_object);
            let is_one_value = matches!(path.top(), Some("keys" | "blob"));
            before.iter().filter(|_| !is_one_value).try_for_each(|(name, value)| {
                unmanaged_stays(&path.member(name), stated.get(name), value, after.and_then(|o| o.get(name)))
            })
        }
        (Some(_), _) => Ok(()),
    }
}

fn agrees(
    world: &World,
    planned: &Planned,
    address: &Address,
    path: &FieldPath,
    spec: &FieldSpec,
    wanted: &Value,
    stored: Option<&Value>,
) -> Check {
    if let (Some(members), Value::Object(values)) = (spec.members(), wanted) {
        let stored = stored.and_then(Value::as_object);
        return values.iter().try_for_each(|(name, value)| {
            let (path, stored) = (path.member(name), stored.and_then(|o| o.get(name)));
            if is_unknown(planned, address, &path) {
                return Ok(());
            }
            agrees(world, planned, address, &path, &members[name], value, stored)
        });
    }
    let wanted = world.tenant.kept(spec, wanted);
    let is_default = spec.default.as_ref().is_some_and(|d| canonical(spec, d) == canonical(spec, &wanted));
    let same = match stored {
        // A tenant that shows neither an empty value nor a missing one: they cannot be told apart from outside.
        None if world.tenant.manners.drops_empty && is_empty(&wanted) => true,
        Some(stored) if world.tenant.manners.drops_empty && is_empty(stored) && is_default => true,
        // A member that is left out has its default, whether that is shown or not.
        Some(stored) if wanted == Value::Null => spec.default.as_ref() == Some(stored),
        Some(stored) => canonical(spec, &wanted) == canonical(spec, stored),
        None => match &spec.default {
            Some(_) => is_default || wanted == Value::Null,
            None => is_empty(&wanted) || spec.fixed,
        },
    };
    that(same, || format!("`{path}` of {address} is {stored:?}, not {wanted:?}"))
}

/// Whether the guards let a plan through whose number of deletes is meant.
pub(crate) fn guards(world: &World, planned: &Planned) -> Vec<Violation> {
    let policy = Policy { allow_deletes: Some(deletes(&planned.plan)), ..Policy::default() };
    guard(&planned.plan, &world.tenant.shown(), &world.bindings, &policy)
}

/// After an apply nothing is left to do.
pub(crate) fn converged(world: &World, selected: &BTreeSet<Address>) -> Check {
    let planned = world.plan(selected).map_err(|p| format!("after the apply: {p:?}"))?;
    that(planned.plan.is_empty(), || format!("the next plan has steps: {:#?}", planned.plan.changes))?;
    that(planned.plan.changes.is_empty(), || format!("the next plan has changes: {:#?}", planned.plan.changes))
}

/// Problems are about the live objects that stand in the way, and these do.
pub(crate) fn justified(world: &World, selected: &BTreeSet<Address>, problems: &[Problem]) -> Check {
    let diff = world.diff(selected);
    let live = world.tenant.shown();
    for problem in problems {
        let because = || format!("there is no reason for {problem:?}: {}", problem.kind);
        let (holder, field) = match &problem.kind {
            ProblemKind::Held { name, holder: (kind, id, _), .. } => {
                let object = live.object(kind, id).ok_or_else(because)?;
                let taken = taken(spec(&object.spec_name), &object.fields);
                let (path, _, _) = taken.into_iter().find(|(_, u, _)| u.name == *name).ok_or_else(because)?;
                ((kind, id), path.top().unwrap_or_default().to_owned())
            }
            ProblemKind::Referenced { field, by: (kind, id, _) } => {
                let object = live.object(kind, id).ok_or_else(because)?;
                let top: FieldPath = FieldPath::field(field);
                let fields = object.fields.iter().filter(|(n, _)| top.top() == Some(n));
                let fields = fields.map(|(n, v)| (n.clone(), v.clone())).collect();
                that(!referred(spec(&object.spec_name), &fields).is_empty(), because)?;
                ((kind, id), field.clone())
            }
            ProblemKind::NoParent { parent: absent } | ProblemKind::NoTarget { target: absent, .. } => {
                that(!selected.contains(absent), because)?;
                continue;
            }
            _ => return Err(because()),
        };
        let (kind, id) = holder;
        let owner = diff.identities.matches.iter().find(|(a, m)| a.kind() == kind && m.id == *id).map(|(a, _)| a);
        let stated = owner
            .filter(|a| selected.contains(*a))
            .and_then(|a| world.desired.resources.get(a))
            .and_then(|r| r.fields.get(&field));
        let is_managed = match stated {
            // A member of an object is managed only where it is stated itself.
            Some(Value::Object(members)) if field == "desk" => members.contains_key("front"),
            Some(Value::Object(members)) if field == "meta" => members.contains_key("peer"),
            Some(_) => true,
            None => false,
        };
        that(!is_managed, because)?;
    }
    that(!CATALOG.kinds.is_empty(), String::new)
}

/// The steps, one a line, for messages of failed tests.
pub(crate) fn listed(plan: &Plan) -> String {
    let line = |step: &tilewright_core::plan::Step| {
        let operation = serde_json::to_string(&step.operation).unwrap_or_default();
        format!(
            "{}. {} {} after {:?}, apart {:?}: {operation}",
            step.id,
            step.verb(),
            step.address,
            step.after,
            step.apart
        )
    };
    plan.steps.iter().map(line).collect::<Vec<_>>().join("\n")
}
