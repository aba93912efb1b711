//! What a tenant holds, and the few ways in which it changes.
//!
//! Every change goes through [`Tenant::commit`], so that late reads and the count of changes can't be
//! forgotten. What may be changed is decided elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::ids;
use crate::quirks::Quirks;
use crate::schema::client::Protocol;
use crate::seed;

/// The saved part of a world.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    pub(crate) tenant_id: String,
    /// The credentials of the built-in management application.
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) quirks: Quirks,
    clock: Clock,
    /// Objects made so far; numbers, and so ids, are never used again.
    serial: u64,
    /// Tokens issued so far.
    pub(crate) tokens: u64,
    /// Tokens up to this number are dead.
    pub(crate) dead_tokens: u64,
    pub(crate) applications: BTreeMap<String, Application>,
    /// What reads still show for a while in place of an application.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    former: BTreeMap<String, Former>,
    /// Changes so far in this run.
    #[serde(skip)]
    pub(crate) changes: u64,
}

/// An application with its clients.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    pub(crate) serial: u64,
    pub(crate) origin: Origin,
    /// Whether tokens of its clients are management tokens.
    pub(crate) admin: bool,
    /// Its own fields, among them `client_id`, which names the default client.
    pub(crate) fields: Map<String, Value>,
    pub(crate) clients: BTreeMap<String, Client>,
}

/// Who made an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// The people of the tenant.
    Tenant,
    /// The vendor, or the management part of the portal: not shown unless a quirk says so.
    System,
}

/// A client.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    pub(crate) serial: u64,
    pub(crate) fields: Map<String, Value>,
}

/// The state of an application before the last write; `None` when there was none.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Former {
    reads_left: u32,
    application: Option<Application>,
}

impl Tenant {
    /// A tenant without applications or credentials.
    pub(crate) fn empty(tenant_id: &str) -> Tenant {
        Tenant {
            tenant_id: tenant_id.to_owned(),
            client_id: String::new(),
            client_secret: String::new(),
            quirks: Quirks::default(),
            clock: Clock::new(),
            serial: 0,
            tokens: 0,
            dead_tokens: 0,
            applications: BTreeMap::new(),
            former: BTreeMap::new(),
            changes: 0,
        }
    }

    /// The next number for an object.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The instant of the next write.
    pub(crate) fn next_instant(&self) -> Clock {
        let mut clock = self.clock;
        clock.tick();
        clock
    }

    /// Runs a write that may be refused half way; then the clock and the numbers are as before.
    pub(crate) fn attempt<T, E>(&mut self, write: impl FnOnce(&mut Tenant) -> Result<T, E>) -> Result<T, E> {
        let (clock, serial) = (self.clock, self.serial);
        let outcome = write(self);
        if outcome.is_err() {
            self.clock = clock;
            self.serial = serial;
        }
        outcome
    }

    /// Moves the clock for a write, and says what time it is.
    pub(crate) fn tick(&mut self) -> String {
        self.clock.tick();
        self.clock.stamp()
    }

    /// Puts an application in place of what has its id, or removes it.
    pub(crate) fn commit(&mut self, app_id: &str, next: Option<Application>) {
        let before = self.applications.remove(app_id);
        if let Some(next) = next {
            self.applications.insert(app_id.to_owned(), next);
        }
        if self.quirks.late_reads > 0 {
            let former = Former { reads_left: self.quirks.late_reads, application: before };
            self.former.insert(app_id.to_owned(), former);
        }
        self.changes += 1;
    }

    /// The application with this id, as writes find it. Hidden ones are not found.
    pub(crate) fn application(&self, app_id: &str) -> Option<&Application> {
        self.applications.get(app_id).filter(|application| self.shows(application))
    }

