//! The rules about clients pass and fail where they should.

use serde_json::{Value as Json, json};
use tilewright_core::{Part, Severity, Value};

use super::rules::{ALLOW, BESIDE, CERTIFICATE, PUBLIC, findings, of_oidc, oidc, places, saml};

fn redirected(client_type: Option<&str>, uri: &str) -> Vec<String> {
    let mut extra = json!({"redirect_uris": ["https://ok.example", uri]});
    if let Some(client_type) = client_type {
        extra["client_type"] = json!(client_type);
    }
    of_oidc(&extra)
}

#[test]
fn redirect_uris_of_web_clients_are_https_or_local() {
    for uri in [
        "https://a.example/cb",
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
        "${var:shop}/cb",
    ] {
        assert_eq!(redirected(Some("web"), uri), [""; 0], "{uri}");
        assert_eq!(redirected(None, uri), [""; 0], "{uri}");
    }
    for uri in ["http://a.example/cb", "com.example.app://cb", "/cb", "", "javascript:alert(1)", " https://a.example"] {
        assert_eq!(redirected(Some("web"), uri), ["redirect-uri-scheme spec.redirect_uris[1]"], "{uri}");
    }
}

#[test]
fn redirect_uris_of_native_clients_may_have_a_reverse_domain_scheme() {
    for uri in ["com.example.app://cb", "com.example.app:/cb", "https://a.example/cb", "http://127.0.0.1/cb"] {
        assert_eq!(redirected(Some("native"), uri), [""; 0], "{uri}");
    }
    for uri in ["app://cb", "http://a.example/cb", "com.://cb"] {
        assert_eq!(redirected(Some("native"), uri), ["redirect-uri-scheme spec.redirect_uris[1]"], "{uri}");
    }
}

#[test]
fn a_native_scheme_without_a_stated_client_type_is_a_warning() {
    let found = findings(&[oidc(&json!({"redirect_uris": ["com.example.app://cb"]}))]);
    assert_eq!(
        found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
        [("redirect-uri-scheme", Severity::Warning)]
    );
}

#[test]
fn redirect_uris_have_no_fragment_and_no_wildcard() {
    assert_eq!(redirected(None, "https://a.example/cb#x"), ["redirect-uri-fragment spec.redirect_uris[1]"]);
    assert_eq!(redirected(None, "https://*.example/cb"), ["redirect-uri-wildcard spec.redirect_uris[1]"]);
    assert_eq!(redirected(None, "https://a.example/*"), ["redirect-uri-wildcard spec.redirect_uris[1]"]);
}

#[test]
fn an_empty_list_of_redirect_uris_is_a_warning() {
    let found = findings(&[oidc(&json!({"redirect_uris": []}))]);
    assert_eq!(
        found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
        [("redirect-uris-empty", Severity::Warning)]
    );
}

#[test]
fn the_old_method_agrees_with_the_new_settings() {
    let judged = |extra: &Json| {
        let found = of_oidc(extra);
        assert!(found.contains(&"auth-method-deprecated spec.token_endpoint_auth_method".to_owned()));
        found.iter().any(|f| f == "auth-method-conflict spec.token_endpoint_auth_method")
    };
    let jwks = json!({"keys": [{"kty": "RSA"}]});
    for (old, pkce, method, conflict) in [
        ("none", Some(PUBLIC), None, false),
        ("none", Some(PUBLIC), Some("client_secret_basic"), false),
        ("none", Some(ALLOW), None, true),
        ("none", None, None, false),
        ("none", None, Some("private_key_jwt"), true),
        ("client_secret_basic", Some(PUBLIC), None, true),
        ("client_secret_basic", Some(BESIDE), Some("client_secret_basic"), false),
        ("client_secret_basic", None, Some("private_key_jwt"), true),
    ] {
        let mut extra = json!({"token_endpoint_auth_method": old});
        if let Some(pkce) = pkce {
            extra["pkce"] = json!(pkce);
        }
        if let Some(method) = method {
            extra["authentication_configuration"] = json!({"method": method, "jwks": jwks});
        }
        assert_eq!(judged(&extra), conflict, "{extra}");
    }
}

