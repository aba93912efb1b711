//! Events to trees. Aliases are weighed before they are expanded, so that nothing that is too big is ever built.

use std::collections::HashMap;

use granit_parser::{ScalarStyle, StructureStyle, Tag};

use super::limits::{Limits, MAX_DEPTH, MAX_NODES};
use super::meaning::{meaning, unknown_tag};
use super::merge_keys;
use super::scalar::resolve_plain;
use super::tree::{Content, Member, Node, Plain, Scalar};
use crate::diagnostic::Diagnostic;
use crate::spot::{FileId, Spot};

/// Why building stops.
pub(super) enum Stop {
    /// This document cannot be read on.
    Document,
    /// Nothing more may be read.
    Load,
}

/// What stands before a value.
#[derive(Clone, Copy)]
pub(super) struct Properties<'a> {
    /// The number of its anchor, or 0.
    pub(super) anchor: usize,
    /// Its tag.
    pub(super) tag: Option<&'a Tag>,
    /// Where the tag is written.
    pub(super) tag_at: Option<Spot>,
}

/// A value before aliases are expanded: children are indices.
pub(super) struct Raw {
    pub(super) at: Spot,
    pub(super) content: RawContent,
    /// How many values it is once expanded.
    weight: usize,
    /// How deep it is once expanded.
    height: usize,
}

pub(super) enum RawContent {
    Scalar(Scalar),
    List(Vec<usize>),
    Map(Vec<RawMember>),
}

#[derive(Clone)]
pub(super) struct RawMember {
    pub(super) name: String,
    pub(super) name_at: Spot,
    pub(super) value: usize,
}

/// A list or map that is not closed yet.
struct Open {
    at: Spot,
    flow: bool,
    anchor: usize,
    map: bool,
    items: Vec<usize>,
    members: Vec<RawMember>,
    names: HashMap<String, Spot>,
    /// The name that waits for its value; `None` inside for one that was refused.
    key: Option<Option<Name>>,
    /// The values of `<<`.
    merges: Vec<usize>,
    /// Whether it stands where a name is expected.
    is_name: bool,
    /// Whether a name in it is a list or an object, so that nothing in it is what was meant.
    spoiled: bool,
    /// Where the last value inside ends.
    end: u32,
}

/// A member's name that waits for its value.
struct Name {
    text: String,
    at: Spot,
    merge: bool,
}

