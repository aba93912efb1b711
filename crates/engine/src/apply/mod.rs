//! Sends the steps of a plan, and nothing else; then reads back whether the tenant holds what was asked for.

mod current;
mod readback;
mod report;
mod run;
mod shared;
mod step;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tilewright_core::plan::Plan;
use tilewright_core::{Address, Bindings, DesiredState, LiveState, RemoteId};
use tokio::sync::Notify;

pub use report::{Convergence, Finding, Moved, Report, StepOutcome, StepReport};

use crate::bindings::{BindingsError, BindingsFile};
use crate::journal::JournalError;
use crate::tenant::{Reader, Writer};

/// What [`apply`] needs.
pub struct ApplyInput<'a> {
    /// The steps.
    pub plan: &'a Plan,
    /// The live state that the plan was made on.
    pub live: &'a LiveState,
    /// What the manifests say.
    pub desired: &'a DesiredState,
    /// The resources that were planned for.
    pub selected: &'a BTreeSet<Address>,
    /// The live ids of resources that keep theirs; what is to be made, replaced or deleted has none here.
    pub ids: BTreeMap<Address, RemoteId>,
    /// What was bound when the plan was made.
    pub bindings: Bindings,
    /// Where bindings are kept.
    pub file: &'a BindingsFile,
    /// The reading end.
    pub reader: Reader,
    /// The writing end.
    pub writer: Writer,
    /// How many steps are sent at once.
    pub concurrency: usize,
    /// Stops between steps.
    pub interrupt: Interrupt,
    /// Write-only fields of which nothing is remembered were planned as different.
    pub send_unverifiable: bool,
}

/// Why an apply does not begin.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The bindings cannot be written.
    #[error(transparent)]
    Bindings(#[from] BindingsError),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A wish to stop: the steps in flight are finished, no other is begun.
#[derive(Clone, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    wake: Arc<Notify>,
}

impl Interrupt {
    /// Asks to stop.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Ends when somebody asks.
    pub(crate) async fn asked(&self) {
        loop {
            let woken = self.wake.notified();
            if self.is_asked() {
                return;
            }
            woken.await;
        }
    }
}

/// Applies the plan. Every step gets an outcome, whatever happens.
///
/// # Errors
/// [`ApplyError`] where bindings or journal cannot be written before the first step; later failures are in the report.
pub async fn apply(input: ApplyInput<'_>) -> Result<Report, ApplyError> {
    run::Run::new(input).go().await
}
