//! Takes out of a text what looks like a secret.
//!
//! A net below the types that keep secrets out of texts in the first place: it errs on the side of taking too much.
//! Must not be relied on for texts that this project writes itself.

use serde_json::Value as Json;

const GONE: &str = "[redacted]";

/// Names after which a value is a secret, without regard to case, `_` and `-`.
const NAMES: &[&str] = &[
    "clientsecret",
    "clientassertion",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authorization",
    "bearer",
    "basic",
    "password",
    "passwd",
    "secret",
    "apikey",
    "privatekey",
    "token",
];

/// The text without what looks like a secret.
pub(super) fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(is_word).unwrap_or(rest.len());
        let (between, from_word) = rest.split_at(start);
        out.push_str(between);
        let end = from_word.find(|c| !is_word(c)).unwrap_or(from_word.len());
        let (word, after) = from_word.split_at(end);
        rest = after;
        if looks_like_jwt(word) {
            out.push_str(GONE);
            continue;
        }
        out.push_str(word);
        if names_secret(word)
            && let Some((separator, following)) = value_after(after)
        {
            out.push_str(separator);
            out.push_str(GONE);
            rest = following;
        }
    }
    out
}

/// The JSON text without what looks like a secret, whole members where their name says so.
pub(super) fn redacted_json(json: &Json) -> String {
    fn without(json: &Json) -> Json {
        match json {
            Json::Object(members) => members
                .iter()
                .map(|(name, member)| {
                    let member = if names_secret(name) { Json::from(GONE) } else { without(member) };
                    (name.clone(), member)
                })
                .collect(),
            Json::Array(items) => items.iter().map(without).collect(),
            Json::String(text) => redacted(text).into(),
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        }
    }
    without(json).to_string()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '~')
}

/// Whether a word is one of the names, or ends in one (`first_client.client_secret`).
fn names_secret(word: &str) -> bool {
    let plain: String = word.chars().filter(|c| !matches!(c, '_' | '-')).collect::<String>().to_ascii_lowercase();
    NAMES.iter().any(|name| plain.ends_with(name))
}

fn looks_like_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() > 20
}

/// Splits what follows a secret's name into the separator and what comes after the value; `None` where no value
/// follows, as in "client_secret is required".
fn value_after(text: &str) -> Option<(&str, &str)> {
    let start = text.find(|c: char| !(c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\'' | '\\' | '`')))?;
    let (separator, value) = text.split_at(start);
    let end = match separator.chars().next_back() {
        Some(quote @ ('"' | '\'' | '`')) => end_of_quoted(value, quote),
        Some(_) | None => {
            value.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '&' | ')' | '}'))
        }
    };
    let (value, after) = value.split_at(end.unwrap_or(value.len()));
    let assigned = separator.contains([':', '=']);
    let is_scheme = matches!(value.to_ascii_lowercase().as_str(), "bearer" | "basic");
    if is_scheme {
        // `Authorization: Bearer <value>`: what is secret comes later, and follows a name itself.
        return None;
    }
    (!separator.is_empty() && !value.is_empty() && (assigned || !is_plain_word(value))).then_some((separator, after))
}

/// Where a quoted value ends, past escaped quotes.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// A word of a sentence rather than a secret.
fn is_plain_word(value: &str) -> bool {
    value.trim_end_matches(['.', ',', '!', '?']).chars().all(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn values_after_secret_names_go() {
        for (text, left) in [
            ("client_secret=abc123&x=1", "client_secret=[redacted]&x=1"),
            ("{\"client_secret\":\"a\\\"b\", \"x\": 1}", "{\"client_secret\":\"[redacted]\", \"x\": 1}"),
            ("Authorization: Bearer abc.DEF", "Authorization: Bearer [redacted]"),
            ("access_token 'Zz9' was refused", "access_token '[redacted]' was refused"),
            ("clientSecret: hunter", "clientSecret: [redacted]"),
            ("got eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiJ4In0.sig here", "got [redacted] here"),
        ] {
            assert_eq!(redacted(text), left);
        }
    }

    #[test]
    fn sentences_about_secrets_stay() {
        for text in ["client_secret is required", "the token has expired.", "redirect_uris must be an array"] {
            assert_eq!(redacted(text), text);
        }
    }
}
