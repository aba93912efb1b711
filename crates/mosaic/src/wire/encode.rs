//! Writes to requests.
//!
//! Must not send a null, a field that only a create takes, or the request that deletes all clients of an application.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use tilewright_core::{Catalog, Encoded, KindSpec, RemoteId, Value, WriteMethod, WriteRequest};

use super::path;
use crate::kinds::{APPLICATION, OIDC_CLIENT, route};

type Fields = BTreeMap<String, Value>;

/// The request of a write.
pub(crate) fn request(catalog: &Catalog, write: &Encoded<'_>) -> WriteRequest {
    match write {
        Encoded::Create { spec_name, parent, fields, brings } => {
            let body = if *spec_name == APPLICATION {
                application(catalog, fields, *brings)
            } else {
                client(catalog.spec(spec_name), fields)
            };
            let path = path_of_create(catalog, spec_name, *parent);
            WriteRequest { method: WriteMethod::Post, path, body: Some(Json::Object(body)) }
        }
        Encoded::Update { target, fields } => {
            let spec = catalog.spec(&target.spec_name);
            let is_fixed = |name: &str| spec.and_then(|s| s.fields.get(name)).is_some_and(|f| f.fixed);
            let body = body_of(fields.iter().filter(|(name, _)| !is_fixed(name)));
            WriteRequest { method: WriteMethod::Put, path: path::object(target), body: Some(Json::Object(body)) }
        }
        Encoded::Delete { target } => {
            WriteRequest { method: WriteMethod::Delete, path: path::object(target), body: None }
        }
    }
}

fn path_of_create(catalog: &Catalog, spec_name: &str, parent: Option<&RemoteId>) -> String {
    let kind = catalog.kinds.iter().find(|k| k.specs.iter().any(|s| s.name == spec_name));
    path::collection(kind.and_then(|k| route(&k.segment)), parent)
}

/// An application with its first client. The create schema takes the client's fields either in `first_client` or flat;
/// which of them counts is not documented, so only `first_client` is sent, and of the flat ones
/// `client_display_name`, which is deprecated and required all the same.
/// <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createapp>
fn application(catalog: &Catalog, fields: &Fields, brings: Option<(&str, &Fields)>) -> Map<String, Json> {
    let plain;
    let (spec_name, first) = match brings {
        Some(named) => named,
        None => {
            plain = plain_client(fields);
            (OIDC_CLIENT, &plain)
        }
    };
    let spec = catalog.spec(spec_name);
    let first_client = client(spec, first);
    let display_name = first_client.get("name").cloned().unwrap_or_default();
    let protocol = first_client.get("authentication_protocol").cloned().unwrap_or_default();
    let mut body = body_of(fields.iter());
    body.insert("client_display_name".to_owned(), display_name);
    body.insert("first_client_authentication_protocol".to_owned(), protocol);
    body.insert("first_client".to_owned(), Json::Object(first_client));
    body
}

/// The client that an application gets of which the manifests name none: the API makes one in any case. Its redirect URI
/// leads nowhere; whether a list of none is taken is not documented.
fn plain_client(application: &Fields) -> Fields {
    let name = application.get("app_name").cloned().unwrap_or_else(|| Value::String("default".to_owned()));
    [
        ("name".to_owned(), name),
        ("client_type".to_owned(), Value::String("web".to_owned())),
        ("redirect_uris".to_owned(), Value::List(vec![Value::String("https://localhost/unused".to_owned())])),
    ]
    .into()
}

/// A client to be made. Its protocol is always stated: both create schemas, that of SAML clients too, have `oidc` as
/// the default. <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/createappclient>
fn client(spec: Option<&KindSpec>, fields: &Fields) -> Map<String, Json> {
    let mut body = body_of(fields.iter());
    if let Some(protocol) = spec.and_then(|s| s.when.clone()) {
        body.insert("authentication_protocol".to_owned(), Json::String(protocol));
    }
    body
}

fn body_of<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> Map<String, Json> {
    fields.filter_map(|(name, value)| Some((name.clone(), without_nulls(value)?))).collect()
}

/// The JSON form. References are resolved before; a null means that the member is to be left out.
fn without_nulls(value: &Value) -> Option<Json> {
    match value {
        Value::Null => None,
        Value::List(items) => Some(items.iter().filter_map(without_nulls).collect()),
        Value::Object(members) => Some(Json::Object(body_of(members.iter()))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Ref(_) => Some(value.to_json()),
    }
}
