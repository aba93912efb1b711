//! Holds a request body against a table of members, and finds everything that is wrong with it at once.
//!
//! Looks at the body alone: what is stored, and what fields mean for each other, is not its concern.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Field, Need, Shape};
use crate::quirks::{Nulls, Quirks};

/// Which of the two schemas a body is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Create,
    Update,
}

/// A body that fits its schema.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checked {
    /// The members, without those that the tenant ignores.
    pub(crate) members: Map<String, Value>,
    /// Members that the request does not have and the server adds by itself.
    pub(crate) added: Map<String, Value>,
    /// Stored fields that are to go, because the body has null for them.
    pub(crate) cleared: Vec<String>,
}

/// Holds a body against its schema.
pub(crate) fn check(
    fields: &[Field],
    body: &Map<String, Value>,
    mode: Mode,
    quirks: &Quirks,
) -> Result<Checked, Vec<String>> {
    let mut checked = Checked::default();
    let mut findings = Vec::new();
    for (name, value) in body {
        match (quirks.nulls, value) {
            (Nulls::Ignored, Value::Null) => {}
            (Nulls::Clear, Value::Null) => {
                if fields.iter().any(|field| field.name == name && field.create == Need::Must) {
                    findings.push(format!("{name} must not be null"));
                }
                checked.cleared.push(name.clone());
            }
            (Nulls::Refused | Nulls::Ignored | Nulls::Clear, value) => {
                checked.members.insert(name.clone(), value.clone());
            }
        }
    }
    let mut checker = Checker { mode, quirks, findings };
    checker.object("", fields, &mut checked.members);
    if checker.findings.is_empty() { Ok(checked) } else { Err(checker.findings) }
}

struct Checker<'a> {
    mode: Mode,
    quirks: &'a Quirks,
    findings: Vec<String>,
}

impl Checker<'_> {
    fn object(&mut self, prefix: &str, fields: &[Field], members: &mut Map<String, Value>) {
        let names: Vec<String> = members.keys().cloned().collect();
        for name in names {
            let known = fields.iter().find(|field| field.name == name);
            match known.filter(|field| self.need(field) != Need::Never) {
                Some(field) => {
                    if let Some(value) = members.get_mut(&name) {
                        self.value(&format!("{prefix}{name}"), field.shape, value);
                    }
                }
                None if self.quirks.unknown_members_ignored => {
                    members.shift_remove(&name);
                }
                None => self.findings.push(format!("property {prefix}{name} should not exist")),
            }
        }
        for field in fields {
            if self.need(field) == Need::Must && !members.contains_key(field.name) {
                self.findings.push(format!("{prefix}{} is required", field.name));
            }
        }
    }

    fn need(&self, field: &Field) -> Need {
        match self.mode {
            Mode::Create => field.create,
            Mode::Update => field.update,
        }
    }

    fn value(&mut self, name: &str, shape: Shape, value: &mut Value) {
        match shape {
            Shape::Text | Shape::Prose | Shape::Uri => {
                self.demand(value.is_string(), name, "a string");
            }
            Shape::Name | Shape::Identifier => {
                let filled = value.as_str().is_some_and(|text| !text.trim().is_empty());
                self.demand(filled, name, "a string that is not empty");
            }
            Shape::Flag => self.demand(value.is_boolean(), name, "a boolean"),
            Shape::Number => {
                let good = value.as_f64().is_some_and(|number| number.is_finite() && number >= 0.0);
                self.demand(good, name, "a number not less than 0");
            }
            Shape::Choice(choices) => {
                let good = value.as_str().is_some_and(|text| choices.contains(&text));
                self.demand(good, name, &format!("one of {}", choices.join(", ")));
            }
            Shape::Texts | Shape::Uris => self.list(name, None, value),
            Shape::Choices(_) if self.quirks.enums_open => self.list(name, None, value),
            Shape::Choices(choices) | Shape::ClosedChoices(choices) => {
                self.list(name, Some(choices), value);
            }
            Shape::Object(fields) => match value {
                Value::Object(members) => self.object(&format!("{name}."), fields, members),
                _ => self.demand(false, name, "an object"),
            },
            Shape::Free => self.demand(value.is_object(), name, "an object"),
        }
    }

    fn list(&mut self, name: &str, choices: Option<&[&str]>, value: &Value) {
        let Some(items) = value.as_array() else {
            self.demand(false, name, "an array");
            return;
        };
        let mut seen = BTreeSet::new();
        for item in items {
            match item.as_str() {
                None => self.demand(false, &format!("each value in {name}"), "a string"),
                Some(text) => {
                    if let Some(choices) = choices.filter(|choices| !choices.contains(&text)) {
                        let expected = format!("one of {}", choices.join(", "));
                        self.demand(false, &format!("each value in {name}"), &expected);
                    }
                    if !seen.insert(text) {
                        self.findings.push(format!("{name} must not hold a value twice"));
                    }
                }
            }
        }
    }

    fn demand(&mut self, good: bool, name: &str, expected: &str) {
        if !good {
            self.findings.push(format!("{name} must be {expected}"));
        }
    }
}
