//! Claims of tokens and of the UserInfo endpoint.

use tilewright_core::{Finding, RuleInput};

use super::subject::Subject;
use crate::kinds::{KNOWN_CLAIMS, OIDC_CLIENT, SAML_CLIENT};

pub(super) const CONFLICT: &str = "claims-conflict";
pub(super) const UNKNOWN: &str = "unknown-claim";

fn client<'a>(input: &RuleInput<'a>) -> Option<Subject<'a>> {
    Subject::of(input, OIDC_CLIENT).or_else(|| Subject::of(input, SAML_CLIENT))
}

pub(super) fn conflict(input: &RuleInput<'_>) -> Vec<Finding> {
    let (sync, claims) = (&["sync_id_token_claims_to_userinfo"], &["default_user_info_claims"]);
    let Some(client) = client(input).filter(|c| c.is_true(sync) && c.value(claims).is_some()) else {
        return Vec::new();
    };
    let message = "`default_user_info_claims` cannot be stated while the claims follow the ID token's";
    vec![
        Finding::error(CONFLICT, client.at(claims), message)
            .related(client.at(sync), "they follow because of this")
            .help("drop one of the two: the list, or `sync_id_token_claims_to_userinfo: true`"),
    ]
}

pub(super) fn unknown(input: &RuleInput<'_>) -> Vec<Finding> {
    let Some(client) = client(input) else { return Vec::new() };
    let lists = ["default_custom_claims", "default_user_info_claims"];
    let stated = lists.iter().flat_map(|list| client.texts(&[list]).collect::<Vec<_>>());
    stated
        .filter(|(claim, _)| !KNOWN_CLAIMS.contains(claim))
        .map(|(claim, place)| {
            let finding = Finding::warning(UNKNOWN, place, format!("unknown claim `{claim}`"));
            match nearest(claim) {
                Some(known) => finding.label(format!("did you mean `{known}`?")),
                None => finding.help("the API may know it and this version of tilewright not; if so, ignore this"),
            }
        })
        .collect()
}

/// The known claim that takes the fewest typing errors to become this one, if these are few.
fn nearest(claim: &str) -> Option<&'static str> {
    let lower = claim.to_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&lower, known);
    let nearest = KNOWN_CLAIMS.iter().copied().min_by_key(|known| distance(known))?;
    (distance(nearest) <= (claim.chars().count() / 3).max(1)).then_some(nearest)
}
