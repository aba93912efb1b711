//! The fields that only OIDC clients have.
//!
//! Must not state what every client has; that is in `client.rs`.
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient>

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{Jwks, Prompt, Seconds, Uri};

pub(crate) const SPEC: &str = "oidc-client";
pub(super) const PROTOCOL: &str = "oidc";

/// The value of `pkce` under which a client has no other way to authenticate.
pub(crate) const PUBLIC_CLIENT: &str = "enforcePkceInsteadOfClientCredentials";

/// What a manifest may state of an OIDC client beside the fields of every client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcClient {
    /// The protocol, `oidc` where it is not stated. The API cannot change it after creation: another protocol means
    /// another client, with a new id and secret.
    #[schemars(extend("default" = "oidc", "x-tilewright" = {"fixed": true}))]
    authentication_protocol: Option<Protocol>,

    /// Whether the client runs on a server (`web`) or on people's devices (`native`). It decides which redirect URIs
    /// are allowed.
    #[schemars(extend("default" = "web", "x-tilewright" = {"resend": true}))]
    client_type: Option<ClientType>,

    /// Where a login may lead back to. Web clients: https, or http on this machine. Native clients also: schemes of
    /// their own such as `com.example.app://callback`. Compared character by character by the API, so no wildcards.
    redirect_uris: BTreeSet<Uri>,

    /// How the client uses PKCE: instead of its credentials (a public client, which gets tokens for users only), always
    /// beside them, or if it likes. Without it the API lets a client do as it likes.
    pkce: Option<Pkce>,

    /// What an authorization request may ask for.
    #[schemars(extend("default" = ["code", "id_token"], "x-tilewright" = {"resend": true}))]
    response_types: Option<BTreeSet<ResponseType>>,

    /// The prompts that an authorization request may ask for.
    supported_prompts: Option<BTreeSet<Prompt>>,

    /// How the client proves who it is. The API replaces the object whole, keys included.
    authentication_configuration: Option<AuthenticationConfiguration>,

    /// An older way to say what `pkce` and `authentication_configuration` say; `none` is a public client. Use those.
    #[schemars(extend("default" = "client_secret_basic", "deprecated" = true, "x-tilewright" = {"resend": true}))]
    token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,

    /// How long tokens live. The API replaces the object whole: a member that it does not get may fall back to a
    /// default.
    token_expiration: Option<TokenExpiration>,

    /// How long a session lives, in seconds, or with a unit such as `14d`. The vendor's guides name two weeks as what
    /// a client begins with.
    session_expiration: Option<Seconds>,

    /// Whether authorization requests must have been pushed before (PAR).
    enforce_par: Option<bool>,

    /// Whether the client keeps to FAPI 2.0. Needs `enforce_par`, PKCE beside the credentials, and mTLS or
    /// `private_key_jwt`; the API may correct settings that do not fit by itself.
    fapi_version_compliancy: Option<bool>,

    /// Whether ID tokens are encrypted, and for which keys. The API replaces the object whole.
    id_token_encryption: Option<IdTokenEncryption>,

    /// The device authorization flow. All four members must be there, even to switch it off.
    device_authorization: Option<DeviceAuthorization>,

    /// The CIBA flow, in which a user confirms on another device.
    ciba_authorization: Option<CibaAuthorization>,

    /// Whether the client belongs to somebody else, whom users must give consent. The API never shows it, so a change
    /// from outside cannot be seen.
    #[schemars(extend("writeOnly" = true))]
    is_third_party: Option<bool>,

    /// The page that asks users for consent. Third-party clients only; the API never shows it.
    #[schemars(extend("writeOnly" = true))]
    consent_uri: Option<Uri>,

    /// The scopes that a third-party client may ask for; the API never shows them.
    #[schemars(extend("writeOnly" = true))]
    allowed_scopes: Option<BTreeSet<String>>,

    /// How long a consent is good for. The vendor names no unit, and its guides say that it is 30 days whatever is
    /// stated; the API never shows it.
    #[schemars(range(min = 0), extend("writeOnly" = true))]
    consent_validity_period: Option<f64>,

    /// Ids of the client roles. A client without any role has access to everything. They do nothing for third-party
    /// clients and for clients of an SSO group; the API never shows them.
    #[schemars(extend("writeOnly" = true))]
    role_ids: Option<BTreeSet<String>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Protocol {
    Oidc,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ClientType {
    Web,
    Native,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Pkce {
    #[serde(rename = "enforcePkceInsteadOfClientCredentials")]
    EnforceInstead,
    #[serde(rename = "enforcePkceAlongsideClientCredentials")]
    EnforceAlongside,
    #[serde(rename = "allowPkceAlongsideClientCredentials")]
    AllowAlongside,
}

/// What can be written as a response type. The API's read schema also lists `none`, which it does not take.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResponseType {
    Code,
    IdToken,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TokenEndpointAuthMethod {
    ClientSecretBasic,
    SelfSignedTlsClientAuth,
    TlsClientAuth,
    None,
    PrivateKeyJwt,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AuthenticationMethod {
    ClientSecretBasic,
    SelfSignedTlsClientAuth,
    TlsClientAuth,
    PrivateKeyJwt,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AuthenticationConfiguration {
    /// The method: a secret, a signed assertion, or a certificate (self-signed, or of a certification authority).
    #[schemars(extend("default" = "client_secret_basic"))]
    method: AuthenticationMethod,

    /// The public keys, as `{keys: [...]}`, for `private_key_jwt` and `self_signed_tls_client_auth`. Never private
    /// ones.
    jwks: Option<Jwks>,

    /// The certification authority, for `tls_client_auth`.
    tls_client_auth: Option<TlsClientAuth>,

    /// Whether access tokens work only together with the client's certificate.
    #[serde(rename = "isMtlsCertTokenBound")]
    is_mtls_cert_token_bound: Option<bool>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TlsClientAuth {
    /// The certificates of the authority and those in between, in PEM.
    certificate_chain: Option<String>,

    /// The subject that the client's certificate must have, such as `CN=shop.example.com,O=Example`. (The vendor's
    /// document calls it a number, by mistake.)
    distinguished_name: Option<String>,

    /// Whether revocation is checked by OCSP.
    ocsp_on: Option<bool>,

    /// The OCSP responder to ask.
    ocsp_responder_uri: Option<Uri>,

    /// The certificate with which the responder signs, in PEM.
    ocsp_responder_certificate: Option<String>,

    /// Whether a certificate is let through when the responder does not answer.
    ocsp_fail_open: Option<bool>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenExpiration {
    /// How long an access token lives, in seconds, or with a unit such as `15m`.
    access_token_ttl: Option<Seconds>,

    /// How long a refresh token lives, in seconds, or with a unit such as `14d`.
    refresh_token_ttl: Option<Seconds>,

    /// For how long refresh tokens may be exchanged for new ones, in seconds, or with a unit such as `14d`.
    max_refresh_rotate: Option<Seconds>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IdTokenEncryption {
    /// Whether ID tokens are encrypted.
    #[schemars(extend("default" = false))]
    enabled: bool,

    /// The public keys to encrypt for, as `{keys: [...]}`. Never private ones.
    jwks: Option<Jwks>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeviceAuthorization {
    /// Whether the flow is allowed.
    #[schemars(extend("default" = false))]
    enabled: bool,

    /// The page on which the user allows the device in.
    approval_uri: Uri,

    /// The page that is told how it ended.
    success_uri: Uri,

    /// The page on which the user types the code.
    input_uri: Uri,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CibaAuthorization {
    /// Whether the flow is allowed.
    #[schemars(extend("default" = false))]
    enabled: bool,

    /// The page on which the user logs in and looks at the request. Needed when the flow is allowed.
    login_uri: Option<Uri>,
}
