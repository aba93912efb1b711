//! Identifiers and secrets that look random and are not: a hash of the tenant, a purpose and a counter.
//!
//! They are no secrets in any real sense; nothing outside a simulated tenant may be protected by them.

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The hash of some parts; no two different lists of parts run together.
pub(crate) fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// Letters and digits made of a hash; as many as asked for.
fn letters(parts: &[&str], length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut block = 0_u32;
    while text.len() < length {
        let number = block.to_string();
        let mut all = parts.to_vec();
        all.push(&number);
        for byte in digest(&all) {
            if text.len() < length {
                text.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
        block += 1;
    }
    text
}

/// The id of an application.
pub(crate) fn application(tenant: &str, serial: u64) -> String {
    letters(&[tenant, "application", &serial.to_string()], 21)
}

/// The id of a client. It has dots, as the vendor's have.
pub(crate) fn client(tenant: &str, serial: u64) -> String {
    let [a, b, c, d, ..] = digest(&[tenant, "client ids"]);
    let head = format!("{a:02x}{b:02x}{c:02x}{d:02x}");
    let body = letters(&[tenant, "client", &serial.to_string()], 21);
    format!("{}.{body}.transmit", &head[..7])
}

/// A secret for some purpose.
pub(crate) fn secret(tenant: &str, purpose: &str, serial: u64) -> String {
    letters(&[tenant, "secret", purpose, &serial.to_string()], 40)
}

#[cfg(test)]
mod tests {
    use super::{application, client, secret};

    #[test]
    fn ids_are_stable_and_differ_by_tenant_and_number() {
        assert_eq!(application("a", 1), application("a", 1));
        assert_ne!(application("a", 1), application("a", 2));
        assert_ne!(application("a", 1), application("b", 1));
        assert_eq!(application("a", 1).len(), 21);
        assert_eq!(secret("a", "x", 1).len(), 40);
    }

    #[test]
    fn client_ids_have_dots() {
        let id = client("a", 7);
        assert_eq!(id.matches('.').count(), 2, "{id}");
        assert!(id.ends_with(".transmit"), "{id}");
    }
}
