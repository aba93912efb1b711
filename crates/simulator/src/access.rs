//! Tokens: what is issued to whom, and what a caller who shows one may do.
//!
//! A token carries its own proof, a keyed hash, so a world that was saved and loaded still knows it. The proof
//! keeps mistakes out, not attackers: the key follows from the tenant's id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::ids;
use crate::refusal::Refusal;
use crate::tenant::Tenant;

/// Seconds for which a token is good.
pub(crate) const LIFETIME: u64 = 3_600;

/// The audience of a token that was fetched without naming a resource.
const AUDIENCE: &str = "userid-api";

/// Who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    app_id: String,
    pub(crate) client_id: String,
    admin: bool,
}

/// Makes a token for a client.
pub(crate) fn issue(tenant: &mut Tenant, app_id: &str, client_id: &str, resource: Option<&str>) -> String {
    tenant.tokens += 1;
    let now = tenant.clock().seconds();
    let application = tenant.applications.get(app_id);
    let name = application.and_then(|it| it.fields.get("app_name")).cloned();
    let roles = match application {
        Some(application) if application.admin => json!(["Admin"]),
        Some(_) | None => json!([]),
    };
    let mut claims = json!({
        "sub": client_id, "tid": tenant.tenant_id, "app_id": app_id, "client_id": client_id,
        "app_name": name, "aud": resource.unwrap_or(AUDIENCE), "iat": now, "exp": now + LIFETIME,
        "jti": tenant.tokens.to_string(),
    });
    let claim = if tenant.quirks.role_claim_singular { "role" } else { "roles" };
    claims[claim] = roles;
    let head = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "at+jwt"}).to_string());
    let body = URL_SAFE_NO_PAD.encode(claims.to_string());
    let proof = proof(tenant, &body);
    format!("{head}.{body}.{proof}")
}

fn proof(tenant: &Tenant, body: &str) -> String {
    URL_SAFE_NO_PAD.encode(ids::digest(&[&tenant.tenant_id, "token", body]))
}

/// Says who sends a request, by its token.
pub(crate) fn caller(tenant: &Tenant, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let refuse = |why: &str| Refusal::InvalidToken(why.to_owned());
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| refuse("no bearer token"))?;
    let claims = claims(tenant, token).ok_or_else(|| refuse("invalid token"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or("");
    let number: u64 = text("jti").parse().unwrap_or(0);
    let expires = claims.get("exp").and_then(Value::as_u64).unwrap_or(0);
    if number <= tenant.dead_tokens || expires <= tenant.clock().seconds() {
        return Err(refuse("token expired"));
    }
    if text("aud") != AUDIENCE {
        return Err(refuse("token is for another resource"));
    }
    let (app_id, client_id) = (text("app_id"), text("client_id"));
    let application = tenant
        .applications
        .get(app_id)
        .filter(|application| application.clients.contains_key(client_id))
        .ok_or_else(|| refuse("the client of this token no longer exists"))?;
    Ok(Caller { app_id: app_id.to_owned(), client_id: client_id.to_owned(), admin: application.admin })
}

/// The claims of a token that this tenant has issued.
fn claims(tenant: &Tenant, token: &str) -> Option<Value> {
    let mut parts = token.split('.').skip(1);
    let (body, shown) = (parts.next()?, parts.next()?);
    if parts.next().is_some() || proof(tenant, body) != shown {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
}

impl Caller {
    /// Whether the caller may see this application: a management token sees all, any other its own.
    pub(crate) fn sees(&self, app_id: &str) -> bool {
        self.admin || self.app_id == app_id
    }

    /// Refuses a caller who may not touch this application.
    pub(crate) fn reach(&self, tenant: &Tenant, app_id: &str) -> Result<(), Refusal> {
        if self.sees(app_id) {
            Ok(())
        } else if tenant.quirks.foreign_is_missing {
            Err(Refusal::NotFound(format!("application {app_id} not found")))
        } else {
            Err(Refusal::Forbidden("this token may not access this application".to_owned()))
        }
    }

    /// Refuses a caller who may not make applications.
    pub(crate) fn create(&self) -> Result<(), Refusal> {
        if self.admin { Ok(()) } else { Err(Refusal::Forbidden("this token may not create applications".to_owned())) }
    }

    /// Refuses a management token where the security entries name only client tokens, if the quirk is on.
    pub(crate) fn application_level(&self, tenant: &Tenant) -> Result<(), Refusal> {
        if self.admin && tenant.quirks.admin_refused_on_applications {
            Err(Refusal::Forbidden("a client access token is needed here".to_owned()))
        } else {
            Ok(())
        }
    }
}
