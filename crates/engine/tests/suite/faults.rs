//! One fault at every request of a run: what it may and may not do, and that the next run sets it right.

use std::collections::BTreeMap;

use tilewright_core::DesiredState;
use tilewright_engine::{Report, StepOutcome};
use tilewright_simulator::{Fault, FaultBody, LogEntry, Rule, World};

use crate::common::bench::{Ask, Bench, Run, Trouble, at_once};
use crate::common::manifests::everything;
use crate::common::shop::{grown, shop};
use crate::common::{oracle, requests};

fn status(status: u16, retry_after: Option<u32>, body: FaultBody) -> Fault {
    Fault::Status { status, retry_after, body }
}

/// Every sort of fault.
fn faults() -> Vec<Fault> {
    vec![
        Fault::CutBefore,
        Fault::CutAfter,
        status(500, None, FaultBody::Json),
        status(503, Some(3), FaultBody::Html),
        status(429, None, FaultBody::Empty),
        status(429, Some(2), FaultBody::Json),
        Fault::StatusAfter { status: 502, retry_after: None, body: FaultBody::Html },
        Fault::Html,
        Fault::EmptyBody,
        Fault::Truncated,
        Fault::Garbage,
        Fault::EmptyList,
        status(401, None, FaultBody::Json),
        status(403, None, FaultBody::Json),
        status(404, None, FaultBody::Html),
    ]
}

/// A tenant that holds [`shop`].
fn settled() -> Bench {
    let bench = Bench::new(World::new("tnt-test"));
    let run = at_once(bench.run(&shop(), Ask::default())).unwrap();
    assert!(run.report.is_success(), "{:#?}", run.report);
    bench
}

/// A run, one request after the other, so that the n-th is always the same one.
fn run(bench: &Bench, desired: &DesiredState) -> Result<Run, Trouble> {
    at_once(bench.run(desired, Ask { concurrency: 1, ..Ask::default() }))
}

/// A tenant with a rule for the requests to come.
fn struck(settled: &Bench, rule: Rule) -> Bench {
    let bench = settled.fork();
    bench.world().faults_mut().add(rule);
    bench
}

/// The steps of a report by how the world says that they ended.
fn outcomes_are_exact(run: &Run, bench: &Bench, before: &tilewright_core::Bindings) -> Result<(), String> {
    let ids = requests::ids(before, &run.report, &bench.bindings());
    for (step, reported) in run.planned.plan.steps.iter().zip(&run.report.steps) {
        let sent: Vec<&LogEntry> = requests::of_step(step, &run.sent, &ids);
        let changed = sent.iter().any(|e| e.changed);
        let fits = match &reported.outcome {
            StepOutcome::Done => changed,
            StepOutcome::Failed { .. } => !changed,
            StepOutcome::Unknown { .. } => !sent.is_empty(),
            StepOutcome::Stale { .. } | StepOutcome::Skipped { .. } | StepOutcome::NotRun => sent.is_empty(),
        };
        if !fits {
            return Err(format!("step {} {} is {:?}; sent {sent:?}", step.id, step.address, reported.outcome));
        }
    }
    requests::all_are_steps(&run.planned.plan, &run.sent, &ids)
}

/// No object is there twice, and each is as the manifests say.
fn is_reached(bench: &Bench, desired: &DesiredState) -> Result<(), String> {
    let world = bench.world();
    let stored = oracle::stored(&world);
    let all = everything(desired);
    oracle::holds(desired, &all, &bench.bindings(), &Default::default(), &stored, world.quirks())?;
    let present = desired.present().count();
    if stored.len() == present { Ok(()) } else { Err(format!("{} objects for {present} resources", stored.len())) }
}

fn is_quiet(report: &Report) -> bool {
    report.is_success() && report.steps.is_empty()
}

#[test]
fn no_fault_while_planning_makes_the_tenant_look_empty_or_writes() {
    let settled = settled();
    let grown = grown();
    let whole = at_once(settled.fork().plan(&grown, Ask { concurrency: 1, ..Ask::default() })).unwrap();
    let reads = {
        let bench = settled.fork();
        bench.world().clear_log();
        let _ = at_once(bench.plan(&grown, Ask { concurrency: 1, ..Ask::default() })).unwrap();
        bench.take_log().len()
    };
    for fault in faults() {
        for n in 1..=reads {
            let bench = struck(&settled, Rule::nth(n as u64, fault.clone()));
            bench.world().clear_log();
            let planned = at_once(bench.plan(&grown, Ask { concurrency: 1, ..Ask::default() }));
            let log = bench.take_log();
            assert!(!log.iter().any(requests::is_write), "{fault:?} at {n} led to a write");
            if let Ok(planned) = planned {
                assert_eq!(planned.plan, whole.plan, "{fault:?} at {n} led to another plan");
            }
        }
    }
}

#[test]
fn faults_that_pass_are_waited_out_while_planning() {
    let settled = settled();
    let grown = grown();
    let passing = |f: &Fault| {
        matches!(f, Fault::CutBefore | Fault::CutAfter | Fault::StatusAfter { .. })
            || matches!(f, Fault::Status { status: 429 | 500 | 503, .. })
    };
    for fault in faults().into_iter().filter(passing) {
        for n in 1..=4 {
            let bench = struck(&settled, Rule::nth(n, fault.clone()));
            let planned = at_once(bench.plan(&grown, Ask { concurrency: 1, ..Ask::default() }));
            assert!(planned.is_ok(), "{fault:?} at {n}: {:?}", planned.err());
        }
    }
}

