//! The order of an apply: which step may go, what each made known, and what is remembered of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tilewright_core::diff::{Action, marks, whole};
use tilewright_core::plan::{Operation, Step};
use tilewright_core::{Address, Binding, Bindings, LiveObject, RemoteId, Resource, Value};

use super::ApplyError;
use super::report::{Report, StepOutcome, StepReport};
use super::shared::Shared;
use super::step::{self, Ended};
use super::{ApplyInput, readback};
use crate::event::Event;
use crate::journal::{Journal, JournalError, JournalFile};

/// Saving the bindings takes at most one in so many parts of the time.
const SAVING_SHARE: u32 = 10;

pub(super) struct Run<'a> {
    input: ApplyInput<'a>,
    shared: Arc<Shared<'a>>,
    bindings: Bindings,
    outcomes: BTreeMap<usize, StepReport>,
    unsaved_reason: Option<String>,
    journal: Option<Journal>,
    /// When the bindings were saved last, and how long that took.
    saved: Option<(Instant, Duration)>,
}

impl<'a> Run<'a> {
    pub(super) fn new(input: ApplyInput<'a>) -> Self {
        let shared = Shared::new(&input);
        let bindings = input.bindings.clone();
        Self {
            input,
            shared: Arc::new(shared),
            bindings,
            outcomes: BTreeMap::new(),
            unsaved_reason: None,
            journal: None,
            saved: None,
        }
    }

    pub(super) async fn go(mut self) -> Result<Report, ApplyError> {
        let adopted = self.bind_what_was_found();
        // Fails before the first write if the bindings have nowhere to go.
        self.input.file.save(&self.bindings)?;
        let journal_file = JournalFile::beside(self.input.file.path());
        if !self.input.plan.steps.is_empty() {
            self.journal = Some(journal_file.begin(self.bindings.tenant.as_deref())?);
        }
        self.send_steps().await;
        let finished = self.finished();
        let gone = self.deleted();
        let convergence = readback::read_back(&self.input, &mut self.bindings, &finished, &gone).await;
        self.save();
        self.close_journal(&journal_file);
        let steps = self.input.plan.steps.iter().filter_map(|s| self.outcomes.remove(&s.id)).collect::<Vec<_>>();
        let unsaved = if self.unsaved_reason.is_some() { self.made_ids() } else { Vec::new() };
        Ok(Report {
            steps,
            convergence,
            adopted,
            interrupted: self.input.interrupt.is_asked(),
            unsaved,
            unsaved_reason: self.unsaved_reason,
        })
    }

    /// Binds every resource to its live object; addresses that were renamed lose their old binding.
    fn bind_what_was_found(&mut self) -> usize {
        let mut adopted = 0;
        for address in self.input.selected {
            let Some(id) = self.input.ids.get(address) else { continue };
            let Some(resource) = self.input.desired.resources.get(address) else { continue };
            let object = self.input.live.object(address.kind(), id);
            let former: Vec<Address> = self
                .bindings
                .resources
                .iter()
                .filter(|(a, b)| *a != address && a.kind() == address.kind() && b.id == *id)
                .map(|(a, _)| a.clone())
                .collect();
            let inherited = former.into_iter().filter_map(|a| self.bindings.resources.remove(&a)).next();
            let known = self.bindings.resources.remove(address).filter(|b| b.id == *id);
            let only_bound = |c: &tilewright_core::diff::Change| c.address == *address && c.action == Action::Adopt;
            adopted += usize::from(self.input.plan.changes.iter().any(only_bound));
            let mut binding = known.or(inherited).unwrap_or_else(|| new_binding(id.clone(), None));
            binding.parent = object.and_then(|o| o.parent.clone()).or(binding.parent);
            binding.protect = resource.metadata.protect;
            self.bindings.resources.insert(address.clone(), binding);
        }
        self.forget_the_buried();
        adopted
    }

    /// A tombstone whose object is gone already needs its binding no more.
    fn forget_the_buried(&mut self) {
        let ApplyInput { live, desired, selected, .. } = &self.input;
        self.bindings.resources.retain(|address, binding| {
            let buried =
                selected.contains(address) && desired.resources.get(address).is_some_and(Resource::is_tombstone);
            !buried || live.object(address.kind(), &binding.id).is_some()
        });
    }

