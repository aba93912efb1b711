//! What faults do to requests.

use http::{Method, header};
use serde_json::json;
use tilewright_simulator::{Answer, Fault, FaultBody, Rule};

use crate::support::{APPLICATIONS, Session, oidc};

fn create() -> serde_json::Value {
    json!({"app_name": "a", "client_display_name": "main"})
}

/// Sends a create through one fault; says how the world is afterwards.
fn struck(fault: Fault) -> (Answer, usize) {
    let mut session = Session::new();
    session.world.faults_mut().add(Rule::next(fault));
    let request = session.request(Method::POST, APPLICATIONS, Some(&create()));
    let answer = session.world.handle(&request);
    (answer, session.world.applications().len())
}

fn response(answer: Answer) -> http::Response<Vec<u8>> {
    match answer {
        Answer::Response(response) => response,
        Answer::Cut => panic!("cut"),
    }
}

#[test]
fn a_cut_before_has_no_effect_and_a_cut_after_has() {
    let (answer, applications) = struck(Fault::CutBefore);
    assert!(matches!(answer, Answer::Cut));
    assert_eq!(applications, 0);
    let (answer, applications) = struck(Fault::CutAfter);
    assert!(matches!(answer, Answer::Cut));
    assert_eq!(applications, 1);
}

#[test]
fn a_status_comes_before_or_after_the_effect() {
    let (answer, applications) = struck(Fault::Status { status: 429, retry_after: Some(7), body: FaultBody::Html });
    let answer = response(answer);
    assert_eq!((answer.status().as_u16(), applications), (429, 0));
    assert_eq!(answer.headers()[header::RETRY_AFTER], "7");
    assert!(answer.body().starts_with(b"<!DOCTYPE html>"));
    let (answer, applications) = struck(Fault::StatusAfter { status: 503, retry_after: None, body: FaultBody::Json });
    let answer = response(answer);
    assert_eq!((answer.status().as_u16(), applications), (503, 1));
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["error_code"], 503);
    let (answer, _) = struck(Fault::Status { status: 500, retry_after: None, body: FaultBody::Empty });
    assert!(response(answer).body().is_empty());
}

#[test]
fn a_damaged_body_comes_after_the_effect() {
    for (fault, status) in [(Fault::Truncated, 201), (Fault::Garbage, 201), (Fault::Html, 200), (Fault::EmptyBody, 201)]
    {
        let (answer, applications) = struck(fault.clone());
        let answer = response(answer);
        assert_eq!((answer.status().as_u16(), applications), (status, 1), "{fault:?}");
        assert!(serde_json::from_slice::<serde_json::Value>(answer.body()).is_err(), "{fault:?}");
    }
}

#[test]
fn an_empty_list_hides_what_is_there() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    session.world.faults_mut().add(Rule::next(Fault::EmptyList).times(3));
    assert_eq!(session.get(APPLICATIONS).body, json!({"result": []}));
    assert_eq!(session.get(&format!("{app}/clients")).body, json!([]));
    assert_eq!(session.get(&app).ok()["app_name"], "a");
    assert_eq!(session.get(&format!("{app}/clients")).body.as_array().unwrap().len(), 1);
}

#[test]
fn a_rule_counts_from_when_it_was_set_and_only_what_it_matches() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    let rule = Rule::nth(2, Fault::status(500)).on(Method::GET, "/v1/applications/");
    session.world.faults_mut().add(rule.times(2));
    let mut seen = Vec::new();
    for path in [&app, APPLICATIONS, &app, &app, &app] {
        seen.push(session.get(path).status);
        session.put(&app, &json!({})).ok();
    }
    assert_eq!(seen, [200, 200, 500, 500, 200]);
}

#[test]
fn requests_for_tokens_are_counted_too() {
    let mut session = Session::new();
    session.world.faults_mut().add(Rule::next(Fault::status(500)).on(Method::POST, "/oidc/token"));
    let (id, secret) = session.world.credentials();
    let (id, secret) = (id.to_owned(), secret.to_owned());
    assert_eq!(crate::support::token(&mut session.world, &id, &secret).status, 500);
    assert_eq!(crate::support::token(&mut session.world, &id, &secret).status, 200);
}

#[test]
fn the_first_rule_wins_and_all_count() {
    let mut session = Session::new();
    let faults = session.world.faults_mut();
    faults.add(Rule::next(Fault::status(500))).add(Rule::nth(1, Fault::status(502)).times(2));
    let seen: Vec<u16> = (0..3).map(|_| session.get(APPLICATIONS).status).collect();
    assert_eq!(seen, [500, 502, 200]);
    session.world.faults_mut().add(Rule::next(Fault::CutBefore));
    session.world.faults_mut().clear();
    assert_eq!(session.get(APPLICATIONS).status, 200);
}

#[test]
fn a_token_dies_once_and_a_new_one_lives() {
    let mut session = Session::new();
    session.world.faults_mut().token_dies_after = Some(1);
    assert_eq!(session.get(APPLICATIONS).status, 200);
    session.get(APPLICATIONS).refused(401);
    session.get(APPLICATIONS).refused(401);
    session.sign_in();
    assert_eq!(session.get(APPLICATIONS).status, 200);
    assert_eq!(session.world.faults().token_dies_after, None);
}

#[test]
fn all_requests_may_be_refused_from_some_point_on() {
    let mut session = Session::new();
    let (app, _) = session.application("a");
    session.world.faults_mut().refuse_all_after = Some(1);
    session.post(&format!("{app}/clients"), &oidc("x")).ok();
    session.get(&app).refused(403);
    session.delete(&app).refused(403);
    session.sign_in();
    session.get(&app).refused(403);
}

#[test]
fn a_cut_is_logged_without_a_status() {
    let mut session = Session::new();
    session.world.clear_log();
    session.world.faults_mut().add(Rule::next(Fault::CutAfter)).add(Rule::nth(2, Fault::CutBefore));
    for _ in 0..2 {
        let request = session.request(Method::POST, APPLICATIONS, Some(&create()));
        session.world.handle(&request);
    }
    let log: Vec<_> = session.world.log().iter().map(|it| (it.status, it.changed)).collect();
    assert_eq!(log, [(None, true), (None, false)]);
}
