//! Compares desired state with live state: one change for each address, and no I/O.

mod change;
mod compare;
mod differ;
mod fate;
mod identify;
mod marks;
mod problem;
mod prune;
mod rename;

pub use change::{Action, Adoption, Before, Change, FieldChange, Note, Reason};
pub use compare::{canonical, is_empty, loosely_equal, whole};
pub(crate) use differ::display_name;
pub use differ::{Diff, DiffInput, Orphan, diff};
pub use identify::{Identities, Match, identify};
pub use marks::marks;
pub use problem::{Problem, ProblemKind};
pub use prune::prune;
