//! Holds requests and answers against the simulated tenant, which shares no code with this crate: what one of the two
//! has misread shows here.

use http::{Request, Response};
use serde_json::{Value as Json, json};
use tilewright_core::{Backend, Encoded, LiveObject, ReadRequest, RemoteId, Target, Value, WriteMethod, Written};
use tilewright_mosaic::{Mosaic, base_url_of_region, token_url_of};
use tilewright_simulator::{Answer, Quirks, World};

use super::fixtures::{Fields, fields, full_application, full_oidc_client, full_saml_client, json_of};

/// A tenant with somebody signed in.
struct Tenant {
    world: World,
    token: String,
    mosaic: Mosaic,
}

impl Tenant {
    fn with(quirk: impl FnOnce(&mut Quirks)) -> Self {
        let mut world = World::new("tnt-1");
        quirk(world.quirks_mut());
        let (id, secret) = world.credentials();
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let url = token_url_of(base_url_of_region("us").unwrap()).unwrap();
        let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
        let answer = response(world.handle(&request.body(form.into_bytes()).unwrap()));
        let token: Json = serde_json::from_slice(answer.body()).unwrap();
        Self { world, token: token["access_token"].as_str().unwrap().to_owned(), mosaic: Mosaic::new() }
    }

    fn send(&mut self, method: &str, path: &str, body: Option<&Json>) -> Response<Vec<u8>> {
        let url = format!("{}{path}", base_url_of_region("us").unwrap());
        let bytes = body.map(|b| serde_json::to_vec(b).unwrap()).unwrap_or_default();
        let request = Request::builder().method(method).uri(url).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(bytes).unwrap();
        response(self.world.handle(&request))
    }

    fn get(&mut self, request: &ReadRequest) -> Vec<u8> {
        let answer = self.send("GET", &request.path, None);
        assert_eq!(answer.status(), 200, "{}", request.path);
        answer.into_body()
    }

    fn list(&mut self, parent: Option<&RemoteId>) -> Vec<LiveObject> {
        let request = parent.map_or_else(|| self.mosaic.list_roots(), |id| self.mosaic.list_children(id));
        let body = self.get(&request);
        self.mosaic.decode_list(parent, &body).unwrap()
    }

    fn read(&mut self, target: &Target) -> LiveObject {
        let body = self.get(&self.mosaic.read(target));
        self.mosaic.decode_one(&target.kind, target.parent.as_ref(), &body).unwrap()
    }

    fn write(&mut self, kind: &str, parent: Option<&RemoteId>, write: &Encoded<'_>) -> Written {
        let request = self.mosaic.encode(write);
        let answer = self.send(request.method.http().as_str(), &request.path, request.body.as_ref());
        let expected = match request.method {
            WriteMethod::Post => 201,
            WriteMethod::Put => 200,
            WriteMethod::Delete => 204,
        };
        let said = self.mosaic.error_text(answer.body());
        assert_eq!(answer.status(), expected, "{said:?} to {:#}", request.body.unwrap_or_default());
        self.mosaic.decode_written(kind, parent, request.method, answer.body()).unwrap()
    }

    fn create(&mut self, application: &Json, brings: Option<(&str, &Json)>) -> Written {
        let (application, brings) = (fields(application), brings.map(|(name, stated)| (name, fields(stated))));
        let brings = brings.as_ref().map(|(name, stated)| (*name, stated));
        self.write(
            "application",
            None,
            &Encoded::Create { spec_name: "application", parent: None, fields: &application, brings },
        )
    }

    fn create_client(&mut self, parent: &RemoteId, spec_name: &str, stated: &Json) -> Written {
        let stated = fields(stated);
        let write = Encoded::Create { spec_name, parent: Some(parent), fields: &stated, brings: None };
        self.write("client", Some(parent), &write)
    }
}

fn response(answer: Answer) -> Response<Vec<u8>> {
    match answer {
        Answer::Response(response) => response,
        Answer::Cut => panic!("no fault was asked for"),
    }
}

