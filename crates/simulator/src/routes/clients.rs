//! Operations on the clients of an application.

use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Reply, no_application, no_client, refuse, resource_ids, wrapped};
use crate::access::Caller;
use crate::conflicts::{self, Want};
use crate::normalise;
use crate::quirks::{MissingApplication, Quirks};
use crate::read;
use crate::refusal::{Refusal, answer, no_content};
use crate::rules;
use crate::schema::check::{Checked, Mode, check};
use crate::schema::client::Protocol;
use crate::tenant::{Application, Client, Tenant};

/// GET clients.
pub(super) fn list(tenant: &mut Tenant, caller: &Caller, app_id: &str) -> Reply {
    caller.reach(tenant, app_id)?;
    let shown = match tenant.seen(app_id) {
        Some(application) => {
            let mut clients = application.clients_in_order();
            if tenant.quirks.newest_first {
                clients.reverse();
            }
            clients.into_iter().map(|client| read::client(client, &tenant.quirks, false)).collect()
        }
        None => match tenant.quirks.missing_application {
            MissingApplication::BadRequest => {
                tenant.count_read(Some(app_id));
                return Err(Refusal::bad(format!("application {app_id} does not exist")));
            }
            MissingApplication::NotFound => {
                tenant.count_read(Some(app_id));
                return Err(no_application(app_id));
            }
            MissingApplication::Empty => Vec::new(),
        },
    };
    tenant.count_read(Some(app_id));
    Ok(enveloped(&tenant.quirks, StatusCode::OK, &Value::Array(shown)))
}

/// GET a client.
pub(super) fn read(tenant: &mut Tenant, caller: &Caller, app_id: &str, client_id: &str) -> Reply {
    caller.reach(tenant, app_id)?;
    let application = tenant.seen(app_id);
    let found = match application.map(|application| application.clients.get(client_id)) {
        None => Err(no_application(app_id)),
        Some(None) => Err(no_client(client_id)),
        Some(Some(client)) => Ok(read::client(client, &tenant.quirks, false)),
    };
    tenant.count_read(Some(app_id));
    Ok(enveloped(&tenant.quirks, StatusCode::OK, &found?))
}

/// POST clients.
pub(super) fn create(tenant: &mut Tenant, caller: &Caller, app_id: &str, body: &Map<String, Value>) -> Reply {
    caller.reach(tenant, app_id)?;
    let mut next = tenant.application(app_id).ok_or_else(|| no_application(app_id))?.clone();
    let protocol = Protocol::of(body.get("authentication_protocol"));
    let fields = new_fields(&tenant.quirks, protocol, body)?;
    let name = fields.get("name").and_then(Value::as_str).unwrap_or("");
    conflicts::client(&tenant.quirks, &next, "", name, Want::Create)?;
    let now = tenant.tick();
    let (client_id, client) = tenant.new_client(app_id, &now, fields);
    let shown = read::client(&client, &tenant.quirks, true);
    next.clients.insert(client_id, client);
    next.settle_default();
    tenant.commit(app_id, Some(next));
    Ok(enveloped(&tenant.quirks, StatusCode::CREATED, &shown))
}

/// The fields of a new client, checked, with the defaults of its protocol.
pub(super) fn new_fields(
    quirks: &Quirks,
    protocol: Protocol,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let checked = check(protocol.fields(), body, Mode::Create, quirks).map_err(Refusal::BadRequest)?;
    let mut sent = checked.members;
    normalise::normalise(protocol.fields(), &mut sent, quirks);
    let mut next = protocol.defaults();
    next.extend(sent.clone());
    refuse(rules::settle_client(&mut next, &sent, Mode::Create, quirks))?;
    Ok(next)
}

/// PUT a client.
pub(super) fn update(
    tenant: &mut Tenant,
    caller: &Caller,
    app_id: &str,
    client_id: &str,
    body: &Map<String, Value>,
) -> Reply {
    let client = find(tenant, caller, app_id, client_id)?;
    let fields = client.protocol().fields();
    let mut checked = check(fields, body, Mode::Update, &tenant.quirks).map_err(Refusal::BadRequest)?;
    if tenant.quirks.put_fills_defaults {
        checked.added = normalise::defaults(fields, &mut checked.members);
    }
    store(tenant, app_id, client_id, checked)
}

