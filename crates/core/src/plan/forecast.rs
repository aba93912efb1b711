//! What applying a plan will cost.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Operation, Plan};

/// The requests that an apply of a plan sends if nothing goes wrong, the token aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forecast {
    /// Write requests: one for each step.
    pub writes: usize,
    /// Reads: each object before it is updated or deleted, then what was touched is read back.
    pub reads: usize,
    /// The longest chain of requests that must wait for each other.
    pub longest_chain: usize,
}

/// Counts the requests.
#[must_use]
pub fn forecast(plan: &Plan) -> Forecast {
    let mut chain: BTreeMap<usize, usize> = BTreeMap::new();
    let mut reads_before = 0;
    for step in &plan.steps {
        let own = match step.operation {
            Operation::Create { .. } => 1,
            Operation::Update { .. } | Operation::Delete { .. } => 2,
        };
        reads_before += own - 1;
        let before = step.after.iter().chain(&step.apart).filter_map(|id| chain.get(id)).max().copied().unwrap_or(0);
        chain.insert(step.id, before + own);
    }
    let last = if plan.read_back == 0 { 0 } else { 2 };
    Forecast {
        writes: plan.steps.len(),
        reads: reads_before + plan.read_back,
        longest_chain: chain.values().max().copied().unwrap_or(0) + last,
    }
}

impl Forecast {
    /// About how many seconds it takes with so many requests at once, each answered in so many milliseconds.
    #[must_use]
    pub fn seconds(&self, at_once: usize, milliseconds: usize) -> usize {
        let rounds = self.longest_chain.max((self.writes + self.reads).div_ceil(at_once.max(1)));
        (rounds * milliseconds).div_ceil(1000)
    }
}
