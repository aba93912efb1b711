//! Operations on applications.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::clients::{change, new_fields};
use super::{Reply, no_application, refuse, resource_ids, wrapped};
use crate::access::Caller;
use crate::conflicts::{self, Want};
use crate::normalise;
use crate::quirks::Quirks;
use crate::read::{self, View};
use crate::refusal::{Refusal, no_content};
use crate::rules;
use crate::schema::application::{COMMANDS, FIELDS, VIEWS};
use crate::schema::check::{Checked, Mode, check};
use crate::schema::client::Protocol;
use crate::seed;
use crate::tenant::{Application, Tenant};

/// GET applications.
pub(super) fn list(tenant: &mut Tenant, caller: &Caller) -> Reply {
    listed(tenant, caller, View::List)
}

/// GET applications/list.
pub(super) fn basic_list(tenant: &mut Tenant, caller: &Caller) -> Reply {
    listed(tenant, caller, View::Basic)
}

fn listed(tenant: &mut Tenant, caller: &Caller, view: View) -> Reply {
    caller.application_level(tenant)?;
    let seen = tenant.all_seen().into_iter().filter(|application| {
        let id = application.fields.get("app_id").and_then(Value::as_str);
        id.is_some_and(|id| caller.sees(id))
    });
    let shown = seen.map(|application| read::application(tenant, application, view)).collect();
    tenant.count_read(None);
    Ok(wrapped(StatusCode::OK, &Value::Array(shown)))
}

/// GET an application.
pub(super) fn read(tenant: &mut Tenant, caller: &Caller, app_id: &str) -> Reply {
    reach(tenant, caller, app_id)?;
    let shown = tenant.seen(app_id).map(|it| read::application(tenant, it, View::Single));
    tenant.count_read(Some(app_id));
    Ok(wrapped(StatusCode::OK, &shown.ok_or_else(|| no_application(app_id))?))
}

fn reach(tenant: &Tenant, caller: &Caller, app_id: &str) -> Result<(), Refusal> {
    caller.application_level(tenant)?;
    caller.reach(tenant, app_id)
}

/// POST applications: an application and its default client.
pub(super) fn create(tenant: &mut Tenant, caller: &Caller, body: &Map<String, Value>) -> Reply {
    caller.application_level(tenant)?;
    caller.create()?;
    let checked = check(FIELDS, body, Mode::Create, &tenant.quirks).map_err(Refusal::BadRequest)?;
    let mut sent = checked.members;
    normalise::normalise(FIELDS, &mut sent, &tenant.quirks);
    let client = default_client(tenant, &mut sent)?;
    sent.retain(|name, _| !COMMANDS.contains(&name.as_str()));

    tenant.attempt(|tenant| {
        let now = tenant.tick();
        let (app_id, mut next) = seed::application(tenant, &now, &caller.client_id, sent.clone());
        let (client_id, client) = tenant.new_client(&app_id, &now, client);
        next.clients.insert(client_id, client);
        next.settle_default();
        refuse(rules::check_application(&next, &sent))?;
        conflicts::application(tenant, &app_id, &next, &sent, Want::Create)?;
        let former_hub = former_hub(tenant, &app_id, &next, &sent)?;
        hand_over(tenant, former_hub, &now);
        let shown = read::application(tenant, &next, View::Created);
        tenant.commit(&app_id, Some(next));
        Ok(wrapped(StatusCode::CREATED, &shown))
    })
}

