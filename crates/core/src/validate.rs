//! Checks desired state across files: references, parents, defaults, unique values, and the vendor's rules.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::catalog::{Catalog, RuleInput, Unique, Within};
use crate::desired::{DesiredState, Resource};
use crate::diff::canonical;
use crate::finding::{Finding, Place};
use crate::path::FieldPath;
use crate::plan::{takes_place, unique_paths, value_at};
use crate::value::Value;

/// Everything that is wrong between the resources, in order of document and place.
#[must_use]
pub fn validate(desired: &DesiredState, catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for resource in desired.present() {
        parent(desired, catalog, resource, &mut findings);
        references(desired, catalog, resource, &mut findings);
        display_name(catalog, resource, &mut findings);
        let input = RuleInput { resource, desired, catalog };
        findings.extend(catalog.rules.iter().flat_map(|rule| (rule.check)(&input)));
    }
    defaults(desired, catalog, &mut findings);
    unique_values(desired, catalog, &mut findings);
    pins(desired, &mut findings);
    former_names(desired, catalog, &mut findings);
    findings.sort_by(|a, b| a.place.cmp(&b.place).then_with(|| (a.code, &a.message).cmp(&(b.code, &b.message))));
    findings
}

/// The path of a field of the spec, from the document's top.
fn in_spec(path: &FieldPath) -> FieldPath {
    let top = crate::Segment::Member("spec".to_owned());
    std::iter::once(top).chain(path.segments().iter().cloned()).collect()
}

fn in_metadata(resource: &Resource, member: &str) -> Place {
    Place::value(resource.document, FieldPath::field("metadata").member(member))
}

fn parent(desired: &DesiredState, catalog: &Catalog, resource: &Resource, findings: &mut Vec<Finding>) {
    let address = &resource.address;
    let Some(parent_kind) = catalog.kind(address.kind()).and_then(|k| k.parent.as_ref()) else { return };
    let Some(parent) = address.parent(&parent_kind.segment) else { return };
    let place = || in_metadata(resource, &parent_kind.segment);
    match desired.resources.get(&parent) {
        Some(found) if !found.is_tombstone() => {}
        Some(found) => findings.push(
            Finding::error("parent-absent", place(), format!("{address} lives in {parent}, which is to be deleted"))
                .related(in_metadata(found, "state"), "the tombstone")
                .help("remove this document too, or the tombstone"),
        ),
        None => findings.push(
            Finding::error("unknown-parent", place(), format!("there is no {parent} in the manifests"))
                .label(format!("names no {} of the manifests", parent_kind.segment))
                .help(near(desired, &parent).unwrap_or_else(|| {
                    format!(
                        "add a document for it, with `metadata.name: {}`; it binds to the live one of its name",
                        parent.key()
                    )
                })),
        ),
    }
}

/// "did you mean", among the addresses of one kind.
fn near(desired: &DesiredState, wanted: &Address) -> Option<String> {
    let wanted_text = wanted.to_string();
    let (distance, best) = desired
        .present()
        .filter(|r| r.address.kind() == wanted.kind())
        .map(|r| (edits(&r.address.to_string(), &wanted_text), &r.address))
        .min()?;
    (distance <= 1 + wanted.key().as_str().len() / 4).then(|| format!("did you mean `{best}`?"))
}

/// The Levenshtein distance; keys are short, so a full table will do.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

fn references(desired: &DesiredState, catalog: &Catalog, resource: &Resource, findings: &mut Vec<Finding>) {
    let spec = catalog.spec(&resource.spec_name);
    for (name, value) in &resource.fields {
        each_ref(&FieldPath::field(name), value, &mut |path, target| {
            let place = Place::value(resource.document, in_spec(path));
            let kind = spec.and_then(|s| s.field(path)).and_then(|f| f.refers_to.as_deref());
            if let Some(kind) = kind.filter(|k| *k != target.kind()) {
                findings.push(
                    Finding::error(
                        "wrong-reference",
                        place,
                        format!("`{path}` refers to a {kind}, and {target} is none"),
                    )
                    .label(format!("expected an address such as `{kind}/…`")),
                );
                return;
            }
            match desired.resources.get(target) {
                Some(found) if !found.is_tombstone() => {}
                Some(found) => findings.push(
                    Finding::error("reference-absent", place, format!("{target} is to be deleted"))
                        .related(in_metadata(found, "state"), "the tombstone")
                        .help("refer to another resource, or remove the tombstone"),
                ),
                None => findings.push(
                    Finding::error("unknown-reference", place, format!("there is no {target} in the manifests"))
                        .label("names no resource of the manifests")
                        .help(near(desired, target).unwrap_or_else(|| {
                            "add a document for it, or write the remote id itself as a text".to_owned()
                        })),
                ),
            }
        });
    }
}

