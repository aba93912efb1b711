//! The access token: fetched by client credentials, cached, renewed before it ends.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use http::{Method, Request, StatusCode, header};
use tilewright_core::{Backend, Secret};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::transport::{Transport, TransportError};

/// Renewed this long before it ends, so that no request carries a token that ends on the way.
const EARLY: Duration = Duration::from_secs(300);
/// What a token without `expires_in` is taken to last.
const UNSTATED: Duration = Duration::from_secs(600);

/// What the tenant is to know us by.
#[derive(Clone)]
pub enum Credentials {
    /// A client's id and secret, exchanged for tokens at this URL.
    Client {
        /// The token endpoint.
        token_url: String,
        /// The client id.
        id: String,
        /// Its secret.
        secret: Secret,
    },
    /// A ready token. It cannot be renewed.
    AccessToken(Secret),
}

/// Why there is no token that may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token endpoint cannot be reached.
    #[error("no token from {url}: {source}")]
    Unreachable {
        /// The endpoint.
        url: String,
        /// Why.
        source: TransportError,
    },
    /// The token endpoint refuses the credentials, or fails.
    #[error("no token from {url}: it answered {status}{}", text.as_ref().map(|t| format!(": {t}")).unwrap_or_default())]
    Refused {
        /// The endpoint.
        url: String,
        /// The status.
        status: u16,
        /// What it said.
        text: Option<String>,
    },
    /// The answer has no token in it.
    #[error("no token from {url}: the answer is no token response")]
    NoToken {
        /// The endpoint.
        url: String,
    },
    /// The token is for another tenant than the environment's.
    #[error("the token is for the tenant {found}, and the environment's tenant is {expected}")]
    OtherTenant {
        /// The environment's.
        expected: String,
        /// The token's.
        found: String,
    },
    /// The token does not say which tenant it is for, and the environment names one.
    #[error("the token does not say which tenant it is for, so it cannot be checked against {expected}")]
    NoTenant {
        /// The environment's.
        expected: String,
    },
}

impl TokenError {
    /// Whether another try may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::NoToken { .. } | Self::OtherTenant { .. } | Self::NoTenant { .. } => false,
        }
    }
}

/// A token, and what its claims say.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) text: Secret,
    pub(crate) claims: serde_json::Value,
    ends: Option<Instant>,
}

/// Hands out a valid token; fetches one at a time.
pub(crate) struct TokenSource {
    credentials: Credentials,
    /// The tenant that every token must be for.
    tenant: Option<String>,
    transport: Arc<dyn Transport>,
    backend: Arc<dyn Backend>,
    cached: Mutex<Option<Token>>,
}

impl TokenSource {
    pub(crate) fn new(
        credentials: Credentials,
        tenant: Option<String>,
        transport: Arc<dyn Transport>,
        backend: Arc<dyn Backend>,
    ) -> Self {
        Self { credentials, tenant, transport, backend, cached: Mutex::new(None) }
    }

    /// A token that lasts for a while. With `refused`, one other than that, if there can be one.
    ///
    /// # Errors
    /// [`TokenError`]; the same for every caller until the cause is gone.
    pub(crate) async fn token(&self, refused: Option<&Token>) -> Result<Token, TokenError> {
        let mut cached = self.cached.lock().await;
        if let Some(token) = cached.as_ref() {
            let lasts = token.ends.is_none_or(|ends| ends > Instant::now() + EARLY);
            let other = refused.is_none_or(|r| r.text.reveal() != token.text.reveal());
            if lasts && other {
                return Ok(token.clone());
            }
        }
        let token = self.fetch().await?;
        self.check_tenant(&token)?;
        *cached = Some(token.clone());
        Ok(token)
    }

    /// A text of the tenant's without our own secret and token, which some servers repeat.
    pub(crate) fn without_secrets(&self, text: &str, token: Option<&Token>) -> String {
        let own = match &self.credentials {
            Credentials::Client { secret, .. } | Credentials::AccessToken(secret) => secret,
        };
        let secrets = std::iter::once(own).chain(token.map(|t| &t.text)).map(Secret::reveal);
        secrets.filter(|s| !s.is_empty()).fold(text.to_owned(), |text, secret| text.replace(secret, "(hidden)"))
    }

    /// Whether a refused token can be replaced by another one.
    pub(crate) fn can_renew(&self) -> bool {
        matches!(self.credentials, Credentials::Client { .. })
    }

    fn check_tenant(&self, token: &Token) -> Result<(), TokenError> {
        let Some(expected) = &self.tenant else { return Ok(()) };
        match self.backend.tenant_of_token(&token.claims) {
            Some(found) if found == *expected => Ok(()),
            Some(found) => Err(TokenError::OtherTenant { expected: expected.clone(), found }),
            None => Err(TokenError::NoTenant { expected: expected.clone() }),
        }
    }

    async fn fetch(&self) -> Result<Token, TokenError> {
        let (url, id, secret) = match &self.credentials {
            Credentials::AccessToken(text) => {
                return Ok(Token { text: text.clone(), claims: claims(text.reveal()), ends: None });
            }
            Credentials::Client { token_url, id, secret } => (token_url, id, secret),
        };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", id)
            .append_pair("client_secret", secret.reveal())
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form.into_bytes())
            .map_err(|e| TokenError::Unreachable {
                url: url.clone(),
                source: TransportError::Invalid { reason: e.to_string() },
            })?;
        let response = self.transport.send(request).await;
        let response = response.map_err(|source| TokenError::Unreachable { url: url.clone(), source })?;
        if response.status() != StatusCode::OK {
            let text = self.backend.error_text(response.body()).map(|t| self.without_secrets(&t, None));
            return Err(TokenError::Refused { url: url.clone(), status: response.status().as_u16(), text });
        }
        parse(response.body()).ok_or_else(|| TokenError::NoToken { url: url.clone() })
    }
}

fn parse(body: &[u8]) -> Option<Token> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = json["access_token"].as_str().filter(|t| !t.is_empty())?;
    let lasts = json["expires_in"].as_f64().map_or(UNSTATED, |s| Duration::from_secs_f64(s.clamp(0.0, 86_400.0)));
    // A token that lasts less than the margin is used for half its time.
    let ends = Instant::now() + if lasts < EARLY * 2 { EARLY + lasts / 2 } else { lasts };
    Some(Token { text: Secret::new(text.to_owned()), claims: claims(text), ends: Some(ends) })
}

/// The claims of a JWT, unverified: they only guard against mistakes, and the tenant checks the signature. `null` for
/// an opaque token.
fn claims(token: &str) -> serde_json::Value {
    let payload = token.split('.').nth(1).unwrap_or_default();
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}
