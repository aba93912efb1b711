//! What an error answer says, for people.
//!
//! The documented bodies have `message` (a text, or a list of texts) and `error_code`; a conflict also has
//! `ts_error_code`; the token endpoint may speak OAuth; what stands in front of the API may send HTML.
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createapp>
//!
//! Must not let a secret through, nor anything that moves a terminal's cursor.

use serde_json::Value as Json;

use super::redact::{redacted, redacted_json};

const LONGEST: usize = 300;

/// The message and codes of an error body, or `None` where it says nothing.
pub(crate) fn of(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let said = match serde_json::from_str(text) {
        Ok(json) => said_by(&json)?,
        Err(_) if looks_like_html(text) => html(text),
        Err(_) => redacted(text),
    };
    let line = one_line(&said);
    (!line.is_empty()).then_some(line)
}

fn said_by(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(redacted(text)),
        Json::Array(_) => texts(json).or_else(|| Some(redacted_json(json))),
        Json::Object(_) => Some(said_by_object(json)),
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
    }
}

fn said_by_object(json: &Json) -> String {
    let mut parts: Vec<String> =
        ["message", "error", "error_description"].iter().filter_map(|name| texts(&json[*name])).collect();
    parts.dedup();
    if parts.is_empty() {
        // A body of another shape, or one inside another.
        return match &json["error"] {
            inner @ Json::Object(_) if inner.get("message").is_some() => said_by_object(inner),
            _ => redacted_json(json),
        };
    }
    let codes: Vec<String> = ["error_code", "ts_error_code"]
        .iter()
        .filter_map(|name| Some(format!("{name} {}", scalar(&json[*name])?)))
        .collect();
    let said = parts.join(": ");
    if codes.is_empty() { said } else { format!("{said} ({})", codes.join(", ")) }
}

/// A text, or a list of texts.
fn texts(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.trim().is_empty() => Some(redacted(text)),
        Json::Array(items) => {
            let all: Vec<String> = items.iter().filter_map(Json::as_str).map(redacted).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => None,
    }
}

fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.is_empty() => Some(redacted(text)),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn looks_like_html(text: &str) -> bool {
    let start: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    start.starts_with('<') && (start.contains("<html") || start.contains("<!doctype") || start.contains("<head"))
}

fn html(text: &str) -> String {
    // ASCII lower case keeps byte positions.
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let from = start + "<title>".len();
        Some(text.get(from..from + lower.get(from..)?.find("</title>")?)?.trim())
    });
    match title.filter(|t| !t.is_empty()) {
        Some(title) => format!("an HTML page titled \"{}\"", redacted(title)),
        None => "an HTML page".to_owned(),
    }
}

/// On one line, without control characters, not longer than a person reads.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= LONGEST {
        return plain;
    }
    let short: String = plain.chars().take(LONGEST - 1).collect();
    format!("{}…", short.trim_end())
}

/// Marks that turn the direction of a text or take no room.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
