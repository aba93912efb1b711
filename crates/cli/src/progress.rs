//! Events to log lines, and to one moving line on standard error where that is a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tilewright_engine::{Event, Observer};

/// Nothing moves before this; short runs stay quiet.
const QUIET: Duration = Duration::from_millis(400);

/// The moving line.
pub(crate) struct Progress {
    started: Instant,
    moving: bool,
    shown: AtomicBool,
    /// Steps ended, and steps in all.
    steps: Mutex<(usize, usize)>,
}

impl Progress {
    pub(crate) fn new() -> Arc<Self> {
        let moving = std::io::stderr().is_terminal();
        let (started, shown) = (Instant::now(), AtomicBool::new(false));
        Arc::new(Self { started, moving, shown, steps: Mutex::new((0, 0)) })
    }

    /// Says how many steps there will be.
    pub(crate) fn expect_steps(&self, of: usize) {
        *self.steps.lock().unwrap_or_else(PoisonError::into_inner) = (0, of);
    }

    pub(crate) fn observer(self: &Arc<Self>) -> Observer {
        let progress = Arc::clone(self);
        Arc::new(move |event| progress.see(event))
    }

    /// Takes the moving line away, before anything else is printed.
    pub(crate) fn clear(&self) {
        if self.shown.swap(false, Ordering::Relaxed) {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }

    fn line(&self, text: &str) {
        if self.moving && self.started.elapsed() > QUIET {
            self.shown.store(true, Ordering::Relaxed);
            let _ = write!(std::io::stderr(), "\r\x1b[2K{text}");
        }
    }

    fn see(&self, event: &Event) {
        match event {
            Event::Answered { method, path, status } => tracing::info!(method, path, status, "answered"),
            Event::Waiting { method, path, reason, wait } => {
                self.clear();
                tracing::warn!(method, path, reason, wait_ms = wait.as_millis(), "trying again");
            }
            Event::Refreshing { done, of } => self.line(&format!("reading live state {done}/{of}")),
            Event::StepStarted { step, address, verb } => {
                tracing::info!(step, address = %address, verb, "step started");
                let (ended, of) = *self.steps.lock().unwrap_or_else(PoisonError::into_inner);
                self.line(&format!("applying {ended}/{of}: {verb} {address}"));
            }
            Event::StepEnded { step, address, outcome } => {
                tracing::info!(step, address = %address, outcome, "step ended");
                let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
                steps.0 += 1;
                let (ended, of) = *steps;
                drop(steps);
                self.line(&format!("applying {ended}/{of}: {address} {outcome}"));
            }
            Event::ReadingBack { tries } => {
                tracing::info!(tries, "reading back");
                self.line(&format!("reading back what the tenant holds now{}", ".".repeat(*tries as usize)));
            }
        }
    }
}
