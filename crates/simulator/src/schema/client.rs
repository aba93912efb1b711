//! The members of OIDC and SAML clients (operations createAppClient and updateAppClient), and what a new
//! client has when the request does not say.

use serde_json::{Map, Value, json};

use super::{Field, Fill, Shape};

/// Claims that a token can carry.
pub(crate) const CLAIMS: &[&str] = &[
    "tid",
    "fname",
    "lname",
    "mname",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "groups",
    "new_user",
    "birthday",
    "language",
    "city",
    "address",
    "country",
    "street_address",
    "address_type",
    "webauthn",
    "roles",
    "ts_roles",
    "role_values",
    "ts_permissions",
    "permissions",
    "approval_data",
    "custom_group_data",
    "username",
    "secondary_phone_numbers",
    "secondary_emails",
    "picture",
    "created_at",
    "last_auth",
    "auth_time",
    "external_account_id",
    "external_user_id",
    "app_name",
    "custom_data",
    "custom_app_data",
    "ai_actor",
];

pub(crate) const CLIENT_TYPES: &[&str] = &["web", "native"];

pub(crate) const PROTOCOLS: &[&str] = &["oidc", "saml"];

/// The PKCE mode that does without a client secret.
pub(crate) const PKCE_INSTEAD: &str = "enforcePkceInsteadOfClientCredentials";

/// The PKCE mode that is demanded on top of the client's credentials.
pub(crate) const PKCE_ALONGSIDE: &str = "enforcePkceAlongsideClientCredentials";

/// The PKCE mode that leaves it to the caller.
pub(crate) const PKCE_ALLOWED: &str = "allowPkceAlongsideClientCredentials";

pub(crate) const PKCE: &[&str] = &[PKCE_INSTEAD, PKCE_ALONGSIDE, PKCE_ALLOWED];

/// The deprecated list of methods, the only one that has `none`.
pub(crate) const AUTH_METHODS: &[&str] =
    &["client_secret_basic", "self_signed_tls_client_auth", "tls_client_auth", "none", "private_key_jwt"];

const CONFIGURED_METHODS: &[&str] =
    &["client_secret_basic", "self_signed_tls_client_auth", "tls_client_auth", "private_key_jwt"];

const PROMPTS: &[&str] = &["login", "consent", "none"];

const SAMESITE: &[&str] = &["lax", "none"];

const RESPONSE_TYPES: &[&str] = &["code", "id_token"];

const NAME_ID_TYPES: &[&str] = &["email", "secondaryEmail", "username", "phoneNumber", "externalUserId"];

/// Also a member of applications.
pub(crate) const DEVICE_AUTHORIZATION: &[Field] = &[
    Field::new("enabled", Shape::Flag).always().fill(Fill::Flag(false)),
    Field::new("approval_uri", Shape::Uri).always(),
    Field::new("success_uri", Shape::Uri).always(),
    Field::new("input_uri", Shape::Uri).always(),
];

/// Also a member of applications.
pub(crate) const CIBA_AUTHORIZATION: &[Field] =
    &[Field::new("enabled", Shape::Flag).always().fill(Fill::Flag(false)), Field::new("login_uri", Shape::Uri)];

/// The document types `distinguished_name` as a number and describes a one-time code there; certificates
/// have texts, so text it is.
const TLS_CLIENT_AUTH: &[Field] = &[
    Field::new("certificate_chain", Shape::Text),
    Field::new("distinguished_name", Shape::Text),
    Field::new("ocsp_on", Shape::Flag),
    Field::new("ocsp_responder_uri", Shape::Uri),
    Field::new("ocsp_responder_certificate", Shape::Text),
    Field::new("ocsp_fail_open", Shape::Flag),
];

const AUTHENTICATION_CONFIGURATION: &[Field] = &[
    Field::new("method", Shape::Choice(CONFIGURED_METHODS)).always(),
    Field::new("tls_client_auth", Shape::Object(TLS_CLIENT_AUTH)),
    Field::new("isMtlsCertTokenBound", Shape::Flag),
    Field::new("jwks", Shape::Free),
];

const TOKEN_EXPIRATION: &[Field] = &[
    Field::new("access_token_ttl", Shape::Number),
    Field::new("refresh_token_ttl", Shape::Number),
    Field::new("max_refresh_rotate", Shape::Number),
];

const ID_TOKEN_ENCRYPTION: &[Field] =
    &[Field::new("enabled", Shape::Flag).always().fill(Fill::Flag(false)), Field::new("jwks", Shape::Free)];

const NAME: Field = Field::new("name", Shape::Name).to_create();
const DESCRIPTION: Field = Field::new("description", Shape::Prose);
const RESOURCES: Field = Field::new("resources", Shape::Texts);
const PROTOCOL: Field = Field::new("authentication_protocol", Shape::Choice(PROTOCOLS)).not_on_update();
const GROUP: Field = Field::new("client_group_id", Shape::Identifier);
const CUSTOM_CLAIMS: Field = Field::new("default_custom_claims", Shape::Choices(CLAIMS));
const USER_INFO_CLAIMS: Field = Field::new("default_user_info_claims", Shape::Choices(CLAIMS));
const SYNC_CLAIMS: Field = Field::new("sync_id_token_claims_to_userinfo", Shape::Flag).fill(Fill::Flag(false));
const COOKIES: Field = Field::new("short_cookies_samesite_type", Shape::Choice(SAMESITE)).fill(Fill::Text("lax"));

