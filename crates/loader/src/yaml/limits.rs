//! What a file may cost.

/// The longest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// The deepest nesting, aliases followed. Everything behind the parser may recurse, because of this.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many values one file may hold, aliases followed.
pub(crate) const MAX_NODES: usize = 1_000_000;

/// How many values all files of one load may hold.
const MAX_NODES_OF_ALL: usize = 5_000_000;

/// What is left of a load's values.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Of this file.
    file: usize,
    /// Of all files.
    all: usize,
}

impl Limits {
    /// All that one load may cost.
    pub(crate) fn new() -> Self {
        Self { file: MAX_NODES, all: MAX_NODES_OF_ALL }
    }

    /// Begins with the next file.
    pub(super) fn next_file(&mut self) {
        self.file = MAX_NODES;
    }

    /// Spends values; `false` when there are not so many left.
    pub(crate) fn spend(&mut self, nodes: usize) -> bool {
        let left = self.file.checked_sub(nodes).zip(self.all.checked_sub(nodes));
        (self.file, self.all) = left.unwrap_or((0, 0));
        left.is_some()
    }
}
