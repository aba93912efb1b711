//! End to end, as a user: the real binary.
