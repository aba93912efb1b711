//! The laws of the core, over random worlds of a vendor that is made up for them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::collections::BTreeSet;

use common::check;
use common::manifests::{self, Names};
use common::manners::Manners;
use common::mutate;
use common::run::{World, any_order};
use common::tape::Tape;
use common::vendor::CATALOG;
use proptest::prelude::*;
use tilewright_core::diff::Action;
use tilewright_core::{Address, FieldPath, Segment, validate};

fn numbers(length: usize) -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 0..length)
}

fn manners(tape: &mut Tape) -> Manners {
    Manners {
        trims: tape.chance(30),
        rewrites_uris: tape.chance(30),
        drops_empty: tape.chance(30),
        hides_defaults: tape.chance(30),
        fills_defaults: tape.chance(30),
        reorders: tape.chance(30),
    }
}

fn is_valid(world: &World) -> Result<(), String> {
    let findings = validate(&world.desired, &CATALOG);
    if findings.is_empty() { Ok(()) } else { Err(format!("the manifests are not valid: {findings:?}")) }
}

/// Plans, checks the plan, applies it in some allowed order, and checks the world. False where the plan has problems that
/// are justified.
fn round(world: &mut World, tape: &mut Tape, selected: &BTreeSet<Address>) -> Result<bool, String> {
    is_valid(world)?;
    let planned = match world.plan(selected) {
        Ok(planned) => planned,
        Err(problems) => return check::justified(world, selected, &problems).map(|()| false),
    };
    check::plan(world, &planned, selected)?;
    let violations = check::guards(world, &planned);
    if !violations.is_empty() {
        // Only where a tombstone is selected without that of its parent.
        let is_part = *selected != world.everything();
        return if is_part { Ok(false) } else { Err(format!("the guards refuse: {violations:?}")) };
    }
    let before = world.tenant.clone();
    let mut in_order = world.clone();
    let as_planned: Vec<usize> = (0..planned.plan.steps.len()).collect();
    let what = |e: String| format!("{e}\n{}", check::listed(&planned.plan));
    in_order.apply(&planned, selected, &as_planned).map_err(what)?;
    check::applied(&in_order, &planned, selected, &before).map_err(what)?;
    let order = any_order(&planned.plan, tape);
    world.apply(&planned, selected, &order).map_err(|e| what(format!("in the order {order:?}: {e}")))?;
    check::applied(world, &planned, selected, &before).map_err(what)?;
    check::converged(world, selected).map_err(what)?;
    Ok(true)
}

fn fail(error: String) -> TestCaseError {
    TestCaseError::fail(error)
}

/// A world whose first manifests are applied.
fn settled(tape: &mut Tape, names: &mut Names) -> Result<World, String> {
    let desired = manifests::desired(tape, names);
    let mut world = World::new(desired, manners(tape));
    let everything = world.everything();
    if round(&mut world, tape, &everything)? { Ok(world) } else { Err("an empty tenant has no problems".to_owned()) }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(prop::test_runner::FileFailurePersistence::WithSource("regressions"))),
        max_shrink_iters: 600,
        ..ProptestConfig::default()
    })]

    #[test]
    fn apply_then_plan_is_empty(numbers in numbers(1500)) {
        let (mut tape, mut names) = (Tape::new(numbers), Names::default());
        let mut world = settled(&mut tape, &mut names).map_err(fail)?;
        for _ in 0..2 {
            let before = world.clone();
            mutate::edit(&mut tape, &mut names, &mut world.desired);
            mutate::meddle(&mut tape, &mut names, &mut world.tenant);
            let everything = world.everything();
            if !round(&mut world, &mut tape, &everything).map_err(fail)? {
                world = before;
            }
        }
    }

    #[test]
    fn the_diff_of_equal_states_is_empty(numbers in numbers(600)) {
        let (mut tape, mut names) = (Tape::new(numbers), Names::default());
        let desired = manifests::desired(&mut tape, &mut names);
        let mut world = World::new(desired, Manners { drops_empty: false, ..manners(&mut tape) });
        world.mirror(&mut tape);
        let everything = world.everything();
        // Found by their names, all is there.
        let unbound = world.diff(&everything);
        let touched: Vec<_> = unbound.changes.values().filter(|c| c.action != Action::Adopt).collect();
        prop_assert!(unbound.problems.is_empty() && touched.is_empty(), "{:?} {touched:?}", unbound.problems);
        world.bind();
        let bound = world.diff(&everything);
        let touched: Vec<_> = bound.changes.values().filter(|c| c.action != Action::Keep).collect();
        prop_assert!(bound.problems.is_empty() && touched.is_empty(), "{:?} {touched:?}", bound.problems);
        prop_assert!(unbound.changes.values().chain(bound.changes.values()).all(|c| c.fields.is_empty()));
    }

    #[test]
    fn shuffled_input_gives_the_same_plan_byte_for_byte(numbers in numbers(1200)) {
        let (mut tape, mut names) = (Tape::new(numbers), Names::default());
        let mut world = settled(&mut tape, &mut names).map_err(fail)?;
        mutate::edit(&mut tape, &mut names, &mut world.desired);
        mutate::meddle(&mut tape, &mut names, &mut world.tenant);
        let shuffled = world.shuffled(&mut tape);
        let everything = world.everything();
        let text = |world: &World| world.plan(&everything).map(|p| serde_json::to_string(&p.plan).unwrap());
        prop_assert_eq!(text(&world), text(&shuffled));
    }

    #[test]
    fn values_are_handed_over_without_a_refused_step_or_a_lost_object(numbers in numbers(1000)) {
        let (mut tape, mut names) = (Tape::new(numbers), Names::default());
        let mut world = settled(&mut tape, &mut names).map_err(fail)?;
        for _ in 0..2 {
            let ids: Vec<_> = world.tenant.stored.objects.keys().cloned().collect();
            mutate::hand_over(&mut tape, &mut names, &mut world.desired);
            let everything = world.everything();
            prop_assert!(round(&mut world, &mut tape, &everything).map_err(fail)?, "handing over has no problems");
            prop_assert_eq!(ids, world.tenant.stored.objects.keys().cloned().collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_what_is_selected_is_written(numbers in numbers(1500)) {
        let (mut tape, mut names) = (Tape::new(numbers), Names::default());
        let mut world = settled(&mut tape, &mut names).map_err(fail)?;
        mutate::edit(&mut tape, &mut names, &mut world.desired);
        mutate::meddle(&mut tape, &mut names, &mut world.tenant);
        let all: Vec<Address> = world.everything().into_iter().collect();
        let selected = tape.some_of(&all, 50).into_iter().collect();
        round(&mut world, &mut tape, &selected).map_err(fail)?;
    }

    #[test]
    fn parse_of_display_is_identity(
        kind in "[a-z-]{1,8}",
        keys in prop::collection::vec("[a-z0-9-]{1,9}", 1..3),
        segments in prop::collection::vec(
            prop_oneof!["\\PC{0,6}".prop_map(Segment::Member), (0_usize..99).prop_map(Segment::Item)], 0..5),
    ) {
        let address: Address = format!("{kind}/{}", keys.join("/")).parse().unwrap();
        prop_assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        let path: FieldPath = segments.into_iter().collect();
        prop_assert_eq!(path.to_string().parse::<FieldPath>().unwrap(), path);
    }
}
