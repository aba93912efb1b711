//! Durations as people write them: `15m`, `1h30m`, `14d`, `2w`.

use tilewright_core::Unit;

/// Why a text is no duration of a unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DurationError {
    /// It is not a row of numbers with units.
    #[error("`{0}` is no duration")]
    Form(String),
    /// It is shorter than the field can say.
    #[error("`{0}` is not a whole number of minutes")]
    Fraction(String),
    /// It is too long to count.
    #[error("`{0}` is too long")]
    TooLong(String),
}

/// The pattern of what [`parse`] takes.
pub(crate) const PATTERN: &str = "^([0-9]+[smhdw])+$";

/// The duration in the unit.
pub(crate) fn parse(text: &str, unit: Unit) -> Result<u64, DurationError> {
    let form = || DurationError::Form(crate::suggest::short(text));
    let too_long = || DurationError::TooLong(crate::suggest::short(text));
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let factor = match behind.bytes().next() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 86_400,
            Some(b'w') => 604_800,
            _ => return Err(form()),
        };
        if digits == 0 {
            return Err(form());
        }
        let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(too_long)?;
        seconds = seconds.checked_add(part).ok_or_else(too_long)?;
        rest = &behind[1..];
    }
    if text.is_empty() {
        return Err(form());
    }
    let size = unit.seconds();
    if seconds.is_multiple_of(size) {
        Ok(seconds / size)
    } else {
        Err(DurationError::Fraction(crate::suggest::short(text)))
    }
}

/// The unit's name, many of it.
pub(crate) fn plural(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "seconds",
        Unit::Minutes => "minutes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        assert_eq!(parse("15m", Unit::Seconds), Ok(900));
        assert_eq!(parse("1h30m", Unit::Minutes), Ok(90));
        assert_eq!(parse("2w", Unit::Seconds), Ok(1_209_600));
        assert_eq!(parse("120s", Unit::Minutes), Ok(2));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "15", "m", "15 m", "-5m", "1.5h", "500ms", "5min"] {
            assert!(matches!(parse(text, Unit::Seconds), Err(DurationError::Form(_))), "{text}");
        }
        assert!(matches!(parse("90s", Unit::Minutes), Err(DurationError::Fraction(_))));
        assert!(matches!(parse("99999999999999999999w", Unit::Seconds), Err(DurationError::TooLong(_))));
    }
}
