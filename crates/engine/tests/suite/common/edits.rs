//! Random edits of manifests, as people make them. They stay legal, and the API can follow them.

use tilewright_core::{Address, DesiredState, Value};

use super::fields::{is_free, schema_of, some_fields, value};
use super::manifests::{
    Names, add_application, add_client, aim_invitations, bury, give_hub, legalise, present, settle, spec, text,
};
use super::tape::Tape;

type Edit = fn(&mut Tape, &mut Names, &mut DesiredState);

const EDITS: &[Edit] = &[
    change_fields,
    change_fields,
    rotate_names,
    rotate_subdomains,
    rotate_domains,
    move_hub,
    move_invitations,
    |tape, names, desired| drop(add_application(tape, names, desired)),
    grow,
    bury_client,
    bury_application,
    forget,
    change_protocol,
    reorder,
];

/// Fields that, once stated, others lean on; people who stop managing them change nothing in the tenant.
const STICKY: &[&str] = &[
    "authenticator_preferences",
    "authentication_configuration",
    "client_type",
    "custom_domain",
    "default_user_info_claims",
    "enforce_par",
    "fapi_version_compliancy",
    "invite_client_id",
    "name",
    "optional_acs_url",
    "pkce",
    "sp_acs_url",
    "subdomain",
    "sync_id_token_claims_to_userinfo",
];

/// Some edits, and what follows from them.
pub(crate) fn edit(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    desired.resources.retain(|_, r| !r.is_tombstone());
    if tape.chance(10) {
        // Alone: who gets another key and another name at once cannot be known again.
        change_key(tape, names, desired);
    } else {
        for _ in 0..=tape.below(5) {
            let edit = EDITS[tape.below(EDITS.len())];
            edit(tape, names, desired);
        }
    }
    legalise(desired);
}

/// Edits that only hand names, domains and the hub around in cycles.
pub(crate) fn hand_over(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    for _ in 0..=tape.below(4) {
        let edit = EDITS[2 + tape.below(5)];
        edit(tape, names, desired);
    }
    legalise(desired);
}

fn pick(tape: &mut Tape, desired: &DesiredState) -> Address {
    let all: Vec<Address> = desired.present().map(|r| r.address.clone()).collect();
    tape.pick(&all).expect("the manifests have an application").clone()
}

/// The clients that may go: neither the default of their application nor the one that invitations come from.
fn spare_client(tape: &mut Tape, desired: &DesiredState) -> Option<Address> {
    let mut spare = present(desired, "client");
    spare.retain(|a| {
        let parent = a.parent("application").expect("clients live in applications");
        let is_default = desired.default_child(&parent).is_some_and(|d| d.address == *a);
        let invites = desired.present().any(|r| r.fields.values().any(|v| v.refs().contains(&a)));
        !is_default && !invites
    });
    tape.pick(&spare).cloned()
}

fn change_fields(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let address = pick(tape, desired);
    let resource = desired.resources.get_mut(&address).expect("it is there");
    let known = spec(&resource.spec_name);
    if tape.chance(30) {
        let old = std::mem::replace(&mut resource.fields, some_fields(tape, known));
        for (name, value) in old {
            let keep = STICKY.contains(&name.as_str()) || !is_free(&name, &known.fields[&name]);
            if keep && (!resource.fields.contains_key(&name) || !is_free(&name, &known.fields[&name])) {
                resource.fields.insert(name, value);
            }
        }
    } else {
        let free: Vec<_> = known.fields.iter().filter(|(name, field)| is_free(name, field)).collect();
        for _ in 0..=tape.below(3) {
            let (name, field) = free[tape.below(free.len())];
            if tape.chance(20) && !field.required && !STICKY.contains(&name.as_str()) {
                resource.fields.remove(name);
            } else {
                resource.fields.insert(name.clone(), value(tape, name, field, schema_of(known, name)));
            }
        }
    }
    if resource.address.kind() == "client" {
        settle(tape, resource);
    }
}

/// Hands the values of a field around, in one cycle of random length and order.
fn rotate(tape: &mut Tape, desired: &mut DesiredState, mut among: Vec<Address>, field: &str) {
    among.retain(|a| desired.resources[a].fields.contains_key(field));
    tape.shuffle(&mut among);
    let count = tape.below(among.len() + 1);
    among.truncate(count);
    let mut values: Vec<Value> = among.iter().map(|a| desired.resources[a].fields[field].clone()).collect();
    if !values.is_empty() {
        values.rotate_left(1);
    }
    for (address, value) in among.iter().zip(values) {
        desired.resources.get_mut(address).expect("it is there").fields.insert(field.to_owned(), value);
    }
}

