//! Each rule passes and fails where it should.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tilewright_core::{Backend, DesiredState, Finding, Resource, ResourceState, RuleInput, Severity, Value};
use tilewright_mosaic::Mosaic;

use super::fixtures::{full_application, full_oidc_client, full_saml_client, resource};

/// What the rules find in the first of these resources.
pub(crate) fn findings(resources: &[Resource]) -> Vec<Finding> {
    let desired = DesiredState { resources: resources.iter().map(|r| (r.address.clone(), r.clone())).collect() };
    let mosaic = Mosaic::new();
    let catalog = mosaic.catalog();
    let mut all = Vec::new();
    for rule in &catalog.rules {
        let found = (rule.check)(&RuleInput { resource: &resources[0], desired: &desired, catalog });
        assert!(found.iter().all(|f| f.code == rule.name), "{}", rule.name);
        all.extend(found);
    }
    all
}

/// Code and place of what the rules find.
pub(crate) fn places(resources: &[Resource]) -> Vec<String> {
    findings(resources).iter().map(|f| format!("{} {}", f.code, f.place.path)).collect()
}

fn application(stated: &Json) -> Resource {
    resource("application/shop", "application", stated, 0)
}

pub(crate) fn oidc(extra: &Json) -> Resource {
    let mut stated = json!({"name": "Web", "redirect_uris": ["https://shop.example.com/callback"]});
    stated.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    resource("client/shop/web", "oidc-client", &stated, 1)
}

pub(crate) fn saml(extra: &Json) -> Resource {
    let mut stated = json!({"name": "Help", "authentication_protocol": "saml", "sp_entity_id": "x"});
    stated.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    resource("client/shop/help", "saml-client", &stated, 1)
}

pub(crate) fn of_oidc(extra: &Json) -> Vec<String> {
    places(&[oidc(extra)])
}

fn of_application(stated: &Json) -> Vec<String> {
    places(&[application(stated)])
}

pub(crate) const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
pub(crate) const PUBLIC: &str = "enforcePkceInsteadOfClientCredentials";
pub(crate) const BESIDE: &str = "enforcePkceAlongsideClientCredentials";
pub(crate) const ALLOW: &str = "allowPkceAlongsideClientCredentials";

#[test]
fn objects_without_mistakes_pass() {
    assert_eq!(of_application(&full_application()), [""; 0]);
    assert_eq!(places(&[resource("client/shop/help", "saml-client", &full_saml_client(), 1)]), [""; 0]);
    let mut client = full_oidc_client();
    for name in ["token_endpoint_auth_method", "role_ids"] {
        client.as_object_mut().unwrap().shift_remove(name);
    }
    assert_eq!(places(&[resource("client/shop/web", "oidc-client", &client, 1)]), [""; 0]);
    assert_eq!(of_oidc(&json!({})), [""; 0]);
    assert_eq!(of_application(&json!({"app_name": "A"})), [""; 0]);
}

/// An application that refers to a client, and that client.
fn inviting(address: &str, client: Resource) -> Vec<String> {
    let mut application = application(&json!({"app_name": "A"}));
    application.fields.insert("invite_client_id".to_owned(), Value::Ref(address.parse().unwrap()));
    places(&[application, client])
}

#[test]
fn invitations_use_an_oidc_client_of_the_same_application_without_enforced_pkce() {
    let wrong = ["invite-client spec.invite_client_id"];
    for (extra, expected) in [
        (json!({}), &[][..]),
        (json!({"pkce": ALLOW}), &[]),
        (json!({"pkce": BESIDE}), &wrong),
        (json!({"pkce": PUBLIC}), &wrong),
    ] {
        assert_eq!(inviting("client/shop/web", oidc(&extra)), expected, "{extra}");
    }
    assert_eq!(inviting("client/shop/help", saml(&json!({"sp_acs_url": "https://x.example"}))), wrong);
    assert_eq!(
        inviting("client/other/web", resource("client/other/web", "oidc-client", &json!({"name": "W"}), 1)),
        wrong
    );
}

