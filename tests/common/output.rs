//! What a run said and how it ended, as one text for snapshots.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde_json::Value as Json;

/// The outcome of a run.
#[derive(Clone)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Output {
    pub(crate) fn new(output: std::process::Output, root: &Path) -> Self {
        let root = root.to_str().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(root, "<root>");
        Self { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }

    /// Insists on an exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
        let all = format!("{}------- stderr -------\n{}------- exit {code} -------", self.stdout, self.stderr);
        f.write_str(&stable(&all))
    }
}

/// Ids, hashes and ports by the order in which they appear: they are made anew, or differ with the order of requests.
fn stable(text: &str) -> String {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let bare = word.trim_end_matches('.');
        let port = out.ends_with("127.0.0.1:") && bare.bytes().all(|b| b.is_ascii_digit()) && !bare.is_empty();
        match kind(bare) {
            _ if port => out.push_str("<port>"),
            _ if out.ends_with("wait_ms=") => out.push_str("<ms>"),
            None => out.push_str(bare),
            Some(kind) => {
                let name = seen.entry(bare.to_owned()).or_insert_with(|| {
                    let count = counts.entry(kind).or_default();
                    *count += 1;
                    format!("<{kind} {count}>")
                });
                out.push_str(name);
            }
        }
        out.push_str(&word[bare.len()..]);
        let next = behind.find(is_part).unwrap_or(behind.len());
        out.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    out
}

/// What made-up name a word is, if it is one.
fn kind(word: &str) -> Option<&'static str> {
    let mixed = |text: &str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let upper = text.bytes().filter(u8::is_ascii_uppercase).count();
        text.len() == 21 && text.bytes().all(|b| b.is_ascii_alphanumeric()) && (digits > 0 || upper > 3)
    };
    if let [tenant, id, "transmit"] = word.split('.').collect::<Vec<_>>().as_slice()
        && tenant.len() == 7
        && mixed(id)
    {
        return Some("client");
    }
    if mixed(word) {
        return Some("application");
    }
    let hexadecimal = word.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
    (word.len() >= 32 && hexadecimal).then_some("hash")
}
