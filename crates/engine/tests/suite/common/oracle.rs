//! What must be true of the tenant after a run, read from what it stores rather than from what it shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use tilewright_core::diff::{Note, canonical, loosely_equal};
use tilewright_core::plan::{Operation, Plan};
use tilewright_core::{Address, Bindings, DesiredState, FieldPath, FieldSpec, Resource, Value};
use tilewright_simulator::{Quirks, World};

use super::manifests::spec;

/// Everything that is stored, by kind and id.
pub(crate) type Stored = BTreeMap<(&'static str, String), Map<String, Json>>;

fn members(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

fn id(object: &Map<String, Json>, name: &str) -> String {
    object[name].as_str().expect("objects have ids").to_owned()
}

/// The applications and clients of a tenant, its own ones aside.
pub(crate) fn stored(world: &World) -> Stored {
    let mut all = Stored::new();
    for application in world.applications() {
        let application = members(application);
        let app_id = id(&application, "app_id");
        for client in world.clients(&app_id) {
            let client = members(client);
            all.insert(("client", id(&client, "client_id")), client);
        }
        all.insert(("application", app_id), application);
    }
    all
}

fn kind(address: &Address) -> &'static str {
    if address.kind() == "client" { "client" } else { "application" }
}

/// Fields whose value nobody can know, and that were not sent for that reason.
pub(crate) fn not_verifiable(plan: &Plan) -> BTreeSet<(Address, FieldPath)> {
    let notes = plan.changes.iter().map(|c| (&c.address, &c.notes)).chain(&plan.remarks);
    let fields = notes.flat_map(|(address, notes)| {
        notes.iter().filter_map(move |note| match note {
            Note::NotVerifiable { field } => Some((address.clone(), field.clone())),
            _ => None,
        })
    });
    fields.collect()
}

/// The tenant holds what the manifests say, in every managed field.
pub(crate) fn holds(
    desired: &DesiredState,
    selected: &BTreeSet<Address>,
    bindings: &Bindings,
    unknown: &BTreeSet<(Address, FieldPath)>,
    after: &Stored,
    quirks: &Quirks,
) -> Result<(), String> {
    let ids: BTreeMap<&Address, String> = bindings.resources.iter().map(|(a, b)| (a, b.id.to_string())).collect();
    for resource in desired.resources.values().filter(|r| selected.contains(&r.address)) {
        let address = &resource.address;
        let object = ids.get(address).and_then(|id| after.get(&(kind(address), id.clone())));
        if resource.is_tombstone() {
            if object.is_some() || ids.contains_key(address) {
                return Err(format!("{address} is to be gone, and is there"));
            }
            continue;
        }
        let Some(object) = object else { return Err(format!("{address} is not there, or not bound")) };
        for (name, value) in &resource.fields {
            if unknown.contains(&(address.clone(), FieldPath::field(name))) {
                continue;
            }
            let field = &spec(&resource.spec_name).fields[name];
            let wanted = value.resolved(&|a| ids.get(a).cloned()).map_err(|a| format!("{a} has no id"))?;
            let is = shown(name, object);
            if !means(field, &wanted, is.as_ref(), quirks) {
                return Err(format!("{address} {name}: wanted {}, stored {:?}", wanted.to_json(), object.get(name)));
            }
        }
    }
    Ok(())
}

/// A stored field in the form in which it is written.
fn shown(name: &str, object: &Map<String, Json>) -> Option<Value> {
    let json = object.get(name)?;
    let json = if name == "custom_domain" { json.get("domain")? } else { json };
    Some(Value::from_json(json)).filter(|v| *v != Value::Null)
}

fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Null) || *value == Value::String(String::new()) || *value == Value::List(Vec::new())
}

fn means(field: &FieldSpec, wanted: &Value, is: Option<&Value>, quirks: &Quirks) -> bool {
    let Some(is) = is else {
        return is_nothing(wanted) || field.default.as_ref() == Some(wanted) || is_hollow(field, wanted);
    };
    if let (Some(members), Value::Object(wanted)) = (field.members(), wanted) {
        let Value::Object(is) = is else { return false };
        return wanted.iter().all(|(name, value)| match (value, is.get(name)) {
            // What is left out has its default, whether that is stored or not.
            (Value::Null, Some(stored)) => members[name].default.as_ref() == Some(stored),
            (_, shown) => means(&members[name], value, shown, quirks),
        });
    }
    if *wanted == Value::Null {
        return false;
    }
    let rewrites = quirks.text_trimmed || quirks.uris_normalised;
    canonical(field, wanted) == canonical(field, is) || rewrites && loosely_equal(field, wanted, is)
}

/// An object that says no more than that nothing is set.
fn is_hollow(field: &FieldSpec, wanted: &Value) -> bool {
    let (Some(members), Some(stated)) = (field.members(), wanted.as_object()) else { return false };
    stated.iter().all(|(name, v)| {
        is_nothing(v) || members.get(name).is_some_and(|m| m.default.as_ref() == Some(v) || is_hollow(m, v))
    })
}

