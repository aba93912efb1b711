//! One document to one resource: the envelope, then the spec by the schema of its kind. Everything that is wrong is
//! said at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use tilewright_core::{Address, Catalog, DocumentId, FieldPath, Kind, KindSpec, Resource};

use crate::check::{Advice, BadSchema, Checker, Subject};
use crate::diagnostic::Diagnostic;
use crate::envelope::{self, Section, article, belongs};
use crate::suggest::{nearest, one_of, question, short};
use crate::values::{Converted, convert};
use crate::yaml::{Content, Member, Node, Plain};

/// The checkers of a catalog's kinds, compiled once for a load.
pub(crate) struct Checkers {
    document: Checker,
    tombstone: Checker,
    metadata: BTreeMap<String, Checker>,
    specs: BTreeMap<String, Checker>,
    /// Without what is required, for tombstones.
    loose: BTreeMap<String, Checker>,
}

impl Checkers {
    pub(crate) fn new(catalog: &Catalog) -> Result<Self, BadSchema> {
        let mut checkers = Self {
            document: Checker::new(&envelope::document_schema(false))?,
            tombstone: Checker::new(&envelope::document_schema(true))?,
            metadata: BTreeMap::new(),
            specs: BTreeMap::new(),
            loose: BTreeMap::new(),
        };
        for kind in &catalog.kinds {
            checkers.metadata.insert(kind.segment.clone(), Checker::new(&envelope::metadata_schema(kind))?);
            for spec in &kind.specs {
                checkers.specs.insert(spec.name.clone(), Checker::new(&spec.schema)?);
                let mut loose = spec.schema.clone();
                if let Some(members) = loose.as_object_mut() {
                    members.remove("required");
                }
                checkers.loose.insert(spec.name.clone(), Checker::new(&loose)?);
            }
        }
        Ok(checkers)
    }
}

