//! Applications: what signs users up, invites members and owns clients.
//!
//! Field names and limits: <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createapp>.
//! Must not state anything about clients: the views of the default client that the API also offers here are refused.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tilewright_core::{CatalogError, Kind, KindSpec};

use super::parts::{FilledText, Uri};
use super::schema::schema_of;
use super::{Answer, KindSource, Route};

pub(crate) const SPEC: &str = "application";

pub(super) const SOURCE: KindSource = KindSource {
    kind,
    route: Route {
        segment: "application",
        parent: None,
        collection: "applications",
        // Siblings of `{appId}` in the path: an application called so could not be told from them.
        reserved: &["list", "signing-keys"],
        id: "app_id",
        default_child: Some("client_id"),
        observed: &[
            "application_type",
            "client_auth_method",
            "client_display_name",
            "client_type",
            "created_at",
            "created_by",
            "pkce",
            "tenant_id",
            "updated_at",
        ],
        spec_of: spec_of_answer,
        docs: "https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createapp",
    },
};

/// What a manifest may state of an application.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Application {
    /// The name that people see. Another name renames the application: its id, clients and tokens stay.
    #[schemars(extend("x-tilewright" = {
        "unique": {"within": "tenant", "spare": "text", "name": "display name"}
    }))]
    app_name: FilledText,

    /// What the application is for, in a few words.
    app_description: Option<String>,

    /// Where the logo is, as a URI; mail templates show it. Lists lack it, so each application that manages it costs
    /// one more read. The API has no way to remove a logo.
    #[schemars(extend("x-tilewright" = {"uri": true, "missingFromList": true}))]
    logo: Option<Uri>,

    /// Whether a login may create a user who was not there before.
    #[schemars(extend("default" = false, "x-tilewright" = {"resend": true}))]
    allow_public_signup: Option<bool>,

    /// The page that begins a login, for when the vendor's pages must send somebody back to it.
    login_uri: Option<Uri>,

    /// The page on which an invited member of an organization lands.
    invite_member_uri: Option<Uri>,

    /// The client in whose name invitations are sent: an OIDC client of this application that does not enforce PKCE.
    /// Write `{ref: client/<application>/<client>}`. The API has no way to clear it, so point it elsewhere before that
    /// client goes.
    #[schemars(extend("x-tilewright" = {"refersTo": "client"}))]
    invite_client_id: Option<String>,

    /// How long the link in an invitation works, in minutes, or with a unit such as `2d`.
    #[schemars(
        range(min = 0),
        extend("default" = 2880, "x-tilewright" = {"duration": "minutes", "resend": true})
    )]
    invite_member_email_expiration_minutes: Option<u64>,

    /// Whether this is the Authentication Hub, to which other applications hand their logins. A tenant has one at most.
    authenticator_preferences: Option<AuthenticatorPreferences>,

    /// Ids of the SAML service providers that this application may send users to. They must exist.
    service_providers: Option<BTreeSet<String>>,

    /// The first label of the application's own host below `app.transmitsecurity.io`: a DNS label that nobody else
    /// has. With `signing_key_enabled` it is part of the issuer of tokens. The API has no way to clear it.
    #[schemars(extend("x-tilewright" = {
        "unique": {"within": "tenant", "spare": "label", "name": "subdomain", "enforced": true}
    }))]
    subdomain: Option<String>,

    /// A domain of your own for the application, such as `login.example.com`. The vendor verifies it later, so a write
    /// that succeeds does not mean that the domain works. The API has no way to clear it.
    #[schemars(extend("x-tilewright" = {
        "unique": {"within": "tenant", "spare": "domain", "name": "custom domain", "enforced": true}
    }))]
    custom_domain: Option<String>,

    /// Whether tokens are signed with a key of this application's own. Needs a subdomain or a custom domain that is
    /// there already, so it is switched on in a step after creation. Either change moves issuer and key set for every
    /// relying party.
    #[schemars(extend("default" = false, "x-tilewright" = {"resend": true, "afterCreation": true}))]
    signing_key_enabled: Option<bool>,

    /// What happens to a member that ends refresh tokens. The API replaces the object whole.
    refresh_token_invalidation_trigger_configuration: Option<RefreshTokenInvalidation>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AuthenticatorPreferences {
    /// Whether this application is the Authentication Hub of the tenant.
    #[schemars(extend("default" = false, "x-tilewright" = {
        "unique": {"within": "tenant", "role": true, "name": "Authentication Hub", "enforced": true}
    }))]
    is_centralized: bool,

    /// Where a login that was handed over begins. The API wants it, if only as an empty text, even where
    /// `is_centralized` is false.
    login_uri: Uri,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RefreshTokenInvalidation {
    /// Whether suspending a member ends their refresh tokens.
    #[schemars(extend("default" = true))]
    invalidate_on_member_suspension: Option<bool>,

    /// Whether resetting a member's password ends their refresh tokens.
    #[schemars(extend("default" = true))]
    invalidate_on_member_password_reset: Option<bool>,

    /// Whether a change of a member's roles ends their refresh tokens.
    #[schemars(extend("default" = true))]
    invalidate_on_member_role_update: Option<bool>,
}

