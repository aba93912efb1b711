//! Which live object a resource is: by pin, by binding, by name, and when that is unclear.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use common::story::{Story, address, steps};
use serde_json::json;
use tilewright_core::diff::{Action, Adoption, Note, Reason};

fn shelf_and_book() -> Story {
    Story::applied(&[("shelf/a", json!({"title": "A", "note": "n"})), ("book/a/x", json!({"name": "X"}))])
}

fn adoption(story: &Story, text: &str) -> Option<Adoption> {
    story.world.diff(&story.world.everything()).changes[&address(text)].adoption.clone()
}

#[test]
fn a_binding_outlives_a_new_display_name() {
    let mut story = shelf_and_book();
    story.set("shelf/a", &json!({"title": "Another"}));
    assert_eq!(steps(&story.plan()), "1 update shelf/a title=\"Another\"\n");
}

#[test]
fn a_pin_names_the_object_whatever_it_is_called() {
    let mut story = shelf_and_book();
    let id = story.id("shelf/a");
    story.unbind("shelf/a");
    story.set("shelf/a", &json!({"title": "Another"}));
    story.metadata("shelf/a").id = Some(id);
    assert_eq!(adoption(&story, "shelf/a"), Some(Adoption::Pinned));
    assert_eq!(steps(&story.plan()), "1 update shelf/a title=\"Another\"\n");
}

#[test]
fn a_pin_to_nothing_is_a_problem_and_a_tombstone_pinned_to_nothing_is_done() {
    let mut story = shelf_and_book();
    story.metadata("shelf/a").id = Some(tilewright_core::RemoteId::new("nowhere"));
    assert!(story.problems()[0].contains("`metadata.id` is nowhere"), "{:?}", story.problems());
    story.bury("shelf/a");
    story.forget("book/a/x");
    assert!(story.plan().is_empty());
}

#[test]
fn a_pin_that_leads_away_from_a_live_bound_object_is_a_problem() {
    let mut story = shelf_and_book();
    let bound = story.id("shelf/a");
    let other = story.add_live("shelf", None, &json!({"title": "Other"}));
    story.metadata("shelf/a").id = Some(other.clone());
    let expected =
        format!("shelf/a: `metadata.id` is {other}, but it is bound to {bound}, which is live and would be forgotten");
    assert_eq!(story.problems()[0], expected);
}

#[test]
fn two_live_objects_of_one_name_are_a_problem_that_lists_them() {
    let mut story = shelf_and_book();
    let first = story.id("shelf/a");
    story.unbind("shelf/a");
    let second = story.add_live("shelf", None, &json!({"title": "A"}));
    assert_eq!(story.problems()[0], format!("shelf/a: 2 live objects are called \"A\": {first}, {second}"));
}

#[test]
fn two_resources_cannot_be_one_object() {
    let mut story = shelf_and_book();
    let id = story.id("shelf/a");
    story.set("shelf/b", &json!({"title": "B"}));
    story.metadata("shelf/b").id = Some(id.clone());
    assert_eq!(story.problems(), [format!("shelf/b: the live object {id} is already shelf/a")]);
}

#[test]
fn a_former_name_is_adopted_before_anybody_else_takes_it() {
    let mut story = shelf_and_book();
    story.unbind("shelf/a");
    story.unbind("book/a/x");
    // Sorted first, the newcomer would find the object by its name.
    story.set("shelf/a", &json!({"title": "A"}));
    story.set("shelf/z", &json!({"title": "Z"}));
    story.metadata("shelf/z").renamed_from = Some("A".to_owned());
    assert_eq!(adoption(&story, "shelf/z"), Some(Adoption::RenamedFrom { name: "A".to_owned() }));
    assert_eq!(story.world.diff(&story.world.everything()).changes[&address("shelf/a")].action, Action::Create);
}

#[test]
fn a_renaming_that_is_done_does_not_take_the_former_name_back() {
    let mut story = Story::applied(&[("shelf/a", json!({"title": "A"})), ("shelf/z", json!({"title": "Z"}))]);
    story.unbind("shelf/a");
    story.unbind("shelf/z");
    story.metadata("shelf/z").renamed_from = Some("A".to_owned());
    assert_eq!(adoption(&story, "shelf/z"), Some(Adoption::DisplayName { name: "Z".to_owned() }));
    assert_eq!(adoption(&story, "shelf/a"), Some(Adoption::DisplayName { name: "A".to_owned() }));
}

