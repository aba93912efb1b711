//! Random changes that people make in the portal, around the manifests.

use serde_json::json;
use tilewright_core::{Address, Bindings, DesiredState, FieldSpec, Value};
use tilewright_simulator::World;

use super::fields::{is_free, schema_of, value};
use super::manifests::{Names, spec};
use super::tape::Tape;

/// Fields that the portal changes only where a manifest brings them back: others lean on them.
const LEANED_ON: &[&str] = &[
    "authentication_configuration",
    "client_type",
    "default_user_info_claims",
    "enforce_par",
    "fapi_version_compliancy",
    "optional_acs_url",
    "pkce",
    "signing_key_enabled",
    "sp_acs_url",
    "sync_id_token_claims_to_userinfo",
];

/// Some changes, over managed and unmanaged fields and objects.
pub(crate) fn meddle(
    tape: &mut Tape,
    names: &mut Names,
    desired: &DesiredState,
    bindings: &Bindings,
    world: &mut World,
) {
    // What people do in the portal, they see at once.
    let late = std::mem::take(&mut world.quirks_mut().late_reads);
    for _ in 0..tape.below(4) {
        match tape.below(8) {
            0 => insert(tape, names, world),
            1 => remove(tape, desired, bindings, world),
            2 => rename(tape, names, desired, bindings, world),
            _ => change(tape, desired, bindings, world),
        }
    }
    world.quirks_mut().late_reads = late;
}

/// The id of a resource, and that of its application.
fn id(bindings: &Bindings, address: &Address) -> Option<String> {
    bindings.id(address).map(ToString::to_string)
}

fn set(world: &mut World, bindings: &Bindings, address: &Address, field: &str, value: Option<serde_json::Value>) {
    let Some(own) = id(bindings, address) else { return };
    match address.parent("application") {
        None => world.edit_application(&own, field, value),
        Some(parent) => id(bindings, &parent).is_some_and(|app| world.edit_client(&app, &own, field, value)),
    };
}

fn some_address(tape: &mut Tape, desired: &DesiredState) -> Option<Address> {
    let all: Vec<Address> = desired.present().map(|r| r.address.clone()).collect();
    tape.pick(&all).cloned()
}

fn change(tape: &mut Tape, desired: &DesiredState, bindings: &Bindings, world: &mut World) {
    let Some(address) = some_address(tape, desired) else { return };
    let resource = &desired.resources[&address];
    let known = spec(&resource.spec_name);
    let hidden = |f: &FieldSpec| f.write_only && !world.quirks().write_only_returned;
    let free: Vec<_> = known
        .fields
        .iter()
        .filter(|(name, field)| is_free(name, field) && !hidden(field))
        .filter(|(name, _)| resource.fields.contains_key(*name) || !LEANED_ON.contains(&name.as_str()))
        .collect();
    let (name, field) = free[tape.below(free.len())];
    let removable = !field.required && !LEANED_ON.contains(&name.as_str());
    let new = if removable && tape.chance(20) {
        None
    } else {
        Some(without_nulls(&value(tape, name, field, schema_of(known, name))))
    };
    set(world, bindings, &address, name, new);
}

fn without_nulls(value: &Value) -> serde_json::Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, v)| **v != Value::Null)
            .map(|(name, v)| (name.clone(), without_nulls(v)))
            .collect(),
        other => other.to_json(),
    }
}

fn rename(tape: &mut Tape, names: &mut Names, desired: &DesiredState, bindings: &Bindings, world: &mut World) {
    let Some(address) = some_address(tape, desired) else { return };
    let field = if address.kind() == "client" { "name" } else { "app_name" };
    set(world, bindings, &address, field, Some(json!(names.fresh("By hand "))));
}

fn insert(tape: &mut Tape, names: &mut Names, world: &mut World) {
    let applications = world.applications();
    if tape.chance(50) || applications.is_empty() {
        let name = names.fresh("Foreign ");
        world.insert_application(json!({"app_name": name, "allow_public_signup": true}), json!({"name": name}));
    } else {
        let at = tape.below(applications.len());
        let app_id = applications[at]["app_id"].as_str().expect("it has an id").to_owned();
        world.insert_client(&app_id, json!({"name": names.fresh("Foreign "), "client_type": "native"}));
    }
}

/// An application with all that is in it, or a client that nobody depends on.
fn remove(tape: &mut Tape, desired: &DesiredState, bindings: &Bindings, world: &mut World) {
    let Some(address) = some_address(tape, desired) else { return };
    let Some(own) = id(bindings, &address) else { return };
    let Some(parent) = address.parent("application") else {
        world.remove_application(&own);
        return;
    };
    let Some(app) = id(bindings, &parent) else { return };
    let applications = world.applications();
    let application = applications.iter().find(|a| a["app_id"] == json!(app));
    let needed = application.is_none_or(|a| a["client_id"] == json!(own) || a["invite_client_id"] == json!(own));
    if !needed {
        world.remove_client(&app, &own);
    }
}
