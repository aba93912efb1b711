//! The world: a tenant, the faults on the way to it, and a log of what was asked.

use std::fmt;

use http::{Request, Response};

use crate::access;
use crate::faults::{Fault, Faults};
use crate::quirks::Quirks;
use crate::refusal::Refusal;
use crate::request::{self, Route};
use crate::routes;
use crate::seed;
use crate::tenant::Tenant;

/// A simulated tenant.
#[derive(Clone)]
pub struct World {
    pub(crate) tenant: Tenant,
    pub(crate) faults: Faults,
    pub(crate) log: Vec<LogEntry>,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The response.
    Response(Response<Vec<u8>>),
    /// The connection was closed without an answer.
    Cut,
}

/// A request as it was received, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The method.
    pub method: String,
    /// The path as it was sent, base path included and not decoded.
    pub path: String,
    /// The status of the answer; `None` when the connection was cut.
    pub status: Option<u16>,
    /// Whether an application or a client is different now. Issued tokens do not count.
    pub changed: bool,
    /// The body as it was sent; that of a token request has a secret in it.
    pub body: Vec<u8>,
}

impl World {
    /// A tenant without applications, with one management client to sign in with.
    pub fn new(tenant_id: &str) -> World {
        World { tenant: seed::tenant(tenant_id), faults: Faults::default(), log: Vec::new() }
    }

    /// The tenant's id, as tokens and objects have it.
    pub fn tenant_id(&self) -> &str {
        &self.tenant.tenant_id
    }

    /// The id and the secret of the built-in management client.
    pub fn credentials(&self) -> (&str, &str) {
        (&self.tenant.client_id, &self.tenant.client_secret)
    }

    /// How open questions are answered.
    pub fn quirks(&self) -> &Quirks {
        &self.tenant.quirks
    }

    /// How open questions are answered, to change it.
    pub fn quirks_mut(&mut self) -> &mut Quirks {
        &mut self.tenant.quirks
    }

    /// The faults that are still to come.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The faults that are still to come, to change them.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Every request so far, in order.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// Forgets the requests so far.
    pub fn clear_log(&mut self) {
        self.log.clear();
    }

    /// Answers a request, and is changed by it where it asks for a change.
    pub fn handle(&mut self, request: &Request<Vec<u8>>) -> Answer {
        let path = request.uri().path();
        let before = self.tenant.changes;
        let fault = self.faults.strike(request.method(), request::bare(path));
        let answer = match fault {
            Some(fault) if fault.before_effect() => fault.spoil(Response::default()),
            Some(fault) => self.spoiled(request, &fault),
            None => Answer::Response(self.respond(request)),
        };
        let status = match &answer {
            Answer::Response(response) => Some(response.status().as_u16()),
            Answer::Cut => None,
        };
        self.log.push(LogEntry {
            method: request.method().to_string(),
            path: path.to_owned(),
            status,
            changed: self.tenant.changes != before,
            body: request.body().clone(),
        });
        answer
    }

    fn spoiled(&mut self, request: &Request<Vec<u8>>, fault: &Fault) -> Answer {
        let response = self.respond(request);
        fault.spoil(response)
    }

    /// The true response.
    fn respond(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        match self.answer(request) {
            Ok(response) => response,
            Err(refusal) => refusal.response(&self.tenant.quirks),
        }
    }

    fn answer(&mut self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Refusal> {
        let route = request::route(request.uri().path())?;
        if route == Route::Token {
            return routes::token::answer(self, request);
        }
        if self.faults.token_dies() {
            self.tenant.dead_tokens = self.tenant.tokens;
        }
        if self.faults.refuses() {
            return Err(Refusal::Forbidden("access denied".to_owned()));
        }
        let caller = access::caller(&self.tenant, request.headers())?;
        routes::answer(&mut self.tenant, &caller, &route, request)
    }
}

/// Counts only: a world is full of secrets.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("tenant_id", &self.tenant.tenant_id)
            .field("applications", &self.tenant.applications.len())
            .field("requests", &self.log.len())
            .finish_non_exhaustive()
    }
}
