//! Random manifests that are legal, over every writable field of every kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use serde_json::json;
use tilewright_core::{
    Address, Backend, Catalog, DesiredState, DocumentId, Finding, Key, KindSpec, Metadata, Resource, ResourceState,
    Severity, Value, validate,
};
use tilewright_mosaic::Mosaic;
use tilewright_simulator::Quirks;

use super::fields::{key_set, some_fields, uri};
use super::tape::Tape;

pub(crate) static MOSAIC: LazyLock<Arc<Mosaic>> = LazyLock::new(|| Arc::new(Mosaic::new()));

/// Warnings about what the API may refuse: a manifest that must apply has none of these either.
const AS_BAD_AS_ERRORS: &[&str] = &["signing-key-domain", "redirect-uri-scheme"];

pub(crate) fn catalog() -> &'static Catalog {
    MOSAIC.catalog()
}

pub(crate) fn spec(name: &str) -> &'static KindSpec {
    catalog().spec(name).expect("the catalog has this schema")
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Gives names that occur once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(usize);

impl Names {
    pub(crate) fn fresh(&mut self, stem: &str) -> String {
        self.0 += 1;
        format!("{stem}{}", self.0)
    }

    pub(crate) fn key(&mut self, stem: &str) -> Key {
        Key::new(&self.fresh(stem)).expect("a stem and a number are a key")
    }
}

/// Manifests with one to four applications.
pub(crate) fn desired(tape: &mut Tape, names: &mut Names) -> DesiredState {
    let mut desired = DesiredState::default();
    for _ in 0..=tape.below(4) {
        add_application(tape, names, &mut desired);
    }
    give_hub(tape, &mut desired);
    for application in present(&desired, "application") {
        aim_invitations(tape, &mut desired, &application);
    }
    legalise(&mut desired);
    desired
}

/// The addresses of a kind that are to be there.
pub(crate) fn present(desired: &DesiredState, kind: &str) -> Vec<Address> {
    desired.present().filter(|r| r.address.kind() == kind).map(|r| r.address.clone()).collect()
}

pub(crate) fn everything(desired: &DesiredState) -> BTreeSet<Address> {
    desired.resources.keys().cloned().collect()
}

pub(crate) fn resource(address: &Address, spec_name: &str, fields: BTreeMap<String, Value>) -> Resource {
    Resource {
        address: address.clone(),
        spec_name: spec_name.to_owned(),
        metadata: Metadata::default(),
        fields,
        document: DocumentId(0),
    }
}

pub(crate) fn insert(desired: &mut DesiredState, mut resource: Resource) {
    resource.document = DocumentId(desired.resources.len());
    desired.resources.insert(resource.address.clone(), resource);
}

pub(crate) fn add_application(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) -> Address {
    let address = Address::root("application", names.key("app"));
    let mut fields = some_fields(tape, spec("application"));
    fields.insert("app_name".to_owned(), Value::String(names.fresh("Application ")));
    if tape.chance(50) {
        fields.insert("subdomain".to_owned(), Value::String(names.fresh("sub-")));
    }
    if tape.chance(40) {
        fields.insert("custom_domain".to_owned(), Value::String(names.fresh("login-") + ".example.com"));
    }
    insert(desired, resource(&address, "application", fields));
    for _ in 0..[1, 2, 3, 0][tape.below(4)] {
        add_client(tape, names, desired, &address);
    }
    address
}

pub(crate) fn add_client(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState, parent: &Address) -> Address {
    let address = parent.child("client", names.key("c"));
    let protocol = if tape.chance(35) { "saml" } else { "oidc" };
    let mut made = resource(&address, &format!("{protocol}-client"), BTreeMap::new());
    made.fields = some_fields(tape, spec(&made.spec_name));
    made.fields.insert("name".to_owned(), Value::String(names.fresh("Client ")));
    if protocol == "saml" || tape.chance(30) {
        made.fields.insert("authentication_protocol".to_owned(), text(protocol));
    }
    settle(tape, &mut made);
    // Once an application has several clients, the one that was there first says that it is the default.
    if let [only] = desired.children(parent).map(|r| r.address.clone()).collect::<Vec<_>>().as_slice() {
        desired.resources.get_mut(only).expect("it is there").metadata.default = Some(true);
    }
    insert(desired, made);
    address
}

