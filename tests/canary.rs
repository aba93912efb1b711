//! Secrets are planted wherever the program meets some; none may come out anywhere.

use std::path::Path;

use serde_json::json;

use crate::common::{Answering, INTRANET, Output, PROJECT, SHOP, Sandbox, Served, Tenant, edited, files_in};

/// What every planted secret has in it.
const CANARY: &str = "canary7f3a";

/// What was seen, and where.
#[derive(Default)]
struct Watch {
    seen: Vec<String>,
    more: Vec<String>,
}

impl Watch {
    fn also(more: &[&str]) -> Self {
        Self { seen: Vec::new(), more: more.iter().map(ToString::to_string).collect() }
    }

    fn look(&mut self, place: &str, text: &str) {
        let planted = std::iter::once(CANARY).chain(self.more.iter().map(String::as_str));
        // Every token begins with these letters, planted or fetched by the program itself.
        let all: Vec<&str> = planted.chain(["eyJ"]).filter(|secret| text.contains(secret)).collect();
        if !all.is_empty() {
            self.seen.push(format!("{all:?} in {place}:\n{text}"));
        }
    }

    fn output(&mut self, arguments: &[&str], output: &Output) {
        let place = arguments.join(" ");
        self.look(&format!("standard output of {place}"), &output.stdout);
        self.look(&format!("standard error of {place}"), &output.stderr);
    }

    /// Everything that the program wrote below a folder, but the simulated tenant itself and what the test planted.
    fn files(&mut self, folder: &Path) {
        for file in files_in(folder, "") {
            let name = file.strip_prefix(folder).unwrap().display().to_string();
            if (name.starts_with(".tilewright") || name == "plan.json") && name != ".tilewright/local.json" {
                let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
                self.look(&name, &text);
            }
        }
    }

    /// Runs a command in every format and log format, as talkative as it gets.
    fn run(&mut self, sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) {
        for format in ["text", "json", "markdown"] {
            for log in ["text", "json"] {
                let all = [arguments, &["-vv", "--format", format, "--log-format", log][..]].concat();
                let output = sandbox.run_with(&all, variables);
                self.output(&all, &output);
                self.files(&sandbox.root());
            }
        }
    }

    #[track_caller]
    fn nothing(self) {
        assert!(self.seen.is_empty(), "{}", self.seen.join("\n\n"));
    }
}

/// Gives the management client, every other client and every provider of sign-ins a secret that can be recognised.
fn plant(tenant: &mut Tenant) {
    let mut count = 0;
    let mut secret = || {
        count += 1;
        json!(format!("{CANARY}-{count}"))
    };
    let mut management = json!(null);
    let management_id = tenant.state["tenant"]["client_id"].clone();
    for application in tenant.state["tenant"]["applications"].as_object_mut().unwrap().values_mut() {
        application["fields"]["login_preferences"]["auth_methods"]["google"]["clientSecret"] = secret();
        application["fields"]["login_preferences"]["auth_methods"]["push"]["fcm"]["key"]["private_key"] = secret();
        for client in application["clients"].as_object_mut().unwrap().values_mut() {
            client["fields"]["client_secret"] = secret();
            if client["fields"]["client_id"] == management_id {
                management = client["fields"]["client_secret"].clone();
            }
        }
    }
    tenant.state["tenant"]["client_secret"] = management;
    tenant.save();
}

#[test]
fn no_secret_of_the_tenant_comes_out() {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    plant(&mut sandbox.tenant());
    let mut watch = Watch::default();
    let changed = edited(SHOP, "app_name: Storefront", "app_name: Shop").replace("15m", "10m");
    sandbox.write("manifests/all.yaml", &changed);
    watch.run(&sandbox, &["validate"], &[]);
    watch.run(&sandbox, &["plan"], &[]);
    watch.run(&sandbox, &["plan", "--out", "plan.json"], &[]);
    watch.run(&sandbox, &["show", "plan.json"], &[]);
    watch.run(&sandbox, &["credentials", "client/storefront/web"], &[]);
    watch.run(&sandbox, &["credentials", "client/storefront/web", "--file", "../web.json", "--force"], &[]);
    watch.run(&sandbox, &["credentials", "client/storefront/web", "--pipe", "exit 3"], &[("PATH", "/usr/bin:/bin")]);
    watch.run(&sandbox, &["apply"], &[]);
    watch.run(&sandbox, &["apply", "--yes"], &[]);
    sandbox.remove(".tilewright/bindings");
    watch.run(&sandbox, &["plan"], &[]);
    watch.run(&sandbox, &["apply", "--yes"], &[]);
    let gone = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: storefront, state: absent}\nspec: {app_name: Shop}\n";
    sandbox.write("manifests/all.yaml", gone);
    watch.run(&sandbox, &["plan"], &[]);
    watch.run(&sandbox, &["apply", "--yes"], &[]);
    watch.run(&sandbox, &["apply", "--yes", "--allow-deletes", "3"], &[]);
    watch.nothing();
}

