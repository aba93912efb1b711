//! The catalog: the vendor's kinds, each one JSON Schema compiled into a table that validation, diff and plan walk.
//!
//! The schema uses what JSON Schema has (`required`, `enum`, `default`, `deprecated`, `writeOnly`, `uniqueItems` for a
//! set) and one `x-tilewright` object per field for the rest; [`FieldSpec`] lists its members.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::compile;
use crate::desired::{DesiredState, Resource};
use crate::finding::Finding;
use crate::value::Value;

/// All kinds of a vendor.
pub struct Catalog {
    /// The `apiVersion` of its manifests, such as `mosaic/v1`.
    pub api_version: String,
    /// The kinds, parents before children.
    pub kinds: Vec<Kind>,
    /// What must hold between fields and resources beyond what schemas say.
    pub rules: Vec<Rule>,
}

/// A kind of resource, as `kind:` names it.
#[derive(Clone, Debug)]
pub struct Kind {
    /// As `kind:` names it, such as `Client`.
    pub name: String,
    /// As addresses name it, such as `client`. Also the member of `metadata` by which children name their parent.
    pub segment: String,
    /// The kind it lives in.
    pub parent: Option<Parent>,
    /// The field of the spec that chooses among `specs`, and the value it has when it is not stated.
    pub discriminator: Option<(String, String)>,
    /// One schema, or one for each value of the discriminator.
    pub specs: Vec<KindSpec>,
}

/// How a kind lives in another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The parent kind's segment.
    pub segment: String,
    /// Whether making a parent also makes one child, its default.
    pub brings_default: bool,
}

/// The compiled schema of a kind, or of one variant of it.
#[derive(Clone, Debug)]
pub struct KindSpec {
    /// Unique in the catalog, the stem of the schema's file, such as `oidc-client`.
    pub name: String,
    /// For people, such as `OIDC client`.
    pub title: String,
    /// The discriminator's value that chooses this one.
    pub when: Option<String>,
    /// The field that holds the display name.
    pub display_name: String,
    /// The page that documents it.
    pub docs: String,
    /// The top-level fields.
    pub fields: BTreeMap<String, FieldSpec>,
    /// The fields in the order in which a person would write them.
    pub order: Vec<String>,
    /// The JSON Schema of `spec`, as it was compiled.
    pub schema: Json,
    /// Fields that the API knows but a manifest may not state, each with a sentence that says what to do instead.
    pub not_accepted: BTreeMap<String, String>,
}

/// What is known of a field, or of a member of an object.
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// One or two sentences.
    pub doc: String,
    /// What values look like.
    pub shape: Shape,
    /// Must be stated.
    pub required: bool,
    /// The default that the API documents.
    pub default: Option<Value>,
    /// The API takes it but never shows it.
    pub write_only: bool,
    /// The vendor advises against it.
    pub deprecated: bool,
    /// Cannot change after creation: another value means another object.
    pub fixed: bool,
    /// The kind whose remote id this is, as a segment.
    pub refers_to: Option<String>,
    /// No two objects may have the same value.
    pub unique: Option<Unique>,
    /// Is sent in a step of its own after creation.
    pub after_creation: bool,
    /// The update schema declares a default for it, so updates send it along.
    pub resend: bool,
    /// Fields that may not travel in the same request.
    pub excludes: Vec<String>,
    /// A duration: a number of this unit, or a text such as `15m`.
    pub unit: Option<Unit>,
    /// A URI: compared after light canonicalisation.
    pub uri: bool,
    /// For an atomic value: the member that identifies the items of lists inside, which then have no order.
    pub keyed_by: Option<String>,
    /// A list answer lacks it.
    pub missing_from_list: bool,
}

/// What values of a field look like.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A text, with the values it may take where they are listed.
    Text {
        /// Empty where any text will do.
        values: Vec<String>,
    },
    /// A list, replaced whole.
    List {
        /// What each item is.
        item: Box<FieldSpec>,
        /// The order means nothing and a duplicate is an error.
        set: bool,
    },
    /// An object whose members are managed one by one but sent together.
    Object {
        /// Its members.
        members: BTreeMap<String, FieldSpec>,
    },
    /// One value, whatever is inside, such as a JWK set.
    Atomic,
}

