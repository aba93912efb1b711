//! The laws of a run, over random manifests, edits, portal changes and answers to open questions.

use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeSet;
use tilewright_core::{Address, DesiredState};
use tilewright_engine::StepOutcome;
use tilewright_simulator::{Quirks, World};

use crate::common::bench::{Ask, Bench, Run, at_once};
use crate::common::manifests::{Names, adapt, desired, everything, objections};
use crate::common::tape::{Numbers, Tape, numbers};
use crate::common::{edits, oracle, portal, requests};

/// So many cases, unless `PROPTEST_CASES` says otherwise.
fn cases(n: u32) -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { Config::default() } else { Config::with_cases(n) }
}

/// One run, and everything that must be true after it.
async fn round(
    bench: &Bench,
    desired: &DesiredState,
    selected: Option<&BTreeSet<Address>>,
    send_unverifiable: bool,
) -> Result<Run, String> {
    let objections = objections(desired);
    if !objections.is_empty() {
        return Err(format!("the manifests are not legal: {objections:?}"));
    }
    let (before, bound, quirks) = {
        let world = bench.world();
        (oracle::stored(&world), bench.bindings(), world.quirks().clone())
    };
    let all = everything(desired);
    let selected = selected.unwrap_or(&all);
    let ask = || Ask { selected: Some(selected.clone()), send_unverifiable, ..Ask::default() };
    let run = bench.run(desired, ask()).await.map_err(|t| format!("no plan: {t:?}"))?;
    let told = |e: String| told(&run, &e);
    if let Some(entry) = run.read.iter().find(|e| e.method != "GET" && !requests::is_token(e)) {
        return Err(told(format!("planning sent {} {}", entry.method, entry.path)));
    }
    let refused = |e: &&tilewright_simulator::LogEntry| {
        e.status.is_none_or(|s| s >= 400) && (e.method != "GET" || e.status != Some(404))
    };
    if let Some(entry) = run.read.iter().chain(&run.sent).find(refused) {
        let body = String::from_utf8_lossy(&entry.body);
        return Err(told(format!("{} {} was answered {:?}: {body}", entry.method, entry.path, entry.status)));
    }
    let after = oracle::stored(&bench.world());
    let bindings = bench.bindings();
    let ids = requests::ids(&bound, &run.report, &bindings);
    sent_is_planned(&run, &ids).map_err(told)?;
    let unknown = oracle::not_verifiable(&run.planned.plan);
    oracle::nothing_else(&run.planned.plan, desired, selected, &bindings, (&before, &after), &quirks).map_err(told)?;
    oracle::holds(desired, selected, &bindings, &unknown, &after, &quirks).map_err(told)?;
    if !run.report.is_success() {
        return Err(told("the report is no success".to_owned()));
    }
    Ok(run)
}

/// What went wrong, and what was done.
fn told(run: &Run, error: &str) -> String {
    let line = |value: serde_json::Value| format!("\n  {value}");
    let steps: String = run.planned.plan.steps.iter().map(|s| line(serde_json::json!(s))).collect();
    let changes: String = run.planned.plan.changes.iter().map(|c| line(serde_json::json!(c))).collect();
    format!("{error}\nsteps:{steps}\nchanges:{changes}\nreport: {}", serde_json::json!(run.report))
}

/// One write for each step, Done for each, and no other.
fn sent_is_planned(
    run: &Run,
    ids: &std::collections::BTreeMap<Address, tilewright_core::RemoteId>,
) -> Result<(), String> {
    let steps = &run.planned.plan.steps;
    let writes = requests::writes(&run.sent);
    requests::all_are_steps(&run.planned.plan, &run.sent, ids)?;
    if writes.len() != steps.len() || run.report.steps.len() != steps.len() {
        return Err(format!("{} writes for {} steps", writes.len(), steps.len()));
    }
    for (step, reported) in steps.iter().zip(&run.report.steps) {
        if reported.step != step.id || reported.outcome != StepOutcome::Done {
            return Err(format!("step {} is {:?}", step.id, reported.outcome));
        }
        if requests::of_step(step, &run.sent, ids).is_empty() {
            return Err(format!("step {} was not sent", step.id));
        }
    }
    Ok(())
}

/// After a run, the next one finds nothing to do, and asks for no more than it must.
async fn rests(bench: &Bench, desired: &DesiredState, send_unverifiable: bool) -> Result<(), String> {
    let ask = Ask { send_unverifiable, ..Ask::default() };
    let run = bench.run(desired, ask).await.map_err(|t| format!("no second plan: {t:?}"))?;
    if !run.planned.plan.is_empty() {
        return Err(format!("a plan, applied, leaves another: {:#?}", run.planned.plan.changes));
    }
    match run.sent.iter().find(|e| requests::is_write(e)) {
        Some(entry) => Err(format!("an empty plan sent {} {}", entry.method, entry.path)),
        None => Ok(()),
    }
}

/// A life: manifests, applied; then portal changes and edits, applied; twice.
fn life(numbers: Numbers, quirks: &Quirks) -> Result<(), String> {
    let mut tape = Tape::new(numbers);
    let mut names = Names::default();
    let mut world = World::new("tnt-test");
    *world.quirks_mut() = quirks.clone();
    let bench = Bench::new(world);
    let mut desired = desired(&mut tape, &mut names);
    at_once(async {
        let send_unverifiable = tape.chance(50);
        for round_no in 0..3 {
            adapt(&mut desired, quirks);
            let what = |e: String| format!("round {round_no}: {e}");
            round(&bench, &desired, None, send_unverifiable).await.map_err(what)?;
            rests(&bench, &desired, send_unverifiable).await.map_err(what)?;
            portal::meddle(&mut tape, &mut names, &desired, &bench.bindings(), &mut bench.world());
            match tape.below(3) {
                0 => {}
                1 => edits::hand_over(&mut tape, &mut names, &mut desired),
                _ => edits::edit(&mut tape, &mut names, &mut desired),
            }
        }
        Ok(())
    })
}

fn fail(error: String) -> TestCaseError {
    TestCaseError::fail(error)
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_tenant_is_what_the_manifests_say_and_stays_so(numbers in numbers(600)) {
        life(numbers, &Quirks::default()).map_err(fail)?;
    }

    #[test]
    fn so_it_is_with_every_question_answered_otherwise(numbers in numbers(600)) {
        life(numbers, &Quirks::all_thrown()).map_err(fail)?;
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn so_it_is_with_each_question_answered_otherwise(numbers in numbers(600), at in 0..Quirks::switches().len()) {
        let (name, throw) = Quirks::switches()[at];
        let mut quirks = Quirks::default();
        throw(&mut quirks);
        life(numbers, &quirks).map_err(|e| fail(format!("{name}: {e}")))?;
    }
}