#[test]
fn a_changed_key_keeps_the_object_and_what_is_remembered_of_it() {
    let mut story = Story::applied(&[
        ("shelf/a", json!({"title": "A", "passphrase": "secret"})),
        ("book/a/x", json!({"name": "X"})),
    ]);
    story.forget("shelf/a");
    story.forget("book/a/x");
    story.set("shelf/b", &json!({"title": "A", "passphrase": "secret"}));
    story.set("book/b/x", &json!({"name": "X"}));
    assert_eq!(adoption(&story, "shelf/b"), Some(Adoption::Moved { from: address("shelf/a") }));
    let plan = story.plan();
    assert!(plan.is_empty() && plan.orphans.is_empty());
    story.set("shelf/b", &json!({"title": "A", "passphrase": "another"}));
    assert_eq!(steps(&story.plan()), "1 update shelf/b passphrase=\"another\"\n");
}

#[test]
fn what_is_remembered_of_one_object_says_nothing_of_another() {
    let mut story = Story::applied(&[("shelf/a", json!({"title": "A", "passphrase": "secret"}))]);
    story.world.tenant.stored.objects.clear();
    story.add_live("shelf", None, &json!({"title": "A"}));
    let diff = story.world.diff(&story.world.everything());
    let change = &diff.changes[&address("shelf/a")];
    assert!(matches!(change.notes.as_slice(), [Note::NotVerifiable { .. }]), "{change:?}");
}

#[test]
fn a_child_of_a_parent_that_is_gone_is_made_again_with_it() {
    let mut story = shelf_and_book();
    let id = story.id("book/a/x");
    story.world.tenant.stored.objects.clear();
    let plan = story.plan();
    let book = plan.changes.iter().find(|c| c.address == address("book/a/x")).unwrap();
    assert_eq!(book.reason, Reason::Gone { id });
    assert_eq!(steps(&plan), "1 create shelf/a note=\"n\" title=\"A\" with book/a/x\n");
}

#[test]
fn a_tombstone_takes_nothing_away_from_what_is_to_be_there() {
    let mut story = shelf_and_book();
    story.unbind("shelf/a");
    story.unbind("book/a/x");
    story.forget("book/a/x");
    story.forget("shelf/a");
    story.set("shelf/old", &json!({"title": "A"}));
    story.bury("shelf/old");
    story.set("shelf/shop", &json!({"title": "A"}));
    let plan = story.plan();
    assert!(plan.is_empty(), "{}", steps(&plan));
}

#[test]
fn a_tombstone_does_not_reach_for_what_was_applied_under_another_address() {
    let mut story = shelf_and_book();
    story.set("book/a/y", &json!({"name": "Y"}));
    story.set("book/a/z", &json!({"name": "Z"}));
    story.apply();
    // The one that goes is called, in its manifest, as the one that only left the manifests.
    story.forget("book/a/y");
    story.set("book/a/z", &json!({"name": "Y"}));
    story.bury("book/a/z");
    assert_eq!(steps(&story.plan()), "1 delete book/a/z\n");
    story.apply();
}

#[test]
fn a_bound_child_can_have_a_tombstone_where_no_manifest_names_its_parent() {
    let mut story = shelf_and_book();
    story.set("book/a/y", &json!({"name": "Y"}));
    story.apply();
    story.forget("shelf/a");
    story.forget("book/a/x");
    story.bury("book/a/y");
    assert_eq!(steps(&story.plan()), "1 delete book/a/y\n");
}

#[test]
fn what_is_not_selected_has_no_problems_of_its_own() {
    let mut story = shelf_and_book();
    story.set("shelf/b", &json!({"title": "B"}));
    story.metadata("shelf/b").id = Some(tilewright_core::RemoteId::new("nowhere"));
    let only = |text: &str| [address(text)].into_iter().collect();
    assert!(story.world.plan(&only("shelf/a")).is_ok());
    assert!(story.world.plan(&only("shelf/b")).is_err());
}

#[test]
fn a_create_that_looks_like_something_that_goes_is_pointed_out() {
    let fields = json!({"title": "A", "note": "n", "ttl": 9, "route": ["r"]});
    let mut story = Story::applied(&[("shelf/a", fields)]);
    story.forget("shelf/a");
    story.set("shelf/b", &json!({"title": "B", "note": "n", "ttl": 9, "route": ["r"]}));
    story.set("shelf/c", &json!({"title": "C", "note": "other", "ttl": 9, "route": []}));
    let changes = story.plan().changes;
    let renamed =
        |at: usize| changes[at].notes.iter().any(|n| matches!(n, Note::ProbableRename { of } if of == "shelf/a"));
    assert!(renamed(0) && !renamed(1), "{changes:?}");
}
