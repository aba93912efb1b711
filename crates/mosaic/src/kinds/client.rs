//! Clients: what an application logs in with. One kind with two schemas, one for each protocol.
//!
//! Must not state fields that only one protocol has; these are in `oidc_client.rs` and `saml_client.rs`.
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient>

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tilewright_core::{CatalogError, Kind, KindSpec, Parent};

use super::parts::{Claim, FilledText};
use super::schema::{joined, schema_of};
use super::{Answer, KindSource, Route, oidc_client, saml_client};

/// The segment of the kind that clients live in.
const PARENT: &str = "application";

pub(super) const SOURCE: KindSource = KindSource {
    kind,
    route: Route {
        segment: "client",
        parent: Some(PARENT),
        collection: "clients",
        reserved: &[],
        id: "client_id",
        default_child: None,
        observed: &["created_at", "entity_id", "metadata_url", "sso_url", "tenant_id", "updated_at"],
        spec_of: spec_of_answer,
        docs: "https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient",
    },
};

/// What a person writes first.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Head {
    /// The name that people see. Another name renames the client: its id and secret stay.
    #[schemars(extend("x-tilewright" = {
        "unique": {"within": "parent", "spare": "text", "name": "display name"}
    }))]
    name: FilledText,

    /// What the client is for, in a few words.
    description: Option<String>,
}

/// What a person writes last.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Tail {
    /// Ids (not URIs) of the resources for which the client may ask for tokens. They must exist.
    resources: Option<BTreeSet<String>>,

    /// The id of the SSO clients group that the client belongs to. The API has no way to take a client out of one.
    client_group_id: Option<String>,

    /// Claims that ID tokens carry beside the standard ones.
    default_custom_claims: Option<BTreeSet<Claim>>,

    /// Claims that the UserInfo endpoint gives. Cannot be stated with `sync_id_token_claims_to_userinfo: true`.
    #[schemars(extend("x-tilewright" = {"excludes": ["sync_id_token_claims_to_userinfo"]}))]
    default_user_info_claims: Option<BTreeSet<Claim>>,

    /// Whether the UserInfo endpoint gives the claims of `default_custom_claims`, whatever these become.
    #[schemars(extend(
        "default" = false,
        "x-tilewright" = {"resend": true, "excludes": ["default_user_info_claims"]}
    ))]
    sync_id_token_claims_to_userinfo: Option<bool>,

    /// The SameSite attribute of the short-lived cookies of a login. `none` lets the login run in a frame of another
    /// site.
    #[schemars(extend("default" = "lax", "x-tilewright" = {"resend": true}))]
    short_cookies_samesite_type: Option<SameSite>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SameSite {
    Lax,
    None,
}

/// Fields that the API shows of every client and a manifest may not state.
const NOT_ACCEPTED: &[(&str, &str)] = &[
    ("app_id", "the application is named in `metadata.application`: leave it out"),
    ("tenant_id", "the API gives it: state the tenant in the environment of the project file"),
    ("client_id", "the API gives it: to bind the manifest to an existing client, set `metadata.id`"),
    (
        "client_secret",
        "the API gives it, and secrets have no place in manifests: leave it out, and hand it on with `tilewright \
         credentials`",
    ),
    ("created_at", "the API gives it: leave it out"),
    ("updated_at", "the API gives it: leave it out"),
    ("metadata_url", "the API gives it to SAML clients: leave it out"),
    ("sso_url", "the API gives it to SAML clients: leave it out"),
    ("entity_id", "the API gives it to SAML clients: leave it out; the service provider's own is `sp_entity_id`"),
    ("x509_certificate", "the API gives it to SAML clients and renews it: leave it out"),
];

/// The schema of a client of one protocol. `extra` has the fields that only this protocol has.
fn schema_with(extra: Json) -> Json {
    joined([schema_of::<Head>(), extra, schema_of::<Tail>()])
}

fn spec(name: &str, title: &str, protocol: &str, extra: Json) -> Result<KindSpec, CatalogError> {
    let spec = KindSpec::compile(name, title, Some(protocol), "name", SOURCE.route.docs, schema_with(extra))?;
    Ok(spec.with_not_accepted(super::owned(NOT_ACCEPTED)))
}

/// Names, for each field that only the other protocol has, the way out.
fn with_fields_of_other(spec: KindSpec, other: &KindSpec, here: &str, there: &str) -> KindSpec {
    let foreign: Vec<_> = other.order.iter().filter(|f| !spec.fields.contains_key(*f)).cloned().collect();
    spec.with_not_accepted(foreign.into_iter().map(|field| {
        let way_out = format!(
            "only {there} clients have it, and this is a client with `authentication_protocol: {here}`: leave it out"
        );
        (field, way_out)
    }))
}

fn kind() -> Result<Kind, CatalogError> {
    let oidc = spec(oidc_client::SPEC, "OIDC client", oidc_client::PROTOCOL, schema_of::<oidc_client::OidcClient>())?;
    let saml = spec(saml_client::SPEC, "SAML client", saml_client::PROTOCOL, schema_of::<saml_client::SamlClient>())?;
    Ok(Kind {
        name: "Client".to_owned(),
        segment: SOURCE.route.segment.to_owned(),
        parent: Some(Parent { segment: PARENT.to_owned(), brings_default: true }),
        discriminator: Some(("authentication_protocol".to_owned(), oidc_client::PROTOCOL.to_owned())),
        specs: vec![
            with_fields_of_other(oidc.clone(), &saml, oidc_client::PROTOCOL, "SAML"),
            with_fields_of_other(saml, &oidc, saml_client::PROTOCOL, "OIDC"),
        ],
    })
}

/// By the protocol; where an answer has none, an older one, by the member that only SAML clients have.
fn spec_of_answer(answer: &Answer) -> Option<&'static str> {
    match answer.get("authentication_protocol") {
        None | Some(Json::Null) => {
            let saml = answer.get("sp_entity_id").is_some_and(|id| !id.is_null());
            Some(if saml { saml_client::SPEC } else { oidc_client::SPEC })
        }
        Some(Json::String(text)) if text.eq_ignore_ascii_case(oidc_client::PROTOCOL) => Some(oidc_client::SPEC),
        Some(Json::String(text)) if text.eq_ignore_ascii_case(saml_client::PROTOCOL) => Some(saml_client::SPEC),
        Some(_) => None,
    }
}