/// Fields that the API knows and a manifest may not state.
const NOT_ACCEPTED: &[(&str, &str)] = &[
    ("client_type", "it is a view of the default client: set `client_type` on the application's default Client"),
    ("client_display_name", "it is a view of the default client: set `name` on the application's default Client"),
    ("client_description", "it is a view of the default client: set `description` on the application's default Client"),
    ("redirect_uris", "it is a view of the default client: set `redirect_uris` on the application's default Client"),
    ("resources", "it is a view of the default client: set `resources` on the application's default Client"),
    (
        "device_authorization",
        "it is a view of the default client: set `device_authorization` on the application's default Client",
    ),
    (
        "ciba_authorization",
        "it is a view of the default client: set `ciba_authorization` on the application's default Client",
    ),
    (
        "client_auth_method",
        "it is a view of the default client: set `pkce` or `authentication_configuration` on the application's default \
         Client",
    ),
    ("pkce", "it is a view of the default client: set `pkce` on the application's default Client"),
    (
        "first_client",
        "write the client as a document of its own, with `kind: Client` and `metadata.application`: creating the \
         application brings it along",
    ),
    (
        "first_client_authentication_protocol",
        "set `authentication_protocol` on the application's default Client instead",
    ),
    (
        "should_delete_signing_key",
        "it is an action, not a state, and would end tokens that are in use: do it by hand in the Admin Portal when \
         `signing_key_enabled` goes to false",
    ),
    ("app_id", "the API gives it: to bind the manifest to an existing application, set `metadata.id`"),
    ("tenant_id", "the API gives it: state the tenant in the environment of the project file"),
    ("client_id", "the API gives it to the default client: leave it out, or set `metadata.id` on that Client"),
    (
        "client_secret",
        "the API gives it, and secrets have no place in manifests: leave it out, and hand it on with `tilewright \
         credentials`",
    ),
    ("login_preferences", "this API only shows it: leave it out; login methods are set in the Admin Portal"),
    ("external_communication", "this API only shows it: leave it out; the language is set in the Admin Portal"),
    ("password_sharing_group_id", "this API only shows it: leave it out"),
    ("application_type", "the API gives it: leave it out"),
    ("created_at", "the API gives it: leave it out"),
    ("created_by", "the API gives it: leave it out"),
    ("updated_at", "the API gives it: leave it out"),
];

fn kind() -> Result<Kind, CatalogError> {
    let spec = KindSpec::compile(SPEC, "Application", None, "app_name", SOURCE.route.docs, schema_of::<Application>())?;
    Ok(Kind {
        name: "Application".to_owned(),
        segment: SOURCE.route.segment.to_owned(),
        parent: None,
        discriminator: None,
        specs: vec![spec.with_not_accepted(super::owned(NOT_ACCEPTED))],
    })
}

fn spec_of_answer(_: &Answer) -> Option<&'static str> {
    Some(SPEC)
}
