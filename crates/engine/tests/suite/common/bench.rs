//! Drives the engine as the program does, against a tenant in the process, on a clock that nobody waits for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::Request;
use tempfile::TempDir;
use tilewright_core::diff::{Action, DiffInput, Problem, diff};
use tilewright_core::plan::{Header, PLAN_FORMAT, Plan, PlanInput, plan};
use tilewright_core::{Address, Backend, Bindings, DesiredState, LiveState, RemoteId, Secret, manifests_hash};
use tilewright_engine::{
    ApplyInput, BindingsFile, Connection, Credentials, Event, Exchange, Interrupt, JournalFile, Reader, RefreshError,
    RefreshInput, Report, RetryPolicy, TokenError, Transport, TransportError, apply, refresh_after,
};
use tilewright_simulator::{Answer, LogEntry, World};

use super::manifests::{MOSAIC, everything};

pub(crate) const BASE: &str = "https://api.example.test/cis";
pub(crate) const TOKEN_URL: &str = "https://api.example.test/oidc/token";

/// A tenant, and a folder with the bindings of an environment.
pub(crate) struct Bench {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) file: BindingsFile,
    _folder: TempDir,
}

/// What a run is asked for.
pub(crate) struct Ask {
    /// What is planned for; everything where nobody says.
    pub(crate) selected: Option<BTreeSet<Address>>,
    pub(crate) send_unverifiable: bool,
    pub(crate) concurrency: usize,
    pub(crate) interrupt: Interrupt,
}

impl Default for Ask {
    fn default() -> Self {
        Self { selected: None, send_unverifiable: false, concurrency: 8, interrupt: Interrupt::default() }
    }
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) live: LiveState,
    pub(crate) desired: DesiredState,
    selected: BTreeSet<Address>,
    ids: BTreeMap<Address, RemoteId>,
    bindings: Bindings,
    reader: Reader,
    send_unverifiable: bool,
    concurrency: usize,
    interrupt: Interrupt,
}

/// Why there is no plan.
#[derive(Debug)]
#[expect(dead_code, reason = "what is inside is shown where a test fails")]
pub(crate) enum Trouble {
    Token(TokenError),
    Refresh(RefreshError),
    Problems(Vec<Problem>),
}

/// A run from planning to the report.
pub(crate) struct Run {
    pub(crate) planned: Planned,
    pub(crate) report: Report,
    /// The requests of planning.
    pub(crate) read: Vec<LogEntry>,
    /// The requests of applying.
    pub(crate) sent: Vec<LogEntry>,
}

/// Carries requests to the world, each after a while of its own, so that those sent at once overlap in any order.
struct Way {
    world: Arc<Mutex<World>>,
    count: AtomicU64,
}

impl Transport for Way {
    fn send(&self, request: Request<Vec<u8>>) -> Exchange<'_> {
        Box::pin(async move {
            let n = self.count.fetch_add(1, Ordering::Relaxed);
            let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            tokio::time::sleep(Duration::from_millis(mixed % 13)).await;
            let answer = self.world.lock().expect("no test panics in the world").handle(&request);
            tokio::time::sleep(Duration::from_millis(mixed / 13 % 17)).await;
            match answer {
                Answer::Response(response) => Ok(response),
                Answer::Cut => Err(TransportError::Cut { reason: "the connection was closed".to_owned() }),
            }
        })
    }
}

/// A folder in memory where there is one: the engine waits for the disk before every write.
fn folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).expect("a folder for bindings")
}

/// Runs a future to its end on a clock that jumps.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

impl Bench {
    pub(crate) fn new(world: World) -> Self {
        let folder = folder();
        let file = BindingsFile::new(folder.path(), "test");
        Self { world: Arc::new(Mutex::new(world)), file, _folder: folder }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test panics in the world")
    }

    /// The same tenant and bindings once more, to try something out.
    pub(crate) fn fork(&self) -> Self {
        let other = Self::new(self.world().clone());
        for (from, to) in [(self.file.path(), other.file.path()), (self.journal().path(), other.journal().path())] {
            if from.exists() {
                std::fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder");
                std::fs::copy(from, to).expect("a copy");
            }
        }
        other
    }

    pub(crate) fn journal(&self) -> JournalFile {
        JournalFile::beside(self.file.path())
    }

