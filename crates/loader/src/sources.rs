//! Sources: the texts that were read and the trees of their documents, so that a place in a document has a line.

use std::sync::OnceLock;

use tilewright_core::{DocumentId, FieldPath, Finding, Part, Place, Segment, Severity};

use crate::diagnostic::{Diagnostic, DiagnosticReport, Location, RelatedReport};
use crate::spot::{FileId, Spot};
use crate::yaml::{Content, Node};

/// A file that was read, or that could not be.
#[derive(Debug)]
struct SourceFile {
    name: String,
    text: String,
    /// Whether `text` is what the file holds.
    read: bool,
    lines: OnceLock<Vec<u32>>,
}

/// The files of a load and where every value of them stands.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    documents: Vec<Node>,
}

impl Sources {
    pub(crate) fn add_file(&mut self, name: String, text: String) -> FileId {
        self.push(name, text, true)
    }

    /// A file that could not be read, so that a diagnostic can name it.
    pub(crate) fn add_unread(&mut self, name: String) -> FileId {
        self.push(name, String::new(), false)
    }

    fn push(&mut self, name: String, text: String, read: bool) -> FileId {
        self.files.push(SourceFile { name, text, read, lines: OnceLock::new() });
        FileId((self.files.len() - 1) as u32)
    }

    pub(crate) fn add_document(&mut self, root: Node) -> DocumentId {
        self.documents.push(root);
        DocumentId(self.documents.len() - 1)
    }

    pub(crate) fn document(&self, id: DocumentId) -> &Node {
        &self.documents[id.0]
    }

    /// Takes a document out, to be put back by [`Self::document_mut`].
    pub(crate) fn take_document(&mut self, id: DocumentId) -> Node {
        let nothing = Node { at: Spot::top(FileId(0)), content: Content::List(Vec::new()) };
        std::mem::replace(&mut self.documents[id.0], nothing)
    }

    pub(crate) fn document_mut(&mut self, id: DocumentId) -> &mut Node {
        &mut self.documents[id.0]
    }

    /// The file's name, as it was given or found.
    #[must_use]
    pub fn file_name(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].name
    }

    pub(crate) fn text(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].text
    }

    pub(crate) fn was_read(&self, file: FileId) -> bool {
        self.files[file.0 as usize].read
    }

    /// How many documents were read.
    #[must_use]
    pub fn document_count(&self) -> usize {
        self.documents.len()
    }

    /// Where the value at a path of a document is written; `path` starts at the document's top, for example
    /// `spec.redirect_uris[0]`. A path that is not in the document stands for its nearest ancestor.
    #[must_use]
    pub fn locate(&self, document: DocumentId, path: &FieldPath) -> Option<Spot> {
        self.spot(&Place::value(document, path.clone()))
    }

    /// Where a place is.
    #[must_use]
    pub fn spot(&self, place: &Place) -> Option<Spot> {
        let root = self.documents.get(place.document.0)?;
        let mut node = root;
        let mut name_at = None;
        for segment in place.path.segments() {
            let next = match (segment, &node.content) {
                (Segment::Member(name), Content::Map(_)) => node.member(name).map(|m| (Some(m.name_at), &m.value)),
                (Segment::Item(index), Content::List(items)) => items.get(*index).map(|item| (None, item)),
                _ => None,
            };
            let Some((name, value)) = next else {
                // What is not there is best shown at the name of what it should be in.
                return Some(name_at.unwrap_or_else(|| top_of(node)));
            };
            name_at = name;
            node = value;
        }
        Some(match place.part {
            Part::Key => name_at.unwrap_or(node.at),
            Part::Value if place.path.segments().is_empty() => top_of(node),
            Part::Value => node.at,
        })
    }

    /// The spot in lines and columns.
    #[must_use]
    pub fn location(&self, spot: Spot) -> Location {
        let file = &self.files[spot.file.0 as usize];
        if !file.read {
            let file = file.name.clone();
            return Location { file, line: None, column: None, end_line: None, end_column: None };
        }
        let (line, column) = self.line_and_column(spot.file, spot.start);
        let (end_line, end_column) = self.line_and_column(spot.file, spot.end);
        Location {
            file: file.name.clone(),
            line: Some(line),
            column: Some(column),
            end_line: Some(end_line),
            end_column: Some(end_column),
        }
    }

    fn line_and_column(&self, file: FileId, byte: u32) -> (usize, usize) {
        let line = self.line_index(file, byte);
        let text = self.text(file);
        let start = self.line_starts(file)[line] as usize;
        (line + 1, 1 + text[start..byte as usize].chars().count())
    }

    pub(crate) fn line_index(&self, file: FileId, byte: u32) -> usize {
        self.line_starts(file).partition_point(|start| *start <= byte) - 1
    }

    pub(crate) fn line_starts(&self, file: FileId) -> &[u32] {
        let source = &self.files[file.0 as usize];
        source.lines.get_or_init(|| {
            let breaks = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at as u32 + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// Gives a finding of the core its spots.
    #[must_use]
    pub fn place(&self, finding: &Finding) -> Diagnostic {
        let spot = |place: &Place| self.spot(place).unwrap_or(Spot::top(FileId(0)));
        Diagnostic {
            code: finding.code,
            severity: finding.severity,
            message: finding.message.clone(),
            spot: spot(&finding.place),
            label: finding.label.clone(),
            related: finding.related.iter().map(|(place, remark)| (spot(place), remark.clone())).collect(),
            help: finding.help.clone(),
            sensitive: finding.sensitive,
        }
    }

    /// Sorts by file, line, column and code, and drops what is said twice.
    pub fn sort(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.spot.start, d.code, d.spot.end);
            let names = self.file_name(a.spot.file).cmp(self.file_name(b.spot.file));
            names.then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
        });
        diagnostics.dedup();
    }

    /// The form for machines.
    #[must_use]
    pub fn report(&self, diagnostic: &Diagnostic) -> DiagnosticReport {
        DiagnosticReport {
            code: diagnostic.code,
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: diagnostic.message.clone(),
            location: self.location(diagnostic.spot),
            label: diagnostic.label.clone(),
            help: diagnostic.help.clone(),
            related: diagnostic
                .related
                .iter()
                .map(|(spot, remark)| RelatedReport { message: remark.clone(), location: self.location(*spot) })
                .collect(),
        }
    }
}

/// A document as a whole is shown at the name of its first member.
pub(crate) fn top_of(node: &Node) -> Spot {
    match &node.content {
        Content::Map(members) => members.first().map_or(node.at, |m| m.name_at),
        Content::List(items) => items.first().map_or(node.at, top_of),
        Content::Scalar(_) => node.at,
    }
}
