//! Diagnostics as text for people: the message, `file:line:column`, the source line with the place marked, the help.
//!
//! Only a window of the file is handed to the renderer, which would otherwise read all of it. Nothing that looks like a
//! secret is shown.

use std::borrow::Cow;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};
use tilewright_core::Severity;

use crate::diagnostic::Diagnostic;
use crate::sources::Sources;
use crate::spot::Spot;

/// Lines longer than this are cut to a window around the mark, in bytes; the renderer cuts to the width of a terminal.
const WINDOW: usize = 2000;

/// A part of a line and the mark in it.
struct Excerpt {
    file: String,
    line: usize,
    text: String,
    mark: std::ops::Range<usize>,
    /// How many characters of the line are cut before the text.
    cut: usize,
}

impl Sources {
    /// Renders a diagnostic; `colour` adds terminal colours.
    #[must_use]
    pub fn render(&self, diagnostic: &Diagnostic, colour: bool) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let message = normalize_untrusted_str(&diagnostic.message);
        let mut group = Group::with_title(level.primary_title(message).id(diagnostic.code));
        let mut moved = Vec::new();
        let mut marks = vec![(diagnostic.spot, diagnostic.label.as_str(), AnnotationKind::Primary)];
        marks.extend(diagnostic.related.iter().map(|(s, remark)| (*s, remark.as_str(), AnnotationKind::Context)));
        for (spot, label, kind) in marks {
            let excerpt = self.was_read(spot.file).then(|| self.excerpt(spot, diagnostic.sensitive));
            group = self.mark(group, spot, excerpt, &normalize_untrusted_str(label), kind, &mut moved);
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let text = renderer.decor_style(DecorStyle::Ascii).render(&[group]);
        // The renderer counts columns in what it is given, which is not the whole of a long line.
        moved.iter().fold(text, |text, (shown, meant)| text.replacen(shown, meant, 1))
    }

    fn mark<'a>(
        &self,
        group: Group<'a>,
        spot: Spot,
        excerpt: Option<Excerpt>,
        label: &str,
        kind: AnnotationKind,
        moved: &mut Vec<(String, String)>,
    ) -> Group<'a> {
        let Some(excerpt) = excerpt else {
            return group.element(Origin::path(normalize_untrusted_str(self.file_name(spot.file))));
        };
        let label: Option<Cow<'a, str>> = (!label.is_empty()).then(|| label.to_owned().into());
        if excerpt.cut > 0 {
            let column = 1 + excerpt.text[..excerpt.mark.start].chars().count();
            let at = |column: usize| format!("{}:{}:{column}", excerpt.file, excerpt.line);
            moved.push((at(column), at(column + excerpt.cut)));
        }
        let annotation = kind.span(excerpt.mark).label(label);
        group.element(Snippet::source(excerpt.text).line_start(excerpt.line).path(excerpt.file).annotation(annotation))
    }

    /// The line of a spot, or a window of it. Both ends of the mark are at character boundaries inside the text.
    /// With `alone`, nothing but the mark is shown of it.
    fn excerpt(&self, spot: Spot, alone: bool) -> Excerpt {
        let starts = self.line_starts(spot.file);
        let index = self.line_index(spot.file, spot.start);
        let text = self.text(spot.file);
        let line_start = starts[index] as usize;
        let line_end = starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        let line = text[line_start..line_end].trim_end_matches(['\n', '\r']);
        let start = (spot.start as usize - line_start).min(line.len());
        let end = (spot.end as usize).saturating_sub(line_start).clamp(start, line.len());
        let hidden = if alone { mask_around(line, start..end).into() } else { mask(line) };
        let (from, to) = if line.len() <= WINDOW {
            (0, line.len())
        } else {
            let from = line.floor_char_boundary(start.saturating_sub(WINDOW / 4));
            (from, line.ceil_char_boundary((from + WINDOW).min(line.len())))
        };
        let (start, end) = (line.floor_char_boundary(start), line.floor_char_boundary(end.min(to)));
        Excerpt {
            file: normalize_untrusted_str(self.file_name(spot.file)),
            line: index + 1,
            text: hidden[from..to].to_owned(),
            mark: start - from..end.max(start) - from,
            cut: line[..from].chars().count(),
        }
    }
}

/// Puts `*` in the place of all but white space and what is marked. Keeps the length in bytes.
fn mask_around(line: &str, mark: std::ops::Range<usize>) -> String {
    let hide = |(at, c): (usize, char)| {
        if mark.contains(&at) || c.is_whitespace() { c.to_string() } else { "*".repeat(c.len_utf8()) }
    };
    line.char_indices().map(hide).collect()
}

/// Puts `*` in the place of what stands behind a name that sounds like a secret, unless it is a reference.
/// Keeps the length, and every character boundary outside of what it hides.
fn mask(line: &str) -> Cow<'_, str> {
    let lower = line.to_ascii_lowercase();
    let mut cut = None;
    for word in ["secret", "password", "passphrase", "access_token", "private_key", "api_key", "secret_key"] {
        for (at, _) in lower.match_indices(word) {
            let rest = &lower[at + word.len()..];
            let name = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            // A letter or two more is a slip of the pen; more is another word.
            if name > 2 {
                continue;
            }
            let behind = rest[name..].trim_start_matches(['"', '\'']).trim_start();
            let Some(value) = behind.strip_prefix(':') else { continue };
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            if !value.is_empty() && !value.starts_with("${") {
                let from = line.len() - value.len();
                cut = Some(cut.map_or(from, |c: usize| c.min(from)));
            }
        }
    }
    match cut {
        None => Cow::Borrowed(line),
        Some(cut) => Cow::Owned(format!("{}{}", &line[..cut], "*".repeat(line.len() - cut))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> (Sources, crate::FileId) {
        let mut sources = Sources::default();
        let file = sources.add_file("a.yaml".to_owned(), text.to_owned());
        (sources, file)
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("a: {}ü!{}", "x".repeat(5000), "y".repeat(5000));
        let (sources, file) = source(&text);
        let diagnostic = Diagnostic::error("x", Spot { file, start: 5003, end: 5005 }, "bad").label("here");
        let shown = sources.render(&diagnostic, false);
        assert!(shown.contains("a.yaml:1:5004"), "{shown}");
        assert!(shown.len() < 2000, "{shown}");
    }

    #[test]
    fn a_secret_in_the_line_is_not_shown() {
        let (sources, file) = source("client_secret: hunter2hunter2\n");
        let diagnostic = Diagnostic::error("x", Spot { file, start: 0, end: 13 }, "bad");
        let shown = sources.render(&diagnostic, false);
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(mask("  client_secret: ${env:A}").contains("${env:A}"));
        assert!(mask("{\"clientSecret\": \"abc\", x: 1}").ends_with("*"));
        assert_eq!(mask("method: client_secret_basic"), "method: client_secret_basic");
    }

    #[test]
    fn odd_spots_do_not_panic() {
        let text = "ä: ö\r\n\r\nb: 1";
        let (sources, file) = source(text);
        for start in 0..=text.len() as u32 {
            for end in start..=text.len() as u32 {
                if text.is_char_boundary(start as usize) {
                    let _ = sources.render(&Diagnostic::error("x", Spot { file, start, end }, "bad"), false);
                }
            }
        }
    }
}
