//! How an OIDC client authenticates: three fields say it, and must agree.
//!
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/updateappclient>

use tilewright_core::{Finding, RuleInput, Value};

use super::subject::Subject;
use crate::kinds::{OIDC_CLIENT, PUBLIC_CLIENT};

pub(super) const METHOD_CONFLICT: &str = "auth-method-conflict";
pub(super) const METHOD_DEPRECATED: &str = "auth-method-deprecated";
pub(super) const FAPI: &str = "fapi-settings";

/// The value of `pkce` that FAPI asks for.
const PKCE_OF_FAPI: &str = "enforcePkceAlongsideClientCredentials";

const OLD: &[&str] = &["token_endpoint_auth_method"];
const PKCE: &[&str] = &["pkce"];
const METHOD: &[&str] = &["authentication_configuration", "method"];

pub(super) fn method_conflict(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let Some(old) = client.text(OLD) else { return Vec::new() };
    let (pkce, method) = (client.text(PKCE), client.text(METHOD));
    let contradicted_by = match (pkce, method) {
        (Some(PUBLIC_CLIENT), _) if old != "none" => PKCE,
        (Some(PUBLIC_CLIENT), _) => return Vec::new(),
        (Some(_), _) if old == "none" => PKCE,
        (_, Some(method)) if old != method => METHOD,
        (Some(_) | None, Some(_) | None) => return Vec::new(),
    };
    let message = format!("`token_endpoint_auth_method: {old}` contradicts `{}`", contradicted_by.join("."));
    vec![
        Finding::error(METHOD_CONFLICT, client.at(OLD), message)
            .related(client.at(contradicted_by), "which says otherwise here")
            .help("drop `token_endpoint_auth_method`: `pkce` and `authentication_configuration` say it all"),
    ]
}

pub(super) fn method_deprecated(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let Some(old) = client.text(OLD) else { return Vec::new() };
    let instead = if old == "none" {
        format!("state `pkce: {PUBLIC_CLIENT}` instead")
    } else {
        format!("state `authentication_configuration: {{method: {old}}}` instead")
    };
    let finding = Finding::warning(METHOD_DEPRECATED, client.at(OLD), "`token_endpoint_auth_method` is deprecated");
    vec![finding.help(instead)]
}

/// What FAPI asks for must be stated: where it is not, the API corrects it by itself, and the client that comes out is
/// not the one that was planned. <https://developer.transmitsecurity.com/guides/user/manage_clients>
pub(super) fn fapi(input: &RuleInput<'_>) -> Vec<Finding> {
    let switch = &["fapi_version_compliancy"];
    let Some(client) = Subject::of(input, OIDC_CLIENT).filter(|c| c.is_true(switch)) else { return Vec::new() };
    let is_strong = |value: &Value| {
        let strong = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];
        value.as_str().is_none_or(|method| method.contains("${") || strong.contains(&method))
    };
    let is_pkce = |value: &Value| value.as_str().is_none_or(|mode| mode.contains("${") || mode == PKCE_OF_FAPI);
    let wanted: [(&[&str], bool, String); 3] = [
        (
            &["enforce_par"],
            client.is_true(&["enforce_par"]),
            "pushed authorization requests: state `enforce_par: true`".to_owned(),
        ),
        (
            PKCE,
            client.value(PKCE).is_some_and(is_pkce),
            format!("PKCE beside the credentials: state `pkce: {PKCE_OF_FAPI}`"),
        ),
        (
            METHOD,
            client.value(METHOD).is_some_and(is_strong),
            "more than a shared secret: state `private_key_jwt`, `tls_client_auth` or `self_signed_tls_client_auth` as \
             `authentication_configuration.method`"
                .to_owned(),
        ),
    ];
    let finding = |(path, _, help): (&[&str], bool, String)| {
        let stated = client.value(path).is_some();
        let message = if stated {
            format!("`{}` does not comply with FAPI 2.0", path.join("."))
        } else {
            format!("FAPI 2.0 needs `{}`, which is not stated", path.join("."))
        };
        let place = client.at(if stated { path } else { switch });
        let finding = Finding::error(FAPI, place, message).help(format!("FAPI 2.0 asks for {help}"));
        if stated { finding.related(client.at(switch), "FAPI 2.0 is switched on here") } else { finding }
    };
    wanted.into_iter().filter(|(_, fits, _)| !fits).map(finding).collect()
}
