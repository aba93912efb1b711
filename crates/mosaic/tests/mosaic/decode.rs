//! Answers to live objects: both envelopes, what may be missing, and bodies that are none.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tilewright_core::{Backend, DecodeError, RemoteId, Value, WriteMethod};
use tilewright_mosaic::Mosaic;

use super::fixtures::{bytes, full_oidc_client, json_of};

const CANARY: &str = "canary-7f3a";

fn app() -> RemoteId {
    RemoteId::new("app-1")
}

/// An application as the API shows it, secrets and all.
fn shown_application() -> Json {
    json!({
        "app_id": "app-1", "tenant_id": "tnt-1", "app_name": "Storefront", "app_description": "", "logo": null,
        "client_type": "web", "client_id": "c-1", "client_display_name": "Web", "client_secret": CANARY,
        "client_auth_method": "client_secret_basic", "pkce": "allowPkceAlongsideClientCredentials",
        "redirect_uris": ["https://a.example"], "resources": [],
        "login_preferences": {"auth_methods": {"google": {"clientId": "g", "clientSecret": CANARY}}},
        "created_at": "2026-01-01T00:00:00Z", "created_by": "me", "updated_at": "2026-01-02T00:00:00Z",
        "service_providers": [], "allow_public_signup": false, "application_type": "basic",
        "custom_domain": {"domain": "login.example.com", "status": "pending", "updated_at": "2026-01-02T00:00:00Z"},
        "authenticator_preferences": {"is_centralized": false, "login_uri": "", "brand_new": 1, "gone": null},
        "external_communication": {"language": "en"}, "unheard_of": {"secret": CANARY},
    })
}

fn shown_client() -> Json {
    let mut client = full_oidc_client();
    let extra = json!({
        "client_id": "c-1", "app_id": "app-1", "tenant_id": "tnt-1", "client_secret": CANARY,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z", "client_group_id": null,
        "response_types": ["code", "id_token", "none"],
    });
    client.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    client
}

#[test]
fn an_application_reads_the_same_in_both_envelopes() {
    let mosaic = Mosaic::new();
    let bare = mosaic.decode_one("application", None, &bytes(&shown_application())).unwrap();
    let wrapped = mosaic.decode_one("application", None, &bytes(&json!({"result": shown_application()}))).unwrap();
    assert_eq!(bare, wrapped);
    insta::assert_json_snapshot!(json!({
        "kind": bare.kind, "spec": bare.spec_name, "id": bare.id, "parent": bare.parent,
        "default_child": bare.default_child, "fields": json_of(&bare.fields), "observed": json_of(&bare.observed),
    }));
}

#[test]
fn clients_read_the_same_in_both_envelopes() {
    let mosaic = Mosaic::new();
    let list = json!([shown_client(), {"client_id": "c-2", "sp_entity_id": "x"}]);
    let bare = mosaic.decode_list(Some(&app()), &bytes(&list)).unwrap();
    let wrapped = mosaic.decode_list(Some(&app()), &bytes(&json!({"result": list}))).unwrap();
    assert_eq!(bare, wrapped);
    let seen: Vec<_> = bare.iter().map(|c| (c.id.as_str(), c.spec_name.as_str(), c.parent.clone())).collect();
    assert_eq!(seen, [("c-1", "oidc-client", Some(app())), ("c-2", "saml-client", Some(app()))]);
}

#[test]
fn a_member_called_result_does_not_make_an_object_an_envelope() {
    let body = json!({"client_id": "c-1", "result": {"client_id": "other"}});
    let client = Mosaic::new().decode_one("client", Some(&app()), &bytes(&body)).unwrap();
    assert_eq!(client.id.as_str(), "c-1");
}

#[test]
fn a_client_reads_back_every_field_but_null_and_the_type_that_cannot_be_written() {
    let client = Mosaic::new().decode_one("client", Some(&app()), &bytes(&shown_client())).unwrap();
    let mut expected = full_oidc_client();
    expected.as_object_mut().unwrap().shift_remove("client_group_id");
    expected["response_types"] = json!(["code", "id_token"]);
    assert_eq!(client.fields, super::fixtures::fields(&expected));
    assert_eq!(client.observed["updated_at"], Value::String("2026-01-02T00:00:00Z".to_owned()));
}

