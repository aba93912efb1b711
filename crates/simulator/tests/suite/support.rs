//! A signed-in caller with a world of its own.

use http::{Method, Request, Response, header};
use serde_json::{Value, json};
use tilewright_simulator::{Answer, Quirks, World};

pub(crate) const APPLICATIONS: &str = "/cis/v1/applications";

/// A response with its body read.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) raw: Response<Vec<u8>>,
}

impl Reply {
    /// The object or list of a success, out of its envelope.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body.get("result").unwrap_or(&self.body).clone()
    }

    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.body["message"].to_string()
    }
}

pub(crate) struct Session {
    pub(crate) world: World,
    pub(crate) token: String,
}

impl Session {
    pub(crate) fn new() -> Session {
        let mut session = Session { world: World::new("tnt-test"), token: String::new() };
        session.sign_in();
        session
    }

    /// A session in a world that answers one question otherwise.
    pub(crate) fn with(throw: impl FnOnce(&mut Quirks)) -> Session {
        let mut session = Session::new();
        throw(session.world.quirks_mut());
        session
    }

    pub(crate) fn sign_in(&mut self) {
        let (id, secret) = self.world.credentials();
        let (id, secret) = (id.to_owned(), secret.to_owned());
        self.token = token(&mut self.world, &id, &secret).ok()["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request<Vec<u8>> {
        let request =
            Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(body.to_string().into_bytes()).unwrap()
            }
            None => request.body(Vec::new()).unwrap(),
        }
    }

    pub(crate) fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.request(method, path, body);
        reply(&mut self.world, &request)
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None)
    }

    pub(crate) fn put(&mut self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body))
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body))
    }

    pub(crate) fn delete(&mut self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None)
    }

    /// An application with a default client called `main`; returns its path and the client's.
    pub(crate) fn application(&mut self, name: &str) -> (String, String) {
        let body = json!({"app_name": name, "client_display_name": "main",
            "first_client": {"name": "main", "redirect_uris": ["https://shop.example.com/cb"]}});
        let made = self.post(APPLICATIONS, &body).ok();
        let app = format!("{APPLICATIONS}/{}", made["app_id"].as_str().unwrap());
        let client = format!("{app}/clients/{}", made["client_id"].as_str().unwrap());
        (app, client)
    }

    /// A further client; returns its path.
    pub(crate) fn client(&mut self, app: &str, body: &Value) -> String {
        let made = self.post(&format!("{app}/clients"), body).ok();
        format!("{app}/clients/{}", made["client_id"].as_str().unwrap())
    }
}

/// The last part of a path.
pub(crate) fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// An OIDC client with this name.
pub(crate) fn oidc(name: &str) -> Value {
    json!({"name": name, "redirect_uris": ["https://shop.example.com/cb"]})
}

/// A SAML client with this name.
pub(crate) fn saml(name: &str) -> Value {
    json!({"name": name, "authentication_protocol": "saml", "sp_entity_id": "https://sp.example.com",
        "sp_acs_url": "https://sp.example.com/acs"})
}

pub(crate) fn token(world: &mut World, id: &str, secret: &str) -> Reply {
    token_at(world, "/oidc/token", &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}"))
}

pub(crate) fn token_at(world: &mut World, path: &str, form: &str) -> Reply {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.as_bytes().to_vec())
        .unwrap();
    reply(world, &request)
}

#[track_caller]
pub(crate) fn reply(world: &mut World, request: &Request<Vec<u8>>) -> Reply {
    match world.handle(request) {
        Answer::Response(raw) => Reply {
            status: raw.status().as_u16(),
            body: serde_json::from_slice(raw.body()).unwrap_or(Value::Null),
            raw,
        },
        Answer::Cut => panic!("the connection was cut"),
    }
}