#[test]
fn fapi_needs_its_settings_stated() {
    let switch = "fapi-settings spec.fapi_version_compliancy";
    assert_eq!(of_oidc(&json!({"fapi_version_compliancy": true})), [switch; 3]);
    assert_eq!(of_oidc(&json!({"fapi_version_compliancy": false, "pkce": PUBLIC})), [""; 0]);
    let wrong = json!({
        "fapi_version_compliancy": true, "enforce_par": false, "pkce": PUBLIC,
        "authentication_configuration": {"method": "client_secret_basic"},
    });
    assert_eq!(
        of_oidc(&wrong),
        [
            "fapi-settings spec.enforce_par",
            "fapi-settings spec.pkce",
            "fapi-settings spec.authentication_configuration.method"
        ]
    );
    for method in ["private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth"] {
        let configuration = json!({
            "method": method, "jwks": {"keys": [{"kty": "RSA"}]}, "tls_client_auth": {"certificate_chain": CERTIFICATE},
        });
        let right = json!({
            "fapi_version_compliancy": true, "enforce_par": true, "pkce": BESIDE,
            "authentication_configuration": configuration,
        });
        assert_eq!(of_oidc(&right), [""; 0], "{method}");
    }
}

#[test]
fn methods_that_need_keys_or_certificates_have_them() {
    let configured = |configuration: Json| of_oidc(&json!({"authentication_configuration": configuration}));
    let keys = "jwks-missing spec.authentication_configuration.jwks";
    for method in ["private_key_jwt", "self_signed_tls_client_auth"] {
        assert_eq!(configured(json!({"method": method})), [keys], "{method}");
        assert_eq!(configured(json!({"method": method, "jwks": null})), [keys], "{method}");
        assert_eq!(configured(json!({"method": method, "jwks": {"keys": []}})), [keys], "{method}");
        assert_eq!(configured(json!({"method": method, "jwks": {"keys": [{"kty": "RSA"}]}})), [""; 0], "{method}");
    }
    assert_eq!(configured(json!({"method": "client_secret_basic"})), [""; 0]);
    assert_eq!(
        configured(json!({"method": "tls_client_auth", "tls_client_auth": {"ocsp_on": true}})),
        ["certificate-missing spec.authentication_configuration.tls_client_auth.certificate_chain"]
    );
}

#[test]
fn encrypted_id_tokens_need_keys() {
    assert_eq!(
        of_oidc(&json!({"id_token_encryption": {"enabled": true}})),
        ["jwks-missing spec.id_token_encryption.jwks"]
    );
    assert_eq!(of_oidc(&json!({"id_token_encryption": {"enabled": false}})), [""; 0]);
}

#[test]
fn a_key_set_has_a_list_of_keys() {
    for bad in [json!({}), json!({"kty": "RSA"}), json!({"keys": {}}), json!({"keys": ["x"]})] {
        let found = of_oidc(&json!({"id_token_encryption": {"enabled": false, "jwks": bad}}));
        assert_eq!(found, ["jwks-form spec.id_token_encryption.jwks"], "{bad}");
    }
}

#[test]
fn private_keys_are_found_and_not_shown() {
    let jwks = json!({"keys": [{"kty": "RSA", "n": "AQ", "d": "canary"}, {"kty": "oct", "k": "canary"}]});
    let client = oidc(&json!({
        "authentication_configuration": {
            "method": "private_key_jwt", "jwks": jwks,
            "tls_client_auth": {
                "certificate_chain": format!("{CERTIFICATE}-----BEGIN PRIVATE KEY-----\ncanary"),
            },
        },
    }));
    let found = findings(&[client]);
    let key = "private-key spec.authentication_configuration.jwks";
    let chain = "private-key spec.authentication_configuration.tls_client_auth.certificate_chain";
    let seen: Vec<_> = found.iter().map(|f| format!("{} {}", f.code, f.place.path)).collect();
    assert_eq!(seen, [key, key, chain]);
    assert!(found[0].message.ends_with("`authentication_configuration.jwks.keys[0].d`"), "{}", found[0].message);
    assert!(found.iter().all(|f| f.place.part == Part::Key && !format!("{f:?}").contains("canary")));
}

