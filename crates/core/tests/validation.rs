//! Every finding between resources.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use common::story::Story;
use common::vendor::CATALOG;
use serde_json::json;
use tilewright_core::{Finding, RemoteId, validate};

fn story() -> Story {
    Story::of(&[
        ("shelf/a", json!({"title": "A", "host": "one"})),
        ("book/a/x", json!({"name": "X"})),
        ("book/a/y", json!({"name": "Y"})),
        ("shelf/b", json!({"title": "B"})),
        ("book/b/x", json!({"name": "X"})),
    ])
}

/// The only finding, as code and place.
fn finding(story: &Story) -> (Finding, String) {
    let mut findings = validate(&story.world.desired, &CATALOG);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = findings.remove(0);
    let place = format!("{} {}", finding.code, finding.place.path);
    (finding, place)
}

#[test]
fn good_manifests_have_no_findings() {
    assert_eq!(validate(&story().world.desired, &CATALOG), []);
}

#[test]
fn a_child_needs_its_parent() {
    let mut story = story();
    story.set("book/aa/x", &json!({"name": "X"}));
    let (finding, place) = finding(&story);
    assert_eq!(place, "unknown-parent metadata.shelf");
    assert_eq!(finding.help.unwrap(), "did you mean `shelf/a`?");
}

#[test]
fn a_child_does_not_live_in_a_tombstone() {
    let mut story = story();
    story.bury("shelf/b");
    assert_eq!(finding(&story).1, "parent-absent metadata.shelf");
}

#[test]
fn a_reference_leads_to_a_resource_of_its_kind_that_is_to_be_there() {
    let mut story = story();
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/a/z"}}));
    assert_eq!(finding(&story).1, "unknown-reference spec.featured");
    story.set("shelf/b", &json!({"title": "B", "related": [{"ref": "book/a/x"}, {"ref": "shelf/a"}]}));
    assert_eq!(finding(&story).1, "wrong-reference spec.related[1]");
    story.set("shelf/b", &json!({"title": "B"}));
    story.set("book/b/x", &json!({"name": "X", "meta": {"peer": {"ref": "book/a/y"}}}));
    story.bury("book/a/y");
    assert_eq!(finding(&story).1, "reference-absent spec.meta.peer");
}

#[test]
fn a_family_has_one_default() {
    let mut story = story();
    story.metadata("book/a/y").default = Some(true);
    assert_eq!(finding(&story).1, "two-defaults metadata.default");
    story.metadata("book/a/y").default = None;
    story.metadata("book/a/x").default = None;
    assert_eq!(finding(&story).1, "no-default metadata");
    story.metadata("book/a/x").default = Some(true);
    story.metadata("book/b/x").default = Some(false);
    assert_eq!(finding(&story).1, "no-default metadata.default");
}

#[test]
fn unique_values_are_stated_once_where_they_must_be_unique() {
    let mut story = story();
    story.set("shelf/b", &json!({"title": "B", "host": "one"}));
    assert_eq!(finding(&story).1, "taken spec.host");
    story.set("shelf/b", &json!({"title": "B", "host": ""}));
    story.set("book/a/y", &json!({"name": "X"}));
    assert_eq!(finding(&story).1, "taken spec.name");
}

#[test]
fn a_role_is_played_once() {
    let mut story = story();
    story.set("shelf/a", &json!({"title": "A", "desk": {"front": true}}));
    story.set("shelf/b", &json!({"title": "B", "desk": {"front": true}}));
    let (finding, place) = finding(&story);
    assert_eq!(place, "two-of-a-role spec.desk.front");
    assert_eq!(finding.message, "shelf/b and shelf/a both claim to be the front desk");
}

#[test]
fn two_resources_are_not_pinned_to_one_id() {
    let mut story = story();
    story.metadata("shelf/a").id = Some(RemoteId::new("1"));
    story.metadata("shelf/b").id = Some(RemoteId::new("1"));
    story.metadata("book/b/x").id = Some(RemoteId::new("1"));
    assert_eq!(finding(&story).1, "pinned-twice metadata.id");
}

#[test]
fn a_tombstone_may_have_what_others_have() {
    let mut story = story();
    story.set("shelf/c", &json!({"title": "A", "host": "one", "featured": {"ref": "book/nowhere/x"}}));
    story.bury("shelf/c");
    assert_eq!(validate(&story.world.desired, &CATALOG), []);
}
