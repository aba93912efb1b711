//! The schemas compile, and have every writable field of the API once, with the facts that the engine relies on.

use serde_json::{Value as Json, json};
use tilewright_core::{Backend, FieldPath, FieldSpec, KindSpec, Shape, Spare, Unit, Within};
use tilewright_mosaic::Mosaic;

use super::fixtures::{full_application, full_oidc_client, full_saml_client};

/// From the field table of applications: what both create and update take, without the views of the default client, the
/// first client and the action flag.
const APPLICATION: &[&str] = &[
    "allow_public_signup",
    "app_description",
    "app_name",
    "authenticator_preferences",
    "custom_domain",
    "invite_client_id",
    "invite_member_email_expiration_minutes",
    "invite_member_uri",
    "login_uri",
    "logo",
    "refresh_token_invalidation_trigger_configuration",
    "service_providers",
    "signing_key_enabled",
    "subdomain",
];

/// From the field table of OIDC clients.
const OIDC_CLIENT: &[&str] = &[
    "allowed_scopes",
    "authentication_configuration",
    "authentication_protocol",
    "ciba_authorization",
    "client_group_id",
    "client_type",
    "consent_uri",
    "consent_validity_period",
    "default_custom_claims",
    "default_user_info_claims",
    "description",
    "device_authorization",
    "enforce_par",
    "fapi_version_compliancy",
    "id_token_encryption",
    "is_third_party",
    "name",
    "pkce",
    "redirect_uris",
    "resources",
    "response_types",
    "role_ids",
    "session_expiration",
    "short_cookies_samesite_type",
    "supported_prompts",
    "sync_id_token_claims_to_userinfo",
    "token_endpoint_auth_method",
    "token_expiration",
];

/// From the field table of SAML clients.
const SAML_CLIENT: &[&str] = &[
    "authentication_protocol",
    "client_group_id",
    "default_custom_claims",
    "default_user_info_claims",
    "description",
    "name",
    "optional_acs_url",
    "resources",
    "short_cookies_samesite_type",
    "sign_assertion",
    "sp_acs_url",
    "sp_entity_id",
    "sp_name_id_type",
    "supported_prompts",
    "sync_id_token_claims_to_userinfo",
    "use_centralized_login",
];

fn spec(name: &str) -> KindSpec {
    Mosaic::new().catalog().spec(name).unwrap().clone()
}

fn field<'a>(spec: &'a KindSpec, path: &str) -> &'a FieldSpec {
    spec.field(&path.parse::<FieldPath>().unwrap()).unwrap_or_else(|| panic!("{path}"))
}

fn names(spec: &KindSpec, which: impl Fn(&FieldSpec) -> bool) -> Vec<&str> {
    spec.fields.iter().filter(|(_, f)| which(f)).map(|(name, _)| name.as_str()).collect()
}

/// Every field and member with its path.
fn walk<'a>(fields: impl Iterator<Item = (&'a String, &'a FieldSpec)>, at: &str) -> Vec<(String, &'a FieldSpec)> {
    let mut all = Vec::new();
    for (name, field) in fields {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        all.push((path.clone(), field));
        all.extend(field.members().into_iter().flat_map(|members| walk(members.iter(), &path)));
    }
    all
}

#[test]
fn the_kinds_are_applications_and_clients_of_two_protocols() {
    let mosaic = Mosaic::new();
    let catalog = mosaic.catalog();
    assert_eq!(catalog.api_version, "mosaic/v1");
    assert_eq!(catalog.kinds.iter().map(|k| k.segment.as_str()).collect::<Vec<_>>(), ["application", "client"]);
    let client = catalog.kind_named("Client").unwrap();
    assert!(client.parent.as_ref().is_some_and(|p| p.segment == "application" && p.brings_default));
    assert_eq!(client.discriminator, Some(("authentication_protocol".to_owned(), "oidc".to_owned())));
    let specs: Vec<_> = client.specs.iter().map(|s| (s.name.as_str(), s.when.as_deref())).collect();
    assert_eq!(specs, [("oidc-client", Some("oidc")), ("saml-client", Some("saml"))]);
}

