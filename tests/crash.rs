//! Every write of an apply goes wrong in every way: the next run ends in what the manifests say, makes nothing twice and
//! loses no id, and the one after it has nothing to do.
//!
//! The usual run takes a sample of the table. `TILEWRIGHT_LONG=1` takes all of it; `--nocapture` prints it.

mod server;
mod truth;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value as Json, json};
use tilewright_simulator::World;

use crate::common::{Output, PROJECT, Sandbox, Tenant, documents, files_in, holds, read};
use server::{Server, Trouble};
use truth::{Documents, Ids, Reported, ids_in, lost, object, untruths};

const BEFORE: &str = include_str!("crash/before.yaml");
const AFTER: &str = include_str!("crash/after.yaml");
const BINDINGS: &str = ".tilewright/bindings/local.json";

/// What no manifest ever named, by display name; clients before their application.
const FOREIGN: [&str; 3] = ["Foreign/Foreign Web", "Foreign", "Storefront/By Hand"];

/// A tenant in the state of the first manifests, what was bound, and what the second ones come to.
struct Start {
    world: World,
    /// The files in `.tilewright`, by their paths.
    state: BTreeMap<String, String>,
    ids: Ids,
    writes: usize,
    /// How many objects the second manifests make.
    creates: usize,
    /// Readings show for a while what was there before a write.
    lags: bool,
}

/// One write that goes wrong.
struct Case<'a> {
    name: &'static str,
    trouble: &'a Trouble,
    /// Which write.
    at: usize,
    /// The state folder is lost after the first run.
    loses_state: bool,
    /// More arguments of the first run.
    arguments: &'a [&'a str],
}

/// What became of it.
struct Outcome {
    /// The first run's exit code; `None` where it was killed.
    code: Option<i32>,
    wrong: Vec<String>,
}

impl Start {
    /// Brings a tenant there, and tries the way without trouble.
    fn new() -> Self {
        let server = Server::start(World::new("tnt-crash"));
        let mut sandbox = Sandbox::with(BEFORE);
        sandbox.set(server.variables());
        server.run(&sandbox, &["apply", "--yes"]).expect(0);
        {
            let mut world = server.world();
            world.insert_application(json!({"app_name": "Foreign"}), json!({"name": "Foreign Web"}));
            let shop = tenant(&sandbox, &world).application("Storefront")["app_id"].as_str().unwrap().to_owned();
            world.insert_client(&shop, json!({"name": "By Hand", "redirect_uris": ["https://hand.example.com"]}));
            world.clear_log();
        }
        let root = sandbox.root();
        let inside = |file: &Path| file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let state = files_in(&root.join(".tilewright"), "").iter().map(|f| (inside(f), read(f))).collect();
        let ids = ids_in(&read(&sandbox.path(BINDINGS)));
        let mut start = Self { world: server.world().clone(), state, ids, writes: 0, creates: 0, lags: false };
        start.try_without_trouble();
        start
    }

    fn try_without_trouble(&mut self) {
        let (server, sandbox) = self.again();
        apply(&server, &sandbox, &["--concurrency", "1"]).expect(0);
        self.writes = server.writes();
        self.creates = created(&server.world());
        let wrong = end(self, &server, &sandbox);
        assert!(wrong.is_empty(), "without any trouble: {wrong:#?}");
        assert!(self.writes >= 12, "{} writes are no apply of at least 12", self.writes);
    }

    /// The same tenant and the same state folder, with the second manifests.
    fn again(&self) -> (Server, Sandbox) {
        let server = Server::start(self.world.clone());
        let mut sandbox = Sandbox::new();
        sandbox.write("tilewright.yaml", PROJECT);
        sandbox.write("manifests/all.yaml", AFTER);
        self.state.iter().for_each(|(path, text)| sandbox.write(path, text));
        sandbox.set(server.variables());
        (server, sandbox)
    }
}

/// What the tenant holds, as the readers of the tests see it.
fn tenant(sandbox: &Sandbox, world: &World) -> Tenant {
    sandbox.write("tenant.json", &world.to_json());
    Tenant::read(&sandbox.path("tenant.json"))
}

/// `metadata` and `spec` of every document.
fn stated(sandbox: &Sandbox) -> Documents {
    let all = documents(&sandbox.root(), "local");
    all.into_iter().map(|(a, d)| (a, json!({"metadata": d.metadata, "spec": d.spec}))).collect()
}

/// How many objects were made by requests.
fn created(world: &World) -> usize {
    world.log().iter().filter(|entry| entry.method == "POST" && entry.changed).count()
}

/// Applies, with the deletions that are still to come named by their number, as the refusal asks for.
fn apply(server: &Server, sandbox: &Sandbox, more: &[&str]) -> Output {
    let held = tenant(sandbox, &server.world());
    let old = held.names().iter().filter(|n| n.starts_with("Old Portal")).count();
    let ops = held.names().iter().filter(|n| *n == "Storefront/Storefront Ops").count();
    let kiosk =
        held.clients("Left").iter().filter(|c| c["name"] == "Left Kiosk" && c["sp_entity_id"].is_null()).count();
    let deletes = (old + ops + kiosk).to_string();
    let allowed = ["--allow-deletes", &deletes];
    let allowed = if deletes == "0" { &[][..] } else { &allowed[..] };
    server.run(sandbox, &[&["apply", "--yes", "--format", "json"], allowed, more].concat())
}

