//! Objects with every field stated, and small builders.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tilewright_core::{DocumentId, LiveObject, Metadata, RemoteId, Resource, Target, Value};

pub(crate) type Fields = BTreeMap<String, Value>;

/// An object's members as fields.
pub(crate) fn fields(json: &Json) -> Fields {
    json.as_object().unwrap().iter().map(|(name, value)| (name.clone(), Value::from_json(value))).collect()
}

pub(crate) fn json_of(fields: &Fields) -> Json {
    fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
}

pub(crate) fn bytes(json: &Json) -> Vec<u8> {
    serde_json::to_vec(json).unwrap()
}

pub(crate) fn target(kind: &str, spec_name: &str, id: &str, parent: Option<&str>) -> Target {
    Target {
        kind: kind.to_owned(),
        spec_name: spec_name.to_owned(),
        id: RemoteId::new(id),
        parent: parent.map(RemoteId::new),
    }
}

pub(crate) fn live(kind: &str, spec_name: &str, shown: &Json, observed: &Json) -> LiveObject {
    LiveObject {
        kind: kind.to_owned(),
        spec_name: spec_name.to_owned(),
        id: RemoteId::new("id-1"),
        parent: None,
        fields: fields(shown),
        observed: fields(observed),
        default_child: None,
    }
}

pub(crate) fn resource(address: &str, spec_name: &str, stated: &Json, document: usize) -> Resource {
    Resource {
        address: address.parse().unwrap(),
        spec_name: spec_name.to_owned(),
        metadata: Metadata::default(),
        fields: fields(stated),
        document: DocumentId(document),
    }
}

/// An application with every field but the reference to a client, which must exist first.
pub(crate) fn full_application() -> Json {
    json!({
        "app_name": "Storefront",
        "app_description": "Web shop and its mobile app",
        "logo": "https://cdn.example.com/logo.png",
        "allow_public_signup": true,
        "login_uri": "https://shop.example.com/login",
        "invite_member_uri": "https://shop.example.com/invited",
        "invite_member_email_expiration_minutes": 1440,
        "authenticator_preferences": {"is_centralized": true, "login_uri": "https://login.example.com/start"},
        "service_providers": ["sp-1", "sp-2"],
        "subdomain": "storefront",
        "custom_domain": "login.example.com",
        "signing_key_enabled": true,
        "refresh_token_invalidation_trigger_configuration": {
            "invalidateOnMemberSuspension": false,
            "invalidateOnMemberPasswordReset": true,
            "invalidateOnMemberRoleUpdate": false,
        },
    })
}

/// An OIDC client with every field, save `default_user_info_claims`, which may not travel with the synchronised claims.
pub(crate) fn full_oidc_client() -> Json {
    json!({
        "name": "Storefront Web",
        "description": "The web shop",
        "authentication_protocol": "oidc",
        "client_type": "web",
        "redirect_uris": ["https://shop.example.com/callback", "https://shop.example.com/silent"],
        "pkce": "enforcePkceAlongsideClientCredentials",
        "response_types": ["code"],
        "supported_prompts": ["login", "consent", "none"],
        "authentication_configuration": {
            "method": "private_key_jwt",
            "jwks": {"keys": [{"kty": "RSA", "kid": "2026-10", "use": "sig", "alg": "RS256", "n": "AQ", "e": "AQAB"}]},
            "tls_client_auth": {
                "certificate_chain": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
                "distinguished_name": "CN=shop.example.com,O=Example",
                "ocsp_on": true,
                "ocsp_responder_uri": "https://ocsp.example.com",
                "ocsp_responder_certificate": "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n",
                "ocsp_fail_open": false,
            },
            "isMtlsCertTokenBound": false,
        },
        "token_endpoint_auth_method": "private_key_jwt",
        "token_expiration": {"access_token_ttl": 900, "refresh_token_ttl": 1_209_600, "max_refresh_rotate": 1_209_600},
        "session_expiration": 1_209_600,
        "enforce_par": true,
        "fapi_version_compliancy": true,
        "id_token_encryption": {
            "enabled": true,
            "jwks": {"keys": [{"kty": "RSA", "kid": "enc-1", "n": "AQ", "e": "AQAB"}]},
        },
        "device_authorization": {
            "enabled": true,
            "approval_uri": "https://tv.example.com/approval",
            "success_uri": "https://tv.example.com/complete",
            "input_uri": "https://tv.example.com/start",
        },
        "ciba_authorization": {"enabled": true, "login_uri": "https://shop.example.com/ciba"},
        "is_third_party": true,
        "consent_uri": "https://shop.example.com/consent",
        "allowed_scopes": ["balance:read", "offline_access"],
        "consent_validity_period": 30,
        "role_ids": ["role-1"],
        "resources": ["resource-1"],
        "client_group_id": "group-1",
        "default_custom_claims": ["email", "groups"],
        "sync_id_token_claims_to_userinfo": true,
        "short_cookies_samesite_type": "none",
    })
}

/// A SAML client with every field.
pub(crate) fn full_saml_client() -> Json {
    json!({
        "name": "Helpdesk",
        "description": "The helpdesk of a supplier",
        "authentication_protocol": "saml",
        "sp_entity_id": "https://helpdesk.example.com",
        "sp_acs_url": "https://helpdesk.example.com/access/saml",
        "optional_acs_url": false,
        "sp_name_id_type": "secondaryEmail",
        "sign_assertion": true,
        "use_centralized_login": true,
        "supported_prompts": ["login"],
        "resources": ["resource-1"],
        "client_group_id": "group-1",
        "default_custom_claims": ["email"],
        "default_user_info_claims": ["email", "username"],
        "sync_id_token_claims_to_userinfo": false,
        "short_cookies_samesite_type": "none",
    })
}
