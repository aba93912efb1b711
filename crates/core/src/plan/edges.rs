//! What must come before what, and why.

use std::collections::BTreeMap;

use crate::address::{Address, RemoteId};
use crate::catalog::{FieldSpec, Unique, Within};
use crate::diff::{Change, Note, Problem, ProblemKind, canonical, display_name};
use crate::live::LiveObject;
use crate::path::FieldPath;
use crate::plan::index::{Index, held, referred, takes_place, unique_paths, value_at};
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
    pub(super) fn whole(from: usize, to: usize) -> Self {
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
    let index = Index::new(context, nodes);
    let mut drawing = Drawing { context, nodes, index: &index, edges: Vec::new(), changes, problems };
    for (to, node) in nodes.iter().enumerate() {
        drawing.after_creation(to, node);
        for (owner, name, value) in node.own() {
            let written = Written { at: to, owner, name, value };
            drawing.references(&written);
            drawing.former_references(&written);
            drawing.unique_values(&written);
        }
    }
    if index.has_deletes() {
        drawing.deletes();
    }
    let mut edges = drawing.edges;
    edges.retain(|e| e.from != e.to || e.takes.is_some());
    edges
}

/// A field that a node writes.
struct Written<'a> {
    at: usize,
    owner: &'a Address,
    name: &'a str,
    value: &'a Value,
}

impl Written<'_> {
    #[expect(clippy::unnecessary_wraps, reason = "edges want it as an option")]
    fn atom(&self) -> Option<Atom> {
        Some((self.owner.clone(), self.name.to_owned()))
    }
}

struct Drawing<'a, 'b> {
    context: &'b Context<'a>,
    nodes: &'b [Node],
    index: &'b Index<'b>,
    edges: Vec<Edge>,
    changes: &'b mut BTreeMap<Address, Change>,
    problems: &'b mut Vec<Problem>,
}

impl Drawing<'_, '_> {
    /// A child waits for its parent, and an update for the creation of its own object.
    fn after_creation(&mut self, to: usize, node: &Node) {
        if node.on_new && node.act == Act::Update {
            self.edges.extend(self.index.maker(&node.address).map(|from| Edge::whole(from, to)));
        }
        if node.act == Act::Create
            && let Some(from) = self.context.parent(&node.address).and_then(|p| self.index.maker(&p))
        {
            self.edges.push(Edge::whole(from, to));
        }
    }

    fn object(&self, kind: &str, id: &str) -> Option<&LiveObject> {
        self.context.live.object(kind, &RemoteId::new(id))
    }

    /// Whether a resource has a live object that this plan does not delete.
    fn lasts(&self, address: &Address) -> bool {
        let object = self.context.live_of(address);
        object.is_some_and(|o| self.index.deleter(self.context, o).is_none())
    }

    /// The referenced comes before the referring. What is live already is at least brought up to date first.
    fn references(&mut self, written: &Written<'_>) {
        for target in written.value.refs() {
            if let Some(from) = self.index.maker(target) {
                let takes = written.atom();
                self.edges.push(Edge { from, to: written.at, releases: None, takes, soft: false });
            } else if self.lasts(target) {
                for from in self.index.updates(target).iter().copied().filter(|from| *from != written.at) {
                    let takes = written.atom();
                    self.edges.push(Edge { from, to: written.at, releases: None, takes, soft: true });
                }
            } else {
                let (field, target) = (written.name.to_owned(), target.clone());
                let kind = ProblemKind::NoTarget { field, target };
                self.problems.push(Problem { address: written.owner.clone(), kind });
            }
        }
    }

    /// What was referred to and is not any more is deleted, or changed, after that.
    fn former_references(&mut self, written: &Written<'_>) {
        if self.nodes[written.at].on_new {
            return;
        }
        let Some(spec) = self.context.spec_of(written.owner).and_then(|s| s.fields.get(written.name)) else { return };
        let Some(shown) = self.context.live_of(written.owner).and_then(|o| o.fields.get(written.name)) else { return };
        let still = referred(spec, written.value);
        for (kind, id) in referred(spec, shown).difference(&still) {
            let deleter = self.object(kind, id).and_then(|o| self.index.deleter(self.context, o));
            if let Some(to) = deleter {
                self.edges.push(Edge { from: written.at, to, releases: written.atom(), takes: None, soft: false });
                continue;
            }
            let Some(former) = self.context.identities.address_of(kind, &RemoteId::new(id)) else { continue };
            if written.value.refs().contains(&former) {
                continue;
            }
            for to in self.index.updates(former).iter().copied().filter(|to| *to != written.at) {
                self.edges.push(Edge { from: written.at, to, releases: written.atom(), takes: None, soft: true });
            }
        }
    }

