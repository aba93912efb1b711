//! Values that only one object of the tenant may have: names, domains, the Authentication Hub.
//!
//! Finds who has a value; what the API answers to that is for the routes to say.

use serde_json::{Map, Value};

use crate::quirks::{NameUniqueness, Quirks};
use crate::refusal::Refusal;
use crate::tenant::{Application, Tenant};

/// What is done to the object that wants a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    Create,
    Update,
}

impl Want {
    /// The refusal for a value that another object has. A PUT documents no 409, so it gets a 400 unless a
    /// quirk says otherwise.
    fn taken(self, quirks: &Quirks, name: &str, value: &str) -> Refusal {
        let message = format!("{name} {value} is already taken");
        match (self, quirks.names) {
            (Want::Create, _) | (Want::Update, NameUniqueness::CreateAndUpdate409) => Refusal::Taken(message),
            (Want::Update, NameUniqueness::None | NameUniqueness::CreateAndUpdate400) => Refusal::bad(message),
        }
    }
}

/// Refuses an application whose name or domain another one has.
pub(crate) fn application(
    tenant: &Tenant,
    app_id: &str,
    next: &Application,
    sent: &Map<String, Value>,
    want: Want,
) -> Result<(), Refusal> {
    let quirks = &tenant.quirks;
    let others = || tenant.shown().filter(|(id, _)| *id != app_id).map(|(_, it)| it);
    let name = text(&next.fields, "app_name");
    if sent.contains_key("app_name")
        && quirks.names != NameUniqueness::None
        && others().any(|other| same_name(text(&other.fields, "app_name"), name, quirks))
    {
        return Err(want.taken(quirks, "app_name", name));
    }
    let subdomain = text(&next.fields, "subdomain");
    if sent.contains_key("subdomain")
        && others().any(|other| text(&other.fields, "subdomain").eq_ignore_ascii_case(subdomain))
    {
        return Err(want.taken(quirks, "subdomain", subdomain));
    }
    let domain = next.custom_domain().unwrap_or("");
    if sent.contains_key("custom_domain")
        && others().any(|other| other.custom_domain().is_some_and(|theirs| theirs.eq_ignore_ascii_case(domain)))
    {
        return Err(want.taken(quirks, "custom_domain", domain));
    }
    Ok(())
}

/// Refuses a client whose name another client of the application has.
pub(crate) fn client(
    quirks: &Quirks,
    application: &Application,
    client_id: &str,
    name: &str,
    want: Want,
) -> Result<(), Refusal> {
    let taken = quirks.names != NameUniqueness::None
        && application
            .clients
            .iter()
            .any(|(id, client)| id != client_id && same_name(client.text("name"), name, quirks));
    if taken { Err(want.taken(quirks, "name", name)) } else { Ok(()) }
}

/// The application that is the Authentication Hub, if it is another than this one.
pub(crate) fn other_hub(tenant: &Tenant, app_id: &str) -> Option<String> {
    let mut hubs = tenant.applications.iter().filter(|(_, application)| application.is_hub());
    hubs.find(|(id, _)| *id != app_id).map(|(id, _)| id.clone())
}

fn same_name(a: &str, b: &str, quirks: &Quirks) -> bool {
    if quirks.names_ignore_case { a.to_lowercase() == b.to_lowercase() } else { a == b }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or("")
}
