//! The tenant's refusals, and the error bodies that the API has for them.

use http::{Response, StatusCode, header};
use serde_json::{Value, json};

use crate::quirks::Quirks;

/// Why a request is not done. Nothing has changed when one of these is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 400, with every finding.
    BadRequest(Vec<String>),
    /// 401: no token, an unknown one or one that is over.
    InvalidToken(String),
    /// 403: a token that may not do this.
    Forbidden(String),
    /// 404.
    NotFound(String),
    /// 405, with the methods that this path has.
    NotAllowed(&'static str),
    /// 409 on a create: an identifier is taken.
    Taken(String),
    /// What the token endpoint refuses: status, OAuth error and its description.
    OAuth(StatusCode, &'static str, &'static str),
}

impl Refusal {
    /// A 400 with one finding.
    pub(crate) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::BadRequest(vec![message.into()])
    }

    /// The response for this refusal.
    pub(crate) fn response(&self, quirks: &Quirks) -> Response<Vec<u8>> {
        match self {
            Refusal::BadRequest(messages) if quirks.message_as_text => {
                error(StatusCode::BAD_REQUEST, &json!(messages.join("; ")))
            }
            Refusal::BadRequest(messages) => error(StatusCode::BAD_REQUEST, &json!(messages)),
            Refusal::InvalidToken(message) => error(StatusCode::UNAUTHORIZED, &json!(message)),
            Refusal::Forbidden(message) => error(StatusCode::FORBIDDEN, &json!(message)),
            Refusal::NotFound(message) => error(StatusCode::NOT_FOUND, &json!(message)),
            Refusal::NotAllowed(methods) => {
                let mut response = error(StatusCode::METHOD_NOT_ALLOWED, &json!("method not allowed"));
                response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(methods));
                response
            }
            Refusal::Taken(message) => {
                let mut body = json!({"message": message, "error_code": 409});
                if !quirks.conflict_without_code {
                    body["ts_error_code"] = json!("identifier_is_taken");
                }
                answer(StatusCode::CONFLICT, &body)
            }
            Refusal::OAuth(status, _, description) if quirks.token_errors_as_message => {
                error(*status, &json!(description))
            }
            Refusal::OAuth(status, code, description) => {
                answer(*status, &json!({"error": code, "error_description": description}))
            }
        }
    }
}

fn error(status: StatusCode, message: &Value) -> Response<Vec<u8>> {
    answer(status, &json!({"message": message, "error_code": status.as_u16()}))
}

/// A JSON response.
pub(crate) fn answer(status: StatusCode, body: &Value) -> Response<Vec<u8>> {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// 204 without a body.
pub(crate) fn no_content() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
