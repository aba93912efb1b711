//! What happens while it happens, for progress lines and logs. Carries no values and no secrets.

use std::sync::Arc;
use std::time::Duration;

use tilewright_core::Address;

/// Who watches.
pub type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request was answered.
    Answered {
        /// The method.
        method: String,
        /// The path below the base URL.
        path: String,
        /// The status.
        status: u16,
    },
    /// A request is tried again after a while.
    Waiting {
        /// The method.
        method: String,
        /// The path below the base URL.
        path: String,
        /// Why.
        reason: String,
        /// How long.
        wait: Duration,
    },
    /// Reading live state takes so many requests, as far as is known now.
    Refreshing {
        /// How many are done.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// A step begins.
    StepStarted {
        /// Its number.
        step: usize,
        /// What it writes to.
        address: Address,
        /// create, update or delete.
        verb: &'static str,
    },
    /// A step has ended.
    StepEnded {
        /// Its number.
        step: usize,
        /// What it wrote to.
        address: Address,
        /// done, failed, unknown, stale, skipped or not run.
        outcome: &'static str,
    },
    /// What the tenant holds now is compared with what was asked for.
    ReadingBack {
        /// How often that was tried before.
        tries: u32,
    },
}
