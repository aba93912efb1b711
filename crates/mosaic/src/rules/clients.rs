//! Fields of clients that need or forbid one another.

use tilewright_core::{Finding, RuleInput};

use super::subject::Subject;
use crate::kinds::{OIDC_CLIENT, SAML_CLIENT};

pub(super) const ACS_URL: &str = "acs-url-missing";
pub(super) const FLOW_URI: &str = "flow-uri-missing";
pub(super) const ROLES: &str = "roles-without-effect";
pub(super) const THIRD_PARTY: &str = "third-party-only";

pub(super) fn acs_url(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, SAML_CLIENT) else { return Vec::new() };
    let field = &["sp_acs_url"];
    if client.is_true(&["optional_acs_url"]) || !client.is_blank(field) {
        return Vec::new();
    }
    let finding = Finding::error(ACS_URL, client.at(field), "a SAML client needs `sp_acs_url`");
    vec![finding.help(
        "state the URL to which the service provider wants assertions posted, or `optional_acs_url: true` if requests \
         name it",
    )]
}

/// The pages of a flow that is switched on.
pub(super) fn flow_uri(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let flows: [(&str, &[&str]); 2] = [
        ("ciba_authorization", &["login_uri"]),
        ("device_authorization", &["approval_uri", "success_uri", "input_uri"]),
    ];
    let mut findings = Vec::new();
    for (flow, uris) in flows.into_iter().filter(|(flow, _)| client.is_true(&[flow, "enabled"])) {
        for uri in uris.iter().filter(|uri| client.is_blank(&[flow, uri])) {
            let message = format!("`{flow}` is enabled without `{uri}`");
            let finding = Finding::error(FLOW_URI, client.at(&[flow, uri]), message);
            findings.push(finding.help(format!("state `{uri}`, the page of yours to which the flow leads users")));
        }
    }
    findings
}

/// <https://developer.transmitsecurity.com/guides/user/manage_client_roles>
pub(super) fn roles(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    if client.items(&["role_ids"]).is_empty() {
        return Vec::new();
    }
    let because = if client.is_true(&["is_third_party"]) {
        ("third-party clients", "is_third_party")
    } else if !client.is_blank(&["client_group_id"]) {
        ("clients of an SSO group", "client_group_id")
    } else {
        return Vec::new();
    };
    let (whose, field) = because;
    vec![
        Finding::error(ROLES, client.at(&["role_ids"]), format!("roles do nothing for {whose}"))
            .related(client.at(&[field]), "it is one because of this")
            .help("drop `role_ids`, so that nobody relies on them"),
    ]
}

pub(super) fn third_party(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    if client.is_true(&["is_third_party"]) {
        return Vec::new();
    }
    let fields = ["consent_uri", "allowed_scopes", "consent_validity_period"];
    fields
        .iter()
        .filter(|field| client.value(&[field]).is_some())
        .map(|field| {
            let message = format!("`{field}` matters for third-party clients only");
            Finding::warning(THIRD_PARTY, client.at(&[field]), message)
                .help("state `is_third_party: true` if somebody else runs this client, or drop the field")
        })
        .collect()
}