    /// Whoever lets go of a unique value comes before whoever takes it.
    fn unique_values(&mut self, written: &Written<'_>) {
        let Some(spec) = self.context.spec_of(written.owner) else { return };
        for (path, field, unique) in unique_paths(spec, written.name) {
            let wanted = value_at(written.value, &path).map(|v| canonical(field, v));
            let Some(wanted) = wanted.filter(|v| takes_place(unique, v)) else { continue };
            let is_new = self.nodes[written.at].on_new;
            let own = if is_new { None } else { self.context.live_of(written.owner) };
            if own.and_then(|o| held(o, &path)).is_some_and(|v| canonical(field, v) == wanted) {
                continue;
            }
            for rival in self.index.holders(written.owner.kind(), &path, &wanted) {
                if self.shares_space(unique, written.owner, rival) {
                    self.take_over(written, (&path, field, unique), &wanted, rival);
                }
            }
        }
    }

    fn take_over(
        &mut self,
        written: &Written<'_>,
        (path, field, unique): (&FieldPath, &FieldSpec, &Unique),
        wanted: &Value,
        rival: &LiveObject,
    ) {
        let owner = written.owner;
        match self.release(rival, path, field, wanted) {
            Some((from, releases)) => {
                self.edges.push(Edge { from, to: written.at, releases, takes: written.atom(), soft: false });
            }
            None if unique.enforced => {
                let holder = self.named(rival);
                let value = if unique.role { String::from("role") } else { wanted.to_json().to_string() };
                let kind = ProblemKind::Held { name: unique.name.clone(), value, holder };
                self.problems.push(Problem { address: owner.clone(), kind });
            }
            None => {
                if let Some(change) = self.changes.get_mut(owner) {
                    change.notes.push(Note::SharedValue { field: path.clone(), holder: rival.id.clone() });
                }
            }
        }
    }

    fn named(&self, object: &LiveObject) -> (String, RemoteId, String) {
        (object.kind.clone(), object.id.clone(), display_name(self.context.catalog, object))
    }

    fn shares_space(&self, unique: &Unique, owner: &Address, rival: &LiveObject) -> bool {
        match unique.within {
            Within::Tenant => true,
            Within::Parent => {
                let parent = self.context.parent(owner).filter(|p| self.index.maker(p).is_none());
                parent.and_then(|p| self.context.identities.id(&p)).is_some_and(|id| rival.parent.as_ref() == Some(id))
            }
        }
    }

    /// The node by which a live object lets go of a value: what deletes it, or an update to another value.
    fn release(
        &self,
        rival: &LiveObject,
        path: &FieldPath,
        field: &FieldSpec,
        value: &Value,
    ) -> Option<(usize, Option<Atom>)> {
        if let Some(node) = self.index.deleter(self.context, rival) {
            return Some((node, None));
        }
        let address = self.context.identities.address_of(&rival.kind, &rival.id)?;
        let top = path.top()?;
        let node = self.index.updates(address).iter().copied().find(|at| {
            let written = self.nodes[*at].fields(address).and_then(|f| f.get(top));
            written.is_some_and(|w| value_at(w, path).is_none_or(|v| canonical(field, v) != *value))
        })?;
        Some((node, Some((address.clone(), top.to_owned()))))
    }

    /// What refers to an object that is deleted is deleted before it, or refers to something else by then, or is a problem.
    fn deletes(&mut self) {
        for holder in self.context.live.objects.values() {
            let Some(spec) = self.context.catalog.spec(&holder.spec_name) else { continue };
            let own = self.index.deleter(self.context, holder);
            for (name, shown) in &holder.fields {
                let Some(field) = spec.fields.get(name) else { continue };
                for (kind, id) in referred(field, shown) {
                    let deleter = self.object(kind, id).and_then(|o| self.index.deleter(self.context, o));
                    let Some(to) = deleter.filter(|to| Some(*to) != own) else { continue };
                    match own {
                        Some(from) => {
                            // Two that refer to each other must go in some order all the same.
                            self.edges.push(Edge { from, to, releases: None, takes: None, soft: true });
                        }
                        None if self.lets_go(holder, name, field, (kind, id)) => {}
                        None => {
                            let kind = ProblemKind::Referenced { field: name.clone(), by: self.named(holder) };
                            self.problems.push(Problem { address: self.nodes[to].address.clone(), kind });
                        }
                    }
                }
            }
        }
    }

    /// Whether some update of the holder writes the field without the reference.
    fn lets_go(&self, holder: &LiveObject, name: &str, field: &FieldSpec, target: (&str, &str)) -> bool {
        let Some(address) = self.context.identities.address_of(&holder.kind, &holder.id) else { return false };
        self.index.updates(address).iter().any(|at| {
            let written = self.nodes[*at].fields(address).and_then(|f| f.get(name));
            !self.nodes[*at].on_new && written.is_some_and(|w| !referred(field, w).contains(&target))
        })
    }
}