fn target(object: &LiveObject) -> Target {
    Target {
        kind: object.kind.clone(),
        spec_name: object.spec_name.clone(),
        id: object.id.clone(),
        parent: object.parent.clone(),
    }
}

/// What of `stated` an object does not show as stated, write-only fields aside.
fn missing(mosaic: &Mosaic, stated: &Json, object: &LiveObject) -> Vec<String> {
    let spec = mosaic.catalog().spec(&object.spec_name).unwrap();
    let expected = fields(stated);
    let readable = expected.iter().filter(|(name, _)| !spec.fields[*name].write_only);
    readable.filter(|(name, value)| object.fields.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

const NOTHING: [String; 0] = [];

#[test]
fn every_field_of_an_application_and_its_oidc_client_reads_back() {
    let mut tenant = Tenant::with(|_| {});
    let written = tenant.create(&full_application(), Some(("oidc-client", &full_oidc_client())));
    let created = written.object.unwrap();
    let (client_id, secret) = written.secret.unwrap();
    assert!(!secret.reveal().is_empty());
    assert_eq!(created.default_child.as_ref(), Some(&client_id));
    let application = tenant.read(&target(&created));
    assert_eq!(missing(&tenant.mosaic, &full_application(), &application), NOTHING);
    assert_eq!(tenant.mosaic.tenant_of_token(&json!({"tid": "tnt-1"})).as_deref(), Some("tnt-1"));
    let clients = tenant.list(Some(&created.id));
    assert_eq!(clients.iter().map(|c| &c.id).collect::<Vec<_>>(), [&client_id]);
    assert_eq!(missing(&tenant.mosaic, &full_oidc_client(), &clients[0]), NOTHING);
}

#[test]
fn a_list_shows_all_but_the_fields_that_it_is_said_to_lack() {
    let mut tenant = Tenant::with(|_| {});
    let created = tenant.create(&full_application(), None).object.unwrap();
    let listed = tenant.list(None).into_iter().find(|o| o.id == created.id).unwrap();
    let lacking = missing(&tenant.mosaic, &full_application(), &listed);
    assert_eq!(lacking, ["logo"]);
    assert!(lacking.iter().all(|name| tenant.mosaic.list_lacks("application", name)));
}

#[test]
fn an_application_can_begin_with_a_saml_client() {
    let mut tenant = Tenant::with(|_| {});
    let created = tenant.create(&json!({"app_name": "A"}), Some(("saml-client", &full_saml_client()))).object.unwrap();
    let clients = tenant.list(Some(&created.id));
    assert_eq!(clients[0].spec_name, "saml-client");
    assert_eq!(missing(&tenant.mosaic, &full_saml_client(), &clients[0]), NOTHING);
    assert!(clients[0].observed.contains_key("metadata_url"));
}

#[test]
fn every_field_of_further_clients_reads_back() {
    let mut tenant = Tenant::with(|_| {});
    let created = tenant.create(&json!({"app_name": "A"}), None).object.unwrap();
    for (spec_name, full) in [("oidc-client", full_oidc_client()), ("saml-client", full_saml_client())] {
        let written = tenant.create_client(&created.id, spec_name, &full);
        let client = tenant.read(&target(&written.object.unwrap()));
        assert_eq!(missing(&tenant.mosaic, &full, &client), NOTHING, "{spec_name}");
        assert_eq!(client.id, written.secret.unwrap().0);
    }
}

#[test]
fn write_only_fields_read_back_where_the_tenant_shows_them() {
    let mut tenant = Tenant::with(|quirks| quirks.write_only_returned = true);
    let created = tenant.create(&json!({"app_name": "A"}), Some(("oidc-client", &full_oidc_client()))).object.unwrap();
    let client = &tenant.list(Some(&created.id))[0];
    assert_eq!(json_of(&client.fields)["role_ids"], json!(["role-1"]));
}

#[test]
fn clients_and_applications_are_deleted() {
    let mut tenant = Tenant::with(|_| {});
    let created = tenant.create(&json!({"app_name": "A"}), None).object.unwrap();
    let client = tenant.create_client(&created.id, "oidc-client", &json!({"name": "B", "redirect_uris": []}));
    let client = target(&client.object.unwrap());
    tenant.write("client", Some(&created.id), &Encoded::Delete { target: &client });
    assert_eq!(tenant.list(Some(&created.id)).len(), 1);
    tenant.write("application", None, &Encoded::Delete { target: &target(&created) });
    assert!(tenant.list(None).iter().all(|o| o.id != created.id));
}

#[test]
fn objects_read_under_every_answer_to_the_open_questions() {
    for (name, throw) in Quirks::switches() {
        let mut tenant = Tenant::with(throw);
        let application =
            tenant.create(&full_application(), Some(("oidc-client", &full_oidc_client()))).object.unwrap();
        tenant.create_client(&application.id, "saml-client", &full_saml_client());
        assert!(tenant.list(None).iter().any(|o| o.kind == "application"), "{name}");
        let late = name == "late_reads";
        assert!(late || tenant.list(Some(&application.id)).len() == 2, "{name}");
    }
}

/// Another value for every field, as a step would send it: complete objects, beside fields that they need.
fn other_values(spec_name: &str) -> Vec<Json> {
    let application = json!([
        {"app_name": "Other"}, {"app_description": ""}, {"logo": "https://cdn.example.com/other.png"},
        {"allow_public_signup": false}, {"login_uri": "https://other.example.com"},
        {"invite_member_uri": "https://other.example.com"}, {"invite_member_email_expiration_minutes": 10},
        {"authenticator_preferences": {"is_centralized": false, "login_uri": ""}}, {"service_providers": []},
        {"subdomain": "other"}, {"custom_domain": "other.example.com"}, {"signing_key_enabled": false},
        {"refresh_token_invalidation_trigger_configuration": {
            "invalidateOnMemberSuspension": true, "invalidateOnMemberPasswordReset": false,
            "invalidateOnMemberRoleUpdate": true,
        }},
    ]);
    let oidc = json!([
        {"name": "Other"}, {"description": "Other"}, {"client_type": "web"},
        {"redirect_uris": ["https://other.example.com"]},
        {"pkce": "enforcePkceInsteadOfClientCredentials"}, {"response_types": ["id_token"]},
        {"supported_prompts": ["login"]},
        {"authentication_configuration": {
            "method": "private_key_jwt", "jwks": {"keys": [{"kty": "RSA", "kid": "1", "n": "AQ", "e": "AQAB"}]},
        }},
        {"token_expiration": {"access_token_ttl": 1, "refresh_token_ttl": 2, "max_refresh_rotate": 3}},
        {"session_expiration": 60}, {"enforce_par": true},
        {"id_token_encryption": {
            "enabled": true, "jwks": {"keys": [{"kty": "RSA", "kid": "2", "n": "AQ", "e": "AQAB"}]},
        }},
        {"device_authorization": {"enabled": false, "approval_uri": "", "success_uri": "", "input_uri": ""}},
        {"ciba_authorization": {"enabled": false}}, {"resources": []}, {"client_group_id": "group-2"},
        {"default_custom_claims": []}, {"default_user_info_claims": ["email"]},
        {"sync_id_token_claims_to_userinfo": false}, {"short_cookies_samesite_type": "lax"},
    ]);
    let saml = json!([
        {"name": "Other"}, {"sp_entity_id": "other"}, {"sp_acs_url": "https://other.example.com"},
        {"optional_acs_url": true}, {"sp_name_id_type": "username"}, {"sign_assertion": false},
        {"use_centralized_login": false}, {"default_user_info_claims": []}, {"short_cookies_samesite_type": "lax"},
    ]);
    let values = match spec_name {
        "application" => application,
        "oidc-client" => oidc,
        _ => saml,
    };
    values.as_array().unwrap().clone()
}

/// The fields that two states of an object have different, times aside.
fn moved(before: &LiveObject, after: &LiveObject) -> Vec<String> {
    let names = before.fields.keys().chain(after.fields.keys());
    let mut moved: Vec<String> = names.filter(|n| before.fields.get(*n) != after.fields.get(*n)).cloned().collect();
    moved.sort();
    moved.dedup();
    moved
}

/// A client that has none of the defaults, where it can.
fn unusual_client() -> Json {
    json!({
        "name": "Unusual", "client_type": "native", "redirect_uris": ["https://shop.example.com/callback"],
        "pkce": "enforcePkceAlongsideClientCredentials", "response_types": ["code"],
        "sync_id_token_claims_to_userinfo": true, "short_cookies_samesite_type": "none",
        "device_authorization": {"enabled": true, "approval_uri": "https://a.example",
            "success_uri": "https://a.example", "input_uri": "https://a.example"},
        "ciba_authorization": {"enabled": true, "login_uri": "https://a.example"},
        "client_group_id": "group-1", "resources": ["resource-1"], "default_custom_claims": ["email"],
    })
}

type Named<T> = (&'static str, T);

#[test]
fn an_update_with_its_echo_moves_what_it_changes_and_nothing_else() {
    let fills = |quirks: &mut Quirks| quirks.put_fills_defaults = true;
    let answers: [Named<fn(&mut Quirks)>; 2] = [("absent stays", |_| {}), ("defaults are filled in", fills)];
    for (answer, quirk) in answers {
        for (spec_name, first) in [("oidc-client", unusual_client()), ("saml-client", full_saml_client())] {
            for changed in other_values(spec_name) {
                let mut tenant = Tenant::with(quirk);
                let application = tenant.create(&full_application(), Some((spec_name, &first))).object.unwrap();
                let before = tenant.list(Some(&application.id)).remove(0);
                let changed = fields(&changed);
                update(&mut tenant, &before, None, &changed);
                let after = tenant.read(&target(&before));
                let mut expected: Vec<&String> = changed.keys().collect();
                // The API takes the one only without the other, so under this answer the default comes in.
                let sync = "sync_id_token_claims_to_userinfo".to_owned();
                if changed.contains_key("default_user_info_claims")
                    && before.fields[&sync] == Value::Bool(true)
                    && answer != "absent stays"
                {
                    expected.push(&sync);
                }
                assert_eq!(moved(&before, &after).iter().collect::<Vec<_>>(), expected, "{answer}: {changed:?}");
            }
            for changed in other_values("application") {
                let mut tenant = Tenant::with(quirk);
                let created = tenant.create(&full_application(), Some((spec_name, &first))).object.unwrap();
                let before = tenant.read(&target(&created));
                let child = tenant.list(Some(&created.id)).remove(0);
                let changed = fields(&changed);
                update(&mut tenant, &before, Some(&child), &changed);
                let after = tenant.read(&target(&created));
                assert_eq!(moved(&before, &after), changed.keys().cloned().collect::<Vec<_>>(), "{answer}");
                let child_after = tenant.list(Some(&created.id)).remove(0);
                assert_eq!(moved(&child, &child_after), NOTHING, "{answer}: {changed:?}");
            }
        }
    }
}

fn update(tenant: &mut Tenant, now: &LiveObject, default_child: Option<&LiveObject>, changed: &Fields) {
    let mut sent = tenant.mosaic.echo(now, default_child, changed).fields;
    sent.extend(changed.clone());
    let target = target(now);
    tenant.write(&now.kind, now.parent.as_ref(), &Encoded::Update { target: &target, fields: &sent });
}

#[test]
fn a_refusal_is_put_into_words() {
    let mut tenant = Tenant::with(|_| {});
    tenant.create(&json!({"app_name": "A"}), None);
    let body = json!({"app_name": "A", "client_display_name": "c"});
    let answer = tenant.send("POST", "/v1/applications", Some(&body));
    assert_eq!(answer.status(), 409);
    let text = tenant.mosaic.error_text(answer.body()).unwrap();
    assert!(text.contains("error_code 409") && text.contains("ts_error_code"), "{text}");
}