/// Builds the trees of a file's documents.
pub(super) struct Builder<'a> {
    file: FileId,
    text: &'a str,
    limits: &'a mut Limits,
    arena: Vec<Raw>,
    open: Vec<Open>,
    /// Finished values by anchor; `None` while the value is open.
    anchors: HashMap<usize, Option<usize>>,
    root: Option<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, text: &'a str, limits: &'a mut Limits) -> Self {
        Self {
            file,
            text,
            limits,
            arena: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            diagnostics: Vec::new(),
        }
    }

    /// A spot without the white space at its end; the parser's ranges may reach over the line's end.
    pub(super) fn spot(&self, start: usize, end: usize) -> Spot {
        let start = self.text.floor_char_boundary(start);
        let end = self.text.floor_char_boundary(end).max(start);
        let end = start + self.text[start..end].trim_end().len();
        Spot { file: self.file, start: start as u32, end: end as u32 }
    }

    /// The name whose value is being read.
    pub(super) fn pending_name(&self) -> Option<Spot> {
        self.open.last()?.key.as_ref()?.as_ref().map(|name| name.at)
    }

    /// The innermost bracket that is open.
    pub(super) fn open_bracket(&self) -> Option<Spot> {
        let flow = self.open.last().filter(|o| o.flow)?;
        Some(Spot { end: flow.at.start + 1, ..flow.at })
    }

    pub(super) fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    fn fail(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The finished document, `None` for an empty one, and what is wrong in it.
    pub(super) fn finish(&mut self) -> (Option<Node>, Vec<Diagnostic>) {
        let node = self.root.take().map(|root| expand(&self.arena, root));
        self.arena.clear();
        self.open.clear();
        self.anchors.clear();
        let node = node.filter(|n| !(n.is_null() && n.scalar().is_some_and(|s| s.bare)));
        (node, self.take_diagnostics())
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        properties: Properties<'_>,
        at: Spot,
    ) -> Result<(), Stop> {
        let Properties { anchor, tag, tag_at } = properties;
        let bare = style == ScalarStyle::Plain;
        // An absent value arrives as `~` without a width; it is shown at the name before it.
        let absent = bare && at.start == at.end;
        let text = if absent { "" } else { text };
        let name_at = self.pending_name().filter(|_| absent);
        let at = name_at.unwrap_or(at);
        if self.expects_name() {
            let key = self.name(text, bare, tag, at);
            if let Some(open) = self.open.last_mut() {
                open.end = open.end.max(at.end);
                open.key = Some(key);
            }
            if anchor != 0 {
                let scalar = Scalar { bare, plain: Plain::Text, ..Scalar::text(text.to_owned()) };
                let id = self.push(at, RawContent::Scalar(scalar), 1, 1);
                self.anchors.insert(anchor, Some(id));
            }
            return Ok(());
        }
        self.spend(1, at)?;
        let plain = meaning(text, bare, tag.map(|tag| (tag, tag_at.unwrap_or(at))), at).unwrap_or_else(|wrong| {
            self.fail(*wrong);
            Plain::Reported
        });
        let scalar = Scalar { bare, plain, ..Scalar::text(text.to_owned()) };
        let id = self.push(at, RawContent::Scalar(scalar), 1, 1);
        self.put(id, anchor, at.end);
        Ok(())
    }

    /// Checks a member's name: unlike values, names are texts only.
    fn name(&mut self, text: &str, bare: bool, tag: Option<&Tag>, at: Spot) -> Option<Name> {
        let merge = bare && text == "<<";
        let plain = if bare { resolve_plain(text).unwrap_or(Plain::Reported) } else { Plain::Text };
        if tag.is_some_and(|t| t.core_suffix() != Some("str")) || plain != Plain::Text {
            let shown =
                if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", crate::suggest::short(text)) };
            self.fail(
                Diagnostic::error("name-not-text", at, format!("the name of a member must be a text, found {shown}"))
                    .label("not a text")
                    .help("put the name in quotes"),
            );
            return None;
        }
        if merge {
            return Some(Name { text: text.to_owned(), at, merge });
        }
        let open = self.open.last_mut()?;
        if let Some(first) = open.names.get(text).copied() {
            let name = crate::suggest::short(text);
            self.fail(
                Diagnostic::error("duplicate-name", at, format!("`{name}` is stated twice"))
                    .label("stated again")
                    .related(first, "first stated here")
                    .help("remove one of the two; nothing says which of them counts"),
            );
            return None;
        }
        open.names.insert(text.to_owned(), at);
        Some(Name { text: text.to_owned(), at, merge })
    }

    pub(super) fn open(
        &mut self,
        map: bool,
        style: StructureStyle,
        properties: Properties<'_>,
        at: Spot,
    ) -> Result<(), Stop> {
        let Properties { anchor, tag, tag_at } = properties;
        self.spend(1, at)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(at));
        }
        if let Some(tag) = tag.filter(|t| t.core_suffix() != Some(if map { "map" } else { "seq" })) {
            self.fail(*unknown_tag(tag, tag_at.unwrap_or(at)));
        }
        let is_name = self.expects_name();
        if is_name {
            let template = self.text[..at.start as usize].ends_with('{');
            let help = if template {
                "there are no templates; write `${var:NAME}`, or put a text that starts with `{` in quotes"
            } else {
                "if a text that starts with `{` or `[` is meant, put it in quotes"
            };
            let message = "the name of a member must be a text, found a list or an object";
            self.fail(Diagnostic::error("name-not-text", at, message).help(help));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        self.open.push(Open::new(at, map, style == StructureStyle::Flow, anchor, is_name));
        Ok(())
    }

    pub(super) fn close(&mut self, at: Spot) -> Result<(), Stop> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        let end = if open.flow { at.end } else { open.end.max(open.at.start) };
        let spot = Spot { end, ..open.at };
        if open.map && !open.merges.is_empty() {
            let mut failed = merge_keys::apply(&self.arena, &mut open.members, &open.merges);
            self.diagnostics.append(&mut failed);
        }
        let children = || open.items.iter().copied().chain(open.members.iter().map(|m| m.value));
        let weight = children().fold(1_usize, |sum, id| sum.saturating_add(self.arena[id].weight));
        let height = 1 + children().map(|id| self.arena[id].height).max().unwrap_or(0);
        let anchor = open.anchor;
        let content = if open.spoiled {
            RawContent::Scalar(Scalar { plain: Plain::Reported, ..Scalar::text(String::new()) })
        } else if open.map {
            RawContent::Map(open.members)
        } else {
            RawContent::List(open.items)
        };
        let id = self.push(spot, content, weight, height);
        if open.is_name {
            if anchor != 0 {
                self.anchors.insert(anchor, Some(id));
            }
            self.refuse_name(end);
        } else {
            self.put(id, anchor, end);
        }
        Ok(())
    }

    pub(super) fn alias(&mut self, anchor: usize, at: Spot) -> Result<(), Stop> {
        let Some(target) = self.anchors.get(&anchor).copied().flatten() else {
            let shown = crate::suggest::short(&self.text[at.start as usize..at.end as usize]);
            let message = format!("the alias `{shown}` refers to a value that contains it");
            self.fail(
                Diagnostic::error("endless-alias", at, message)
                    .label("never ends")
                    .help("an alias stands for a value above it that is complete; write out what is meant"),
            );
            return Err(Stop::Document);
        };
        if self.expects_name() {
            self.fail(Diagnostic::error("name-not-text", at, "the name of a member cannot be an alias"));
            self.refuse_name(at.end);
            return Ok(());
        }
        let (weight, height) = (self.arena[target].weight, self.arena[target].height);
        self.spend(weight, at)?;
        if self.open.len() + height > MAX_DEPTH {
            return Err(self.too_deep(at));
        }
        self.put(target, 0, at.end);
        Ok(())
    }

    fn expects_name(&self) -> bool {
        self.open.last().is_some_and(|o| o.map && o.key.is_none())
    }

    fn refuse_name(&mut self, end: u32) {
        if let Some(parent) = self.open.last_mut() {
            parent.key = Some(None);
            parent.spoiled = true;
            parent.end = parent.end.max(end);
        }
    }

    fn push(&mut self, at: Spot, content: RawContent, weight: usize, height: usize) -> usize {
        self.arena.push(Raw { at, content, weight, height });
        self.arena.len() - 1
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, id: usize, anchor: usize, end: u32) {
        if anchor != 0 {
            self.anchors.insert(anchor, Some(id));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(id);
            return;
        };
        open.end = open.end.max(end);
        if !open.map {
            open.items.push(id);
            return;
        }
        match open.key.take().flatten() {
            Some(Name { merge: true, .. }) => open.merges.push(id),
            Some(Name { text, at, merge: false }) => {
                open.members.push(RawMember { name: text, name_at: at, value: id });
            }
            None => {}
        }
    }

    fn spend(&mut self, nodes: usize, at: Spot) -> Result<(), Stop> {
        if self.limits.spend(nodes) {
            return Ok(());
        }
        let message = format!("more than {MAX_NODES} values in one file, aliases followed");
        self.fail(Diagnostic::error("too-many-values", at, message).label("the limit is reached here"));
        Err(Stop::Load)
    }

    fn too_deep(&mut self, at: Spot) -> Stop {
        let message = format!("nested more than {MAX_DEPTH} levels deep, aliases followed");
        self.fail(Diagnostic::error("too-deep", Spot { end: at.end.min(at.start + 1), ..at }, message));
        Stop::Document
    }
}

impl Open {
    fn new(at: Spot, map: bool, flow: bool, anchor: usize, is_name: bool) -> Self {
        Self {
            at,
            flow,
            anchor,
            map,
            is_name,
            spoiled: false,
            items: Vec::new(),
            members: Vec::new(),
            names: HashMap::new(),
            key: None,
            merges: Vec::new(),
            end: at.end,
        }
    }
}

/// The tree of a value. Recursion is bounded by [`MAX_DEPTH`], the size by [`MAX_NODES`].
fn expand(arena: &[Raw], id: usize) -> Node {
    let raw = &arena[id];
    let content = match &raw.content {
        RawContent::Scalar(scalar) => Content::Scalar(scalar.clone()),
        RawContent::List(items) => Content::List(items.iter().map(|item| expand(arena, *item)).collect()),
        RawContent::Map(members) => Content::Map(
            members
                .iter()
                .map(|m| Member { name: m.name.clone(), name_at: m.name_at, value: expand(arena, m.value) })
                .collect(),
        ),
    };
    Node { at: raw.at, content }
}
