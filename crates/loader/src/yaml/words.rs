//! Syntax errors in words that help.

use granit_parser::ErrorKind;

use crate::diagnostic::Diagnostic;
use crate::spot::{FileId, Spot};
use crate::suggest::short;

/// The first control character of a text; YAML has none, and other readers treat them in different ways.
pub(super) fn control_character(file: FileId, text: &str) -> Option<Diagnostic> {
    let bad = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let (start, c) = text.char_indices().find(|(_, c)| bad(*c))?;
    let at = Spot { file, start: start as u32, end: (start + c.len_utf8()) as u32 };
    let name = match c {
        '\0' => " (NUL)",
        '\u{7}' => " (BEL)",
        '\u{8}' => " (backspace)",
        '\u{1b}' => " (ESC)",
        '\u{7f}' => " (DEL)",
        _ => "",
    };
    let message = format!("the control character U+{:04X}{name} cannot stand in a manifest", u32::from(c));
    let help = format!("if it is meant, write `\\x{:02x}` in a text in double quotes", u32::from(c));
    let diagnostic = Diagnostic::error("control-character", at, message).label("here");
    Some(if u32::from(c) < 0x100 { diagnostic.help(help) } else { diagnostic })
}

/// A syntax error at a byte. `open` is the bracket that is open there.
pub(super) fn syntax(file: FileId, text: &str, kind: &ErrorKind, at: usize, open: Option<Spot>) -> Diagnostic {
    let start = text.floor_char_boundary(at);
    // At the end of a line or of the text, the last character before it is marked.
    let rest = &text[start..];
    let (start, len) = match rest.chars().next() {
        Some(c) if !matches!(c, '\n' | '\r') => (start, c.len_utf8()),
        _ => (start, 0),
    };
    let spot = Spot { file, start: start as u32, end: (start + len) as u32 };
    let (message, help) = explain(kind, line_of(text, start), rest);
    let mut diagnostic = Diagnostic::error("syntax", spot, message);
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    match open {
        Some(open) if open != spot => diagnostic.related(open, "this bracket is still open"),
        _ => diagnostic,
    }
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// What happened and what to do.
fn explain(kind: &ErrorKind, line: &str, rest: &str) -> (String, Option<String>) {
    let plain = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    let word = || short(rest.split([' ', '\n', ',', ']', '}']).next().unwrap_or_default());
    match kind {
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            plain("a tab is used for indentation", "YAML is indented with spaces only")
        }
        ErrorKind::MappingValueNotAllowed if line.trim_start().starts_with(['-', '?']) || line.matches(": ").count() > 1 => {
            plain("`: ` cannot stand inside a value that is not in quotes", "put the value in quotes")
        }
        ErrorKind::MappingValueNotAllowed => plain(
            "a member cannot start here",
            "either the line is indented further than its neighbours, or `:` on a line above lacks the space behind it",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            plain("`:` is missing behind a name", "a member is written `name: value`; an item of a list starts with `- `")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            plain("the indentation suits no line above", "members of one object start in the same column")
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            plain("an item of a list is expected here", "items start with `- `; a member cannot stand among them")
        }
        ErrorKind::UnknownAnchor => {
            (format!("no `&{}` is defined above", word().trim_start_matches('*')), Some(
                "a text that starts with `*` is put in quotes".to_owned(),
            ))
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            plain(&format!("`{open}` is never closed"), &format!("add the missing `{close}`"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{open}` is closed by `{close}`"), None)
        }
        ErrorKind::MisplacedFlowCollectionEnd => plain("no bracket is open here", "remove it, or put the value in quotes"),
        ErrorKind::InvalidColonPlacement | ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            plain("`,` or the closing bracket is missing before this", "close the bracket, or separate the values with `,`")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar => {
            plain("a text in quotes is never closed", "add the closing quote; in single quotes, `'` itself is written `''`")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => plain(
            "something follows a text in quotes",
            "put the whole value in quotes; inside, `\"` is written `\\\"` and `'` is written `''`",
        ),
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape | ErrorKind::InvalidUnicodeEscape => {
            plain("a text in double quotes has an unknown escape", "write a backslash as `\\\\`, or use single quotes")
        }
        ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::InvalidLowSurrogateHexEscape => {
            ("half of a surrogate pair stands alone; it is no character".to_owned(), None)
        }
        ErrorKind::UnexpectedCharacter { character } => (
            format!("a value cannot start with `{character}`"),
            Some("put the value in quotes".to_owned()),
        ),
        ErrorKind::CommentInterceptedScalar => {
            plain("a comment stands inside a value of several lines", "indent the next line like its neighbours, or use quotes")
        }
        ErrorKind::RecursionLimitExceeded => ("nested too deep".to_owned(), None),
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            plain("the file ends in the middle of a value", "close what is open")
        }
        // The enum is the parser's own and long; what is left is rare.
        other => (format!("not valid YAML: {other}"), None),
    }
}
