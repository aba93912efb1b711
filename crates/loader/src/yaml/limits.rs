//! What a file may cost.

/// The longest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// The deepest nesting, aliases followed. Everything behind the parser may recurse, because of this.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many values all files of one load may hold, aliases followed.
pub(crate) const MAX_NODES: usize = 2_000_000;

/// What is left of [`MAX_NODES`]; one for a whole load.
#[derive(Debug)]
pub(crate) struct Limits {
    nodes: usize,
}

impl Limits {
    /// All that one load may cost.
    pub(crate) fn new() -> Self {
        Self { nodes: MAX_NODES }
    }

    /// Spends values; `false` when there are not so many left.
    pub(crate) fn spend(&mut self, nodes: usize) -> bool {
        let left = self.nodes.checked_sub(nodes);
        self.nodes = left.unwrap_or(0);
        left.is_some()
    }
}
