//! What updates send along.

use serde_json::{Value as Json, json};
use tilewright_core::Backend;
use tilewright_mosaic::Mosaic;

use super::fixtures::{fields, json_of, live};

fn echo_of_client(shown: &Json, changed: &Json) -> Json {
    let now = live("client", "oidc-client", shown, &json!({}));
    json_of(&Mosaic::new().echo(&now, None, &fields(changed)).fields)
}

fn basic_client() -> Json {
    json!({
        "name": "Web", "authentication_protocol": "oidc", "client_type": "native", "response_types": ["code"],
        "short_cookies_samesite_type": "none", "sync_id_token_claims_to_userinfo": true,
        "token_endpoint_auth_method": "client_secret_basic", "pkce": "allowPkceAlongsideClientCredentials",
    })
}

#[test]
fn a_client_keeps_its_values_of_all_fields_that_have_defaults() {
    assert_eq!(
        echo_of_client(&basic_client(), &json!({"name": "Shop"})),
        json!({
            "client_type": "native", "response_types": ["code"], "short_cookies_samesite_type": "none",
            "sync_id_token_claims_to_userinfo": true, "token_endpoint_auth_method": "client_secret_basic",
        })
    );
}

#[test]
fn a_saml_client_echoes_what_its_schema_has() {
    let shown =
        json!({"short_cookies_samesite_type": "none", "sync_id_token_claims_to_userinfo": false, "client_type": "web"});
    let now = live("client", "saml-client", &shown, &json!({}));
    let echo = Mosaic::new().echo(&now, None, &fields(&json!({"name": "x"})));
    assert_eq!(
        json_of(&echo.fields),
        json!({"short_cookies_samesite_type": "none", "sync_id_token_claims_to_userinfo": false})
    );
}

#[test]
fn changed_and_unknown_fields_are_not_echoed() {
    let shown = json!({"client_type": "web"});
    assert_eq!(echo_of_client(&shown, &json!({"client_type": "native"})), json!({}));
}

#[test]
fn fields_that_exclude_a_changed_one_are_not_echoed() {
    let echo = echo_of_client(&basic_client(), &json!({"default_user_info_claims": ["email"]}));
    assert!(echo.get("sync_id_token_claims_to_userinfo").is_none());
    assert!(echo.get("client_type").is_some());
}

#[test]
fn response_types_that_cannot_be_written_are_not_echoed() {
    let echo = |types: Json| echo_of_client(&json!({"response_types": types}), &json!({"name": "x"}));
    assert_eq!(echo(json!(["code", "none", "token"])), json!({"response_types": ["code"]}));
    assert_eq!(echo(json!([])), json!({"response_types": []}));
    assert_eq!(echo(json!(["none"])), json!({}));
}

/// The deprecated method that is sent along when a client that shows `shown` gets `changed`.
fn method_after(shown: &Json, changed: &Json) -> Json {
    echo_of_client(shown, changed).get("token_endpoint_auth_method").cloned().unwrap_or_default()
}

#[test]
fn the_old_method_stays_while_the_settings_stay() {
    for (old, pkce) in [
        ("client_secret_basic", "enforcePkceInsteadOfClientCredentials"),
        ("none", "enforcePkceAlongsideClientCredentials"),
    ] {
        let shown = json!({"token_endpoint_auth_method": old, "pkce": pkce});
        assert_eq!(method_after(&shown, &json!({"name": "x"})), json!(old));
    }
}

#[test]
fn the_old_method_never_contradicts_new_settings() {
    let public = "enforcePkceInsteadOfClientCredentials";
    let beside = "enforcePkceAlongsideClientCredentials";
    let jwt = json!({"method": "private_key_jwt", "jwks": {"keys": []}});
    let cases = [
        // It agrees already.
        (json!({"token_endpoint_auth_method": "none"}), json!({"pkce": public}), json!("none")),
        (
            json!({"token_endpoint_auth_method": "private_key_jwt", "authentication_configuration": jwt}),
            json!({"pkce": beside}),
            json!("private_key_jwt"),
        ),
        (
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"pkce": beside}),
            json!("client_secret_basic"),
        ),
        // It disagrees and has its default: left out, so that nothing moves either way.
        (json!({"token_endpoint_auth_method": "client_secret_basic"}), json!({"pkce": public}), Json::Null),
        (
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"authentication_configuration": jwt}),
            Json::Null,
        ),
        // It disagrees: as the new settings have it.
        (
            json!({"token_endpoint_auth_method": "none", "pkce": public}),
            json!({"pkce": beside}),
            json!("client_secret_basic"),
        ),
        (
            json!({"token_endpoint_auth_method": "none", "pkce": public, "authentication_configuration": jwt}),
            json!({"pkce": beside}),
            json!("private_key_jwt"),
        ),
        (
            json!({"token_endpoint_auth_method": "tls_client_auth"}),
            json!({"authentication_configuration": jwt}),
            json!("private_key_jwt"),
        ),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), json!({"pkce": public}), json!("none")),
    ];
    for (shown, changed, expected) in cases {
        assert_eq!(method_after(&shown, &changed), expected, "{shown} {changed}");
    }
}

fn application() -> (Json, Json) {
    let shown = json!({
        "app_name": "Storefront", "allow_public_signup": true, "invite_member_email_expiration_minutes": 60,
        "signing_key_enabled": true, "subdomain": "shop",
    });
    let observed = json!({"client_type": "native", "client_auth_method": "none", "client_display_name": "Web"});
    (shown, observed)
}

fn echo_of_application(default_child: Option<(&str, Json)>) -> Json {
    let (shown, observed) = application();
    let now = live("application", "application", &shown, &observed);
    let child = default_child.map(|(spec_name, shown)| live("client", spec_name, &shown, &json!({})));
    json_of(&Mosaic::new().echo(&now, child.as_ref(), &fields(&json!({"app_description": "x"}))).fields)
}

#[test]
fn an_application_also_keeps_its_views_of_the_default_client() {
    let own =
        json!({"allow_public_signup": true, "invite_member_email_expiration_minutes": 60, "signing_key_enabled": true});
    let with = |views: Json| {
        let mut all = own.clone();
        all.as_object_mut().unwrap().extend(views.as_object().unwrap().clone());
        all
    };
    assert_eq!(echo_of_application(None), with(json!({"client_type": "native", "client_auth_method": "none"})));
    let child = json!({"client_type": "web", "token_endpoint_auth_method": "private_key_jwt"});
    assert_eq!(
        echo_of_application(Some(("oidc-client", child))),
        with(json!({"client_type": "web", "client_auth_method": "private_key_jwt"}))
    );
    assert_eq!(echo_of_application(Some(("saml-client", json!({})))), own);
}

#[test]
fn the_first_client_and_the_deletion_of_keys_are_never_echoed() {
    let echo = echo_of_application(None);
    for name in ["first_client", "first_client_authentication_protocol", "should_delete_signing_key"] {
        assert!(echo.get(name).is_none(), "{name}");
    }
}
