//! Exit codes: a contract, the same in every format.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done,
    /// Something failed that should not.
    Failure,
    /// The command line is wrong.
    Usage,
    /// Manifests or the project file are not valid, or a plan cannot be made from them.
    Invalid,
    /// Changes are pending.
    Pending,
    /// A guard refused.
    Guarded,
    /// The plan is stale, or the tenant is another one.
    Stale,
    /// The API cannot be reached, or refuses the credentials.
    Unreachable,
    /// Applied in part, or the tenant does not hold what was asked for.
    Partial,
    /// Interrupted; the step in flight was finished.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Pending => 4,
            Self::Guarded => 5,
            Self::Stale => 6,
            Self::Unreachable => 7,
            Self::Partial => 8,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