    /// Every application that is not hidden, as writes find it.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (&String, &Application)> {
        self.applications.iter().filter(|(_, application)| self.shows(application))
    }

    /// The application with this id, as reads find it.
    pub(crate) fn seen(&self, app_id: &str) -> Option<&Application> {
        match self.late(app_id) {
            Some(former) => former.application.as_ref(),
            None => self.applications.get(app_id),
        }
        .filter(|application| self.shows(application))
    }

    /// Every application that reads find, in the order of lists.
    pub(crate) fn all_seen(&self) -> Vec<&Application> {
        let gone = self.former.keys().filter(|id| !self.applications.contains_key(*id));
        let ids = self.applications.keys().chain(gone);
        let mut seen: Vec<&Application> = ids.filter_map(|id| self.seen(id)).collect();
        seen.sort_by_key(|application| application.serial);
        if self.quirks.newest_first {
            seen.reverse();
        }
        seen
    }

    /// Counts a read of an application, or of all when there is none given.
    pub(crate) fn count_read(&mut self, app_id: Option<&str>) {
        self.former.retain(|id, former| {
            if app_id.is_none_or(|wanted| wanted == id) {
                former.reads_left = former.reads_left.saturating_sub(1);
            }
            former.reads_left > 0
        });
    }

    fn late(&self, app_id: &str) -> Option<&Former> {
        self.former.get(app_id).filter(|_| self.quirks.late_reads > 0)
    }

    fn shows(&self, application: &Application) -> bool {
        match application.origin {
            Origin::Tenant => true,
            Origin::System => self.quirks.system_applications_listed,
        }
    }

    /// A new client with the fields that the server gives it; the rest is the caller's.
    pub(crate) fn new_client(&mut self, app_id: &str, now: &str, given: Map<String, Value>) -> (String, Client) {
        let serial = self.next_serial();
        let client_id = ids::client(&self.tenant_id, serial);
        let secret = ids::secret(&self.tenant_id, "client", serial);
        let protocol = Protocol::of(given.get("authentication_protocol"));
        let mut fields = Map::new();
        for (name, value) in [
            ("app_id", app_id),
            ("tenant_id", &self.tenant_id),
            ("client_id", &client_id),
            ("client_secret", &secret),
            ("created_at", now),
            ("updated_at", now),
        ] {
            fields.insert(name.to_owned(), value.into());
        }
        fields.extend(protocol.defaults());
        if protocol == Protocol::Saml {
            let base = format!("https://api.transmitsecurity.io/cis/saml2/{client_id}");
            let certificate = ids::secret(&self.tenant_id, "certificate", serial);
            for (name, value) in [
                ("metadata_url", format!("{base}/metadata")),
                ("sso_url", format!("{base}/sso")),
                ("entity_id", base),
                ("x509_certificate", certificate),
            ] {
                fields.insert(name.to_owned(), value.into());
            }
        }
        fields.extend(seed::without_ids(given));
        (client_id, Client { serial, fields })
    }
}

impl Application {
    /// The id of the default client; there is none when all clients are gone.
    pub(crate) fn default_client_id(&self) -> Option<&str> {
        self.fields.get("client_id").and_then(Value::as_str)
    }

    pub(crate) fn default_client(&self) -> Option<&Client> {
        self.clients.get(self.default_client_id()?)
    }

    /// Whether it is the tenant's Authentication Hub.
    pub(crate) fn is_hub(&self) -> bool {
        let preferences = self.fields.get("authenticator_preferences");
        preferences.and_then(|it| it.get("is_centralized")).and_then(Value::as_bool) == Some(true)
    }

    /// The domain of `custom_domain`, which is stored with the time of its last change.
    pub(crate) fn custom_domain(&self) -> Option<&str> {
        self.fields.get("custom_domain")?.get("domain")?.as_str()
    }

    /// Its clients in order of creation.
    pub(crate) fn clients_in_order(&self) -> Vec<&Client> {
        let mut clients: Vec<&Client> = self.clients.values().collect();
        clients.sort_by_key(|client| client.serial);
        clients
    }

    /// Makes the oldest client the default when the default is gone.
    pub(crate) fn settle_default(&mut self) {
        if self.default_client().is_some() {
            return;
        }
        let oldest = self.clients.iter().min_by_key(|(_, client)| client.serial);
        match oldest.map(|(id, _)| id.clone()) {
            Some(id) => self.fields.insert("client_id".to_owned(), id.into()),
            None => self.fields.shift_remove("client_id"),
        };
    }
}

impl Client {
    pub(crate) fn protocol(&self) -> Protocol {
        Protocol::of(self.fields.get("authentication_protocol"))
    }

    /// A text field; empty when it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or("")
    }
}