#[test]
fn every_writable_field_is_there_and_no_other() {
    for (name, expected) in [("application", APPLICATION), ("oidc-client", OIDC_CLIENT), ("saml-client", SAML_CLIENT)] {
        assert_eq!(spec(name).fields.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[test]
fn the_members_of_objects_are_those_of_the_field_table() {
    let members =
        |spec: &KindSpec, path: &str| field(spec, path).members().unwrap().keys().cloned().collect::<Vec<_>>();
    let (application, oidc) = (spec("application"), spec("oidc-client"));
    assert_eq!(members(&application, "authenticator_preferences"), ["is_centralized", "login_uri"]);
    assert_eq!(
        members(&application, "refresh_token_invalidation_trigger_configuration"),
        ["invalidateOnMemberPasswordReset", "invalidateOnMemberRoleUpdate", "invalidateOnMemberSuspension"]
    );
    assert_eq!(members(&oidc, "device_authorization"), ["approval_uri", "enabled", "input_uri", "success_uri"]);
    assert_eq!(members(&oidc, "ciba_authorization"), ["enabled", "login_uri"]);
    assert_eq!(members(&oidc, "token_expiration"), ["access_token_ttl", "max_refresh_rotate", "refresh_token_ttl"]);
    assert_eq!(members(&oidc, "id_token_encryption"), ["enabled", "jwks"]);
    assert_eq!(
        members(&oidc, "authentication_configuration"),
        ["isMtlsCertTokenBound", "jwks", "method", "tls_client_auth"]
    );
    assert_eq!(
        members(&oidc, "authentication_configuration.tls_client_auth"),
        [
            "certificate_chain",
            "distinguished_name",
            "ocsp_fail_open",
            "ocsp_on",
            "ocsp_responder_certificate",
            "ocsp_responder_uri"
        ]
    );
}

#[test]
fn every_field_and_member_has_a_doc() {
    for name in ["application", "oidc-client", "saml-client"] {
        let spec = spec(name);
        for (path, field) in walk(spec.fields.iter(), "") {
            assert!(field.doc.ends_with(['.', ')']) && !field.doc.contains('\n'), "{name}: {path}: {}", field.doc);
        }
    }
}

#[test]
fn what_a_person_must_state_is_little() {
    assert_eq!(names(&spec("application"), |f| f.required), ["app_name"]);
    assert_eq!(names(&spec("oidc-client"), |f| f.required), ["name", "redirect_uris"]);
    assert_eq!(names(&spec("saml-client"), |f| f.required), ["name", "sp_entity_id"]);
}

#[test]
fn fields_whose_update_schema_declares_a_default_are_resent() {
    assert_eq!(
        names(&spec("application"), |f| f.resend),
        ["allow_public_signup", "invite_member_email_expiration_minutes", "signing_key_enabled"]
    );
    assert_eq!(
        names(&spec("oidc-client"), |f| f.resend),
        [
            "client_type",
            "response_types",
            "short_cookies_samesite_type",
            "sync_id_token_claims_to_userinfo",
            "token_endpoint_auth_method"
        ]
    );
    assert_eq!(
        names(&spec("saml-client"), |f| f.resend),
        ["short_cookies_samesite_type", "sync_id_token_claims_to_userinfo"]
    );
}

#[test]
fn fixed_write_only_and_deprecated_fields_are_marked() {
    let (application, oidc, saml) = (spec("application"), spec("oidc-client"), spec("saml-client"));
    assert!(names(&application, |f| f.fixed || f.write_only || f.deprecated).is_empty());
    assert_eq!(names(&oidc, |f| f.fixed), ["authentication_protocol"]);
    assert_eq!(names(&saml, |f| f.fixed), ["authentication_protocol"]);
    assert_eq!(
        names(&oidc, |f| f.write_only),
        ["allowed_scopes", "consent_uri", "consent_validity_period", "is_third_party", "role_ids"]
    );
    assert_eq!(names(&saml, |f| f.write_only), ["supported_prompts"]);
    assert_eq!(names(&oidc, |f| f.deprecated), ["token_endpoint_auth_method"]);
}

#[test]
fn unique_values_say_among_which_objects() {
    let (application, oidc, saml) = (spec("application"), spec("oidc-client"), spec("saml-client"));
    let facts = |spec: &KindSpec, path: &str| {
        let unique = field(spec, path).unique.clone().unwrap();
        (unique.within, unique.spare, unique.role, unique.enforced)
    };
    assert_eq!(facts(&application, "app_name"), (Within::Tenant, Some(Spare::Text), false, false));
    assert_eq!(facts(&application, "subdomain"), (Within::Tenant, Some(Spare::Label), false, true));
    assert_eq!(facts(&application, "custom_domain"), (Within::Tenant, Some(Spare::Domain), false, true));
    assert_eq!(facts(&application, "authenticator_preferences.is_centralized"), (Within::Tenant, None, true, true));
    assert_eq!(facts(&oidc, "name"), (Within::Parent, Some(Spare::Text), false, false));
    assert_eq!(facts(&saml, "name"), (Within::Parent, Some(Spare::Text), false, false));
    assert!(field(&saml, "sp_entity_id").unique.is_none());
}

#[test]
fn references_exclusions_and_order_are_marked() {
    let (application, oidc) = (spec("application"), spec("oidc-client"));
    assert_eq!(field(&application, "invite_client_id").refers_to.as_deref(), Some("client"));
    assert_eq!(names(&application, |f| f.after_creation), ["signing_key_enabled"]);
    assert_eq!(names(&application, |f| f.missing_from_list), ["logo"]);
    assert_eq!(field(&oidc, "sync_id_token_claims_to_userinfo").excludes, ["default_user_info_claims"]);
    assert_eq!(field(&oidc, "default_user_info_claims").excludes, ["sync_id_token_claims_to_userinfo"]);
    assert!(Mosaic::new().list_lacks("application", "logo"));
    assert!(!Mosaic::new().list_lacks("application", "app_name"));
    assert!(!Mosaic::new().list_lacks("nonsense", "logo"));
}

#[test]
fn durations_uris_sets_and_key_sets_have_their_shapes() {
    let (application, oidc) = (spec("application"), spec("oidc-client"));
    let unit = |spec: &KindSpec, path: &str| field(spec, path).unit;
    assert_eq!(unit(&application, "invite_member_email_expiration_minutes"), Some(Unit::Minutes));
    for path in ["session_expiration", "token_expiration.access_token_ttl", "token_expiration.max_refresh_rotate"] {
        assert_eq!(unit(&oidc, path), Some(Unit::Seconds), "{path}");
    }
    assert_eq!(unit(&oidc, "consent_validity_period"), None);
    for path in ["redirect_uris[0]", "consent_uri", "device_authorization.input_uri", "ciba_authorization.login_uri"] {
        assert!(field(&oidc, path).uri, "{path}");
    }
    for path in ["logo", "login_uri", "invite_member_uri", "authenticator_preferences.login_uri"] {
        assert!(field(&application, path).uri, "{path}");
    }
    for name in ["redirect_uris", "response_types", "resources", "role_ids", "default_custom_claims"] {
        assert!(matches!(field(&oidc, name).shape, Shape::List { set: true, .. }), "{name}");
    }
    for path in ["authentication_configuration.jwks", "id_token_encryption.jwks"] {
        let jwks = field(&oidc, path);
        assert!(matches!(jwks.shape, Shape::Atomic) && jwks.keyed_by.as_deref() == Some("kid"), "{path}");
    }
}

#[test]
fn claims_are_open_and_prompts_are_not() {
    let oidc = spec("oidc-client");
    let values = |path: &str| match &field(&oidc, path).shape {
        Shape::Text { values } => values.clone(),
        other => panic!("{other:?}"),
    };
    assert!(values("default_custom_claims[0]").is_empty());
    assert!(field(&oidc, "default_custom_claims[0]").doc.contains("ai_actor"));
    assert_eq!(values("supported_prompts[0]"), ["login", "consent", "none"]);
    assert_eq!(values("authentication_configuration.method").len(), 4);
    assert_eq!(values("token_endpoint_auth_method").len(), 5);
}

#[test]
fn every_field_the_api_knows_and_manifests_may_not_state_has_a_way_out() {
    let application = spec("application");
    let refused: Vec<&str> = application.not_accepted.keys().map(String::as_str).collect();
    assert_eq!(
        refused,
        [
            "app_id",
            "application_type",
            "ciba_authorization",
            "client_auth_method",
            "client_description",
            "client_display_name",
            "client_id",
            "client_secret",
            "client_type",
            "created_at",
            "created_by",
            "device_authorization",
            "external_communication",
            "first_client",
            "first_client_authentication_protocol",
            "login_preferences",
            "password_sharing_group_id",
            "pkce",
            "redirect_uris",
            "resources",
            "should_delete_signing_key",
            "tenant_id",
            "updated_at",
        ]
    );
    assert!(application.not_accepted["redirect_uris"].contains("default Client"));
    let (oidc, saml) = (spec("oidc-client"), spec("saml-client"));
    for name in ["client_id", "client_secret", "created_at", "metadata_url", "x509_certificate", "sp_entity_id"] {
        assert!(oidc.not_accepted.contains_key(name), "{name}");
    }
    assert!(saml.not_accepted["redirect_uris"].contains("only OIDC clients"));
    for spec in [application, oidc, saml] {
        assert!(spec.fields.keys().all(|name| !spec.not_accepted.contains_key(name)), "{}", spec.name);
    }
}

#[test]
fn the_schemas_accept_objects_with_every_field() {
    for (name, full) in
        [("application", full_application()), ("oidc-client", full_oidc_client()), ("saml-client", full_saml_client())]
    {
        let spec = spec(name);
        let validator = jsonschema::validator_for(&spec.schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&full).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let missing: Vec<_> = spec.order.iter().filter(|f| full.get(f.as_str()).is_none()).collect();
        let expected: &[&str] = match name {
            "application" => &["invite_client_id"],
            "oidc-client" => &["default_user_info_claims"],
            _ => &[],
        };
        assert_eq!(missing, expected, "{name}");
    }
}

#[test]
fn the_schemas_refuse_what_the_api_would() {
    let refused: &[(&str, Json)] = &[
        ("application", json!({})),
        ("application", json!({"app_name": ""})),
        ("application", json!({"app_name": "A", "color": "red"})),
        ("application", json!({"app_name": "A", "app_description": null})),
        ("application", json!({"app_name": "A", "authenticator_preferences": {"is_centralized": false}})),
        ("application", json!({"app_name": "A", "invite_member_email_expiration_minutes": -1})),
        ("application", json!({"app_name": "A", "service_providers": ["a", "a"]})),
        ("oidc-client", json!({"name": "C"})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "pkce": "sometimes"})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "pkce": null})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "response_types": ["none"]})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "authentication_configuration": {"method": "none"}})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "ciba_authorization": {"enabled": null}})),
        ("oidc-client", json!({"name": "C", "redirect_uris": [], "sp_entity_id": "x"})),
        ("saml-client", json!({"name": "C", "sp_entity_id": ""})),
        ("saml-client", json!({"name": "C", "sp_entity_id": "x", "sp_name_id_type": "phone"})),
    ];
    for (name, stated) in refused {
        assert!(!jsonschema::validator_for(&spec(name).schema).unwrap().is_valid(stated), "{name}: {stated}");
    }
}

#[test]
fn a_member_may_be_null_and_a_claim_may_be_new() {
    let stated = json!({
        "name": "C", "redirect_uris": [], "default_custom_claims": ["brand_new"],
        "token_expiration": {"access_token_ttl": 900, "refresh_token_ttl": null},
        "id_token_encryption": {"enabled": false, "jwks": null},
    });
    assert!(jsonschema::validator_for(&spec("oidc-client").schema).unwrap().is_valid(&stated));
}

#[test]
fn fields_come_in_the_order_in_which_people_write_them() {
    assert_eq!(
        spec("oidc-client").order[..5],
        ["name", "description", "authentication_protocol", "client_type", "redirect_uris"]
    );
    assert_eq!(spec("application").order[..2], ["app_name", "app_description"]);
}