    pub(crate) fn connection(&self, concurrency: usize) -> Connection {
        let credentials = {
            let world = self.world();
            let (id, secret) = world.credentials();
            Credentials::Client {
                token_url: TOKEN_URL.to_owned(),
                id: id.to_owned(),
                secret: Secret::new(secret.to_owned()),
            }
        };
        let tenant = Some(self.world().tenant_id().to_owned());
        Connection {
            transport: Arc::new(Way { world: Arc::clone(&self.world), count: AtomicU64::new(1) }),
            backend: MOSAIC.clone(),
            base_url: BASE.to_owned(),
            credentials,
            tenant,
            concurrency,
            retry: RetryPolicy::default(),
            observer: Arc::new(|_: &Event| {}),
        }
    }

    /// The bindings, with what a killed run left.
    pub(crate) fn bindings(&self) -> Bindings {
        let mut bindings = self.file.load().expect("the bindings are whole");
        if let Some(leftover) = self.journal().read().expect("the journal is whole") {
            leftover.fold_into(&mut bindings);
        }
        bindings
    }

    pub(crate) async fn plan(&self, desired: &DesiredState, ask: Ask) -> Result<Planned, Trouble> {
        let reader = self.connection(ask.concurrency).reader();
        let mut bindings = self.bindings();
        let leftover = self.journal().read().expect("the journal is whole");
        let claims = reader.claims().await.map_err(Trouble::Token)?;
        let tenant = MOSAIC.tenant_of_token(&claims);
        bindings.tenant = tenant.clone().or(bindings.tenant);
        let selected = ask.selected.unwrap_or_else(|| everything(desired));
        // What left the manifests is looked at too.
        let mut reach = selected.clone();
        reach.extend(bindings.resources.keys().filter(|a| !desired.resources.contains_key(*a)).cloned());
        let request = RefreshInput { desired, bindings: &bindings, selected: &reach };
        let live = refresh_after(&reader, request, leftover.as_ref()).await.map_err(Trouble::Refresh)?;
        let diff = diff(&DiffInput {
            desired,
            live: &live,
            bindings: &bindings,
            catalog: MOSAIC.catalog(),
            selected: &selected,
            send_unverifiable: ask.send_unverifiable,
        });
        let matches = diff.identities.matches.clone();
        let header = Header {
            format_version: PLAN_FORMAT,
            tool_version: "0".to_owned(),
            environment: "test".to_owned(),
            tenant: tenant.unwrap_or_default(),
            scope: Vec::new(),
            manifests: manifests_hash(desired),
        };
        let input = PlanInput { desired, live: &live, catalog: MOSAIC.catalog(), diff, header };
        let plan = plan(input).map_err(Trouble::Problems)?;
        let lasting = |address: &Address| {
            let change = plan.changes.iter().find(|c| c.address == *address);
            change.is_none_or(|c| !matches!(c.action, Action::Replace | Action::Delete))
        };
        let ids = matches.into_iter().filter(|(a, _)| lasting(a)).map(|(a, m)| (a, m.id)).collect();
        Ok(Planned {
            plan,
            live,
            desired: desired.clone(),
            selected,
            ids,
            bindings,
            reader,
            send_unverifiable: ask.send_unverifiable,
            concurrency: ask.concurrency,
            interrupt: ask.interrupt,
        })
    }

    pub(crate) async fn apply(&self, planned: &Planned) -> Report {
        let input = ApplyInput {
            plan: &planned.plan,
            live: &planned.live,
            desired: &planned.desired,
            selected: &planned.selected,
            ids: planned.ids.clone(),
            bindings: planned.bindings.clone(),
            file: &self.file,
            reader: planned.reader.clone(),
            writer: planned.reader.writer(),
            concurrency: planned.concurrency,
            interrupt: planned.interrupt.clone(),
            send_unverifiable: planned.send_unverifiable,
        };
        apply(input).await.expect("the bindings have a place")
    }

    /// Plans and applies, whatever guards would say.
    pub(crate) async fn run(&self, desired: &DesiredState, ask: Ask) -> Result<Run, Trouble> {
        self.world().clear_log();
        let planned = self.plan(desired, ask).await?;
        let read = self.take_log();
        let report = self.apply(&planned).await;
        Ok(Run { planned, report, read, sent: self.take_log() })
    }

    /// The requests so far, which are then forgotten.
    pub(crate) fn take_log(&self) -> Vec<LogEntry> {
        let mut world = self.world();
        let log = world.log().to_vec();
        world.clear_log();
        log
    }
}
