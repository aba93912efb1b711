//! What an apply did, exactly.

use schemars::JsonSchema;
use serde::Serialize;
use tilewright_core::{Address, FieldPath, RemoteId, Value};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum StepOutcome {
    /// It took effect.
    Done,
    /// It was refused, or did not arrive; nothing changed.
    Failed {
        /// Method, path, status and what the tenant said.
        error: String,
    },
    /// It may have taken effect, and looking it up did not tell.
    Unknown {
        /// What happened.
        error: String,
    },
    /// The object moved since the plan was made, so nothing was sent.
    Stale {
        /// How.
        moved: Moved,
    },
    /// Something it depends on did not end well.
    Skipped {
        /// The step at the root of it.
        because_of: usize,
    },
    /// It was not its turn before the run was interrupted.
    NotRun,
}

/// How an object moved away from what a plan was made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "how")]
pub enum Moved {
    /// It is gone.
    Gone,
    /// It was to be made, and is there now.
    Made {
        /// Its id.
        id: RemoteId,
    },
    /// Objects came to live in it that nobody reviewed.
    Grown {
        /// Their ids.
        ids: Vec<RemoteId>,
    },
    /// Fields have other values.
    Fields {
        /// Which.
        fields: Vec<String>,
    },
}

impl StepOutcome {
    /// One word, for people and events.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Stale { .. } => "stale",
            Self::Skipped { .. } => "skipped",
            Self::NotRun => "not run",
        }
    }
}

/// Something about what a step did that somebody should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Finding {
    /// The tenant shows another value than was sent.
    DidNotStick {
        /// Where.
        field: FieldPath,
        /// What was sent.
        sent: Value,
        /// What it shows.
        shown: Value,
    },
    /// The tenant wrote the value in its own way.
    Normalised {
        /// Where.
        field: FieldPath,
        /// What to write into the manifest.
        shown: Value,
    },
    /// A field moved that the step did not send, or sent as it was.
    Moved {
        /// The field.
        field: String,
        /// What it was.
        before: Option<Value>,
        /// What it is.
        after: Option<Value>,
    },
    /// A client was made; its id and secret can be fetched with `tilewright credentials`.
    NewCredentials {
        /// The client.
        client_id: RemoteId,
    },
    /// The answer to a create was lost; the object was found by looking for it.
    FoundAfterLoss {
        /// Its id.
        id: RemoteId,
    },
}

impl Finding {
    /// Whether it means that the tenant does not hold what was asked for.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Self::DidNotStick { .. } | Self::Moved { .. } => true,
            Self::Normalised { .. } | Self::NewCredentials { .. } | Self::FoundAfterLoss { .. } => false,
        }
    }
}

/// One step's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepReport {
    /// The step's number in the plan.
    pub step: usize,
    /// What it wrote to.
    pub address: Address,
    /// create, update or delete.
    pub verb: &'static str,
    /// The object's id, where it is known.
    pub id: Option<RemoteId>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: StepOutcome,
    /// What somebody should know.
    pub findings: Vec<Finding>,
}

/// Whether the tenant holds what was asked for, read back after the last step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Convergence {
    /// It does, for all resources whose steps were done.
    Converged,
    /// It does not, after patient reading.
    Differs {
        /// Where: address and field.
        fields: Vec<(Address, FieldPath)>,
    },
    /// It could not be read.
    NotKnown {
        /// Why.
        error: String,
    },
}

/// What an apply did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// Every step of the plan, in its order.
    pub steps: Vec<StepReport>,
    /// What was read back.
    pub convergence: Convergence,
    /// How many live objects were bound without a step.
    pub adopted: usize,
    /// Somebody asked to stop.
    pub interrupted: bool,
    /// Bindings could not be saved: the ids that should be in them, by address.
    pub unsaved: Vec<(Address, RemoteId)>,
    /// Why they could not.
    pub unsaved_reason: Option<String>,
}

impl Report {
    /// How many steps ended with an outcome of this word.
    #[must_use]
    pub fn count(&self, word: &str) -> usize {
        self.steps.iter().filter(|s| s.outcome.word() == word).count()
    }

    /// Whether every step is done and the tenant holds what was asked for.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.convergence == Convergence::Converged
            && self.unsaved_reason.is_none()
            && self.steps.iter().all(|s| s.outcome == StepOutcome::Done && !s.findings.iter().any(Finding::is_failure))
    }
}