impl Case<'_> {
    fn run(&self, start: &Start) -> Outcome {
        let (server, sandbox) = start.again();
        server.strike(self.at, self.trouble);
        let first = apply(&server, &sandbox, self.arguments);
        let mut wrong = self.first(start, &server, &sandbox, &first);
        if self.loses_state {
            sandbox.remove(".tilewright");
        }
        let mut second = apply(&server, &sandbox, &[]);
        if start.lags && self.trouble.kills() && second.code == Some(6) {
            // What the killed run had written showed only after the plan was made; nothing was sent over it.
            second = apply(&server, &sandbox, &[]);
        }
        if second.code != Some(0) {
            wrong.push(format!("the second run: {second}"));
        }
        wrong.extend(end(start, &server, &sandbox));
        if !wrong.is_empty() {
            wrong.push(format!("the first run was: {}{first}", first.stderr));
        }
        Outcome { code: first.code, wrong }
    }

    fn name(&self) -> String {
        let state = if self.loses_state { "lost" } else { "kept" };
        format!("{} at write {}, state {state}", self.name, self.at)
    }

    /// What is wrong with the first run.
    fn first(&self, start: &Start, server: &Server, sandbox: &Sandbox, output: &Output) -> Vec<String> {
        let Some(method) = server.struck() else { return vec!["nothing was struck".to_owned()] };
        let survives = self.trouble.is_survived(&method);
        let expected = if self.trouble.kills() { None } else { Some(if survives { 0 } else { 8 }) };
        let mut wrong = Vec::new();
        if output.code != expected {
            wrong.push(format!("the first run ended with {:?}, and {expected:?} was expected", output.code));
        }
        if output.code.is_none() {
            return wrong;
        }
        let Ok(report) = serde_json::from_str::<Json>(&output.stdout) else {
            wrong.push("there is no report".to_owned());
            return wrong;
        };
        let (before, after) = (tenant(sandbox, &start.world), tenant(sandbox, &server.world()));
        let bound = ids_in(&read(&sandbox.path(BINDINGS)));
        let reported =
            Reported { before: &before, after: &after, start: &start.ids, bound: &bound, documents: &stated(sandbox) };
        wrong.extend(untruths(&report, &reported));
        if output.code == Some(0) {
            wrong.extend(state_of(start, server, sandbox).into_iter().map(|w| format!("after exit code 0: {w}")));
        }
        wrong
    }
}

/// What is wrong in the end, when nothing more should be to do.
fn end(start: &Start, server: &Server, sandbox: &Sandbox) -> Vec<String> {
    let mut wrong = state_of(start, server, sandbox);
    if sandbox.path(".tilewright/bindings/local.journal").exists() {
        wrong.push("a journal is left".to_owned());
    }
    let held = server.world().to_json();
    server.writes();
    for arguments in [&["plan", "--exit-code"][..], &["apply", "--yes"]] {
        let output = server.run(sandbox, arguments);
        if output.code != Some(0) {
            wrong.push(format!("`{}` in the end: {output}", arguments.join(" ")));
        }
    }
    if server.writes() > 0 || tenant(sandbox, &server.world()).held() != held_by(&held) {
        wrong.push("a third run wrote".to_owned());
    }
    wrong
}

fn held_by(state: &str) -> Json {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenant.json");
    std::fs::write(&path, state).unwrap();
    Tenant::read(&path).held()
}

/// What the tenant holds that it should not, and what it does not hold.
fn state_of(start: &Start, server: &Server, sandbox: &Sandbox) -> Vec<String> {
    let world = server.world();
    let (before, mut after) = (tenant(sandbox, &start.world), tenant(sandbox, &world));
    let bound = ids_in(&read(&sandbox.path(BINDINGS)));
    let mut wrong = lost(&start.ids, &bound, &after, &stated(sandbox));
    let asked = ["application/old", "client/shop/ops", "client/left/kiosk"].map(|a| start.ids[a].as_str());
    for entry in world.log().iter().filter(|e| e.method == "DELETE") {
        if !asked.iter().any(|id| entry.path.ends_with(id)) {
            wrong.push(format!("nobody asked for DELETE {}", entry.path));
        }
    }
    if start.creates > 0 && created(&world) != start.creates {
        wrong.push(format!("{} objects were made, and {} are to be", created(&world), start.creates));
    }
    for name in FOREIGN {
        let id = id_of(&before, name);
        if object(&before, &id) != object(&after, &id) {
            wrong.push(format!("{name}, which no manifest names, changed"));
        }
        forget(&mut after, &id);
    }
    wrong.extend(holds(&after, &documents(&sandbox.root(), "local"), false));
    wrong
}

/// The id of an `Application` or an `Application/Client`.
fn id_of(tenant: &Tenant, name: &str) -> String {
    let id = match name.split_once('/') {
        Some((application, client)) => &tenant.client(application, client)["client_id"],
        None => &tenant.application(name)["app_id"],
    };
    id.as_str().unwrap().to_owned()
}

