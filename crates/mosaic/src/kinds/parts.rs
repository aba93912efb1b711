//! Types that several fields share: what a URI, a number of seconds or a JWK set is, stated once.
//!
//! Must not know any kind.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The claims that the published schemas list. The API learns new ones now and then, so others are not refused.
/// <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient>
pub(crate) const KNOWN_CLAIMS: &[&str] = &[
    "address",
    "address_type",
    "ai_actor",
    "app_name",
    "approval_data",
    "auth_time",
    "birthday",
    "city",
    "country",
    "created_at",
    "custom_app_data",
    "custom_data",
    "custom_group_data",
    "email",
    "email_verified",
    "external_account_id",
    "external_user_id",
    "fname",
    "groups",
    "language",
    "last_auth",
    "lname",
    "mname",
    "new_user",
    "permissions",
    "phone_number",
    "phone_number_verified",
    "picture",
    "role_values",
    "roles",
    "secondary_emails",
    "secondary_phone_numbers",
    "street_address",
    "tid",
    "ts_permissions",
    "ts_roles",
    "username",
    "webauthn",
];

/// Writes the schema of a type that is some JSON type with facts beside it.
macro_rules! described {
    ($type:ident, $schema:tt) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// A text that may not be empty.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FilledText(String);
described!(FilledText, {"type": "string", "minLength": 1});

/// A URI, compared after light canonicalisation.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Uri(String);
described!(Uri, {"type": "string", "x-tilewright": {"uri": true}});

/// A time in seconds.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Seconds(u64);
described!(Seconds, {"type": "integer", "minimum": 0, "x-tilewright": {"duration": "seconds"}});

/// A JWK set with public keys, one value whatever is inside. Keys are told apart by `kid`, so their order is nothing.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Jwks(serde_json::Map<String, serde_json::Value>);
described!(Jwks, {"type": "object", "x-tilewright": {"atomic": true, "keyedBy": "kid"}});

/// The name of a claim. Open: a rule warns of names that are not known.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Claim(String);

impl JsonSchema for Claim {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Claim".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "description": format!("The name of a claim. Known are {}.", KNOWN_CLAIMS.join(", ")),
            "examples": KNOWN_CLAIMS,
        })
    }
}

/// A step of the login that a request may ask for.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Prompt {
    Login,
    Consent,
    None,
}
