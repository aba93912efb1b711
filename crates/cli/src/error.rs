//! The one error that a command ends with: what happened, why, what to do, and the exit code.

use std::fmt;

use tilewright_core::Violation;
use tilewright_core::diff::Problem;
use tilewright_engine::{
    ApplyError, BindingsError, CallError, CallErrorKind, JournalError, LockError, RefreshError, TokenError,
    TransportError,
};
use tilewright_loader::DiagnosticReport;

use crate::exit::Exit;

/// Why a command cannot go on.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) exit: Exit,
    /// What happened, one lowercase sentence without a full stop.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hints: Vec<String>,
    pub(crate) details: Details,
}

/// What belongs to an error beside its sentence.
#[derive(Debug)]
pub(crate) enum Details {
    None,
    /// Findings in files, rendered for people and for machines.
    Diagnostics {
        text: String,
        reports: Vec<DiagnosticReport>,
    },
    Problems(Vec<Problem>),
    Violations(Vec<Violation>),
}

impl CommandError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new(), details: Details::None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn details(mut self, details: Details) -> Self {
        self.details = details;
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<TokenError> for CommandError {
    fn from(error: TokenError) -> Self {
        let message = error.to_string();
        match error {
            TokenError::OtherTenant { .. } => Self::new(Exit::Stale, message).hint(
                "these credentials belong to another tenant: check `tenant_id` of the environment and the credentials",
            ),
            TokenError::NoTenant { .. } => {
                Self::new(Exit::Stale, message).hint("use a token that the tenant's own token endpoint issued")
            }
            TokenError::Refused { status, .. } => Self::new(Exit::Unreachable, message).hint(match status {
                400 | 401 | 403 => {
                    "check the client id and secret of the environment; a management application's client is needed"
                }
                404 => "check `token_url`; it is `/oidc/token` at the root of the API's host",
                _ => "try again later",
            }),
            TokenError::Unreachable { source, .. } => {
                Self::new(Exit::Unreachable, message).hint(transport_hint(&source))
            }
            TokenError::NoToken { .. } => Self::new(Exit::Unreachable, message)
                .hint("check `token_url`; something other than a token endpoint answers there"),
        }
    }
}

fn transport_hint(error: &TransportError) -> &'static str {
    match error {
        TransportError::Connect { .. } => "check the network, the host name, and proxies (HTTPS_PROXY, NO_PROXY)",
        TransportError::Cut { .. } => {
            "try again; if it stays so, something between here and the tenant ends connections"
        }
        TransportError::TooLarge | TransportError::Invalid { .. } => "check `base_url` of the environment",
    }
}

impl From<CallError> for CommandError {
    fn from(error: CallError) -> Self {
        let message =
            if error.tries > 1 { format!("{error} (after {} tries)", error.tries) } else { error.to_string() };
        match error.kind {
            CallErrorKind::Token(token) => Self::from(token),
            CallErrorKind::Lost(lost) => Self::new(Exit::Unreachable, message).hint(transport_hint(&lost)),
            CallErrorKind::Decode(_) => Self::new(Exit::Unreachable, message).hint(
                "nothing was concluded from this answer; check `base_url`, and what stands between here and the tenant",
            ),
            CallErrorKind::Status { status, .. } => Self::new(Exit::Unreachable, message).hint(match status {
                401 => "the tenant refuses the token: check the credentials of the environment",
                403 => "the token may not do this: a client of a management application, with an admin role, is needed",
                404 => "check `base_url`: it ends in `/cis` for the vendor's own hosts",
                300..=399 => {
                    "`base_url` leads elsewhere, and redirects are not followed with a token: give the final URL"
                }
                400 => "the tenant refuses the request itself; what it says is above",
                429 => "the tenant limits the rate: try again later, or with a smaller --concurrency",
                _ => "try again later",
            }),
        }
    }
}

impl From<RefreshError> for CommandError {
    fn from(error: RefreshError) -> Self {
        let message = error.to_string();
        match error {
            RefreshError::Call(call) => Self::from(*call),
            RefreshError::ListLies { .. }
            | RefreshError::NoChildren { .. }
            | RefreshError::Twice { .. }
            | RefreshError::Vanished { .. } => {
                Self::new(Exit::Unreachable, format!("live state cannot be trusted: {message}"))
                    .hint("the tenant may be in the middle of a change: try again in a minute")
            }
        }
    }
}

impl From<BindingsError> for CommandError {
    fn from(error: BindingsError) -> Self {
        let message = error.to_string();
        match error {
            BindingsError::NoRandomness => Self::new(Exit::Failure, message).hint("check /dev/urandom"),
            BindingsError::Io { .. } => Self::new(Exit::Failure, message).hint("check the rights on that folder"),
            BindingsError::Damaged { .. } => Self::new(Exit::Failure, message).hint(
                "restore it from a backup or from version control; without it, resources are found again by their display names: move it away for that",
            ),
            BindingsError::Version { .. } => Self::new(Exit::Failure, message).hint("use a newer tilewright"),
            BindingsError::OtherTenant { .. } => Self::new(Exit::Stale, message)
                .hint("give the environment a name of its own, or move the file away if the tenant really changed"),
        }
    }
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        let message = error.to_string();
        match error {
            JournalError::Io { .. } => Self::new(Exit::Failure, message).hint("check the rights on that folder"),
            JournalError::Damaged { .. } => Self::new(Exit::Failure, message).hint(
                "it tells what a killed apply did; restore it, or move it away: then what that run made is found by its display name",
            ),
            JournalError::Version { .. } => Self::new(Exit::Failure, message).hint("use a newer tilewright"),
        }
    }
}

impl From<ApplyError> for CommandError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Bindings(error) => error.into(),
            ApplyError::Journal(error) => error.into(),
        }
    }
}

impl From<LockError> for CommandError {
    fn from(error: LockError) -> Self {
        let message = error.to_string();
        match error {
            LockError::Held { .. } => {
                Self::new(Exit::Guarded, message).hint("wait until it has ended; nothing was sent")
            }
            LockError::Io { .. } => Self::new(Exit::Failure, message).hint("check the rights on that folder"),
        }
    }
}
