//! Which request in a log is which step of a plan.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tilewright_core::plan::{Operation, ParentRef, Plan, Step};
use tilewright_core::{Address, Bindings, RemoteId, Value};
use tilewright_engine::Report;
use tilewright_simulator::LogEntry;

const APPLICATIONS: &str = "/cis/v1/applications";

pub(crate) fn is_write(entry: &LogEntry) -> bool {
    entry.method != "GET" && !entry.path.ends_with("/oidc/token")
}

pub(crate) fn is_token(entry: &LogEntry) -> bool {
    entry.path.ends_with("/oidc/token")
}

pub(crate) fn writes(log: &[LogEntry]) -> Vec<&LogEntry> {
    log.iter().filter(|e| is_write(e)).collect()
}

/// The ids that addresses had before a run or got in it.
pub(crate) fn ids(before: &Bindings, report: &Report, after: &Bindings) -> BTreeMap<Address, RemoteId> {
    let bound = |b: &Bindings| b.resources.iter().map(|(a, b)| (a.clone(), b.id.clone())).collect::<Vec<_>>();
    let mut ids: BTreeMap<Address, RemoteId> = bound(before).into_iter().collect();
    ids.extend(report.steps.iter().filter_map(|s| Some((s.address.clone(), s.id.clone()?))));
    ids.extend(bound(after));
    ids
}

/// The requests by which a step was sent: one, or more where it was repeated.
pub(crate) fn of_step<'a>(step: &Step, log: &'a [LogEntry], ids: &BTreeMap<Address, RemoteId>) -> Vec<&'a LogEntry> {
    let Some((method, path)) = target(step, ids) else { return Vec::new() };
    log.iter().filter(|e| e.method == method && e.path == path && carries(step, e, ids)).collect()
}

fn target(step: &Step, ids: &BTreeMap<Address, RemoteId>) -> Option<(&'static str, String)> {
    let parent_id = || step.address.parent("application").and_then(|a| ids.get(&a).cloned());
    let object = |parent: Option<&RemoteId>, id: &RemoteId| match parent {
        Some(parent) => format!("{APPLICATIONS}/{parent}/clients/{id}"),
        None => format!("{APPLICATIONS}/{id}"),
    };
    Some(match &step.operation {
        Operation::Create { parent: None, .. } => ("POST", APPLICATIONS.to_owned()),
        Operation::Create { parent: Some(ParentRef::Id(id)), .. } => ("POST", format!("{APPLICATIONS}/{id}/clients")),
        Operation::Create { parent: Some(ParentRef::Made(parent)), .. } => {
            ("POST", format!("{APPLICATIONS}/{}/clients", ids.get(parent)?))
        }
        Operation::Update { target, .. } => {
            let id = target.as_ref().or_else(|| ids.get(&step.address))?;
            ("PUT", object(parent_id().as_ref(), id))
        }
        Operation::Delete { target, parent, .. } => ("DELETE", object(parent.as_ref(), target)),
    })
}

/// Whether the body has the fields of the step.
fn carries(step: &Step, entry: &LogEntry, ids: &BTreeMap<Address, RemoteId>) -> bool {
    let fields = match &step.operation {
        Operation::Create { fields, .. } | Operation::Update { fields, .. } => fields,
        Operation::Delete { .. } => return true,
    };
    let Ok(body) = serde_json::from_slice::<Map<String, Json>>(&entry.body) else { return false };
    fields.iter().filter(|(_, v)| **v != Value::Null).all(|(name, value)| {
        let resolved = value.resolved(&|a| ids.get(a).map(ToString::to_string));
        resolved.is_ok_and(|v| body.get(name) == Some(&v.to_json()))
    })
}

/// Every write in the log is one of a step, and of one only.
pub(crate) fn all_are_steps(plan: &Plan, log: &[LogEntry], ids: &BTreeMap<Address, RemoteId>) -> Result<(), String> {
    for entry in log.iter().filter(|e| is_write(e)) {
        let steps = plan.steps.iter().filter(|s| of_step(s, std::slice::from_ref(entry), ids).len() == 1).count();
        if steps == 0 {
            return Err(format!("{} {} is no step of the plan", entry.method, entry.path));
        }
    }
    Ok(())
}
