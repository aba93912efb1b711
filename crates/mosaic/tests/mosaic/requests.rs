//! Method, path and body of every request, as snapshots.

use serde_json::json;
use tilewright_core::{Backend, Encoded, RemoteId, WriteRequest};
use tilewright_mosaic::Mosaic;

use super::fixtures::{fields, full_application, full_oidc_client, full_saml_client, target};

fn shown(request: &WriteRequest) -> String {
    let body = request.body.as_ref().map_or_else(String::new, |b| serde_json::to_string_pretty(b).unwrap());
    format!("{} {}\n{body}", request.method.http(), request.path)
}

fn encoded(write: &Encoded<'_>) -> String {
    shown(&Mosaic::new().encode(write))
}

#[test]
fn an_application_is_created_with_its_default_client() {
    let (application, client) = (fields(&full_application()), fields(&full_oidc_client()));
    let write = Encoded::Create {
        spec_name: "application",
        parent: None,
        fields: &application,
        brings: Some(("oidc-client", &client)),
    };
    insta::assert_snapshot!(encoded(&write));
}

#[test]
fn an_application_is_created_with_a_saml_client() {
    let application = fields(&json!({"app_name": "Suppliers"}));
    let client = fields(&json!({"name": "Helpdesk", "sp_entity_id": "https://helpdesk.example.com"}));
    let write = Encoded::Create {
        spec_name: "application",
        parent: None,
        fields: &application,
        brings: Some(("saml-client", &client)),
    };
    insta::assert_snapshot!(encoded(&write));
}

#[test]
fn an_application_without_clients_gets_a_plain_one() {
    let application = fields(&json!({"app_name": "Empty"}));
    let write = Encoded::Create { spec_name: "application", parent: None, fields: &application, brings: None };
    insta::assert_snapshot!(encoded(&write));
}

#[test]
fn an_oidc_client_is_created_with_its_protocol_stated() {
    let mut client = fields(&full_oidc_client());
    client.remove("authentication_protocol");
    let app = RemoteId::new("app 1/x");
    let write = Encoded::Create { spec_name: "oidc-client", parent: Some(&app), fields: &client, brings: None };
    insta::assert_snapshot!(encoded(&write));
}

#[test]
fn a_saml_client_is_created_with_its_protocol_stated() {
    let mut client = fields(&full_saml_client());
    client.remove("authentication_protocol");
    let app = RemoteId::new("app-1");
    let write = Encoded::Create { spec_name: "saml-client", parent: Some(&app), fields: &client, brings: None };
    insta::assert_snapshot!(encoded(&write));
}

#[test]
fn an_update_sends_what_it_is_given_without_nulls_and_without_the_protocol() {
    let changed = fields(&json!({
        "name": "Web",
        "authentication_protocol": "oidc",
        "token_expiration": {"access_token_ttl": 900, "refresh_token_ttl": null},
        "authentication_configuration": {"method": "client_secret_basic", "tls_client_auth": {"ocsp_on": null}},
        "resources": [],
    }));
    let client = target("client", "oidc-client", "323b6e7.8AEM5.transmit", Some("app-1"));
    insta::assert_snapshot!(encoded(&Encoded::Update { target: &client, fields: &changed }));
}

#[test]
fn an_application_is_updated_and_deleted_by_its_id() {
    let application = target("application", "application", "app-1", None);
    let changed = fields(&json!({"app_description": ""}));
    let update = encoded(&Encoded::Update { target: &application, fields: &changed });
    assert_eq!(update, "PUT /v1/applications/app-1\n{\n  \"app_description\": \"\"\n}");
    assert_eq!(encoded(&Encoded::Delete { target: &application }), "DELETE /v1/applications/app-1\n");
}

#[test]
fn a_client_is_deleted_alone() {
    let client = target("client", "saml-client", "a.b/c", Some("app-1"));
    assert_eq!(encoded(&Encoded::Delete { target: &client }), "DELETE /v1/applications/app-1/clients/a.b%2Fc\n");
}

#[test]
fn no_id_turns_a_request_into_another_operation() {
    let mosaic = Mosaic::new();
    for id in ["", " ", ".", ".."] {
        let client = target("client", "oidc-client", id, Some("app-1"));
        let path = mosaic.encode(&Encoded::Delete { target: &client }).path;
        assert_eq!(path, "/v1/applications/app-1/clients/%EF%BF%BD", "{id:?}");
    }
    for id in ["", "..", "list", "signing-keys"] {
        let application = target("application", "application", id, None);
        assert_eq!(mosaic.read(&application).path, "/v1/applications/%EF%BF%BD", "{id:?}");
    }
    let orphan = target("client", "oidc-client", "c", None);
    assert_eq!(mosaic.encode(&Encoded::Delete { target: &orphan }).path, "/v1/applications/%EF%BF%BD/clients/c");
    let nonsense = target("nonsense", "nonsense", "x", None);
    assert_eq!(mosaic.read(&nonsense).path, "/v1/%EF%BF%BD/%EF%BF%BD");
}

#[test]
fn reads_go_to_the_lists_and_the_objects() {
    let mosaic = Mosaic::new();
    assert_eq!(mosaic.list_roots().path, "/v1/applications");
    assert_eq!(mosaic.list_children(&RemoteId::new("app-1")).path, "/v1/applications/app-1/clients");
    assert_eq!(mosaic.read(&target("application", "application", "a?b#c", None)).path, "/v1/applications/a%3Fb%23c");
    let client = target("client", "oidc-client", "c.transmit", Some("app-1"));
    assert_eq!(mosaic.read(&client).path, "/v1/applications/app-1/clients/c.transmit");
}
