//! Serves a simulated tenant over HTTP on loopback, for trying things and for tests that need a socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tilewright_simulator::{Answer, World};
use tokio::net::TcpListener;

use crate::local::state::StateFile;

/// The largest request body that is taken.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// How to serve.
pub(crate) struct ServeOptions {
    pub(crate) port: u16,
    pub(crate) latency: Duration,
    /// Requests a second.
    pub(crate) rate_limit: Option<u32>,
    pub(crate) file: Option<StateFile>,
}

struct Served {
    world: Mutex<World>,
    options: ServeOptions,
    /// The current second's beginning, and how many requests it had.
    second: Mutex<(Instant, u32)>,
}

/// Serves until the process is told to end. `ready` is called with the address once it listens.
pub(crate) async fn serve(world: World, options: ServeOptions, ready: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    ready(listener.local_addr()?);
    let second = Mutex::new((Instant::now(), 0));
    let served = Arc::new(Served { world: Mutex::new(world), options, second });
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            ended = tokio::signal::ctrl_c() => return ended,
        };
        let served = Arc::clone(&served);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&served), request));
            // An error here is a cut connection, which is what `Answer::Cut` asks for.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
struct Cut;

type Answered = Result<Response<Full<Bytes>>, Cut>;

fn answer(served: Arc<Served>, request: Request<Incoming>) -> Pin<Box<dyn Future<Output = Answered> + Send>> {
    Box::pin(async move {
        tokio::time::sleep(served.options.latency).await;
        if let Some(wait) = served.too_fast() {
            return Ok(too_many(wait));
        }
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
            return Ok(status(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let request = Request::from_parts(parts, body.to_bytes().to_vec());
        match served.handle(&request) {
            Some(response) => Ok(response.map(|body| Full::new(Bytes::from(body)))),
            None => Err(Cut),
        }
    })
}

fn status(code: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = code;
    response
}

fn too_many(wait: Duration) -> Response<Full<Bytes>> {
    let mut response = status(StatusCode::TOO_MANY_REQUESTS);
    response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    response
}

impl Served {
    fn handle(&self, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = world.handle(request);
        if let Some(entry) = world.log().last() {
            tracing::info!(method = %entry.method, path = %entry.path, status = entry.status, "request");
        }
        let changed = world.log().last().is_some_and(|entry| entry.changed);
        world.clear_log();
        if changed && let Some(Err(error)) = self.options.file.as_ref().map(|f| f.save(&world)) {
            tracing::error!(%error, "the simulated tenant cannot be saved");
            return None;
        }
        match answer {
            Answer::Response(response) => Some(response),
            Answer::Cut => None,
        }
    }

    /// How long to wait, where this second has had its requests.
    fn too_fast(&self) -> Option<Duration> {
        let limit = self.options.rate_limit?;
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if second.0.elapsed() >= Duration::from_secs(1) {
            *second = (Instant::now(), 0);
        }
        second.1 += 1;
        (second.1 > limit).then(|| Duration::from_secs(1).saturating_sub(second.0.elapsed()))
    }
}
