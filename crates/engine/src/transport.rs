//! Carries one HTTP request to the tenant and its answer back. Knows nothing of retries, tokens or the API.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::{Request, Response};

/// The answer to come.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, TransportError>> + Send + 'a>>;

/// The largest answer that is read, in bytes: a list of 20,000 applications is well below it.
const MAX_BODY: usize = 256 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request was not sent.
    #[error("cannot connect to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// Why, in the operating system's words.
        reason: String,
    },
    /// The connection ended, or no answer came in time. The request may have taken effect.
    #[error("the connection ended before the answer was complete: {reason}")]
    Cut {
        /// How.
        reason: String,
    },
    /// The answer is larger than any that makes sense.
    #[error("the answer is larger than {MAX_BODY} bytes")]
    TooLarge,
    /// The request cannot be sent at all.
    #[error("the request cannot be sent: {reason}")]
    Invalid {
        /// Why.
        reason: String,
    },
}

impl TransportError {
    /// Whether the request may have reached the tenant.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Invalid { .. } => false,
            Self::Cut { .. } | Self::TooLarge => true,
        }
    }
}

/// A way to the tenant.
pub trait Transport: Send + Sync {
    /// Sends one request, once.
    fn send(&self, request: Request<Vec<u8>>) -> Exchange<'_>;
}

/// HTTP with kept connections. Follows no redirects: a token is not handed to another host.
pub struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// Sets the client up; connects to nothing yet.
    ///
    /// # Errors
    /// [`TransportError::Invalid`] where the machine has no usable TLS roots.
    pub fn new() -> Result<Self, TransportError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("tilewright/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(READ_TIMEOUT * 4)
            .build()
            .map_err(|e| TransportError::Invalid { reason: chain(&e.without_url()) })?;
        Ok(Self { client })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Vec<u8>>) -> Exchange<'_> {
        Box::pin(async move {
            let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
            let request = reqwest::Request::try_from(request)
                .map_err(|e| TransportError::Invalid { reason: chain(&e.without_url()) })?;
            let mut answer = self.client.execute(request).await.map_err(|e| classify(e, &host))?;
            let mut response = Response::new(Vec::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            while let Some(chunk) = answer.chunk().await.map_err(|e| classify(e, &host))? {
                if response.body().len() + chunk.len() > MAX_BODY {
                    return Err(TransportError::TooLarge);
                }
                response.body_mut().extend_from_slice(&chunk);
            }
            Ok(response)
        })
    }
}

/// `reqwest` puts the URL into its texts; it is taken out, and the causes are put in.
fn classify(error: reqwest::Error, host: &str) -> TransportError {
    let (connect, timeout) = (error.is_connect(), error.is_timeout());
    let reason = chain(&error.without_url());
    if connect {
        TransportError::Connect { host: host.to_owned(), reason }
    } else if timeout {
        TransportError::Cut { reason: format!("no answer within {} seconds", READ_TIMEOUT.as_secs()) }
    } else {
        TransportError::Cut { reason }
    }
}

/// The innermost cause, which is the one that says something.
fn chain(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// A tenant in the same process: a function from request to answer, `None` for a cut connection.
pub struct LocalTransport<F>(pub F);

impl<F> Transport for LocalTransport<F>
where
    F: Fn(Request<Vec<u8>>) -> Option<Response<Vec<u8>>> + Send + Sync,
{
    fn send(&self, request: Request<Vec<u8>>) -> Exchange<'_> {
        let answer = (self.0)(request);
        Box::pin(async move { answer.ok_or(TransportError::Cut { reason: "the connection was closed".to_owned() }) })
    }
}
