//! Fields of applications that need one another, and the client that they refer to.

use tilewright_core::{Address, Finding, Place, Resource, RuleInput, Value};

use super::subject::Subject;
use crate::kinds::{APPLICATION, SAML_CLIENT};

pub(super) const INVITE_CLIENT: &str = "invite-client";
pub(super) const SUBDOMAIN: &str = "subdomain-form";
pub(super) const CUSTOM_DOMAIN: &str = "custom-domain-form";
pub(super) const SIGNING_KEY: &str = "signing-key-domain";
pub(super) const HUB_LOGIN: &str = "hub-login-uri-missing";

/// Invitations need an OIDC client of the same application that does not enforce PKCE. A literal id says nothing that
/// could be checked here. <https://developer.transmitsecurity.com/guides/user/manage_apps>
pub(super) fn invite_client(input: &RuleInput<'_>) -> Vec<Finding> {
    let field = &["invite_client_id"];
    let Some(application) = Subject::of(input, APPLICATION) else { return Vec::new() };
    let Some(Value::Ref(address)) = application.value(field) else { return Vec::new() };
    let place = application.at(field);
    if address.kind() == "client" && address.parent("application").as_ref() != Some(&input.resource.address) {
        let message = format!("`{address}` is a client of another application");
        let finding = Finding::error(INVITE_CLIENT, place, message);
        return vec![finding.help(format!("refer to a client of `{}`", input.resource.address))];
    }
    let client = input.desired.resources.get(address).filter(|r| !r.is_tombstone());
    client.and_then(|client| unfit(client, input, address)).map_or_else(Vec::new, |(why, related)| {
        let mut finding = Finding::error(INVITE_CLIENT, place, why)
            .help("refer to an OIDC client of this application with `pkce: allowPkceAlongsideClientCredentials`");
        finding.related.extend(related);
        vec![finding]
    })
}

/// A place that has to do with it, and why.
type Related = Vec<(Place, String)>;

/// Why invitations cannot use a client.
fn unfit(client: &Resource, input: &RuleInput<'_>, address: &Address) -> Option<(String, Related)> {
    let input = RuleInput { resource: client, desired: input.desired, catalog: input.catalog };
    if let Some(saml) = Subject::of(&input, SAML_CLIENT) {
        let related = vec![(saml.at(&["authentication_protocol"]), "its protocol is here".to_owned())];
        return Some((format!("`{address}` is a SAML client, and invitations need an OIDC client"), related));
    }
    let oidc = Subject::of(&input, &client.spec_name)?;
    let pkce = oidc.text(&["pkce"]).filter(|mode| mode.starts_with("enforce"))?;
    let related = vec![(oidc.at(&["pkce"]), "PKCE is enforced here".to_owned())];
    Some((format!("`{address}` has `pkce: {pkce}`, and invitations need a client that does not enforce it"), related))
}

pub(super) fn subdomain(input: &RuleInput<'_>) -> Vec<Finding> {
    let field = &["subdomain"];
    let Some(application) = Subject::of(input, APPLICATION) else { return Vec::new() };
    let Some(text) = application.text(field).filter(|t| !is_label(t) || t.bytes().any(|b| b.is_ascii_uppercase()))
    else {
        return Vec::new();
    };
    let label = if text.contains('.') { "only the first label, without the domain" } else { "" };
    vec![
        Finding::error(SUBDOMAIN, application.at(field), "a subdomain is one label of a host name")
            .label(label)
            .help("use 1 to 63 of a-z, 0-9 and `-`, with no `-` at either end"),
    ]
}

pub(super) fn custom_domain(input: &RuleInput<'_>) -> Vec<Finding> {
    let field = &["custom_domain"];
    let Some(application) = Subject::of(input, APPLICATION) else { return Vec::new() };
    let is_domain = |text: &str| text.len() <= 253 && text.contains('.') && text.split('.').all(is_label);
    if application.text(field).is_none_or(is_domain) {
        return Vec::new();
    }
    let finding = Finding::error(CUSTOM_DOMAIN, application.at(field), "a custom domain is a bare domain name");
    vec![finding.help("write it without scheme, port and path, such as `login.example.com`")]
}

/// <https://developer.transmitsecurity.com/guides/user/app_specific_token_signing_keys>
pub(super) fn signing_key(input: &RuleInput<'_>) -> Vec<Finding> {
    let field = &["signing_key_enabled"];
    let Some(application) = Subject::of(input, APPLICATION) else { return Vec::new() };
    if !application.is_true(field) || !application.is_blank(&["subdomain"]) || !application.is_blank(&["custom_domain"])
    {
        return Vec::new();
    }
    let message = "a signing key of its own needs `subdomain` or `custom_domain`, and neither is stated";
    vec![
        Finding::warning(SIGNING_KEY, application.at(field), message)
            .help("state one of them, unless the application has one that is not managed here"),
    ]
}

pub(super) fn hub_login(input: &RuleInput<'_>) -> Vec<Finding> {
    let hub = "authenticator_preferences";
    let uri = &[hub, "login_uri"];
    let Some(application) = Subject::of(input, APPLICATION) else { return Vec::new() };
    if !application.is_true(&[hub, "is_centralized"]) || !application.is_blank(uri) {
        return Vec::new();
    }
    let message = "an Authentication Hub needs the `login_uri` at which logins begin";
    vec![Finding::error(HUB_LOGIN, application.at(uri), message).help("state the page of yours that begins a login")]
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
