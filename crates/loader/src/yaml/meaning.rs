//! What a scalar means, its tag considered.

use granit_parser::Tag;

use super::scalar::{BadNumber, resolve_plain};
use super::tree::Plain;
use crate::diagnostic::Diagnostic;
use crate::spot::Spot;
use crate::suggest::short;

/// What a scalar means, or what is wrong with it.
pub(super) fn meaning(text: &str, bare: bool, tag: Option<(&Tag, Spot)>, at: Spot) -> Result<Plain, Box<Diagnostic>> {
    let Some((tag, tag_at)) = tag else {
        return if bare { resolve_plain(text).map_err(|bad| bad_number(text, bad, at)) } else { Ok(Plain::Text) };
    };
    if tag.core_suffix() == Some("str") || tag.original() == "!" {
        return Ok(Plain::Text);
    }
    let Some(name) = tag.core_suffix() else { return Err(unknown_tag(tag, tag_at)) };
    let resolved = resolve_plain(text).map_err(|bad| bad_number(text, bad, at))?;
    let suits = match (name, &resolved) {
        ("int", Plain::Number(n)) => n.is_i64() || n.is_u64(),
        ("float", Plain::Number(_)) | ("bool", Plain::Bool(_)) | ("null", Plain::Null) => true,
        _ => false,
    };
    if suits {
        return Ok(resolved);
    }
    let message = format!("`{}` does not suit the tag `{}`", short(text), tag.original());
    Err(Box::new(Diagnostic::error("bad-tag", tag_at, message).help("remove the tag")))
}

/// A tag that manifests do not have.
pub(super) fn unknown_tag(tag: &Tag, at: Spot) -> Box<Diagnostic> {
    let message = format!("unknown tag `{}`", short(&tag.original()));
    Box::new(Diagnostic::error("unknown-tag", at, message).help(
        "manifests hold plain values; one from outside is written `${env:NAME}`, `${file:PATH}` or `${var:NAME}`",
    ))
}

fn bad_number(text: &str, bad: BadNumber, at: Spot) -> Box<Diagnostic> {
    let shown = short(text);
    let message = match bad {
        BadNumber::NotFinite => format!("`{shown}` is no finite number"),
        BadNumber::TooBig => format!("the number `{shown}` is too big"),
    };
    Box::new(Diagnostic::error("bad-number", at, message).help("if a text is meant, put it in quotes"))
}