/// The fields of the default client that a create asks for: `first_client`, or else the flat fields.
fn default_client(tenant: &Tenant, sent: &mut Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let flat = take_views(sent);
    let asked = sent.get("first_client_authentication_protocol").cloned();
    let Some(Value::Object(mut first)) = sent.get("first_client").cloned() else {
        if Protocol::of(asked.as_ref()) == Protocol::Saml {
            return Err(Refusal::bad("first_client is required for saml"));
        }
        return flat_client(&tenant.quirks, flat);
    };
    let stated = first.get("authentication_protocol").cloned();
    if let (Some(asked), Some(stated)) = (&asked, &stated)
        && asked != stated
    {
        return Err(Refusal::bad(
            "first_client.authentication_protocol and first_client_authentication_protocol differ",
        ));
    }
    let protocol = Protocol::of(asked.or(stated).as_ref());
    if tenant.quirks.flat_fields_win {
        let known = |name: &str| protocol.fields().iter().any(|field| field.name == name);
        first.extend(flat.into_iter().filter(|(name, _)| known(name)));
    }
    first.insert("authentication_protocol".to_owned(), protocol.name().into());
    new_fields(&tenant.quirks, protocol, &first).map_err(in_first_client)
}

/// The fields of a default client that a create describes with flat fields. They may leave out
/// `redirect_uris`, which a client of its own must have.
fn flat_client(quirks: &Quirks, mut flat: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut quirks = quirks.clone();
    if !flat.contains_key("redirect_uris") {
        quirks.empty_redirect_uris_refused = false;
        flat.insert("redirect_uris".to_owned(), json!([]));
    }
    new_fields(&quirks, Protocol::Oidc, &flat)
}

/// Says of findings that they are about `first_client`.
fn in_first_client(refusal: Refusal) -> Refusal {
    let Refusal::BadRequest(findings) = refusal else {
        return refusal;
    };
    Refusal::BadRequest(findings.into_iter().map(|finding| format!("first_client: {finding}")).collect())
}

/// Takes the views of the default client out of a body, under the names they have there.
fn take_views(members: &mut Map<String, Value>) -> Map<String, Value> {
    let mut taken = Map::new();
    for (here, there) in VIEWS {
        if let Some(value) = members.shift_remove(*here) {
            taken.insert((*there).to_owned(), value);
        }
    }
    taken
}

/// PUT an application. Flat client fields in it change the default client.
pub(super) fn update(tenant: &mut Tenant, caller: &Caller, app_id: &str, body: &Map<String, Value>) -> Reply {
    reach(tenant, caller, app_id)?;
    tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    let mut checked = check(FIELDS, body, Mode::Update, &tenant.quirks).map_err(Refusal::BadRequest)?;
    if tenant.quirks.put_fills_defaults {
        checked.added = normalise::defaults(FIELDS, &mut checked.members);
    }
    store(tenant, app_id, checked)
}

/// Stores a checked update of an application, and shows the application.
fn store(tenant: &mut Tenant, app_id: &str, checked: Checked) -> Reply {
    let before = tenant.application(app_id).ok_or_else(|| no_application(app_id))?.clone();
    let Checked { members: mut sent, mut added, cleared } = checked;
    normalise::normalise(FIELDS, &mut sent, &tenant.quirks);
    let mut next = before.clone();
    let cleared = clear(&mut next, cleared);
    let views = Checked { members: take_views(&mut sent), added: take_views(&mut added), cleared };
    change_default_client(tenant, &mut next, views)?;
    next.fields.extend(added);
    merge(tenant, &mut next, &sent);
    refuse(rules::check_application(&next, &sent))?;
    conflicts::application(tenant, app_id, &next, &sent, Want::Update)?;
    let former_hub = former_hub(tenant, app_id, &next, &sent)?;
    if next != before || tenant.quirks.no_op_moves_updated_at {
        let now = tenant.tick();
        stamp(&mut next, &before, &now);
        hand_over(tenant, former_hub, &now);
        tenant.commit(app_id, Some(next.clone()));
    }
    Ok(wrapped(StatusCode::OK, &read::application(tenant, &next, View::Single)))
}

/// Removes an application's own fields that are to be cleared; returns those of its default client.
fn clear(next: &mut Application, names: Vec<String>) -> Vec<String> {
    let mut of_client = Vec::new();
    for name in names {
        match VIEWS.iter().find(|(here, _)| *here == name) {
            Some((_, there)) => of_client.push((*there).to_owned()),
            None if FIELDS.iter().any(|field| field.name == name) => {
                next.fields.shift_remove(&name);
            }
            None => {}
        }
    }
    of_client
}

