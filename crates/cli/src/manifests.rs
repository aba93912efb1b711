//! Loads manifests and checks them across files; what is wrong is rendered once.

use std::io::Write;

use tilewright_core::{Catalog, DesiredState, Finding, validate};
use tilewright_loader::{Diagnostic, DiagnosticReport, LoadRequest, Loaded, load};

use crate::environment::Layer;
use crate::error::{CommandError, Details};
use crate::exit::Exit;
use crate::render::counted;

/// Findings that say that something is not there.
const ABSENCES: [&str; 3] = ["unknown-parent", "unknown-reference", "no-default"];

/// Manifests as they were found, with everything that is wrong.
pub(crate) struct Checked {
    pub(crate) loaded: Loaded,
    findings: Vec<Diagnostic>,
}

/// Loads the manifests of a layer and checks them.
pub(crate) fn check(layer: &Layer, catalog: &Catalog) -> Checked {
    let loaded = load(
        &LoadRequest {
            paths: &layer.paths,
            overlays: &layer.overlays,
            skip: &layer.skip,
            partial: layer.partial,
            variables: &layer.variables,
            env: &|name| std::env::var(name).ok(),
        },
        catalog,
    );
    let mut findings = loaded.diagnostics.clone();
    // A document with errors is only looked at by others, and what could not be read may be what a reference lacks.
    let sound = |finding: &Finding| {
        let blames_absence = ABSENCES.contains(&finding.code);
        !loaded.faulty.contains(&finding.place.document) && (loaded.whole || !blames_absence)
    };
    let between: Vec<Finding> = validate(&loaded.desired, catalog).into_iter().filter(sound).collect();
    findings.extend(loaded.place(&between));
    loaded.sources.sort(&mut findings);
    Checked { loaded, findings }
}

impl Checked {
    /// Each finding for machines and for people.
    pub(crate) fn rendered(&self) -> Vec<(DiagnosticReport, String)> {
        let sources = &self.loaded.sources;
        self.findings.iter().map(|d| (sources.report(d), sources.render(d, true))).collect()
    }

    /// Prints warnings to standard error; errors are for [`Self::into_desired`].
    pub(crate) fn warn(&self) {
        if self.findings.iter().any(Diagnostic::is_error) {
            return;
        }
        let mut err = anstream::stderr().lock();
        for (_, text) in self.rendered() {
            let _ = writeln!(err, "{text}\n");
        }
    }

    /// Whether paths were named and nothing was found in them.
    pub(crate) fn is_empty(&self) -> bool {
        self.loaded.desired.resources.is_empty() && self.findings.is_empty()
    }

    /// The desired state, if nothing is wrong with it.
    pub(crate) fn into_desired(self) -> Result<DesiredState, CommandError> {
        let errors = self.findings.iter().filter(|d| d.is_error()).count();
        if errors == 0 {
            return Ok(self.loaded.desired);
        }
        let (reports, texts): (Vec<_>, Vec<_>) = self.rendered().into_iter().unzip();
        let message = format!("the manifests have {}; nothing was sent", counted(errors, "error"));
        Err(CommandError::new(Exit::Invalid, message)
            .details(Details::Diagnostics { text: texts.join("\n\n"), reports }))
    }
}
