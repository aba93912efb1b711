//! The reports for machines, and their schemas. Every report names its version.

use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::{Value as Json, json};
use tilewright_core::plan::{Forecast, PLAN_FORMAT, Plan, forecast};
use tilewright_core::{Catalog, Violation};
use tilewright_engine::Report;
use tilewright_loader::{DiagnosticReport, document_schema, manifest_schema, project_schema};
use tilewright_mosaic::REGIONS;

use crate::error::{CommandError, Details};

/// What `plan --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "A tilewright plan")]
pub(crate) struct PlannedReport<'a> {
    /// The version of this form.
    format_version: u32,
    /// The plan.
    plan: &'a Plan,
    /// One line for people.
    summary: String,
    /// Whether applying would send anything.
    pending: bool,
    /// What applying will cost.
    forecast: Forecast,
    /// What speaks against applying it.
    guards: Vec<GuardBody>,
}

impl<'a> PlannedReport<'a> {
    pub(crate) fn new(plan: &'a Plan, guards: &[Violation]) -> Self {
        let guards = guards.iter().map(GuardBody::new).collect();
        let (summary, pending, forecast) = (super::summary(plan), !plan.is_empty(), forecast(plan));
        Self { format_version: PLAN_FORMAT, plan, summary, pending, forecast, guards }
    }
}

/// What `apply --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "What tilewright applied")]
pub(crate) struct AppliedReport<'a> {
    /// The version of this form.
    format_version: u32,
    /// The plan that was applied.
    plan: &'a Plan,
    /// What became of it.
    report: &'a Report,
    /// Whether every step is done and the tenant holds what was asked for.
    success: bool,
}

impl<'a> AppliedReport<'a> {
    pub(crate) fn new(plan: &'a Plan, report: &'a Report) -> Self {
        Self { format_version: PLAN_FORMAT, plan, report, success: report.is_success() }
    }
}

/// What `validate --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "What tilewright found in manifests")]
pub(crate) struct ValidationReport {
    /// The version of this form.
    pub(crate) format_version: u32,
    /// Whether there are no errors.
    pub(crate) valid: bool,
    /// How many resources the manifests state.
    pub(crate) resources: usize,
    /// Errors and warnings, by file and line.
    pub(crate) diagnostics: Vec<DiagnosticReport>,
}

/// What every command prints with `--format json` when it cannot go on.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Why tilewright could not go on")]
pub(crate) struct ErrorReport {
    /// The version of this form.
    format_version: u32,
    /// What it is.
    error: ErrorBody,
}

#[derive(Serialize, JsonSchema)]
struct ErrorBody {
    /// The exit code.
    exit_code: u8,
    /// What happened.
    message: String,
    /// What to do.
    hints: Vec<String>,
    /// Findings in files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<DiagnosticReport>,
    /// What a person must decide before a plan can be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ProblemBody>,
    /// What refused the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    guards: Vec<GuardBody>,
}

#[derive(Serialize, JsonSchema)]
struct ProblemBody {
    address: String,
    message: String,
    help: String,
}

/// A guard that refuses a plan.
#[derive(Serialize, JsonSchema)]
struct GuardBody {
    #[serde(flatten)]
    violation: Violation,
    /// What it refuses, with the numbers.
    message: String,
    /// The flag that lifts it for this plan, or why none does.
    help: String,
}

impl GuardBody {
    fn new(violation: &Violation) -> Self {
        Self { violation: violation.clone(), message: violation.to_string(), help: violation.help() }
    }
}

pub(crate) fn error_report(error: &CommandError) -> ErrorReport {
    let mut body = ErrorBody {
        exit_code: error.exit.code(),
        message: error.message.clone(),
        hints: error.hints.clone(),
        diagnostics: Vec::new(),
        problems: Vec::new(),
        guards: Vec::new(),
    };
    match &error.details {
        Details::None => {}
        Details::Diagnostics { reports, .. } => body.diagnostics.clone_from(reports),
        Details::Problems(problems) => {
            body.problems = problems
                .iter()
                .map(|p| ProblemBody {
                    address: p.address.to_string(),
                    message: p.kind.to_string(),
                    help: p.kind.help().to_owned(),
                })
                .collect();
        }
        Details::Violations(violations) => body.guards = violations.iter().map(GuardBody::new).collect(),
    }
    ErrorReport { format_version: PLAN_FORMAT, error: body }
}

/// Indented JSON with a newline at its end.
pub(crate) fn to_text(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_else(|e| json!({"error": e.to_string()}).to_string());
    text.push('\n');
    text
}

/// Every published schema by the stem of its file.
pub(crate) fn schemas(catalog: &Catalog) -> Vec<(String, Json)> {
    let report = |name: &str, schema: schemars::Schema| (name.to_owned(), Json::from(schema));
    let regions: Vec<&str> = REGIONS.iter().map(|r| r.name).collect();
    let mut all = vec![
        ("manifest".to_owned(), manifest_schema(catalog)),
        ("project".to_owned(), project_schema(&regions)),
        report("plan-report", schema_for!(PlannedReport<'static>)),
        report("apply-report", schema_for!(AppliedReport<'static>)),
        report("validation-report", schema_for!(ValidationReport)),
        report("error-report", schema_for!(ErrorReport)),
    ];
    for kind in &catalog.kinds {
        all.extend(kind.specs.iter().filter_map(|spec| Some((spec.name.clone(), document_schema(catalog, spec)?))));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}
