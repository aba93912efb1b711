//! The tree: values with the place where each one is written.

use serde_json::Value as Json;

use crate::spot::Spot;

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Where. A value that came in by an alias stands at the alias' target.
    pub(crate) at: Spot,
    /// What.
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// Members in written order; no name occurs twice.
    Map(Vec<Member>),
}

/// A member of a map.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Where the name is written.
    pub(crate) name_at: Spot,
    /// Its value.
    pub(crate) value: Node,
}

/// A single value.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    /// The text, escapes resolved.
    pub(crate) text: String,
    /// Whether it was written without quotes.
    pub(crate) bare: bool,
    /// What the text means.
    pub(crate) plain: Plain,
    /// Where the text came from.
    pub(crate) origin: Origin,
}

/// Where a scalar's text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is written in the file.
    Written,
    /// A variable of the project file stands behind it.
    Variable,
    /// The environment or a file stands behind it. Such a text may be secret and is never shown.
    Outside,
}

/// What a scalar's text means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// Just the text.
    Text,
    /// Nothing that can be used; what is wrong with it has been said.
    Reported,
}

impl Scalar {
    /// Whether the text must not be shown.
    pub(crate) fn is_hidden(&self) -> bool {
        self.origin == Origin::Outside
    }

    /// A text in quotes.
    pub(crate) fn text(text: String) -> Self {
        Self { text, bare: false, plain: Plain::Text, origin: Origin::Written }
    }
}

impl Node {
    /// The members of a map.
    pub(crate) fn members(&self) -> Option<&[Member]> {
        if let Content::Map(members) = &self.content { Some(members) } else { None }
    }

    /// The member with this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members()?.iter().find(|m| m.name == name)
    }

    /// The value of the member with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.member(name).map(|m| &m.value)
    }

    /// The scalar, where it is one.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        if let Content::Scalar(scalar) = &self.content { Some(scalar) } else { None }
    }

    /// The text of a scalar that is a text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        self.scalar().filter(|s| s.plain == Plain::Text).map(|s| s.text.as_str())
    }

    /// Whether it is null.
    pub(crate) fn is_null(&self) -> bool {
        self.scalar().is_some_and(|s| s.plain == Plain::Null)
    }

    /// The value as JSON.
    pub(crate) fn to_json(&self) -> Json {
        match &self.content {
            Content::Scalar(scalar) => match &scalar.plain {
                Plain::Null | Plain::Reported => Json::Null,
                Plain::Bool(b) => Json::Bool(*b),
                Plain::Number(n) => Json::Number(n.clone()),
                Plain::Text => Json::String(scalar.text.clone()),
            },
            Content::List(items) => items.iter().map(Self::to_json).collect(),
            Content::Map(members) => members.iter().map(|m| (m.name.clone(), m.value.to_json())).collect(),
        }
    }
}
