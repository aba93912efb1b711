//! Puts the nodes in an order.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::diff::{Problem, ProblemKind};
use crate::plan::edges::Edge;
use crate::plan::node::{Act, Context, Node};
use crate::plan::rings::{drop_soft_edge, open_ring, rings};
use crate::plan::spare::Spares;

/// The nodes in their order.
pub(super) type Sorted = Vec<Place>;

/// A node's place in the order. Everything by index of node.
pub(super) struct Place {
    pub(super) node: usize,
    /// The nodes that must be done before.
    pub(super) after: BTreeSet<usize>,
    /// The nodes that must not be under way at the same time; that they failed does not matter.
    pub(super) apart: BTreeSet<usize>,
}

/// Orders the nodes; ties are broken by address, then by the order in which the nodes were made.
///
/// # Errors
/// [`ProblemKind::Unordered`] for a ring that cannot be opened.
pub(super) fn order(
    context: &Context<'_>,
    nodes: &mut Vec<Node>,
    mut edges: Vec<Edge>,
) -> Result<Sorted, Box<Problem>> {
    let mut spares = Spares::default();
    // Each round splits a field off, which each field bears once, or drops a soft edge.
    loop {
        let next = successors(nodes.len(), &edges);
        if is_acyclic(&next) {
            break;
        }
        for ring in rings(nodes, &next) {
            if !open_ring(context, nodes, &mut edges, &ring, &mut spares) && !drop_soft_edge(&mut edges, &ring) {
                let ring: BTreeSet<Address> = ring.iter().map(|at| nodes[*at].address.clone()).collect();
                let ring: Vec<Address> = ring.into_iter().collect();
                let address = ring.first().cloned().unwrap_or_else(|| nodes[0].address.clone());
                return Err(Box::new(Problem { address, kind: ProblemKind::Unordered { ring } }));
            }
        }
    }
    let mut sorted = sort(nodes, &successors(nodes.len(), &edges));
    part_writes_to_one_object(context, nodes, &mut sorted);
    Ok(sorted)
}

fn successors(count: usize, edges: &[Edge]) -> Vec<BTreeSet<usize>> {
    let mut next = vec![BTreeSet::new(); count];
    for edge in edges {
        next[edge.from].insert(edge.to);
    }
    next
}

/// Kahn's algorithm, for the answer alone: plans are mostly without rings.
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

fn sort(nodes: &[Node], next: &[BTreeSet<usize>]) -> Sorted {
    let mut waits: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); nodes.len()];
    for (from, tos) in next.iter().enumerate() {
        tos.iter().for_each(|to| {
            waits[*to].insert(from);
        });
    }
    let mut left: Vec<usize> = waits.iter().map(BTreeSet::len).collect();
    let key = |at: usize| (&nodes[at].address, at);
    let mut ready: BTreeSet<(&Address, usize)> = (0..nodes.len()).filter(|at| left[*at] == 0).map(key).collect();
    let mut sorted = Vec::with_capacity(nodes.len());
    while let Some((_, at)) = ready.pop_first() {
        sorted.push(Place { node: at, after: std::mem::take(&mut waits[at]), apart: BTreeSet::new() });
        for to in &next[at] {
            left[*to] -= 1;
            if left[*to] == 0 {
                ready.insert(key(*to));
            }
        }
    }
    sorted
}

/// An update sends along what its object has at that moment, and that of a parent also what its default child has. So two
/// updates of one object, or of a parent and its child, are never sent at once: the later one in the order waits.
fn part_writes_to_one_object(context: &Context<'_>, nodes: &[Node], sorted: &mut Sorted) {
    let mut updates: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
    for (at, place) in sorted.iter().enumerate() {
        if nodes[place.node].act == Act::Update {
            updates.entry(&nodes[place.node].address).or_default().push(at);
        }
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (address, places) in &updates {
        pairs.extend(places.windows(2).map(|pair| (pair[0], pair[1])));
        let parent = context.parent(address).filter(|_| context.is_brought(address));
        for other in parent.and_then(|p| updates.get(&p)).into_iter().flatten() {
            pairs.extend(places.iter().map(|place| (*place.min(other), *place.max(other))));
        }
    }
    for (earlier, later) in pairs {
        let earlier = sorted[earlier].node;
        if !sorted[later].after.contains(&earlier) {
            sorted[later].apart.insert(earlier);
        }
    }
}
