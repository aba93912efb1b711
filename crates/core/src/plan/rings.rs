//! Rings: finds the nodes that wait for each other, and opens them by splitting a write in two.
//!
//! A ring is opened at a field: the field leaves its write and gets a later one of its own. Where the field must be let go
//! early and taken late (two objects that swap a unique value), the first write gives it a value in between.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::plan::edges::{Atom, Edge};
use crate::plan::node::{Act, Context, Node};
use crate::plan::spare::{Spares, has_spare};
use crate::plan::step::Purpose;

/// The sets of nodes that all reach each other (Tarjan's strongly connected components), in order of address.
pub(super) fn rings(nodes: &[Node], next: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let (found, on_path) = (vec![None; next.len()], vec![false; next.len()]);
    let mut search = Search { next, found, on_path, path: Vec::new(), count: 0 };
    let mut rings = Vec::new();
    for start in 0..next.len() {
        if search.found[start].is_none() {
            search.from(start, &mut rings);
        }
    }
    rings.retain(|ring| ring.len() > 1 || ring.iter().any(|at| next[*at].contains(at)));
    rings.sort_by_key(|ring| ring.iter().map(|at| (&nodes[*at].address, *at)).min());
    rings
}

/// Tarjan's algorithm without recursion, since rings may be as long as a plan.
struct Search<'a> {
    next: &'a [BTreeSet<usize>],
    /// When each node was found, and the earliest one that it reaches.
    found: Vec<Option<(usize, usize)>>,
    on_path: Vec<bool>,
    path: Vec<usize>,
    count: usize,
}

impl Search<'_> {
    fn enter(&mut self, at: usize) {
        self.found[at] = Some((self.count, self.count));
        self.count += 1;
        self.on_path[at] = true;
        self.path.push(at);
    }

    fn lower(&mut self, at: usize, other: usize) {
        if let (Some((order, low)), Some((_, reached))) = (self.found[at], self.found[other]) {
            self.found[at] = Some((order, low.min(reached)));
        }
    }

    fn from(&mut self, start: usize, rings: &mut Vec<BTreeSet<usize>>) {
        let next = self.next;
        self.enter(start);
        let mut open = vec![(start, next[start].iter())];
        while let Some((at, successors)) = open.last_mut() {
            let at = *at;
            match successors.next() {
                Some(to) if self.found[*to].is_none() => {
                    self.enter(*to);
                    open.push((*to, next[*to].iter()));
                }
                Some(to) => {
                    if self.on_path[*to] {
                        self.lower(at, *to);
                    }
                }
                None => {
                    open.pop();
                    if let Some((before, _)) = open.last() {
                        let before = *before;
                        self.lower(before, at);
                    }
                    if self.found[at].is_some_and(|(order, low)| order == low) {
                        rings.push(self.leave(at));
                    }
                }
            }
        }
    }

    /// Takes a finished component off the path.
    fn leave(&mut self, first: usize) -> BTreeSet<usize> {
        let mut ring = BTreeSet::new();
        while let Some(at) = self.path.pop() {
            self.on_path[at] = false;
            ring.insert(at);
            if at == first {
                break;
            }
        }
        ring
    }
}

fn inside(edge: &Edge, ring: &BTreeSet<usize>) -> bool {
    ring.contains(&edge.from) && ring.contains(&edge.to)
}

/// Splits the best field of the ring off. References are split before unique values, which may need a value in between,
/// and updates before creations.
pub(super) fn open_ring(
    context: &Context<'_>,
    nodes: &mut Vec<Node>,
    edges: &mut Vec<Edge>,
    ring: &BTreeSet<usize>,
    spares: &mut Spares,
) -> bool {
    let within: Vec<&Edge> = edges.iter().filter(|e| inside(e, ring)).collect();
    let released: BTreeSet<(usize, &Atom)> =
        within.iter().filter_map(|e| e.releases.as_ref().map(|atom| (e.from, atom))).collect();
    let best = within
        .iter()
        .filter(|e| !e.soft)
        .filter_map(|e| e.takes.as_ref().map(|atom| (e.to, atom)))
        .filter_map(|(at, atom)| Some((rank(context, &nodes[at], atom, released.contains(&(at, atom)))?, atom, at)))
        .min();
    let Some((_, atom, at)) = best else { return false };
    let is_released = released.contains(&(at, atom));
    split(context, nodes, edges, (at, &atom.clone()), is_released, spares);
    true
}

/// How good it is to split a field off; `None` where that would open nothing. `is_released`: the ring also needs the field
/// to be let go.
fn rank(context: &Context<'_>, node: &Node, atom: &Atom, is_released: bool) -> Option<u8> {
    let alone = node.own().count() == 1;
    let creation = u8::from(node.act == Act::Create);
    if is_released || is_required_to_make(context, node, atom) {
        // A write that is in between already cannot be split the same way again.
        let first = node.purpose != Purpose::spare(&atom.1) && has_spare(context, atom);
        first.then_some(2 + creation)
    } else {
        (!alone || node.act == Act::Create).then_some(creation)
    }
}

fn is_required_to_make(context: &Context<'_>, node: &Node, (owner, field): &Atom) -> bool {
    node.act == Act::Create && context.spec_of(owner).and_then(|s| s.fields.get(field)).is_some_and(|f| f.required)
}

/// Moves a field to a later write of its own. Where the early write must let go of the value, or cannot do without one,
/// it gets a value in between.
fn split(
    context: &Context<'_>,
    nodes: &mut Vec<Node>,
    edges: &mut Vec<Edge>,
    (at, atom): (usize, &Atom),
    is_released: bool,
    spares: &mut Spares,
) {
    let (owner, field) = atom;
    let keeps_place = is_released || is_required_to_make(context, &nodes[at], atom);
    let value_between = if keeps_place { spares.take(context, atom) } else { None };
    let later = nodes.len();
    let on_new = nodes[at].on_new;
    let Some(fields) = nodes[at].writes.get_mut(owner) else { return };
    let Some(value) = fields.remove(field) else { return };
    let purpose = if let Some(between) = value_between.clone() {
        fields.insert(field.clone(), between);
        nodes[at].purpose = Purpose::spare(field);
        Purpose::final_value(field)
    } else {
        Purpose::ring_opened(field)
    };
    nodes.push(later_write(owner, field, value, purpose, on_new));
    for edge in edges.iter_mut() {
        if edge.to == at && edge.takes.as_ref() == Some(atom) {
            edge.to = later;
        }
        if edge.from == at && edge.releases.as_ref() == Some(atom) && value_between.is_none() {
            edge.from = later;
        }
    }
    edges.push(Edge::whole(at, later));
}

fn later_write(owner: &Address, field: &str, value: crate::Value, purpose: Purpose, on_new: bool) -> Node {
    Node {
        address: owner.clone(),
        act: Act::Update,
        writes: BTreeMap::from([(owner.clone(), BTreeMap::from([(field.to_owned(), value)]))]),
        brings: None,
        purpose,
        on_new,
    }
}

/// Gives up one edge of the ring that is only good manners.
pub(super) fn drop_soft_edge(edges: &mut Vec<Edge>, ring: &BTreeSet<usize>) -> bool {
    match edges.iter().position(|e| e.soft && inside(e, ring)) {
        Some(at) => {
            edges.remove(at);
            true
        }
        None => false,
    }
}
