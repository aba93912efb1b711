//! Finds and reads manifest files: folders recursively in sorted order, hidden ones left out. The only place of the
//! loader, besides `${file:…}` and the project file, that reads from disk.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::sources::Sources;
use crate::spot::{FileId, Spot};
use crate::yaml::{MAX_FILE_BYTES, Undecodable, decode};

/// The name of the project file, which is no manifest.
pub(crate) const PROJECT_FILE: &str = "tilewright.yaml";

/// Why a path gives no text.
pub(crate) enum Unreadable {
    /// The system says so, or it is no regular file.
    System(String),
    /// It is too long or not UTF-8.
    Text(Undecodable),
}

/// The text of a file.
pub(crate) fn read_text(path: &Path) -> Result<String, Unreadable> {
    let system = |error: std::io::Error| Unreadable::System(reason(&error));
    let about = fs::metadata(path).map_err(system)?;
    if !about.is_file() {
        let sort = if about.is_dir() { "it is a folder" } else { "it is no regular file" };
        return Err(Unreadable::System(sort.to_owned()));
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(Unreadable::Text(Undecodable::TooLong));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(system)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(system)?;
    decode(bytes).map_err(Unreadable::Text)
}

/// The system's words without its numbers.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads a file into the sources. What is wrong with it becomes a diagnostic, and no file.
pub(crate) fn read_source(path: &Path, sources: &mut Sources, found: &mut Vec<Diagnostic>) -> Option<FileId> {
    let name = path.display().to_string();
    let unreadable = match read_text(path) {
        Ok(text) => return Some(sources.add_file(name, text)),
        Err(unreadable) => unreadable,
    };
    found.push(match unreadable {
        Unreadable::System(why) => {
            let file = sources.add_unread(name);
            Diagnostic::error("unreadable-file", Spot::top(file), format!("{} cannot be read: {why}", path.display()))
        }
        Unreadable::Text(Undecodable::TooLong) => {
            let file = sources.add_unread(name);
            let limit = MAX_FILE_BYTES / (1024 * 1024);
            Diagnostic::error("file-too-long", Spot::top(file), format!("the file is longer than {limit} MiB"))
                .help("spread the manifests over several files")
        }
        Unreadable::Text(Undecodable::Encoding(encoding)) => {
            let file = sources.add_unread(name);
            Diagnostic::error("wrong-encoding", Spot::top(file), format!("the file is {encoding}, not UTF-8"))
                .help("save it as UTF-8")
        }
        Unreadable::Text(Undecodable::Byte { before, byte }) => {
            let end = before.len() as u32;
            let file = sources.add_file(name, before);
            let spot = Spot { file, start: end - char::REPLACEMENT_CHARACTER.len_utf8() as u32, end };
            Diagnostic::error("wrong-encoding", spot, format!("the byte 0x{byte:02x} cannot stand here in UTF-8"))
                .label("not UTF-8 from here")
                .help("save the file as UTF-8")
        }
    });
    None
}

/// The manifest files that paths stand for, each once, in sorted order.
pub(crate) fn collect(
    paths: &[PathBuf],
    skip: &[PathBuf],
    sources: &mut Sources,
    found: &mut Vec<Diagnostic>,
) -> Vec<PathBuf> {
    let skip: BTreeSet<PathBuf> = skip.iter().filter_map(|p| p.canonicalize().ok()).collect();
    let mut walk = Walk { skip, seen: BTreeSet::new(), files: Vec::new(), sources, found };
    for path in paths {
        walk.named(path);
    }
    let mut files = walk.files;
    files.sort();
    files
}

struct Walk<'a> {
    skip: BTreeSet<PathBuf>,
    /// By their real paths, so that links cannot lead in a circle.
    seen: BTreeSet<PathBuf>,
    files: Vec<PathBuf>,
    sources: &'a mut Sources,
    found: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn fail(&mut self, path: &Path, code: &'static str, message: String, help: Option<&str>) {
        let file = self.sources.add_unread(path.display().to_string());
        let diagnostic = Diagnostic::error(code, Spot::top(file), message);
        self.found.push(if let Some(help) = help { diagnostic.help(help) } else { diagnostic });
    }

    /// A path that somebody asked for by name.
    fn named(&mut self, path: &Path) {
        let Ok(real) = path.canonicalize() else {
            let why = fs::metadata(path).map_or_else(|e| reason(&e), |_| "it cannot be resolved".to_owned());
            return self.fail(path, "unreadable-file", format!("{} cannot be read: {why}", path.display()), None);
        };
        if real.is_dir() {
            self.folder(path, real);
        } else if is_manifest(path) {
            self.file(path, real);
        } else {
            let help = "manifests are `.yaml`, `.yml` and `.json` files";
            self.fail(
                path,
                "not-a-manifest-file",
                format!("{} is no manifest by its name", path.display()),
                Some(help),
            );
        }
    }

    fn file(&mut self, path: &Path, real: PathBuf) {
        if !self.skip.contains(&real) && self.seen.insert(real) {
            self.files.push(path.to_owned());
        }
    }

    fn folder(&mut self, path: &Path, real: PathBuf) {
        let mut waiting = vec![(path.to_owned(), real)];
        while let Some((folder, real)) = waiting.pop() {
            if self.skip.contains(&real) || !self.seen.insert(real) {
                continue;
            }
            let entries = match fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
                Ok(entries) => entries,
                Err(error) => {
                    self.fail(&folder, "unreadable-file", format!("cannot be read: {}", reason(&error)), None);
                    continue;
                }
            };
            for entry in entries {
                let name = entry.file_name();
                if name.to_string_lossy().starts_with('.') || name == PROJECT_FILE {
                    continue;
                }
                let path = if folder == Path::new(".") { PathBuf::from(&name) } else { folder.join(&name) };
                // A link that leads nowhere is only a mistake where it would be a manifest.
                let Ok(real) = path.canonicalize() else {
                    if is_manifest(&path) {
                        self.named(&path);
                    }
                    continue;
                };
                if real.is_dir() {
                    waiting.push((path, real));
                } else if is_manifest(&path) {
                    self.file(&path, real);
                }
            }
        }
    }
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    matches!(extension.as_deref(), Some("yaml" | "yml" | "json"))
}