    async fn send_steps(&mut self) {
        let steps: BTreeMap<usize, &Step> = self.input.plan.steps.iter().map(|s| (s.id, s)).collect();
        let mut waiting: BTreeSet<usize> = steps.keys().copied().collect();
        let shared = Arc::clone(&self.shared);
        let interrupt = self.input.interrupt.clone();
        let mut running = FuturesUnordered::new();
        loop {
            self.skip_dependants(&steps, &mut waiting);
            let ready = waiting.iter().copied().filter(|id| self.may_go(steps[id]));
            let free = self.input.concurrency.max(1).saturating_sub(running.len());
            let next: Vec<usize> =
                if self.input.interrupt.is_asked() { Vec::new() } else { ready.take(free).collect() };
            for id in next {
                waiting.remove(&id);
                let step = steps[&id];
                if let Err(error) = self.intend(step) {
                    self.report(step, None, StepOutcome::Failed { error: error.to_string() }, Vec::new());
                    continue;
                }
                let (address, verb) = (step.address.clone(), step.verb());
                self.input.reader.tell(&Event::StepStarted { step: id, address, verb });
                let shared = &shared;
                running.push(async move { (step, step::run(shared, step).await) });
            }
            tokio::select! {
                ended = running.next() => match ended {
                    Some((step, ended)) => self.take(&shared, step, ended),
                    None => break,
                },
                // Wakes the loop so that nothing more is begun; what is in flight goes on.
                () = interrupt.asked(), if !waiting.is_empty() && !interrupt.is_asked() => {}
            }
        }
        for id in waiting {
            self.report(steps[&id], None, StepOutcome::NotRun, Vec::new());
        }
    }

    /// Whether nothing that a step waits for is still to come.
    fn may_go(&self, step: &Step) -> bool {
        step.after.iter().all(|id| self.is_done(*id)) && step.apart.iter().all(|id| self.outcomes.contains_key(id))
    }

    fn is_done(&self, id: usize) -> bool {
        self.outcomes.get(&id).is_some_and(|r| r.outcome == StepOutcome::Done)
    }

    /// A step whose forerunner did not end well is skipped, with the step at the root of it.
    fn skip_dependants(&mut self, steps: &BTreeMap<usize, &Step>, waiting: &mut BTreeSet<usize>) {
        loop {
            let doomed = waiting.iter().copied().find_map(|id| {
                steps[&id].after.iter().find_map(|a| match self.outcomes.get(a).map(|r| &r.outcome) {
                    None | Some(StepOutcome::Done) => None,
                    Some(StepOutcome::Skipped { because_of }) => Some((id, *because_of)),
                    Some(
                        StepOutcome::Failed { .. }
                        | StepOutcome::Unknown { .. }
                        | StepOutcome::Stale { .. }
                        | StepOutcome::NotRun,
                    ) => Some((id, *a)),
                })
            });
            let Some((id, because_of)) = doomed else { return };
            waiting.remove(&id);
            self.report(steps[&id], None, StepOutcome::Skipped { because_of }, Vec::new());
        }
    }

    /// Takes in what a step made known, and saves it before anything else is sent.
    fn take(&mut self, shared: &Shared<'_>, step: &Step, ended: Ended) {
        let mut id = None;
        for (address, made, parent) in &ended.made {
            let resource = self.input.desired.resources.get(address);
            let mut binding = new_binding(made.clone(), parent.clone());
            binding.protect = resource.is_some_and(|r| r.metadata.protect);
            if let Some(Err(error)) = self.journal.as_mut().map(|j| j.made(address, &binding)) {
                self.unsaved_reason = Some(error.to_string());
            }
            self.bindings.resources.insert(address.clone(), binding);
            let mut state = shared.state();
            state.ids.insert(address.clone(), made.clone());
            state.parents.extend(parent.clone().map(|p| (made.clone(), p)));
            id = id.or(Some(made.clone()));
        }
        if let Some(object) = &ended.shown {
            shared.state().written.insert((object.kind.clone(), object.id.clone()), object.clone());
            id = id.or(Some(object.id.clone()));
        }
        if ended.outcome == StepOutcome::Done {
            self.remember(shared, step, ended.shown.as_ref());
        }
        if !ended.made.is_empty() || matches!(step.operation, Operation::Delete { .. }) {
            self.save_if_cheap();
        }
        if let Some(Err(error)) = self.journal.as_mut().map(|j| j.ended(step.id, ended.outcome.word())) {
            self.unsaved_reason = Some(error.to_string());
        }
        self.report(step, id, ended.outcome, ended.findings);
    }

    /// Writes down what is about to be sent. Where that cannot be done, it is not sent.
    fn intend(&mut self, step: &Step) -> Result<(), JournalError> {
        let brings = match &step.operation {
            Operation::Create { brings: Some((child, _, _)), .. } => Some(child),
            Operation::Create { brings: None, .. } | Operation::Update { .. } | Operation::Delete { .. } => None,
        };
        let Some(journal) = self.journal.as_mut() else { return Ok(()) };
        journal.intent(step.id, &step.address, step.verb(), brings)
    }

    /// The bindings have everything now. Where an outcome is unknown, the next run must look it up.
    fn close_journal(&mut self, file: &JournalFile) {
        let known = !self.outcomes.values().any(|r| matches!(r.outcome, StepOutcome::Unknown { .. }));
        if known
            && self.unsaved_reason.is_none()
            && let Err(error) = file.remove()
        {
            self.unsaved_reason = Some(error.to_string());
        }
    }

