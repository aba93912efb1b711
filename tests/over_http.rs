//! From an empty tenant over real HTTP: the tenant then holds what the manifests say, and a second plan finds nothing,
//! with the fewest reads; in every answer that the vendor's documents leave open.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::common::{EVERY_FIELD, PROJECT, Request, Sandbox, Served, documents, environments, examples, holds};

/// A project to bring to a tenant.
struct Trial {
    name: String,
    environment: String,
    sandbox: fn(&Path) -> Sandbox,
    folder: std::path::PathBuf,
}

/// Every example in every environment that has a simulated tenant, and the one with every field.
fn trials() -> Vec<Trial> {
    let mut trials = vec![Trial {
        name: "every field".to_owned(),
        environment: "local".to_owned(),
        sandbox: |_| Sandbox::with(EVERY_FIELD),
        folder: std::path::PathBuf::new(),
    }];
    for folder in examples() {
        for (environment, _) in environments(&folder).into_iter().filter(|(_, e)| e["simulator"].is_string()) {
            let name = format!("{} in {environment}", folder.file_name().unwrap().to_str().unwrap());
            trials.push(Trial { name, environment, sandbox: Sandbox::copy_of, folder: folder.clone() });
        }
    }
    trials
}

/// Fields that the list of applications lacks, always and with a switch.
const NOT_LISTED: [&str; 1] = ["logo"];
const POORLY_LISTED: [&str; 3] = ["authenticator_preferences", "invite_client_id", "subdomain"];

impl Trial {
    /// What goes wrong with these arguments of the simulator.
    fn run(&self, switches: &[&str]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut sandbox = (self.sandbox)(&self.folder);
        let served = Served::start(&sandbox, switches);
        sandbox.set(served.variables());
        let run = |arguments: &[&str]| sandbox.run(&[arguments, &["-e", self.environment.as_str()][..]].concat());
        let applied = run(&["apply", "--yes"]);
        if applied.code != Some(0) {
            return vec![format!("apply: {applied}")];
        }
        // A read of what was made a moment ago may find nothing yet; a write must not be refused.
        let refused: Vec<_> = served.requests().into_iter().filter(|r| is_write(r) && r.status >= 400).collect();
        if !refused.is_empty() {
            wrong.push(format!("refused requests: {refused:?}"));
        }
        let documents = documents(&sandbox.root(), &self.environment);
        wrong.extend(holds(&served.tenant(), &documents, !switches.is_empty()));
        let held = served.tenant().held();
        let plan = run(&["plan", "--exit-code"]);
        if plan.code != Some(0) {
            wrong.push(format!("second plan: {plan}"));
        }
        let applications = || documents.values().filter(|d| d.kind == "Application");
        let poor = switches.contains(&"poor_list") || switches.contains(&"all");
        let lacking = NOT_LISTED.iter().chain(POORLY_LISTED.iter().filter(|_| poor));
        let lacking: Vec<&str> = lacking.copied().collect();
        let single = applications().filter(|a| lacking.iter().any(|field| !a.spec[*field].is_null())).count();
        wrong.extend(too_much(&served.requests(), applications().count() + 2 + single));
        let applied = run(&["apply", "--yes"]);
        if applied.code != Some(0) {
            wrong.push(format!("second apply: {applied}"));
        }
        let writes: Vec<_> = served.requests().into_iter().filter(is_write).collect();
        if !writes.is_empty() {
            wrong.push(format!("a second apply writes: {writes:?}"));
        }
        if held != served.tenant().held() {
            wrong.push("a second run changed the tenant".to_owned());
        }
        wrong
    }
}

fn is_write(request: &Request) -> bool {
    request.method != "GET" && request.path != "/oidc/token"
}

/// What of the requests of a plan goes over the budget.
fn too_much(requests: &[Request], budget: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    if requests.len() > budget {
        wrong.push(format!("a plan took {} requests, {budget} are enough: {requests:?}", requests.len()));
    }
    if requests.iter().any(is_write) {
        wrong.push(format!("a plan wrote: {requests:?}"));
    }
    wrong
}

