//! What a plain scalar means: the core schema of YAML 1.2, and what other readers of YAML take it for.
//!
//! Two departures, both towards no surprise: a decimal number with a leading zero (`0777`) is a text, as YAML 1.1 reads
//! it as an octal number; and a number that cannot be kept exactly or is not finite is refused instead of changed.

use super::tree::Plain;

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadNumber {
    /// `.inf`, `.nan`.
    NotFinite,
    /// More than 64 bits, or more than a double can hold.
    TooBig,
}

/// What the text of a plain scalar means.
///
/// # Errors
/// [`BadNumber`] for a number that has no exact JSON form.
pub(crate) fn resolve_plain(text: &str) -> Result<Plain, BadNumber> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Plain::Null),
        "true" | "True" | "TRUE" => return Ok(Plain::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Plain::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(BadNumber::NotFinite);
    }
    if let Some(number) = radix(text) {
        return number;
    }
    if is_decimal(unsigned) {
        integer(text)
    } else if is_float(unsigned) {
        float(text)
    } else {
        Ok(Plain::Text)
    }
}

/// `0o17` and `0x1f`.
fn radix(text: &str) -> Option<Result<Plain, BadNumber>> {
    let (digits, base) = match (text.strip_prefix("0o"), text.strip_prefix("0x")) {
        (Some(digits), _) => (digits, 8),
        (None, Some(digits)) => (digits, 16),
        (None, None) => return None,
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
    all_digits
        .then(|| u64::from_str_radix(digits, base).map(|n| Plain::Number(n.into())).map_err(|_| BadNumber::TooBig))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_decimal(unsigned: &str) -> bool {
    all_digits(unsigned) && (unsigned == "0" || !unsigned.starts_with('0'))
}

/// `1.5`, `.5`, `1.`, `1e3`, `1.5E-3`; not `00.5`.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    if !exponent.is_none_or(|e| all_digits(e.strip_prefix(['-', '+']).unwrap_or(e))) {
        return false;
    }
    match mantissa.split_once('.') {
        Some((whole, "")) => is_decimal(whole),
        Some(("", fraction)) => all_digits(fraction),
        Some((whole, fraction)) => is_decimal(whole) && all_digits(fraction),
        None => exponent.is_some() && is_decimal(mantissa),
    }
}

fn integer(text: &str) -> Result<Plain, BadNumber> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let number = text.parse::<i64>().map(Into::into).or_else(|_| text.parse::<u64>().map(Into::into));
    number.map(Plain::Number).map_err(|_| BadNumber::TooBig)
}

fn float(text: &str) -> Result<Plain, BadNumber> {
    let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    number.map(Plain::Number).ok_or(BadNumber::TooBig)
}

/// What another reader would take a plain text for, and this one does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// `yes`, `on`: true in YAML 1.1.
    True,
    /// `no`, `off`: false in YAML 1.1.
    False,
    /// `0777`, `1_000`, `12:30`: a number in YAML 1.1.
    Number,
}

/// What YAML 1.1 would take a plain text for.
pub(crate) fn looks_like(text: &str) -> Option<Looks> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" | "true" => return Some(Looks::True),
        "n" | "no" | "off" | "false" => return Some(Looks::False),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | ':' | '.'));
    number.then_some(Looks::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: impl Into<serde_json::Number>) -> Result<Plain, BadNumber> {
        Ok(Plain::Number(n.into()))
    }

    #[test]
    fn the_core_schema_decides() {
        assert_eq!(resolve_plain("~"), Ok(Plain::Null));
        assert_eq!(resolve_plain("True"), Ok(Plain::Bool(true)));
        assert_eq!(resolve_plain("-12"), number(-12));
        assert_eq!(resolve_plain("+12"), number(12));
        assert_eq!(resolve_plain("0x1F"), number(31));
        assert_eq!(resolve_plain("0o17"), number(15));
        assert_eq!(resolve_plain("18446744073709551615"), number(u64::MAX));
        assert_eq!(resolve_plain(".5"), Ok(Plain::Number(serde_json::Number::from_f64(0.5).unwrap())));
        assert_eq!(resolve_plain("1e3"), Ok(Plain::Number(serde_json::Number::from_f64(1000.0).unwrap())));
    }

    #[test]
    fn what_only_yaml_1_1_converts_is_a_text() {
        for text in ["no", "on", "yes", "off", "y", "0777", "007", "1_000", "12:30", "2026-11-22", "1.2.3", "-", "e3"] {
            assert_eq!(resolve_plain(text), Ok(Plain::Text), "{text}");
        }
        assert_eq!(looks_like("yes"), Some(Looks::True));
        assert_eq!(looks_like("OFF"), Some(Looks::False));
        assert_eq!(looks_like("1_000"), Some(Looks::Number));
        assert_eq!(looks_like("2026-11-22"), None);
    }

    #[test]
    fn numbers_without_an_exact_form_are_refused() {
        for text in ["18446744073709551616", "1e999", "-1e999", "0xFFFFFFFFFFFFFFFFF"] {
            assert_eq!(resolve_plain(text), Err(BadNumber::TooBig), "{text}");
        }
        for text in [".inf", "-.INF", ".nan"] {
            assert_eq!(resolve_plain(text), Err(BadNumber::NotFinite), "{text}");
        }
    }
}
