//! Files to desired state: finds, reads, merges overlays, resolves references, checks each document.
//!
//! What must hold between documents, other than that no two have one address, is the core's to check.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value as Json;
use tilewright_core::{Address, Catalog, DesiredState, DocumentId, FieldPath, Finding, Resource};

use crate::check::BadSchema;
use crate::diagnostic::Diagnostic;
use crate::files::{collect, read_source};
use crate::header::{self, Header, literal_metadata};
use crate::interpolate::Outside;
use crate::manifest::{self, Checkers};
use crate::overlay::{Known, merge};
use crate::sources::Sources;
use crate::spot::Spot;
use crate::suggest::question;
use crate::yaml::{self, Limits};

/// What to load.
pub struct LoadRequest<'a> {
    /// Files and folders with manifests.
    pub paths: &'a [PathBuf],
    /// Files and folders with overlays; a later one is merged over an earlier one.
    pub overlays: &'a [PathBuf],
    /// Files and folders that are left out where a folder holds them.
    pub skip: &'a [PathBuf],
    /// Whether `paths` is only a part of the manifests, so that an overlay for another address is no mistake.
    pub partial: bool,
    /// What `${var:…}` stands for: texts, numbers and truth values.
    pub variables: &'a BTreeMap<String, Json>,
    /// Reads an environment variable, for `${env:…}`.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

/// What was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// What the manifests say. A resource whose document has errors is in it with the fields that are right.
    pub desired: DesiredState,
    /// What the loader found wrong, in order of file and line. The run ends where one is an error.
    pub diagnostics: Vec<Diagnostic>,
    /// Where everything stands.
    pub sources: Sources,
    /// The documents with errors.
    pub faulty: BTreeSet<DocumentId>,
    /// Whether every document could be read; where not, a reference may lack its target only for that reason.
    pub whole: bool,
}

impl Loaded {
    /// Gives findings of the core their places in files, in order of file and line.
    #[must_use]
    pub fn place(&self, findings: &[Finding]) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<Diagnostic> = findings.iter().map(|f| self.sources.place(f)).collect();
        let line = |d: &Diagnostic| (d.spot.file, self.sources.location(d.spot).line);
        let hidden: BTreeSet<_> = diagnostics.iter().filter(|d| d.sensitive).map(line).collect();
        // What one finding hides, another one on the same line must not show.
        for diagnostic in &mut diagnostics {
            diagnostic.sensitive |= hidden.contains(&line(diagnostic));
        }
        self.sources.sort(&mut diagnostics);
        diagnostics
    }

    /// Whether there are errors.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Where a field of a resource is written; `path` starts at the spec, for example `redirect_uris[0]`.
    #[must_use]
    pub fn locate(&self, resource: &Resource, path: &FieldPath) -> Option<Spot> {
        let spec = FieldPath::field("spec");
        let path = spec.segments().iter().chain(path.segments()).cloned().collect();
        self.sources.locate(resource.document, &path)
    }
}

/// Loads manifests.
///
/// # Panics
/// When a schema of the catalog is no JSON Schema, which is a mistake of the vendor crate that its tests find.
#[must_use]
pub fn load(request: &LoadRequest<'_>, catalog: &Catalog) -> Loaded {
    let checkers = Checkers::new(catalog)
        .map_err(|e: BadSchema| e.to_string())
        .expect("the catalog's schemas are made of the vendor crate's own types");
    let mut loading = Loading {
        catalog,
        limits: Limits::new(),
        sources: Sources::default(),
        diagnostics: Vec::new(),
        faulty: BTreeSet::new(),
        whole: true,
    };
    let base = loading.layer(request.paths, request.skip);
    let layers: Vec<Vec<DocumentId>> =
        request.overlays.iter().map(|path| loading.layer(std::slice::from_ref(path), &[])).collect();
    let headers = loading.headers(&base);
    for layer in layers {
        loading.overlay(&layer, &headers, request.partial);
    }
    let mut desired = DesiredState::default();
    for (document, header) in base.iter().zip(&headers.all) {
        loading.resolve(*document, request);
        let Some(kind) = header.kind else { continue };
        let address = header.address.as_ref().filter(|a| headers.first.get(*a) == Some(document));
        let root = loading.sources.document(*document);
        let read = manifest::read(catalog, &checkers, kind, address, root, *document);
        loading.say(*document, read.diagnostics);
        if let Some(resource) = read.resource {
            desired.resources.insert(resource.address.clone(), resource);
        }
    }
    let Loading { mut diagnostics, sources, faulty, whole, .. } = loading;
    sources.sort(&mut diagnostics);
    Loaded { desired, diagnostics, sources, faulty, whole }
}

struct Loading<'a> {
    catalog: &'a Catalog,
    limits: Limits,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    faulty: BTreeSet<DocumentId>,
    whole: bool,
}

