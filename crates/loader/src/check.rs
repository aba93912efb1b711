//! Checks values against a JSON Schema and says what is wrong in our own words, each error at its place.
//!
//! The only module that knows the `jsonschema` crate. No reference is ever fetched, and patterns take linear time.

use std::collections::BTreeSet;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, PatternOptions, ValidationError, Validator};
use serde_json::Value as Json;
use tilewright_core::{FieldPath, Segment};

use crate::diagnostic::Diagnostic;
use crate::shapes::{expected, found, hint, sort_of};
use crate::spot::Spot;
use crate::suggest::{all_of, nearest, one_of, short};
use crate::yaml::{Content, Node};

/// For how many unknown names of one object a near one is looked for.
const MAX_QUESTIONS: usize = 100;

/// A schema, ready to check values.
pub(crate) struct Checker {
    validator: Validator,
    schema: Json,
}

/// A schema that is none: a mistake of this project, not of a user.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON Schema: {0}")]
pub(crate) struct BadSchema(String);

/// What is checked.
pub(crate) struct Subject<'a> {
    /// The value as it was written.
    pub(crate) node: &'a Node,
    /// The value as the schema sees it.
    pub(crate) json: &'a Json,
    /// Where something is shown that the value as a whole lacks.
    pub(crate) owner: Spot,
    /// What the value is, with its article: `an OIDC client`.
    pub(crate) title: &'a str,
    /// Places of which everything is said already.
    pub(crate) silent: &'a BTreeSet<FieldPath>,
    /// What to do about a name that is not known, if anything special.
    pub(crate) advice: &'a dyn Fn(&FieldPath, &str) -> Option<Advice>,
}

/// What to do about a name that is not known.
pub(crate) enum Advice {
    /// It is known, but cannot be stated: what happened, what to do.
    Refused(String, String),
    /// It stands in the wrong place: what to do, and the member of this object that it should be in, if there is one.
    Elsewhere(String, Option<&'static str>),
}

impl Checker {
    pub(crate) fn new(schema: &Json) -> Result<Self, BadSchema> {
        let validator = jsonschema::options()
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .build(schema)
            .map_err(|e| BadSchema(e.to_string()))?;
        Ok(Self { validator, schema: schema.clone() })
    }

    /// Everything that is wrong with a value.
    pub(crate) fn check(&self, subject: &Subject<'_>) -> Vec<Diagnostic> {
        self.verdict(subject).0
    }

    /// Everything that is wrong with a value, and the members in which something is.
    pub(crate) fn verdict(&self, subject: &Subject<'_>) -> (Vec<Diagnostic>, BTreeSet<String>) {
        let errors: Vec<_> = self
            .validator
            .iter_errors(subject.json)
            .map(|error| (path_of(&error), error))
            .filter(|(path, _)| !subject.is_silent(path))
            .collect();
        let mistyped: BTreeSet<&FieldPath> = errors
            .iter()
            .filter(|(_, e)| matches!(e.kind(), ValidationErrorKind::Type { .. }))
            .map(|(p, _)| p)
            .collect();
        let mut missing: Vec<(&FieldPath, String)> = Vec::new();
        let mut unknown: Vec<(&FieldPath, &[String])> = Vec::new();
        let mut said = Vec::new();
        for (path, error) in &errors {
            match error.kind() {
                ValidationErrorKind::Required { property } => {
                    missing.push((path, property.as_str().unwrap_or_default().to_owned()));
                }
                ValidationErrorKind::AdditionalProperties { unexpected } => unknown.push((path, unexpected)),
                ValidationErrorKind::Type { .. } => said.push(self.explain(subject, path, error)),
                // Found by the converter, which can name the value and both places.
                ValidationErrorKind::UniqueItems => {}
                _ if mistyped.contains(path) => {}
                _ => said.push(self.explain(subject, path, error)),
            }
        }
        let mut meant = BTreeSet::new();
        for (path, names) in unknown {
            self.unknown(subject, path, names, &mut said, &mut meant);
        }
        self.missing(subject, &missing, &meant, &mut said);
        (said, errors.iter().filter_map(|(path, _)| path.top()).map(ToOwned::to_owned).collect())
    }

    /// The schema of what is at a path.
    fn schema_at(&self, path: &FieldPath) -> &Json {
        path.segments().iter().fold(&self.schema, |schema, segment| match segment {
            Segment::Member(name) => match &schema["properties"][name] {
                Json::Null => &schema["additionalProperties"],
                known => known,
            },
            Segment::Item(_) => &schema["items"],
        })
    }