/// What a document came to.
pub(crate) struct Read {
    /// The resource, with the fields that are right; `None` without a schema to read it by.
    pub(crate) resource: Option<Resource>,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads a document whose kind is known, overlays merged and references resolved.
pub(crate) fn read(
    catalog: &Catalog,
    checkers: &Checkers,
    kind: &Kind,
    address: Option<&Address>,
    root: &Node,
    document: DocumentId,
) -> Read {
    let tombstone = envelope::is_tombstone(root);
    let spec_member = root.member("spec");
    let spec_node = spec_member.map(|m| &m.value);
    let spec = envelope::choose_spec(kind, spec_node);
    let mut diagnostics = around(checkers, kind, spec, root, tombstone);
    let Some(spec) = spec else {
        diagnostics.extend(no_such_variant(kind, spec_node));
        return Read { resource: None, diagnostics };
    };
    let mut fields = BTreeMap::new();
    if let Some(member) = spec_member.filter(|m| envelope::is_object(&m.value)) {
        let converted = convert(catalog, spec, &member.value);
        let checker = if tombstone { &checkers.loose[&spec.name] } else { &checkers.specs[&spec.name] };
        let Converted { fields: converted_fields, json, mut silent, diagnostics: said } = converted;
        silent.extend(misplaced(kind, spec, root));
        let (found, wrong) = checker.verdict(&Subject {
            node: &member.value,
            json: &json,
            owner: member.name_at,
            title: &article(&spec.title),
            silent: &silent,
            advice: &|path, name| advice(kind, spec, path, name),
        });
        let bad: BTreeSet<&str> = silent.iter().filter_map(FieldPath::top).collect();
        fields = converted_fields;
        fields.retain(|name, _| !bad.contains(name.as_str()) && !wrong.contains(name));
        diagnostics.extend(said);
        diagnostics.extend(found);
    }
    let resource = address.map(|address| Resource {
        address: address.clone(),
        spec_name: spec.name.clone(),
        metadata: envelope::metadata(root.get("metadata")),
        fields,
        document,
    });
    Read { resource, diagnostics }
}

/// The fields of the spec that stand outside of it, where they are reported; they are not missing.
fn misplaced(kind: &Kind, spec: &KindSpec, root: &Node) -> Vec<FieldPath> {
    let own = envelope::metadata_names(kind);
    let metadata = root.get("metadata").and_then(Node::members).into_iter().flatten();
    let metadata = metadata.filter(|m| !own.contains(&m.name.as_str()));
    let outside = root.members().into_iter().flatten().chain(metadata);
    outside.filter(|m| spec.fields.contains_key(&m.name)).map(|m| FieldPath::field(&m.name)).collect()
}

/// A document without what is in its metadata and spec, which are checked on their own.
fn outline(root: &Node) -> Json {
    let member = |m: &Member| match &m.value.content {
        Content::Map(_) => (m.name.clone(), Json::Object(Map::new())),
        Content::List(_) => (m.name.clone(), Json::Array(Vec::new())),
        Content::Scalar(_) => (m.name.clone(), m.value.to_json()),
    };
    root.members().into_iter().flatten().map(member).collect()
}

/// Checks what surrounds the spec.
fn around(checkers: &Checkers, kind: &Kind, spec: Option<&KindSpec>, root: &Node, tombstone: bool) -> Vec<Diagnostic> {
    let silent = BTreeSet::new();
    let checker = if tombstone { &checkers.tombstone } else { &checkers.document };
    let title = article(&kind.name);
    let elsewhere = |section: Section| {
        move |path: &FieldPath, name: &str| {
            let help = path.segments().is_empty().then(|| belongs(kind, spec, section, name)).flatten()?;
            let inside = ["spec", "metadata"].into_iter().find(|m| help.ends_with(&format!("under `{m}`")));
            Some(Advice::Elsewhere(help, inside.filter(|_| section == Section::Top)))
        }
    };
    let mut found = checker.check(&Subject {
        node: root,
        json: &outline(root),
        owner: crate::sources::top_of(root),
        title: &title,
        silent: &silent,
        advice: &elsewhere(Section::Top),
    });
    if let Some(metadata) = root.member("metadata").filter(|m| envelope::is_object(&m.value)) {
        // The header has said what is wrong with the names.
        let mut silent: BTreeSet<FieldPath> = reported(&metadata.value, &FieldPath::default()).into_iter().collect();
        silent.insert(FieldPath::field("name"));
        silent.extend(kind.parent.iter().map(|p| FieldPath::field(&p.segment)));
        found.extend(checkers.metadata[&kind.segment].check(&Subject {
            node: &metadata.value,
            json: &metadata.value.to_json(),
            owner: metadata.name_at,
            title: "`metadata`",
            silent: &silent,
            advice: &elsewhere(Section::Metadata),
        }));
    }
    found
}

/// The places of which everything is said already, since reading or resolving failed there.
pub(crate) fn reported(node: &Node, path: &FieldPath) -> Vec<FieldPath> {
    match &node.content {
        Content::Scalar(scalar) if scalar.plain == Plain::Reported => vec![path.clone()],
        Content::Scalar(_) => Vec::new(),
        Content::List(items) => items.iter().enumerate().flat_map(|(i, n)| reported(n, &path.item(i))).collect(),
        Content::Map(members) => members.iter().flat_map(|m| reported(&m.value, &path.member(&m.name))).collect(),
    }
}

/// What to do about a name in the spec that the schema does not know.
fn advice(kind: &Kind, spec: &KindSpec, path: &FieldPath, name: &str) -> Option<Advice> {
    if !path.segments().is_empty() {
        return None;
    }
    if let Some(sentence) = spec.not_accepted.get(name) {
        let message = format!("`{}` cannot be stated on {}", short(name), article(&spec.title));
        return Some(Advice::Refused(message, sentence.clone()));
    }
    // A slip of the pen is likelier than a wrong place.
    let slip = nearest(name, spec.fields.keys().map(String::as_str)).is_some();
    let elsewhere = belongs(kind, Some(spec), Section::Spec, name);
    let wanted = elsewhere.filter(|_| !slip || envelope::metadata_names(kind).contains(&name));
    wanted.map(|help| Advice::Elsewhere(help, None))
}

/// The discriminator has a value that chooses no schema.
fn no_such_variant(kind: &Kind, spec: Option<&Node>) -> Option<Diagnostic> {
    let (field, _) = kind.discriminator.as_ref()?;
    let node = spec?.get(field)?;
    if node.scalar().is_some_and(|s| s.plain == Plain::Reported) {
        return None;
    }
    let values = envelope::discriminator_values(kind);
    let near = node.as_text().map(|t| question(t, values.iter().copied())).unwrap_or_default();
    let found = crate::shapes::found(node);
    let message = format!("`{field}` cannot be {}{near}", found.strip_prefix("the text ").unwrap_or(&found));
    let label = format!("expected {}", one_of(values.iter().copied()));
    Some(Diagnostic::error("not-allowed", node.at, message).label(label))
}
