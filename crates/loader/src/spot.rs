//! Spots: ranges of bytes in files.

/// The n-th file of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A range of bytes in a file, both ends inside its text and at character boundaries. [`crate::Sources`] knows the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte behind the last one.
    pub end: u32,
}

impl Spot {
    /// The first byte of a file.
    pub(crate) fn top(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }
}
