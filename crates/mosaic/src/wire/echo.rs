//! What an update sends along unchanged.
//!
//! The update schemas of this API declare defaults for some fields, and nobody says whether the server fills them in
//! for fields that a request leaves out. So an update sends the value that each such field has now, and nothing moves
//! under either answer. The fields are those marked `resend` in the kinds, and for an application also its views of
//! the default client, `client_type` and `client_auth_method`, which have defaults in its update schema too.
//! <https://developer.transmitsecurity.com/openapi/user/apps.openapi/other/updateapp>
//!
//! Left out are:
//! - fields that the answer did not show: there is no value to keep;
//! - fields that may not travel with a changed one (the API refuses `sync_id_token_claims_to_userinfo: true` beside
//!   `default_user_info_claims`);
//! - `should_delete_signing_key`, which has a default but is an action: filling in its default does nothing;
//! - the first client of an application, which the update schema has by mistake.
//!
//! `token_endpoint_auth_method` overlaps with `pkce` and with the method of `authentication_configuration`. While these
//! two stay, it is sent as it is. When one of them changes and it no longer agrees, it is left out where it has its
//! default (filling that in moves nothing), and otherwise sent as the new settings have it, so that a request never
//! contradicts itself. Where the server shows it as a view of the new settings, it moves without being sent.
//!
//! Must not send a value that the object does not have or is not about to get.

use std::collections::BTreeMap;

use tilewright_core::{Catalog, Echo, FieldSpec, LiveObject, Value};

use super::decode::{is_oidc, writable_response_types};
use crate::kinds::{APPLICATION, PUBLIC_CLIENT};

type Fields = BTreeMap<String, Value>;

/// The older word for how a client authenticates.
const AUTH_METHOD: &str = "token_endpoint_auth_method";

/// What `token_endpoint_auth_method` says in other words.
const AUTH_SETTINGS: [&str; 2] = ["pkce", "authentication_configuration"];

/// What an update of `changed` must send along.
pub(crate) fn echo(catalog: &Catalog, now: &LiveObject, default_child: Option<&LiveObject>, changed: &Fields) -> Echo {
    let mut fields = Fields::new();
    let Some(spec) = catalog.spec(&now.spec_name) else { return Echo::default() };
    for (name, field) in spec.fields.iter().filter(|(name, f)| f.resend && !changed.contains_key(*name)) {
        let collides = changed.keys().any(|other| exclude(name, field, other, spec.fields.get(other)));
        let value = if collides { None } else { value_of(name, field, now, changed) };
        if let Some(value) = value {
            fields.insert(name.clone(), value);
        }
    }
    if now.spec_name == APPLICATION {
        fields.extend(views_of_default_client(now, default_child));
    }
    let settings_change = is_oidc(now) && AUTH_SETTINGS.iter().any(|setting| changed.contains_key(*setting));
    let may_follow = settings_change.then(|| AUTH_METHOD.to_owned()).into_iter().collect();
    Echo { fields, may_follow }
}

fn exclude(name: &str, field: &FieldSpec, other: &str, other_field: Option<&FieldSpec>) -> bool {
    field.excludes.iter().any(|e| e == other) || other_field.is_some_and(|f| f.excludes.iter().any(|e| e == name))
}

fn value_of(name: &str, field: &FieldSpec, now: &LiveObject, changed: &Fields) -> Option<Value> {
    let shown = now.fields.get(name)?;
    match name {
        "response_types" => writable_response_types(shown),
        AUTH_METHOD => auth_method(field, shown, now, changed),
        _ => Some(shown.clone()),
    }
}

/// Where the default client is known, its own fields say more than the application's views of it. A SAML client has
/// none of the two.
fn views_of_default_client(now: &LiveObject, default_child: Option<&LiveObject>) -> Fields {
    let names = [("client_type", "client_type"), ("client_auth_method", AUTH_METHOD)];
    if default_child.is_some_and(|child| !is_oidc(child)) {
        return Fields::new();
    }
    let value_of = |view: &str, field: &str| {
        let own = default_child.and_then(|child| child.fields.get(field));
        own.or_else(|| now.observed.get(view)).cloned()
    };
    names.iter().filter_map(|(view, field)| Some(((*view).to_owned(), value_of(view, field)?))).collect()
}

/// The authentication method in the older field's words.
fn auth_method(field: &FieldSpec, shown: &Value, now: &LiveObject, changed: &Fields) -> Option<Value> {
    if !AUTH_SETTINGS.iter().any(|setting| changed.contains_key(*setting)) {
        return Some(shown.clone());
    }
    let after = |field: &str| changed.get(field).or_else(|| now.fields.get(field));
    let pkce = after("pkce").and_then(Value::as_str);
    let configuration = after("authentication_configuration").and_then(Value::as_object);
    let method = configuration.and_then(|c| c.get("method")).and_then(Value::as_str);
    let shown = shown.as_str()?;
    let default = field.default.as_ref().and_then(Value::as_str)?;
    let consistent = match (pkce, method) {
        (Some(PUBLIC_CLIENT), _) => "none",
        (_, Some(method)) => method,
        (Some(_), None) if shown == "none" => default,
        (Some(_) | None, None) => shown,
    };
    (shown == consistent || shown != default).then(|| Value::String(consistent.to_owned()))
}
