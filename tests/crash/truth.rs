//! Holds what a run reports, and what came of it in the end, against what the tenant holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::common::Tenant;

/// Ids by address, as a bindings file has them.
pub(super) type Ids = BTreeMap<String, String>;

/// `metadata` and `spec` of every document, by address.
pub(super) type Documents = BTreeMap<String, Json>;

/// The ids in the text of a bindings file.
pub(super) fn ids_in(bindings: &str) -> Ids {
    let json: Json = serde_json::from_str(bindings).unwrap();
    let resources = json["resources"].as_object().unwrap();
    resources.iter().map(|(address, binding)| (address.clone(), binding["id"].as_str().unwrap().to_owned())).collect()
}

/// The fields of whatever has an id, without the times of its last changes.
pub(super) fn object(tenant: &Tenant, id: &str) -> Option<Json> {
    let applications = tenant.applications();
    let clients = applications.iter().flat_map(|a| a["clients"].as_object().unwrap().values());
    let mut all = applications.iter().copied().chain(clients).map(|o| &o["fields"]);
    let mut found = all.find(|fields| own_id(fields) == id)?.clone();
    found.as_object_mut().unwrap().remove("updated_at");
    Some(found)
}

/// An application has the id of its default client too.
fn own_id(fields: &Json) -> &str {
    let id = if fields["app_name"].is_string() { &fields["app_id"] } else { &fields["client_id"] };
    id.as_str().unwrap()
}

/// What is wrong with the report of an apply: a step that is said to be done shows, and one that is said to have failed,
/// or to have been left out, does not.
pub(super) fn untruths(report: &Json, case: &Reported<'_>) -> Vec<String> {
    let steps = report["report"]["steps"].as_array().unwrap();
    let mut by_address: BTreeMap<&str, Vec<&Json>> = BTreeMap::new();
    steps.iter().for_each(|s| by_address.entry(s["address"].as_str().unwrap()).or_default().push(s));
    let mut wrong = Vec::new();
    if steps.len() != report["plan"]["steps"].as_array().unwrap().len() {
        wrong.push("the report has not every step of the plan".to_owned());
    }
    for (address, steps) in by_address {
        let outcomes: Vec<&str> = steps.iter().map(|s| s["outcome"].as_str().unwrap()).collect();
        for step in steps.iter().filter(|s| s["outcome"] == "done") {
            wrong.extend(case.hidden(address, step));
        }
        if outcomes.iter().all(|o| *o == "done") {
            wrong.extend(case.differences(address));
        }
        if outcomes.iter().all(|o| ["failed", "skipped", "not-run", "stale"].contains(o)) {
            wrong.extend(case.moved(address));
        }
    }
    wrong
}

/// What a run that made a report began with and ended in.
pub(super) struct Reported<'a> {
    pub(super) before: &'a Tenant,
    pub(super) after: &'a Tenant,
    /// What was bound before.
    pub(super) start: &'a Ids,
    /// What is bound now.
    pub(super) bound: &'a Ids,
    pub(super) documents: &'a Documents,
}

impl Reported<'_> {
    /// A single step that is said to be done, and is not.
    fn hidden(&self, address: &str, step: &Json) -> Option<String> {
        let told = format!("{} {address}", step["verb"].as_str().unwrap());
        match step["verb"].as_str().unwrap() {
            "delete" => {
                let id = &self.start[address];
                object(self.after, id).map(|_| format!("{told} is said to be done, and {id} is there"))
            }
            _ => match step["id"].as_str() {
                Some(id) if object(self.after, id).is_some() => None,
                id => Some(format!("{told} is said to be done with {id:?}, which is not there")),
            },
        }
    }

    /// How an object differs from its manifest, although all steps at its address are said to be done.
    fn differences(&self, address: &str) -> Option<String> {
        let document = &self.documents[address];
        if document["metadata"]["state"] == "absent" {
            return None;
        }
        let Some(live) = self.bound.get(address).and_then(|id| object(self.after, id)) else {
            return Some(format!("{address} is said to be done, and is not bound to anything that is there"));
        };
        let stated = document["spec"].as_object().unwrap().iter().map(|(name, value)| match value["ref"].as_str() {
            Some(target) => (name, json!(self.bound.get(target))),
            None => (name, value.clone()),
        });
        let differ: Vec<_> = stated.filter(|(name, value)| live[name.as_str()] != *value).collect();
        (!differ.is_empty()).then(|| format!("{address} is said to be done, and these are not there: {differ:?}"))
    }

    /// An object that is different although no step at its address is said to have been done.
    fn moved(&self, address: &str) -> Option<String> {
        match self.start.get(address) {
            Some(id) => {
                let same = object(self.before, id) == object(self.after, id);
                (!same).then(|| format!("no step at {address} is said to be done, and it changed"))
            }
            None => {
                let name = self.documents[address]["spec"]
                    [if address.starts_with("client/") { "name" } else { "app_name" }]
                .as_str()
                .unwrap();
                let there = self.after.names().iter().any(|n| n.rsplit('/').next() == Some(name));
                there.then(|| format!("no step at {address} is said to be done, and something is called {name}"))
            }
        }
    }
}

/// What was lost of what must stay: ids that are not there any more, or belong to another address.
pub(super) fn lost(start: &Ids, bound: &Ids, tenant: &Tenant, documents: &Documents) -> Vec<String> {
    let mut wrong = Vec::new();
    let stay: BTreeSet<&String> =
        documents.iter().filter(|(_, d)| d["metadata"]["state"] != "absent").map(|(a, _)| a).collect();
    let missing: Vec<_> = stay.iter().filter(|a| !bound.contains_key(**a)).collect();
    if !missing.is_empty() {
        wrong.push(format!("not bound: {missing:?}"));
    }
    for (address, id) in bound.iter().filter(|(a, _)| stay.contains(a)) {
        let Some(live) = object(tenant, id) else {
            wrong.push(format!("{address} is bound to {id}, which is not there"));
            continue;
        };
        let is_client = address.starts_with("client/");
        let name = if is_client { "name" } else { "app_name" };
        if live[name] != documents[address]["spec"][name] {
            wrong.push(format!("{address} is bound to what is called {}", live[name]));
        }
        let replaced = documents[address]["spec"]["authentication_protocol"] == "saml";
        if !replaced && start.get(address).is_some_and(|before| before != id) {
            wrong.push(format!("{address} has another id than before"));
        }
    }
    wrong
}