fn each_ref(path: &FieldPath, value: &Value, see: &mut dyn FnMut(&FieldPath, &Address)) {
    match value {
        Value::Ref(address) => see(path, address),
        Value::List(items) => items.iter().enumerate().for_each(|(at, item)| each_ref(&path.item(at), item, see)),
        Value::Object(members) => members.iter().for_each(|(name, v)| each_ref(&path.member(name), v, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Tenants may cut outer white space, and a resource is found again by its display name.
fn display_name(catalog: &Catalog, resource: &Resource, findings: &mut Vec<Finding>) {
    let Some(spec) = catalog.spec(&resource.spec_name) else { return };
    let stated = resource.fields.get(&spec.display_name).and_then(Value::as_str);
    if stated.is_some_and(|name| name != name.trim()) {
        let place = Place::value(resource.document, in_spec(&FieldPath::field(&spec.display_name)));
        findings.push(
            Finding::error("outer-white-space", place, "the display name begins or ends with white space")
                .label("the tenant may cut it, and then the resource would not be found again")
                .help("write it without"),
        );
    }
}

/// Exactly one child of a parent is its default; implied when there is only one.
fn defaults(desired: &DesiredState, catalog: &Catalog, findings: &mut Vec<Finding>) {
    let mut families: BTreeMap<Address, Vec<&Resource>> = BTreeMap::new();
    for resource in desired.present() {
        let parent = catalog.kind(resource.address.kind()).and_then(|k| k.parent.as_ref()).filter(|p| p.brings_default);
        if let Some(parent) = parent.and_then(|p| resource.address.parent(&p.segment)) {
            families.entry(parent).or_default().push(resource);
        }
    }
    for (parent, children) in families {
        let stated: Vec<&&Resource> = children.iter().filter(|c| c.metadata.default == Some(true)).collect();
        if let [first, others @ ..] = stated.as_slice() {
            findings.extend(others.iter().map(|other| {
                Finding::error(
                    "two-defaults",
                    in_metadata(other, "default"),
                    format!("{parent} has two default clients"),
                )
                .related(in_metadata(first, "default"), "the other one")
                .help("keep `default: true` on the client that is made together with the application")
            }));
        } else if children.len() > 1 {
            let place = Place::key(children[0].document, FieldPath::field("metadata"));
            findings.push(
                Finding::error(
                    "no-default",
                    place,
                    format!("none of the {} clients of {parent} is its default", children.len()),
                )
                .help("add `default: true` to the metadata of one of them; it is made together with the application"),
            );
        } else if children[0].metadata.default == Some(false) {
            findings.push(
                Finding::error(
                    "no-default",
                    in_metadata(children[0], "default"),
                    format!("{parent} has no other client"),
                )
                .label("an application needs a default client")
                .help("remove this line: the only client is the default"),
            );
        }
    }
}

fn unique_values(desired: &DesiredState, catalog: &Catalog, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(String, FieldPath, Option<Address>, Value), &Resource> = BTreeMap::new();
    for resource in desired.present() {
        let Some(spec) = catalog.spec(&resource.spec_name) else { continue };
        for (path, field, unique) in resource.fields.keys().flat_map(|name| unique_paths(spec, name)) {
            let Some(value) = stated(resource, &path).filter(|v| takes_place(unique, v)) else { continue };
            let space = match unique.within {
                Within::Tenant => None,
                Within::Parent => {
                    let parent = catalog.kind(resource.address.kind()).and_then(|k| k.parent.as_ref());
                    parent.and_then(|p| resource.address.parent(&p.segment))
                }
            };
            let key = (resource.address.kind().to_owned(), path.clone(), space, canonical(field, value));
            if let Some(other) = seen.get(&key) {
                findings.push(clash(resource, other, &path, unique, value));
            } else {
                seen.insert(key, resource);
            }
        }
    }
}

fn clash(resource: &Resource, other: &Resource, path: &FieldPath, unique: &Unique, value: &Value) -> Finding {
    let place = Place::value(resource.document, in_spec(path));
    let there = Place::value(other.document, in_spec(path));
    let (address, rival) = (&resource.address, &other.address);
    if unique.role {
        let message = format!("{address} and {rival} both claim to be the {}", unique.name);
        return Finding::error("two-of-a-role", place, message)
            .label(format!("a tenant has one {}", unique.name))
            .related(there, "the other one")
            .help("set it to `true` on one of them only");
    }
    let shown = value.as_str().map_or_else(|| value.to_json().to_string(), ToOwned::to_owned);
    Finding::error("taken", place, format!("{address} and {rival} have the same {}, \"{shown}\"", unique.name))
        .related(there, "used here first")
        .help("give one of them another value")
}

fn stated<'a>(resource: &'a Resource, path: &FieldPath) -> Option<&'a Value> {
    value_at(resource.fields.get(path.top()?)?, path)
}

/// No two resources are pinned to one remote id.
fn pins(desired: &DesiredState, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(&str, &str), &Resource> = BTreeMap::new();
    for resource in desired.resources.values() {
        let Some(id) = &resource.metadata.id else { continue };
        if let Some(other) = seen.insert((resource.address.kind(), id.as_str()), resource) {
            findings.push(
                Finding::error(
                    "pinned-twice",
                    in_metadata(resource, "id"),
                    format!("{} and {} are pinned to one id", resource.address, other.address),
                )
                .related(in_metadata(other, "id"), "the other one"),
            );
        }
    }
}

/// No two resources of one kind and parent were called the same.
fn former_names(desired: &DesiredState, catalog: &Catalog, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(&str, Option<Address>, &str), &Resource> = BTreeMap::new();
    for resource in desired.present() {
        let Some(name) = &resource.metadata.renamed_from else { continue };
        let kind = catalog.kind(resource.address.kind()).and_then(|k| k.parent.as_ref());
        let parent = kind.and_then(|p| resource.address.parent(&p.segment));
        if let Some(other) = seen.insert((resource.address.kind(), parent, name), resource) {
            let message = format!("{} and {} both claim to have been \"{name}\"", resource.address, other.address);
            findings.push(
                Finding::error("renamed-twice", in_metadata(resource, "renamed_from"), message)
                    .related(in_metadata(other, "renamed_from"), "the other one")
                    .help("keep it on the one that the live object is to become"),
            );
        }
    }
}
