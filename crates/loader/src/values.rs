//! A spec as it was written to values: references, durations, nulls, duplicates in sets. What the schema can say is left
//! to [`crate::check`], for which the JSON form is made alongside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use tilewright_core::diff::canonical;
use tilewright_core::{Address, Catalog, FieldPath, FieldSpec, KindSpec, Shape, Unit, Value};

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::envelope::article;
use crate::shapes::found;
use crate::suggest::{question, short};
use crate::yaml::{Content, Member, Node, Plain, Scalar};

/// A spec as values.
pub(crate) struct Converted {
    /// The fields.
    pub(crate) fields: BTreeMap<String, Value>,
    /// The spec as the schema sees it: references are texts, durations numbers, members that are left out are not there.
    pub(crate) json: Json,
    /// Places of which everything is said.
    pub(crate) silent: BTreeSet<FieldPath>,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Converts a spec.
pub(crate) fn convert(catalog: &Catalog, spec: &KindSpec, node: &Node) -> Converted {
    let mut converter = Converter { catalog, silent: BTreeSet::new(), diagnostics: Vec::new() };
    let mut fields = BTreeMap::new();
    let mut json = Map::new();
    for Member { name, value, .. } in node.members().into_iter().flatten() {
        let path = FieldPath::field(name);
        let field = spec.fields.get(name);
        if value.is_null() && field.is_some() {
            converter.null_field(name, value, &path);
            json.insert(name.clone(), Json::Null);
            continue;
        }
        let (value, form) = converter.value(Known { field, refers_to: None }, value, &path);
        fields.insert(name.clone(), value);
        json.insert(name.clone(), form);
    }
    fields.retain(|name, _| spec.fields.contains_key(name));
    Converted { fields, json: Json::Object(json), silent: converter.silent, diagnostics: converter.diagnostics }
}

/// What is known of a value.
#[derive(Clone, Copy)]
struct Known<'a> {
    field: Option<&'a FieldSpec>,
    /// The kind that the list around it refers to.
    refers_to: Option<&'a str>,
}

impl<'a> Known<'a> {
    fn refers_to(self) -> Option<&'a str> {
        self.field.and_then(|f| f.refers_to.as_deref()).or(self.refers_to)
    }

    /// Whether members are looked at one by one.
    fn is_free_form(self) -> bool {
        self.field.is_none_or(|f| matches!(f.shape, Shape::Atomic))
    }
}

struct Converter<'a> {
    catalog: &'a Catalog,
    silent: BTreeSet<FieldPath>,
    diagnostics: Vec<Diagnostic>,
}

