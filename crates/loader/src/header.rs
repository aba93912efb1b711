//! The header of a manifest: `apiVersion`, `kind`, and the parts of `metadata` that make the address. It is read before
//! overlays are merged and references resolved, so it holds literal texts only.

use std::collections::BTreeSet;

use tilewright_core::{Address, Catalog, Key, Kind};

use crate::diagnostic::Diagnostic;
use crate::interpolate::has_reference;
use crate::shapes::found;
use crate::sources::top_of;
use crate::spot::Spot;
use crate::suggest::{nearest, one_of, question, short};
use crate::yaml::{Member, Node};

/// The members of `metadata` that belong to the header.
pub(crate) fn literal_metadata(catalog: &Catalog) -> BTreeSet<&str> {
    let parents = catalog.kinds.iter().filter_map(|k| k.parent.as_ref()).map(|p| p.segment.as_str());
    ["name", "state"].into_iter().chain(parents).collect()
}

/// What the header says, as far as it is right.
pub(crate) struct Header<'a> {
    /// The kind.
    pub(crate) kind: Option<&'a Kind>,
    /// The identity.
    pub(crate) address: Option<Address>,
    /// Where the identity is written.
    pub(crate) at: Spot,
    /// What is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads the header of a document.
pub(crate) fn read<'a>(catalog: &'a Catalog, root: &Node) -> Header<'a> {
    let mut header = Header { kind: None, address: None, at: top_of(root), diagnostics: Vec::new() };
    if root.members().is_none() {
        let message =
            format!("a manifest is an object with `apiVersion`, `kind`, `metadata` and `spec`, found {}", found(root));
        header.diagnostics.push(Diagnostic::error("not-a-manifest", header.at, message));
        return header;
    }
    if root.member("apiVersion").is_none() && root.member("kind").is_none() {
        let kinds: Vec<&str> = catalog.kinds.iter().map(|k| k.name.as_str()).collect();
        header.diagnostics.push(
            Diagnostic::error("not-a-manifest", header.at, "`apiVersion` and `kind` are missing")
                .label("a document starts here")
                .help(format!(
                    "each document starts with `apiVersion: {}` and `kind: {}`",
                    catalog.api_version,
                    kinds.join("|")
                )),
        );
        return header;
    }
    api_version(catalog, root, &mut header);
    header.kind = kind(catalog, root, &mut header);
    header.address = header.kind.and_then(|kind| address(catalog, kind, root, &mut header));
    header
}

fn api_version(catalog: &Catalog, root: &Node, header: &mut Header<'_>) {
    let wanted = catalog.api_version.as_str();
    let Some(node) = required(root, "apiVersion", &format!("write `apiVersion: {wanted}`"), header) else { return };
    if let Some(text) = literal(node, "`apiVersion`", header)
        && text != wanted
    {
        let message = format!("unknown `apiVersion` `{}`{}", short(text), question(text, [wanted]));
        let label = format!("expected `{wanted}`");
        header.diagnostics.push(Diagnostic::error("unknown-version", node.at, message).label(label));
    }
}

fn kind<'a>(catalog: &'a Catalog, root: &Node, header: &mut Header<'_>) -> Option<&'a Kind> {
    let names = || catalog.kinds.iter().map(|k| k.name.as_str());
    let help = format!("write `kind:` with {}", one_of(names()));
    let node = required(root, "kind", &help, header)?;
    let text = literal(node, "`kind`", header)?;
    let kind = catalog.kind_named(text);
    if kind.is_none() {
        let message = format!("unknown kind `{}`{}", short(text), question(text, names()));
        let label = format!("expected {}", one_of(names()));
        header.diagnostics.push(Diagnostic::error("unknown-kind", node.at, message).label(label));
    }
    kind
}

/// The address, from `metadata.name` and the member that names the parent.
fn address(catalog: &Catalog, kind: &Kind, root: &Node, header: &mut Header<'_>) -> Option<Address> {
    let metadata = metadata(root, header)?;
    if let Some(state) = metadata.value.get("state").filter(|s| s.as_text().is_some_and(has_reference)) {
        literal(state, "`metadata.state`", header);
    }
    header.at = metadata.value.get("name").map_or(header.at, |name| name.at);
    let own = member_key(kind, metadata, "name", header);
    let Some(parent) = &kind.parent else { return Some(Address::root(&kind.segment, own?)) };
    let above = member_key(kind, metadata, &parent.segment, header);
    // Kinds nest one level deep; the catalog has the parent's kind.
    catalog.kind(&parent.segment)?;
    Some(Address::root(&parent.segment, above?).child(&kind.segment, own?))
}

