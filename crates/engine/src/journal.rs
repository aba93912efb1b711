//! The journal: what an apply is about to do and what came of it, on disk before and after every write.
//!
//! It lies beside the bindings. A run that ends in order folds what it made into the bindings and removes its journal, so
//! a journal that is found tells of a run that was killed. It holds addresses, ids and methods, and no value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tilewright_core::{Address, Binding, Bindings, RemoteId};

/// The version of the file's form.
const FORMAT: u32 = 1;

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refuses.
    #[error("cannot {action} the journal {path}: {source}", path = .path.display())]
    Io {
        /// read, write or remove.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line that is not the last one is not what tilewright wrote.
    #[error("the journal {path} is damaged at line {line}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// The journal is of a version that this tilewright does not know.
    #[error("the journal {path} has format version {found}; this tilewright reads {FORMAT}", path = .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "entry", deny_unknown_fields)]
enum Entry {
    /// A run begins.
    Begin { format_version: u32, tenant: Option<String> },
    /// A write is about to be sent.
    Intent { step: usize, address: Address, verb: String, brings: Option<Address> },
    /// An object is known to be made.
    Made { address: Address, id: RemoteId, parent: Option<RemoteId>, protect: bool },
    /// A write has ended, in a known way or not.
    Ended { step: usize, outcome: String },
}

/// A write that was about to be sent when its run was killed, or whose outcome that run could not find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWrite {
    /// What it wrote to.
    pub address: Address,
    /// create, update or delete.
    pub verb: String,
    /// The child that it would have made too.
    pub brings: Option<Address>,
}

/// What a killed run left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftover {
    /// The tenant it was for.
    pub tenant: Option<String>,
    /// The objects that it made.
    pub made: BTreeMap<Address, Binding>,
    /// The writes whose outcome is not known.
    pub open: Vec<OpenWrite>,
}

/// Where an environment's journal is.
#[derive(Clone, Debug)]
pub struct JournalFile {
    path: PathBuf,
}

/// A journal that a run writes to.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl JournalFile {
    /// The journal beside a bindings file.
    #[must_use]
    pub fn beside(bindings: &Path) -> Self {
        Self { path: bindings.with_extension("journal") }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a killed run left; `None` where there is no journal. Writes nothing.
    ///
    /// A torn last line is the mark of a kill in the middle of a write to the journal, and is passed over: nothing was sent
    /// for it yet, or its outcome is not known.
    ///
    /// # Errors
    /// [`JournalError`] where another line is damaged.
    pub fn read(&self) -> Result<Option<Leftover>, JournalError> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(JournalError::Io { action: "read", path: self.path.clone(), source }),
        };
        let mut leftover = Leftover::default();
        let mut open: BTreeMap<usize, OpenWrite> = BTreeMap::new();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(entry) = parse(line) else {
                // Only the last line can be torn; a whole one that cannot be read is damage.
                if at + 1 == lines.len() && !line.ends_with(b"\n") {
                    break;
                }
                return Err(JournalError::Damaged { path: self.path.clone(), line: at + 1 });
            };
            match entry {
                Entry::Begin { format_version, .. } if format_version != FORMAT => {
                    return Err(JournalError::Version { path: self.path.clone(), found: format_version });
                }
                Entry::Begin { tenant, .. } => {
                    leftover.tenant = tenant.or(leftover.tenant.take());
                    leftover.open.extend(std::mem::take(&mut open).into_values());
                }
                Entry::Intent { step, address, verb, brings } => {
                    open.insert(step, OpenWrite { address, verb, brings });
                }
                Entry::Made { address, id, parent, protect } => {
                    leftover.made.insert(address, Binding { id, parent, protect, fields: BTreeMap::new() });
                }
                Entry::Ended { step, outcome } => {
                    if outcome != "unknown" {
                        open.remove(&step);
                    }
                }
            }
        }
        leftover.open.extend(open.into_values());
        Ok(Some(leftover))
    }

    /// Begins a run: appends to what a killed run left, so that nothing of it is forgotten before this run ends in order.
    pub(crate) fn begin(&self, tenant: Option<&str>) -> Result<Journal, JournalError> {
        let failed = |source| JournalError::Io { action: "write", path: self.path.clone(), source };
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        self.cut_torn_line().map_err(failed)?;
        let file = File::options().create(true).append(true).open(&self.path).map_err(failed)?;
        let mut journal = Journal { path: self.path.clone(), file };
        journal.add(&Entry::Begin { format_version: FORMAT, tenant: tenant.map(ToOwned::to_owned) })?;
        if let Some(folder) = self.path.parent().and_then(|f| File::open(f).ok()) {
            // The name is durable only once the folder is; not every system can sync one.
            let _ = folder.sync_all();
        }
        Ok(journal)
    }

    /// A torn line would swallow the next one.
    fn cut_torn_line(&self) -> std::io::Result<()> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        if whole == bytes.len() {
            return Ok(());
        }
        File::options().write(true).open(&self.path)?.set_len(whole as u64)
    }

    /// Removes the journal of a run whose every write has a known outcome.
    pub(crate) fn remove(&self) -> Result<(), JournalError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(JournalError::Io { action: "remove", path: self.path.clone(), source: error })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Leftover {
    /// Adds what the killed run made to the bindings; returns how many ids were missing there.
    pub fn fold_into(&self, bindings: &mut Bindings) -> usize {
        let mut added = 0;
        for (address, binding) in &self.made {
            let known = bindings.resources.get(address).is_some_and(|b| b.id == binding.id);
            if !known {
                bindings.resources.insert(address.clone(), binding.clone());
                added += 1;
            }
        }
        added
    }
}