/// What a plan makes and deletes is what came and went; nothing that it does not name is different.
pub(crate) fn nothing_else(
    plan: &Plan,
    desired: &DesiredState,
    selected: &BTreeSet<Address>,
    bindings: &Bindings,
    (before, after): (&Stored, &Stored),
    quirks: &Quirks,
) -> Result<(), String> {
    came_and_went(plan, (before, after))?;
    let bound: BTreeMap<(&str, &str), &Address> =
        bindings.resources.iter().map(|(a, b)| ((a.kind(), b.id.as_str()), a)).collect();
    for (key, was) in before {
        let Some(is) = after.get(key) else { continue };
        let address = bound.get(&(key.0, key.1.as_str())).copied().filter(|a| selected.contains(*a));
        let resource = address.and_then(|a| desired.resources.get(a));
        unmoved(resource, was, is, quirks).map_err(|e| format!("{key:?} ({address:?}): {e}"))?;
    }
    Ok(())
}

fn came_and_went(plan: &Plan, (before, after): (&Stored, &Stored)) -> Result<(), String> {
    let (mut makes, mut gone) = (0, BTreeSet::new());
    for step in &plan.steps {
        match &step.operation {
            // An application brings a client, whether the manifests have one or not.
            Operation::Create { parent: None, .. } => makes += 2,
            Operation::Create { .. } => makes += 1,
            Operation::Delete { target, .. } => {
                let app = target.to_string();
                gone.extend(
                    before.iter().filter(|(_, o)| o.get("app_id") == Some(&app.clone().into())).map(|(k, _)| k),
                );
                gone.extend(before.keys().filter(|(_, id)| *id == app));
            }
            Operation::Update { .. } => {}
        }
    }
    let lost: BTreeSet<_> = before.keys().filter(|k| !after.contains_key(*k)).collect();
    let made = after.keys().filter(|k| !before.contains_key(*k)).count();
    if lost != gone {
        return Err(format!("lost are {lost:?}, and the plan deletes {gone:?}"));
    }
    if made != makes {
        return Err(format!("{made} objects were made, and the plan makes {makes}"));
    }
    Ok(())
}

fn unmoved(
    resource: Option<&Resource>,
    was: &Map<String, Json>,
    is: &Map<String, Json>,
    quirks: &Quirks,
) -> Result<(), String> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).filter(|name| *name != "updated_at").collect();
    for name in names {
        let (a, b) = (was.get(name), is.get(name));
        if a == b {
            continue;
        }
        let field = resource.and_then(|r| spec(&r.spec_name).fields.get(name));
        if same(field, a, b) {
            continue;
        }
        let stated = resource.and_then(|r| r.fields.get(name));
        match (stated, field) {
            (Some(value), _) if value.as_object().is_none() => {
                if name == "custom_domain" && shown(name, was) == shown(name, is) {
                    return Err("custom_domain was sent although it is the same".to_owned());
                }
            }
            (Some(value), Some(field)) => kept(field, value, a, b, quirks).map_err(|e| format!("{name}.{e}"))?,
            // The old word for what two other fields say follows them, so that no request contradicts itself.
            (None, _) if name == "token_endpoint_auth_method" && follows(resource, quirks) => {}
            (None, Some(field)) if filled(field, a, b, quirks) => {}
            (Some(_) | None, _) => return Err(format!("{name} moved by itself from {a:?} to {b:?}")),
        }
    }
    Ok(())
}

/// Whether two stored values mean the same.
fn same(field: Option<&FieldSpec>, a: Option<&Json>, b: Option<&Json>) -> bool {
    let form = |json: &Json| field.map(|f| canonical(f, &Value::from_json(json)));
    a == b || a.zip(b).is_some_and(|(a, b)| field.is_some() && form(a) == form(b))
}

fn follows(resource: Option<&Resource>, quirks: &Quirks) -> bool {
    let stated = |name: &str| resource.is_some_and(|r| r.fields.contains_key(name));
    quirks.auth_method_derived || stated("pkce") || stated("authentication_configuration")
}

/// A server that fills in defaults does so also where there was nothing, or nothing that it shows.
fn filled(field: &FieldSpec, was: Option<&Json>, is: Option<&Json>, quirks: &Quirks) -> bool {
    let default = field.default.as_ref().map(Value::to_json);
    let hidden = |was: &Json| quirks.empty_lists_dropped && was.as_array().is_some_and(Vec::is_empty);
    quirks.put_fills_defaults && was.is_none_or(|w| w.is_null() || hidden(w)) && is == default.as_ref()
}

/// The members that the manifest does not state are as they were.
fn kept(
    field: &FieldSpec,
    stated: &Value,
    was: Option<&Json>,
    is: Option<&Json>,
    quirks: &Quirks,
) -> Result<(), String> {
    let members = |json: Option<&'_ Json>| json.and_then(|j| j.as_object().cloned()).unwrap_or_default();
    let (was, is) = (members(was), members(is));
    let stated = stated.as_object().expect("an object is stated");
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).filter(|n| !stated.contains_key(*n)).collect();
    for name in names {
        let (a, b) = (was.get(name), is.get(name));
        let inner = field.members().and_then(|m| m.get(name));
        if !same(inner, a, b) && !inner.is_some_and(|f| filled(f, a, b, quirks)) {
            return Err(format!("{name} moved by itself from {a:?} to {b:?}"));
        }
    }
    for (name, value) in stated.iter().filter(|(_, v)| v.as_object().is_some()) {
        if let Some(inner) = field.members().and_then(|m| m.get(name)).filter(|f| f.members().is_some()) {
            kept(inner, value, was.get(name), is.get(name), quirks).map_err(|e| format!("{name}.{e}"))?;
        }
    }
    Ok(())
}
