//! A simulated tenant over HTTP in the test's own process. At one write it does what the case asks, to the answer or to
//! the process that waits for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use http::{Method, Request, Response};
use tilewright_simulator::{Answer, Fault, FaultBody, Rule, World};

use crate::common::{Output, Sandbox, until};

/// What happens at a write.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// kill -9 when the request has arrived, before it takes effect.
    KilledBefore,
    /// kill -9 when it has taken effect, before the answer.
    KilledAfter,
    /// kill -9 when the request after it arrives: its answer may have been read, and written down or not.
    KilledNext,
    /// It takes effect; half of the answer's bytes arrive, then the connection ends.
    HalfAnswer,
    /// What the simulated tenant can do by itself.
    Fault(Fault),
}

impl Trouble {
    /// Every kind that the table has, with its name there.
    pub(super) fn all() -> Vec<(&'static str, Trouble)> {
        let status = |status, retry_after, body| Trouble::Fault(Fault::Status { status, retry_after, body });
        let after = |status, body| Trouble::Fault(Fault::StatusAfter { status, retry_after: None, body });
        vec![
            ("killed before", Trouble::KilledBefore),
            ("killed after", Trouble::KilledAfter),
            ("killed at the next request", Trouble::KilledNext),
            ("cut before", Trouble::Fault(Fault::CutBefore)),
            ("cut after", Trouble::Fault(Fault::CutAfter)),
            ("cut within the answer", Trouble::HalfAnswer),
            ("500 before", status(500, None, FaultBody::Json)),
            ("500 after", after(500, FaultBody::Json)),
            ("503 before", status(503, None, FaultBody::Json)),
            ("503 before, Retry-After", status(503, Some(1), FaultBody::Json)),
            ("429", status(429, None, FaultBody::Json)),
            ("429, Retry-After", status(429, Some(1), FaultBody::Json)),
            ("HTML 502 before", status(502, None, FaultBody::Html)),
            ("HTML 502 after", after(502, FaultBody::Html)),
            ("truncated JSON", Trouble::Fault(Fault::Truncated)),
            ("garbage", Trouble::Fault(Fault::Garbage)),
        ]
    }

    /// Whether the process is killed.
    pub(super) fn kills(&self) -> bool {
        matches!(self, Trouble::KilledBefore | Trouble::KilledAfter | Trouble::KilledNext)
    }

    /// Whether the write is done all the same.
    pub(super) fn takes_effect(&self) -> bool {
        !matches!(self, Trouble::KilledBefore | Trouble::Fault(Fault::Status { .. } | Fault::CutBefore))
    }

    /// Whether a run gets over it at this write. A create that has no effect and no clear answer is not sent again, and
    /// a run cannot know that it had none.
    pub(super) fn is_survived(&self, method: &Method) -> bool {
        match self {
            Trouble::Fault(Fault::Status { status: 429, .. }) => true,
            _ => !self.kills() && (self.takes_effect() || method != Method::POST),
        }
    }
}

/// The trouble to come.
struct Due {
    /// How many requests pass unharmed before it.
    passes: usize,
    /// Reads are counted and struck too.
    at_any: bool,
    trouble: Trouble,
}

/// The tenant, and who asks it at the moment.
struct Shared {
    world: Mutex<World>,
    due: Mutex<Option<Due>>,
    /// The method of the write that was struck.
    struck: Mutex<Option<Method>>,
    /// How many writes were received.
    writes: AtomicUsize,
    client: Mutex<Option<Child>>,
    connections: AtomicUsize,
    closing: AtomicBool,
}

/// A running server; ends when dropped.
pub(super) struct Server {
    at: SocketAddr,
    shared: Arc<Shared>,
}

/// What is sent back.
enum Reply {
    Whole(Response<Vec<u8>>),
    Half(Response<Vec<u8>>),
    Nothing,
}

