//! Makes what reads return of what is stored: views of the default client, lists with less in them, and the
//! dress that the quirks put on everything.
//!
//! Changes nothing that is stored.

use serde_json::{Map, Value, json};

use crate::quirks::{ListOrder, Quirks, Unset};
use crate::schema::application::{self, VIEWS};
use crate::schema::client::{PKCE_INSTEAD, Protocol};
use crate::schema::{Field, Shape};
use crate::tenant::{Application, Client, Tenant};

/// Where an application is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The answer to its creation.
    Created,
    /// By itself.
    Single,
    /// In the list.
    List,
    /// In the basic list.
    Basic,
}

/// What stands for a secret where secrets are masked.
const MASK: &str = "********";

/// Writes after which a custom domain counts as verified, in seconds of the world's clock.
const VERIFICATION: u64 = 3;

/// Fields of the basic list.
const BASIC: &[&str] = &["app_id", "tenant_id", "app_name", "app_description", "login_uri", "application_type"];

/// Fields that a poor list lacks, besides the logo.
const NOT_IN_POOR_LIST: &[&str] = &["authenticator_preferences", "invite_client_id", "subdomain"];

/// Fields that only servers write, and that may be unset.
const UNSET_BY_SERVER: &[&str] = &["password_sharing_group_id"];

/// An application as the API shows it.
pub(crate) fn application(tenant: &Tenant, application: &Application, view: View) -> Value {
    let quirks = &tenant.quirks;
    let mut fields = application.fields.clone();
    if let Some(domain) = fields.get_mut("custom_domain") {
        show_verification(tenant, domain);
    }
    if let Some(client) = application.default_client() {
        let stored = client_fields(client, quirks);
        for (here, there) in VIEWS {
            if let Some(value) = stored.get(*there) {
                fields.insert((*here).to_owned(), value.clone());
            }
        }
        let secret = secret(client, quirks, view == View::Created);
        fields.insert("client_secret".to_owned(), secret);
    }
    show_unset(application::FIELDS, &mut fields, quirks);
    if quirks.unset == Unset::Null {
        for name in UNSET_BY_SERVER {
            fields.entry(*name).or_insert(Value::Null);
        }
    }
    fields.retain(|name, _| in_view(name, view, quirks));
    Value::Object(dress(fields, quirks))
}

fn in_view(name: &str, view: View, quirks: &Quirks) -> bool {
    match view {
        View::Created | View::Single => true,
        View::List => name != "logo" && !(quirks.poor_list && NOT_IN_POOR_LIST.contains(&name)),
        View::Basic => BASIC.contains(&name),
    }
}

/// A client as the API shows it; `created` is the answer to its creation.
pub(crate) fn client(client: &Client, quirks: &Quirks, created: bool) -> Value {
    let mut fields = client_fields(client, quirks);
    let table = client.protocol().fields();
    if !quirks.write_only_returned {
        fields.retain(|name, _| !table.iter().any(|it| it.name == name && it.write_only));
    }
    fields.insert("client_secret".to_owned(), secret(client, quirks, created));
    show_unset(table, &mut fields, quirks);
    Value::Object(dress(fields, quirks))
}

/// The stored fields with what is derived from others.
fn client_fields(client: &Client, quirks: &Quirks) -> Map<String, Value> {
    let mut fields = client.fields.clone();
    if quirks.auth_method_derived && client.protocol() == Protocol::Oidc {
        let method = fields.get("authentication_configuration").and_then(|it| it.get("method"));
        let shown = match method {
            _ if client.text("pkce") == PKCE_INSTEAD => json!("none"),
            Some(method) => method.clone(),
            None => json!("client_secret_basic"),
        };
        fields.insert("token_endpoint_auth_method".to_owned(), shown);
    }
    fields
}

fn secret(client: &Client, quirks: &Quirks, created: bool) -> Value {
    if quirks.secrets_masked && !created { MASK.into() } else { client.text("client_secret").into() }
}

/// Adds the state of verification. It is made up from the clock, so that reading does not change anything.
fn show_verification(tenant: &Tenant, domain: &mut Value) {
    let Value::Object(members) = domain else {
        return;
    };
    let since = members.shift_remove("since").and_then(|it| it.as_u64()).unwrap_or(0);
    if !members.contains_key("status") {
        let verified = tenant.clock().seconds() >= since + VERIFICATION;
        let status = if verified { "verified" } else { "pending" };
        members.insert("status".to_owned(), status.into());
    }
}

/// Shows fields that were never set the way the tenant does.
fn show_unset(table: &[Field], fields: &mut Map<String, Value>, quirks: &Quirks) {
    for field in table.iter().filter(|field| !field.write_only || quirks.write_only_returned) {
        if fields.contains_key(field.name) || application::COMMANDS.contains(&field.name) {
            continue;
        }
        let shown = match (quirks.unset, field.shape) {
            (Unset::Null, _) => Some(Value::Null),
            (Unset::Disabled, Shape::Object(members)) => disabled(members),
            (Unset::Disabled | Unset::Missing, _) => None,
        };
        if let Some(shown) = shown {
            fields.insert(field.name.to_owned(), shown);
        }
    }
}

/// An object with its switch off, and its required texts empty; `None` when it has no switch.
fn disabled(members: &[Field]) -> Option<Value> {
    members.iter().find(|member| member.name == "enabled")?;
    let mut object = Map::new();
    for member in members.iter().filter(|member| member.create == crate::schema::Need::Must) {
        let value = if member.name == "enabled" { json!(false) } else { json!("") };
        object.insert(member.name.to_owned(), value);
    }
    Some(Value::Object(object))
}

/// Puts on what the quirks do to every value. Free-form values are left as they are.
fn dress(fields: Map<String, Value>, quirks: &Quirks) -> Map<String, Value> {
    let mut dressed = Map::new();
    for (name, value) in fields {
        let value = match value {
            value if name == "login_preferences" => value,
            value if name == "jwks" && quirks.key_sets_reordered => reversed(value),
            value if name == "jwks" => value,
            Value::Object(members) => Value::Object(dress(members, quirks)),
            Value::Array(items) if items.is_empty() && quirks.empty_lists_dropped => continue,
            Value::Array(items) => Value::Array(ordered(items, quirks.list_order)),
            Value::String(text) if text.is_empty() && quirks.empty_text_dropped => continue,
            Value::Number(number) if quirks.numbers_as_floats => match number.as_f64() {
                Some(float) => json!(float),
                None => Value::Number(number),
            },
            value => value,
        };
        dressed.insert(name, value);
    }
    dressed
}

/// A value with all its lists and members in reverse order.
fn reversed(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().rev().map(reversed).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().rev().map(|(name, it)| (name, reversed(it))).collect())
        }
        other => other,
    }
}

fn ordered(mut items: Vec<Value>, order: ListOrder) -> Vec<Value> {
    match order {
        ListOrder::Kept => {}
        ListOrder::Sorted => items.sort_by(|a, b| a.as_str().cmp(&b.as_str())),
        ListOrder::Reversed => items.reverse(),
    }
    items
}