impl Journal {
    pub(crate) fn intent(
        &mut self,
        step: usize,
        address: &Address,
        verb: &str,
        brings: Option<&Address>,
    ) -> Result<(), JournalError> {
        let (address, brings) = (address.clone(), brings.cloned());
        self.add(&Entry::Intent { step, address, verb: verb.to_owned(), brings })
    }

    pub(crate) fn made(&mut self, address: &Address, binding: &Binding) -> Result<(), JournalError> {
        self.add(&Entry::Made {
            address: address.clone(),
            id: binding.id.clone(),
            parent: binding.parent.clone(),
            protect: binding.protect,
        })
    }

    pub(crate) fn ended(&mut self, step: usize, outcome: &str) -> Result<(), JournalError> {
        self.add(&Entry::Ended { step, outcome: outcome.to_owned() })
    }

    /// Appends a line and waits until it is on the disk.
    fn add(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let failed = |source| JournalError::Io { action: "write", path: self.path.clone(), source };
        let text = serde_json::to_string(entry).map_err(|e| failed(e.into()))?;
        let line = format!("{:08x} {text}\n", checksum(text.as_bytes()));
        self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data()).map_err(failed)
    }
}

fn parse(line: &[u8]) -> Option<Entry> {
    let text = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (sum, json) = text.split_once(' ')?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    (sum == checksum(json.as_bytes())).then(|| serde_json::from_str(json).ok()).flatten()
}

/// FNV-1a: enough to tell a torn or flipped line from a whole one.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn killed() -> (tempfile::TempDir, JournalFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = JournalFile::beside(&folder.path().join("production.json"));
        assert_eq!(file.read().unwrap(), None);
        let mut journal = file.begin(Some("t")).unwrap();
        let shop = address("application/shop");
        journal.intent(1, &shop, "create", None).unwrap();
        let binding = Binding { id: RemoteId::new("a"), parent: None, protect: true, fields: BTreeMap::new() };
        journal.made(&shop, &binding).unwrap();
        journal.ended(1, "done").unwrap();
        journal.intent(2, &address("client/shop/web"), "create", None).unwrap();
        (folder, file)
    }

    #[test]
    fn a_killed_run_leaves_what_it_made_and_what_is_not_known() {
        let (_folder, file) = killed();
        let leftover = file.read().unwrap().unwrap();
        assert_eq!(leftover.made[&address("application/shop")].id, RemoteId::new("a"));
        assert_eq!(leftover.open.iter().map(|o| o.address.to_string()).collect::<Vec<_>>(), ["client/shop/web"]);
    }

    #[test]
    fn a_journal_cut_at_any_byte_is_read_or_has_a_torn_end() {
        let (_folder, file) = killed();
        let whole = std::fs::read(file.path()).unwrap();
        for length in 0..whole.len() {
            std::fs::write(file.path(), &whole[..length]).unwrap();
            let leftover = file.read().unwrap().unwrap();
            assert!(leftover.open.len() <= 1 && leftover.made.len() <= 1);
            file.begin(None).unwrap();
            assert!(file.read().is_ok(), "a new run does not spoil it");
        }
    }

    #[test]
    fn a_flipped_byte_is_damage() {
        let (_folder, file) = killed();
        let mut bytes = std::fs::read(file.path()).unwrap();
        bytes[20] ^= 1;
        std::fs::write(file.path(), bytes).unwrap();
        assert!(matches!(file.read(), Err(JournalError::Damaged { line: 1, .. })));
    }
}