/// PUT resources of a client.
pub(super) fn resources(
    tenant: &mut Tenant,
    caller: &Caller,
    app_id: &str,
    client_id: &str,
    body: &Map<String, Value>,
) -> Reply {
    find(tenant, caller, app_id, client_id)?;
    let members = resource_ids(tenant, body)?;
    store(tenant, app_id, client_id, Checked { members, ..Checked::default() })
}

/// The client that a write is about.
fn find<'a>(tenant: &'a Tenant, caller: &Caller, app_id: &str, client_id: &str) -> Result<&'a Client, Refusal> {
    caller.reach(tenant, app_id)?;
    let application = tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    application.clients.get(client_id).ok_or_else(|| no_client(client_id))
}

/// Stores a checked update of a client, and shows the client.
fn store(tenant: &mut Tenant, app_id: &str, client_id: &str, checked: Checked) -> Reply {
    let mut next = tenant.application(app_id).ok_or_else(|| no_application(app_id))?.clone();
    let changed = change(&tenant.quirks, &mut next, client_id, checked)?;
    if changed || tenant.quirks.no_op_moves_updated_at {
        let now = tenant.tick();
        if let Some(client) = next.clients.get_mut(client_id) {
            client.fields.insert("updated_at".to_owned(), now.into());
        }
        tenant.commit(app_id, Some(next.clone()));
    }
    let client = next.clients.get(client_id).ok_or_else(|| no_client(client_id))?;
    Ok(enveloped(&tenant.quirks, StatusCode::OK, &read::client(client, &tenant.quirks, false)))
}

/// Puts a checked update into a client of an application that is not stored yet. Says whether anything is
/// different.
pub(super) fn change(
    quirks: &Quirks,
    application: &mut Application,
    client_id: &str,
    checked: Checked,
) -> Result<bool, Refusal> {
    let client = application.clients.get(client_id).ok_or_else(|| no_client(client_id))?;
    let (serial, protocol) = (client.serial, client.protocol());
    let mut fields = client.fields.clone();
    let mut sent = checked.members;
    normalise::normalise(protocol.fields(), &mut sent, quirks);
    for name in checked.cleared {
        fields.shift_remove(&name);
    }
    fields.extend(checked.added);
    fields.extend(sent.clone());
    refuse(rules::settle_client(&mut fields, &sent, Mode::Update, quirks))?;
    if let Some(name) = sent.get("name").and_then(Value::as_str) {
        conflicts::client(quirks, application, client_id, name, Want::Update)?;
    }
    let next = Client { serial, fields };
    let changed = application.clients.get(client_id) != Some(&next);
    application.clients.insert(client_id.to_owned(), next);
    Ok(changed)
}

/// DELETE a client.
pub(super) fn delete(tenant: &mut Tenant, caller: &Caller, app_id: &str, client_id: &str) -> Reply {
    caller.reach(tenant, app_id)?;
    let application = tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    let mut next = application.clone();
    if !next.clients.contains_key(client_id) {
        return Err(no_client(client_id));
    }
    // The last client is always the default one, so this keeps the last as well.
    if next.default_client_id() == Some(client_id) && !tenant.quirks.default_client_deletable {
        return Err(Refusal::bad("the default client of an application can't be deleted"));
    }
    if next.fields.get("invite_client_id") == Some(&json!(client_id)) {
        return Err(Refusal::bad("the client is named by invite_client_id"));
    }
    next.clients.remove(client_id);
    next.settle_default();
    tenant.tick();
    tenant.commit(app_id, Some(next));
    Ok(no_content())
}

/// DELETE clients: all of them. It leaves an application that nobody can sign in to, and is allowed (vendor
/// docs: the page of this operation warns of it).
pub(super) fn delete_all(tenant: &mut Tenant, caller: &Caller, app_id: &str) -> Reply {
    caller.reach(tenant, app_id)?;
    let application = tenant.application(app_id).ok_or_else(|| no_application(app_id))?;
    let mut next = application.clone();
    if next.fields.contains_key("invite_client_id") {
        return Err(Refusal::bad("a client is named by invite_client_id"));
    }
    if !next.clients.is_empty() {
        next.clients.clear();
        next.settle_default();
        tenant.tick();
        tenant.commit(app_id, Some(next));
    }
    Ok(no_content())
}

/// An answer as operations on clients have it: bare, or wrapped as in the first documents.
fn enveloped(quirks: &Quirks, status: StatusCode, value: &Value) -> Response<Vec<u8>> {
    if quirks.clients_wrapped { wrapped(status, value) } else { answer(status, value) }
}
