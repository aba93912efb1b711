//! A simulated tenant over HTTP: the real `tilewright simulator`, on any free port of loopback, ended when dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use super::{Sandbox, Tenant, until};

/// A request that the simulator logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u64,
}

/// A running simulator.
pub(crate) struct Served {
    child: Child,
    state: PathBuf,
    /// Host and port.
    at: String,
    variables: Vec<(String, String)>,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Served {
    /// Starts it with more arguments; its state is in `tenant.json` of the sandbox's folder.
    pub(crate) fn start(sandbox: &Sandbox, more: &[&str]) -> Self {
        let arguments = ["simulator", "--port", "0", "--state", "tenant.json", "-v", "--log-format", "json"];
        let mut child = sandbox.command(&[&arguments[..], more].concat()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut variables = Vec::new();
        while !variables.iter().any(|(name, _): &(String, String)| name == "TILEWRIGHT_CLIENT_SECRET") {
            let Some(line) = lines.next() else {
                let mut why = String::new();
                child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
                panic!("the simulator did not start: {why}");
            };
            let line = line.unwrap();
            let pair = line.strip_prefix("export ").and_then(|rest| rest.split_once('='));
            variables.extend(pair.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        let base = &variables.iter().find(|(name, _)| name == "TILEWRIGHT_BASE_URL").unwrap().1;
        let at = base.strip_prefix("http://").unwrap().trim_end_matches("/cis").to_owned();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (lines, seen) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                seen.lock().unwrap().extend(request(&line));
            }
        });
        Self { child, state: sandbox.path("tenant.json"), at, variables, log }
    }

    /// What tells the binary how to get here.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    pub(crate) fn variable(&self, name: &str) -> &str {
        &self.variables.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// The base URL.
    pub(crate) fn url(&self) -> &str {
        self.variable("TILEWRIGHT_BASE_URL")
    }

    /// What the tenant holds.
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant::read(&self.state)
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Every request since the last call, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        // Whatever was logged before this request has been read once this one has.
        self.ask("GET", "/marker", "", "");
        until("the log of the simulator", || {
            let mut log = self.log.lock().unwrap();
            let at = log.iter().position(|r| r.path == "/marker")?;
            let mut before: Vec<Request> = log.drain(..=at).collect();
            before.pop();
            Some(before)
        })
    }

    /// A token for the management client.
    pub(crate) fn token(&self) -> String {
        let (id, secret) = (self.variable("TILEWRIGHT_CLIENT_ID"), self.variable("TILEWRIGHT_CLIENT_SECRET"));
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let answer = self.ask("POST", "/oidc/token", "application/x-www-form-urlencoded", &form);
        let body: Json = serde_json::from_str(&answer).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Sends one request, and returns the body of the answer.
    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.at).unwrap();
        let (at, length) = (&self.at, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\ncontent-type: {kind}\r\n");
        write!(stream, "{head}content-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn request(line: &str) -> Option<Request> {
    let entry: Json = serde_json::from_str(line).ok()?;
    let text = |name: &str| entry[name].as_str().map(ToOwned::to_owned);
    Some(Request { method: text("method")?, path: text("path")?, status: entry["status"].as_u64().unwrap_or_default() })
}