/// Makes the fields of a client agree with each other; what is left is up to [`legalise`].
pub(crate) fn settle(tape: &mut Tape, client: &mut Resource) {
    let fields = &mut client.fields;
    let is = |fields: &BTreeMap<String, Value>, name: &str| fields.get(name) == Some(&Value::Bool(true));
    if client.spec_name == "saml-client" {
        let blank = fields.get("sp_acs_url").and_then(Value::as_str).is_none_or(str::is_empty);
        if blank && !is(fields, "optional_acs_url") {
            fields.insert("sp_acs_url".to_owned(), Value::String(uri(tape, 7)));
        }
        return;
    }
    if fields.get("client_type") == Some(&text("native"))
        && tape.chance(60)
        && let Some(Value::List(uris)) = fields.get_mut("redirect_uris")
    {
        let own = text("com.example.app://callback");
        if !uris.contains(&own) {
            uris.push(own);
        }
    }
    if is(fields, "fapi_version_compliancy") {
        fields.insert("enforce_par".to_owned(), Value::Bool(true));
        fields.insert("pkce".to_owned(), text("enforcePkceAlongsideClientCredentials"));
        fields.remove("token_endpoint_auth_method");
        let strong = Value::from_json(&json!({"method": "private_key_jwt", "jwks": key_set(tape)}));
        let method = |v: &Value| v.as_object().and_then(|o| o.get("method")).cloned();
        let configured = fields.entry("authentication_configuration".to_owned()).or_insert_with(|| strong.clone());
        if method(configured) == Some(text("client_secret_basic")) {
            *configured = strong;
        }
    }
    if let Some(Value::Object(members)) = fields.get_mut("authentication_configuration") {
        let method = members.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
        if method == "private_key_jwt" || method == "self_signed_tls_client_auth" {
            members.insert("jwks".to_owned(), Value::from_json(&key_set(tape)));
        }
        if method == "tls_client_auth" {
            let chain = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
            let tls = members.entry("tls_client_auth".to_owned()).or_insert(Value::Null);
            if tls.as_object().is_none() {
                *tls = Value::Object(BTreeMap::new());
            }
            if let Value::Object(tls) = tls {
                tls.insert("certificate_chain".to_owned(), text(chain));
            }
        }
    }
    if let Some(Value::Object(members)) = fields.get_mut("id_token_encryption")
        && members.get("enabled") == Some(&Value::Bool(true))
    {
        members.insert("jwks".to_owned(), Value::from_json(&key_set(tape)));
    }
    if fields.contains_key("role_ids") && tape.chance(70) {
        fields.remove("client_group_id");
        fields.remove("is_third_party");
    }
}

/// At most one application is the Authentication Hub, and all say whether they are.
pub(crate) fn give_hub(tape: &mut Tape, desired: &mut DesiredState) {
    let all = present(desired, "application");
    let hub = tape.pick(&all).cloned().filter(|_| tape.chance(70));
    for address in all {
        let is_hub = hub.as_ref() == Some(&address);
        let fields = &mut desired.resources.get_mut(&address).expect("it is there").fields;
        let before = fields.get("authenticator_preferences").and_then(Value::as_object).cloned();
        if before.is_some() || is_hub || tape.chance(60) {
            let login = if is_hub || tape.chance(50) { text(&uri(tape, 8)) } else { text("") };
            let login = before.and_then(|b| b.get("login_uri").cloned()).filter(|l| *l != text("")).unwrap_or(login);
            let members = [("is_centralized".to_owned(), Value::Bool(is_hub)), ("login_uri".to_owned(), login)];
            fields.insert("authenticator_preferences".to_owned(), Value::Object(members.into()));
        }
    }
}

/// Points an application's invitations at one of its clients that may send them.
pub(crate) fn aim_invitations(tape: &mut Tape, desired: &mut DesiredState, application: &Address) {
    let allowed = |r: &&Resource| {
        let pkce = r.fields.get("pkce").and_then(Value::as_str);
        r.spec_name == "oidc-client" && pkce.is_none_or(|p| p.starts_with("allow"))
    };
    let fit: Vec<Address> = desired.children(application).filter(allowed).map(|r| r.address.clone()).collect();
    if let Some(target) = tape.pick(&fit).cloned().filter(|_| tape.chance(60)) {
        let fields = &mut desired.resources.get_mut(application).expect("it is there").fields;
        fields.insert("invite_client_id".to_owned(), Value::Ref(target));
    }
}

pub(crate) fn bury(desired: &mut DesiredState, address: &Address) {
    let resource = desired.resources.get_mut(address).expect("what is buried is there");
    resource.metadata.state = ResourceState::Absent;
    resource.metadata.default = None;
}

/// What speaks against manifests, and would make the API refuse them.
pub(crate) fn objections(desired: &DesiredState) -> Vec<Finding> {
    let is_bad = |f: &Finding| f.severity == Severity::Error || AS_BAD_AS_ERRORS.contains(&f.code);
    validate(desired, catalog()).into_iter().filter(is_bad).collect()
}

/// Takes out the fields that rules object to, until none does.
pub(crate) fn legalise(desired: &mut DesiredState) {
    for (at, resource) in desired.resources.values_mut().enumerate() {
        resource.document = DocumentId(at);
    }
    for _ in 0..20 {
        let objections = objections(desired);
        if objections.is_empty() {
            return;
        }
        for finding in objections {
            let field = match finding.place.path.segments() {
                [tilewright_core::Segment::Member(top), tilewright_core::Segment::Member(name), ..]
                    if top == "spec" =>
                {
                    name.clone()
                }
                _ => panic!("these manifests cannot be made legal: {finding:?}"),
            };
            let resource = desired.resources.values_mut().nth(finding.place.document.0).expect("it has a document");
            if field == "redirect_uris" {
                resource.fields.insert("client_type".to_owned(), text("native"));
            } else {
                resource.fields.remove(&field);
            }
        }
    }
    panic!("these manifests do not become legal: {:?}", objections(desired));
}

/// Leaves to manifests only what a tenant with these answers can hold.
pub(crate) fn adapt(desired: &mut DesiredState, quirks: &Quirks) {
    for resource in desired.resources.values_mut() {
        if quirks.auth_method_derived {
            resource.fields.remove("token_endpoint_auth_method");
        }
        let uris = resource.fields.get_mut("redirect_uris");
        if quirks.empty_redirect_uris_refused
            && let Some(Value::List(uris)) = uris.filter(|v| **v == Value::List(Vec::new()))
        {
            uris.push(text("https://localhost/unused"));
        }
    }
}
