//! Puts the nodes in an order, and opens rings by splitting a write in two.
//!
//! A ring is opened at a field: the field leaves its write and gets a later one of its own. Where the field must be let go
//! early and taken late (two objects that swap a unique value), the first write gives it a value in between.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::catalog::Spare;
use crate::diff::{Problem, ProblemKind};
use crate::plan::edges::{Atom, Edge, unique_paths};
use crate::plan::node::{Act, Context, Node};
use crate::plan::step::Purpose;
use crate::value::Value;

/// The order of the nodes by index, each with the nodes it waits for.
pub(super) type Sorted = Vec<(usize, BTreeSet<usize>)>;

/// Orders the nodes; ties are broken by address, then by the order in which the nodes were made.
///
/// # Errors
/// [`ProblemKind::Unordered`] for a ring that cannot be opened.
pub(super) fn order(context: &Context<'_>, nodes: &mut Vec<Node>, mut edges: Vec<Edge>) -> Result<Sorted, Problem> {
    // Each round splits a field off, which each field bears once or twice, or drops a soft edge.
    while let Some(ring) = first_ring(nodes, &edges) {
        if !open_ring(context, nodes, &mut edges, &ring) && !drop_soft_edge(&mut edges, &ring) {
            let ring: BTreeSet<Address> = ring.iter().map(|at| nodes[*at].address.clone()).collect();
            let ring: Vec<Address> = ring.into_iter().collect();
            let address = ring.first().cloned().unwrap_or_else(|| nodes[0].address.clone());
            return Err(Problem { address, kind: ProblemKind::Unordered { ring } });
        }
    }
    part_parents_and_brought(context, nodes, &mut edges);
    Ok(sort(nodes, &edges))
}

fn successors(nodes: &[Node], edges: &[Edge]) -> Vec<BTreeSet<usize>> {
    let mut next = vec![BTreeSet::new(); nodes.len()];
    for edge in edges {
        next[edge.from].insert(edge.to);
    }
    next
}

fn reachable(next: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<usize> = next[from].iter().copied().collect();
    while let Some(at) = todo.pop() {
        if seen.insert(at) {
            todo.extend(&next[at]);
        }
    }
    seen
}

/// The nodes of a ring, if there is one: all that are reached from, and reach, the first node that reaches itself.
fn first_ring(nodes: &[Node], edges: &[Edge]) -> Option<BTreeSet<usize>> {
    let next = successors(nodes, edges);
    if is_acyclic(&next) {
        return None;
    }
    let mut by_address: Vec<usize> = (0..nodes.len()).collect();
    by_address.sort_by(|a, b| nodes[*a].address.cmp(&nodes[*b].address).then(a.cmp(b)));
    by_address.into_iter().find_map(|start| {
        let reached = reachable(&next, start);
        reached
            .contains(&start)
            .then(|| reached.iter().copied().filter(|at| reachable(&next, *at).contains(&start)).collect())
    })
}

