//! Drives the parser over a file: one tree for each document, and whatever is wrong.
//!
//! After a syntax error, reading goes on at the next line that starts with `---`: such a line ends a document wherever
//! it stands, so that one bad document does not hide the mistakes of the others.

use granit_parser::{Event, Options, Parser};

use super::build::{Builder, Properties, Stop};
use super::limits::Limits;
use super::tree::Node;
use super::words;
use crate::diagnostic::Diagnostic;
use crate::spot::{FileId, Spot};

/// How many syntax errors of one file are reported.
const MAX_SYNTAX_ERRORS: usize = 50;

/// One document of a file.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its top.
    pub(crate) root: Node,
    /// Whether nothing was found wrong in it.
    pub(crate) sound: bool,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The documents that are not empty, as far as they could be read.
    pub(crate) documents: Vec<Document>,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether all documents were read.
    pub(crate) whole: bool,
}

/// Reads all documents of a text.
pub(crate) fn parse(file: FileId, text: &str, limits: &mut Limits) -> Parsed {
    let mut parsed = Parsed { documents: Vec::new(), diagnostics: Vec::new(), whole: true };
    limits.next_file();
    if let Some(diagnostic) = words::control_character(file, text) {
        parsed.diagnostics.push(diagnostic);
        parsed.whole = false;
        return parsed;
    }
    let mut from = 0;
    for _ in 0..MAX_SYNTAX_ERRORS {
        match section(file, text, from, limits, &mut parsed) {
            Ok(()) => break,
            Err(at) => {
                parsed.whole = false;
                let Some(next) = at.and_then(|at| next_document(text, at.max(from + 1))) else { break };
                from = next;
            }
        }
    }
    parsed
}

/// Reads up to the end, or up to the first error: where that is, if reading can go on behind it.
fn section(
    file: FileId,
    text: &str,
    from: usize,
    limits: &mut Limits,
    parsed: &mut Parsed,
) -> Result<(), Option<usize>> {
    let mut options: Options = granit_parser::options! { flow_nesting_limit: 200, block_nesting_limit: 200 };
    options.set_emit_comments(false);
    let parser = Parser::new_from_str_with_options(&text[from..], options);
    let mut builder = Builder::new(file, text, limits);
    for event in parser {
        let (event, span) = match event {
            Ok(pair) => pair,
            Err(error) => {
                let at = from + error.marker().byte_offset().unwrap_or(0);
                let around = words::Around { bracket: builder.open_bracket(), name: builder.pending_name() };
                parsed.diagnostics.append(&mut builder.take_diagnostics());
                parsed.diagnostics.push(words::syntax(file, text, error.kind(), at, &around));
                return Err(Some(at));
            }
        };
        let range = span.byte_range().unwrap_or(0..0);
        let at = builder.spot(from + range.start, from + range.end);
        let tag_at = span
            .tag_start()
            .and_then(|mark| mark.byte_offset())
            .map(|start| builder.spot(from + start, at.start as usize));
        if let Err(stop) = step(&mut builder, event, at, tag_at, parsed) {
            parsed.diagnostics.append(&mut builder.take_diagnostics());
            return Err(match stop {
                Stop::Document => Some(at.start as usize),
                Stop::Load => None,
            });
        }
    }
    Ok(())
}

fn step(
    builder: &mut Builder<'_>,
    event: Event<'_>,
    at: Spot,
    tag_at: Option<Spot>,
    parsed: &mut Parsed,
) -> Result<(), Stop> {
    match event {
        Event::Scalar(text, style, anchor, tag) => {
            builder.scalar(&text, style, Properties { anchor, tag: tag.as_deref(), tag_at }, at)
        }
        Event::SequenceStart(style, anchor, tag) => {
            builder.open(false, style, Properties { anchor, tag: tag.as_deref(), tag_at }, at)
        }
        Event::MappingStart(style, anchor, tag) => {
            builder.open(true, style, Properties { anchor, tag: tag.as_deref(), tag_at }, at)
        }
        Event::SequenceEnd | Event::MappingEnd => builder.close(at),
        Event::Alias(anchor) => builder.alias(anchor, at),
        Event::DocumentEnd => {
            let (root, mut diagnostics) = builder.finish();
            if let Some(root) = root {
                parsed.documents.push(Document { root, sound: diagnostics.is_empty() });
            }
            parsed.diagnostics.append(&mut diagnostics);
            Ok(())
        }
        // The enum is the parser's own and may grow; the other events carry no values.
        _ => Ok(()),
    }
}

/// The first line behind `at` that starts with `---`.
fn next_document(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = at.saturating_sub(1).min(bytes.len());
    loop {
        let line = from + bytes[from..].iter().position(|b| *b == b'\n')? + 1;
        let rest = &bytes[line..];
        if rest.starts_with(b"---") && rest.get(3).is_none_or(u8::is_ascii_whitespace) {
            return Some(line);
        }
        from = line;
    }
}
