//! Markdown for pull requests: destructive changes first, details folded, never over the size that hosts take.

use std::fmt::Write;

use tilewright_core::diff::{Action, Before, Change, FieldChange};
use tilewright_core::plan::Plan;
use tilewright_core::{Catalog, FieldSpec, Violation};
use tilewright_engine::Report;
use tilewright_loader::DiagnosticReport;

use super::apply::{finding_text, outcome, sentences, verdict};
use super::values::{Line, inline, is_short, line_diff, lines};
use super::words::{reason, sign, step, steps_matter, summary, told, verb};
use crate::error::{CommandError, Details};

/// GitHub takes 65,536 characters in a comment; the rest is room for a heading of the caller's own.
const LIMIT: usize = 60_000;

/// Text that may stand between Markdown without becoming it.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::values::visible(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '@') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// A sentence of ours: what stands between backticks is code, the rest is plain.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let piece = |(at, part): (usize, &&str)| if at % 2 == 0 { plain(part) } else { code(part) };
    parts.iter().enumerate().map(piece).collect()
}

/// A sentence of ours with a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    prose(&format!("{first}{}", chars.as_str()))
}

/// Inline code around any text.
fn code(text: &str) -> String {
    let text = super::values::visible(text).replace('\n', " ");
    let fence = "`".repeat(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0));
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The plan as Markdown.
pub(crate) fn plan_markdown(plan: &Plan, catalog: &Catalog, guards: &[Violation]) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "### tilewright plan for {} (tenant {})\n",
        plain(&plan.header.environment),
        plain(&plan.header.tenant)
    );
    let _ = writeln!(out, "**{}**\n", plain(&summary(plan)));
    if !plan.header.scope.is_empty() {
        let _ = writeln!(
            out,
            "Narrowed to: {}\n",
            plan.header.scope.iter().map(|s| code(s)).collect::<Vec<_>>().join(", ")
        );
    }
    for violation in guards {
        let _ = writeln!(out, "> **Refused:** {}. {}.\n", prose(&violation.to_string()), sentence(&violation.help()));
    }
    let mut changes: Vec<&Change> = plan.changes.iter().collect();
    changes.sort_by_key(|c| match c.action {
        Action::Delete => 0,
        Action::Replace => 1,
        Action::Create | Action::Update | Action::Adopt | Action::Keep => 2,
    });
    if !changes.is_empty() {
        out.push_str("| | Resource | Why |\n|---|---|---|\n");
        let rows = changes.iter().map(|c| {
            let what = format!("{} {}", sign(c.action), verb(c.action));
            format!(
                "| {} | {} {} | {} |\n",
                plain(&what),
                code(&c.address.to_string()),
                plain(&c.display_name),
                prose(&reason(c))
            )
        });
        push_within(&mut out, rows, LIMIT / 3, "more rows");
        out.push('\n');
    }
    let details = changes.iter().map(|change| change_markdown(change, catalog));
    push_within(&mut out, details, LIMIT, "more changes; the text or JSON form of the plan has them all");
    if steps_matter(plan) && out.len() < LIMIT {
        out.push_str("<details><summary>Order of the write requests</summary>\n\n");
        let steps = plan.steps.iter().map(|s| format!("{}. {}\n", s.id, plain(&step(s))));
        push_within(&mut out, steps, LIMIT, "more steps");
        out.push_str("\n</details>\n");
    }
    if !plan.orphans.is_empty() && out.len() < LIMIT {
        out.push_str("\nBound, but no longer in the manifests (left alone):\n\n");
        let orphans =
            plan.orphans.iter().map(|o| format!("- {} {}\n", code(&o.address.to_string()), plain(&o.display_name)));
        push_within(&mut out, orphans, LIMIT, "more");
    }
    out
}

/// Adds the pieces that fit, and says how many did not.
fn push_within(out: &mut String, pieces: impl Iterator<Item = String>, limit: usize, rest: &str) {
    let mut left = 0;
    for piece in pieces {
        if left > 0 || out.len() + piece.len() > limit {
            left += 1;
        } else {
            out.push_str(&piece);
        }
    }
    if left > 0 {
        let _ = writeln!(out, "\n*{left} {rest}*");
    }
}

