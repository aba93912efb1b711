//! What a plan is narrowed to: `--select` and `--label`.

use std::collections::BTreeSet;

use tilewright_core::{Address, Bindings, Catalog, DesiredState, Resource};

use crate::error::CommandError;

/// Which resources to plan for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    patterns: Vec<String>,
    labels: Vec<(String, String)>,
}

impl Selection {
    /// # Errors
    /// A label without `=`.
    pub(crate) fn new(patterns: &[String], labels: &[String]) -> Result<Self, CommandError> {
        let labels = labels
            .iter()
            .map(|text| {
                let pair = text.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
                pair.ok_or_else(|| CommandError::usage(format!("`--label {text}` is not of the form key=value")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { patterns: patterns.to_vec(), labels })
    }

    /// Takes the words of a plan's header; words that are no selection are left out.
    pub(crate) fn from_words(words: &[String]) -> (Vec<String>, Vec<String>) {
        let of = |prefix: &str| words.iter().filter_map(|w| w.strip_prefix(prefix)).map(ToOwned::to_owned).collect();
        (of("select "), of("label "))
    }

    /// Whether it narrows nothing.
    pub(crate) fn is_everything(&self) -> bool {
        self.patterns.is_empty() && self.labels.is_empty()
    }

    /// Whether a pattern covers an address that no manifest has.
    pub(crate) fn covers_address(&self, address: &Address) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|p| matches(p, &address.to_string()))
    }

    /// As it was asked for, for the plan's header.
    pub(crate) fn words(&self) -> Vec<String> {
        let labels = self.labels.iter().map(|(k, v)| format!("label {k}={v}"));
        self.patterns.iter().map(|p| format!("select {p}")).chain(labels).collect()
    }

    /// The resources that match, and the default client of each application among them: the two are made together.
    ///
    /// # Errors
    /// A pattern that matches nothing, since that is more likely a mistake than a wish.
    pub(crate) fn pick(
        &self,
        desired: &DesiredState,
        bindings: &Bindings,
        catalog: &Catalog,
    ) -> Result<BTreeSet<Address>, CommandError> {
        for pattern in &self.patterns {
            if !desired.resources.keys().chain(bindings.resources.keys()).any(|a| matches(pattern, &a.to_string())) {
                return Err(CommandError::usage(format!("`--select {pattern}` matches no address"))
                    .hint("patterns are addresses such as `client/storefront/web`, with `*` for any text"));
            }
        }
        for (key, value) in &self.labels {
            if !desired.resources.values().any(|r| r.metadata.labels.get(key) == Some(value)) {
                return Err(CommandError::usage(format!("`--label {key}={value}` matches no resource"))
                    .hint("labels stand under `metadata.labels` of a manifest"));
            }
        }
        let mut picked: BTreeSet<Address> =
            desired.resources.values().filter(|r| self.covers(r)).map(|r| r.address.clone()).collect();
        let brought: Vec<Address> = picked
            .iter()
            .filter(|a| {
                catalog
                    .kinds
                    .iter()
                    .any(|k| k.parent.as_ref().is_some_and(|p| p.segment == a.kind() && p.brings_default))
            })
            .filter_map(|a| desired.default_child(a).map(|r| r.address.clone()))
            .collect();
        picked.extend(brought);
        Ok(picked)
    }

    fn covers(&self, resource: &Resource) -> bool {
        let address = resource.address.to_string();
        let selected = self.patterns.is_empty() || self.patterns.iter().any(|p| matches(p, &address));
        selected && self.labels.iter().all(|(k, v)| resource.metadata.labels.get(k) == Some(v))
    }
}

/// Whether a pattern, in which `*` stands for any text, covers the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in [
            ("client/shop/web", "client/shop/web"),
            ("client/shop/*", "client/shop/web"),
            ("*", "application/a"),
            ("*/shop*", "client/shop/web"),
            ("*b*b", "abb"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("client/shop", "client/shop/web"), ("*x", "ab"), ("a*a", "a"), ("", "a"), ("*bb*b", "abb")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