/// Leaves an object out of what was read.
fn forget(tenant: &mut Tenant, id: &str) {
    let applications = tenant.state["tenant"]["applications"].as_object_mut().unwrap();
    applications.retain(|app_id, _| app_id != id);
    for application in applications.values_mut() {
        application["clients"].as_object_mut().unwrap().retain(|client_id, _| client_id != id);
    }
}

/// Runs the cases, many at a time: most of them wait most of the time.
fn try_all(start: &Start, cases: &[Case<'_>]) -> Vec<Outcome> {
    let next = Mutex::new(cases.iter().enumerate());
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some((at, case)) = { next.lock().unwrap().next() } {
                    let outcome = case.run(start);
                    outcomes.lock().unwrap().insert(at, outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap().into_values().collect()
}

/// What became of one trouble, in one column of the table.
#[derive(Default)]
struct Cell {
    /// How often the first run ended in each way.
    ends: BTreeMap<String, usize>,
    of: usize,
    right: usize,
}

/// What became of each trouble, with the state kept and lost.
fn table(cases: &[Case<'_>], outcomes: &[Outcome]) -> String {
    let mut rows: Vec<(&str, [Cell; 2])> = Vec::new();
    for (case, outcome) in cases.iter().zip(outcomes) {
        if rows.last().is_none_or(|(name, _)| *name != case.name) {
            rows.push((case.name, Default::default()));
        }
        let cell = &mut rows.last_mut().unwrap().1[usize::from(case.loses_state)];
        let end = outcome.code.map_or_else(|| "killed".to_owned(), |code| format!("exit {code}"));
        *cell.ends.entry(end).or_default() += 1;
        cell.of += 1;
        cell.right += usize::from(outcome.wrong.is_empty());
    }
    let mut text = String::new();
    let _ = writeln!(text, "{:26} | {:24} | {:10} | {:24} | then right", "", "state kept", "then right", "state lost");
    for (name, [kept, lost]) in rows {
        let ends = |cell: &Cell| cell.ends.iter().map(|(e, n)| format!("{e} × {n}")).collect::<Vec<_>>().join(", ");
        let right = |cell: &Cell| format!("{} of {}", cell.right, cell.of);
        let _ = write!(text, "{name:26} | {:24} | {:10} | ", ends(&kept), right(&kept));
        let _ = writeln!(text, "{:24} | {}", ends(&lost), right(&lost));
    }
    text
}

#[track_caller]
fn judge(cases: &[Case<'_>], outcomes: &[Outcome]) {
    eprintln!("\n{}", table(cases, outcomes));
    let failures: Vec<String> = cases
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| !outcome.wrong.is_empty())
        .map(|(case, outcome)| format!("## {}\n{}", case.name(), outcome.wrong.join("\n")))
        .collect();
    assert!(failures.is_empty(), "{} of {} go wrong\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}

/// Each trouble at every `step`-th write, another one for each trouble, so that together they reach every write.
fn cases<'a>(
    start: &Start,
    troubles: &'a [(&'static str, Trouble)],
    step: usize,
    with: &'a [&'a str],
) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for (row, (name, trouble)) in troubles.iter().enumerate() {
        for loses_state in [false, true] {
            let offset = 2 * row + usize::from(loses_state);
            let writes = (1..=start.writes).filter(|at| (at + offset) % step == 0);
            cases.extend(writes.map(|at| Case { name, trouble, at, loses_state, arguments: with }));
        }
    }
    cases
}

#[test]
fn whatever_happens_at_any_write_the_next_run_converges() {
    let start = Start::new();
    let troubles = Trouble::all();
    let step = if std::env::var_os("TILEWRIGHT_LONG").is_some() { 1 } else { 5 };
    let cases = cases(&start, &troubles, step, &["--concurrency", "1"]);
    judge(&cases, &try_all(&start, &cases));
}

/// The tenant goes on showing for a while what was there before a write. Only the journal knows then what to wait for.
#[test]
fn what_took_effect_is_not_made_twice_where_readings_lag_behind() {
    let mut start = Start::new();
    start.world.quirks_mut().late_reads = 2;
    start.lags = true;
    let troubles: Vec<_> = Trouble::all().into_iter().filter(|(_, trouble)| trouble.takes_effect()).collect();
    let step = if std::env::var_os("TILEWRIGHT_LONG").is_some() { 1 } else { 7 };
    let mut cases = cases(&start, &troubles, step, &["--concurrency", "1"]);
    cases.retain(|case| !case.loses_state);
    judge(&cases, &try_all(&start, &cases));
}

#[test]
fn whatever_happens_while_other_writes_are_in_flight_the_next_run_converges() {
    let start = Start::new();
    let troubles: Vec<_> = Trouble::all().into_iter().filter(|(name, _)| !name.contains("50")).collect();
    let step = if std::env::var_os("TILEWRIGHT_LONG").is_some() { 2 } else { 9 };
    let cases = cases(&start, &troubles, step, &[]);
    judge(&cases, &try_all(&start, &cases));
}
