//! The manifests that most tests begin with.

/// A project with one environment, an embedded tenant.
pub(crate) const PROJECT: &str = "\
apiVersion: tilewright/v1
kind: Project
spec:
  manifests: [manifests]
  environments:
    local:
      simulator: .tilewright/local.json
";

/// An application with two clients; it refers to one of them.
pub(crate) const SHOP: &str = "\
apiVersion: mosaic/v1
kind: Application
metadata:
  name: storefront
  labels: {team: growth}
spec:
  app_name: Storefront
  app_description: Web shop and its mobile app
  allow_public_signup: true
  login_uri: https://shop.example.com/login
  invite_client_id: {ref: client/storefront/ops}
---
apiVersion: mosaic/v1
kind: Client
metadata:
  name: web
  application: storefront
  default: true
  labels: {team: growth}
spec:
  name: Storefront Web
  client_type: web
  redirect_uris:
    - https://shop.example.com/callback
    - https://shop.example.com/silent
  pkce: enforcePkceAlongsideClientCredentials
  token_expiration: {access_token_ttl: 15m, refresh_token_ttl: 14d}
---
apiVersion: mosaic/v1
kind: Client
metadata:
  name: ops
  application: storefront
spec:
  name: Storefront Ops
  redirect_uris: [https://ops.example.com/callback]
  pkce: allowPkceAlongsideClientCredentials
";

/// Another application, with a SAML client.
pub(crate) const INTRANET: &str = "\
apiVersion: mosaic/v1
kind: Application
metadata:
  name: intranet
  labels: {team: people}
spec:
  app_name: Intranet
  subdomain: intranet
---
apiVersion: mosaic/v1
kind: Client
metadata:
  name: helpdesk
  application: intranet
spec:
  name: Helpdesk
  authentication_protocol: saml
  sp_entity_id: https://helpdesk.example.com
  sp_acs_url: https://helpdesk.example.com/access/saml
";

/// Between them these documents state every field of every kind.
pub(crate) const EVERY_FIELD: &str = include_str!("every-field.yaml");

/// A text with one place changed; the place must be there exactly once.
#[track_caller]
pub(crate) fn edited(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} is not there once");
    text.replace(from, to)
}
