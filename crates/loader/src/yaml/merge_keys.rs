//! Merge keys: `<<: *base` adds the members of another object. A member that is stated wins over a merged one, an
//! earlier object in a list of them over a later one.

use std::collections::HashSet;

use super::build::{Raw, RawContent, RawMember};
use crate::diagnostic::Diagnostic;

/// Adds the members of `merges` to `members`; what cannot be merged is reported.
pub(super) fn apply(arena: &[Raw], members: &mut Vec<RawMember>, merges: &[usize]) -> Vec<Diagnostic> {
    let mut failed = Vec::new();
    let mut names: HashSet<String> = members.iter().map(|m| m.name.clone()).collect();
    let mut sources = Vec::new();
    for merge in merges {
        match &arena[*merge].content {
            RawContent::List(items) => sources.extend(items.iter().copied()),
            RawContent::Map(_) | RawContent::Scalar(_) => sources.push(*merge),
        }
    }
    for source in sources {
        let RawContent::Map(merged) = &arena[source].content else {
            failed.push(
                Diagnostic::error("bad-merge", arena[source].at, "`<<` merges objects, found something else")
                    .label("expected an object or a list of objects"),
            );
            continue;
        };
        for member in merged {
            if names.insert(member.name.clone()) {
                members.push(member.clone());
            }
        }
    }
    failed
}