fn metadata<'n>(root: &'n Node, header: &mut Header<'_>) -> Option<&'n Member> {
    let wrong = match root.member("metadata") {
        Some(member) if member.value.members().is_some() => return Some(member),
        Some(member) => {
            let message = format!("`metadata` is {}; expected an object", found(&member.value));
            Diagnostic::error("wrong-type", member.name_at, message).help("it needs at least a `name`")
        }
        None => Diagnostic::error("missing-field", header.at, "`metadata` is missing")
            .label("this document has no name")
            .help("write `metadata: {name: …}`; the name is the key by which tilewright knows the resource"),
    };
    header.diagnostics.push(wrong);
    None
}

/// The key that a member of the metadata holds.
fn member_key(kind: &Kind, metadata: &Member, name: &str, header: &mut Header<'_>) -> Option<Key> {
    if let Some(node) = metadata.value.get(name) {
        return key(node, name, header);
    }
    // A misspelt one is reported where it stands, with the one that is meant.
    let others = metadata.value.members().into_iter().flatten().filter(|m| m.name != "name");
    let misspelt = others.into_iter().any(|m| nearest(&m.name, [name]).is_some());
    if !misspelt {
        let help = if name == "name" {
            "the name is the key by which tilewright knows the resource: a-z, 0-9 and `-`".to_owned()
        } else {
            format!("it is the key of the {name} that this {} lives in", kind.segment)
        };
        let message = format!("`metadata.{name}` is missing");
        header.diagnostics.push(Diagnostic::error("missing-field", metadata.name_at, message).help(help));
    }
    None
}

fn key(node: &Node, name: &str, header: &mut Header<'_>) -> Option<Key> {
    let text = literal(node, &format!("`metadata.{name}`"), header)?;
    match Key::new(text) {
        Ok(key) => Some(key),
        Err(_) => {
            let message = format!("`{}` is not a key", short(text));
            let diagnostic =
                Diagnostic::error("bad-key", node.at, message).label("expected 1 to 63 of a-z, 0-9 and `-`");
            let proposal = slug(text);
            header.diagnostics.push(match Key::new(&proposal) {
                Ok(_) if name == "name" => {
                    diagnostic.help(format!("write `{proposal}`; the name that people see is a field of the spec"))
                }
                Ok(_) => diagnostic.help(format!("write `{proposal}`")),
                Err(_) => diagnostic,
            });
            None
        }
    }
}

/// A key that is near to a text.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn required<'n>(root: &'n Node, name: &str, help: &str, header: &mut Header<'_>) -> Option<&'n Node> {
    let node = root.get(name);
    if node.is_none() {
        let message = format!("`{name}` is missing");
        header
            .diagnostics
            .push(Diagnostic::error("missing-field", header.at, message).label("this document lacks it").help(help));
    }
    node
}

/// A text that is written down, not a reference.
pub(crate) fn literal<'n>(node: &'n Node, name: &str, header: &mut Header<'_>) -> Option<&'n str> {
    let Some(text) = node.as_text() else {
        let reported = node.scalar().is_some_and(|s| s.plain == crate::yaml::Plain::Reported);
        if !reported {
            let message = format!("{name} is {}; expected a text", found(node));
            let diagnostic = Diagnostic::error("wrong-type", node.at, message).label("expected a text");
            let schema = serde_json::json!({"type": "string"});
            header.diagnostics.push(match crate::shapes::hint(&schema, node) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
        return None;
    };
    if has_reference(text) {
        header.diagnostics.push(
            Diagnostic::error("reference-in-header", node.at, format!("{name} cannot hold a reference"))
                .label("expected the text itself")
                .help("what a document is must be the same in every environment; only other values take `${…}`"),
        );
        return None;
    }
    Some(text)
}
