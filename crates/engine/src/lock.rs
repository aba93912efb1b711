//! One apply at a time for each environment of one machine.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The right to apply; given back when dropped, and by the system when the process ends in any way.
#[derive(Debug)]
pub struct ApplyLock {
    _file: File,
}

/// Why the right is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another apply has it.
    #[error("another apply is at work on this environment: {holder}")]
    Held {
        /// What it wrote about itself.
        holder: String,
    },
    /// The file system refuses.
    #[error("cannot lock {path}: {source}", path = .path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ApplyLock {
    /// Takes the lock beside a bindings file; `holder` is what others are told.
    ///
    /// # Errors
    /// [`LockError::Held`] at once where another process has it.
    pub fn take(bindings: &Path, holder: &str) -> Result<Self, LockError> {
        let path = bindings.with_extension("lock");
        let failed = |source| LockError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let options = &mut File::options();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder =
                    if holder.trim().is_empty() { "a process that did not say which".to_owned() } else { holder };
                return Err(LockError::Held { holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).map_err(failed)?;
        file.write_all(holder.as_bytes()).map_err(failed)?;
        Ok(Self { _file: file })
    }

    /// Who has the lock now, if anybody has. Takes nothing and writes nothing.
    #[must_use]
    pub fn holder(bindings: &Path) -> Option<String> {
        let mut file = File::open(bindings.with_extension("lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(name_in(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

/// What the holder wrote about itself.
fn name_in(file: &mut File) -> String {
    let mut name = String::new();
    let _ = file.read_to_string(&mut name);
    let name = name.trim();
    if name.is_empty() { "a process that did not say which".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let bindings = folder.path().join("production.json");
        let first = ApplyLock::take(&bindings, "process 7").unwrap();
        let second = ApplyLock::take(&bindings, "process 8").unwrap_err();
        assert_eq!(second.to_string(), "another apply is at work on this environment: process 7");
        drop(first);
        assert!(ApplyLock::take(&bindings, "process 9").is_ok());
    }
}
