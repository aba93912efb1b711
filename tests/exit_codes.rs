//! Exit codes are a contract, and the same in every format.

use serde_json::json;

use crate::common::{Answering, INTRANET, PROJECT, SHOP, Sandbox, edited};

const FORMATS: [&str; 3] = ["text", "json", "markdown"];

/// A situation, what is run in it, and how that ends.
struct Case {
    what: &'static str,
    sandbox: fn() -> Sandbox,
    arguments: &'static [&'static str],
    code: i32,
}

fn fresh() -> Sandbox {
    Sandbox::with(SHOP)
}

fn applied() -> Sandbox {
    Sandbox::applied(SHOP)
}

fn invalid() -> Sandbox {
    Sandbox::with(&edited(SHOP, "login_uri:", "login_url:"))
}

fn damaged() -> Sandbox {
    let sandbox = fresh();
    sandbox.write(".tilewright/local.json", "{");
    sandbox
}

fn ambiguous() -> Sandbox {
    let sandbox = Sandbox::applied(&format!("{SHOP}---\n{INTRANET}"));
    sandbox.tenant().edit("Intranet", |fields| fields["app_name"] = json!("Storefront"));
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", SHOP);
    sandbox
}

fn deleting() -> Sandbox {
    let sandbox = applied();
    sandbox.write(
        "manifests/all.yaml",
        "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: storefront, state: absent}\n",
    );
    sandbox
}

fn other_tenant() -> Sandbox {
    let sandbox = applied();
    sandbox.remove(".tilewright/local.json");
    sandbox.write("tilewright.yaml", &format!("{PROJECT}      tenant_id: tnt-other\n"));
    sandbox
}

fn unreachable() -> Sandbox {
    let mut sandbox = fresh();
    sandbox.set([
        ("TILEWRIGHT_BASE_URL".to_owned(), Answering::start(|_, _| (403, "{}".to_owned())).url()),
        ("TILEWRIGHT_CLIENT_ID".to_owned(), "a".to_owned()),
        ("TILEWRIGHT_CLIENT_SECRET".to_owned(), "b".to_owned()),
    ]);
    sandbox
}

fn refusing() -> Sandbox {
    let sandbox = Sandbox::applied(&edited(INTRANET, "app_name: Intranet", "app_name: STOREFRONT"));
    sandbox.tenant().switch("names_ignore_case", json!(true));
    sandbox.remove(".tilewright/bindings");
    sandbox.write("manifests/all.yaml", SHOP);
    sandbox
}

const CASES: &[Case] = &[
    Case { what: "valid", sandbox: fresh, arguments: &["validate"], code: 0 },
    Case { what: "planned", sandbox: fresh, arguments: &["plan"], code: 0 },
    Case { what: "nothing to do", sandbox: applied, arguments: &["plan", "--exit-code"], code: 0 },
    Case { what: "applied", sandbox: fresh, arguments: &["apply", "--yes"], code: 0 },
    Case { what: "nothing to send", sandbox: applied, arguments: &["apply", "--yes"], code: 0 },
    Case { what: "listed", sandbox: fresh, arguments: &["schema"], code: 0 },
    Case { what: "damaged tenant", sandbox: damaged, arguments: &["plan"], code: 1 },
    Case { what: "unknown flag", sandbox: fresh, arguments: &["plan", "--foo"], code: 2 },
    Case { what: "unknown schema", sandbox: fresh, arguments: &["schema", "foo"], code: 2 },
    Case { what: "unknown environment", sandbox: fresh, arguments: &["validate", "-e", "foo"], code: 2 },
    Case { what: "unknown environment", sandbox: fresh, arguments: &["plan", "-e", "foo"], code: 2 },
    Case { what: "selects nothing", sandbox: fresh, arguments: &["plan", "--select", "foo"], code: 2 },
    Case { what: "not confirmed", sandbox: fresh, arguments: &["apply"], code: 2 },
    Case { what: "invalid", sandbox: invalid, arguments: &["validate"], code: 3 },
    Case { what: "invalid", sandbox: invalid, arguments: &["plan", "--exit-code"], code: 3 },
    Case { what: "invalid", sandbox: invalid, arguments: &["apply", "--yes"], code: 3 },
    Case { what: "no project", sandbox: Sandbox::new, arguments: &["validate"], code: 3 },
    Case { what: "no project", sandbox: Sandbox::new, arguments: &["plan"], code: 3 },
    Case { what: "ambiguous", sandbox: ambiguous, arguments: &["plan"], code: 3 },
    Case { what: "ambiguous", sandbox: ambiguous, arguments: &["apply", "--yes"], code: 3 },
    Case { what: "pending", sandbox: fresh, arguments: &["plan", "--exit-code"], code: 4 },
    Case { what: "guarded but only planned", sandbox: deleting, arguments: &["plan"], code: 0 },
    Case { what: "guarded", sandbox: deleting, arguments: &["apply", "--yes"], code: 5 },
    Case { what: "wrong number", sandbox: deleting, arguments: &["apply", "--yes", "--allow-deletes", "1"], code: 5 },
    Case { what: "right number", sandbox: deleting, arguments: &["apply", "--yes", "--allow-deletes", "3"], code: 0 },
    Case { what: "other tenant", sandbox: other_tenant, arguments: &["plan"], code: 6 },
    Case { what: "other tenant", sandbox: other_tenant, arguments: &["apply", "--yes"], code: 6 },
    Case { what: "unreachable", sandbox: unreachable, arguments: &["plan"], code: 7 },
    Case { what: "unreachable", sandbox: unreachable, arguments: &["apply", "--yes"], code: 7 },
    Case { what: "refused in part", sandbox: refusing, arguments: &["apply", "--yes"], code: 8 },
];

#[test]
fn every_command_ends_with_the_same_code_in_every_format() {
    let mut wrong = Vec::new();
    for Case { what, sandbox, arguments, code } in CASES {
        for format in FORMATS {
            let output = sandbox().run(&[arguments, &["--format", format][..]].concat());
            if output.code != Some(*code) {
                wrong.push(format!("{what}: {} --format {format}, expected {code}\n{output}", arguments.join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn reports_are_on_standard_output_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for Case { what, sandbox, arguments, code } in CASES {
        // A command line that cannot be read asks for no format; a list of names has none.
        if arguments.contains(&"--foo") || *arguments == ["schema"] {
            continue;
        }
        let sandbox = sandbox();
        let output = sandbox.run(&[arguments, &["--format", "json"][..]].concat());
        let report: Result<serde_json::Value, _> = serde_json::from_str(&output.stdout);
        let fits = report.as_ref().is_ok_and(|report| {
            let error = report["error"]["exit_code"].as_i64();
            error.is_none_or(|said| said == i64::from(*code))
        });
        if !fits {
            wrong.push(format!("{what}: {}\n{output}", arguments.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