    fn unknown(
        &self,
        subject: &Subject<'_>,
        path: &FieldPath,
        names: &[String],
        said: &mut Vec<Diagnostic>,
        meant: &mut BTreeSet<FieldPath>,
    ) {
        let Some(node) = subject.at(path) else { return };
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let properties = self.schema_at(path)["properties"].as_object();
        let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let free: Vec<&str> = known.iter().copied().filter(|name| node.member(name).is_none()).collect();
        let members = node.members().into_iter().flatten().filter(|m| names.contains(m.name.as_str()));
        for (nth, member) in members.enumerate() {
            let name = &member.name;
            if subject.is_silent(&path.member(name)) {
                continue;
            }
            let at = member.name_at;
            // Looking for near names takes its time, and nobody makes so many slips in one object.
            if nth >= MAX_QUESTIONS {
                said.push(Diagnostic::error("unknown-field", at, format!("unknown field `{}`", short(name))));
                continue;
            }
            let advice = (subject.advice)(path, name);
            if let Some(Advice::Refused(message, help)) = advice {
                said.push(Diagnostic::error("not-accepted", at, message).help(help));
                continue;
            }
            let near = nearest(name, free.iter().copied()).or_else(|| nearest(name, known.iter().copied()));
            let owner = match path.segments().last() {
                Some(Segment::Member(owner)) => format!("`{owner}`"),
                _ => subject.title.to_owned(),
            };
            let mut message = format!("unknown field `{}`", short(name));
            if let (Some(near), None) = (near, &advice) {
                message.push_str(&format!("; did you mean `{near}`?"));
                meant.insert(path.member(near));
            }
            let mut diagnostic =
                Diagnostic::error("unknown-field", at, message).label(format!("not a field of {owner}"));
            if let Some(Advice::Elsewhere(help, inside)) = advice {
                meant.extend(inside.map(|inside| path.member(inside)));
                diagnostic = diagnostic.help(help);
            } else if near.is_none() && (1..=12).contains(&known.len()) {
                diagnostic = diagnostic.help(format!("the fields of {owner} are {}", all_of(known.iter().copied())));
            }
            said.push(diagnostic);
        }
    }

    /// What is required and not there, one diagnostic for each object.
    fn missing(
        &self,
        subject: &Subject<'_>,
        missing: &[(&FieldPath, String)],
        meant: &BTreeSet<FieldPath>,
        said: &mut Vec<Diagnostic>,
    ) {
        let owners: BTreeSet<&FieldPath> = missing.iter().map(|(path, _)| *path).collect();
        for owner in owners {
            let Some(node) = subject.at(owner) else { continue };
            let mut names = Vec::new();
            for (_, name) in missing.iter().filter(|(path, _)| *path == owner) {
                let path = owner.member(name);
                if let Some(member) = node.member(name) {
                    let message = format!("`{name}` cannot be left out");
                    said.push(
                        Diagnostic::error("missing-field", member.value.at, message)
                            .label("`null` leaves it out of what is sent")
                            .help(format!("state {}", expected(self.schema_at(&path)))),
                    );
                } else if !meant.contains(&path) && !subject.is_silent(&path) {
                    names.push(name.as_str());
                }
            }
            let verb = match names.as_slice() {
                [] => continue,
                [_] => "is",
                _ => "are",
            };
            let title = match owner.segments().last() {
                Some(Segment::Member(name)) => format!("`{name}`"),
                _ => subject.title.to_owned(),
            };
            let message = format!("{} {verb} missing", all_of(names.iter().copied()));
            let mut diagnostic = Diagnostic::error("missing-field", subject.name_at(owner), message)
                .label(format!("{title} needs {}", if names.len() == 1 { "it" } else { "them" }));
            if let [name] = names.as_slice() {
                let wanted = expected(self.schema_at(&owner.member(name)));
                diagnostic = diagnostic.help(format!("`{name}` is {wanted}"));
            }
            said.push(diagnostic);
        }
    }

