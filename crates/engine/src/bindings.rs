//! The bindings file: `.tilewright/bindings/<environment>.json`. Written beside itself, synced, and renamed.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tilewright_core::{Bindings, FingerprintKey};

/// The version of the file's form.
const FORMAT: u32 = 1;

/// Where an environment's bindings are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingsFile {
    path: PathBuf,
}

/// Why bindings cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BindingsError {
    /// The file system refuses.
    #[error("cannot {action} the bindings file {path}: {source}", path = .path.display())]
    Io {
        /// read or write.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system has no randomness for the key of new bindings.
    #[error("the operating system gives no randomness for the key of new bindings")]
    NoRandomness,
    /// The file is not what tilewright wrote.
    #[error("the bindings file {path} is damaged: {reason}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is of a version that this tilewright does not know.
    #[error("the bindings file {path} has format version {found}; this tilewright reads {FORMAT}", path = .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// The ids in it belong to another tenant.
    #[error("{path} is for the tenant {found}, and this environment's tenant is {expected}", path = .path.display())]
    OtherTenant {
        /// The file.
        path: PathBuf,
        /// Its tenant.
        found: String,
        /// The environment's.
        expected: String,
    },
}

#[derive(Serialize)]
struct Stored {
    format_version: u32,
    #[serde(flatten)]
    bindings: Bindings,
}

impl BindingsFile {
    /// The bindings of an environment, below a project's folder.
    #[must_use]
    pub fn new(folder: &Path, environment: &str) -> Self {
        Self { path: folder.join(".tilewright").join("bindings").join(format!("{environment}.json")) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the bindings; fresh ones with a new key where there is no file. Writes nothing.
    ///
    /// # Errors
    /// [`BindingsError`]; a damaged file is never taken for an empty one.
    pub fn load(&self) -> Result<Bindings, BindingsError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return fresh_key().map(Bindings::new).map_err(|_| BindingsError::NoRandomness);
            }
            Err(source) => return Err(self.io("read", source)),
        };
        let damaged = |e: serde_json::Error| BindingsError::Damaged { path: self.path.clone(), reason: e.to_string() };
        let json: serde_json::Value = serde_json::from_str(&text).map_err(damaged)?;
        match json["format_version"].as_u64() {
            Some(found) if found == u64::from(FORMAT) => {}
            Some(found) => return Err(BindingsError::Version { path: self.path.clone(), found }),
            None => {
                let reason = "it has no `format_version`".to_owned();
                return Err(BindingsError::Damaged { path: self.path.clone(), reason });
            }
        }
        let mut members = json;
        if let Some(members) = members.as_object_mut() {
            members.remove("format_version");
        }
        serde_json::from_value(members).map_err(damaged)
    }

    /// Writes the bindings so that a crash leaves either the old file or the new one.
    ///
    /// # Errors
    /// [`BindingsError::Io`].
    pub fn save(&self, bindings: &Bindings) -> Result<(), BindingsError> {
        let stored = Stored { format_version: FORMAT, bindings: bindings.clone() };
        let mut text = serde_json::to_string_pretty(&stored).map_err(|e| self.io("write", e.into()))?;
        text.push('\n');
        self.replace(text.as_bytes()).map_err(|source| self.io("write", source))
    }

    fn replace(&self, content: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|e| e.error)?;
        // The name is durable only once the folder is; not every system can sync one.
        if let Ok(folder) = std::fs::File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    fn io(&self, action: &'static str, source: std::io::Error) -> BindingsError {
        BindingsError::Io { action, path: self.path.clone(), source }
    }
}

/// A new key from the operating system.
fn fresh_key() -> Result<FingerprintKey, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(FingerprintKey::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilewright_core::{Binding, RemoteId};

    fn file() -> (tempfile::TempDir, BindingsFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = BindingsFile::new(folder.path(), "test");
        (folder, file)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (_folder, file) = file();
        let mut bindings = file.load().unwrap();
        assert!(!file.path().exists(), "loading writes nothing");
        let binding = Binding {
            id: RemoteId::new("a.b"),
            parent: None,
            protect: true,
            fields: std::collections::BTreeMap::new(),
        };
        bindings.resources.insert("application/shop".parse().unwrap(), binding);
        bindings.tenant = Some("t".to_owned());
        file.save(&bindings).unwrap();
        assert_eq!(file.load().unwrap(), bindings);
    }

    #[test]
    fn a_damaged_file_is_no_empty_one() {
        let (_folder, file) = file();
        file.save(&file.load().unwrap()).unwrap();
        let whole = std::fs::read_to_string(file.path()).unwrap();
        for text in ["", "{}", "[]", &whole[..whole.len() / 2], &whole.replace("\"key\"", "\"kee\"")] {
            std::fs::write(file.path(), text).unwrap();
            assert!(matches!(file.load(), Err(BindingsError::Damaged { .. })), "{text}");
        }
        std::fs::write(file.path(), whole.replace(": 1", ": 9")).unwrap();
        assert!(matches!(file.load(), Err(BindingsError::Version { found: 9, .. })));
    }
}