const OIDC: &[Field] = &[
    NAME,
    DESCRIPTION,
    RESOURCES,
    PROTOCOL,
    GROUP,
    CUSTOM_CLAIMS,
    USER_INFO_CLAIMS,
    SYNC_CLAIMS,
    COOKIES,
    Field::new("redirect_uris", Shape::Uris).to_create(),
    Field::new("client_type", Shape::Choice(CLIENT_TYPES)).fill(Fill::Text("web")),
    Field::new("response_types", Shape::ClosedChoices(RESPONSE_TYPES)).fill(Fill::Texts(RESPONSE_TYPES)),
    Field::new("token_endpoint_auth_method", Shape::Choice(AUTH_METHODS)).fill(Fill::Text("client_secret_basic")),
    Field::new("pkce", Shape::Choice(PKCE)),
    Field::new("device_authorization", Shape::Object(DEVICE_AUTHORIZATION)),
    Field::new("ciba_authorization", Shape::Object(CIBA_AUTHORIZATION)),
    Field::new("supported_prompts", Shape::Choices(PROMPTS)),
    Field::new("authentication_configuration", Shape::Object(AUTHENTICATION_CONFIGURATION)),
    Field::new("token_expiration", Shape::Object(TOKEN_EXPIRATION)),
    Field::new("session_expiration", Shape::Number),
    Field::new("enforce_par", Shape::Flag),
    Field::new("fapi_version_compliancy", Shape::Flag),
    Field::new("id_token_encryption", Shape::Object(ID_TOKEN_ENCRYPTION)),
    Field::new("is_third_party", Shape::Flag).write_only(),
    Field::new("allowed_scopes", Shape::Texts).write_only(),
    Field::new("consent_uri", Shape::Uri).write_only(),
    Field::new("consent_validity_period", Shape::Number).write_only(),
    Field::new("role_ids", Shape::Texts).write_only(),
];

const SAML: &[Field] = &[
    NAME,
    DESCRIPTION,
    RESOURCES,
    PROTOCOL,
    GROUP,
    CUSTOM_CLAIMS,
    USER_INFO_CLAIMS,
    SYNC_CLAIMS,
    COOKIES,
    Field::new("optional_acs_url", Shape::Flag),
    Field::new("sp_acs_url", Shape::Uri),
    Field::new("sp_entity_id", Shape::Identifier).to_create(),
    Field::new("sp_name_id_type", Shape::Choice(NAME_ID_TYPES)),
    Field::new("sign_assertion", Shape::Flag),
    Field::new("use_centralized_login", Shape::Flag),
    Field::new("supported_prompts", Shape::Choices(PROMPTS)).write_only(),
];

/// The protocol of a client; fixed when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Oidc,
    Saml,
}

impl Protocol {
    /// Reads the value of `authentication_protocol`. Anything but `saml` is OIDC, the schema's default.
    pub(crate) fn of(value: Option<&Value>) -> Protocol {
        match value.and_then(Value::as_str) {
            Some("saml") => Protocol::Saml,
            _ => Protocol::Oidc,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Protocol::Oidc => "oidc",
            Protocol::Saml => "saml",
        }
    }

    /// The members of its clients.
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Protocol::Oidc => OIDC,
            Protocol::Saml => SAML,
        }
    }

    /// What a new client has where the request is silent (vendor docs: the guide on managing clients, and the
    /// schema's defaults).
    pub(crate) fn defaults(self) -> Map<String, Value> {
        let common = json!({
            "description": "", "resources": [], "authentication_protocol": self.name(),
            "default_custom_claims": [], "sync_id_token_claims_to_userinfo": false,
            "short_cookies_samesite_type": "lax",
        });
        let own = match self {
            Protocol::Oidc => json!({
                "redirect_uris": [], "client_type": "web", "response_types": RESPONSE_TYPES,
                "token_endpoint_auth_method": "client_secret_basic", "pkce": PKCE_ALLOWED,
                "supported_prompts": [], "session_expiration": 1_209_600,
                "authentication_configuration": {"method": "client_secret_basic"},
                "token_expiration": {"access_token_ttl": 3_600, "refresh_token_ttl": 1_209_600,
                    "max_refresh_rotate": 1_209_600},
                "enforce_par": false, "fapi_version_compliancy": false,
            }),
            Protocol::Saml => json!({
                "optional_acs_url": false, "sp_name_id_type": "email", "sign_assertion": false,
                "use_centralized_login": false,
            }),
        };
        let mut defaults = Map::new();
        for part in [common, own] {
            if let Value::Object(members) = part {
                defaults.extend(members);
            }
        }
        defaults
    }
}