#[test]
fn the_protocol_of_older_answers_is_told_from_their_members() {
    let mosaic = Mosaic::new();
    let protocol = |answer: &Json| {
        let client = mosaic.decode_one("client", Some(&app()), &bytes(answer)).unwrap();
        (client.spec_name, client.fields["authentication_protocol"].as_str().unwrap().to_owned())
    };
    let oidc = ("oidc-client".to_owned(), "oidc".to_owned());
    let saml = ("saml-client".to_owned(), "saml".to_owned());
    assert_eq!(protocol(&json!({"client_id": "c"})), oidc);
    assert_eq!(protocol(&json!({"client_id": "c", "authentication_protocol": null, "sp_entity_id": null})), oidc);
    assert_eq!(protocol(&json!({"client_id": "c", "authentication_protocol": "SAML"})), saml);
    assert_eq!(protocol(&json!({"client_id": "c", "sp_entity_id": "x"})), saml);
}

#[test]
fn clients_of_protocols_nobody_knows_are_counted_and_have_no_schema() {
    let mosaic = Mosaic::new();
    let body = bytes(&json!([{"client_id": "a", "authentication_protocol": "wsfed"}, {"client_id": "b"}]));
    let list = mosaic.decode_list(Some(&app()), &body).unwrap();
    assert_eq!(list.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(mosaic.catalog().spec(&list[0].spec_name).is_none() && list[0].fields.is_empty());
    let one = bytes(&json!({"client_id": "a", "authentication_protocol": "wsfed"}));
    assert_eq!(mosaic.decode_one("client", Some(&app()), &one).unwrap(), list[0]);
}

#[test]
fn an_element_without_a_usable_id_is_an_error() {
    let mosaic = Mosaic::new();
    for id in [json!(null), json!(""), json!(7), json!(".."), json!("list")] {
        let body = bytes(&json!({"result": [{"app_id": id, "app_name": "A"}]}));
        assert!(matches!(mosaic.decode_list(None, &body), Err(DecodeError::Member { member: "app_id", .. })), "{id}");
    }
    assert!(mosaic.decode_list(Some(&app()), &bytes(&json!([{"name": "A"}]))).is_err());
}

#[test]
fn what_is_no_list_is_never_an_empty_one() {
    let mosaic = Mosaic::new();
    let bodies: [&[u8]; 12] = [
        b"",
        b"  \n",
        b"<html><body>502</body></html>",
        b"{\"result\": [{\"app_id\": \"a\"",
        b"{\"result\": null}",
        b"{\"result\": {}}",
        b"null",
        b"{}",
        b"\"x\"",
        b"[1]",
        b"[null]",
        b"\xff\xfe",
    ];
    for body in bodies {
        for parent in [None, Some(&app())] {
            assert!(mosaic.decode_list(parent, body).is_err(), "{:?}", String::from_utf8_lossy(body));
        }
        assert!(mosaic.decode_one("application", None, body).is_err(), "{:?}", String::from_utf8_lossy(body));
    }
    assert_eq!(mosaic.decode_list(None, b"{\"result\": []}").unwrap(), []);
    assert_eq!(mosaic.decode_list(Some(&app()), b"[]").unwrap(), []);
}

#[test]
fn an_error_about_a_body_does_not_quote_it() {
    let body = format!("{{\"client_secret\": \"{CANARY}\", \"x\": {CANARY}");
    let error = Mosaic::new().decode_one("application", None, body.as_bytes()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[test]
fn no_secret_is_kept() {
    let mosaic = Mosaic::new();
    let mut client = shown_client();
    client["authentication_configuration"]["client_secret"] = json!(CANARY);
    for (kind, body) in [("application", shown_application()), ("client", client)] {
        let object = mosaic.decode_one(kind, Some(&app()), &bytes(&body)).unwrap();
        assert!(!format!("{object:?}").contains(CANARY), "{kind}");
    }
}

#[test]
fn members_that_the_catalog_does_not_know_stay_inside_objects() {
    let object = Mosaic::new().decode_one("application", None, &bytes(&shown_application())).unwrap();
    let preferences = object.fields["authenticator_preferences"].as_object().unwrap();
    assert_eq!(preferences.keys().collect::<Vec<_>>(), ["brand_new", "is_centralized", "login_uri"]);
    assert!(!object.fields.contains_key("unheard_of"));
}

#[test]
fn only_a_create_hands_out_a_secret() {
    let mosaic = Mosaic::new();
    let body = bytes(&json!({"result": shown_application()}));
    let created = mosaic.decode_written("application", None, WriteMethod::Post, &body).unwrap();
    let (id, secret) = created.secret.unwrap();
    assert_eq!((id.as_str(), secret.reveal()), ("c-1", CANARY));
    assert_eq!(created.object.unwrap().default_child, Some(RemoteId::new("c-1")));
    let updated = mosaic.decode_written("application", None, WriteMethod::Put, &body).unwrap();
    assert!(updated.secret.is_none() && updated.object.is_some());
    let client = mosaic.decode_written("client", Some(&app()), WriteMethod::Post, &bytes(&shown_client())).unwrap();
    assert_eq!(client.secret.unwrap().0.as_str(), "c-1");
}

#[test]
fn a_write_may_be_answered_with_nothing_but_not_with_nonsense() {
    let mosaic = Mosaic::new();
    for method in [WriteMethod::Post, WriteMethod::Put, WriteMethod::Delete] {
        let written = mosaic.decode_written("client", Some(&app()), method, b" \n").unwrap();
        assert!(written.object.is_none() && written.secret.is_none());
    }
    assert!(mosaic.decode_written("client", Some(&app()), WriteMethod::Put, b"<html>").is_err());
    assert!(mosaic.decode_written("client", Some(&app()), WriteMethod::Delete, b"<html>").is_ok());
}

#[test]
fn a_token_names_its_tenant_and_its_holder() {
    let mosaic = Mosaic::new();
    let claims = json!({"tid": "tnt-1", "sub": "c-1", "client_id": "c-1", "app_id": "app-1"});
    assert_eq!(mosaic.tenant_of_token(&claims).as_deref(), Some("tnt-1"));
    let holders = mosaic.holder_of_token(&claims);
    let expected = [("client".to_owned(), RemoteId::new("c-1")), ("application".to_owned(), app())];
    assert_eq!(holders, expected);
    assert_eq!(mosaic.tenant_of_token(&json!({"tid": 1})), None);
    assert!(mosaic.holder_of_token(&Json::Null).is_empty());
}

#[test]
fn kinds_have_pages() {
    let mosaic = Mosaic::new();
    for address in ["application/a", "client/a/b"] {
        assert!(mosaic.docs_of(&address.parse().unwrap()).unwrap().starts_with("https://"));
    }
    assert_eq!(mosaic.docs_of(&"thing/a".parse().unwrap()), None);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,8}".prop_map(Json::from),
    ];
    let name = prop_oneof![
        "[a-z_]{0,8}",
        prop::sample::select(vec![
            "result",
            "app_id",
            "client_id",
            "client_secret",
            "custom_domain",
            "response_types",
            "message",
            "error",
            "authentication_protocol",
            "authentication_configuration",
            "login_preferences",
        ])
        .prop_map(ToOwned::to_owned),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|m| Json::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(json in any_json(), raw in prop::collection::vec(any::<u8>(), 0..64)) {
        let mosaic = Mosaic::new();
        for body in [bytes(&json), raw] {
            let _ = mosaic.decode_list(None, &body);
            let _ = mosaic.decode_list(Some(&app()), &body);
            let _ = mosaic.decode_one("client", None, &body);
            let _ = mosaic.decode_written("application", None, WriteMethod::Post, &body);
            let text = mosaic.error_text(&body).unwrap_or_default();
            prop_assert!(text.chars().count() <= 300 && !text.contains(char::is_control));
        }
    }
}