/// Kahn's algorithm, for the answer alone: plans are mostly without rings, and this is linear.
fn is_acyclic(next: &[BTreeSet<usize>]) -> bool {
    let mut waits = vec![0_usize; next.len()];
    next.iter().flatten().for_each(|to| waits[*to] += 1);
    let mut ready: Vec<usize> = (0..next.len()).filter(|at| waits[*at] == 0).collect();
    let mut done = 0;
    while let Some(at) = ready.pop() {
        done += 1;
        for to in &next[at] {
            waits[*to] -= 1;
            if waits[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    done == next.len()
}

fn inside(edge: &Edge, ring: &BTreeSet<usize>) -> bool {
    ring.contains(&edge.from) && ring.contains(&edge.to)
}

/// Splits the best field of the ring off. References are split before unique values, which may need a value in between,
/// and updates before creations.
fn open_ring(context: &Context<'_>, nodes: &mut Vec<Node>, edges: &mut Vec<Edge>, ring: &BTreeSet<usize>) -> bool {
    let mut candidates: Vec<(u8, Address, String, usize)> = edges
        .iter()
        .filter(|e| !e.soft && inside(e, ring))
        .filter_map(|e| e.takes.as_ref().map(|atom| (e.to, atom)))
        .filter_map(|(at, atom)| {
            Some((rank(context, nodes, edges, ring, at, atom)?, atom.0.clone(), atom.1.clone(), at))
        })
        .collect();
    candidates.sort();
    let Some((_, owner, field, at)) = candidates.into_iter().next() else { return false };
    split(context, nodes, edges, ring, at, &(owner, field));
    true
}

/// How good it is to split a field off; `None` where that would open nothing.
fn rank(
    context: &Context<'_>,
    nodes: &[Node],
    edges: &[Edge],
    ring: &BTreeSet<usize>,
    at: usize,
    atom: &Atom,
) -> Option<u8> {
    let node = &nodes[at];
    let alone = node.own().count() == 1;
    let spec = context.spec_of(&atom.0)?.fields.get(&atom.1)?;
    let needs_spare = spec.required && node.act == Act::Create || lets_go_in_ring(edges, ring, at, atom);
    let creation = u8::from(node.act == Act::Create);
    if needs_spare {
        // A write that is in between already cannot be split the same way again.
        let first = node.purpose != Purpose::spare(&atom.1) && spare(context, atom).is_some();
        first.then_some(2 + creation)
    } else {
        (!alone || node.act == Act::Create).then_some(creation)
    }
}

fn lets_go_in_ring(edges: &[Edge], ring: &BTreeSet<usize>, at: usize, atom: &Atom) -> bool {
    edges.iter().any(|e| e.from == at && e.releases.as_ref() == Some(atom) && inside(e, ring))
}

/// Moves a field to a later write of its own. Where the early write must let go of the value, or cannot do without one,
/// it gets a value in between.
fn split(
    context: &Context<'_>,
    nodes: &mut Vec<Node>,
    edges: &mut Vec<Edge>,
    ring: &BTreeSet<usize>,
    at: usize,
    atom: &Atom,
) {
    let (owner, field) = atom;
    let required = context.spec_of(owner).and_then(|s| s.fields.get(field)).is_some_and(|f| f.required);
    let keeps_place = lets_go_in_ring(edges, ring, at, atom) || required && nodes[at].act == Act::Create;
    let value_between = if keeps_place { spare(context, atom) } else { None };
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
    nodes.push(Node {
        address: owner.clone(),
        act: Act::Update,
        writes: BTreeMap::from([(owner.clone(), BTreeMap::from([(field.clone(), value)]))]),
        brings: None,
        purpose,
        on_new,
    });
    for edge in edges.iter_mut() {
        if edge.to == at && edge.takes.as_ref() == Some(atom) {
            edge.to = later;
        }
        if edge.from == at && edge.releases.as_ref() == Some(atom) && value_between.is_none() {
            edge.from = later;
        }
    }
    edges.push(Edge { from: at, to: later, releases: None, takes: None, soft: false });
}

/// A value for the time in between, that no object has and no manifest asks for.
fn spare(context: &Context<'_>, atom: &Atom) -> Option<Value> {
    let (owner, name) = atom;
    let (path, _, unique) = unique_paths(context.spec_of(owner)?, name).into_iter().next()?;
    let form = unique.spare.filter(|_| path.segments().len() == 1)?;
    let base = context.resource(owner)?.fields.get(name)?.as_str()?;
    let in_use: BTreeSet<&str> = context
        .live
        .of_kind(owner.kind())
        .filter_map(|o| o.fields.get(name))
        .chain(context.desired.resources.values().filter_map(|r| r.fields.get(name)))
        .filter_map(Value::as_str)
        .collect();
    (0..).map(|n| spare_text(form, base, n)).find(|text| !in_use.contains(text.as_str())).map(Value::String)
}

/// The longest label that DNS allows.
const LABEL: usize = 63;

fn spare_text(form: Spare, base: &str, n: usize) -> String {
    let count = if n == 0 { String::new() } else { format!("-{n}") };
    match form {
        Spare::Text => format!("{base} (being renamed{count})"),
        Spare::Domain => format!("being-moved{count}.{base}"),
        Spare::Label => {
            let tail = format!("-being-moved{count}");
            let head: String = base.chars().take(LABEL - tail.len()).collect();
            format!("{head}{tail}")
        }
    }
}

/// Gives up one edge of the ring that is only good manners.
fn drop_soft_edge(edges: &mut Vec<Edge>, ring: &BTreeSet<usize>) -> bool {
    match edges.iter().position(|e| e.soft && inside(e, ring)) {
        Some(at) => {
            edges.remove(at);
            true
        }
        None => false,
    }
}

/// An update of a parent sends along what its default child has at that moment, so the two are never sent at once.
fn part_parents_and_brought(context: &Context<'_>, nodes: &[Node], edges: &mut Vec<Edge>) {
    for (child, node) in nodes.iter().enumerate().filter(|(_, n)| n.act == Act::Update) {
        let Some(parent_address) = context.parent(&node.address).filter(|_| context.is_brought(&node.address)) else {
            continue;
        };
        for parent in
            (0..nodes.len()).filter(|at| nodes[*at].act == Act::Update && nodes[*at].address == parent_address)
        {
            let next = successors(nodes, edges);
            let ordered = reachable(&next, parent).contains(&child) || reachable(&next, child).contains(&parent);
            if !ordered {
                edges.push(Edge { from: parent, to: child, releases: None, takes: None, soft: true });
            }
        }
    }
}

fn sort(nodes: &[Node], edges: &[Edge]) -> Sorted {
    let next = successors(nodes, edges);
    let mut waits: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); nodes.len()];
    for (from, tos) in next.iter().enumerate() {
        tos.iter().for_each(|to| {
            waits[*to].insert(from);
        });
    }
    let mut left: Vec<usize> = waits.iter().map(BTreeSet::len).collect();
    let key = |at: usize| (nodes[at].address.clone(), at);
    let mut ready: BTreeSet<(Address, usize)> = (0..nodes.len()).filter(|at| left[*at] == 0).map(key).collect();
    let mut sorted = Vec::with_capacity(nodes.len());
    while let Some((_, at)) = ready.pop_first() {
        sorted.push((at, waits[at].clone()));
        for to in &next[at] {
            left[*to] -= 1;
            if left[*to] == 0 {
                ready.insert(key(*to));
            }
        }
    }
    sorted
}
