//! References to values from outside: `${env:NAME}`, `${file:PATH}` and `${var:NAME}` in the values of scalars, resolved
//! after the YAML is parsed, never as text. `$${` stands for `${`.
//!
//! A scalar without quotes that is one reference and nothing else takes the type of what it stands for: a variable its
//! own, the text of an environment variable or a file what YAML would read it as. With quotes, or with text around it,
//! it is a text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::files::{Unreadable, read_text};
use crate::sources::Sources;
use crate::spot::Spot;
use crate::suggest::{all_of, question, short};
use crate::yaml::{Content, Node, Origin, Plain, Scalar, Undecodable, resolve_plain};

/// What references can stand for.
pub(crate) struct Outside<'a> {
    /// The variables of the environment; `None` in the project file, which states them.
    pub(crate) variables: Option<&'a BTreeMap<String, Json>>,
    /// Reads an environment variable.
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
    /// Knows the files in which the references stand.
    pub(crate) sources: &'a Sources,
    /// The members of `metadata` that hold no references.
    pub(crate) literal: &'a BTreeSet<&'a str>,
}

/// A piece of a scalar's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// `$${`.
    Escape,
    /// `${scheme:name}`; what is between the braces.
    Reference(&'a str),
    /// `${` that is never closed; from there on.
    Open(&'a str),
}

/// Takes a text apart.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let escaped = rest[..at].ends_with('$');
        let before = &rest[..if escaped { at - 1 } else { at }];
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        let behind = &rest[at + 2..];
        if escaped {
            pieces.push(Piece::Escape);
            rest = behind;
        } else if let Some(end) = behind.find('}') {
            pieces.push(Piece::Reference(&behind[..end]));
            rest = &behind[end + 1..];
        } else {
            pieces.push(Piece::Open(&rest[at..]));
            return pieces;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Whether a text has a reference or an escape in it.
pub(crate) fn has_reference(text: &str) -> bool {
    text.contains("${")
}

impl Outside<'_> {
    /// Resolves every reference of a document, other than in its header.
    pub(crate) fn resolve_document(&self, root: &mut Node, found: &mut Vec<Diagnostic>) {
        let Content::Map(members) = &mut root.content else { return };
        for member in members {
            match (member.name.as_str(), &mut member.value.content) {
                ("apiVersion" | "kind", _) => {}
                ("metadata", Content::Map(members)) => {
                    let others = members.iter_mut().filter(|m| !self.literal.contains(m.name.as_str()));
                    for member in others {
                        self.resolve(&mut member.value, found);
                        if !matches!(member.name.as_str(), "protect" | "default") {
                            as_texts(&mut member.value);
                        }
                    }
                }
                _ => self.resolve(&mut member.value, found),
            }
        }
    }

    /// Resolves every reference in the values of a tree.
    pub(crate) fn resolve(&self, node: &mut Node, found: &mut Vec<Diagnostic>) {
        let at = node.at;
        match &mut node.content {
            Content::Scalar(scalar) => {
                if has_reference(&scalar.text) {
                    self.scalar(scalar, at, found);
                }
            }
            Content::List(items) => items.iter_mut().for_each(|item| self.resolve(item, found)),
            Content::Map(members) => members.iter_mut().for_each(|m| self.resolve(&mut m.value, found)),
        }
    }

    fn scalar(&self, scalar: &mut Scalar, at: Spot, found: &mut Vec<Diagnostic>) {
        let text = std::mem::take(&mut scalar.text);
        let pieces = pieces(&text);
        if let ([Piece::Reference(inside)], true) = (pieces.as_slice(), scalar.bare) {
            match self.look_up(inside, at) {
                Ok(value) => *scalar = typed(value),
                Err(wrong) => {
                    found.push(wrong.at(at));
                    *scalar = Scalar { plain: Plain::Reported, ..Scalar::text(text) };
                }
            }
            return;
        }
        scalar.plain = Plain::Text;
        for piece in pieces {
            if let Err(wrong) = self.append(scalar, piece, at) {
                found.push(wrong.at(at));
                scalar.plain = Plain::Reported;
            }
        }
    }

    /// Appends what a piece stands for.
    fn append(&self, scalar: &mut Scalar, piece: Piece<'_>, at: Spot) -> Result<(), Wrong> {
        match piece {
            Piece::Text(text) => scalar.text.push_str(text),
            Piece::Escape => scalar.text.push_str("${"),
            Piece::Reference(inside) => match self.look_up(inside, at)? {
                Found::Text(text) => {
                    scalar.origin = Origin::Outside;
                    scalar.text.push_str(&text);
                }
                Found::Variable(value) => {
                    if scalar.origin == Origin::Written {
                        scalar.origin = Origin::Variable;
                    }
                    match value {
                        Json::String(text) => scalar.text.push_str(&text),
                        other => scalar.text.push_str(&other.to_string()),
                    }
                }
            },
            Piece::Open(rest) => {
                return Err(Wrong::form(
                    format!("`{}` is never closed", short(rest)),
                    "write `${env:NAME}`, or `$${` for a literal `${`",
                ));
            }
        }
        Ok(())
    }

    fn look_up(&self, inside: &str, at: Spot) -> Result<Found, Wrong> {
        let Some((scheme, name)) = inside.split_once(':') else {
            return Err(Wrong::form(
                format!("`${{{}}}` does not say where the value comes from", short(inside)),
                "write `${env:NAME}`, `${file:PATH}` or `${var:NAME}`, or `$${` for a literal `${`",
            ));
        };
        let empty = name.trim().is_empty();
        match scheme {
            "env" | "file" | "var" if empty => Err(Wrong::form(
                format!("`${{{}}}` names nothing", short(inside)),
                format!("write `${{{scheme}:NAME}}`"),
            )),
            "env" => self.env(name).map(Found::Text),
            "file" => self.file(name, at).map(Found::Text),
            "var" => self.variable(name).map(Found::Variable),
            other => Err(Wrong::form(
                format!("unknown source `{}`{}", short(other), question(other, ["env", "file", "var"])),
                "known are `${env:NAME}`, `${file:PATH}` and `${var:NAME}`; `$${` stands for a literal `${`",
            )),
        }
    }

    fn env(&self, name: &str) -> Result<String, Wrong> {
        (self.env)(name).ok_or_else(|| {
            Wrong::unresolved(
                format!("the environment variable `{}` is not set", short(name)),
                "set it where tilewright runs, for example in the secrets of the CI job",
            )
        })
    }

    fn variable(&self, name: &str) -> Result<Json, Wrong> {
        let Some(variables) = self.variables else {
            return Err(Wrong::form(
                "the project file cannot use variables".to_owned(),
                "variables are for manifests; here, write `${env:NAME}` or `${file:PATH}`",
            ));
        };
        variables.get(name).cloned().ok_or_else(|| {
            let names = || variables.keys().map(String::as_str);
            let help = if variables.is_empty() {
                "the environment has no variables; add it to `variables` in the project file".to_owned()
            } else {
                format!("the environment has {}; add others to `variables` in the project file", all_of(names()))
            };
            Wrong::unresolved(format!("unknown variable `{}`{}", short(name), question(name, names())), help)
        })
    }

    fn file(&self, name: &str, at: Spot) -> Result<String, Wrong> {
        let beside = Path::new(self.sources.file_name(at.file)).parent().unwrap_or(Path::new(""));
        let path = beside.join(name);
        let mut text = read_text(&path).map_err(|unreadable| {
            let why = match unreadable {
                Unreadable::System(why) => why,
                Unreadable::Text(Undecodable::TooLong) => "it is longer than a manifest may be".to_owned(),
                Unreadable::Text(Undecodable::Encoding(encoding)) => format!("it is {encoding}, not UTF-8"),
                Unreadable::Text(Undecodable::Byte { .. }) => "it is not UTF-8".to_owned(),
            };
            Wrong::unresolved(
                format!("the file `{}` cannot be used: {why}", short(name)),
                format!("the path is relative to the file that names it, so this is `{}`", path.display()),
            )
        })?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Ok(text)
    }
}

/// Why a reference cannot be resolved.
struct Wrong {
    code: &'static str,
    message: String,
    help: String,
}

impl Wrong {
    fn form(message: String, help: impl Into<String>) -> Self {
        Self { code: "bad-reference", message, help: help.into() }
    }

    fn unresolved(message: String, help: impl Into<String>) -> Self {
        Self { code: "unresolved-reference", message, help: help.into() }
    }

    fn at(self, at: Spot) -> Diagnostic {
        Diagnostic::error(self.code, at, self.message).help(self.help)
    }
}

/// What comes from outside is a text first of all; this makes it one where only texts are wanted.
fn as_texts(node: &mut Node) {
    match &mut node.content {
        Content::Scalar(scalar) if scalar.is_hidden() && scalar.plain != Plain::Reported => scalar.plain = Plain::Text,
        Content::Scalar(_) => {}
        Content::List(items) => items.iter_mut().for_each(as_texts),
        Content::Map(members) => members.iter_mut().for_each(|m| as_texts(&mut m.value)),
    }
}

/// What a reference stands for.
enum Found {
    /// The text of an environment variable or of a file.
    Text(String),
    /// A variable.
    Variable(Json),
}

/// The scalar that a bare reference becomes.
fn typed(found: Found) -> Scalar {
    match found {
        Found::Text(text) => {
            // An empty variable is an empty text: nothing from outside can say null.
            let plain = match resolve_plain(&text) {
                Ok(Plain::Null) | Err(_) => Plain::Text,
                Ok(plain) => plain,
            };
            Scalar { text, bare: true, plain, origin: Origin::Outside }
        }
        Found::Variable(Json::String(text)) => Scalar { bare: true, origin: Origin::Variable, ..Scalar::text(text) },
        Found::Variable(other) => {
            let text = other.to_string();
            let plain = match other {
                Json::Bool(b) => Plain::Bool(b),
                Json::Number(n) => Plain::Number(n),
                // The project file takes scalars only.
                Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => Plain::Text,
            };
            Scalar { text, bare: true, plain, origin: Origin::Variable }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        assert_eq!(pieces("a${env:B}c"), [Piece::Text("a"), Piece::Reference("env:B"), Piece::Text("c")]);
        assert_eq!(pieces("$${x}"), [Piece::Escape, Piece::Text("x}")]);
        assert_eq!(pieces("${x"), [Piece::Open("${x")]);
        assert_eq!(pieces("$$"), [Piece::Text("$$")]);
    }
}
