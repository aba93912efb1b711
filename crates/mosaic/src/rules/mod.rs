//! What must hold between fields and resources beyond what schemas say: one small check for each sort of mistake.
//!
//! A rule judges what a manifest states. A field that is not stated is not managed and may have any value in the
//! tenant, so its absence is an error only where stating the other one makes no sense without it. A reference is fine
//! wherever it stands. Must not repeat what a schema says, and must not put a value that may be a key into a finding.

mod applications;
mod authentication;
mod claims;
mod clients;
mod keys;
mod redirect_uris;
mod subject;

use tilewright_core::Rule;

/// All rules. Each one's name is the code of its findings.
pub(crate) fn all() -> Vec<Rule> {
    vec![
        Rule { name: applications::INVITE_CLIENT, check: applications::invite_client },
        Rule { name: applications::SUBDOMAIN, check: applications::subdomain },
        Rule { name: applications::CUSTOM_DOMAIN, check: applications::custom_domain },
        Rule { name: applications::SIGNING_KEY, check: applications::signing_key },
        Rule { name: applications::HUB_LOGIN, check: applications::hub_login },
        Rule { name: redirect_uris::SCHEME, check: redirect_uris::scheme },
        Rule { name: redirect_uris::FRAGMENT, check: redirect_uris::fragment },
        Rule { name: redirect_uris::WILDCARD, check: redirect_uris::wildcard },
        Rule { name: redirect_uris::NONE, check: redirect_uris::none },
        Rule { name: authentication::METHOD_CONFLICT, check: authentication::method_conflict },
        Rule { name: authentication::METHOD_DEPRECATED, check: authentication::method_deprecated },
        Rule { name: authentication::FAPI, check: authentication::fapi },
        Rule { name: keys::KEYS_MISSING, check: keys::keys_missing },
        Rule { name: keys::KEYS_FORM, check: keys::keys_form },
        Rule { name: keys::PRIVATE_KEY, check: keys::private_key },
        Rule { name: keys::CERTIFICATE_MISSING, check: keys::certificate_missing },
        Rule { name: keys::CERTIFICATE_FORM, check: keys::certificate_form },
        Rule { name: clients::ACS_URL, check: clients::acs_url },
        Rule { name: clients::FLOW_URI, check: clients::flow_uri },
        Rule { name: clients::ROLES, check: clients::roles },
        Rule { name: clients::THIRD_PARTY, check: clients::third_party },
        Rule { name: claims::CONFLICT, check: claims::conflict },
        Rule { name: claims::UNKNOWN, check: claims::unknown },
    ]
}
