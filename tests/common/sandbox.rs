//! A folder for one test, and the real binary run in it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Output, Tenant};

/// Where the project of the tests keeps its embedded tenant.
const STATE: &str = ".tilewright/local.json";

/// A folder of its own.
pub(crate) struct Sandbox {
    folder: TempDir,
    /// Set for every run.
    variables: Vec<(String, String)>,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// A project with an embedded tenant and these manifests.
    pub(crate) fn with(manifests: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("tilewright.yaml", super::PROJECT);
        sandbox.write("manifests/all.yaml", manifests);
        sandbox
    }

    /// A project whose manifests are applied.
    pub(crate) fn applied(manifests: &str) -> Self {
        let sandbox = Self::with(manifests);
        sandbox.run(&["apply", "--yes"]).expect(0);
        sandbox
    }

    /// A copy of an example.
    pub(crate) fn copy_of(example: &Path) -> Self {
        let sandbox = Self::new();
        for file in super::files_in(example, "") {
            let inside = file.strip_prefix(example).unwrap();
            if !inside.starts_with(".tilewright") {
                sandbox.write(inside.to_str().unwrap(), &super::read(&file));
            }
        }
        sandbox
    }

    /// Sets variables for every run from here on.
    pub(crate) fn set(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables {
            self.variables.retain(|(known, _)| *known != name);
            self.variables.push((name, value));
        }
    }

    /// The working folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root().join(inside)
    }

    pub(crate) fn write(&self, inside: &str, text: &str) {
        let path = self.path(inside);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, inside: &str) {
        let path = self.path(inside);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }

    /// The embedded tenant's file.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(STATE)
    }

    /// What the embedded tenant holds.
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant::read(&self.state())
    }

    /// The binary, ready to be started here with nothing of the caller's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tilewright"));
        command
            .args(arguments.iter().map(OsStr::new))
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .env("NO_COLOR", "1")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.finish(&mut self.command(arguments))
    }

    /// Runs the binary with more variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        self.finish(self.command(arguments).envs(variables.iter().copied()))
    }

    /// Runs the binary with a text on standard input.
    pub(crate) fn run_on(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that does not read may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Output::new(child.wait_with_output().unwrap(), &self.root())
    }

    fn finish(&self, command: &mut Command) -> Output {
        Output::new(command.output().unwrap(), &self.root())
    }
}
