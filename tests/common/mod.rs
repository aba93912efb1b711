//! What the tests share: a folder of their own, the real binary in it, a simulated tenant beside it, and readers of
//! what the tenant holds that share no code with the program.

mod answering;
mod manifests;
mod output;
mod sample;
mod sandbox;
mod served;
mod tenant;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use answering::Answering;
pub(crate) use manifests::{documents, environments, holds, yaml};
pub(crate) use output::Output;
pub(crate) use sample::{EVERY_FIELD, INTRANET, PROJECT, SHOP, edited};
pub(crate) use sandbox::Sandbox;
pub(crate) use served::{Request, Served};
pub(crate) use tenant::Tenant;

/// The top of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below a folder with this extension, sorted; any extension where it is empty.
pub(crate) fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_in(&path, extension));
        } else if extension.is_empty() || path.extension().is_some_and(|e| e == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The examples: folders with a project file.
pub(crate) fn examples() -> Vec<PathBuf> {
    let mut folders: Vec<_> = files_in(&repository().join("examples"), "yaml")
        .into_iter()
        .filter(|f| f.file_name().is_some_and(|n| n == "tilewright.yaml"))
        .map(|f| f.parent().unwrap().to_owned())
        .collect();
    folders.sort();
    folders
}

/// Asks until something is there, and gives up after ten seconds.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_within(10, what, look)
}

/// Asks until something is there, and gives up after so many seconds.
pub(crate) fn until_within<T>(seconds: u64, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
