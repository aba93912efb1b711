//! Bytes to text: the size, the encoding, the byte-order mark.

use super::limits::MAX_FILE_BYTES;

/// Why bytes are no text that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undecodable {
    /// Longer than a file may be.
    TooLong,
    /// Another encoding than UTF-8, by its name.
    Encoding(&'static str),
    /// A byte that cannot occur there in UTF-8. What is before it can be shown.
    Byte {
        /// The text before it, with a replacement character in its place.
        before: String,
        /// The byte.
        byte: u8,
    },
}

/// The text of a file, without a byte-order mark.
///
/// # Errors
/// [`Undecodable`] for what is too long or not UTF-8.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, Undecodable> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Undecodable::TooLong);
    }
    if let Some(name) = foreign(&bytes) {
        return Err(Undecodable::Encoding(name));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let valid = String::from_utf8_lossy(&bytes[..at]);
            let mut before = valid.strip_prefix('\u{feff}').unwrap_or(&valid).to_owned();
            before.push(char::REPLACEMENT_CHARACTER);
            Err(Undecodable::Byte { before, byte: bytes[at] })
        }
    }
}

/// The encoding that the first bytes give away, as YAML 1.2 section 5.2 lists them.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] | [0, 0, 0, _, ..] => Some("UTF-32"),
        [first, 0, 0, 0, ..] if *first != 0 => Some("UTF-32"),
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => Some("UTF-16"),
        [0, second, ..] if *second != 0 => Some("UTF-16"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode(b"\xef\xbb\xbfa: 1".to_vec()).unwrap(), "a: 1");
    }

    #[test]
    fn other_encodings_are_named() {
        let utf16: Vec<u8> = "a: 1".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(utf16), Err(Undecodable::Encoding("UTF-16")));
        assert_eq!(decode(vec![0xff, 0xfe, b'a', 0]), Err(Undecodable::Encoding("UTF-16")));
        let utf32: Vec<u8> = "a: 1".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        assert_eq!(decode(utf32), Err(Undecodable::Encoding("UTF-32")));
    }

    #[test]
    fn a_bad_byte_keeps_what_is_before_it() {
        let bad = decode(b"a: caf\xe9\n".to_vec()).unwrap_err();
        assert_eq!(bad, Undecodable::Byte { before: "a: caf\u{fffd}".to_owned(), byte: 0xe9 });
    }
}
