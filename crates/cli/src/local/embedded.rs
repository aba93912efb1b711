//! The embedded simulated tenant: no socket, no set-up.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use tilewright_core::Secret;
use tilewright_engine::{Credentials, LocalTransport, Transport};
use tilewright_simulator::Answer;

use crate::error::CommandError;
use crate::local::state::StateFile;

/// The base URL under which the embedded tenant is addressed; nothing listens there.
pub(crate) const BASE_URL: &str = "http://simulator/cis";
const TOKEN_URL: &str = "http://simulator/oidc/token";

/// An open embedded tenant.
pub(crate) struct Embedded {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    pub(crate) tenant: String,
}

/// Opens the tenant in a file; the file is written when a request changes the tenant.
pub(crate) fn open(file: StateFile, tenant: &str) -> Result<Embedded, CommandError> {
    let world = file.load(tenant)?;
    let (id, secret) = world.credentials();
    let credentials = Credentials::Client {
        token_url: TOKEN_URL.to_owned(),
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
    };
    let tenant = world.tenant_id().to_owned();
    let world = Mutex::new(world);
    let answer = move |request: Request<Vec<u8>>| -> Option<Response<Vec<u8>>> {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = world.handle(&request);
        let changed = world.log().last().is_some_and(|entry| entry.changed);
        world.clear_log();
        // A tenant that cannot be kept has not taken the write.
        if changed && let Err(error) = file.save(&world) {
            tracing::error!(%error, "the simulated tenant cannot be saved");
            return None;
        }
        match answer {
            Answer::Response(response) => Some(response),
            Answer::Cut => None,
        }
    };
    Ok(Embedded { transport: Arc::new(LocalTransport(answer)), base_url: BASE_URL.to_owned(), credentials, tenant })
}
