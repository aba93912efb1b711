//! Diagnostics: what is wrong, at a spot in a file. [`crate::Sources`] renders them.

use schemars::JsonSchema;
use serde::Serialize;
use tilewright_core::Severity;

use crate::spot::Spot;

/// One thing that is wrong, where, why, and what to do. The same as [`tilewright_core::Finding`], with places in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable word for the sort of diagnostic, such as `unknown-field`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What happened: a lowercase fragment without a full stop.
    pub message: String,
    /// Where.
    pub spot: Spot,
    /// What stands under the marked place. May be empty.
    pub label: String,
    /// Other spots that matter, each with its remark.
    pub related: Vec<(Spot, String)>,
    /// What to do.
    pub help: Option<String>,
    /// What stands around the place is not shown.
    pub sensitive: bool,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, spot: Spot, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            spot,
            label: String::new(),
            related: Vec::new(),
            help: None,
            sensitive: false,
        }
    }

    pub(crate) fn warning(code: &'static str, spot: Spot, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, spot, message) }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(mut self, spot: Spot, remark: impl Into<String>) -> Self {
        self.related.push((spot, remark.into()));
        self
    }

    /// Whether it ends the run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A spot as people and editors count: lines and columns from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Location {
    /// The file, as it was named or found.
    pub file: String,
    /// The first line; `None` for a file that could not be read.
    pub line: Option<usize>,
    /// The first column.
    pub column: Option<usize>,
    /// The last line.
    pub end_line: Option<usize>,
    /// The column behind the last character.
    pub end_column: Option<usize>,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, ":{line}:{column}"),
            _ => Ok(()),
        }
    }
}

/// A diagnostic for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiagnosticReport {
    /// A stable word for the sort of diagnostic.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What happened.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub location: Location,
    /// What stands under the marked place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Other places that matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedReport>,
}

/// Another place that matters, for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RelatedReport {
    /// Why it matters.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub location: Location,
}
