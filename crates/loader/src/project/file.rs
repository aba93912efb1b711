//! Finds, reads and checks the project file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tilewright_core::{FieldPath, Key};

use super::environment::{Context, Environment, EnvironmentError, EnvironmentRequest};
use super::spec::{ProjectDocument, ProjectSpec, schema};
use crate::check::{Checker, Subject};
use crate::diagnostic::Diagnostic;
use crate::files::{PROJECT_FILE, read_source};
use crate::interpolate::{Piece, pieces};
use crate::manifest::reported;
use crate::sources::{Sources, top_of};
use crate::spot::{FileId, Spot};
use crate::suggest::question;
use crate::yaml::{self, Limits, Member, Node};

/// Members of an environment of which one says where the tenant is.
pub(super) const PLACES: [&str; 3] = ["simulator", "region", "base_url"];

/// Members of an environment that are secrets.
const SECRETS: [&str; 2] = ["client_secret", "access_token"];

/// The project file, or an environment in it, has errors.
#[derive(Debug, thiserror::Error)]
#[error("the project file has {} error(s)", .diagnostics.len())]
pub struct Rejected {
    /// What is wrong, in order of line.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it stands.
    pub sources: Sources,
}

/// A project file that was read and checked.
#[derive(Debug)]
pub struct Project {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) root: Node,
    pub(super) spec: ProjectSpec,
    pub(super) regions: Vec<String>,
}

/// Looks for the project file in a folder and those above it. What it returns is relative to `from`, so that messages
/// stay short: `from` should be the working folder.
#[must_use]
pub fn discover(from: &Path) -> Option<PathBuf> {
    let mut up = PathBuf::new();
    for folder in from.ancestors() {
        if folder.join(PROJECT_FILE).is_file() {
            return Some(up.join(PROJECT_FILE));
        }
        up.push("..");
    }
    None
}

impl Project {
    /// Reads and checks a project file; `regions` are the words that `region` may be.
    ///
    /// # Errors
    /// [`Rejected`] with everything that is wrong.
    ///
    /// # Panics
    /// Never: the schema is this crate's own, and a test compiles it.
    pub fn read(path: &Path, regions: &[&str]) -> Result<Self, Box<Rejected>> {
        let mut sources = Sources::default();
        let mut found = Vec::new();
        let Some(file) = read_source(path, &mut sources, &mut found) else {
            return Err(reject(sources, found));
        };
        let Some(root) = only_document(file, &sources, &mut found) else {
            return Err(reject(sources, found));
        };
        check(&root, regions, &mut found);
        let document = if found.is_empty() { typed::<ProjectDocument>(&root, &mut found) } else { None };
        let Some(ProjectDocument { spec, .. }) = document else {
            return Err(reject(sources, found));
        };
        let regions = regions.iter().map(|r| (*r).to_owned()).collect();
        Ok(Self { path: path.to_owned(), text: sources.text(file).to_owned(), root, spec, regions })
    }

    /// The project file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that the file's paths are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The files and folders with manifests.
    #[must_use]
    pub fn manifests(&self) -> Vec<PathBuf> {
        self.spec.manifests.iter().map(|path| self.folder().join(path)).collect()
    }

    /// The overlays of every environment that names them plainly, and the project file: what is not a manifest although
    /// it may lie among them. For [`crate::LoadRequest::skip`].
    #[must_use]
    pub fn not_manifests(&self) -> Vec<PathBuf> {
        let overlays = self.spec.environments.values().flat_map(|e| &e.overlays).map(|path| self.folder().join(path));
        std::iter::once(self.path.clone()).chain(overlays).collect()
    }

    /// The names of the environments, sorted.
    #[must_use]
    pub fn environments(&self) -> Vec<&str> {
        self.spec.environments.keys().map(String::as_str).collect()
    }

    /// Chooses an environment; with a single one it need not be named.
    ///
    /// # Errors
    /// [`EnvironmentError`] where none has this name, or none is named and there is not exactly one.
    pub fn choose(&self, name: Option<&str>) -> Result<&str, EnvironmentError> {
        EnvironmentError::choose(&self.environments(), name)
    }

    /// Resolves an environment that [`Self::choose`] returned.
    ///
    /// # Errors
    /// [`Rejected`] with everything that is wrong with it.
    pub fn environment(&self, name: &str, request: &EnvironmentRequest<'_>) -> Result<Environment, Box<Rejected>> {
        let mut sources = Sources::default();
        sources.add_file(self.path.display().to_string(), self.text.clone());
        let mut found = Vec::new();
        let environments = self.root.get("spec").and_then(|s| s.get("environments"));
        let member = environments.and_then(|e| e.member(name));
        let environment = member.and_then(|member| {
            let context = Context { folder: self.folder(), regions: &self.regions, sources: &sources, request };
            context.resolve(member, &mut found)
        });
        match environment {
            Some(environment) if found.is_empty() => Ok(environment),
            _ => Err(reject(sources, found)),
        }
    }
}

