//! How many requests a run costs, and what it may touch.

use std::collections::BTreeSet;

use serde_json::json;
use tilewright_core::DesiredState;
use tilewright_engine::{Interrupt, StepOutcome};
use tilewright_simulator::World;

use crate::common::bench::{Ask, Bench, Trouble, at_once};
use crate::common::manifests::{address, everything};
use crate::common::shop::{grown, manifests, shop};
use crate::common::{oracle, requests};

fn applications(count: usize, with_logo: usize) -> DesiredState {
    let mut resources = Vec::new();
    for n in 0..count {
        let mut application = json!({"app_name": format!("App {n}"), "login_uri": "https://x.example.com/"});
        if n < with_logo {
            application["logo"] = json!("https://logo.example.com/");
        }
        resources.push((format!("application/a{n}"), application));
        let uris = json!({"name": "Web", "redirect_uris": ["https://x.example.com/cb"]});
        resources.push((format!("client/a{n}/web"), uris));
    }
    let borrowed: Vec<_> = resources.iter().map(|(text, json)| (text.as_str(), json.clone())).collect();
    manifests(&borrowed)
}

fn settled(desired: &DesiredState) -> Bench {
    let bench = Bench::new(World::new("tnt-test"));
    assert!(at_once(bench.run(desired, Ask::default())).unwrap().report.is_success());
    bench
}

#[test]
fn a_plan_of_nothing_costs_a_token_a_list_and_one_request_for_each_application() {
    let desired = applications(7, 0);
    let run = at_once(settled(&desired).run(&desired, Ask::default())).unwrap();
    assert!(run.planned.plan.is_empty());
    assert_eq!(run.read.len(), 1 + 1 + 7);
    assert!(run.sent.is_empty(), "{:?}", run.sent);
    assert!(run.report.is_success());
}

#[test]
fn an_application_with_a_managed_field_that_the_list_lacks_costs_one_more() {
    let desired = applications(5, 2);
    let run = at_once(settled(&desired).run(&desired, Ask::default())).unwrap();
    assert!(run.planned.plan.is_empty());
    assert_eq!(run.read.len(), 1 + 1 + 5 + 2);
    assert!(run.sent.is_empty());
}

#[test]
fn applications_that_nobody_manages_cost_nothing() {
    let desired = applications(2, 0);
    let bench = settled(&desired);
    for n in 0..10 {
        bench.world().insert_application(json!({"app_name": format!("Foreign {n}")}), json!({"name": "x"}));
    }
    let run = at_once(bench.run(&desired, Ask::default())).unwrap();
    assert_eq!(run.read.len(), 1 + 1 + 2);
}

#[test]
fn a_plan_for_one_application_reads_only_its_family() {
    let desired = applications(6, 0);
    let bench = settled(&desired);
    let selected = Some(BTreeSet::from([address("application/a3"), address("client/a3/web")]));
    let run = at_once(bench.run(&desired, Ask { selected, ..Ask::default() })).unwrap();
    assert_eq!(run.read.len(), 1 + 1 + 1);
}

#[test]
fn planning_sends_get_only_besides_the_token() {
    let bench = settled(&shop());
    bench.world().clear_log();
    let planned = at_once(bench.plan(&grown(), Ask::default())).unwrap();
    assert!(planned.plan.steps.len() >= 12);
    let log = bench.take_log();
    assert_eq!(log.iter().filter(|e| requests::is_token(e)).count(), 1);
    assert!(log.iter().filter(|e| !requests::is_token(e)).all(|e| e.method == "GET" && !e.changed));
}

#[test]
fn nothing_outside_the_selection_is_written() {
    let bench = settled(&shop());
    let before = oracle::stored(&bench.world());
    let desired = grown();
    for resource in ["client/shop/ops", "client/desk/web", "application/lab", "client/shop/mobile"] {
        let bench = bench.fork();
        let mut selected = BTreeSet::from([address(resource)]);
        if resource == "application/lab" {
            selected.extend([address("client/lab/web"), address("client/lab/batch")]);
        }
        let run = match at_once(bench.run(&desired, Ask { selected: Some(selected.clone()), ..Ask::default() })) {
            Ok(run) => run,
            // A name that another client holds, which is not part of the plan.
            Err(Trouble::Problems(_)) => continue,
            Err(other) => panic!("{other:?}"),
        };
        let after = oracle::stored(&bench.world());
        let bindings = bench.bindings();
        let (plan, quirks) = (&run.planned.plan, bench.world().quirks().clone());
        oracle::nothing_else(plan, &desired, &selected, &bindings, (&before, &after), &quirks).unwrap();
        assert!(plan.steps.iter().all(|s| selected.contains(&s.address)));
    }
}

#[test]
fn what_left_the_manifests_is_listed_and_stays() {
    let all = shop();
    let bench = settled(&all);
    let mut fewer = all.clone();
    fewer.resources.retain(|a, _| !["client/shop/ops", "client/desk/old"].contains(&a.to_string().as_str()));
    let run = at_once(bench.run(&fewer, Ask::default())).unwrap();
    assert_eq!(run.planned.plan.orphans.len(), 2);
    assert!(run.planned.plan.is_empty() && run.sent.is_empty());
    assert_eq!(oracle::stored(&bench.world()).len(), everything(&all).len());
}

#[test]
fn a_run_that_is_stopped_sends_no_more_and_the_next_one_goes_on() {
    let bench = settled(&shop());
    let desired = grown();
    let interrupt = Interrupt::default();
    interrupt.ask();
    let run = at_once(bench.run(&desired, Ask { interrupt, ..Ask::default() })).unwrap();
    assert!(run.report.interrupted && !run.report.is_success());
    assert!(run.report.steps.iter().all(|s| s.outcome == StepOutcome::NotRun));
    assert!(requests::writes(&run.sent).is_empty());
    let next = at_once(bench.run(&desired, Ask::default())).unwrap();
    assert!(next.report.is_success(), "{:#?}", next.report);
}
