//! What a server may do to values on their way in: fill defaults, trim, rewrite URIs.
//!
//! Only what a quirk asks for; numbers alone are always brought to one form, so that `900.0` and `900` are
//! stored alike.

use serde_json::{Map, Value};

use crate::quirks::Quirks;
use crate::schema::{Field, Shape};

/// Brings the members of a checked body into the form in which they are stored.
pub(crate) fn normalise(fields: &[Field], members: &mut Map<String, Value>, quirks: &Quirks) {
    for field in fields {
        if let Some(value) = members.get_mut(field.name) {
            normalise_value(field.shape, value, quirks);
        }
    }
}

fn normalise_value(shape: Shape, value: &mut Value, quirks: &Quirks) {
    match shape {
        Shape::Prose | Shape::Name => {
            if let (Value::String(text), true) = (value, quirks.text_trimmed) {
                *text = text.trim().to_owned();
            }
        }
        Shape::Uri => normalise_uri(value, quirks),
        Shape::Uris => {
            let items = value.as_array_mut().into_iter().flatten();
            items.for_each(|item| normalise_uri(item, quirks));
        }
        Shape::Number => {
            if let Some(whole) = whole(value) {
                *value = whole.into();
            }
        }
        Shape::Object(fields) => {
            if let Value::Object(members) = value {
                normalise(fields, members, quirks);
            }
        }
        Shape::Text
        | Shape::Identifier
        | Shape::Flag
        | Shape::Choice(_)
        | Shape::Texts
        | Shape::Choices(_)
        | Shape::ClosedChoices(_)
        | Shape::Free => {}
    }
}

fn normalise_uri(value: &mut Value, quirks: &Quirks) {
    if let (Value::String(text), true) = (value, quirks.uris_normalised) {
        *text = plain_uri(text);
    }
}

/// The number as an integer, when it is a float without a fraction that an integer can hold.
fn whole(value: &Value) -> Option<u64> {
    /// Up to here every integer has a float of its own.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    let number = value.as_f64().filter(|_| value.is_f64())?;
    let fits = number.fract() == 0.0 && (0.0..=LIMIT).contains(&number);
    fits.then(|| format!("{number:.0}").parse().ok()).flatten()
}

/// A URI with its scheme and host in lower case, and the path `/` where an http URI has none.
fn plain_uri(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return uri.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let scheme = scheme.to_ascii_lowercase();
    let http = scheme == "http" || scheme == "https";
    let slash = if http && !tail.starts_with('/') { "/" } else { "" };
    format!("{scheme}://{}{slash}{tail}", authority.to_ascii_lowercase())
}

/// The defaults that the update schema declares for members which a body lacks. In objects that the body has,
/// members are added in place.
pub(crate) fn defaults(fields: &[Field], members: &mut Map<String, Value>) -> Map<String, Value> {
    let mut added = Map::new();
    for field in fields {
        match (members.get_mut(field.name), field.fill, field.shape) {
            (Some(Value::Object(nested)), _, Shape::Object(inner)) => {
                let inside = defaults(inner, nested);
                nested.extend(inside);
            }
            (None, Some(fill), _) => {
                added.insert(field.name.to_owned(), fill.value());
            }
            (Some(_), _, _) | (None, None, _) => {}
        }
    }
    added
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{plain_uri, whole};

    #[test]
    fn uris_get_a_lower_case_host_and_a_path() {
        assert_eq!(plain_uri("HTTPS://Shop.Example.COM"), "https://shop.example.com/");
        assert_eq!(plain_uri("https://A.b/C?D=E"), "https://a.b/C?D=E");
        assert_eq!(plain_uri("https://a.b?X"), "https://a.b/?X");
        assert_eq!(plain_uri("Com.Example.App://Callback"), "com.example.app://callback");
        assert_eq!(plain_uri("not a uri"), "not a uri");
    }

    #[test]
    fn only_floats_without_a_fraction_are_whole() {
        assert_eq!(whole(&json!(900.0)), Some(900));
        assert_eq!(whole(&json!(900.5)), None);
        assert_eq!(whole(&json!(900)), None);
        assert_eq!(whole(&json!(1e300)), None);
    }
}
