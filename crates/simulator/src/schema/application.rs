//! The members of applications (operations createApp and updateApp), and what a new application has when the
//! request does not say.

use serde_json::{Map, Value, json};

use super::client::{AUTH_METHODS, CIBA_AUTHORIZATION, CLIENT_TYPES, DEVICE_AUTHORIZATION, PKCE, PROTOCOLS};
use super::{Field, Fill, Shape};

const AUTHENTICATOR_PREFERENCES: &[Field] = &[
    Field::new("is_centralized", Shape::Flag).always().fill(Fill::Flag(false)),
    Field::new("login_uri", Shape::Uri).always(),
];

const INVALIDATION: &[Field] = &[
    Field::new("invalidateOnMemberSuspension", Shape::Flag).fill(Fill::Flag(true)),
    Field::new("invalidateOnMemberPasswordReset", Shape::Flag).fill(Fill::Flag(true)),
    Field::new("invalidateOnMemberRoleUpdate", Shape::Flag).fill(Fill::Flag(true)),
];

/// All members of the request bodies. The last nine are views of the default client, see [`VIEWS`].
pub(crate) const FIELDS: &[Field] = &[
    Field::new("app_name", Shape::Name).to_create(),
    Field::new("app_description", Shape::Prose),
    Field::new("logo", Shape::Text),
    Field::new("service_providers", Shape::Texts),
    Field::new("authenticator_preferences", Shape::Object(AUTHENTICATOR_PREFERENCES)),
    Field::new("allow_public_signup", Shape::Flag).fill(Fill::Flag(false)),
    Field::new("login_uri", Shape::Uri),
    Field::new("invite_member_uri", Shape::Uri),
    Field::new("invite_client_id", Shape::Identifier),
    Field::new("subdomain", Shape::Identifier),
    Field::new("invite_member_email_expiration_minutes", Shape::Number).fill(Fill::Number(2_880)),
    Field::new("custom_domain", Shape::Identifier),
    Field::new("signing_key_enabled", Shape::Flag).fill(Fill::Flag(false)),
    Field::new("refresh_token_invalidation_trigger_configuration", Shape::Object(INVALIDATION)),
    Field::new("should_delete_signing_key", Shape::Flag).write_only(),
    Field::new("first_client_authentication_protocol", Shape::Choice(PROTOCOLS)).not_on_update(),
    Field::new("first_client", Shape::Free).not_on_update(),
    Field::new("client_type", Shape::Choice(CLIENT_TYPES)).fill(Fill::Text("web")),
    Field::new("client_display_name", Shape::Name).to_create(),
    Field::new("client_description", Shape::Prose),
    Field::new("redirect_uris", Shape::Uris),
    Field::new("resources", Shape::Texts),
    Field::new("client_auth_method", Shape::Choice(AUTH_METHODS)).fill(Fill::Text("client_secret_basic")),
    Field::new("pkce", Shape::Choice(PKCE)),
    Field::new("device_authorization", Shape::Object(DEVICE_AUTHORIZATION)),
    Field::new("ciba_authorization", Shape::Object(CIBA_AUTHORIZATION)),
];

/// Members of an application that are the default client's, with the name that they have there.
pub(crate) const VIEWS: &[(&str, &str)] = &[
    ("client_type", "client_type"),
    ("client_display_name", "name"),
    ("client_description", "description"),
    ("redirect_uris", "redirect_uris"),
    ("resources", "resources"),
    ("client_auth_method", "token_endpoint_auth_method"),
    ("pkce", "pkce"),
    ("device_authorization", "device_authorization"),
    ("ciba_authorization", "ciba_authorization"),
];

/// Members that are read by a request and not stored.
pub(crate) const COMMANDS: &[&str] =
    &["first_client", "first_client_authentication_protocol", "should_delete_signing_key"];

/// Members of the request body of PUT resources.
pub(crate) const RESOURCES: &[Field] = &[Field::new("resource_ids", Shape::Texts).always()];

/// What a new application has where the request is silent.
pub(crate) fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "app_description": "", "service_providers": [], "allow_public_signup": false,
        "authenticator_preferences": {"is_centralized": false, "login_uri": ""},
        "invite_member_email_expiration_minutes": 2_880, "signing_key_enabled": false,
        "refresh_token_invalidation_trigger_configuration": {"invalidateOnMemberSuspension": true,
            "invalidateOnMemberPasswordReset": true, "invalidateOnMemberRoleUpdate": true},
        "external_communication": {"language": "en"}, "application_type": "basic",
    });
    match defaults {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
