//! Decisions of a random test, drawn from a list of numbers, so that proptest can shrink them: a zero, and the end of
//! the list, always stand for the simplest choice.

use proptest::prelude::*;

/// A list of numbers that is read once.
#[derive(Debug)]
pub(crate) struct Tape {
    numbers: Vec<u16>,
    at: usize,
}

/// The numbers of a tape; short where proptest shows them.
#[derive(Clone)]
pub(crate) struct Numbers(Vec<u16>);

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} numbers", self.0.len())
    }
}

/// Tapes of up to this length.
pub(crate) fn numbers(length: usize) -> impl Strategy<Value = Numbers> {
    prop::collection::vec(any::<u16>(), 0..length).prop_map(Numbers)
}

impl Tape {
    pub(crate) fn new(numbers: Numbers) -> Self {
        Self { numbers: numbers.0, at: 0 }
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        (usize::from(number) * n) >> 16
    }

    /// True in so many of a hundred cases, and never at the end of the list.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.below(from.len())) }
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in 0..items.len() {
            let other = at + self.below(items.len() - at);
            items.swap(at, other);
        }
    }

    /// A part of the items, in their order.
    pub(crate) fn some_of<T: Clone>(&mut self, items: &[T], percent: usize) -> Vec<T> {
        items.iter().filter(|_| self.chance(percent)).cloned().collect()
    }
}
