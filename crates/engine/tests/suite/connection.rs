//! Tokens, pace and patience of a connection, seen from the tenant's side.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use http::{Request, Response};
use serde_json::json;
use tilewright_core::Secret;
use tilewright_engine::{
    CallErrorKind, Connection, Credentials, Event, LocalTransport, Reader, RetryPolicy, TokenError, TransportError,
};
use tokio::time::Instant;

use crate::common::bench::{BASE, TOKEN_URL, at_once};
use crate::common::manifests::MOSAIC;

/// A request as it came: how long after the start, what it asked for, and with which token.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    at: Duration,
    path: String,
    token: String,
}

type Log = Arc<Mutex<Vec<Asked>>>;

fn answer(status: u16, body: &serde_json::Value) -> Option<Response<Vec<u8>>> {
    Some(Response::builder().status(status).body(body.to_string().into_bytes()).unwrap())
}

fn list() -> Option<Response<Vec<u8>>> {
    answer(200, &json!({"result": []}))
}

/// A token for a tenant; those of different `n` differ.
fn jwt(tenant: &str, n: usize) -> String {
    let part = |v: serde_json::Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(v.to_string());
    format!("{}.{}.sig{n}", part(json!({"alg": "none"})), part(json!({"tid": tenant})))
}

/// A tenant that gives numbered tokens of this lifetime, and answers the n-th other request as told.
fn connection(
    log: &Log,
    lifetime: serde_json::Value,
    respond: impl Fn(usize, &str) -> Option<Response<Vec<u8>>> + Send + Sync + 'static,
) -> Connection {
    let (log, start) = (Arc::clone(log), Mutex::new(None));
    let transport = LocalTransport(move |request: Request<Vec<u8>>| {
        let start = *start.lock().unwrap().get_or_insert_with(Instant::now);
        let path = request.uri().path().to_owned();
        let token = request.headers().get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let token = token.rsplit('.').next().unwrap_or_default().to_owned();
        let mut log = log.lock().unwrap();
        log.push(Asked { at: start.elapsed(), path: path.clone(), token: token.clone() });
        let (tokens, others): (Vec<&Asked>, Vec<&Asked>) = log.iter().partition(|a| a.path == "/oidc/token");
        if path != "/oidc/token" {
            return respond(others.len(), &token);
        }
        let mut body = json!({"access_token": jwt("tnt-1", tokens.len())});
        if !lifetime.is_null() {
            body["expires_in"] = lifetime.clone();
        }
        answer(200, &body)
    });
    let secret = Secret::new("s3cret".to_owned());
    Connection {
        transport: Arc::new(transport),
        backend: MOSAIC.clone(),
        base_url: BASE.to_owned(),
        credentials: Credentials::Client { token_url: TOKEN_URL.to_owned(), id: "me".to_owned(), secret },
        tenant: Some("tnt-1".to_owned()),
        concurrency: 8,
        retry: RetryPolicy::default(),
        observer: Arc::new(|_: &Event| {}),
    }
}

fn tokens(log: &Log) -> usize {
    log.lock().unwrap().iter().filter(|a| a.path == "/oidc/token").count()
}

fn calls(log: &Log) -> Vec<Asked> {
    log.lock().unwrap().iter().filter(|a| a.path != "/oidc/token").cloned().collect()
}

async fn after(seconds: u64, reader: &Reader) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    reader.roots().await.unwrap();
}

#[test]
fn one_token_serves_many_requests_sent_at_once() {
    let log = Log::default();
    at_once(async {
        let reader = connection(&log, json!(3600), |_, _| list()).reader();
        let all = (0..20).map(|_| reader.roots());
        futures_util::future::try_join_all(all).await.unwrap();
    });
    assert_eq!((tokens(&log), calls(&log).len()), (1, 20));
}

#[test]
fn a_token_is_renewed_five_minutes_before_it_ends() {
    let log = Log::default();
    at_once(async {
        let reader = connection(&log, json!(3600), |_, _| list()).reader();
        after(0, &reader).await;
        after(3299, &reader).await;
        assert_eq!(tokens(&log), 1);
        after(2, &reader).await;
    });
    assert_eq!(tokens(&log), 2);
    assert_eq!(calls(&log).last().unwrap().token, "sig2");
}

#[test]
fn a_token_that_lasts_less_than_the_margin_is_used_for_half_its_time() {
    let log = Log::default();
    at_once(async {
        let reader = connection(&log, json!(60), |_, _| list()).reader();
        after(0, &reader).await;
        after(29, &reader).await;
        assert_eq!(tokens(&log), 1);
        after(2, &reader).await;
    });
    assert_eq!(tokens(&log), 2);
}

#[test]
fn a_token_that_does_not_say_how_long_it_lasts_is_renewed_after_five_minutes() {
    let log = Log::default();
    at_once(async {
        let reader = connection(&log, serde_json::Value::Null, |_, _| list()).reader();
        after(0, &reader).await;
        after(299, &reader).await;
        assert_eq!(tokens(&log), 1);
        after(2, &reader).await;
    });
    assert_eq!(tokens(&log), 2);
}

