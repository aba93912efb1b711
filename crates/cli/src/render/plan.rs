//! A plan for people: grouped by application, only what changes, before and after of each field.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::Style;
use tilewright_core::diff::{Action, Before, Change, FieldChange};
use tilewright_core::plan::Plan;
use tilewright_core::{Catalog, FieldSpec, Key, Value};

use super::values::{Line, inline, is_short, line_diff, lines, one_line};
use super::words::{cost, reason, sign, step, steps_matter, summary, told, verb};
use super::{ADDED, ADOPTED, BOLD, CHANGED, DIM, REMOVED, paint};

/// The widest column of field names; longer names push their values out.
const NAMES: usize = 34;

fn style(action: Action) -> Style {
    match action {
        Action::Create => ADDED,
        Action::Update | Action::Replace => CHANGED,
        Action::Delete => REMOVED,
        Action::Adopt => ADOPTED,
        Action::Keep => Style::new(),
    }
}

/// The plan as text, with styles.
pub(crate) fn plan_text(plan: &Plan, catalog: &Catalog) -> String {
    let mut out = String::new();
    let scope =
        if plan.header.scope.is_empty() { String::new() } else { format!(" ({})", plan.header.scope.join(", ")) };
    let (environment, tenant) = (&plan.header.environment, &plan.header.tenant);
    line(&mut out, 0, &paint(BOLD, &one_line(&format!("Environment {environment}, tenant {tenant}{scope}"))));
    for (family, changes) in families(plan) {
        out.push('\n');
        line(&mut out, 0, &paint(BOLD, family.as_str()));
        for change in changes {
            change_text(&mut out, change, catalog);
        }
    }
    steps_text(&mut out, plan);
    orphans_text(&mut out, plan);
    remarks_text(&mut out, plan);
    out.push('\n');
    line(&mut out, 0, &paint(BOLD, &summary(plan)));
    if let Some(cost) = cost(plan) {
        line(&mut out, 0, &paint(DIM, &cost));
    }
    out
}

/// The changes by the key of their outermost parent.
pub(super) fn families(plan: &Plan) -> BTreeMap<&Key, Vec<&Change>> {
    let mut families: BTreeMap<&Key, Vec<&Change>> = BTreeMap::new();
    for change in &plan.changes {
        families.entry(&change.address.keys()[0]).or_default().push(change);
    }
    families
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{text}", "  ".repeat(depth));
}

fn change_text(out: &mut String, change: &Change, catalog: &Catalog) {
    let id = change.id.as_ref().map(|id| format!(" {}", paint(DIM, &one_line(id.as_str())))).unwrap_or_default();
    let head = format!("{} {} {}", sign(change.action), verb(change.action), change.address);
    let name = one_line(&change.display_name);
    line(out, 1, &format!("{} \"{name}\"{id}  {}", paint(style(change.action), &head), paint(DIM, &reason(change))));
    let spec = catalog.spec(&change.spec_name);
    if change.action != Action::Delete {
        for field in &change.fields {
            field_text(out, change.action, field, spec.and_then(|s| s.field(&field.path)));
        }
    }
    for (warning, text) in told(&change.notes) {
        let text = if warning { paint(CHANGED, &format!("! {text}")) } else { paint(DIM, &format!("  {text}")) };
        line(out, 3, &text);
    }
}

fn field_text(out: &mut String, action: Action, field: &FieldChange, spec: Option<&FieldSpec>) {
    let name = one_line(&field.path.to_string());
    let made = matches!(action, Action::Create | Action::Replace) && field.before == Before::Missing;
    match (&field.before, &field.after) {
        (Before::Missing, Some(after)) if made => added(out, &name, after, spec),
        (Before::Value(before), Some(after)) if !(is_short(before) && is_short(after)) => {
            line(out, 3, &paint(CHANGED, &format!("~ {name}")));
            let (before, after) = (lines(before, spec), lines(after, spec));
            for changed in line_diff(&before, &after) {
                line(out, 5, &diff_line(&changed));
            }
        }
        (Before::Missing, Some(after)) if !is_short(after) => added(out, &name, after, spec),
        (before, after) => {
            let before = match before {
                Before::Value(value) => inline(value),
                Before::Missing => "none".to_owned(),
                Before::Unknown => "(another value)".to_owned(),
            };
            let after = after.as_ref().map_or_else(|| "left out".to_owned(), inline);
            let change = format!("{} -> {}", paint(REMOVED, &before), paint(ADDED, &after));
            line(out, 3, &format!("{} {name:NAMES$} {change}", paint(CHANGED, "~")));
        }
    }
}

fn added(out: &mut String, name: &str, value: &Value, spec: Option<&FieldSpec>) {
    if is_short(value) {
        line(out, 3, &format!("{} {name:NAMES$} {}", paint(ADDED, "+"), inline(value)));
        return;
    }
    line(out, 3, &format!("{} {name}", paint(ADDED, "+")));
    for text in lines(value, spec) {
        line(out, 5, &text);
    }
}

fn diff_line(changed: &Line) -> String {
    match changed {
        Line::Same(text) => format!("  {text}"),
        Line::Gone(text) => paint(REMOVED, &format!("- {text}")),
        Line::New(text) => paint(ADDED, &format!("+ {text}")),
        Line::Left(n) => paint(DIM, &format!("  … {n} equal")),
    }
}

fn steps_text(out: &mut String, plan: &Plan) {
    if !steps_matter(plan) {
        return;
    }
    out.push('\n');
    line(out, 0, &paint(BOLD, "Order of the write requests"));
    let width = plan.steps.len().to_string().len();
    for each in &plan.steps {
        let after: Vec<String> = each.after.iter().map(ToString::to_string).collect();
        let after = if after.is_empty() { String::new() } else { paint(DIM, &format!("  after {}", after.join(", "))) };
        line(out, 1, &format!("{:>width$}. {}{after}", each.id, step(each)));
    }
}

fn orphans_text(out: &mut String, plan: &Plan) {
    if plan.orphans.is_empty() {
        return;
    }
    out.push('\n');
    line(out, 0, &paint(BOLD, "Bound, but no longer in the manifests (left alone)"));
    for orphan in &plan.orphans {
        let name = one_line(&orphan.display_name);
        line(out, 1, &format!("{} \"{name}\" {}", orphan.address, paint(DIM, &one_line(orphan.id.as_str()))));
    }
}

fn remarks_text(out: &mut String, plan: &Plan) {
    if plan.remarks.is_empty() {
        return;
    }
    out.push('\n');
    line(out, 0, &paint(BOLD, "Unchanged, but worth knowing"));
    for (address, notes) in &plan.remarks {
        for (warning, text) in told(notes) {
            let mark = if warning { paint(CHANGED, "!") } else { " ".to_owned() };
            line(out, 1, &format!("{mark} {address}: {text}"));
        }
    }
}
