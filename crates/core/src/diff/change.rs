//! What differs at one address, and why it is to change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, RemoteId};
use crate::path::FieldPath;
use crate::value::Value;

/// What is to happen to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is made.
    Create,
    /// A live object is bound, and nothing is sent.
    Adopt,
    /// Some of its fields are sent. May adopt as well, see [`Change::adoption`].
    Update,
    /// It is deleted and made anew, with a new remote id.
    Replace,
    /// It is deleted.
    Delete,
    /// Nothing.
    Keep,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// Nothing in live state is this resource.
    NotInLive,
    /// It was bound, and what it was bound to is gone.
    Gone {
        /// The id it was bound to.
        id: RemoteId,
    },
    /// Managed fields differ.
    FieldsDiffer,
    /// A field that cannot change after creation differs.
    FixedFieldDiffers {
        /// The field.
        field: String,
    },
    /// A tombstone asks for it.
    Tombstone,
    /// It is bound, and no manifest names it.
    NotInManifests,
    /// It is there, and only the binding is missing.
    Unbound,
    /// Everything that is managed is as it should be.
    Equal,
}

/// How a resource came to its live object, where no binding did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Adoption {
    /// By `metadata.id`.
    Pinned,
    /// The only live object of this display name.
    DisplayName {
        /// The name.
        name: String,
    },
    /// By `metadata.renamed_from`.
    RenamedFrom {
        /// The name in live state.
        name: String,
    },
    /// The object was bound to an address that no manifest has any more: the key was changed.
    Moved {
        /// That address.
        from: Address,
    },
}

/// What a field was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "state", content = "value")]
pub enum Before {
    /// Live state shows this value.
    Value(Value),
    /// Live state shows none.
    Missing,
    /// The API never shows this field; what was last applied is not what the manifest says.
    Unknown,
}

/// One field, or one member of an object, that is to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// Where in the spec.
    pub path: FieldPath,
    /// From.
    pub before: Before,
    /// To; `None` for a member that is to be left out of its object.
    pub after: Option<Value>,
}

/// Something about a change that the reader may not expect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Note {
    /// The API replaces this object whole, so members that the manifest does not state are sent as they are.
    WholeObject {
        /// The object.
        field: String,
        /// The members that are kept.
        kept: Vec<(String, Value)>,
    },
    /// The API never shows this field and nothing is remembered of it: whether it is as the manifest says is not known.
    NotVerifiable {
        /// The field.
        field: FieldPath,
    },
    /// Sent, but the API never shows it.
    WriteOnly {
        /// The field.
        field: FieldPath,
    },
    /// The server writes this value in its own way; that is no difference.
    Normalised {
        /// The field.
        field: FieldPath,
        /// As the tenant shows it: what to write into the manifest.
        shown: Value,
    },
    /// Creating the application makes this client too.
    Brings {
        /// The client's address; `None` where no manifest describes it.
        address: Option<Address>,
    },
    /// Replacing makes a new client id and secret.
    NewCredentials,
    /// The manifest marks a client as the default, but the live default is another one; the API cannot change that.
    OtherDefault {
        /// The live default.
        id: RemoteId,
    },
    /// These live objects die with it.
    Cascade {
        /// Kind, id and display name of each.
        objects: Vec<(String, RemoteId, String)>,
    },
    /// A value that nobody refuses so far is also held by an object outside the plan.
    SharedValue {
        /// The field.
        field: FieldPath,
        /// Who else has it.
        holder: RemoteId,
    },
    /// Looks like the renamed form of something that is about to lose its manifest or to be deleted.
    ProbableRename {
        /// The other address or id.
        of: String,
    },
}

impl Note {
    /// The objects that cease to exist along with the one that the note is on: kind, id and display name of each.
    #[must_use]
    pub fn dying(&self) -> &[(String, RemoteId, String)] {
        match self {
            Self::Cascade { objects } => objects,
            Self::WholeObject { .. }
            | Self::NotVerifiable { .. }
            | Self::WriteOnly { .. }
            | Self::Normalised { .. }
            | Self::Brings { .. }
            | Self::NewCredentials
            | Self::OtherDefault { .. }
            | Self::SharedValue { .. }
            | Self::ProbableRename { .. } => &[],
        }
    }
}

/// What differs at one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The address.
    pub address: Address,
    /// The name of its schema.
    pub spec_name: String,
    /// The display name that the manifest states, or live state where it states none.
    pub display_name: String,
    /// What is to happen.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The live object's id, where there is one.
    pub id: Option<RemoteId>,
    /// How the live object was found, where no binding names it.
    pub adoption: Option<Adoption>,
    /// What changes, in the order in which a person would write the fields. Creates list every managed field.
    pub fields: Vec<FieldChange>,
    /// What the reader may not expect.
    pub notes: Vec<Note>,
    /// Protected by its manifest or by its binding.
    pub protected: bool,
}
