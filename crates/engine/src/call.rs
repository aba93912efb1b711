//! One call to the API: token, pace, tries, and an answer or a classified error.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, header};
use tilewright_core::{Backend, DecodeError, ReadRequest, WriteRequest};

use crate::event::{Event, Observer};
use crate::pace::Pace;
use crate::retry::{Ending, RetryPolicy};
use crate::token::{Token, TokenError, TokenSource};
use crate::transport::{Transport, TransportError};

/// A call that failed: which, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{method} {path}: {kind}")]
pub struct CallError {
    /// The method.
    pub method: String,
    /// The path below the base URL.
    pub path: String,
    /// How often it was sent.
    pub tries: u32,
    /// What went wrong.
    pub kind: CallErrorKind,
}

/// How a call can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallErrorKind {
    /// There is no token.
    #[error("{0}")]
    Token(TokenError),
    /// There is no answer.
    #[error("{0}")]
    Lost(TransportError),
    /// The answer is an error.
    #[error("{status}{}", text.as_ref().map(|t| format!(": {t}")).unwrap_or_default())]
    Status {
        /// The status.
        status: u16,
        /// What it says.
        text: Option<String>,
    },
    /// The answer is a success, but not of the documented form.
    #[error("the answer cannot be used: {0}")]
    Decode(DecodeError),
}

impl CallErrorKind {
    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Token(_) | Self::Lost(_) | Self::Decode(_) => None,
        }
    }

    /// Whether a write that failed so may have taken effect.
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Token(_) => false,
            Self::Lost(error) => error.may_have_arrived(),
            Self::Status { status, .. } => *status >= 500 || (300..400).contains(status),
            Self::Decode(_) => true,
        }
    }
}

/// What all calls of a run share.
pub(crate) struct Caller {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) base_url: String,
    pub(crate) tokens: TokenSource,
    pub(crate) pace: Pace,
    pub(crate) retry: RetryPolicy,
    pub(crate) observer: Observer,
}

/// A request before it has a token.
struct Draft {
    method: Method,
    path: String,
    body: Option<Vec<u8>>,
    repeatable: bool,
}

impl Caller {
    pub(crate) async fn read(&self, request: &ReadRequest) -> Result<Response<Vec<u8>>, CallError> {
        let draft = Draft { method: Method::GET, path: request.path.clone(), body: None, repeatable: true };
        self.call(&draft).await
    }

    pub(crate) async fn write(&self, request: &WriteRequest) -> Result<Response<Vec<u8>>, CallError> {
        let method = request.method.http();
        // A create is never sent twice unless it cannot have arrived.
        let repeatable = method != Method::POST;
        let body = request.body.as_ref().map(|b| b.to_string().into_bytes());
        self.call(&Draft { method, path: request.path.clone(), body, repeatable }).await
    }

    pub(crate) async fn claims(&self) -> Result<serde_json::Value, TokenError> {
        Ok(self.token(None).await?.claims)
    }

    /// A token, with patience: fetching one changes nothing in the tenant.
    async fn token(&self, refused: Option<&Token>) -> Result<Token, TokenError> {
        let (mut tries, mut waited) = (0, Duration::ZERO);
        loop {
            tries += 1;
            let error = match self.tokens.token(refused).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            let ending = match &error {
                TokenError::Unreachable { source, .. } => Ending::Lost(source.clone()),
                TokenError::Refused { status, .. } => Ending::Status(*status, None),
                TokenError::NoToken { .. } | TokenError::OtherTenant { .. } | TokenError::NoTenant { .. } => {
                    return Err(error);
                }
            };
            let wait = self.retry.wait(&ending, error.is_passing(), tries, waited, chance());
            let Some(wait) = wait else { return Err(error) };
            (self.observer)(&Event::Waiting {
                method: "POST".to_owned(),
                path: "token".to_owned(),
                reason: error.to_string(),
                wait,
            });
            waited += wait;
            tokio::time::sleep(wait).await;
        }
    }

    async fn call(&self, draft: &Draft) -> Result<Response<Vec<u8>>, CallError> {
        let (mut tries, mut waited, mut renewed) = (0, Duration::ZERO, false);
        let fail = |tries: u32, kind: CallErrorKind| CallError {
            method: draft.method.to_string(),
            path: draft.path.clone(),
            tries,
            kind,
        };
        let mut token = self.token(None).await.map_err(|e| fail(0, CallErrorKind::Token(e)))?;
        loop {
            tries += 1;
            let request = self.request(draft, &token).map_err(|e| fail(tries, CallErrorKind::Lost(e)))?;
            let answer = {
                let _place = self.pace.place().await;
                self.transport.send(request).await
            };
            let (ending, kind) = match answer {
                Ok(response) if response.status().is_success() => {
                    self.pace.relax();
                    self.answered(draft, response.status().as_u16());
                    return Ok(response);
                }
                Ok(response) => {
                    let status = response.status().as_u16();
                    self.answered(draft, status);
                    if status == 401 && !renewed && self.tokens.can_renew() {
                        renewed = true;
                        token = self.token(Some(&token)).await.map_err(|e| fail(tries, CallErrorKind::Token(e)))?;
                        continue;
                    }
                    let text = self.backend.error_text(response.body());
                    let text = text.map(|t| self.tokens.without_secrets(&t, Some(&token)));
                    (Ending::Status(status, retry_after(&response)), CallErrorKind::Status { status, text })
                }
                Err(error) => (Ending::Lost(error.clone()), CallErrorKind::Lost(error)),
            };
            let Some(wait) = self.retry.wait(&ending, draft.repeatable, tries, waited, chance()) else {
                return Err(fail(tries, kind));
            };
            if matches!(ending, Ending::Status(429 | 503, _)) {
                self.pace.slow_down(wait);
            }
            (self.observer)(&Event::Waiting {
                method: draft.method.to_string(),
                path: draft.path.clone(),
                reason: kind.to_string(),
                wait,
            });
            waited += wait;
            tokio::time::sleep(wait).await;
        }
    }

    fn request(&self, draft: &Draft, token: &Token) -> Result<Request<Vec<u8>>, TransportError> {
        let mut bearer = http::HeaderValue::from_str(&format!("Bearer {}", token.text.reveal())).map_err(|_| {
            TransportError::Invalid { reason: "the access token has characters that no header can have".to_owned() }
        })?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(draft.method.clone())
            .uri(format!("{}{}", self.base_url, draft.path))
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json");
        if draft.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request
            .body(draft.body.clone().unwrap_or_default())
            .map_err(|e| TransportError::Invalid { reason: e.to_string() })
    }

    fn answered(&self, draft: &Draft, status: u16) {
        (self.observer)(&Event::Answered { method: draft.method.to_string(), path: draft.path.clone(), status });
    }
}

/// `Retry-After` in seconds; the date form is not used by rate limits and is passed over.
fn retry_after(response: &Response<Vec<u8>>) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// In 0..1, from the operating system; the middle where it has none to give.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}
