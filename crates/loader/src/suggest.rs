//! Near matches for "did you mean", and texts made short enough for a message.

/// The candidate that is nearest to `text`, if one is near.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes time by the square of the length; nobody misspells a name of this length.
    // Two letters are as near to any other two as to what was meant.
    if text.len() < 3 || text.len() > 100 {
        return None;
    }
    let lower = text.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != text)
        .filter_map(|candidate| distance(&lower, &candidate.to_lowercase()).map(|d| (d, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// How far two texts are from each other, if they are near enough to be meant for each other. Smaller is nearer.
fn distance(text: &str, candidate: &str) -> Option<usize> {
    let edits = strsim::damerau_levenshtein(text, candidate);
    let longest = text.chars().count().max(candidate.chars().count());
    let near = edits <= 1 + longest / 5 && edits * 2 <= longest.max(2);
    // The same words with other marks between them, or one a piece of the other.
    let squeezed = |t: &str| t.replace(['_', '-', ' '], "");
    let same = squeezed(text) == squeezed(candidate);
    let piece = text.len() >= 4 && candidate.len() >= 4 && (candidate.contains(text) || text.contains(candidate));
    if same {
        Some(0)
    } else if near {
        Some(1 + edits)
    } else if piece || (longest > 4 && strsim::jaro_winkler(text, candidate) > 0.93) {
        Some(100 + edits)
    } else {
        None
    }
}

/// A question to append to a message: "; did you mean `x`?", or nothing.
pub(crate) fn question<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(text, candidates).map(|c| format!("; did you mean `{c}`?")).unwrap_or_default()
}

/// A text for a message: at most 60 characters, on one line.
pub(crate) fn short(text: &str) -> String {
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    let cut: String = line.chars().take(60).collect();
    let clean: String = cut.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if clean.len() < text.trim_end().len() { format!("{clean}…") } else { clean }
}

/// `a, b or c`, each in backticks; many are cut.
pub(crate) fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    list(values, "or")
}

/// `a, b and c`, each in backticks; many are cut.
pub(crate) fn all_of<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    list(values, "and")
}

fn list<'a>(values: impl IntoIterator<Item = &'a str>, word: &str) -> String {
    let values: Vec<String> = values.into_iter().map(|v| format!("`{v}`")).collect();
    match values.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        several if several.len() > 12 => format!("{} and {} more", several[..10].join(", "), several.len() - 10),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found() {
        let fields = ["redirect_uris", "name", "client_type", "pkce", "sp_acs_url"];
        assert_eq!(nearest("redirect_uri", fields), Some("redirect_uris"));
        assert_eq!(nearest("clientType", fields), Some("client_type"));
        assert_eq!(nearest("nmae", fields), Some("name"));
        assert_eq!(nearest("colour", fields), None);
        assert_eq!(nearest("id", fields), None);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(short("a\nb"), "a…");
        assert_eq!(short(&"x".repeat(100)).chars().count(), 61);
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