fn reject(sources: Sources, mut diagnostics: Vec<Diagnostic>) -> Box<Rejected> {
    sources.sort(&mut diagnostics);
    Box::new(Rejected { diagnostics, sources })
}

/// The one document that a project file is.
fn only_document(file: FileId, sources: &Sources, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let parsed = yaml::parse(file, sources.text(file), &mut Limits::new());
    found.extend(parsed.diagnostics);
    let mut documents = parsed.documents.into_iter();
    let first = documents.next();
    if let Some(second) = documents.next() {
        let at = top_of(&second.root);
        found.push(Diagnostic::error(
            "not-a-project",
            at,
            "a project file is one document, and a second one starts here",
        ));
    }
    if first.is_none() && found.is_empty() {
        let message = "the project file is empty";
        let help = "it starts with `apiVersion: tilewright/v1` and `kind: Project`";
        found.push(Diagnostic::error("not-a-project", Spot::top(file), message).help(help));
    }
    first.map(|d| d.root)
}

/// Reads a checked tree into a type.
pub(super) fn typed<T: serde::de::DeserializeOwned>(node: &Node, found: &mut Vec<Diagnostic>) -> Option<T> {
    let read = serde_yaml::to_value(node.to_json()).and_then(serde_yaml::from_value);
    read.map_err(|error| {
        let message = format!("cannot be used: {error}");
        found.push(Diagnostic::error("not-a-project", top_of(node), message));
    })
    .ok()
}

fn check(root: &Node, regions: &[&str], found: &mut Vec<Diagnostic>) {
    let checker = Checker::new(&schema()).expect("the schema is made of this crate's own types");
    let silent: BTreeSet<FieldPath> = reported(root, &FieldPath::default()).into_iter().collect();
    found.extend(checker.check(&Subject {
        node: root,
        json: &root.to_json(),
        owner: top_of(root),
        title: "a project file",
        silent: &silent,
        advice: &|_, _| None,
    }));
    let environments = root.get("spec").and_then(|s| s.get("environments")).and_then(Node::members);
    for environment in environments.into_iter().flatten() {
        if Key::new(&environment.name).is_err() {
            let message =
                format!("`{}` cannot be the name of an environment", crate::suggest::short(&environment.name));
            found.push(
                Diagnostic::error("bad-key", environment.name_at, message)
                    .label("expected 1 to 63 of a-z, 0-9 and `-`"),
            );
        }
        places(environment, regions, found);
        secrets(environment, found);
    }
}

/// One member says where the tenant is; two would contradict each other.
fn places(environment: &Member, regions: &[&str], found: &mut Vec<Diagnostic>) {
    let stated: Vec<&Member> = PLACES.iter().filter_map(|name| environment.value.member(name)).collect();
    if let [first, second, ..] = stated.as_slice() {
        let message = format!("`{}` and `{}` exclude each other", first.name, second.name);
        found.push(
            Diagnostic::error("two-tenants", second.name_at, message)
                .related(first.name_at, "the tenant is named here already")
                .help("an environment is one tenant: keep one of them"),
        );
    }
    if let (Some(token_url), None) = (environment.value.member("token_url"), environment.value.member("base_url")) {
        let message = "`token_url` goes with `base_url`";
        found.push(
            Diagnostic::error("missing-field", token_url.name_at, message)
                .help("a region has its own; leave `token_url` out"),
        );
    }
    if let Some(region) = environment.value.get("region") {
        found.extend(unknown_region(region, regions));
    }
}

/// What is wrong with a region that is written down; one from outside is checked when it is resolved.
pub(super) fn unknown_region(region: &Node, regions: &[&str]) -> Option<Diagnostic> {
    let text = region.as_text()?;
    if crate::interpolate::has_reference(text) || regions.contains(&text) {
        return None;
    }
    let hidden = region.scalar().is_some_and(yaml::Scalar::is_hidden);
    let message = if hidden {
        "`region` cannot be this text from outside".to_owned()
    } else {
        let near = question(text, regions.iter().copied());
        format!("`region` cannot be `{}`{near}", crate::suggest::short(text))
    };
    let label = format!("expected {}", crate::suggest::one_of(regions.iter().copied()));
    Some(
        Diagnostic::error("not-allowed", region.at, message)
            .label(label)
            .help("a tenant on another host is named with `base_url`"),
    )
}

/// A secret is a reference and nothing else.
fn secrets(environment: &Member, found: &mut Vec<Diagnostic>) {
    for name in SECRETS {
        let Some(member) = environment.value.member(name) else { continue };
        let Some(text) = member.value.as_text() else { continue };
        let is_reference = matches!(
            pieces(text).as_slice(),
            [Piece::Reference(inside)] if inside.starts_with("env:") || inside.starts_with("file:")
        );
        if !is_reference {
            let message = format!("`{name}` must be a reference: a secret does not belong in the project file");
            let upper = name.to_uppercase();
            found.push(Diagnostic::error("literal-secret", member.name_at, message).help(format!(
                "write `{name}: ${{env:MOSAIC_{upper}}}`; if the secret was committed, replace it with a new one"
            )));
        }
    }
}
