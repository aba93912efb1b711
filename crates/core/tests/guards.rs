//! Every guard, just below and just above its line.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use common::story::{Story, address};
use serde_json::json;
use tilewright_core::{Policy, Violation, deletes, guard};

fn shelf_with_three_books() -> Story {
    Story::applied(&[
        ("shelf/a", json!({"title": "A"})),
        ("book/a/x", json!({"name": "X"})),
        ("book/a/y", json!({"name": "Y"})),
        ("book/a/z", json!({"name": "Z"})),
    ])
}

fn violations(story: &Story, policy: &Policy) -> Vec<Violation> {
    guard(&story.plan(), &story.world.tenant.shown(), &story.world.bindings, policy)
}

/// Nothing is counted.
fn any_number(story: &Story) -> Policy {
    Policy { allow_deletes: Some(deletes(&story.plan())), ..Policy::default() }
}

#[test]
fn deletes_are_counted_against_a_number_and_a_share() {
    let mut story = shelf_with_three_books();
    story.bury("book/a/z");
    let policy = |max_deletes, max_delete_percent| Policy { max_deletes, max_delete_percent, ..Policy::default() };
    let refused = |max_deletes, max_delete_percent| {
        vec![Violation::TooManyDeletes { deletes: 1, max_deletes, bound: 4, max_delete_percent }]
    };
    assert_eq!(violations(&story, &policy(0, 100)), refused(0, 100));
    assert_eq!(violations(&story, &policy(1, 24)), refused(1, 24));
    assert_eq!(violations(&story, &policy(1, 25)), []);
}

#[test]
fn only_the_exact_number_lifts_the_count() {
    let mut story = shelf_with_three_books();
    story.bury("book/a/z");
    let allowed = |n| violations(&story, &Policy { allow_deletes: Some(n), ..Policy::default() });
    assert_eq!(allowed(1), []);
    assert_eq!(allowed(2), [Violation::OtherNumber { deletes: 1, allowed: 2 }]);
    assert_eq!(allowed(0), [Violation::OtherNumber { deletes: 1, allowed: 0 }]);
}

#[test]
fn a_replacement_counts_as_one() {
    let mut story = shelf_with_three_books();
    story.set("book/a/z", &json!({"name": "Z", "format": "audio"}));
    assert_eq!(deletes(&story.plan()), 1);
}

#[test]
fn a_parent_counts_with_children_that_no_manifest_names() {
    let mut story = shelf_with_three_books();
    let shelf = story.id("shelf/a");
    story.add_live("paper-book", Some(&shelf), &json!({"name": "By hand"}));
    ["shelf/a", "book/a/x", "book/a/y", "book/a/z"].iter().for_each(|text| story.bury(text));
    assert_eq!(deletes(&story.plan()), 5);
}

#[test]
fn a_plan_without_deletes_passes_whatever_the_policy_says() {
    let mut story = shelf_with_three_books();
    story.set("shelf/a", &json!({"title": "Another"}));
    assert_eq!(violations(&story, &Policy::default()), []);
}

#[test]
fn what_is_protected_in_its_manifest_stays() {
    let mut story = shelf_with_three_books();
    story.bury("book/a/z");
    story.metadata("book/a/z").protect = true;
    assert_eq!(violations(&story, &any_number(&story)), [Violation::Protected { address: address("book/a/z") }]);
}

#[test]
fn protection_is_remembered_and_reaches_the_parent() {
    let mut story = shelf_with_three_books();
    story.world.bindings.resources.get_mut(&address("book/a/z")).unwrap().protect = true;
    ["book/a/x", "book/a/y", "book/a/z"].iter().for_each(|text| story.forget(text));
    story.bury("shelf/a");
    assert_eq!(violations(&story, &any_number(&story)), [Violation::Protected { address: address("shelf/a") }]);
}

#[test]
fn a_replacement_of_something_protected_is_refused_too() {
    let mut story = shelf_with_three_books();
    story.set("book/a/z", &json!({"name": "Z", "format": "audio"}));
    story.metadata("book/a/z").protect = true;
    assert_eq!(violations(&story, &any_number(&story)), [Violation::Protected { address: address("book/a/z") }]);
}

#[test]
fn the_holder_of_the_token_is_not_cut_off() {
    let mut story = shelf_with_three_books();
    let holder = vec![("book".to_owned(), story.id("book/a/z"))];
    story.bury("book/a/z");
    let policy = Policy { holder: holder.clone(), ..any_number(&story) };
    assert_eq!(violations(&story, &policy), [Violation::SelfLockout { address: address("book/a/z") }]);
    ["shelf/a", "book/a/x", "book/a/y", "book/a/z"].iter().for_each(|text| story.bury(text));
    let policy = Policy { holder, ..any_number(&story) };
    let addresses = ["shelf/a", "book/a/z"].map(|text| Violation::SelfLockout { address: address(text) });
    assert_eq!(violations(&story, &policy), addresses);
}

#[test]
fn a_default_child_goes_only_with_its_parent() {
    let mut story = shelf_with_three_books();
    story.bury("book/a/x");
    assert_eq!(violations(&story, &any_number(&story)), [Violation::DefaultChild { address: address("book/a/x") }]);
    ["shelf/a", "book/a/y", "book/a/z"].iter().for_each(|text| story.bury(text));
    assert_eq!(violations(&story, &any_number(&story)), []);
}

#[test]
fn the_last_children_stay_where_nobody_knows_the_default() {
    let mut story = shelf_with_three_books();
    story.world.tenant.stored.objects.values_mut().for_each(|o| o.default_child = None);
    story.bury("book/a/x");
    story.bury("book/a/y");
    assert_eq!(violations(&story, &any_number(&story)), []);
    story.bury("book/a/z");
    let all = ["book/a/x", "book/a/y", "book/a/z"].map(|text| Violation::LastChild { address: address(text) });
    assert_eq!(violations(&story, &any_number(&story)), all);
}
