//! What a vendor must provide: its kinds, and a pure mapping between objects and HTTP values.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, RemoteId};
use crate::catalog::Catalog;
use crate::live::LiveObject;
use crate::secret::Secret;
use crate::value::Value;

/// A request that can only read: a GET of a path below the API's base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    /// From the base URL on, with a leading slash, percent-encoded.
    pub path: String,
}

/// The methods of write requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMethod {
    /// Makes something; never sent twice.
    Post,
    /// May be repeated.
    Put,
    /// May be repeated.
    Delete,
}

impl WriteMethod {
    /// The HTTP method.
    #[must_use]
    pub fn http(self) -> http::Method {
        match self {
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Delete => http::Method::DELETE,
        }
    }
}

/// A request that changes the tenant. Another type than [`ReadRequest`], so that who reads cannot write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRequest {
    /// POST, PUT or DELETE.
    pub method: WriteMethod,
    /// From the base URL on, with a leading slash, percent-encoded.
    pub path: String,
    /// The JSON body, if any.
    pub body: Option<serde_json::Value>,
}

/// The live object that a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The kind's segment.
    pub kind: String,
    /// The name of its schema.
    pub spec_name: String,
    /// Its id.
    pub id: RemoteId,
    /// The id of the object it lives in.
    pub parent: Option<RemoteId>,
}

/// A write with everything resolved: no references, no fields still to be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoded<'a> {
    /// Make an object, and for a parent the child that it brings.
    Create {
        /// The name of the schema.
        spec_name: &'a str,
        /// The id of the object it is to live in.
        parent: Option<&'a RemoteId>,
        /// The fields.
        fields: &'a BTreeMap<String, Value>,
        /// The schema name and fields of the child that is made together with it. Where it is `None` and the API
        /// insists on one, the backend makes a plain one.
        brings: Option<(&'a str, &'a BTreeMap<String, Value>)>,
    },
    /// Send these fields of an object, whole where they are objects.
    Update {
        /// The object.
        target: &'a Target,
        /// The changed fields and the echoes.
        fields: &'a BTreeMap<String, Value>,
    },
    /// Delete an object and what lives in it.
    Delete {
        /// The object.
        target: &'a Target,
    },
}

/// What the response to a write showed.
pub struct Written {
    /// The object, unless the response had none.
    pub object: Option<LiveObject>,
    /// The client id and secret that came with it, for whoever is to hand them on.
    pub secret: Option<(RemoteId, Secret)>,
}

/// Values that an update sends along unchanged, so that a server which fills in defaults resets nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Echo {
    /// By field, in the form in which they are written.
    pub fields: BTreeMap<String, Value>,
    /// Fields that are not sent and may move with the changed ones all the same: they say the same in other words.
    pub may_follow: BTreeSet<String>,
}

/// A success answer that is not what the API documents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There was no body where one is due.
    #[error("the body is empty where {expected} is due")]
    Empty {
        /// What was due.
        expected: &'static str,
    },
    /// The body is no JSON text.
    #[error("the body is no JSON: {reason}")]
    NotJson {
        /// The parser's words, without any part of the body.
        reason: String,
    },
    /// The body is JSON of another shape.
    #[error("the body is {found} where {expected} is due")]
    Shape {
        /// What was due.
        expected: &'static str,
        /// What came, as a sort of JSON value.
        found: String,
    },
    /// A member that the answer cannot do without is missing or of another type.
    #[error("`{member}` is missing or of another type in {what}")]
    Member {
        /// The member.
        member: &'static str,
        /// Of what.
        what: String,
    },
}

/// A vendor: its kinds as data, and requests and responses as values. Sends nothing.
pub trait Backend: Send + Sync {
    /// The kinds, with their rules.
    fn catalog(&self) -> &Catalog;

    /// Lists all objects of the kind that has no parent.
    fn list_roots(&self) -> ReadRequest;

    /// Lists the children of an object.
    fn list_children(&self, parent: &RemoteId) -> ReadRequest;

    /// Reads one object.
    fn read(&self, target: &Target) -> ReadRequest;

    /// Reads a list answer. `parent` as in the request. Unknown members are kept or passed over, never an error;
    /// objects of sorts that the catalog does not know have the name of no schema: they are counted, and never matched.
    ///
    /// # Errors
    /// [`DecodeError`] where the body is not a list of such objects: never an empty list instead.
    fn decode_list(&self, parent: Option<&RemoteId>, body: &[u8]) -> Result<Vec<LiveObject>, DecodeError>;

    /// Reads an answer with one object.
    ///
    /// # Errors
    /// [`DecodeError`] where the body is not such an object.
    fn decode_one(&self, kind: &str, parent: Option<&RemoteId>, body: &[u8]) -> Result<LiveObject, DecodeError>;

    /// Whether a list answer may lack this field, so that the object must be read by itself to know it.
    fn list_lacks(&self, spec_name: &str, field: &str) -> bool;

    /// The request of a write.
    fn encode(&self, write: &Encoded<'_>) -> WriteRequest;

    /// Reads the answer to a write.
    ///
    /// # Errors
    /// [`DecodeError`] where a body is due and is not such an object.
    fn decode_written(
        &self,
        kind: &str,
        parent: Option<&RemoteId>,
        method: WriteMethod,
        body: &[u8],
    ) -> Result<Written, DecodeError>;

    /// The client id and secret in an answer with one object; `None` where it shows none.
    ///
    /// # Errors
    /// [`DecodeError`] where the body is not such an object.
    fn decode_secret(&self, kind: &str, body: &[u8]) -> Result<Option<(RemoteId, Secret)>, DecodeError>;

    /// What an update of `changed` must send along: the value that `now` has in each field whose update schema declares a
    /// default, save those that may not travel with `changed`. `default_child` is the child that `now` brought, where its
    /// fields are views in the parent's update.
    fn echo(&self, now: &LiveObject, default_child: Option<&LiveObject>, changed: &BTreeMap<String, Value>) -> Echo;

    /// What an error answer says, for people: message and code, without anything secret. `None` for a body that says nothing.
    fn error_text(&self, body: &[u8]) -> Option<String>;

    /// The tenant that an access token is for, from its claims. `None` where the token is opaque.
    fn tenant_of_token(&self, claims: &serde_json::Value) -> Option<String>;

    /// The objects that the token's own holder is, so that a plan cannot cut off its own hand: kind segment and id.
    fn holder_of_token(&self, claims: &serde_json::Value) -> Vec<(String, RemoteId)>;

    /// The page that documents an address's kind, for help texts.
    fn docs_of(&self, address: &Address) -> Option<&'static str>;
}
