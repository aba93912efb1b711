//! The fields that only SAML clients have.
//!
//! Must not state what every client has; that is in `client.rs`.
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient>

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{FilledText, Prompt, Uri};

pub(crate) const SPEC: &str = "saml-client";
pub(super) const PROTOCOL: &str = "saml";

/// What a manifest may state of a SAML client beside the fields of every client.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SamlClient {
    /// The protocol. A client that states `saml` is a SAML client; the API cannot change it after creation.
    #[schemars(extend("x-tilewright" = {"fixed": true}))]
    authentication_protocol: Option<Protocol>,

    /// The entity id by which the service provider calls itself.
    sp_entity_id: FilledText,

    /// Where assertions are posted, the service provider's ACS URL. May only be left out where `optional_acs_url` is
    /// true.
    sp_acs_url: Option<Uri>,

    /// Whether requests need not name an ACS URL, and the client need not have one.
    optional_acs_url: Option<bool>,

    /// What the name id of an assertion holds.
    sp_name_id_type: Option<NameIdType>,

    /// Whether the assertion itself is signed.
    sign_assertion: Option<bool>,

    /// Whether a login that the service provider begins runs in the tenant's Authentication Hub rather than on the
    /// hosted login page.
    use_centralized_login: Option<bool>,

    /// The prompts that a request may ask for. The API takes it for SAML clients too but never shows it there, so a
    /// change from outside cannot be seen.
    #[schemars(extend("writeOnly" = true))]
    supported_prompts: Option<BTreeSet<Prompt>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Protocol {
    Saml,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum NameIdType {
    Email,
    SecondaryEmail,
    Username,
    PhoneNumber,
    ExternalUserId,
}
