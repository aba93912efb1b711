//! The world's own time: it starts at a fixed instant and moves one second with every write.
//!
//! It must not read the system's clock; two worlds that got the same requests show the same instants.

use serde::{Deserialize, Serialize};

/// 2026-01-01T00:00:00Z, in seconds since 1970.
const START: u64 = 1_767_225_600;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Clock(u64);

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock(START)
    }

    /// Moves on by one second.
    pub(crate) fn tick(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self) -> u64 {
        self.0
    }

    /// The instant as the API writes it, with milliseconds that are always zero.
    pub(crate) fn stamp(self) -> String {
        stamp(self.0)
    }
}

/// Writes seconds since 1970 as an RFC 3339 instant in UTC.
fn stamp(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let rest = seconds % 86_400;
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

/// The Gregorian date of a day counted from 1970-01-01.
///
/// Counts from 0000-03-01 in eras of 400 years, so that the leap day is the last of its year.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{Clock, stamp};

    #[test]
    fn the_clock_starts_at_a_fixed_instant_and_ticks_in_seconds() {
        let mut clock = Clock::new();
        assert_eq!(clock.stamp(), "2026-01-01T00:00:00.000Z");
        clock.tick();
        assert_eq!(clock.stamp(), "2026-01-01T00:00:01.000Z");
    }

    #[test]
    fn leap_days_and_the_ends_of_years_are_right() {
        assert_eq!(stamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(stamp(1_709_164_800), "2024-02-29T00:00:00.000Z");
        assert_eq!(stamp(1_735_689_599), "2024-12-31T23:59:59.000Z");
    }
}