#[test]
fn a_refused_token_is_replaced_once_and_then_the_refusal_is_final() {
    let log = Log::default();
    let refused = at_once(async {
        let reader = connection(&log, json!(3600), |_, _| answer(401, &json!({"message": "no"}))).reader();
        reader.roots().await.unwrap_err()
    });
    assert_eq!(refused.kind.status(), Some(401));
    assert_eq!(calls(&log).iter().map(|a| a.token.as_str()).collect::<Vec<_>>(), ["sig1", "sig2"]);
}

#[test]
fn requests_whose_token_is_refused_at_once_share_one_new_token() {
    let log = Log::default();
    at_once(async {
        let dead = |_, token: &str| if token == "sig1" { answer(401, &json!({})) } else { list() };
        let reader = connection(&log, json!(3600), dead).reader();
        let all = (0..8).map(|_| reader.roots());
        futures_util::future::try_join_all(all).await.unwrap();
    });
    assert_eq!(tokens(&log), 2);
}

#[test]
fn a_ready_token_that_is_refused_is_not_sent_again() {
    let log = Log::default();
    let refused = at_once(async {
        let mut connection = connection(&log, json!(3600), |_, _| answer(401, &json!({})));
        connection.credentials = Credentials::AccessToken(Secret::new(jwt("tnt-1", 9)));
        connection.reader().roots().await.unwrap_err()
    });
    assert_eq!(refused.kind.status(), Some(401));
    assert_eq!((tokens(&log), calls(&log).len()), (0, 1));
}

#[test]
fn a_token_for_another_tenant_is_refused_before_any_other_request() {
    let log = Log::default();
    let error = at_once(async {
        let mut connection = connection(&log, json!(3600), |_, _| list());
        connection.tenant = Some("tnt-2".to_owned());
        connection.reader().roots().await.unwrap_err()
    });
    let other = TokenError::OtherTenant { expected: "tnt-2".to_owned(), found: "tnt-1".to_owned() };
    assert_eq!(error.kind, CallErrorKind::Token(other));
    assert!(calls(&log).is_empty());
}

#[test]
fn a_token_that_says_no_tenant_is_refused_where_one_is_asked_for() {
    let log = Log::default();
    let error = at_once(async {
        let mut connection = connection(&log, json!(3600), |_, _| list());
        connection.credentials = Credentials::AccessToken(Secret::new("opaque".to_owned()));
        connection.reader().roots().await.unwrap_err()
    });
    assert!(matches!(error.kind, CallErrorKind::Token(TokenError::NoTenant { .. })), "{error}");
    assert!(calls(&log).is_empty());
}

#[test]
fn retry_after_is_waited_for_and_holds_the_others_back() {
    let log = Log::default();
    at_once(async {
        let busy = |n, _: &str| {
            if n > 1 {
                return list();
            }
            Some(Response::builder().status(429).header("retry-after", "7").body(Vec::new()).unwrap())
        };
        let reader = connection(&log, json!(3600), busy).reader();
        reader.claims().await.unwrap();
        let all = (0..4).map(|_| async {
            tokio::task::yield_now().await;
            reader.roots().await
        });
        let first = reader.roots();
        let (first, others) = tokio::join!(first, futures_util::future::join_all(all));
        first.unwrap();
        assert!(others.into_iter().all(|o| o.is_ok()));
    });
    let calls = calls(&log);
    assert_eq!(calls.len(), 6);
    assert!(calls.last().unwrap().at >= Duration::from_secs(7), "{calls:?}");
}

#[test]
fn after_a_complaint_requests_go_out_one_by_one_for_a_while() {
    let log = Log::default();
    at_once(async {
        let busy = |n, _: &str| if n == 1 { answer(429, &json!({})) } else { list() };
        let reader = connection(&log, json!(3600), busy).reader();
        reader.roots().await.unwrap();
        futures_util::future::try_join_all((0..5).map(|_| reader.roots())).await.unwrap();
    });
    let times: Vec<Duration> = calls(&log).iter().skip(2).map(|a| a.at).collect();
    assert!(times.windows(2).all(|w| w[1] > w[0]), "{times:?}");
}

#[test]
fn a_request_is_given_up_after_five_tries() {
    let log = Log::default();
    let error = at_once(async {
        let reader = connection(&log, json!(3600), |_, _| answer(503, &json!({}))).reader();
        reader.roots().await.unwrap_err()
    });
    assert_eq!((calls(&log).len(), error.tries, error.kind.status()), (5, 5, Some(503)));
}

#[test]
fn a_request_that_would_have_to_wait_too_long_is_given_up_at_once() {
    let log = Log::default();
    at_once(async {
        let busy =
            |_, _: &str| Some(Response::builder().status(503).header("retry-after", "31").body(Vec::new()).unwrap());
        let reader = connection(&log, json!(3600), busy).reader();
        reader.roots().await.unwrap_err();
    });
    assert_eq!(calls(&log).len(), 1);
}

#[test]
fn lost_connections_are_tried_again_with_growing_waits() {
    let log = Log::default();
    let error = at_once(async {
        let reader = connection(&log, json!(3600), |_, _| None).reader();
        reader.roots().await.unwrap_err()
    });
    assert!(matches!(error.kind, CallErrorKind::Lost(TransportError::Cut { .. })));
    let times: Vec<Duration> = calls(&log).iter().map(|a| a.at).collect();
    assert_eq!(times.len(), 5);
    assert!(times[4] - times[3] > times[1] - times[0], "{times:?}");
}
