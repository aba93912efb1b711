//! Manifests that are written down: known ones, whose requests can be counted and struck one by one.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tilewright_core::{DesiredState, Value};

use super::manifests::{address, insert, objections, resource};

/// The fields of a JSON object; `{"ref": "<address>"}` is a reference.
fn fields(json: &Json) -> BTreeMap<String, Value> {
    let value = |v: &Json| match v["ref"].as_str() {
        Some(target) => Value::Ref(address(target)),
        None => Value::from_json(v),
    };
    json.as_object().expect("an object").iter().map(|(name, v)| (name.clone(), value(v))).collect()
}

/// Resources by address; the spec follows from the kind and the protocol. The first client of an application is its
/// default.
pub(crate) fn manifests(resources: &[(&str, Json)]) -> DesiredState {
    let mut desired = DesiredState::default();
    for (text, json) in resources {
        let address = address(text);
        let spec_name = match (address.kind(), json["authentication_protocol"].as_str()) {
            ("client", Some("saml")) => "saml-client",
            ("client", _) => "oidc-client",
            (_, _) => "application",
        };
        let mut made = resource(&address, spec_name, fields(json));
        let parent = address.parent("application");
        made.metadata.default = parent.filter(|p| desired.children(p).next().is_none()).map(|_| true);
        insert(&mut desired, made);
    }
    assert_eq!(objections(&desired), [], "the manifests are legal");
    desired
}

fn web(name: &str) -> Json {
    json!({"name": name, "redirect_uris": [format!("https://{}.example.com/callback", name.to_lowercase())]})
}

/// Two applications with five clients.
pub(crate) fn shop() -> DesiredState {
    manifests(&[
        ("application/shop", json!({"app_name": "Shop", "subdomain": "shop", "allow_public_signup": true})),
        ("client/shop/web", web("Web")),
        ("client/shop/ops", web("Ops")),
        (
            "client/shop/partner",
            json!({"authentication_protocol": "saml", "name": "Partner", "sp_entity_id": "https://partner.example.com",
                "sp_acs_url": "https://partner.example.com/acs"}),
        ),
        ("application/desk", json!({"app_name": "Desk", "subdomain": "desk", "signing_key_enabled": true})),
        ("client/desk/web", web("Web")),
        ("client/desk/old", web("Old")),
    ])
}

/// What becomes of [`shop`]: creates, updates, a swap, a ring, a replacement and deletes, in more than twelve writes.
pub(crate) fn grown() -> DesiredState {
    let mut desired = manifests(&[
        (
            "application/shop",
            json!({"app_name": "The Shop", "subdomain": "desk", "invite_client_id": {"ref": "client/shop/mobile"},
                "allow_public_signup": false}),
        ),
        ("client/shop/web", json!({"name": "Ops", "redirect_uris": ["https://new.example.com/callback"]})),
        ("client/shop/ops", web("Web")),
        (
            "client/shop/partner",
            json!({"authentication_protocol": "oidc", "name": "Partner",
                "redirect_uris": ["https://partner.example.com/callback"]}),
        ),
        (
            "client/shop/mobile",
            json!({"name": "Mobile", "client_type": "native",
            "redirect_uris": ["com.example.app://callback"], "role_ids": ["r1"]}),
        ),
        ("application/desk", json!({"app_name": "Desk", "subdomain": "shop"})),
        (
            "client/desk/web",
            json!({"name": "Web", "redirect_uris": ["https://web.example.com/callback"],
            "token_expiration": {"access_token_ttl": 900}}),
        ),
        (
            "application/lab",
            json!({"app_name": "Lab", "subdomain": "lab", "signing_key_enabled": true,
            "invite_client_id": {"ref": "client/lab/web"}}),
        ),
        ("client/lab/web", web("Web")),
        ("client/lab/batch", web("Batch")),
    ]);
    let old = resource(&address("client/desk/old"), "oidc-client", fields(&web("Old")));
    insert(&mut desired, old);
    super::manifests::bury(&mut desired, &address("client/desk/old"));
    desired
}
