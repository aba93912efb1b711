//! `validate`: loads and checks the manifests. Needs no network and no credentials.

use tilewright_core::Backend;
use tilewright_loader::DiagnosticReport;
use tilewright_mosaic::Mosaic;

use crate::args::{Format, Global, ValidateArgs};
use crate::environment::Setting;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::manifests::{Checked, check};
use crate::render::{self, BOLD, ValidationReport, counted, paint};

pub(crate) fn validate(global: &Global, args: &ValidateArgs) -> Result<Exit, CommandError> {
    let mosaic = Mosaic::new();
    let setting = Setting::find(global, &args.paths)?;
    let layers = setting.layers(args.environment.as_deref())?;
    let mut all: Vec<Checked> = Vec::new();
    for layer in &layers {
        all.push(check(layer, mosaic.catalog()));
    }
    if setting.names_paths() && all.iter().all(Checked::is_empty) {
        return Err(setting.nothing_in_paths());
    }
    // Environments share most files; what is wrong in one place is said once.
    let mut reports: Vec<DiagnosticReport> = Vec::new();
    let mut text = String::new();
    for checked in &all {
        for (report, rendered) in checked.rendered() {
            if !reports.contains(&report) {
                reports.push(report);
                text.push_str(&rendered);
                text.push_str("\n\n");
            }
        }
    }
    let errors = reports.iter().filter(|r| r.severity == "error").count();
    let resources = all.iter().map(|c| c.loaded.desired.resources.len()).max().unwrap_or_default();
    let names: Vec<&str> = layers.iter().map(|l| l.environment.as_str()).collect();
    let headline = headline(errors, reports.len() - errors, resources, &names);
    match global.format {
        Format::Text => super::print(&format!("{text}{}\n", paint(BOLD, &headline))),
        Format::Json => {
            let report = ValidationReport { format_version: 1, valid: errors == 0, resources, diagnostics: reports };
            super::print(&render::to_text(&report));
        }
        Format::Markdown => super::print(&render::validation_markdown(&headline, &reports)),
    }
    Ok(if errors == 0 { Exit::Done } else { Exit::Invalid })
}

fn headline(errors: usize, warnings: usize, resources: usize, names: &[&str]) -> String {
    let warned = if warnings == 0 { String::new() } else { format!(", {}", counted(warnings, "warning")) };
    let of = match names {
        [] | [""] => String::new(),
        [one] => format!(" for {one}"),
        several => format!(" for {}", several.join(", ")),
    };
    if errors > 0 {
        format!("Invalid: {}{warned}.", counted(errors, "error"))
    } else if resources == 0 {
        format!("No manifest was found{of}{warned}.")
    } else {
        format!("Valid: {}{of}{warned}.", counted(resources, "resource"))
    }
}
