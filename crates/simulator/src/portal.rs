//! Changes made around the API, as people in the portal make them. For tests and demonstrations.
//!
//! Nothing is checked here: the portal knows values that the API would refuse.

use serde_json::{Map, Value};

use crate::schema::application::VIEWS;
use crate::seed::{self, object};
use crate::tenant::{Application, Client, Origin};
use crate::world::World;

impl World {
    /// The applications of the tenant's people as they are stored, sorted by id. The built-in ones are not
    /// among them, nor are the views of the default client; `client_id` names that client.
    pub fn applications(&self) -> Vec<Value> {
        let own = self.tenant.applications.values().filter(|it| it.origin == Origin::Tenant);
        own.map(|application| Value::Object(application.fields.clone())).collect()
    }

    /// The built-in applications as they are stored, sorted by id: the management application and one of the
    /// vendor's own.
    pub fn system_applications(&self) -> Vec<Value> {
        let system = self.tenant.applications.values().filter(|it| it.origin == Origin::System);
        system.map(|application| Value::Object(application.fields.clone())).collect()
    }

    /// The clients of an application as they are stored, write-only fields and secrets included, sorted by
    /// id. None when there is no such application.
    pub fn clients(&self, app_id: &str) -> Vec<Value> {
        let application = self.tenant.applications.get(app_id);
        let clients = application.into_iter().flat_map(|application| application.clients.values());
        clients.map(|client| Value::Object(client.fields.clone())).collect()
    }

    /// Adds an application and its default client; what the values leave out gets the tenant's defaults.
    /// Flat client fields in the first value go to the client. Returns the ids of both.
    pub fn insert_application(&mut self, fields: Value, default_client: Value) -> (String, String) {
        let mut fields = object(fields);
        let mut client = Map::new();
        for (here, there) in VIEWS {
            if let Some(value) = fields.shift_remove(*here) {
                client.insert((*there).to_owned(), value);
            }
        }
        client.extend(object(default_client));
        seed::plant(&mut self.tenant, Origin::Tenant, fields, client)
    }

    /// Adds a client to an application; `authentication_protocol` decides which defaults it gets. Returns
    /// its id; an empty text when there is no such application.
    pub fn insert_client(&mut self, app_id: &str, fields: Value) -> String {
        let Some(mut next) = self.tenant.applications.get(app_id).cloned() else {
            return String::new();
        };
        let now = self.tenant.tick();
        let (client_id, client) = self.tenant.new_client(app_id, &now, object(fields));
        next.clients.insert(client_id.clone(), client);
        next.settle_default();
        self.tenant.commit(app_id, Some(next));
        client_id
    }

    /// Sets a stored field of an application, or removes it. False when there is no such application.
    pub fn edit_application(&mut self, app_id: &str, field: &str, value: Option<Value>) -> bool {
        let value = match value {
            Some(domain @ Value::String(_)) if field == "custom_domain" => {
                Some(seed::custom_domain(self.tenant.next_instant(), &domain))
            }
            value => value,
        };
        self.edit(app_id, |application, now| {
            set(&mut application.fields, field, value);
            application.fields.insert("updated_at".to_owned(), now.into());
            true
        })
    }

    /// Sets a stored field of a client, or removes it. False when there is no such client.
    pub fn edit_client(&mut self, app_id: &str, client_id: &str, field: &str, value: Option<Value>) -> bool {
        self.edit(app_id, |application, now| {
            let Some(client) = application.clients.get_mut(client_id) else {
                return false;
            };
            set(&mut client.fields, field, value);
            client.fields.insert("updated_at".to_owned(), now.into());
            true
        })
    }

    /// Removes an application and its clients. False when there is no such application.
    pub fn remove_application(&mut self, app_id: &str) -> bool {
        let there = self.tenant.applications.contains_key(app_id);
        if there {
            self.tenant.tick();
            self.tenant.commit(app_id, None);
        }
        there
    }

    /// Removes a client, the default and the last one too; the oldest that remains becomes the default.
    /// False when there is no such client.
    pub fn remove_client(&mut self, app_id: &str, client_id: &str) -> bool {
        self.edit(app_id, |application, _| {
            let removed = application.clients.remove(client_id);
            application.settle_default();
            removed.is_some()
        })
    }

    /// Gives a client another secret. False when there is no such client.
    pub fn set_client_secret(&mut self, app_id: &str, client_id: &str, secret: &str) -> bool {
        self.edit_client(app_id, client_id, "client_secret", Some(secret.into()))
    }

    /// Gives an application other sign-in settings, with whatever secrets are in them. False when there is
    /// no such application.
    pub fn set_login_preferences(&mut self, app_id: &str, preferences: Value) -> bool {
        self.edit_application(app_id, "login_preferences", Some(preferences))
    }

    /// Makes tokens of an application's clients management tokens, as for the built-in management
    /// application. False when there is no such application.
    pub fn make_admin(&mut self, app_id: &str) -> bool {
        self.edit(app_id, |application, _| {
            application.admin = true;
            true
        })
    }

    /// Changes a copy of an application and stores it when the change says that it worked.
    fn edit(&mut self, app_id: &str, change: impl FnOnce(&mut Application, &str) -> bool) -> bool {
        let Some(mut next) = self.tenant.applications.get(app_id).cloned() else {
            return false;
        };
        let done = change(&mut next, &self.tenant.next_instant().stamp());
        if done {
            self.tenant.tick();
            self.tenant.commit(app_id, Some(next));
        }
        done
    }

    /// A client wherever it is.
    pub(crate) fn any_client(&self, client_id: &str) -> Option<(&String, &Client)> {
        self.tenant
            .applications
            .iter()
            .find_map(|(app_id, application)| Some((app_id, application.clients.get(client_id)?)))
    }
}

fn set(fields: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.shift_remove(name),
    };
}
