//! What a tenant has from its first day: the management application with its credentials, an application of
//! the vendor, and the sign-in settings of every application.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::ids;
use crate::schema::application;
use crate::tenant::{Application, Origin, Tenant};

/// A new tenant: no applications of its own, and one pair of credentials to make some.
pub(crate) fn tenant(tenant_id: &str) -> Tenant {
    let mut tenant = Tenant::empty(tenant_id);
    let management = object(json!({"app_name": "Tenant Management"}));
    let (app_id, client_id) = plant(&mut tenant, Origin::System, management, object(json!({"name": "automation"})));
    let journeys = object(json!({"app_name": "Journeys", "application_type": "ido"}));
    plant(&mut tenant, Origin::System, journeys, object(json!({"name": "journeys"})));
    if let Some(application) = tenant.applications.get_mut(&app_id) {
        application.admin = true;
        let client = application.clients.get(&client_id);
        tenant.client_secret = client.map(|client| client.text("client_secret").to_owned()).unwrap_or_default();
    }
    tenant.client_id = client_id;
    tenant.changes = 0;
    tenant
}

/// The members of a value that is an object; none of any other.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Adds an application with its default client, without any check.
pub(crate) fn plant(
    tenant: &mut Tenant,
    origin: Origin,
    fields: Map<String, Value>,
    client: Map<String, Value>,
) -> (String, String) {
    let now = tenant.tick();
    let creator = format!("portal@{}", tenant.tenant_id);
    let (app_id, mut new) = application(tenant, &now, &creator, fields);
    new.origin = origin;
    let (client_id, client) = tenant.new_client(&app_id, &now, client);
    new.clients.insert(client_id.clone(), client);
    new.settle_default();
    tenant.commit(&app_id, Some(new));
    (app_id, client_id)
}

/// A new application without clients.
pub(crate) fn application(
    tenant: &mut Tenant,
    now: &str,
    creator: &str,
    given: Map<String, Value>,
) -> (String, Application) {
    let serial = tenant.next_serial();
    let app_id = ids::application(&tenant.tenant_id, serial);
    let mut fields = Map::new();
    for (name, value) in [
        ("app_id", app_id.as_str()),
        ("tenant_id", &tenant.tenant_id),
        ("created_at", now),
        ("created_by", creator),
        ("updated_at", now),
    ] {
        fields.insert(name.to_owned(), value.into());
    }
    fields.extend(application::defaults());
    fields.insert("login_preferences".to_owned(), login_preferences(&tenant.tenant_id, serial));
    fields.extend(without_ids(given));
    if let Some(domain @ Value::String(_)) = fields.get("custom_domain").cloned() {
        fields.insert("custom_domain".to_owned(), custom_domain(tenant.clock(), &domain));
    }
    let application = Application { serial, origin: Origin::Tenant, admin: false, fields, clients: BTreeMap::new() };
    (app_id, application)
}

/// Fields without those that decide where an object belongs.
pub(crate) fn without_ids(mut fields: Map<String, Value>) -> Map<String, Value> {
    fields.retain(|name, _| !["app_id", "tenant_id", "client_id"].contains(&name.as_str()));
    fields
}

/// A custom domain as it is stored: with the time from which its verification counts.
pub(crate) fn custom_domain(clock: Clock, domain: &Value) -> Value {
    json!({"domain": domain, "updated_at": clock.stamp(), "since": clock.seconds()})
}

/// Sign-in settings with secrets of providers in them, as a configured application has.
fn login_preferences(tenant_id: &str, serial: u64) -> Value {
    let secret = |purpose: &str| ids::secret(tenant_id, purpose, serial);
    json!({"auth_methods": {
        "google": {"clientId": format!("{serial}.apps.googleusercontent.com"),
            "clientSecret": secret("google"), "redirectUris": ["https://login.example.com/google"]},
        "apple": {"clientId": "com.example.signin", "appleTeamId": "T3AM000001", "keyId": "K3Y0000001",
            "clientSecret": secret("apple")},
        "email": {"expiresIn": 60, "linksPerUser": 3, "message": {"primaryColor": "#1a73e8"}},
        "password": {"resetValidityMinutes": 5, "passwordComplexity": 5, "passwordMinLength": 14,
            "blockPreviousPasswords": 5, "passwordExpiresIn": 90, "message": {"primaryColor": "#1a73e8"}},
        "push": {
            "apn": {"key": secret("apn"), "keyId": "K3Y0000002", "teamId": "T3AM000001",
                "bundle": "com.example.app"},
            "fcm": {"key": {"type": "service_account", "private_key": secret("fcm")}}},
    }})
}