/// Runs every trial with each of the lists of switches, two at a time, and says what went wrong where.
fn try_all(switches: &[Vec<&str>]) -> BTreeMap<String, Vec<String>> {
    let trials = trials();
    let work: Vec<(&Vec<&str>, &Trial)> = switches.iter().flat_map(|s| trials.iter().map(move |t| (s, t))).collect();
    let (next, failures) = (Mutex::new(work.iter()), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((switches, trial)) = { next.lock().unwrap().next() } {
                    let arguments: Vec<&str> = switches.iter().flat_map(|s| ["--switch", *s]).collect();
                    let wrong = trial.run(&arguments);
                    if !wrong.is_empty() {
                        let key = format!("{} [{}]", trial.name, switches.join(" "));
                        eprintln!("{key} fails");
                        failures.lock().unwrap().insert(key, wrong);
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

#[track_caller]
fn none(failures: &BTreeMap<String, Vec<String>>) {
    let names: Vec<&str> = failures.keys().map(String::as_str).collect();
    let all: Vec<String> = failures.iter().map(|(name, wrong)| format!("## {name}\n{}", wrong.join("\n"))).collect();
    assert!(failures.is_empty(), "{} fail: {}\n\n{}", failures.len(), names.join(", "), all.join("\n\n"));
}

#[test]
fn everything_applies_to_an_empty_tenant_and_is_then_as_the_manifests_say() {
    none(&try_all(&[vec![]]));
}

#[test]
fn everything_applies_with_every_switch_thrown_together() {
    none(&try_all(&[vec!["all"]]));
}

#[test]
fn everything_applies_with_each_switch_thrown() {
    let list = Sandbox::new().run(&["simulator", "--switch", "list"]).expect(0).stdout;
    let switches: Vec<Vec<&str>> = list.lines().map(|name| vec![name]).collect();
    assert!(switches.len() > 30, "{list}");
    none(&try_all(&switches));
}

#[test]
fn a_plan_over_many_applications_takes_one_request_each_and_two_more() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    sandbox.write("tilewright.yaml", PROJECT);
    for n in 0..12 {
        let client = "kind: Client\nmetadata: {name: web, application: NAME}\nspec: {name: Web, redirect_uris: \
                      [https://NAME.example.com/callback]}";
        let application = "kind: Application\nmetadata: {name: NAME}\nspec: {app_name: Application NAME}";
        let text = format!("apiVersion: mosaic/v1\n{application}\n---\napiVersion: mosaic/v1\n{client}\n");
        sandbox.write(&format!("manifests/a{n}.yaml"), &text.replace("NAME", &format!("a{n}")));
    }
    sandbox.run(&["apply", "--yes"]).expect(0);
    served.requests();
    sandbox.run(&["plan", "--exit-code"]).expect(0);
    let requests = served.requests();
    assert_eq!(requests.len(), 12 + 2, "{requests:?}");
    assert!(!requests.iter().any(is_write), "{requests:?}");
    // Applications that nobody manages cost nothing.
    (1..12).for_each(|n| sandbox.remove(&format!("manifests/a{n}.yaml")));
    sandbox.remove(".tilewright/bindings");
    sandbox.run(&["plan"]).expect(0);
    assert_eq!(served.requests().len(), 1 + 2);
}

#[test]
fn an_apply_sends_what_the_plan_forecast() {
    let mut sandbox = Sandbox::with(EVERY_FIELD);
    let served = Served::start(&sandbox, &[]);
    sandbox.set(served.variables());
    let second = EVERY_FIELD.replace("app_name: Storefront", "app_name: Shop").replace("name: Helpdesk", "name: Help");
    for manifests in [EVERY_FIELD, second.as_str()] {
        sandbox.write("manifests/all.yaml", manifests);
        served.requests();
        let plan = sandbox.run(&["plan", "--format", "json"]).expect(0).json();
        let planning = served.requests().len() as u64;
        sandbox.run(&["apply", "--yes"]).expect(0);
        let requests = served.requests();
        let writes = requests.iter().filter(|r| is_write(r)).count() as u64;
        let forecast = &plan["forecast"];
        assert_eq!(forecast["writes"].as_u64(), Some(writes), "{forecast} {requests:?}");
        let reads = requests.len() as u64 - writes - planning;
        assert_eq!(forecast["reads"].as_u64(), Some(reads), "{forecast} {requests:?}");
    }
}
