//! [`Mosaic`]: the vendor, as the core's [`Backend`]. Delegates; must not decide anything itself.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tilewright_core::{
    Address, Backend, Catalog, DecodeError, Echo, Encoded, LiveObject, ReadRequest, RemoteId, Secret, Target, Value,
    WriteMethod, WriteRequest, Written,
};

use crate::kinds::{self, KINDS};
use crate::{rules, wire};

/// Transmit Security Mosaic: applications, and their OIDC and SAML clients.
pub struct Mosaic {
    catalog: Catalog,
}

impl Mosaic {
    /// Compiles the catalog.
    #[must_use]
    pub fn new() -> Self {
        let kinds: Result<_, _> = KINDS.iter().map(|source| (source.kind)()).collect();
        Self {
            catalog: Catalog {
                api_version: "mosaic/v1".to_owned(),
                kinds: kinds.expect("the schemas are made of this crate's own types, and every test compiles them"),
                rules: rules::all(),
            },
        }
    }
}

impl Default for Mosaic {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for Mosaic {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn list_roots(&self) -> ReadRequest {
        ReadRequest { path: wire::path::collection(kinds::route_below(None), None) }
    }

    fn list_children(&self, parent: &RemoteId) -> ReadRequest {
        let root = kinds::route_below(None).map(|r| r.segment);
        ReadRequest { path: wire::path::collection(root.and_then(|r| kinds::route_below(Some(r))), Some(parent)) }
    }

    fn read(&self, target: &Target) -> ReadRequest {
        ReadRequest { path: wire::path::object(target) }
    }

    fn decode_list(&self, parent: Option<&RemoteId>, body: &[u8]) -> Result<Vec<LiveObject>, DecodeError> {
        wire::decode::list(&self.catalog, parent, body)
    }

    fn decode_one(&self, kind: &str, parent: Option<&RemoteId>, body: &[u8]) -> Result<LiveObject, DecodeError> {
        wire::decode::one(&self.catalog, kind, parent, body)
    }

    fn list_lacks(&self, spec_name: &str, field: &str) -> bool {
        let spec = self.catalog.spec(spec_name);
        spec.and_then(|s| s.fields.get(field)).is_some_and(|f| f.missing_from_list)
    }

    fn encode(&self, write: &Encoded<'_>) -> WriteRequest {
        wire::encode::request(&self.catalog, write)
    }

    fn decode_written(
        &self,
        kind: &str,
        parent: Option<&RemoteId>,
        method: WriteMethod,
        body: &[u8],
    ) -> Result<Written, DecodeError> {
        wire::decode::written(&self.catalog, kind, parent, method, body)
    }

    fn decode_secret(&self, kind: &str, body: &[u8]) -> Result<Option<(RemoteId, Secret)>, DecodeError> {
        wire::decode::secret(kind, body)
    }

    fn echo(&self, now: &LiveObject, default_child: Option<&LiveObject>, changed: &BTreeMap<String, Value>) -> Echo {
        wire::echo::echo(&self.catalog, now, default_child, changed)
    }

    fn error_text(&self, body: &[u8]) -> Option<String> {
        wire::error_text::of(body)
    }

    fn tenant_of_token(&self, claims: &Json) -> Option<String> {
        claims["tid"].as_str().filter(|t| !t.is_empty()).map(ToOwned::to_owned)
    }

    fn holder_of_token(&self, claims: &Json) -> Vec<(String, RemoteId)> {
        let named = [("client", "client_id"), ("client", "sub"), ("application", "app_id")];
        let mut holders = Vec::new();
        for (kind, claim) in named {
            let Some(id) = claims[claim].as_str().filter(|id| !id.is_empty()) else { continue };
            let holder = (kind.to_owned(), RemoteId::new(id));
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        holders
    }

    fn docs_of(&self, address: &Address) -> Option<&'static str> {
        kinds::route(address.kind()).map(|r| r.docs)
    }
}
