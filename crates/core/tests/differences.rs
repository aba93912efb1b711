//! What counts as a difference, and what only looks like one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use common::story::{Story, address, steps};
use serde_json::{Value as Json, json};
use tilewright_core::diff::{Before, Change, Note};
use tilewright_core::{FieldPath, Value};

/// A shelf that is applied, then shown by the tenant with other fields.
fn shown(manifest: &Json, shown: &Json) -> Story {
    let mut story = Story::applied(&[("shelf/a", manifest.clone())]);
    let object = story.world.tenant.stored.objects.values_mut().find(|o| o.parent.is_none()).unwrap();
    for (name, value) in shown.as_object().unwrap() {
        object.fields.insert(name.clone(), Value::from_json(value));
    }
    story
}

fn change(story: &Story) -> Change {
    story.world.diff(&story.world.everything()).changes[&address("shelf/a")].clone()
}

#[test]
fn a_member_that_is_left_out_may_be_shown_with_its_default() {
    let manifest = json!({"title": "A", "terms": {"days": 1, "mode": null}});
    assert!(shown(&manifest, &json!({"terms": {"days": 1, "mode": "soft"}})).plan().is_empty());
    let other = shown(&manifest, &json!({"terms": {"days": 1, "mode": "hard"}}));
    assert_eq!(steps(&other.plan()), "1 update shelf/a terms={\"days\":1}\n");
}

#[test]
fn what_was_sent_and_not_seen_may_be_shown_in_the_servers_own_way() {
    let manifest = json!({"title": "A", "note": " n "});
    let mut story = shown(&manifest, &json!({"note": "n"}));
    let marks = &mut story.world.bindings.resources.get_mut(&address("shelf/a")).unwrap().fields;
    marks.get_mut(&FieldPath::field("note")).unwrap().seen = None;
    let change = change(&story);
    assert!(change.fields.is_empty() && matches!(change.notes.as_slice(), [Note::Normalised { .. }]), "{change:?}");
    // Another text is a difference all the same.
    let object = story.world.tenant.stored.objects.values_mut().find(|o| o.parent.is_none()).unwrap();
    object.fields.insert("note".to_owned(), Value::String("m".to_owned()));
    assert_eq!(steps(&story.plan()), "1 update shelf/a note=\" n \"\n");
}

#[test]
fn what_is_shown_otherwise_than_remembered_has_moved() {
    let story = shown(&json!({"title": "A", "note": "n"}), &json!({"note": "by hand"}));
    let before = change(&story).fields[0].before.clone();
    assert_eq!(before, Before::Value(Value::String("by hand".to_owned())));
}

#[test]
fn an_empty_list_differs_from_a_default_that_is_not_shown() {
    let mut story = Story::applied(&[("shelf/a", json!({"title": "A"}))]);
    story.set("shelf/a", &json!({"title": "A", "modes": ["edit", "view"]}));
    assert!(story.plan().is_empty(), "the default, in another order");
    story.set("shelf/a", &json!({"title": "A", "modes": []}));
    assert_eq!(steps(&story.plan()), "1 update shelf/a modes=[]\n");
}

#[test]
fn a_fixed_field_that_is_not_shown_is_neither_sent_nor_a_reason_to_replace() {
    let mut story = Story::applied(&[("shelf/a", json!({"title": "A"}))]);
    story.set("shelf/a", &json!({"title": "A", "site": "north"}));
    let change = change(&story);
    assert!(story.plan().is_empty() && matches!(change.notes.as_slice(), [Note::NotVerifiable { .. }]), "{change:?}");
}

#[test]
fn a_field_that_is_never_shown_is_sent_again_only_when_it_changes() {
    let mut story = Story::applied(&[("shelf/a", json!({"title": "A", "passphrase": "p"}))]);
    assert!(story.plan().is_empty());
    story.set("shelf/a", &json!({"title": "A", "passphrase": "q"}));
    assert_eq!(change(&story).fields[0].before, Before::Unknown);
    story.apply();
}

#[test]
fn an_object_is_sent_whole_with_what_the_manifest_does_not_state() {
    let mut story = shown(&json!({"title": "A", "terms": {"days": 1}}), &json!({"terms": {"days": 1, "who": ["x"]}}));
    story.set("shelf/a", &json!({"title": "A", "terms": {"days": 2}}));
    assert_eq!(steps(&story.plan()), "1 update shelf/a terms={\"days\":2,\"who\":[\"x\"]}\n");
    let kept = vec![("who".to_owned(), Value::List(vec![Value::String("x".to_owned())]))];
    assert_eq!(change(&story).notes, [Note::WholeObject { field: "terms".to_owned(), kept }]);
}

#[test]
fn a_reference_is_equal_where_live_state_shows_its_id() {
    let manifest = json!({"title": "A", "featured": {"ref": "book/a/x"}});
    let mut story = Story::applied(&[("shelf/a", manifest), ("book/a/x", json!({"name": "X"}))]);
    assert!(story.plan().is_empty());
    story.set("book/a/y", &json!({"name": "Y"}));
    story.set("shelf/a", &json!({"title": "A", "featured": {"ref": "book/a/y"}}));
    assert_eq!(
        steps(&story.plan()),
        "1 create book/a/y name=\"Y\"\n2 update shelf/a featured={\"ref\":\"book/a/y\"} after 1\n"
    );
}