    /// Marks the fields that a step sent; a delete forgets the object and what lived in it.
    fn remember(&mut self, shared: &Shared<'_>, step: &Step, shown: Option<&LiveObject>) {
        let sent: Vec<(Address, BTreeMap<String, Value>)> = match &step.operation {
            Operation::Delete { target, .. } => {
                self.bindings.resources.retain(|_, b| b.id != *target && b.parent.as_ref() != Some(target));
                return;
            }
            Operation::Update { fields, .. } => vec![(step.address.clone(), fields.clone())],
            Operation::Create { fields, brings, .. } => {
                let child = brings.as_ref().map(|(address, _, fields)| (address.clone(), fields.clone()));
                std::iter::once((step.address.clone(), fields.clone())).chain(child).collect()
            }
        };
        for (address, fields) in sent {
            let shown = shown.filter(|_| address == step.address);
            self.mark(shared, &address, &fields, shown);
        }
    }

    fn mark(
        &mut self,
        shared: &Shared<'_>,
        address: &Address,
        sent: &BTreeMap<String, Value>,
        shown: Option<&LiveObject>,
    ) {
        let Some(resource) = self.input.desired.resources.get(address) else { return };
        let Some(spec) = shared.backend().catalog().spec(&resource.spec_name) else { return };
        let find = |a: &Address| shared.id(a).map(|id| id.to_string());
        // What the manifest says is marked, not the whole object that was sent; a value in between is not.
        let wanted: BTreeMap<String, Value> = resource
            .fields
            .iter()
            .filter_map(|(name, value)| {
                let wanted = value.resolved(&find).ok()?;
                let was_sent = sent.get(name)?.resolved(&find).ok()?;
                let field = spec.fields.get(name)?;
                (whole(field, &wanted, Some(&was_sent)) == was_sent).then(|| (name.clone(), wanted))
            })
            .collect();
        let nothing = LiveObject {
            kind: address.kind().to_owned(),
            spec_name: resource.spec_name.clone(),
            id: RemoteId::new(""),
            parent: None,
            fields: BTreeMap::new(),
            observed: BTreeMap::new(),
            default_child: None,
        };
        let marks = marks(spec, address, &wanted, shown.unwrap_or(&nothing), &|_| true, &self.bindings);
        if let Some(binding) = self.bindings.resources.get_mut(address) {
            binding.fields.extend(marks);
        }
    }

    /// Saves unless that would take up more than a small part of the run's time, as it would with very many resources. The
    /// journal has what is not saved yet.
    fn save_if_cheap(&mut self) {
        let due = self.saved.is_none_or(|(at, took)| at.elapsed() >= took * SAVING_SHARE);
        if due {
            self.save();
        }
    }

    fn save(&mut self) {
        let begun = Instant::now();
        if let Err(error) = self.input.file.save(&self.bindings) {
            self.unsaved_reason = Some(error.to_string());
        } else {
            self.unsaved_reason = None;
        }
        self.saved = Some((begun, begun.elapsed()));
    }

    fn made_ids(&self) -> Vec<(Address, RemoteId)> {
        self.bindings.resources.iter().map(|(a, b)| (a.clone(), b.id.clone())).collect()
    }

    fn report(
        &mut self,
        step: &Step,
        id: Option<RemoteId>,
        outcome: StepOutcome,
        findings: Vec<super::report::Finding>,
    ) {
        let (address, verb) = (step.address.clone(), step.verb());
        let word = outcome.word();
        self.input.reader.tell(&Event::StepEnded { step: step.id, address: address.clone(), outcome: word });
        self.outcomes.insert(step.id, StepReport { step: step.id, address, verb, id, outcome, findings });
    }

    /// The objects that this run deleted.
    fn deleted(&self) -> BTreeMap<Address, RemoteId> {
        let steps = self.input.plan.steps.iter().filter(|s| self.is_done(s.id));
        steps
            .filter_map(|step| match &step.operation {
                Operation::Delete { target, .. } => Some((step.address.clone(), target.clone())),
                Operation::Create { .. } | Operation::Update { .. } => None,
            })
            .collect()
    }

    /// The resources all of whose steps are done, and those that needed none.
    fn finished(&self) -> BTreeSet<Address> {
        let touched = |address: &Address, step: &Step| {
            let brought = match &step.operation {
                Operation::Create { brings: Some((child, _, _)), .. } => child == address,
                Operation::Create { brings: None, .. } | Operation::Update { .. } | Operation::Delete { .. } => false,
            };
            step.address == *address || brought
        };
        let undone =
            |address: &Address| self.input.plan.steps.iter().any(|s| touched(address, s) && !self.is_done(s.id));
        let deleted = |address: &Address| {
            self.input.plan.changes.iter().any(|c| c.address == *address && c.action == Action::Delete)
        };
        self.input.selected.iter().filter(|a| !undone(a) && !deleted(a)).cloned().collect()
    }
}

fn new_binding(id: RemoteId, parent: Option<RemoteId>) -> Binding {
    Binding { id, parent, protect: false, fields: BTreeMap::new() }
}