fn rotate_names(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    if tape.chance(20) {
        let address = pick(tape, desired);
        let field = if address.kind() == "client" { "name" } else { "app_name" };
        let fresh = Value::String(names.fresh("Renamed "));
        desired.resources.get_mut(&address).expect("it is there").fields.insert(field.to_owned(), fresh);
    } else if tape.chance(50) {
        rotate(tape, desired, present(desired, "application"), "app_name");
    } else {
        let application = tape.pick(&present(desired, "application")).expect("there is one").clone();
        let clients = desired.children(&application).map(|r| r.address.clone()).collect();
        rotate(tape, desired, clients, "name");
    }
}

fn rotate_subdomains(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    rotate(tape, desired, present(desired, "application"), "subdomain");
}

fn rotate_domains(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    rotate(tape, desired, present(desired, "application"), "custom_domain");
}

fn move_hub(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    give_hub(tape, desired);
}

fn move_invitations(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let application = tape.pick(&present(desired, "application")).expect("there is one").clone();
    aim_invitations(tape, desired, &application);
}

fn grow(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    let application = tape.pick(&present(desired, "application")).expect("there is one").clone();
    // An application without a client in the manifests has one in the tenant, which no manifest names.
    if desired.children(&application).next().is_some() {
        add_client(tape, names, desired, &application);
    }
}

fn bury_client(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let Some(client) = spare_client(tape, desired) else { return };
    bury(desired, &client);
    let parent = client.parent("application").expect("clients live in applications");
    if tape.chance(50) {
        // Somebody takes over its name.
        let name = desired.resources[&client].fields["name"].clone();
        let heirs: Vec<Address> = desired.children(&parent).map(|r| r.address.clone()).collect();
        let heir = tape.pick(&heirs).expect("the default stays").clone();
        desired.resources.get_mut(&heir).expect("it is there").fields.insert("name".to_owned(), name);
    }
}

fn bury_application(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let all = present(desired, "application");
    let Some(buried) = tape.pick(&all).cloned().filter(|_| all.len() > 1) else { return };
    let clients: Vec<Address> = desired.children(&buried).map(|r| r.address.clone()).collect();
    for client in clients {
        if tape.chance(50) {
            bury(desired, &client);
        } else {
            desired.resources.remove(&client);
        }
    }
    // What is left of an earlier edit goes too.
    let inside = |a: &Address| a.parent("application").as_ref() == Some(&buried);
    desired.resources.retain(|a, r| !inside(a) || r.is_tombstone());
    bury(desired, &buried);
    let heirs = present(desired, "application");
    for field in ["app_name", "subdomain", "custom_domain"] {
        let left = desired.resources[&buried].fields.get(field).cloned().filter(|_| tape.chance(50));
        if let (Some(value), Some(heir)) = (left, tape.pick(&heirs).cloned()) {
            desired.resources.get_mut(&heir).expect("it is there").fields.insert(field.to_owned(), value);
        }
    }
}

/// Takes a client out of the manifests without a tombstone.
fn forget(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    if let Some(client) = spare_client(tape, desired) {
        desired.resources.remove(&client);
    }
}

fn change_protocol(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let Some(client) = spare_client(tape, desired) else { return };
    let resource = desired.resources.get_mut(&client).expect("it is there");
    let protocol = if resource.spec_name == "saml-client" { "oidc" } else { "saml" };
    resource.spec_name = format!("{protocol}-client");
    let name = resource.fields["name"].clone();
    resource.fields = some_fields(tape, spec(&resource.spec_name));
    resource.fields.insert("name".to_owned(), name);
    resource.fields.insert("authentication_protocol".to_owned(), text(protocol));
    settle(tape, resource);
}

/// Gives a client another address.
fn change_key(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    let clients = present(desired, "client");
    let Some(old) = tape.pick(&clients).cloned() else { return };
    let parent = old.parent("application").expect("clients live in applications");
    let new = parent.child("client", names.key("moved"));
    let mut resource = desired.resources.remove(&old).expect("it is there");
    resource.address = new.clone();
    desired.resources.insert(new.clone(), resource);
    for resource in desired.resources.values_mut() {
        for value in resource.fields.values_mut() {
            if *value == Value::Ref(old.clone()) {
                *value = Value::Ref(new.clone());
            }
        }
    }
}

/// Writes sets and keys in another order: nothing changes by that.
fn reorder(_: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    for resource in desired.resources.values_mut() {
        resource.fields.values_mut().for_each(reverse);
    }
}

fn reverse(value: &mut Value) {
    match value {
        Value::List(items) => items.reverse(),
        Value::Object(members) => members.values_mut().for_each(reverse),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Ref(_) => {}
    }
}
