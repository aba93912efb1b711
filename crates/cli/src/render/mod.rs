//! The same values as text for people, JSON for machines and Markdown for pull requests.

mod apply;
mod json;
mod markdown;
mod plan;
mod values;
mod words;

pub(crate) use apply::report_text;
pub(crate) use json::{AppliedReport, PlannedReport, ValidationReport, error_report, schemas, to_text};
pub(crate) use markdown::{applied_markdown, error_markdown, plan_markdown, validation_markdown};
pub(crate) use plan::plan_text;
pub(crate) use values::one_line;
pub(crate) use words::{counted, summary};

use anstyle::{AnsiColor, Style};

/// Something is added.
pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
/// Something is taken away.
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
/// Something changes.
pub(crate) const CHANGED: Style = AnsiColor::Yellow.on_default();
/// Something is bound.
pub(crate) const ADOPTED: Style = AnsiColor::Cyan.on_default();
/// Asides.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();

/// A text in a style; the printing stream takes the style away where nobody wants it.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