/// Puts flat client fields into the default client of an application that is not stored yet.
fn change_default_client(tenant: &Tenant, next: &mut Application, mut views: Checked) -> Result<(), Refusal> {
    let asked = !views.members.is_empty() || !views.cleared.is_empty();
    let client = next.default_client_id().map(str::to_owned).zip(next.default_client());
    let Some((client_id, client)) = client else {
        let finding = "the application has no default client";
        return if asked { Err(Refusal::bad(finding)) } else { Ok(()) };
    };
    let table = client.protocol().fields();
    let known = |name: &str| table.iter().any(|field| field.name == name);
    let foreign = views.members.keys().filter(|name| !known(name));
    refuse(foreign.map(|name| format!("the default client has no {name}")).collect())?;
    views.added.retain(|name, _| known(name));
    if asked || !views.added.is_empty() {
        change(&tenant.quirks, next, &client_id, views)?;
    }
    Ok(())
}

/// Puts an application's own members in the place of what is stored.
fn merge(tenant: &Tenant, next: &mut Application, sent: &Map<String, Value>) {
    let mut members = sent.clone();
    members.retain(|name, _| !COMMANDS.contains(&name.as_str()));
    if let Some(domain) = members.shift_remove("custom_domain") {
        let same = next.custom_domain() == domain.as_str();
        if !(same && tenant.quirks.custom_domain_kept) {
            let stored = seed::custom_domain(tenant.next_instant(), &domain);
            members.insert("custom_domain".to_owned(), stored);
        }
    }
    next.fields.extend(members);
}

/// Moves `updated_at` of the application, and of its clients that are different.
fn stamp(next: &mut Application, before: &Application, now: &str) {
    next.fields.insert("updated_at".to_owned(), now.into());
    for (id, client) in &mut next.clients {
        if before.clients.get(id) != Some(client) {
            client.fields.insert("updated_at".to_owned(), now.into());
        }
    }
}

/// The application that ceases to be the Authentication Hub, if the request makes another one it.
fn former_hub(
    tenant: &Tenant,
    app_id: &str,
    next: &Application,
    sent: &Map<String, Value>,
) -> Result<Option<String>, Refusal> {
    if !next.is_hub() || !sent.contains_key("authenticator_preferences") {
        return Ok(None);
    }
    match conflicts::other_hub(tenant, app_id) {
        Some(other) if !tenant.quirks.hub_hand_over => {
            Err(Refusal::bad(format!("application {other} is the Authentication Hub already")))
        }
        other => Ok(other),
    }
}

fn hand_over(tenant: &mut Tenant, former_hub: Option<String>, now: &str) {
    let Some(app_id) = former_hub else {
        return;
    };
    if let Some(mut former) = tenant.applications.get(&app_id).cloned() {
        if let Some(preferences) = former.fields.get_mut("authenticator_preferences") {
            preferences["is_centralized"] = json!(false);
        }
        former.fields.insert("updated_at".to_owned(), now.into());
        tenant.commit(&app_id, Some(former));
    }
}

/// DELETE an application, and its clients with it.
pub(super) fn delete(tenant: &mut Tenant, caller: &Caller, app_id: &str) -> Reply {
    reach(tenant, caller, app_id)?;
    tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    tenant.tick();
    tenant.commit(app_id, None);
    Ok(no_content())
}

/// PUT resources of an application: those of its default client.
pub(super) fn resources(tenant: &mut Tenant, caller: &Caller, app_id: &str, body: &Map<String, Value>) -> Reply {
    reach(tenant, caller, app_id)?;
    tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    let members = resource_ids(tenant, body)?;
    store(tenant, app_id, Checked { members, ..Checked::default() })
}
