//! How the time for a plan grows with the number of roots, each with three children. Prints seconds, and ratios: from one
//! line to the next the world doubles, so that a ratio near 2 is linear and one near 4 is quadratic.
//!
//! Run with `cargo bench -p tilewright-core`.

#![allow(clippy::print_stdout, reason = "the numbers are the result")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use common::manners::Manners;
use common::run::{World, header};
use common::vendor::CATALOG;
use serde_json::json;
use tilewright_core::diff::{DiffInput, diff};
use tilewright_core::plan::{PlanInput, plan};
use tilewright_core::{DesiredState, DocumentId, LiveState, Metadata, Resource, ResourceState, Value, validate};

type Edit = fn(&mut World);

const CASES: [(&str, Edit); 8] = [
    ("nothing differs", |_| {}),
    ("everything is made", |world| {
        world.tenant.stored.objects.clear();
        world.bindings.resources.clear();
    }),
    ("everything has another key and another name", |world| {
        let resources = std::mem::take(&mut world.desired.resources);
        for mut resource in resources.into_values() {
            resource.address = resource.address.to_string().replace("/s", "/t").parse().expect("an address");
            resource.fields.retain(|name, _| name != "featured" && name != "host");
            if let Some(Value::String(title)) = resource.fields.get_mut("title") {
                title.push('!');
            }
            world.desired.resources.insert(resource.address.clone(), resource);
        }
    }),
    ("found by name", |world| world.bindings.resources.clear()),
    ("every field differs", |world| {
        each(world, |fields, at| {
            fields.insert("note".to_owned(), Value::String(format!("changed {at}")));
        });
    }),
    ("pairs swap hosts", |world| {
        each(world, |fields, at| {
            if fields.contains_key("host") {
                fields.insert("host".to_owned(), Value::String(format!("host-{}", at ^ 1)));
            }
        });
    }),
    ("one long ring of titles", |world| {
        let count = world.desired.resources.len() / 4;
        each(world, |fields, at| {
            if fields.contains_key("title") {
                fields.insert("title".to_owned(), Value::String(format!("Title {}", (at + 1) % count)));
            }
        });
    }),
    ("everything is deleted", |world| {
        for resource in world.desired.resources.values_mut() {
            resource.metadata.state = ResourceState::Absent;
        }
    }),
];

/// Edits each resource, with the number of its root.
fn each(world: &mut World, edit: impl Fn(&mut std::collections::BTreeMap<String, Value>, usize)) {
    for resource in world.desired.resources.values_mut() {
        let number = resource.address.keys()[0].as_str().trim_start_matches('s').parse().unwrap_or_default();
        edit(&mut resource.fields, number);
    }
}

fn resource(address: &str, spec_name: &str, fields: &serde_json::Value, default: Option<bool>) -> Resource {
    let fields = fields.as_object().into_iter().flatten().map(|(n, v)| (n.clone(), Value::from_json(v)));
    Resource {
        address: address.parse().expect("an address"),
        spec_name: spec_name.to_owned(),
        metadata: Metadata { default, ..Metadata::default() },
        fields: fields.collect(),
        document: DocumentId(0),
    }
}

fn world(roots: usize) -> World {
    let mut desired = DesiredState::default();
    for n in 0..roots {
        let fields =
            json!({"title": format!("Title {n}"), "host": format!("host-{n}"), "note": "n", "route": ["a", "b"]});
        let mut all = vec![resource(&format!("shelf/s{n}"), "shelf", &fields, None)];
        for child in 0..3 {
            let fields = json!({"name": format!("Name {child}"), "note": "n", "uris": ["https://a.example", "https://b.example"]});
            let default = (child == 0).then_some(true);
            all.push(resource(&format!("book/s{n}/b{child}"), "paper-book", &fields, default));
        }
        let own = Value::Ref(all[3].address.clone());
        all[0].fields.insert("featured".to_owned(), own);
        desired.resources.extend(all.into_iter().map(|r| (r.address.clone(), r)));
    }
    let mut world = World::new(desired, Manners::default());
    world.mirror(&mut common::tape::Tape::new(Vec::new()));
    world.bind();
    world
}

/// Seconds for validation, diff and plan, and the number of steps.
fn measure(world: &World, live: &LiveState) -> (f64, usize) {
    let selected = world.everything();
    let begun = Instant::now();
    let findings = validate(&world.desired, &CATALOG);
    let (desired, bindings, catalog) = (&world.desired, &world.bindings, &*CATALOG);
    let input = DiffInput { desired, live, bindings, catalog, selected: &selected, send_unverifiable: false };
    let planned = plan(PlanInput { desired, live, catalog, diff: diff(&input), header: header() });
    let seconds = begun.elapsed().as_secs_f64();
    (seconds, planned.map_or(0, |p| p.steps.len()) + findings.len())
}

fn main() {
    for (name, edit) in CASES {
        let mut before: Option<f64> = None;
        for roots in [250, 500, 1000, 2000] {
            let mut world = world(roots);
            edit(&mut world);
            let (seconds, steps) = measure(&world, &world.tenant.shown());
            let ratio = before.map_or(String::new(), |b| format!(", {:.1} times as long", seconds / b));
            println!("{name}: {roots} roots, {steps} steps, {seconds:.3} s{ratio}");
            before = Some(seconds);
        }
    }
}