    fn explain(&self, subject: &Subject<'_>, path: &FieldPath, error: &ValidationError<'_>) -> Diagnostic {
        let schema = self.schema_at(path);
        let Some(node) = subject.at(path) else {
            return Diagnostic::error("bad-value", subject.owner, format!("`{path}` is not valid"));
        };
        let at = subject.value_at(path, node);
        let name = named(path, subject.title);
        let limit = |word: &str, limit: &dyn std::fmt::Display| {
            Diagnostic::error("out-of-range", at, format!("{name} must be {word} {limit}"))
                .label(format!("found {}", found(node)))
        };
        match error.kind() {
            ValidationErrorKind::Type { kind } => {
                let wanted = if sort_of(schema).is_some() { expected(schema) } else { type_words(kind) };
                let message = format!("{name} is {}; expected {wanted}", found(node));
                let diagnostic = Diagnostic::error("wrong-type", at, message).label(format!("expected {wanted}"));
                match hint(schema, node) {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
            ValidationErrorKind::Enum { options } => {
                let values: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                not_one_of(node, at, &name, &values)
            }
            ValidationErrorKind::Constant { expected_value } => {
                not_one_of(node, at, &name, &[expected_value.as_str().unwrap_or_default()])
            }
            ValidationErrorKind::Minimum { limit: least } => limit("at least", least),
            ValidationErrorKind::ExclusiveMinimum { limit: least } => limit("more than", least),
            ValidationErrorKind::Maximum { limit: most } => limit("at most", most),
            ValidationErrorKind::ExclusiveMaximum { limit: most } => limit("less than", most),
            ValidationErrorKind::MultipleOf { multiple_of } => limit("a multiple of", multiple_of),
            other => sized(other, node, at, &name).unwrap_or_else(|| {
                Diagnostic::error("bad-value", at, format!("{name} is not valid: {}", error.masked()))
            }),
        }
    }
}

/// What is wrong with the length or the form of a value; the enum is the crate's own, and what is left our schemas do
/// not use.
fn sized(kind: &ValidationErrorKind, node: &Node, at: Spot, name: &str) -> Option<Diagnostic> {
    Some(match kind {
        ValidationErrorKind::MinLength { limit: 1 } => {
            Diagnostic::error("too-short", at, format!("{name} is empty")).label("expected at least one character")
        }
        ValidationErrorKind::MinLength { limit } => {
            Diagnostic::error("too-short", at, format!("{name} is shorter than {limit} characters"))
        }
        ValidationErrorKind::MaxLength { limit } => {
            Diagnostic::error("too-long", at, format!("{name} is longer than {limit} characters"))
        }
        ValidationErrorKind::MinItems { limit } => {
            Diagnostic::error("too-few", at, format!("{name} has too few values"))
                .label(format!("expected at least {limit}"))
        }
        ValidationErrorKind::MaxItems { limit } => {
            Diagnostic::error("too-many", at, format!("{name} has too many values"))
                .label(format!("expected at most {limit}"))
        }
        ValidationErrorKind::Format { format } => {
            Diagnostic::error("bad-format", at, format!("{name} is {}; expected a valid {format}", found(node)))
        }
        ValidationErrorKind::Pattern { pattern } => {
            Diagnostic::error("bad-format", at, format!("{name} is {}; expected {pattern}", found(node)))
        }
        _ => return None,
    })
}

fn not_one_of(node: &Node, at: Spot, name: &str, values: &[&str]) -> Diagnostic {
    let near = node.as_text().and_then(|text| nearest(text, values.iter().copied()));
    let question = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let what = found(node);
    let message = format!("{name} cannot be {}{question}", what.strip_prefix("the text ").unwrap_or(&what));
    Diagnostic::error("not-allowed", at, message).label(format!("expected {}", one_of(values.iter().copied())))
}

/// The name of what is at a path, for a sentence.
fn named(path: &FieldPath, title: &str) -> String {
    let mut names = path.segments().iter().rev();
    match (names.next(), names.next()) {
        (Some(Segment::Member(name)), _) => format!("`{name}`"),
        (Some(Segment::Item(_)), Some(Segment::Member(name))) => format!("an item of `{name}`"),
        (Some(Segment::Item(_)), _) => "an item".to_owned(),
        (None, _) => title.to_owned(),
    }
}

fn type_words(kind: &TypeKind) -> String {
    let word = |one: JsonType| match one {
        JsonType::Null => "nothing",
        JsonType::Boolean => "`true` or `false`",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    };
    match kind {
        TypeKind::Single(one) => word(*one).to_owned(),
        TypeKind::Multiple(several) => several.iter().map(word).collect::<Vec<_>>().join(" or "),
    }
}

fn path_of(error: &ValidationError<'_>) -> FieldPath {
    error
        .instance_path()
        .segments()
        .map(|segment| match segment {
            LocationSegment::Property(name) => Segment::Member(name.into_owned()),
            LocationSegment::Index(index) => Segment::Item(index),
        })
        .collect()
}

impl Subject<'_> {
    /// Whether a path is in a place of which everything is said.
    fn is_silent(&self, path: &FieldPath) -> bool {
        let segments = path.segments();
        !self.silent.is_empty()
            && (0..=segments.len()).any(|n| self.silent.contains(&segments[..n].iter().cloned().collect()))
    }

    fn at(&self, path: &FieldPath) -> Option<&Node> {
        path.segments().iter().try_fold(self.node, |node, segment| match (segment, &node.content) {
            (Segment::Member(name), _) => node.get(name),
            (Segment::Item(index), Content::List(items)) => items.get(*index),
            (Segment::Item(_), _) => None,
        })
    }

    /// Where a path's name is written, or the value for an item of a list.
    fn name_at(&self, path: &FieldPath) -> Spot {
        let Some((Segment::Member(name), parents)) = path.segments().split_last() else {
            return self.at(path).filter(|_| !path.segments().is_empty()).map_or(self.owner, |n| n.at);
        };
        let parent = self.at(&parents.iter().cloned().collect());
        parent.and_then(|p| p.member(name)).map_or(self.owner, |m| m.name_at)
    }

    /// The value; its name where the value is long or is not there.
    fn value_at(&self, path: &FieldPath, node: &Node) -> Spot {
        let short = matches!(node.content, Content::Scalar(_)) && node.at.start < node.at.end;
        if short { node.at } else { self.name_at(path) }
    }
}