#[test]
fn no_credential_of_the_program_comes_out() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    sandbox.write("shop.yaml", SHOP);
    let (id, secret) = (served.variable("TILEWRIGHT_CLIENT_ID"), served.variable("TILEWRIGHT_CLIENT_SECRET"));
    let token = served.token();
    let mut watch = Watch::also(&[secret, &token]);
    let url = ("TILEWRIGHT_BASE_URL", served.url());
    let by_secret = [url, ("TILEWRIGHT_CLIENT_ID", id), ("TILEWRIGHT_CLIENT_SECRET", secret)];
    let by_token = [url, ("TILEWRIGHT_ACCESS_TOKEN", token.as_str())];
    for command in [&["validate", "shop.yaml"][..], &["plan", "shop.yaml"], &["apply", "shop.yaml", "--yes"]] {
        watch.run(&sandbox, command, &by_secret);
        watch.run(&sandbox, command, &by_token);
        watch.run(&sandbox, command, &[by_secret.as_slice(), &[("TILEWRIGHT_TENANT_ID", "other")]].concat());
    }
    let wrong = format!("{CANARY}-wrong");
    watch.run(
        &sandbox,
        &["plan", "shop.yaml"],
        &[url, ("TILEWRIGHT_CLIENT_ID", id), ("TILEWRIGHT_CLIENT_SECRET", &wrong)],
    );
    watch.run(&sandbox, &["plan", "shop.yaml"], &[url, ("TILEWRIGHT_ACCESS_TOKEN", &wrong)]);
    let dead = Answering::nobody();
    let dead =
        [("TILEWRIGHT_BASE_URL", dead.as_str()), ("TILEWRIGHT_CLIENT_ID", id), ("TILEWRIGHT_CLIENT_SECRET", &wrong)];
    watch.output(&["plan"], &sandbox.run_with(&["plan", "shop.yaml", "-vv"], &dead));
    watch.run(&sandbox, &["--help"], &by_secret);
    watch.run(&sandbox, &["plan", "--help"], &by_secret);
    watch.nothing();
}

#[test]
fn a_server_that_repeats_what_it_was_sent_is_not_quoted() {
    let sandbox = Sandbox::new();
    sandbox.write("shop.yaml", SHOP);
    let mut watch = Watch::default();
    for status in [200, 400, 401, 403, 500] {
        let server = Answering::start(move |head, body| {
            let said = format!("{head} {body}").replace(['\r', '\n', '"'], " ");
            (
                status,
                format!("{{\"message\":[\"{said}\"],\"client_secret\":\"{CANARY}\",\"error_description\":\"{said}\"}}"),
            )
        })
        .url();
        let secret = format!("{CANARY}-secret");
        let url = ("TILEWRIGHT_BASE_URL", server.as_str());
        if status != 500 {
            watch.run(
                &sandbox,
                &["plan", "shop.yaml"],
                &[url, ("TILEWRIGHT_CLIENT_ID", "a"), ("TILEWRIGHT_CLIENT_SECRET", &secret)],
            );
        }
        let output = sandbox.run_with(&["plan", "shop.yaml", "-vv"], &[url, ("TILEWRIGHT_ACCESS_TOKEN", &secret)]);
        watch.output(&["plan with a token, answered", &status.to_string()], &output);
    }
    watch.nothing();
}

#[test]
fn secrets_in_the_wrong_files_are_refused_without_being_shown() {
    let mut watch = Watch::default();
    let sandbox = Sandbox::with(SHOP);
    let stated = |lines: &str| edited(PROJECT, "simulator: .tilewright/local.json", lines);
    let secret = format!("{CANARY}-secret");
    for lines in [
        format!("region: eu\n      client_id: a\n      client_secret: {secret}"),
        format!("region: eu\n      client_id: a\n      access_token: {secret}"),
        format!("region: eu\n      client_id: a\n      client_secrte: {secret}"),
        format!("region: eu\n      client_id: a\n      client_secret: [{secret}]"),
        format!("region: eu\n      client_id: a\n      client_secret: ${{env:{secret}"),
        "region: moon\n      client_id: a\n      client_secret: ${file:secret.txt}".to_owned(),
        "region: eu\n      tenant_id: ${file:secret.txt}\n      base_url: 3\n      client_id: a".to_owned(),
    ] {
        sandbox.write("secret.txt", &secret);
        sandbox.write("tilewright.yaml", &stated(&lines));
        for command in [&["validate"][..], &["plan"]] {
            let output = sandbox.run(command);
            watch.output(&[command, &[lines.as_str()][..]].concat(), &output);
            watch.run(&sandbox, command, &[]);
        }
    }
    sandbox.write("tilewright.yaml", PROJECT);
    for line in ["client_secret: SECRET", "login_preferences: {google: {clientSecret: SECRET}}"] {
        let line = line.replace("SECRET", &secret);
        sandbox.write("manifests/all.yaml", &edited(SHOP, "  allow_public_signup: true", &format!("  {line}")));
        watch.run(&sandbox, &["validate"], &[]);
        watch.run(&sandbox, &["plan"], &[]);
    }
    watch.nothing();
}

#[test]
fn the_simulator_logs_no_secret() {
    let sandbox = Sandbox::applied(SHOP);
    plant(&mut sandbox.tenant());
    let mut child =
        sandbox.command(&["simulator", "--port", "0", "--state", ".tilewright/local.json", "-vv"]).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut variables = Vec::new();
    while variables.len() < 4 {
        let line = lines.next().unwrap().unwrap();
        let pair = line.strip_prefix("export ").and_then(|rest| rest.split_once('='));
        variables.extend(pair.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    let variables: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    sandbox.run_with(&["plan"], &variables).expect(0);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let mut watch = Watch::default();
    watch.look("standard error of simulator", &String::from_utf8_lossy(&output.stderr));
    watch.nothing();
}
