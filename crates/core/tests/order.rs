//! Plans of a few steps, by hand: what comes before what, and what cannot be planned.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use common::story::{Story, address, steps};
use serde_json::json;
use tilewright_core::deletes;
use tilewright_core::diff::{Action, prune};

fn two_shelves() -> Story {
    Story::applied(&[
        ("shelf/a", json!({"title": "A", "host": "one", "desk": {"front": true}})),
        ("book/a/x", json!({"name": "X"})),
        ("book/a/y", json!({"name": "Y"})),
        ("shelf/b", json!({"title": "B", "host": "two", "desk": {"front": false}})),
        ("book/b/z", json!({"name": "Z"})),
    ])
}

#[test]
fn a_family_is_made_with_its_default_and_the_ring_is_opened_by_an_update() {
    let story = Story::of(&[
        (
            "shelf/a",
            json!({"title": "A", "sealed": true, "featured": {"ref": "book/a/y"}, "related": [{"ref": "book/a/x"}]}),
        ),
        ("book/a/x", json!({"name": "X"})),
        ("book/a/y", json!({"name": "Y"})),
    ]);
    assert_eq!(
        steps(&story.plan()),
        "1 create shelf/a title=\"A\" with book/a/x\n\
         2 update shelf/a sealed=true after 1\n\
         3 update shelf/a related=[{\"ref\":\"book/a/x\"}] after 1 apart from 2\n\
         4 create book/a/y name=\"Y\" after 1\n\
         5 update shelf/a featured={\"ref\":\"book/a/y\"} after 1, 4 apart from 3\n"
    );
}

#[test]
fn two_that_swap_a_name_need_a_value_in_between() {
    let mut story = two_shelves();
    story.set("book/a/x", &json!({"name": "Y"}));
    story.set("book/a/y", &json!({"name": "X"}));
    assert_eq!(
        steps(&story.plan()),
        "1 update book/a/x name=\"Y (being renamed)\"\n\
         2 update book/a/y name=\"X\" after 1\n\
         3 update book/a/x name=\"Y\" after 1, 2\n"
    );
    story.apply();
}

#[test]
fn long_labels_that_begin_alike_have_different_values_in_between() {
    let label = |n: usize| format!("{}{n}", "x".repeat(60));
    let shelf = |n: usize, host: usize| (format!("shelf/s{n}"), json!({"title": format!("T{n}"), "host": label(host)}));
    let before: Vec<_> = (0..4).map(|n| shelf(n, n)).collect();
    let before: Vec<_> = before.iter().map(|(a, j)| (a.as_str(), j.clone())).collect();
    let mut story = Story::applied(&before);
    for (n, host) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        let (address, fields) = shelf(n, host);
        story.set(&address, &fields);
    }
    story.apply();
}

#[test]
fn the_role_and_the_host_can_change_hands_in_opposite_directions() {
    let mut story = two_shelves();
    story.set("shelf/a", &json!({"title": "A", "host": "three", "desk": {"front": false}}));
    story.set("shelf/b", &json!({"title": "B", "host": "one", "desk": {"front": true}}));
    assert_eq!(story.plan().steps.len(), 2);
    story.apply();
    // Back again: b lets go of the host that a takes, and a of the role that b keeps.
    story.set("shelf/a", &json!({"title": "A", "host": "one", "desk": {"front": false}}));
    story.set("shelf/b", &json!({"title": "B", "host": "three", "desk": {"front": true}}));
    story.apply();
    story.set("shelf/a", &json!({"title": "A", "host": "three", "desk": {"front": true}}));
    story.set("shelf/b", &json!({"title": "B", "host": "one", "desk": {"front": false}}));
    story.apply();
}

#[test]
fn a_role_that_an_unmanaged_object_plays_is_a_problem() {
    let mut story = two_shelves();
    story.world.tenant.stored.objects.clear();
    let id = story.add_live("shelf", None, &json!({"title": "Old", "desk": {"front": true}}));
    assert_eq!(
        story.problems(),
        [format!(
            "shelf/a: the front desk role belongs to shelf \"Old\" ({id}), which does not let go of it in this plan"
        )]
    );
}

#[test]
fn a_tombstone_with_its_childrens_tombstones_is_one_delete() {
    let mut story = two_shelves();
    for text in ["shelf/a", "book/a/x", "book/a/y"] {
        story.bury(text);
    }
    let plan = story.plan();
    assert_eq!(steps(&plan), "1 delete shelf/a\n");
    assert_eq!(deletes(&plan), 3);
}

#[test]
fn a_replaced_child_is_referred_to_anew_before_the_old_one_goes() {
    let mut story = two_shelves();
    story.set("shelf/a", &json!({"title": "A", "featured": {"ref": "book/a/y"}}));
    story.apply();
    story.set("book/a/y", &json!({"name": "Y", "format": "audio"}));
    assert_eq!(
        steps(&story.plan()),
        "1 create book/a/y format=\"audio\" name=\"Y (being renamed)\"\n\
         2 update shelf/a featured={\"ref\":\"book/a/y\"} after 1\n\
         3 delete book/a/y after 2\n\
         4 update book/a/y name=\"Y\" after 1, 3 apart from 2\n"
    );
    story.apply();
}

