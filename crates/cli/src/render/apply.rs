//! What an apply did, for people.

use std::fmt::Write;

use tilewright_core::RemoteId;
use tilewright_engine::{Convergence, Finding, Moved, Report, StepOutcome, StepReport};

use super::values::{inline, one_line, visible};
use super::words::counted;
use super::{ADDED, BOLD, CHANGED, DIM, REMOVED, paint};

/// The report as text, with styles.
pub(crate) fn report_text(report: &Report) -> String {
    let mut out = String::new();
    if !report.steps.is_empty() {
        out.push_str(&paint(BOLD, "Applied"));
        out.push('\n');
    }
    for step in &report.steps {
        step_text(&mut out, step);
    }
    for sentence in sentences(report) {
        let _ = writeln!(out, "{}", one_line(&sentence));
    }
    let _ = writeln!(out, "{}", paint(BOLD, &verdict(report)));
    out
}

fn step_text(out: &mut String, step: &StepReport) {
    let (style, sign) = match step.outcome {
        StepOutcome::Done => (ADDED, "✓"),
        StepOutcome::Failed { .. } | StepOutcome::Unknown { .. } => (REMOVED, "✗"),
        StepOutcome::Stale { .. } | StepOutcome::Skipped { .. } | StepOutcome::NotRun => (CHANGED, "·"),
    };
    let id =
        step.id.as_ref().map(RemoteId::as_str).map(|id| format!(" {}", paint(DIM, &one_line(id)))).unwrap_or_default();
    let outcome = one_line(&outcome(&step.outcome));
    let outcome =
        if step.outcome == StepOutcome::Done { String::new() } else { format!("  {}", paint(style, &outcome)) };
    let _ = writeln!(out, "  {} {:>3}. {} {}{id}{outcome}", paint(style, sign), step.step, step.verb, step.address);
    for finding in &step.findings {
        let text = one_line(&finding_text(step, finding));
        let text = if finding.is_failure() { paint(REMOVED, &format!("! {text}")) } else { paint(DIM, &text) };
        let _ = writeln!(out, "         {text}");
    }
}

pub(super) fn outcome(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Done => "done".to_owned(),
        StepOutcome::Failed { error } => format!("failed: {}", visible(error)),
        StepOutcome::Unknown { error } => format!("unknown whether it took effect: {}", visible(error)),
        StepOutcome::Stale { moved: Moved::Gone } => "stale: the object is gone since the plan was made".to_owned(),
        StepOutcome::Stale { moved: Moved::Made { id } } => {
            format!("stale: it was made since the plan was made ({id})")
        }
        StepOutcome::Stale { moved: Moved::Grown { ids } } => {
            let ids: Vec<_> = ids.iter().map(|id| one_line(id.as_str())).collect();
            format!("stale: it would take along what nobody reviewed: {}", ids.join(", "))
        }
        StepOutcome::Stale { moved: Moved::Fields { fields } } => {
            format!("stale: moved since the plan was made: {}", fields.join(", "))
        }
        StepOutcome::Skipped { because_of } => format!("skipped because of step {because_of}"),
        StepOutcome::NotRun => "not run".to_owned(),
    }
}

pub(super) fn finding_text(step: &StepReport, finding: &Finding) -> String {
    match finding {
        Finding::DidNotStick { field, sent, shown } => {
            format!("`{field}` did not stick: sent {}, the tenant shows {}", inline(sent), inline(shown))
        }
        Finding::Normalised { field, shown } => {
            format!("the tenant writes `{field}` as {}; put that into the manifest", inline(shown))
        }
        Finding::Moved { field, before, after } => {
            let show = |v: &Option<_>| v.as_ref().map_or_else(|| "none".to_owned(), inline);
            format!("`{field}` moved by itself: from {} to {}", show(before), show(after))
        }
        Finding::NewCredentials { client_id } if step.id.as_ref() == Some(client_id) => {
            "a new client: `tilewright credentials` hands its secret on".to_owned()
        }
        Finding::NewCredentials { client_id } => {
            format!("a new default client, {client_id}: `tilewright credentials` hands its secret on")
        }
        Finding::FoundAfterLoss { id } => format!("the answer was lost; {id} was found by looking it up"),
    }
}

/// What is to be said beside the steps.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    if report.adopted > 0 {
        sentences.push(format!("{} bound without a change.", counted(report.adopted, "live object")));
    }
    match &report.convergence {
        Convergence::Converged => {}
        Convergence::Differs { fields } => {
            let fields: Vec<_> = fields.iter().map(|(address, path)| format!("{address} {path}")).collect();
            sentences.push(format!("Read back, the tenant does not hold what was asked for: {}.", fields.join(", ")));
        }
        Convergence::NotKnown { error } => {
            sentences.push(format!("What the tenant holds now could not be read back: {}.", visible(error)));
        }
    }
    if let Some(reason) = &report.unsaved_reason {
        sentences.push(format!("The bindings could not be saved: {reason}. Ids to write down:"));
        sentences.extend(report.unsaved.iter().map(|(address, id)| format!("  {address} {id}")));
    }
    sentences
}

/// The last line: counts of every outcome that occurred, and what to do next.
pub(super) fn verdict(report: &Report) -> String {
    let counts: Vec<String> = ["done", "failed", "unknown", "stale", "skipped", "not run"]
        .into_iter()
        .map(|word| (word, report.count(word)))
        .filter(|(_, n)| *n > 0)
        .map(|(word, n)| format!("{n} {word}"))
        .collect();
    let counts = if counts.is_empty() { "nothing to send".to_owned() } else { counts.join(", ") };
    if report.is_success() {
        format!("Applied: {counts}.")
    } else if report.interrupted {
        format!("Interrupted: {counts}. Run apply again to go on.")
    } else if report.count("stale") > 0 && report.count("failed") + report.count("unknown") == 0 {
        format!("Not applied in full: {counts}. The tenant moved on since the plan was made: make a new plan.")
    } else {
        format!(
            "Not applied in full: {counts}. Mend what is said above and run apply again; it plans anew from what is there."
        )
    }
}