impl Server {
    pub(super) fn start(world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            due: Mutex::new(None),
            struck: Mutex::new(None),
            writes: AtomicUsize::new(0),
            client: Mutex::new(None),
            connections: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.closing.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&accepting);
                shared.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    shared.serve(&stream);
                    let _ = stream.shutdown(Shutdown::Both);
                    shared.connections.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { at, shared }
    }

    /// What tells the binary how to get here.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let world = self.world();
        let (id, secret) = world.credentials();
        let url = format!("http://{}/cis", self.at);
        let pairs = [
            ("BASE_URL", url.as_str()),
            ("TENANT_ID", world.tenant_id()),
            ("CLIENT_ID", id),
            ("CLIENT_SECRET", secret),
        ];
        pairs.map(|(name, value)| (format!("TILEWRIGHT_{name}"), value.to_owned())).to_vec()
    }

    /// Strikes the n-th write from here on, counting from 1.
    pub(super) fn strike(&self, n: usize, trouble: &Trouble) {
        let due = Due { passes: n - 1, at_any: false, trouble: trouble.clone() };
        *self.shared.due.lock().unwrap() = Some(due);
    }

    /// The method of the write that was struck, if one was.
    pub(super) fn struck(&self) -> Option<Method> {
        self.shared.struck.lock().unwrap().clone()
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world.lock().unwrap()
    }

    /// How many writes were received since the last call.
    pub(super) fn writes(&self) -> usize {
        self.shared.writes.swap(0, Ordering::SeqCst)
    }

    /// Runs the binary until it ends or is killed, and all that it sent has been taken in.
    pub(super) fn run(&self, sandbox: &Sandbox, arguments: &[&str]) -> Output {
        let mut command: Command = sandbox.command(arguments);
        let (mut stdout, mut stderr) = {
            let mut client = self.shared.client.lock().unwrap();
            let mut child = command.spawn().unwrap();
            let pipes = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            *client = Some(child);
            pipes
        };
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            text
        });
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).unwrap();
        let stderr = errors.join().unwrap();
        let status = self.shared.client.lock().unwrap().take().unwrap().wait().unwrap();
        until("the end of the connections", || (self.shared.connections.load(Ordering::SeqCst) == 0).then_some(()));
        Output::new(std::process::Output { status, stdout: text, stderr }, &sandbox.root())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.at);
    }
}

impl Shared {
    fn serve(&self, stream: &TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        while let Some(request) = receive(&mut reader) {
            let (response, whole) = match self.reply(&request) {
                Reply::Whole(response) => (response, true),
                Reply::Half(response) => (response, false),
                Reply::Nothing => return,
            };
            let bytes = to_bytes(&response);
            let part = if whole { &bytes[..] } else { &bytes[..bytes.len() / 2] };
            if (&mut &*stream).write_all(part).is_err() || !whole {
                return;
            }
        }
    }

    fn reply(&self, request: &Request<Vec<u8>>) -> Reply {
        let mut world = self.world.lock().unwrap();
        let is_write = request.method() != Method::GET && !request.uri().path().ends_with("/oidc/token");
        if is_write {
            self.writes.fetch_add(1, Ordering::SeqCst);
        }
        match self.due(request.method(), is_write) {
            None => answer(&mut world, request),
            Some(Trouble::KilledBefore | Trouble::KilledNext) => self.kill(),
            Some(Trouble::KilledAfter) => {
                world.handle(request);
                self.kill()
            }
            Some(Trouble::HalfAnswer) => match answer(&mut world, request) {
                Reply::Whole(response) => Reply::Half(response),
                other @ (Reply::Half(_) | Reply::Nothing) => other,
            },
            Some(Trouble::Fault(fault)) => {
                world.faults_mut().add(Rule::next(fault));
                answer(&mut world, request)
            }
        }
    }

    /// The trouble for this request.
    fn due(&self, method: &Method, is_write: bool) -> Option<Trouble> {
        let mut slot = self.due.lock().unwrap();
        let due = slot.as_mut().filter(|due| is_write || due.at_any)?;
        if due.passes > 0 {
            due.passes -= 1;
            return None;
        }
        self.struck.lock().unwrap().get_or_insert_with(|| method.clone());
        if matches!(due.trouble, Trouble::KilledNext) {
            // The write itself goes well.
            *due = Due { passes: 0, at_any: true, trouble: Trouble::KilledBefore };
            return None;
        }
        slot.take().map(|due| due.trouble)
    }

    /// Returns when the process is dead.
    fn kill(&self) -> Reply {
        let mut client = self.client.lock().unwrap();
        let child = client.as_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        Reply::Nothing
    }
}

fn answer(world: &mut World, request: &Request<Vec<u8>>) -> Reply {
    match world.handle(request) {
        Answer::Response(response) => Reply::Whole(response),
        Answer::Cut => Reply::Nothing,
    }
}

/// Reads one request; `None` where the connection has ended.
fn receive(reader: &mut BufReader<&TcpStream>) -> Option<Request<Vec<u8>>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut words = line.split_whitespace();
    let mut request = Request::builder().method(words.next()?).uri(words.next()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body(body).ok()
}

fn to_bytes(response: &Response<Vec<u8>>) -> Vec<u8> {
    let status = response.status();
    let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("Answer"));
    for (name, value) in response.headers() {
        if name != http::header::CONTENT_LENGTH {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
    }
    if status.as_u16() != 204 {
        head.push_str(&format!("content-length: {}\r\n", response.body().len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend(response.body());
    bytes
}