/// Among which objects a value must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Within {
    /// Among all of the tenant.
    Tenant,
    /// Among the children of one parent.
    Parent,
}

/// What a value in between looks like, when two objects swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Spare {
    /// Free text.
    Text,
    /// A DNS label.
    Label,
    /// A domain name.
    Domain,
}

/// A value that only one object may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unique {
    /// Among which objects.
    pub within: Within,
    /// What a value in between looks like; `None` where no swap can occur.
    #[serde(default)]
    pub spare: Option<Spare>,
    /// Only `true` counts: one object at most may have the role.
    #[serde(default)]
    pub role: bool,
    /// What people call it, such as "Authentication Hub".
    pub name: String,
    /// Whether the API is known to refuse a second one, so that a clash with an object outside the plan is an error.
    #[serde(default)]
    pub enforced: bool,
}

/// The unit of a duration field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
}

impl Unit {
    /// How many seconds one is.
    #[must_use]
    pub fn seconds(self) -> u64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
        }
    }
}

/// A check between fields or resources.
pub struct Rule {
    /// A stable word, the code of its findings.
    pub name: &'static str,
    /// The check, over one resource that is to be there.
    pub check: fn(&RuleInput<'_>) -> Vec<Finding>,
}

/// What a rule sees.
pub struct RuleInput<'a> {
    /// The resource to check.
    pub resource: &'a Resource,
    /// All others.
    pub desired: &'a DesiredState,
    /// The kinds.
    pub catalog: &'a Catalog,
}

/// Why a schema cannot be compiled: a mistake of the vendor crate, not of a user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema `{schema}` cannot be compiled at `{at}`: {reason}")]
pub struct CatalogError {
    /// The schema's name.
    pub schema: String,
    /// The field.
    pub at: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Catalog {
    /// The kind with this `kind:` name.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.name == name)
    }

    /// The kind with this segment.
    #[must_use]
    pub fn kind(&self, segment: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.segment == segment)
    }

    /// The schema with this name.
    #[must_use]
    pub fn spec(&self, name: &str) -> Option<&KindSpec> {
        self.kinds.iter().flat_map(|k| &k.specs).find(|s| s.name == name)
    }
}

impl KindSpec {
    /// Compiles the JSON Schema of a kind's `spec`. Subschemas must be inline.
    ///
    /// # Errors
    /// [`CatalogError`] where the schema uses what the table cannot hold.
    pub fn compile(
        name: &str,
        title: &str,
        when: Option<&str>,
        display_name: &str,
        docs: &str,
        schema: Json,
    ) -> Result<Self, CatalogError> {
        let fields = compile::fields(name, &schema)?;
        let order = schema["properties"].as_object().map(|p| p.keys().cloned().collect()).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            title: title.to_owned(),
            when: when.map(ToOwned::to_owned),
            display_name: display_name.to_owned(),
            docs: docs.to_owned(),
            fields,
            order,
            schema,
            not_accepted: BTreeMap::new(),
        })
    }

    /// Adds fields that a manifest may not state, each with a sentence that says what to do instead.
    #[must_use]
    pub fn with_not_accepted(mut self, fields: impl IntoIterator<Item = (String, String)>) -> Self {
        self.not_accepted.extend(fields);
        self
    }

    /// The field or member at a dotted path of member names.
    #[must_use]
    pub fn field(&self, path: &crate::FieldPath) -> Option<&FieldSpec> {
        let mut members = Some(&self.fields);
        let mut found: Option<&FieldSpec> = None;
        for segment in path.segments() {
            found = match (segment, found) {
                (crate::Segment::Member(name), _) => members?.get(name),
                (crate::Segment::Item(_), Some(FieldSpec { shape: Shape::List { item, .. }, .. })) => Some(item),
                (crate::Segment::Item(_), _) => None,
            };
            members = found?.members();
        }
        found
    }
}

impl FieldSpec {
    /// The members, where it is an object with managed members.
    #[must_use]
    pub fn members(&self) -> Option<&BTreeMap<String, Self>> {
        if let Shape::Object { members } = &self.shape { Some(members) } else { None }
    }
}
