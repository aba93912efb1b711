//! The operations of the API, by route and method.

mod applications;
mod clients;
pub(crate) mod token;

use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::access::Caller;
use crate::refusal::{self, Refusal};
use crate::request::{self, Route};
use crate::schema::application;
use crate::schema::check::{Mode, check};
use crate::tenant::Tenant;

type Reply = Result<Response<Vec<u8>>, Refusal>;

/// Answers a request whose caller is known.
pub(crate) fn answer(tenant: &mut Tenant, caller: &Caller, route: &Route, request: &Request<Vec<u8>>) -> Reply {
    let method = request.method();
    match route {
        // The world answers this one: it is the only operation without a caller.
        Route::Token => Err(Refusal::NotAllowed("POST")),
        Route::Applications => match *method {
            Method::GET => applications::list(tenant, caller),
            Method::POST => applications::create(tenant, caller, &request::object(request)?),
            _ => Err(Refusal::NotAllowed("GET, POST")),
        },
        Route::BasicList => match *method {
            Method::GET => applications::basic_list(tenant, caller),
            _ => Err(Refusal::NotAllowed("GET")),
        },
        Route::Application(app) => match *method {
            Method::GET => applications::read(tenant, caller, app),
            Method::PUT => applications::update(tenant, caller, app, &request::object(request)?),
            Method::DELETE => applications::delete(tenant, caller, app),
            _ => Err(Refusal::NotAllowed("GET, PUT, DELETE")),
        },
        Route::ApplicationResources(app) => match *method {
            Method::PUT => applications::resources(tenant, caller, app, &request::object(request)?),
            _ => Err(Refusal::NotAllowed("PUT")),
        },
        Route::Clients(app) => match *method {
            Method::GET => clients::list(tenant, caller, app),
            Method::POST => clients::create(tenant, caller, app, &request::object(request)?),
            Method::DELETE => clients::delete_all(tenant, caller, app),
            _ => Err(Refusal::NotAllowed("GET, POST, DELETE")),
        },
        Route::Client(app, client) => match *method {
            Method::GET => clients::read(tenant, caller, app, client),
            Method::PUT => clients::update(tenant, caller, app, client, &request::object(request)?),
            Method::DELETE => clients::delete(tenant, caller, app, client),
            _ => Err(Refusal::NotAllowed("GET, PUT, DELETE")),
        },
        Route::ClientResources(app, client) => match *method {
            Method::PUT => clients::resources(tenant, caller, app, client, &request::object(request)?),
            _ => Err(Refusal::NotAllowed("PUT")),
        },
    }
}

/// An answer in the envelope that operations on applications have.
fn wrapped(status: StatusCode, value: &Value) -> Response<Vec<u8>> {
    refusal::answer(status, &json!({"result": value}))
}

fn no_application(app_id: &str) -> Refusal {
    Refusal::NotFound(format!("application {app_id} not found"))
}

fn no_client(client_id: &str) -> Refusal {
    Refusal::NotFound(format!("client {client_id} not found"))
}

/// Refuses when there are findings.
fn refuse(findings: Vec<String>) -> Result<(), Refusal> {
    if findings.is_empty() { Ok(()) } else { Err(Refusal::BadRequest(findings)) }
}

/// The body of PUT resources, as the member of a client that it stands for.
fn resource_ids(tenant: &Tenant, body: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut checked = check(application::RESOURCES, body, Mode::Update, &tenant.quirks).map_err(Refusal::BadRequest)?;
    let ids = checked.members.shift_remove("resource_ids");
    let ids = ids.ok_or_else(|| Refusal::bad("resource_ids is required"))?;
    Ok(Map::from_iter([("resources".to_owned(), ids)]))
}
