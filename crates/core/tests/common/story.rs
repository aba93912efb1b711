//! Worlds that are told by hand: a few manifests, applied, edited, and planned again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value as Json;
use tilewright_core::diff::Problem;
use tilewright_core::plan::{Operation, Plan};
use tilewright_core::{Address, DocumentId, LiveObject, Metadata, RemoteId, Resource, Value};

use super::manifests::bury;
use super::manners::Manners;
use super::run::{Planned, World};

/// A world, and what happens to it.
pub(crate) struct Story {
    pub(crate) world: World,
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

impl Story {
    /// The manifests: each an address and its spec.
    pub(crate) fn of(resources: &[(&str, Json)]) -> Self {
        let mut story = Self { world: World::new(tilewright_core::DesiredState::default(), Manners::default()) };
        resources.iter().for_each(|(address, spec)| story.set(address, spec));
        story
    }

    /// The same, applied.
    pub(crate) fn applied(resources: &[(&str, Json)]) -> Self {
        let mut story = Self::of(resources);
        story.apply();
        story
    }

    /// States a resource. The first book of a shelf is its default.
    pub(crate) fn set(&mut self, text: &str, spec: &Json) {
        let address = address(text);
        let fields: BTreeMap<String, Value> =
            spec.as_object().into_iter().flatten().map(|(name, json)| (name.clone(), value(json))).collect();
        let spec_name = match (address.kind(), fields.get("format").and_then(Value::as_str)) {
            ("book", Some("audio")) => "audio-book",
            ("book", _) => "paper-book",
            (_, _) => "shelf",
        };
        let desired = &mut self.world.desired;
        let parent = address.parent("shelf");
        let is_first = parent.is_some_and(|p| desired.children(&p).all(|r| r.address == address));
        let known = desired.resources.remove(&address).map(|r| r.metadata);
        let fresh = Metadata { default: is_first.then_some(true), ..Metadata::default() };
        let resource = Resource {
            address: address.clone(),
            spec_name: spec_name.to_owned(),
            metadata: known.unwrap_or(fresh),
            fields,
            document: DocumentId(desired.resources.len()),
        };
        desired.resources.insert(address, resource);
    }

    pub(crate) fn metadata(&mut self, text: &str) -> &mut Metadata {
        &mut self.world.desired.resources.get_mut(&address(text)).expect("it is stated").metadata
    }

    pub(crate) fn bury(&mut self, text: &str) {
        bury(&mut self.world.desired, &address(text));
    }

    pub(crate) fn forget(&mut self, text: &str) {
        self.world.desired.resources.remove(&address(text));
    }

    /// Loses what is remembered.
    pub(crate) fn unbind(&mut self, text: &str) {
        self.world.bindings.resources.remove(&address(text));
    }

    pub(crate) fn id(&self, text: &str) -> RemoteId {
        self.world.bindings.id(&address(text)).expect("it is bound").clone()
    }

    /// Makes an object by hand.
    pub(crate) fn add_live(&mut self, spec_name: &str, parent: Option<&RemoteId>, fields: &Json) -> RemoteId {
        let id = self.world.tenant.id();
        let fields = fields.as_object().into_iter().flatten().map(|(n, json)| (n.clone(), Value::from_json(json)));
        self.world.tenant.stored.insert(LiveObject {
            kind: if spec_name == "shelf" { "shelf" } else { "book" }.to_owned(),
            spec_name: spec_name.to_owned(),
            id: id.clone(),
            parent: parent.cloned(),
            fields: fields.collect(),
            observed: BTreeMap::new(),
            default_child: None,
        });
        id
    }

    pub(crate) fn planned(&self) -> Result<Planned, Vec<Problem>> {
        self.world.plan(&self.world.everything())
    }

    pub(crate) fn plan(&self) -> Plan {
        self.planned().map_err(|problems| format!("{problems:?}")).expect("a plan").plan
    }

    /// The problems, as people read them.
    pub(crate) fn problems(&self) -> Vec<String> {
        let problems = self.planned().err().unwrap_or_default();
        problems.iter().map(|p| format!("{}: {}", p.address, p.kind)).collect()
    }

    /// Applies, and expects that nothing is left to do.
    pub(crate) fn apply(&mut self) {
        let everything = self.world.everything();
        let planned = self.planned().map_err(|problems| format!("{problems:?}")).expect("a plan");
        let order: Vec<usize> = (0..planned.plan.steps.len()).collect();
        self.world.apply(&planned, &everything, &order).expect("no step is refused");
        super::check::converged(&self.world, &everything).expect("nothing is left to do");
    }
}

/// JSON as a manifest states it: `{"ref": …}` is a reference.
fn value(json: &Json) -> Value {
    match json {
        Json::Object(members) => match members.get("ref").and_then(Json::as_str) {
            Some(target) => Value::Ref(address(target)),
            None => Value::Object(members.iter().map(|(n, v)| (n.clone(), value(v))).collect()),
        },
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        other => Value::from_json(other),
    }
}

/// The steps, a line each: verb, address, what is sent, and what is waited for.
pub(crate) fn steps(plan: &Plan) -> String {
    let mut lines = String::new();
    for step in &plan.steps {
        let sent = match &step.operation {
            Operation::Create { fields, brings, .. } => {
                let with = brings.as_ref().map(|(child, _, _)| format!(" with {child}")).unwrap_or_default();
                format!("{}{with}", shown(fields))
            }
            Operation::Update { fields, .. } => shown(fields),
            Operation::Delete { .. } => String::new(),
        };
        let after = numbers(" after", &step.after) + &numbers(" apart from", &step.apart);
        let line = format!("{} {} {} {sent}{after}", step.id, step.verb(), step.address);
        let _ = writeln!(lines, "{}", line.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    lines
}

fn numbers(word: &str, steps: &BTreeSet<usize>) -> String {
    let numbers: Vec<String> = steps.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { String::new() } else { format!("{word} {}", numbers.join(", ")) }
}

fn shown(fields: &BTreeMap<String, Value>) -> String {
    fields.iter().map(|(n, v)| format!("{n}={}", v.to_json())).collect::<Vec<_>>().join(" ")
}
