//! Syntax errors in words that help.

use granit_parser::ErrorKind;

use super::limits::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::spot::{FileId, Spot};
use crate::suggest::short;

/// The first control character of a text; YAML has none, and other readers treat them in different ways.
pub(super) fn control_character(file: FileId, text: &str) -> Option<Diagnostic> {
    let bad = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
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

/// What is being read where a syntax error is.
pub(super) struct Around {
    /// The bracket that is open.
    pub(super) bracket: Option<Spot>,
    /// The name whose value is being read.
    pub(super) name: Option<Spot>,
}

/// A syntax error at a byte.
pub(super) fn syntax(file: FileId, text: &str, kind: &ErrorKind, at: usize, around: &Around) -> Diagnostic {
    let start = text.floor_char_boundary(at);
    if let Some(diagnostic) = missing_space(file, text, kind, start) {
        return diagnostic;
    }
    let line = Line::around(text, start);
    let (start, end) = mark(&line, kind, start);
    let spot = Spot { file, start: start as u32, end: end as u32 };
    let (message, help) = explain(kind, &line, &text[start..]);
    let code = if *kind == ErrorKind::RecursionLimitExceeded { "too-deep" } else { "syntax" };
    let mut diagnostic = Diagnostic::error(code, spot, message);
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    if let (ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent, Some(name)) = (kind, around.name) {
        let opens = Diagnostic { spot: name, ..diagnostic };
        return opens.label("the text behind this name").related(spot, "reading stopped here");
    }
    match around.bracket {
        Some(open) if open != spot => diagnostic.related(open, "this bracket is still open"),
        _ => diagnostic,
    }
}

/// The line of an error.
struct Line<'a> {
    text: &'a str,
    start: usize,
    /// What stands on it before the error.
    before: &'a str,
}

impl<'a> Line<'a> {
    fn around(text: &'a str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        Self { text: text[start..].lines().next().unwrap_or_default(), start, before: &text[start..at] }
    }

    /// Where its first word starts.
    fn first_word(&self) -> usize {
        self.start + self.text.len() - self.text.trim_start().len()
    }
}

/// Which bytes are marked.
fn mark(line: &Line<'_>, kind: &ErrorKind, at: usize) -> (usize, usize) {
    let column = at - line.start;
    let rest = line.text.get(column..).unwrap_or_default();
    match kind {
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            match line.text.find('\t') {
                Some(tab) => (line.start + tab, line.start + tab + 1),
                None => (at, at),
            }
        }
        ErrorKind::UnknownAnchor => {
            (at, at + rest.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(rest.len()))
        }
        ErrorKind::MappingValueNotAllowed if !line.before.contains(": ") => (line.first_word(), at),
        // At the end of a line there is nothing to mark.
        _ => (at, at + rest.chars().next().map_or(0, char::len_utf8)),
    }
}

/// `name:value` without a space is a text, which only the next line makes a mistake.
fn missing_space(file: FileId, text: &str, kind: &ErrorKind, at: usize) -> Option<Diagnostic> {
    if !matches!(kind, ErrorKind::MappingValueNotAllowed | ErrorKind::SimpleKeyExpected) {
        return None;
    }
    let line = Line::around(text, at);
    let above = text[..line.start].trim_end();
    // The word itself where the parser stops at it, else the line above.
    let candidates = [line.start + line.text.len(), above.len()];
    candidates.into_iter().find_map(|end| {
        let start = text[..end].rfind('\n').map_or(0, |n| n + 1);
        let written = text[start..end].trim_start_matches(['-', ' ']);
        let name = written.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let value = written[name..].strip_prefix(':')?;
        if name == 0 || value.is_empty() || value.starts_with([' ', '/', '\t']) || written[name..].contains(": ") {
            return None;
        }
        let colon = end - written.len() + name;
        let spot = Spot { file, start: colon as u32, end: colon as u32 + 1 };
        let message = format!("a space is missing behind `{}:`", short(&written[..name]));
        let help = format!("write `{}: …`; without the space it is a text", short(&written[..name]));
        Some(Diagnostic::error("syntax", spot, message).help(help))
    })
}

/// What happened and what to do.
fn explain(kind: &ErrorKind, line: &Line<'_>, rest: &str) -> (String, Option<String>) {
    let plain = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    let word = || short(rest.split([' ', '\n', ',', ']', '}']).next().unwrap_or_default());
    match kind {
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation | ErrorKind::TabNotAllowed => {
            plain("a tab is used for indentation", "YAML is indented with spaces only")
        }
        ErrorKind::MappingValueNotAllowed if line.before.contains(": ") => {
            plain("`: ` cannot stand inside a value that is not in quotes", "put the value in quotes")
        }
        ErrorKind::MappingValueNotAllowed => plain(
            "a member cannot start here",
            "members of one object start in the same column; this line is indented further than the one above",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => plain(
            "`:` is missing behind a name",
            "a member is written `name: value`; an item of a list starts with `- `",
        ),
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            plain("the indentation suits no line above", "members of one object start in the same column")
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            plain("an item of a list is expected here", "items start with `- `; a member cannot stand among them")
        }
        ErrorKind::UnknownAnchor => (
            format!("no `&{}` is defined above", word().trim_start_matches('*')),
            Some("a text that starts with `*` is put in quotes".to_owned()),
        ),
        ErrorKind::CommentInterceptedScalar => plain(
            "a comment stands inside a value of several lines",
            "indent the next line like its neighbours, or use quotes",
        ),
        ErrorKind::RecursionLimitExceeded => (format!("nested more than {MAX_DEPTH} levels deep"), None),
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            plain("the file ends in the middle of a value", "close what is open")
        }
        other => explain_marks(other),
    }
}

/// What is wrong with brackets and quotes.
fn explain_marks(kind: &ErrorKind) -> (String, Option<String>) {
    let plain = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    match kind {
        ErrorKind::UnclosedFlowCollection { open } => {
            let close = if *open == '[' { ']' } else { '}' };
            plain(&format!("`{open}` is never closed"), &format!("add the missing `{close}`"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => (format!("`{open}` is closed by `{close}`"), None),
        ErrorKind::MisplacedFlowCollectionEnd => {
            plain("no bracket is open here", "remove it, or put the value in quotes")
        }
        ErrorKind::InvalidColonPlacement
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => plain(
            "`,` or the closing bracket is missing before this",
            "close the bracket, or separate the values with `,`",
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => plain(
            "a text in quotes is never closed",
            "add the closing quote; in single quotes, `'` itself is written `''`",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => plain(
            "something follows a text in quotes",
            "put the whole value in quotes; inside, `\"` is written `\\\"` and `'` is written `''`",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => {
            plain("a text in double quotes has an unknown escape", "write a backslash as `\\\\`, or use single quotes")
        }
        ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::InvalidLowSurrogateHexEscape => {
            ("half of a surrogate pair stands alone; it is no character".to_owned(), None)
        }
        ErrorKind::UnexpectedCharacter { character } => {
            (format!("a value cannot start with `{character}`"), Some("put the value in quotes".to_owned()))
        }
        // The enum is the parser's own and long; what is left is rare.
        other => (format!("not valid YAML: {other}"), None),
    }
}
