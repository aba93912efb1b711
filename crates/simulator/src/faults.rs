//! What a network, an edge or a tired server does to requests: rules that strike once or several times.
//!
//! Faults belong to a run and are not saved with the world. A rule decides from the request alone and counts
//! only requests, so a failing test can be repeated exactly.

use http::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::refusal::answer;
use crate::world::Answer;

/// The faults of a world. The default has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Rules, each with its own count. When several strike one request, the first of them is used.
    pub rules: Vec<Rule>,
    /// After so many more requests to the API every token issued up to then is refused with 401, until a
    /// new one is fetched. Happens once; `None` again afterwards.
    pub token_dies_after: Option<u64>,
    /// After so many more requests to the API all others get 403, for good. Tokens are still issued.
    pub refuse_all_after: Option<u64>,
}

/// A fault, and which requests it strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Only requests with this method are counted and struck; `None` means any.
    pub method: Option<Method>,
    /// Only requests whose path begins with this are counted and struck; the `/cis` in front is left out, as
    /// in `/v1/applications` or `/oidc/token`. `None` means any.
    pub path: Option<String>,
    /// So many matching requests pass unharmed first. Counts down.
    pub skip: u64,
    /// So many matching requests are struck after that. Counts down.
    pub times: u64,
    /// What happens to them.
    pub fault: Fault,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request has any effect.
    CutBefore,
    /// The request takes effect, then the connection is closed without an answer.
    CutAfter,
    /// The request has no effect, and this status is the answer.
    Status {
        /// The status of the answer.
        status: u16,
        /// Seconds for a `Retry-After` header, if there is to be one.
        retry_after: Option<u32>,
        /// What the body looks like.
        body: FaultBody,
    },
    /// The request takes effect, but this status is the answer.
    StatusAfter {
        /// The status of the answer.
        status: u16,
        /// Seconds for a `Retry-After` header, if there is to be one.
        retry_after: Option<u32>,
        /// What the body looks like.
        body: FaultBody,
    },
    /// The request takes effect; the body of the answer ends half way.
    Truncated,
    /// The request takes effect; the body of the answer is no text in any encoding.
    Garbage,
    /// The request takes effect; the answer is 200 with an HTML page.
    Html,
    /// The request takes effect; the answer has its status and no body.
    EmptyBody,
    /// The request takes effect; a list in the answer is empty, whatever it should hold.
    EmptyList,
}

/// The body of an answer that a fault makes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultBody {
    /// The API's own shape: `message` and `error_code`.
    Json,
    /// A page of the network edge.
    Html,
    /// Nothing.
    Empty,
}

impl Faults {
    /// Adds a rule behind those that are there.
    pub fn add(&mut self, rule: Rule) -> &mut Faults {
        self.rules.push(rule);
        self
    }

    /// Removes every fault.
    pub fn clear(&mut self) {
        *self = Faults::default();
    }

    /// Counts a request in every rule it matches, and says which fault strikes it.
    pub(crate) fn strike(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let mut struck = None;
        for rule in &mut self.rules {
            if rule.matches(method, path) && rule.count() {
                struck = struck.or_else(|| Some(rule.fault.clone()));
            }
        }
        struck
    }

    /// Counts a request to the API; says whether all tokens die with it.
    pub(crate) fn token_dies(&mut self) -> bool {
        let dies = count_down(&mut self.token_dies_after);
        if dies {
            self.token_dies_after = None;
        }
        dies
    }

    /// Counts a request to the API; says whether it is refused like all that follow.
    pub(crate) fn refuses(&mut self) -> bool {
        count_down(&mut self.refuse_all_after)
    }
}

/// Counts down to zero; true when it was there already.
fn count_down(counter: &mut Option<u64>) -> bool {
    match counter {
        None => false,
        Some(0) => true,
        Some(left) => {
            *left -= 1;
            false
        }
    }
}

impl Rule {
    /// Strikes the n-th request from now on, counting from 1.
    pub fn nth(n: u64, fault: Fault) -> Rule {
        Rule { method: None, path: None, skip: n.saturating_sub(1), times: 1, fault }
    }

    /// Strikes the next request.
    pub fn next(fault: Fault) -> Rule {
        Rule::nth(1, fault)
    }

    /// Narrows the rule to requests with this method whose path begins with this.
    #[must_use]
    pub fn on(mut self, method: Method, path: &str) -> Rule {
        self.method = Some(method);
        self.path = Some(path.to_owned());
        self
    }

    /// Narrows the rule to requests with this method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Rule {
        self.method = Some(method);
        self
    }

    /// Strikes so many requests in a row.
    #[must_use]
    pub fn times(mut self, times: u64) -> Rule {
        self.times = times;
        self
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|prefix| path.starts_with(prefix.as_str()))
    }

    /// Counts one matching request; true when it is struck.
    fn count(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.times > 0 {
            self.times -= 1;
            return true;
        }
        false
    }
}

impl Fault {
    /// A status before any effect, with the API's own error body.
    pub fn status(status: u16) -> Fault {
        Fault::Status { status, retry_after: None, body: FaultBody::Json }
    }

    /// Whether the request must have no effect.
    pub(crate) fn before_effect(&self) -> bool {
        match self {
            Fault::CutBefore | Fault::Status { .. } => true,
            Fault::CutAfter
            | Fault::StatusAfter { .. }
            | Fault::Truncated
            | Fault::Garbage
            | Fault::Html
            | Fault::EmptyBody
            | Fault::EmptyList => false,
        }
    }

    /// What the caller sees in place of the true response.
    pub(crate) fn spoil(&self, mut response: Response<Vec<u8>>) -> Answer {
        match self {
            Fault::CutBefore | Fault::CutAfter => return Answer::Cut,
            Fault::Status { status, retry_after, body } | Fault::StatusAfter { status, retry_after, body } => {
                return Answer::Response(made_up(*status, *retry_after, *body));
            }
            Fault::Truncated => {
                let half = response.body().len() / 2;
                response.body_mut().truncate(half);
            }
            Fault::Garbage => *response.body_mut() = vec![0xff, 0x00, 0xfe, b'{', 0xc0, 0x80],
            Fault::Html => return Answer::Response(made_up(200, None, FaultBody::Html)),
            Fault::EmptyBody => response.body_mut().clear(),
            Fault::EmptyList => {
                if let Some(emptied) = emptied(response.body()) {
                    *response.body_mut() = emptied;
                }
            }
        }
        Answer::Response(response)
    }
}

/// A body whose list has lost its items; `None` when it has no list.
fn emptied(body: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let empty = match value {
        Value::Array(_) => json!([]),
        Value::Object(ref members) if members.get("result").is_some_and(Value::is_array) => {
            json!({"result": []})
        }
        _ => return None,
    };
    Some(empty.to_string().into_bytes())
}

fn made_up(status: u16, retry_after: Option<u32>, body: FaultBody) -> Response<Vec<u8>> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        FaultBody::Json => {
            let message = status.canonical_reason().unwrap_or("fault");
            answer(status, &json!({"message": message, "error_code": status.as_u16()}))
        }
        FaultBody::Html => {
            let page = format!("<!DOCTYPE html><html><body><h1>{status}</h1></body></html>");
            let mut response = Response::new(page.into_bytes());
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html"));
            response
        }
        FaultBody::Empty => Response::new(Vec::new()),
    };
    *response.status_mut() = status;
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