fn change_markdown(change: &Change, catalog: &Catalog) -> String {
    if change.fields.is_empty() && change.notes.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let address = super::values::visible(&change.address.to_string());
    let open = if matches!(change.action, Action::Delete | Action::Replace) { " open" } else { "" };
    let _ = writeln!(out, "<details{open}><summary>{} <code>{address}</code></summary>\n", verb(change.action));
    if change.action != Action::Delete && !change.fields.is_empty() {
        let spec = catalog.spec(&change.spec_name);
        let mut body = String::new();
        for field in &change.fields {
            field_markdown(&mut body, field, spec.and_then(|s| s.field(&field.path)));
        }
        // A fence longer than any in the text keeps the text inside.
        let fence = "`".repeat(3.max(1 + longest_run(&body)));
        let _ = writeln!(out, "{fence}diff\n{body}{fence}");
    }
    let notes: Vec<(bool, String)> = told(&change.notes).collect();
    if !notes.is_empty() {
        out.push('\n');
    }
    for (warning, text) in notes {
        let mark = if warning { "**Note:** " } else { "" };
        let _ = writeln!(out, "- {mark}{}", prose(&text));
    }
    out.push_str("\n</details>\n\n");
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn field_markdown(out: &mut String, field: &FieldChange, spec: Option<&FieldSpec>) {
    let name = super::values::visible(&field.path.to_string());
    let after = field.after.as_ref();
    if let (Before::Value(before), Some(after)) = (&field.before, after)
        && !(is_short(before) && is_short(after))
    {
        let _ = writeln!(out, "  {name}:");
        for changed in line_diff(&lines(before, spec), &lines(after, spec)) {
            let _ = match changed {
                Line::Same(text) => writeln!(out, "    {text}"),
                Line::Gone(text) => writeln!(out, "-   {text}"),
                Line::New(text) => writeln!(out, "+   {text}"),
                Line::Left(n) => writeln!(out, "    … {n} equal"),
            };
        }
        return;
    }
    match &field.before {
        Before::Value(before) => {
            let _ = writeln!(out, "- {name}: {}", inline(before));
        }
        Before::Unknown => {
            let _ = writeln!(out, "- {name}: (another value)");
        }
        Before::Missing => {}
    }
    match after {
        Some(value) if is_short(value) => {
            let _ = writeln!(out, "+ {name}: {}", inline(value));
        }
        Some(value) => {
            let _ = writeln!(out, "+ {name}:");
            lines(value, spec).iter().for_each(|text| {
                let _ = writeln!(out, "+   {text}");
            });
        }
        None => {}
    }
}

/// What an apply did, as Markdown.
pub(crate) fn applied_markdown(plan: &Plan, report: &Report) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "### tilewright apply to {} (tenant {})\n",
        plain(&plan.header.environment),
        plain(&plan.header.tenant)
    );
    let _ = writeln!(out, "**{}**\n", plain(&verdict(report)));
    if !report.steps.is_empty() {
        out.push_str("| Step | | Outcome |\n|---|---|---|\n");
        let rows = report.steps.iter().map(|s| {
            let address = code(&s.address.to_string());
            format!("| {} | {} {address} | {} |\n", s.step, s.verb, prose(&outcome(&s.outcome)))
        });
        push_within(&mut out, rows, LIMIT / 2, "more steps");
        out.push('\n');
    }
    let findings = report.steps.iter().flat_map(|s| s.findings.iter().map(move |f| (s, f)));
    let findings =
        findings.map(|(s, f)| format!("- {}: {}\n", code(&s.address.to_string()), prose(&finding_text(s, f))));
    push_within(&mut out, findings, LIMIT, "more findings");
    let sentences = sentences(report).into_iter().map(|s| format!("\n{}\n", prose(&s)));
    push_within(&mut out, sentences, LIMIT, "more sentences");
    out
}

/// Findings in files, as Markdown.
pub(crate) fn validation_markdown(headline: &str, diagnostics: &[DiagnosticReport]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "### tilewright validate\n\n**{}**\n", plain(headline));
    push_within(&mut out, diagnostics.iter().map(diagnostic), LIMIT, "more findings");
    out
}

fn diagnostic(found: &DiagnosticReport) -> String {
    let help = found.help.as_ref().map(|h| format!(" ({})", prose(h))).unwrap_or_default();
    let label = if found.label.is_empty() || found.message.contains(&found.label) {
        String::new()
    } else {
        format!(": {}", prose(&found.label))
    };
    let related = found.related.iter().map(|r| format!("; {} {}", code(&r.location.to_string()), prose(&r.message)));
    let related: String = related.collect();
    let at = code(&found.location.to_string());
    format!("- {at} **{}** {}{label}{related}{help}\n", found.severity, prose(&found.message))
}

/// Why a command could not go on, as Markdown.
pub(crate) fn error_markdown(error: &CommandError) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "### tilewright could not go on\n\n**{}**\n", sentence(&error.message));
    match &error.details {
        Details::None => {}
        Details::Diagnostics { reports, .. } => {
            push_within(&mut out, reports.iter().map(diagnostic), LIMIT, "more findings");
        }
        Details::Problems(problems) => {
            let rows = problems.iter().map(|p| {
                format!(
                    "- {}: {}. {}\n",
                    code(&p.address.to_string()),
                    plain(&p.kind.to_string()),
                    plain(p.kind.help())
                )
            });
            push_within(&mut out, rows, LIMIT, "more problems");
        }
        Details::Violations(violations) => {
            let rows = violations.iter().map(|v| format!("- {}. {}.\n", sentence(&v.to_string()), sentence(&v.help())));
            push_within(&mut out, rows, LIMIT, "more guards");
        }
    }
    error.hints.iter().for_each(|hint| {
        let _ = writeln!(out, "\n{}", sentence(hint));
    });
    out
}
