//! The API's write schemas as tables: which members exist, what they must look like, when they are required.
//!
//! Tables only; what a value means for other fields is in `rules`.

pub(crate) mod application;
pub(crate) mod check;
pub(crate) mod client;

/// What a value must look like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// Text that is trimmed by servers which trim.
    Prose,
    /// Text that must not be empty; trimmed like prose.
    Name,
    /// Text that must not be empty and is nothing people read.
    Identifier,
    /// A URI. Not examined here.
    Uri,
    /// True or false.
    Flag,
    /// A number that is neither negative nor infinite.
    Number,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Texts without order or duplicates.
    Texts,
    /// URIs without order or duplicates.
    Uris,
    /// Some of these, without order or duplicates. The list is one that grows.
    Choices(&'static [&'static str]),
    /// Some of these, without order or duplicates. The list is closed.
    ClosedChoices(&'static [&'static str]),
    /// An object with these members.
    Object(&'static [Field]),
    /// Any object.
    Free,
}

/// Whether a request may or must have a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Never,
    May,
    Must,
}

/// A default that the update schema declares.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fill {
    Text(&'static str),
    Flag(bool),
    Number(u32),
    Texts(&'static [&'static str]),
}

/// One member of a schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) create: Need,
    pub(crate) update: Need,
    pub(crate) fill: Option<Fill>,
    pub(crate) write_only: bool,
}

impl Field {
    /// An optional member.
    pub(crate) const fn new(name: &'static str, shape: Shape) -> Field {
        Field { name, shape, create: Need::May, update: Need::May, fill: None, write_only: false }
    }

    /// Required on create; optional on update.
    pub(crate) const fn to_create(mut self) -> Field {
        self.create = Need::Must;
        self
    }

    /// Required wherever the object is sent.
    pub(crate) const fn always(mut self) -> Field {
        self.create = Need::Must;
        self.update = Need::Must;
        self
    }

    /// Not part of the update schema.
    pub(crate) const fn not_on_update(mut self) -> Field {
        self.update = Need::Never;
        self
    }

    /// Declares a default.
    pub(crate) const fn fill(mut self, fill: Fill) -> Field {
        self.fill = Some(fill);
        self
    }

    /// Not part of the read schema.
    pub(crate) const fn write_only(mut self) -> Field {
        self.write_only = true;
        self
    }
}

impl Fill {
    /// The default as a JSON value.
    pub(crate) fn value(self) -> serde_json::Value {
        match self {
            Fill::Text(text) => text.into(),
            Fill::Flag(flag) => flag.into(),
            Fill::Number(number) => number.into(),
            Fill::Texts(texts) => texts.into(),
        }
    }
}
