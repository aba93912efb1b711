//! The edge of tilewright: where plans meet a tenant over HTTP.
//!
//! Everything that needs a socket, a clock, a disk or randomness is here, behind small types: [`Reader`] can only read,
//! [`Writer`] can only be had by who applies, [`refresh`] reads live state, [`apply`] sends the steps of a plan and
//! nothing else. Who watches gets [`Event`]s; nothing here prints.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise"))]

mod apply;
mod bindings;
mod call;
mod event;
mod journal;
mod lock;
mod pace;
mod refresh;
mod retry;
mod settle;
mod tenant;
mod token;
mod transport;

pub use apply::{
    ApplyError, ApplyInput, Convergence, Finding, Interrupt, Moved, Report, StepOutcome, StepReport, apply,
};
pub use bindings::{BindingsError, BindingsFile};
pub use call::{CallError, CallErrorKind};
pub use event::{Event, Observer};
pub use journal::{JournalError, JournalFile, Leftover, OpenWrite};
pub use lock::{ApplyLock, LockError};
pub use refresh::{RefreshError, RefreshInput, refresh};
pub use retry::RetryPolicy;
pub use settle::refresh_after;
pub use tenant::{Connection, Reader, Writer};
pub use token::{Credentials, TokenError};
pub use transport::{Exchange, HttpTransport, LocalTransport, Transport, TransportError};