#[test]
fn invitations_by_a_literal_id_or_an_unknown_reference_are_not_judged() {
    assert_eq!(of_application(&json!({"app_name": "A", "invite_client_id": "c-1"})), [""; 0]);
    assert_eq!(inviting("client/shop/gone", oidc(&json!({"pkce": PUBLIC}))), [""; 0]);
    let mut tombstone = oidc(&json!({"pkce": PUBLIC}));
    tombstone.metadata.state = ResourceState::Absent;
    assert_eq!(inviting("client/shop/web", tombstone), [""; 0]);
}

#[test]
fn a_subdomain_is_one_label() {
    for good in ["shop", "a", "my-shop-2", "${var:sub}"] {
        assert_eq!(of_application(&json!({"app_name": "A", "subdomain": good})), [""; 0], "{good}");
    }
    let long = "a".repeat(64);
    for bad in ["", "-shop", "shop-", "my_shop", "Shop", "shop.app.transmitsecurity.io", long.as_str()] {
        assert_eq!(
            of_application(&json!({"app_name": "A", "subdomain": bad})),
            ["subdomain-form spec.subdomain"],
            "{bad}"
        );
    }
}

#[test]
fn a_custom_domain_is_a_bare_domain() {
    for good in ["login.example.com", "Example.com"] {
        assert_eq!(of_application(&json!({"app_name": "A", "custom_domain": good})), [""; 0], "{good}");
    }
    for bad in ["https://login.example.com", "login.example.com/", "login.example.com:443", "localhost", ""] {
        let found = of_application(&json!({"app_name": "A", "custom_domain": bad}));
        assert_eq!(found, ["custom-domain-form spec.custom_domain"], "{bad}");
    }
}

#[test]
fn a_signing_key_wants_a_domain_stated() {
    let found = findings(&[application(&json!({"app_name": "A", "signing_key_enabled": true}))]);
    assert_eq!(
        found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
        [("signing-key-domain", Severity::Warning)]
    );
    for (name, domain) in [("subdomain", "shop"), ("custom_domain", "login.example.com")] {
        assert_eq!(of_application(&json!({"app_name": "A", "signing_key_enabled": true, name: domain})), [""; 0]);
    }
    assert_eq!(of_application(&json!({"app_name": "A", "signing_key_enabled": false})), [""; 0]);
}

#[test]
fn a_hub_needs_a_page() {
    let hub = |on: bool, uri: &str| {
        let preferences = json!({"is_centralized": on, "login_uri": uri});
        of_application(&json!({"app_name": "A", "authenticator_preferences": preferences}))
    };
    assert_eq!(hub(true, ""), ["hub-login-uri-missing spec.authenticator_preferences.login_uri"]);
    assert_eq!(hub(false, ""), [""; 0]);
    assert_eq!(hub(true, "https://login.example.com"), [""; 0]);
}

#[test]
fn every_rule_has_a_code_of_its_own() {
    let mosaic = Mosaic::new();
    let names: Vec<_> = mosaic.catalog().rules.iter().map(|r| r.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
}

/// The words of all findings, for a person to read.
#[test]
fn the_texts_help() {
    let client = oidc(&json!({
        "client_type": "web", "redirect_uris": ["http://a.example/*", "com.example.app://cb#x"],
        "fapi_version_compliancy": true, "pkce": PUBLIC, "token_endpoint_auth_method": "private_key_jwt",
        "authentication_configuration": {"method": "tls_client_auth", "jwks": {"kty": "RSA"}},
        "id_token_encryption": {"enabled": true}, "ciba_authorization": {"enabled": true},
        "role_ids": ["r"], "client_group_id": "g", "consent_uri": "https://x.example",
        "sync_id_token_claims_to_userinfo": true, "default_user_info_claims": ["emial"],
    }));
    let broken = application(&json!({
        "app_name": "A", "subdomain": "Shop.example", "custom_domain": "https://x.example",
        "authenticator_preferences": {"is_centralized": true, "login_uri": ""},
    }));
    let texts: Vec<String> = [client, broken, saml(&json!({}))]
        .into_iter()
        .flat_map(|r| findings(&[r]))
        .map(|f| {
            let severity = if f.severity == Severity::Error { "error" } else { "warning" };
            let label = if f.label.is_empty() { String::new() } else { format!("\n  ^ {}", f.label) };
            format!(
                "{severity}[{}] {}: {}{label}\n  help: {}",
                f.code,
                f.place.path,
                f.message,
                f.help.unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n"));
}
