//! How fast requests go out: so many at once, further apart once the tenant asks for that.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

const FIRST_GAP: Duration = Duration::from_millis(50);
const WIDEST_GAP: Duration = Duration::from_secs(2);
const NO_GAP: Duration = Duration::from_millis(5);

/// Shared by all requests of a run.
pub(crate) struct Pace {
    at_once: Semaphore,
    gap: Mutex<Gap>,
}

struct Gap {
    width: Duration,
    next: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(concurrency: usize) -> Self {
        let gap = Gap { width: Duration::ZERO, next: None };
        Self { at_once: Semaphore::new(concurrency.max(1)), gap: Mutex::new(gap) }
    }

    /// Waits for a place. The place is free again when the permit is dropped.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.at_once.acquire().await.ok();
        let slot = {
            let mut gap = self.gap.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = gap.next.filter(|next| *next > Instant::now());
            if !gap.width.is_zero() || slot.is_some() {
                gap.next = Some(slot.unwrap_or_else(Instant::now) + gap.width);
            }
            slot
        };
        if let Some(slot) = slot {
            tokio::time::sleep_until(slot).await;
        }
        permit
    }

    /// The tenant asked for less: nothing goes out for `wait`, and then at twice the distance.
    pub(crate) fn slow_down(&self, wait: Duration) {
        let mut gap = self.gap.lock().unwrap_or_else(PoisonError::into_inner);
        gap.width = (gap.width * 2).clamp(FIRST_GAP, WIDEST_GAP);
        let until = Instant::now() + wait;
        gap.next = Some(gap.next.map_or(until, |next| next.max(until)));
    }

    /// An answer came without complaint.
    pub(crate) fn relax(&self) {
        let mut gap = self.gap.lock().unwrap_or_else(PoisonError::into_inner);
        gap.width = gap.width.mul_f64(0.9);
        if gap.width < NO_GAP {
            gap.width = Duration::ZERO;
        }
    }
}
