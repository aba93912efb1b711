//! What must come before what, and why.

use std::collections::BTreeMap;

use crate::address::{Address, RemoteId};
use crate::catalog::{FieldSpec, KindSpec, Unique, Within};
use crate::diff::{Change, Note, Problem, ProblemKind, canonical, display_name};
use crate::live::LiveObject;
use crate::path::FieldPath;
use crate::plan::node::{Act, Context, Node};
use crate::value::Value;

/// A field of a resource, as far as it is one reason for an edge.
pub(super) type Atom = (Address, String);

/// `from` must be done before `to`, by index of node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The field of `from` whose write is waited for; `None` for the whole node.
    pub(super) releases: Option<Atom>,
    /// The field of `to` that waits; `None` for the whole node.
    pub(super) takes: Option<Atom>,
    /// Can be given up where it would make a ring.
    pub(super) soft: bool,
}

impl Edge {
    fn whole(from: usize, to: usize) -> Self {
        Self { from, to, releases: None, takes: None, soft: false }
    }
}

/// All edges. Values that are held by objects which do not let go become problems, or notes where nobody knows whether
/// the API refuses them.
pub(super) fn edges(
    context: &Context<'_>,
    nodes: &[Node],
    changes: &mut BTreeMap<Address, Change>,
    problems: &mut Vec<Problem>,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (to, node) in nodes.iter().enumerate() {
        after_creation(context, nodes, to, node, &mut edges);
        for (owner, name, value) in node.own() {
            references(context, nodes, (to, owner, name, value), &mut edges, problems);
            unique_values(context, nodes, (to, owner, name, value), &mut edges, changes, problems);
        }
    }
    edges.retain(|e| e.from != e.to || e.takes.is_some());
    edges
}

/// A child waits for its parent, and an update for the creation of its own object.
fn after_creation(context: &Context<'_>, nodes: &[Node], to: usize, node: &Node, edges: &mut Vec<Edge>) {
    let maker = |address: &Address| nodes.iter().position(|n| n.creates(address));
    if node.on_new && node.act == Act::Update {
        edges.extend(maker(&node.address).map(|from| Edge::whole(from, to)));
    }
    if node.act == Act::Create
        && let Some(from) = context.parent(&node.address).and_then(|p| maker(&p))
    {
        edges.push(Edge::whole(from, to));
    }
}

/// The referenced comes before the referring, and who is let go of changes after that.
fn references(
    context: &Context<'_>,
    nodes: &[Node],
    (to, owner, name, value): (usize, &Address, &String, &Value),
    edges: &mut Vec<Edge>,
    problems: &mut Vec<Problem>,
) {
    let atom = || Some((owner.clone(), name.clone()));
    for target in value.refs() {
        let maker = nodes.iter().position(|n| n.creates(target));
        match maker {
            Some(from) => edges.push(Edge { from, to, releases: None, takes: atom(), soft: false }),
            None if context.identities.id(target).is_some() => {
                let updates = writers(nodes, target).filter(|from| *from != to);
                edges.extend(updates.map(|from| Edge { from, to, releases: None, takes: atom(), soft: true }));
            }
            None => problems.push(Problem {
                address: owner.clone(),
                kind: ProblemKind::NoTarget { field: name.clone(), target: target.clone() },
            }),
        }
    }
    let Some(spec) = context.spec_of(owner).and_then(|s| s.fields.get(name)) else { return };
    let Some(kind) = refers_to(spec) else { return };
    let Some(shown) = context.live_of(owner).and_then(|o| o.fields.get(name)) else { return };
    for id in texts(shown) {
        let Some(former) = context.identities.address_of(kind, &RemoteId::new(id)) else { continue };
        if value.refs().contains(&former) && !nodes.iter().any(|n| n.creates(former)) {
            continue;
        }
        for (from, node) in nodes.iter().enumerate().filter(|(at, n)| *at != to && n.address == *former) {
            let soft = node.act == Act::Update;
            if node.act != Act::Create {
                edges.push(Edge { from: to, to: from, releases: atom(), takes: None, soft });
            }
        }
    }
}

/// The kind that a field, or the items of a list, refer to.
fn refers_to(spec: &FieldSpec) -> Option<&str> {
    use crate::catalog::Shape;
    match &spec.shape {
        Shape::List { item, .. } => item.refers_to.as_deref(),
        Shape::Bool | Shape::Number | Shape::Text { .. } | Shape::Object { .. } | Shape::Atomic => {
            spec.refers_to.as_deref()
        }
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) | Value::Ref(_) => Vec::new(),
    }
}

/// The nodes that send fields of a resource that is live already.
fn writers<'a>(nodes: &'a [Node], address: &'a Address) -> impl Iterator<Item = usize> + 'a {
    nodes.iter().enumerate().filter(move |(_, n)| n.act == Act::Update && n.address == *address).map(|(at, _)| at)
}