impl Converter<'_> {
    fn fail(&mut self, path: &FieldPath, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.silent.insert(path.clone());
    }

    fn null_field(&mut self, name: &str, value: &Node, path: &FieldPath) {
        let message = format!("`{name}` is {}", found(value));
        let diagnostic = Diagnostic::error("null-field", value.at, message)
            .label("expected a value")
            .help("the API has no way to clear a field; leave it out, and it is not managed");
        self.fail(path, diagnostic);
    }

    fn value(&mut self, known: Known<'_>, node: &Node, path: &FieldPath) -> (Value, Json) {
        match &node.content {
            Content::Scalar(scalar) => self.scalar(known, node, scalar, path),
            Content::List(items) => self.list(known, items, path),
            Content::Map(members) => {
                if let [Member { name, value, .. }] = members.as_slice()
                    && name == "ref"
                    && !known.field.is_some_and(|f| f.members().is_some_and(|m| m.contains_key("ref")))
                    && (!known.is_free_form() || known.refers_to().is_some())
                {
                    return self.reference(known, node, value, path);
                }
                self.object(known, members, path)
            }
        }
    }

    fn scalar(&mut self, known: Known<'_>, node: &Node, scalar: &Scalar, path: &FieldPath) -> (Value, Json) {
        if let (Some(unit), Plain::Text) = (known.field.and_then(|f| f.unit), &scalar.plain) {
            return self.duration(unit, node, scalar, path);
        }
        let takes_text = matches!(known.field, Some(FieldSpec { shape: Shape::Text { .. }, .. }));
        let json = match &scalar.plain {
            Plain::Reported => {
                self.silent.insert(path.clone());
                Json::Null
            }
            Plain::Null => Json::Null,
            // What comes from outside is a text first of all; it is read as something else only where that is wanted.
            Plain::Bool(_) | Plain::Number(_) if scalar.is_hidden() && takes_text => Json::String(scalar.text.clone()),
            Plain::Bool(b) => Json::Bool(*b),
            Plain::Number(n) => Json::Number(n.clone()),
            Plain::Text => Json::String(scalar.text.clone()),
        };
        if let (Some(kind), Json::String(text)) = (known.refers_to(), &json) {
            self.looks_like_reference(kind, text, node);
        }
        (Value::from_json(&json), json)
    }

    /// A text that is an address is sent as it is, which is hardly what was meant.
    fn looks_like_reference(&mut self, kind: &str, text: &str, node: &Node) {
        if text.parse::<Address>().is_ok_and(|address| address.kind() == kind) {
            let message = "an address is sent as it is where an id is expected";
            self.diagnostics.push(
                Diagnostic::warning("text-not-reference", node.at, message)
                    .label("a text")
                    .help(format!("write `{{ref: {text}}}` for the id of that resource")),
            );
        }
    }

    fn duration(&mut self, unit: Unit, node: &Node, scalar: &Scalar, path: &FieldPath) -> (Value, Json) {
        let error = match duration::parse(&scalar.text, unit) {
            Ok(amount) => {
                let json = Json::from(amount);
                return (Value::from_json(&json), json);
            }
            Err(error) => error,
        };
        let units = duration::plural(unit);
        let message =
            if scalar.is_hidden() { "a text from outside is no such duration".to_owned() } else { error.to_string() };
        let help =
            format!("write a number of {units}, or numbers with the units s, m, h, d, w, such as `15m` or `1h30m`");
        let label = format!("expected a duration in whole {units}");
        self.fail(path, Diagnostic::error("bad-duration", node.at, message).label(label).help(help));
        (Value::Null, Json::Null)
    }

    fn list(&mut self, known: Known<'_>, items: &[Node], path: &FieldPath) -> (Value, Json) {
        let (inner, set) = match known.field.map(|f| &f.shape) {
            Some(Shape::List { item, set }) => (Some(item.as_ref()), *set),
            Some(Shape::Bool | Shape::Number | Shape::Text { .. } | Shape::Object { .. } | Shape::Atomic) | None => {
                (None, false)
            }
        };
        let refers_to = if inner.is_some() { known.refers_to() } else { None };
        let converted: Vec<(Value, Json)> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.value(Known { field: inner, refers_to }, item, &path.item(index)))
            .collect();
        if let (true, Some(inner)) = (set, inner) {
            self.duplicates(inner, items, &converted, path);
        }
        let (values, json) = converted.into_iter().unzip();
        (Value::List(values), Json::Array(json))
    }

    /// Reports what is in a set twice.
    fn duplicates(&mut self, item: &FieldSpec, nodes: &[Node], values: &[(Value, Json)], path: &FieldPath) {
        let mut seen: BTreeMap<Value, usize> = BTreeMap::new();
        for (index, (value, _)) in values.iter().enumerate() {
            if self.silent.contains(&path.item(index)) {
                continue;
            }
            let first = *seen.entry(canonical(item, value)).or_insert(index);
            if first != index {
                let message = match (&nodes[index].content, value) {
                    (Content::Scalar(scalar), Value::String(text)) if !scalar.is_hidden() => {
                        format!("`{}` is in the list twice", short(text))
                    }
                    _ => "a value is in the list twice".to_owned(),
                };
                let diagnostic = Diagnostic::error("duplicate-value", nodes[index].at, message)
                    .label("again here")
                    .related(nodes[first].at, "first here")
                    .help("the order of this list means nothing, so nor does a second one: remove it");
                self.fail(&path.item(index), diagnostic);
            }
        }
    }

    fn object(&mut self, known: Known<'_>, members: &[Member], path: &FieldPath) -> (Value, Json) {
        let mut values = BTreeMap::new();
        let mut json = Map::new();
        for Member { name, value: node, .. } in members {
            let field = known.field.and_then(|f| f.members()).and_then(|m| m.get(name));
            let (value, form) = self.value(Known { field, refers_to: None }, node, &path.member(name));
            // `null` inside an object leaves the member out of what is sent.
            if value != Value::Null || known.is_free_form() || self.silent.contains(&path.member(name)) {
                json.insert(name.clone(), form);
            }
            values.insert(name.clone(), value);
        }
        (Value::Object(values), Json::Object(json))
    }

    fn reference(&mut self, known: Known<'_>, node: &Node, target: &Node, path: &FieldPath) -> (Value, Json) {
        let nothing = (Value::Null, Json::Null);
        if target.scalar().is_some_and(|s| s.plain == Plain::Reported) {
            self.silent.insert(path.clone());
            return nothing;
        }
        let Some(kind) = known.refers_to() else {
            let message = "a reference cannot stand here".to_owned();
            let diagnostic = Diagnostic::error("bad-reference", node.at, message)
                .label("the API expects no id here")
                .help("`{ref: …}` stands for the id of another resource, where the API wants one");
            self.fail(path, diagnostic);
            return nothing;
        };
        let example = self.example(kind);
        let Some(text) = target.as_text() else {
            let message = format!("an address is expected, found {}", found(target));
            let help = format!("write `{{ref: {example}}}`");
            self.fail(path, Diagnostic::error("bad-reference", target.at, message).help(help));
            return nothing;
        };
        let address = match text.parse::<Address>() {
            Ok(address) => address,
            Err(error) => {
                let help = format!("write `{{ref: {example}}}`");
                self.fail(path, Diagnostic::error("bad-reference", target.at, error.to_string()).help(help));
                return nothing;
            }
        };
        let depth = 1 + self.parents(address.kind());
        if address.kind() != kind || address.keys().len() != depth {
            let message = if address.kind() == kind {
                format!("`{address}` is not the address of {}", article(kind))
            } else if self.catalog.kind(address.kind()).is_none() {
                format!("unknown kind `{}`{}", address.kind(), question(address.kind(), self.segments()))
            } else {
                format!("`{address}` is {}; the id of {} is expected", article(address.kind()), article(kind))
            };
            let help = format!("write `{{ref: {example}}}`");
            self.fail(path, Diagnostic::error("bad-reference", target.at, message).help(help));
            return nothing;
        }
        (Value::Ref(address), Json::String(text.to_owned()))
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.catalog.kinds.iter().map(|k| k.segment.as_str())
    }

    /// How many parents a kind has.
    fn parents(&self, segment: &str) -> usize {
        let parent = self.catalog.kind(segment).and_then(|k| k.parent.as_ref());
        parent.map_or(0, |p| 1 + self.parents(&p.segment))
    }

    fn example(&self, segment: &str) -> String {
        let kind = self.catalog.kind(segment);
        match kind.and_then(|k| k.parent.as_ref()) {
            Some(parent) => format!("{segment}/<{}>/<{segment}>", parent.segment),
            None => format!("{segment}/<{segment}>"),
        }
    }
}