#[test]
fn certificates_look_like_pem() {
    let chained = |text: &str| {
        let configuration = json!({"method": "tls_client_auth", "tls_client_auth": {"certificate_chain": text}});
        findings(&[oidc(&json!({"authentication_configuration": configuration}))])
    };
    assert!(chained(&format!("{CERTIFICATE}{CERTIFICATE}")).is_empty());
    assert!(chained("${file:chain.pem}").is_empty());
    for bad in ["AA==", "-----BEGIN CERTIFICATE-----\nAA=="] {
        let found = chained(bad);
        assert_eq!(
            found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
            [("certificate-form", Severity::Warning)]
        );
    }
}

#[test]
fn a_saml_client_needs_an_acs_url_unless_it_is_optional() {
    let url = ["acs-url-missing spec.sp_acs_url"];
    assert_eq!(places(&[saml(&json!({}))]), url);
    assert_eq!(places(&[saml(&json!({"sp_acs_url": "", "optional_acs_url": false}))]), url);
    assert_eq!(places(&[saml(&json!({"optional_acs_url": true}))]), [""; 0]);
    assert_eq!(places(&[saml(&json!({"sp_acs_url": "https://x.example/acs"}))]), [""; 0]);
}

#[test]
fn flows_that_are_on_have_their_pages() {
    assert_eq!(
        of_oidc(&json!({"ciba_authorization": {"enabled": true}})),
        ["flow-uri-missing spec.ciba_authorization.login_uri"]
    );
    assert_eq!(of_oidc(&json!({"ciba_authorization": {"enabled": false}})), [""; 0]);
    let device = |on: bool| {
        of_oidc(&json!({"device_authorization": {
            "enabled": on, "approval_uri": "", "success_uri": "https://x.example", "input_uri": "https://x.example",
        }}))
    };
    assert_eq!(device(true), ["flow-uri-missing spec.device_authorization.approval_uri"]);
    assert_eq!(device(false), [""; 0]);
}

#[test]
fn roles_that_do_nothing_are_an_error() {
    let roles = ["roles-without-effect spec.role_ids"];
    assert_eq!(of_oidc(&json!({"role_ids": ["r"], "is_third_party": true})), roles);
    assert_eq!(of_oidc(&json!({"role_ids": ["r"], "client_group_id": "g"})), roles);
    assert_eq!(of_oidc(&json!({"role_ids": ["r"], "is_third_party": false})), [""; 0]);
    assert_eq!(of_oidc(&json!({"role_ids": [], "client_group_id": "g"})), [""; 0]);
}

#[test]
fn what_only_third_parties_need_is_a_warning_elsewhere() {
    let stated = json!({"consent_uri": "https://x.example", "allowed_scopes": ["a"]});
    let found = findings(&[oidc(&stated)]);
    assert_eq!(
        found.iter().map(|f| (f.code, f.severity)).collect::<Vec<_>>(),
        [("third-party-only", Severity::Warning); 2]
    );
    let mut third = stated;
    third["is_third_party"] = json!(true);
    assert_eq!(of_oidc(&third), [""; 0]);
}

#[test]
fn claims_follow_or_are_listed_but_not_both() {
    let both = |sync: bool| json!({"sync_id_token_claims_to_userinfo": sync, "default_user_info_claims": ["email"]});
    assert_eq!(of_oidc(&both(true)), ["claims-conflict spec.default_user_info_claims"]);
    assert_eq!(of_oidc(&both(false)), [""; 0]);
    let mut client = saml(&both(true));
    client.fields.insert("optional_acs_url".to_owned(), Value::Bool(true));
    assert_eq!(places(&[client]), ["claims-conflict spec.default_user_info_claims"]);
}

#[test]
fn unknown_claims_are_warned_of_with_the_nearest_known_one() {
    let found = findings(&[oidc(&json!({"default_custom_claims": ["email", "emial", "completely_new_thing"]}))]);
    let seen: Vec<_> = found.iter().map(|f| (f.place.path.to_string(), f.severity, f.label.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("spec.default_custom_claims[1]".to_owned(), Severity::Warning, "did you mean `email`?"),
            ("spec.default_custom_claims[2]".to_owned(), Severity::Warning, ""),
        ]
    );
}
