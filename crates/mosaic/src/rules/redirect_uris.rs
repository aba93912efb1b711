//! Redirect URIs of OIDC clients.
//!
//! Web clients: https, or http on the same machine. Native clients also: a scheme that is a domain name in reverse.
//! <https://developer.transmitsecurity.com/guides/user/manage_clients>, RFC 8252 section 7.

use tilewright_core::{Finding, RuleInput};
use url::{Host, Url};

use super::subject::Subject;
use crate::kinds::OIDC_CLIENT;

pub(super) const SCHEME: &str = "redirect-uri-scheme";
pub(super) const FRAGMENT: &str = "redirect-uri-fragment";
pub(super) const WILDCARD: &str = "redirect-uri-wildcard";
pub(super) const NONE: &str = "redirect-uris-empty";

const FIELD: &[&str] = &["redirect_uris"];

/// Which clients may have a URI.
enum Fit {
    /// All.
    Any,
    /// Native ones.
    Native,
    /// None, for this reason.
    No(&'static str),
}

pub(super) fn scheme(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let client_type = client.text(&["client_type"]);
    let judge = |(uri, place): (&str, _)| match (fit(uri), client_type) {
        (Fit::Any, _) | (Fit::Native, Some("native")) => None,
        (Fit::Native, None) => Some(
            Finding::warning(SCHEME, place, "only native clients can be redirected to a scheme of their own")
                .help("state `client_type: native`; a new client that does not is a web client"),
        ),
        (Fit::Native, Some(_)) => Some(
            Finding::error(SCHEME, place, "a web client cannot be redirected to a scheme of its own")
                .label("expected https")
                .help("use https, or http on localhost; for an app on a device state `client_type: native`"),
        ),
        (Fit::No(why), _) => Some(Finding::error(SCHEME, place, why).help(
            "use https, or http on localhost, 127.0.0.1 or [::1]; a native client may also use a domain name in \
             reverse, such as com.example.app://callback",
        )),
    };
    client.texts(FIELD).filter_map(judge).collect()
}

pub(super) fn fragment(input: &RuleInput<'_>) -> Vec<Finding> {
    each(input, |uri| uri.contains('#'), FRAGMENT, "a redirect URI cannot have a fragment", "drop `#` and what follows")
}

pub(super) fn wildcard(input: &RuleInput<'_>) -> Vec<Finding> {
    each(
        input,
        |uri| uri.contains('*'),
        WILDCARD,
        "a redirect URI cannot have a wildcard",
        "list each URI; a wildcard would let others receive codes that are meant for you",
    )
}

pub(super) fn none(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    if client.value(FIELD).is_none() || !client.items(FIELD).is_empty() {
        return Vec::new();
    }
    let finding = Finding::warning(NONE, client.at(FIELD), "the API may refuse a client without redirect URIs");
    vec![
        finding.help("for a client that nobody logs in with, state one that leads nowhere: `https://localhost/unused`"),
    ]
}

fn each(
    input: &RuleInput<'_>,
    is_bad: fn(&str) -> bool,
    code: &'static str,
    message: &str,
    help: &str,
) -> Vec<Finding> {
    let Some(client) = Subject::of(input, OIDC_CLIENT) else { return Vec::new() };
    let bad = client.texts(FIELD).filter(|(uri, _)| is_bad(uri));
    bad.map(|(_, place)| Finding::error(code, place, message).help(help)).collect()
}

fn fit(uri: &str) -> Fit {
    // The parser forgives white space; the API compares character by character.
    let Some(url) = Url::parse(uri).ok().filter(|_| !uri.contains(char::is_whitespace)) else {
        return Fit::No("this is no absolute URI");
    };
    match url.scheme() {
        "https" => Fit::Any,
        "http" if is_local(&url) => Fit::Any,
        "http" => Fit::No("http is for this machine only"),
        scheme if scheme.split('.').count() > 1 && scheme.split('.').all(|label| !label.is_empty()) => Fit::Native,
        _ => Fit::No("this scheme is neither https nor a domain name in reverse"),
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
