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
    let cut = line.match_indices(':').filter(|(at, _)| sounds_secret(name_before(&line[..*at]))).find_map(|(at, _)| {
        let value = line[at + 1..].trim_start().trim_start_matches(['"', '\'']);
        // A reference that is not closed is the value itself, written in the wrong way.
        let reference = value.starts_with("${") && value.contains('}');
        (!value.is_empty() && !reference).then(|| line.len() - value.len())
    });
    match cut {
        None => Cow::Borrowed(line),
        Some(cut) => Cow::Owned(format!("{}{}", &line[..cut], "*".repeat(line.len() - cut))),
    }
}

/// The name that ends a text, without quotes.
fn name_before(text: &str) -> &str {
    let text = text.trim_end().trim_end_matches(['"', '\'']);
    let start = text.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}

/// Names of secrets, in project files and elsewhere.
const SECRETS: [&str; 8] =
    ["secret", "client_secret", "password", "passphrase", "access_token", "private_key", "api_key", "secret_key"];

/// Whether a name is, ends like, or is a slip of the pen away from, that of a secret.
fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    SECRETS.iter().any(|secret| {
        let slip = secret.len() > 6 && strsim::damerau_levenshtein(&name, secret) <= 2;
        let ends_so = name.rfind(secret).is_some_and(|at| name.len() - at - secret.len() <= 2);
        slip || ends_so
    })
}