#[test]
fn what_is_referred_to_from_outside_the_plan_is_not_deleted() {
    let mut story = two_shelves();
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/a/y"}}));
    story.apply();
    story.set("shelf/b", &json!({"title": "B"}));
    story.bury("book/a/y");
    let id = story.id("shelf/b");
    assert_eq!(
        story.problems(),
        [format!("book/a/y: `featured` of shelf \"B\" ({id}) refers to it, and stays as it is in this plan")]
    );
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/b/z"}}));
    assert_eq!(steps(&story.plan()), "1 update shelf/b featured={\"ref\":\"book/b/z\"}\n2 delete book/a/y after 1\n");
}

#[test]
fn a_reference_into_a_family_that_goes_is_moved_before_the_family_goes() {
    let mut story = two_shelves();
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/a/y"}}));
    story.apply();
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/b/z"}}));
    for text in ["shelf/a", "book/a/x", "book/a/y"] {
        story.bury(text);
    }
    assert_eq!(steps(&story.plan()), "1 update shelf/b featured={\"ref\":\"book/b/z\"}\n2 delete shelf/a after 1\n");
}

#[test]
fn who_refers_goes_before_what_it_refers_to() {
    let mut story = two_shelves();
    story.set("shelf/b", &json!({"title": "B", "featured": {"ref": "book/a/y"}}));
    story.apply();
    ["shelf/a", "book/a/x", "book/a/y", "shelf/b", "book/b/z"].iter().for_each(|text| story.bury(text));
    assert_eq!(steps(&story.plan()), "1 delete shelf/b\n2 delete shelf/a after 1\n");
}

#[test]
fn what_lives_in_something_replaced_is_made_anew_with_it() {
    let mut story = Story::applied(&[
        ("shelf/a", json!({"title": "A", "site": "north", "featured": {"ref": "book/a/y"}})),
        ("book/a/x", json!({"name": "X"})),
        ("book/a/y", json!({"name": "Y"})),
    ]);
    story.set("shelf/a", &json!({"title": "A", "site": "south", "featured": {"ref": "book/a/y"}}));
    let plan = story.plan();
    assert!(plan.changes.iter().all(|c| c.action == Action::Replace));
    assert_eq!(deletes(&plan), 3);
    assert_eq!(
        steps(&plan),
        "1 delete shelf/a\n\
         2 create shelf/a site=\"south\" title=\"A\" with book/a/x after 1\n\
         3 create book/a/y name=\"Y\" after 2\n\
         4 update shelf/a featured={\"ref\":\"book/a/y\"} after 2, 3\n"
    );
    story.apply();
}

#[test]
fn what_left_the_manifests_is_listed_and_deleted_only_when_pruned() {
    let mut story = two_shelves();
    ["shelf/a", "book/a/x", "book/a/y"].iter().for_each(|text| story.forget(text));
    let planned = story.planned().unwrap();
    assert!(planned.plan.is_empty());
    assert_eq!(planned.plan.orphans.len(), 3);
    let mut diff = planned.diff;
    let live = story.world.tenant.shown();
    prune(&mut diff, &live, &common::vendor::CATALOG, &|_| true);
    assert_eq!(diff.changes[&address("shelf/a")].action, Action::Delete);
    let plan = tilewright_core::plan::plan(tilewright_core::plan::PlanInput {
        desired: &story.world.desired,
        live: &live,
        catalog: &common::vendor::CATALOG,
        diff,
        header: common::run::header(),
    })
    .unwrap();
    assert_eq!(steps(&plan), "1 delete shelf/a\n");
    assert_eq!(deletes(&plan), 3);
}

#[test]
fn a_parent_or_a_target_outside_the_selection_is_a_problem_where_it_is_not_live() {
    let story = Story::of(&[
        ("shelf/a", json!({"title": "A", "featured": {"ref": "book/b/z"}})),
        ("book/a/x", json!({"name": "X"})),
        ("shelf/b", json!({"title": "B"})),
        ("book/b/z", json!({"name": "Z"})),
    ]);
    let selected = ["shelf/a", "book/b/z"].iter().map(|t| address(t)).collect();
    let problems = story.world.plan(&selected).err().unwrap();
    let texts: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.address, p.kind)).collect();
    assert_eq!(texts, ["book/b/z: its parent shelf/b is not live and not part of this plan"]);
    let selected = std::iter::once(address("shelf/a")).collect();
    let problems = story.world.plan(&selected).err().unwrap();
    assert_eq!(
        problems[0].kind.to_string(),
        "`featured` refers to book/b/z, which is not live and not part of this plan"
    );
}

#[test]
fn a_variant_is_not_changed_by_leaving_it_unsaid() {
    let mut story =
        Story::applied(&[("shelf/a", json!({"title": "A"})), ("book/a/x", json!({"name": "X", "format": "audio"}))]);
    story.set("book/a/x", &json!({"name": "X"}));
    assert_eq!(
        story.problems(),
        ["book/a/x: its live object has format `audio`, but the manifest does not state it, which means `paper`"]
    );
}
