//! Secrets: values that can be handed on but not shown.

use zeroize::Zeroizing;

/// A secret text. It has no `Debug`, `Display`, serde or `Eq`, and is wiped from memory when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that must send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
