//! The two ends of a connection to a tenant: one that can only read, and one that writes.

use std::sync::Arc;

use tilewright_core::{Backend, DecodeError, LiveObject, ReadRequest, RemoteId, Secret, Target, WriteRequest, Written};

use crate::call::{CallError, CallErrorKind, Caller};
use crate::event::{Event, Observer};
use crate::pace::Pace;
use crate::retry::RetryPolicy;
use crate::token::{Credentials, TokenError, TokenSource};
use crate::transport::Transport;

/// What is needed to talk to a tenant.
pub struct Connection {
    /// The way.
    pub transport: Arc<dyn Transport>,
    /// The vendor.
    pub backend: Arc<dyn Backend>,
    /// The API's base URL, without a slash at its end.
    pub base_url: String,
    /// Who we are.
    pub credentials: Credentials,
    /// The tenant that every token must be for; `None` where nobody said.
    pub tenant: Option<String>,
    /// How many requests go out at once.
    pub concurrency: usize,
    /// How patient requests are.
    pub retry: RetryPolicy,
    /// Who watches.
    pub observer: Observer,
}

/// Reads the tenant. Cannot write: it has no way to send anything but a GET.
#[derive(Clone)]
pub struct Reader {
    caller: Arc<Caller>,
}

/// Writes to the tenant. Only who applies a plan asks for one.
#[derive(Clone)]
pub struct Writer {
    caller: Arc<Caller>,
}

impl Connection {
    /// Opens the reading end. Nothing is sent yet.
    #[must_use]
    pub fn reader(self) -> Reader {
        let tokens =
            TokenSource::new(self.credentials, self.tenant, Arc::clone(&self.transport), Arc::clone(&self.backend));
        let caller = Caller {
            transport: self.transport,
            backend: self.backend,
            base_url: self.base_url,
            tokens,
            pace: Pace::new(self.concurrency),
            retry: self.retry,
            observer: self.observer,
        };
        Reader { caller: Arc::new(caller) }
    }
}

impl Reader {
    /// The vendor.
    #[must_use]
    pub fn backend(&self) -> &Arc<dyn Backend> {
        &self.caller.backend
    }

    /// The claims of the token, which is fetched if there is none yet. `null` for an opaque token.
    ///
    /// # Errors
    /// [`TokenError`] where there is no token, or one for another tenant.
    pub async fn claims(&self) -> Result<serde_json::Value, TokenError> {
        self.caller.claims().await
    }

    /// The objects of the kind without a parent.
    ///
    /// # Errors
    /// [`CallError`]; an answer that is no list is one.
    pub async fn roots(&self) -> Result<Vec<LiveObject>, CallError> {
        self.list(self.backend().list_roots(), None).await
    }

    /// The children of an object.
    ///
    /// # Errors
    /// [`CallError`]; an answer that is no list is one.
    pub async fn children(&self, parent: &RemoteId) -> Result<Vec<LiveObject>, CallError> {
        self.list(self.backend().list_children(parent), Some(parent)).await
    }

    /// One object; `None` where the tenant says with 404 that there is none.
    ///
    /// # Errors
    /// [`CallError`]; 401 and 403 are errors, never an absence.
    pub async fn object(&self, target: &Target) -> Result<Option<LiveObject>, CallError> {
        let request = self.backend().read(target);
        match self.caller.read(&request).await {
            Ok(response) => {
                let decoded = self.backend().decode_one(&target.kind, target.parent.as_ref(), response.body());
                decoded.map(Some).map_err(|e| undecodable(&request, e))
            }
            Err(error) if error.kind.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The client id and secret of one object, for whoever hands them on; `None` where the tenant shows none.
    ///
    /// # Errors
    /// [`CallError`]; an object that is not there is one.
    pub async fn credentials(&self, target: &Target) -> Result<Option<(RemoteId, Secret)>, CallError> {
        let request = self.backend().read(target);
        let response = self.caller.read(&request).await?;
        self.backend().decode_secret(&target.kind, response.body()).map_err(|e| undecodable(&request, e))
    }

    async fn list(&self, request: ReadRequest, parent: Option<&RemoteId>) -> Result<Vec<LiveObject>, CallError> {
        let response = self.caller.read(&request).await?;
        self.backend().decode_list(parent, response.body()).map_err(|e| undecodable(&request, e))
    }

    /// The writing end of the same connection.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer { caller: Arc::clone(&self.caller) }
    }

    pub(crate) fn tell(&self, event: &Event) {
        (self.caller.observer)(event);
    }
}

fn undecodable(request: &ReadRequest, error: DecodeError) -> CallError {
    CallError { method: "GET".to_owned(), path: request.path.clone(), tries: 1, kind: CallErrorKind::Decode(error) }
}

impl Writer {
    /// Sends one write request and reads its answer.
    ///
    /// # Errors
    /// [`CallError`]; whether the write may have taken effect all the same, its kind tells.
    pub async fn send(
        &self,
        request: &WriteRequest,
        kind: &str,
        parent: Option<&RemoteId>,
    ) -> Result<Written, CallError> {
        let response = self.caller.write(request).await?;
        self.caller.backend.decode_written(kind, parent, request.method, response.body()).map_err(|e| CallError {
            method: request.method.http().to_string(),
            path: request.path.clone(),
            tries: 1,
            kind: CallErrorKind::Decode(e),
        })
    }
}