/// Whoever lets go of a unique value comes before whoever takes it.
fn unique_values(
    context: &Context<'_>,
    nodes: &[Node],
    (to, owner, name, value): (usize, &Address, &String, &Value),
    edges: &mut Vec<Edge>,
    changes: &mut BTreeMap<Address, Change>,
    problems: &mut Vec<Problem>,
) {
    let Some(spec) = context.spec_of(owner) else { return };
    for (path, field, unique) in unique_paths(spec, name) {
        let Some(wanted) = value_at(value, &path).map(|v| canonical(field, v)).filter(|v| takes_place(unique, v))
        else {
            continue;
        };
        let holds = |object: &LiveObject| held(object, &path).is_some_and(|v| canonical(field, v) == wanted);
        let own = if nodes[to].on_new { None } else { context.live_of(owner) };
        if own.is_some_and(&holds) {
            continue;
        }
        let own_id = own.map(|o| o.id.clone());
        let rivals = context.live.of_kind(owner.kind()).filter(|o| Some(&o.id) != own_id.as_ref());
        for rival in rivals.filter(|o| shares_space(context, unique, owner, o)).filter(|o| holds(o)) {
            match release(context, nodes, rival, &path, field, &wanted) {
                Some((from, releases)) => {
                    edges.push(Edge { from, to, releases, takes: Some((owner.clone(), name.clone())), soft: false });
                }
                None if unique.enforced => problems.push(held_by(context, owner, unique, &wanted, rival)),
                None => {
                    if let Some(change) = changes.get_mut(owner) {
                        change.notes.push(Note::SharedValue { field: path.clone(), holder: rival.id.clone() });
                    }
                }
            }
        }
    }
}

fn held_by(context: &Context<'_>, owner: &Address, unique: &Unique, wanted: &Value, rival: &LiveObject) -> Problem {
    let holder = (rival.kind.clone(), rival.id.clone(), display_name(context.catalog, rival));
    let value = if unique.role { String::from("role") } else { wanted.to_json().to_string() };
    Problem { address: owner.clone(), kind: ProblemKind::Held { name: unique.name.clone(), value, holder } }
}

/// The unique fields inside a top-level field, itself included.
pub(crate) fn unique_paths<'a>(spec: &'a KindSpec, name: &str) -> Vec<(FieldPath, &'a FieldSpec, &'a Unique)> {
    fn collect<'a>(path: FieldPath, field: &'a FieldSpec, found: &mut Vec<(FieldPath, &'a FieldSpec, &'a Unique)>) {
        if let Some(members) = field.members() {
            members.iter().for_each(|(name, member)| collect(path.member(name), member, found));
        }
        found.extend(field.unique.as_ref().map(|unique| (path, field, unique)));
    }
    let mut found = Vec::new();
    if let Some(field) = spec.fields.get(name) {
        collect(FieldPath::field(name), field, &mut found);
    }
    found
}

/// The value at a path whose first segment is the field that `value` is of.
pub(crate) fn value_at<'a>(value: &'a Value, path: &FieldPath) -> Option<&'a Value> {
    path.segments().iter().skip(1).try_fold(value, |value, segment| match segment {
        crate::Segment::Member(name) => value.as_object()?.get(name),
        crate::Segment::Item(_) => None,
    })
}

fn held<'a>(object: &'a LiveObject, path: &FieldPath) -> Option<&'a Value> {
    value_at(object.fields.get(path.top()?)?, path)
}

/// Whether a value takes up a place: a role only where it is played, a text only where it says something.
pub(crate) fn takes_place(unique: &Unique, value: &Value) -> bool {
    match value {
        Value::Bool(played) => *played,
        Value::String(text) => !unique.role && !text.is_empty(),
        Value::Null | Value::Number(_) | Value::List(_) | Value::Object(_) | Value::Ref(_) => false,
    }
}

fn shares_space(context: &Context<'_>, unique: &Unique, owner: &Address, rival: &LiveObject) -> bool {
    match unique.within {
        Within::Tenant => true,
        Within::Parent => {
            let parent = context.parent(owner);
            parent.and_then(|p| context.identities.id(&p)).is_some_and(|id| rival.parent.as_ref() == Some(id))
        }
    }
}

/// The node by which a live object lets go of a value: a delete of it or of its parent, or an update to another value.
fn release(
    context: &Context<'_>,
    nodes: &[Node],
    rival: &LiveObject,
    path: &FieldPath,
    field: &FieldSpec,
    value: &Value,
) -> Option<(usize, Option<Atom>)> {
    let deleted = |kind_and_id: (&str, &RemoteId)| {
        nodes.iter().position(|n| match &n.act {
            Act::Delete { id } => (n.address.kind(), id) == kind_and_id,
            Act::Create | Act::Update => false,
        })
    };
    let parent_kind = context.catalog.kind(&rival.kind).and_then(|k| k.parent.as_ref());
    let with_parent = parent_kind.zip(rival.parent.as_ref()).and_then(|(k, id)| deleted((&k.segment, id)));
    if let Some(node) = deleted((&rival.kind, &rival.id)).or(with_parent) {
        return Some((node, None));
    }
    let address = context.identities.address_of(&rival.kind, &rival.id)?;
    let top = path.top()?;
    let lets_go = |node: &Node| {
        node.act == Act::Update
            && node
                .fields(address)
                .and_then(|f| f.get(top))
                .is_some_and(|written| value_at(written, path).is_none_or(|v| canonical(field, v) != *value))
    };
    let node = nodes.iter().position(lets_go)?;
    Some((node, Some((address.clone(), top.to_owned()))))
}