/// The headers of the base documents.
struct Headers<'a> {
    all: Vec<Header<'a>>,
    /// The document that has an address first.
    first: BTreeMap<Address, DocumentId>,
}

impl<'a> Loading<'a> {
    /// Reads the documents of one layer.
    fn layer(&mut self, paths: &[PathBuf], skip: &[PathBuf]) -> Vec<DocumentId> {
        let mut documents = Vec::new();
        let before = self.diagnostics.len();
        let files = collect(paths, skip, &mut self.sources, &mut self.diagnostics);
        for path in files {
            let Some(file) = read_source(&path, &mut self.sources, &mut self.diagnostics) else { continue };
            let parsed = yaml::parse(file, self.sources.text(file), &mut self.limits);
            self.whole &= parsed.whole;
            self.diagnostics.extend(parsed.diagnostics);
            for document in parsed.documents {
                let id = self.sources.add_document(document.root);
                if !document.sound {
                    self.faulty.insert(id);
                }
                documents.push(id);
            }
        }
        let unread = |d: &Diagnostic| !self.sources.was_read(d.spot.file);
        self.whole &= !self.diagnostics[before..].iter().any(unread);
        documents
    }

    fn say(&mut self, document: DocumentId, diagnostics: Vec<Diagnostic>) {
        if diagnostics.iter().any(Diagnostic::is_error) {
            self.faulty.insert(document);
        }
        self.diagnostics.extend(diagnostics);
    }

    fn header(&mut self, document: DocumentId) -> Header<'a> {
        let mut header = header::read(self.catalog, self.sources.document(document));
        self.say(document, std::mem::take(&mut header.diagnostics));
        header
    }

    /// Reads the headers of the base; no two documents may have one address.
    fn headers(&mut self, documents: &[DocumentId]) -> Headers<'a> {
        let all: Vec<Header<'a>> = documents.iter().map(|document| self.header(*document)).collect();
        let first = self.unique(documents, &all, "one of them may go, or become an overlay of an environment");
        Headers { all, first }
    }

    fn unique(
        &mut self,
        documents: &[DocumentId],
        headers: &[Header<'_>],
        help: &str,
    ) -> BTreeMap<Address, DocumentId> {
        let mut first: BTreeMap<Address, (DocumentId, Spot)> = BTreeMap::new();
        for (document, header) in documents.iter().zip(headers) {
            let Some(address) = &header.address else { continue };
            let (known, at) = *first.entry(address.clone()).or_insert((*document, header.at));
            if known != *document {
                let diagnostic =
                    Diagnostic::error("duplicate-address", header.at, format!("`{address}` is stated twice"))
                        .label("stated again")
                        .related(at, "first stated here")
                        .help(help);
                self.say(*document, vec![diagnostic]);
            }
        }
        first.into_iter().map(|(address, (document, _))| (address, document)).collect()
    }

    /// Merges one layer of overlays over the base.
    fn overlay(&mut self, layer: &[DocumentId], base: &Headers<'_>, partial: bool) {
        let headers: Vec<Header<'a>> = layer.iter().map(|document| self.header(*document)).collect();
        let first = self.unique(layer, &headers, "within one folder of overlays, an address is stated once");
        for (document, header) in layer.iter().zip(&headers) {
            let (Some(address), Some(kind)) = (&header.address, header.kind) else { continue };
            if first.get(address) != Some(document) {
                continue;
            }
            if let Some(target) = base.first.get(address) {
                let over = self.sources.document(*document).clone();
                merge(self.sources.document_mut(*target), over, Known::Document(kind));
            } else if !partial {
                let diagnostic = self.unknown_base(address, header.at, base);
                self.say(*document, vec![diagnostic]);
            }
        }
    }

    fn unknown_base(&self, address: &Address, at: Spot, base: &Headers<'_>) -> Diagnostic {
        let texts: Vec<String> = base.first.keys().map(ToString::to_string).collect();
        let near = question(&address.to_string(), texts.iter().map(String::as_str));
        Diagnostic::error("overlay-without-base", at, format!("no manifest states `{address}`{near}"))
            .label("nothing to merge this overlay over")
            .help("an overlay changes what the manifests state; write a new resource into the manifests")
    }

    /// Resolves the references of a document.
    fn resolve(&mut self, document: DocumentId, request: &LoadRequest<'_>) {
        let mut root = self.sources.take_document(document);
        let mut found = Vec::new();
        let literal = literal_metadata(self.catalog);
        let outside =
            Outside { variables: Some(request.variables), env: request.env, sources: &self.sources, literal: &literal };
        outside.resolve_document(&mut root, &mut found);
        *self.sources.document_mut(document) = root;
        self.say(document, found);
    }
}
