//! Overlays: documents merged over the base document of the same address. Objects merge member by member; all else,
//! and what the catalog says is one value, is replaced. Every value keeps the place where it was written.

use std::collections::HashMap;

use tilewright_core::{FieldSpec, Kind, Shape};

use crate::yaml::{Content, Member, Node};

/// What is known of a node that is merged.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    /// Nothing.
    Nothing,
    /// It is a document of this kind.
    Document(&'a Kind),
    /// It is the spec of a document of this kind.
    Spec(&'a Kind),
    /// It is the value of this field.
    Field(&'a FieldSpec),
}

impl<'a> Known<'a> {
    fn member(self, name: &str) -> Self {
        let field = match self {
            Self::Document(kind) if name == "spec" => return Self::Spec(kind),
            Self::Document(_) | Self::Nothing => None,
            Self::Spec(kind) => kind.specs.iter().find_map(|s| s.fields.get(name)),
            Self::Field(field) => field.members().and_then(|m| m.get(name)),
        };
        field.map_or(Self::Nothing, Self::Field)
    }

    fn is_one_value(self) -> bool {
        matches!(self, Self::Field(FieldSpec { shape: Shape::Atomic, .. }))
    }
}

/// Merges `over` over `base`.
pub(crate) fn merge(base: &mut Node, over: Node, known: Known<'_>) {
    let Content::Map(others) = over.content else {
        *base = over;
        return;
    };
    let Content::Map(members) = &mut base.content else {
        *base = Node { at: over.at, content: Content::Map(others) };
        return;
    };
    if known.is_one_value() {
        *base = Node { at: over.at, content: Content::Map(others) };
        return;
    }
    let index: HashMap<String, usize> = members.iter().enumerate().map(|(at, m)| (m.name.clone(), at)).collect();
    for Member { name, name_at, value } in others {
        let Some(member) = index.get(&name).map(|at| &mut members[*at]) else {
            members.push(Member { name, name_at, value });
            continue;
        };
        if member.value.members().is_none() || value.members().is_none() {
            member.name_at = name_at;
        }
        merge(&mut member.value, value, known.member(&name));
    }
}
