//! The state file: a world as JSON, with the version of its form.
//!
//! Reads only what it wrote; a file of another version, or one that is damaged, is refused and never repaired.

use serde::{Deserialize, Serialize};

use crate::faults::Faults;
use crate::tenant::Tenant;
use crate::world::World;

/// What the file says it is.
const FORMAT: &str = "tilewright-simulator";

/// The version of the form that is written.
const VERSION: u64 = 1;

/// Why a state file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It is no JSON, or JSON of another form.
    #[error("the state of the simulated tenant is damaged")]
    Damaged(#[source] serde_json::Error),
    /// It is not a state file of the simulator.
    #[error("not the state of a simulated tenant")]
    NotAState,
    /// It has a version that this program does not know.
    #[error("the state of the simulated tenant has version {found}; this program reads version {VERSION}")]
    UnknownVersion {
        /// The version in the file.
        found: u64,
    },
    /// Its parts contradict each other.
    #[error("the state of the simulated tenant is damaged: {0}")]
    Inconsistent(String),
}

#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<T> {
    format: String,
    version: u64,
    tenant: T,
}

impl World {
    /// The world as a state file: indented JSON with a final line break. Faults and the log are not part of
    /// it. The same world gives the same bytes.
    pub fn to_json(&self) -> String {
        let file = File { format: FORMAT.to_owned(), version: VERSION, tenant: &self.tenant };
        let mut text =
            serde_json::to_string_pretty(&file).expect("every map of a tenant has texts as keys, so it is JSON");
        text.push('\n');
        text
    }

    /// Reads a state file.
    ///
    /// # Errors
    ///
    /// When the text is no state file, is damaged, or has a version that is not known.
    pub fn from_json(text: &str) -> Result<World, StateError> {
        let head: Head = serde_json::from_str(text).map_err(StateError::Damaged)?;
        if head.format.as_deref() != Some(FORMAT) {
            return Err(StateError::NotAState);
        }
        match head.version {
            Some(VERSION) => {}
            Some(found) => return Err(StateError::UnknownVersion { found }),
            None => return Err(StateError::NotAState),
        }
        let file: File<Tenant> = serde_json::from_str(text).map_err(StateError::Damaged)?;
        examine(&file.tenant)?;
        Ok(World { tenant: file.tenant, faults: Faults::default(), log: Vec::new() })
    }
}

/// Looks for ids that do not fit where they are.
fn examine(tenant: &Tenant) -> Result<(), StateError> {
    for (app_id, application) in &tenant.applications {
        let own = application.fields.get("app_id").and_then(|id| id.as_str());
        if own != Some(app_id) {
            return Err(StateError::Inconsistent(format!("application {app_id} has another id")));
        }
        for (client_id, client) in &application.clients {
            if client.text("client_id") != client_id {
                return Err(StateError::Inconsistent(format!("client {client_id} has another id")));
            }
        }
        if application.default_client_id().is_some() != application.default_client().is_some() {
            let finding = format!("application {app_id} names a default client that is not there");
            return Err(StateError::Inconsistent(finding));
        }
    }
    Ok(())
}
