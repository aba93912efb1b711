//! Reads back what the tenant holds after an apply, with patience for readings that lag behind.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tilewright_core::diff::{Action, DiffInput, diff, marks};
use tilewright_core::{Address, Bindings, FieldPath, Key, LiveState, RemoteId, Value};

use super::ApplyInput;
use super::report::Convergence;
use crate::event::Event;
use crate::refresh::{RefreshInput, refresh};

/// The waits before each look, in milliseconds: about 30 seconds in all.
const LOOKS: [u64; 9] = [0, 250, 500, 1000, 2000, 4000, 7000, 7000, 8000];

/// How many readings may fail.
const FAILURES: u32 = 2;

/// Compares again until nothing differs and what was deleted is gone, or patience ends; marks what was found equal.
pub(super) async fn read_back(
    input: &ApplyInput<'_>,
    bindings: &mut Bindings,
    finished: &BTreeSet<Address>,
    gone: &BTreeMap<Address, RemoteId>,
) -> Convergence {
    let mut last = Convergence::Converged;
    // Where nothing was sent, what the plan was made on is what there is.
    let written: BTreeSet<&Key> = input.plan.steps.iter().map(|s| &s.address.keys()[0]).collect();
    let (touched, others): (BTreeSet<Address>, BTreeSet<Address>) =
        finished.iter().cloned().partition(|a| written.contains(&a.keys()[0]));
    mark_all(input, bindings, input.live, &others);
    let finished = &touched;
    let looks: &[u64] = if finished.is_empty() && gone.is_empty() { &[] } else { &LOOKS };
    let mut failures = 0;
    for (tries, wait) in looks.iter().enumerate() {
        // Each reading was tried several times already; and who wants to stop does not want to wait for stragglers.
        if failures >= FAILURES || tries > 0 && input.interrupt.is_asked() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(*wait)).await;
        let tries = u32::try_from(tries).unwrap_or(u32::MAX);
        input.reader.tell(&Event::ReadingBack { tries });
        let request = RefreshInput { desired: input.desired, bindings, selected: finished };
        let live = match refresh(&input.reader, request).await {
            Ok(live) => live,
            Err(error) => {
                last = Convergence::NotKnown { error: error.to_string() };
                failures += 1;
                continue;
            }
        };
        let mut fields = differences(input, bindings, &live, finished);
        // What was deleted may be shown for a while; the next plan would take it for live.
        let still_there = gone.iter().filter(|(address, id)| live.object(address.kind(), id).is_some());
        fields.extend(still_there.map(|(address, _)| (address.clone(), FieldPath::default())));
        if fields.is_empty() {
            mark_all(input, bindings, &live, finished);
            return Convergence::Converged;
        }
        last = Convergence::Differs { fields };
    }
    last
}

fn differences(
    input: &ApplyInput<'_>,
    bindings: &Bindings,
    live: &LiveState,
    finished: &BTreeSet<Address>,
) -> Vec<(Address, FieldPath)> {
    let diff = diff(&DiffInput {
        desired: input.desired,
        live,
        bindings,
        catalog: input.reader.backend().catalog(),
        selected: finished,
        send_unverifiable: false,
    });
    diff.changes
        .values()
        .filter(|c| !matches!(c.action, Action::Keep | Action::Adopt))
        .flat_map(|c| c.fields.iter().map(|f| (c.address.clone(), f.path.clone())))
        .collect()
}

fn mark_all(input: &ApplyInput<'_>, bindings: &mut Bindings, live: &LiveState, finished: &BTreeSet<Address>) {
    // What is referred to may be live without being bound: it was not selected.
    let mut ids: BTreeMap<Address, String> = input.ids.iter().map(|(a, id)| (a.clone(), id.to_string())).collect();
    ids.extend(bindings.resources.iter().map(|(a, b)| (a.clone(), b.id.to_string())));
    for address in finished {
        let Some(resource) = input.desired.resources.get(address) else { continue };
        let Some(spec) = input.reader.backend().catalog().spec(&resource.spec_name) else { continue };
        let Some(object) = bindings.id(address).and_then(|id| live.object(address.kind(), id)) else { continue };
        let resolved: BTreeMap<String, Value> = resource
            .fields
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.resolved(&|a| ids.get(a).cloned()).ok()?)))
            .collect();
        let marks = marks(spec, address, &resolved, object, &|_| false, bindings);
        if let Some(binding) = bindings.resources.get_mut(address) {
            binding.fields = marks;
            binding.protect = resource.metadata.protect;
        }
    }
}
