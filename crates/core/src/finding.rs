//! Findings: what is wrong with manifests, as data. Whoever knows the files gives them a position.

use crate::path::FieldPath;

/// The n-th document of what was loaded. The loader gives the numbers and knows the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub usize);

/// Which part of a member is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its name.
    Key,
    /// Its value.
    Value,
}

/// A place in a document: `path` starts at the document's top, for example `spec.redirect_uris[0]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// From the document's top. A path that is not in the document stands for its nearest ancestor.
    pub path: FieldPath,
    /// The name or the value at that path.
    pub part: Part,
}

impl Place {
    /// The value at `path`.
    #[must_use]
    pub fn value(document: DocumentId, path: FieldPath) -> Self {
        Self { document, path, part: Part::Value }
    }

    /// The member name at `path`.
    #[must_use]
    pub fn key(document: DocumentId, path: FieldPath) -> Self {
        Self { document, path, part: Part::Key }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing goes on.
    Error,
    /// Goes on, but a person should look.
    Warning,
}

/// One thing that is wrong, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable word for the sort of finding, such as `unknown-field`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What happened: a lowercase fragment without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What stands under the marked place, such as what was expected. May be empty.
    pub label: String,
    /// Other places that matter, each with its remark.
    pub related: Vec<(Place, String)>,
    /// What to do.
    pub help: Option<String>,
    /// What stands around the place must not be shown.
    pub sensitive: bool,
}

impl Finding {
    /// An error at a place, with no label, related places or help yet.
    #[must_use]
    pub fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place,
            label: String::new(),
            related: Vec::new(),
            help: None,
            sensitive: false,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds what stands under the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says that what stands around the place must not be shown.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, place: Place, remark: impl Into<String>) -> Self {
        self.related.push((place, remark.into()));
        self
    }
}