/// Strikes every request of an apply with these faults, once each, and lets two more runs follow.
fn strike_each_request(faults: &[Fault]) {
    let settled = settled();
    let grown = grown();
    let clean = settled.fork();
    let whole = run(&clean, &grown).unwrap();
    assert!(whole.report.is_success(), "{:#?}", whole.report);
    assert!(requests::writes(&whole.sent).len() >= 12, "{}", requests::writes(&whole.sent).len());
    is_reached(&clean, &grown).unwrap();
    let (reads, all) = (whole.read.len(), whole.read.len() + whole.sent.len());
    let bound = settled.bindings();
    for fault in faults {
        for n in reads + 1..=all {
            let bench = struck(&settled, Rule::nth(n as u64, fault.clone()));
            let what = |e: String| format!("{fault:?} at request {n}: {e}");
            let first = run(&bench, &grown).map_err(|t| what(format!("{t:?}"))).unwrap();
            outcomes_are_exact(&first, &bench, &bound).map_err(&what).unwrap();
            bench.world().faults_mut().clear();
            if first.report.is_success() {
                is_reached(&bench, &grown).map_err(&what).unwrap();
            }
            let second = run(&bench, &grown).map_err(|t| what(format!("second run: {t:?}"))).unwrap();
            let told =
                |e: String| what(format!("second run: {e}\nfirst: {:#?}\nsecond: {:#?}", first.report, second.report));
            if !second.report.is_success() {
                panic!("{}", told("no success".to_owned()));
            }
            is_reached(&bench, &grown).map_err(told).unwrap();
            let third = run(&bench, &grown).map_err(|t| what(format!("third run: {t:?}"))).unwrap();
            assert!(is_quiet(&third.report), "{}", what(format!("third run: {:#?}", third.report)));
        }
    }
}

#[test]
fn a_cut_connection_at_any_request_of_an_apply_is_set_right_by_the_next_run() {
    strike_each_request(&[Fault::CutBefore, Fault::CutAfter]);
}

#[test]
fn a_failing_server_at_any_request_of_an_apply_is_set_right_by_the_next_run() {
    strike_each_request(&faults()[2..7]);
}

#[test]
fn a_spoiled_answer_at_any_request_of_an_apply_is_set_right_by_the_next_run() {
    strike_each_request(&faults()[7..12]);
}

#[test]
fn a_refusal_at_any_request_of_an_apply_is_set_right_by_the_next_run() {
    strike_each_request(&faults()[12..]);
}

#[test]
fn a_token_that_dies_at_any_request_is_renewed_once_and_nothing_is_lost() {
    let settled = settled();
    let grown = grown();
    let requests = {
        let run = run(&settled.fork(), &grown).unwrap();
        run.read.len() + run.sent.len()
    };
    for n in 0..requests as u64 - 1 {
        let bench = settled.fork();
        bench.world().faults_mut().token_dies_after = Some(n);
        let run = run(&bench, &grown).unwrap();
        assert!(run.report.is_success(), "at {n}: {:#?}", run.report);
        let tokens = run.read.iter().chain(&run.sent).filter(|e| requests::is_token(e)).count();
        assert_eq!(tokens, 2, "at {n}");
        is_reached(&bench, &grown).unwrap();
    }
}

#[test]
fn a_tenant_that_starts_to_refuse_stops_the_run_and_the_next_one_goes_on() {
    let settled = settled();
    let grown = grown();
    let (reads, all) = {
        let run = run(&settled.fork(), &grown).unwrap();
        (run.read.len() as u64, (run.read.len() + run.sent.len()) as u64)
    };
    let bound = settled.bindings();
    for n in reads..all {
        let bench = settled.fork();
        bench.world().faults_mut().refuse_all_after = Some(n - 1);
        let first = run(&bench, &grown).unwrap();
        assert!(!first.report.is_success(), "at {n}");
        outcomes_are_exact(&first, &bench, &bound).map_err(|e| format!("at {n}: {e}")).unwrap();
        bench.world().faults_mut().clear();
        let second = run(&bench, &grown).unwrap();
        assert!(second.report.is_success(), "at {n}: {:#?}\n{:#?}", first.report, second.report);
        is_reached(&bench, &grown).unwrap();
        assert!(is_quiet(&run(&bench, &grown).unwrap().report), "at {n}");
    }
}

#[test]
fn a_create_whose_answer_is_lost_is_found_in_lists_that_lag() {
    let grown = grown();
    for n in 1..=5 {
        let bench = settled();
        bench.world().quirks_mut().late_reads = 4;
        bench
            .world()
            .faults_mut()
            .add(Rule::nth(n, Fault::CutAfter).method(http::Method::POST).on(http::Method::POST, "/v1/applications"));
        let run = run(&bench, &grown).unwrap();
        let counts: BTreeMap<&str, usize> = ["done", "failed", "unknown"].map(|w| (w, run.report.count(w))).into();
        assert_eq!(counts["done"], run.planned.plan.steps.len(), "create {n}: {:#?}", run.report);
        is_reached(&bench, &grown).map_err(|e| format!("create {n}: {e}")).unwrap();
    }
}
