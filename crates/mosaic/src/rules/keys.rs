//! Public keys and certificates of OIDC clients.
//!
//! Must not put any part of a key into a finding: it may be a private one. For the same reason such a finding is placed
//! on the name of the field, not on its value.

use std::collections::BTreeMap;

use tilewright_core::{Finding, RuleInput, Value};

use super::subject::Subject;
use crate::kinds::OIDC_CLIENT;

pub(super) const KEYS_MISSING: &str = "jwks-missing";
pub(super) const KEYS_FORM: &str = "jwks-form";
pub(super) const PRIVATE_KEY: &str = "private-key";
pub(super) const CERTIFICATE_MISSING: &str = "certificate-missing";
pub(super) const CERTIFICATE_FORM: &str = "certificate-form";

const KEY_SETS: [&[&str]; 2] = [&["authentication_configuration", "jwks"], &["id_token_encryption", "jwks"]];
const CHAIN: &[&str] = &["authentication_configuration", "tls_client_auth", "certificate_chain"];
const RESPONDER: &[&str] = &["authentication_configuration", "tls_client_auth", "ocsp_responder_certificate"];
const METHOD: &[&str] = &["authentication_configuration", "method"];

/// Members of a JWK that only its owner may know: RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

pub(super) fn keys_missing(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let method = client.text(METHOD).filter(|m| ["private_key_jwt", "self_signed_tls_client_auth"].contains(m));
    let encrypts = client.is_true(&["id_token_encryption", "enabled"]);
    let [for_authentication, for_encryption] = KEY_SETS;
    let needed = [
        (for_authentication, method.map(|m| format!("`{m}` needs the client's public keys"))),
        (for_encryption, encrypts.then(|| "encrypted ID tokens need the client's public keys".to_owned())),
    ];
    let missing = needed.into_iter().filter_map(|(path, reason)| Some((path, reason?))).filter(|(path, _)| {
        let keys: Vec<&str> = path.iter().copied().chain(["keys"]).collect();
        client.value(path).is_none() || (client.value(&keys).is_some() && client.items(&keys).is_empty())
    });
    missing
        .map(|(path, message)| {
            Finding::error(KEYS_MISSING, client.at(path), message)
                .help(format!("state `{}` as `{{keys: [...]}}` with at least one public key", path.join(".")))
        })
        .collect()
}

pub(super) fn keys_form(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let is_set = |value: &Value| match value.as_object().and_then(|members| members.get("keys")) {
        Some(Value::List(keys)) => keys.iter().all(|key| key.as_object().is_some()),
        Some(_) | None => false,
    };
    let bad = KEY_SETS.into_iter().filter(|path| client.value(path).is_some_and(|value| !is_set(value)));
    bad.map(|path| {
        Finding::error(KEYS_FORM, client.name_at(path), "a JWK set is an object with a list of keys")
            .help("write `{keys: [{kty: ..., kid: ...}]}`, also for a single key")
    })
    .collect()
}

pub(super) fn private_key(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let help = "take it out, and replace the key: what was once in a manifest may have been read";
    let mut findings = Vec::new();
    for path in KEY_SETS {
        let members = client.object(path).into_iter().flat_map(|set| private_members(set, ""));
        findings.extend(members.map(|member| {
            let message = format!("private key in a manifest: `{}.{member}`", path.join("."));
            Finding::error(PRIVATE_KEY, client.name_at(path), message).help(help).sensitive()
        }));
    }
    for path in [CHAIN, RESPONDER] {
        if client.text(path).is_some_and(|text| text.contains("PRIVATE KEY-----")) {
            let message = format!("private key in a manifest: `{}`", path.join("."));
            findings.push(Finding::error(PRIVATE_KEY, client.name_at(path), message).help(help).sensitive());
        }
    }
    findings
}

/// The paths of private members, at any depth, sorted.
fn private_members(members: &BTreeMap<String, Value>, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in members {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        if PRIVATE_MEMBERS.contains(&name.as_str()) && *value != Value::Null {
            found.push(path);
            continue;
        }
        match value {
            Value::Object(inner) => found.extend(private_members(inner, &path)),
            Value::List(items) => {
                for (index, inner) in items.iter().enumerate().filter_map(|(i, v)| Some((i, v.as_object()?))) {
                    found.extend(private_members(inner, &format!("{path}[{index}]")));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Ref(_) => {}
        }
    }
    found
}

pub(super) fn certificate_missing(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    if client.text(METHOD) != Some("tls_client_auth") || !client.is_blank(CHAIN) {
        return Vec::new();
    }
    let message = "`tls_client_auth` needs the certificates of the authority that issues the client's";
    vec![
        Finding::error(CERTIFICATE_MISSING, client.at(CHAIN), message)
            .help("state `tls_client_auth: {certificate_chain: ...}`, for example as `${file:certs/chain.pem}`"),
    ]
}

pub(super) fn certificate_form(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let is_pem = |text: &str| {
        let begins = text.matches("-----BEGIN CERTIFICATE-----").count();
        begins > 0 && begins == text.matches("-----END CERTIFICATE-----").count()
    };
    let stated = |path: &&&[&str]| client.text(path).is_some_and(|t| !t.trim().is_empty() && !is_pem(t));
    [CHAIN, RESPONDER]
        .iter()
        .filter(stated)
        .map(|path| {
            Finding::warning(CERTIFICATE_FORM, client.name_at(path), "this does not look like certificates in PEM")
                .help("each certificate goes from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`")
        })
        .collect()
}
