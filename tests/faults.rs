//! Slow and busy tenants: what the person at the terminal sees of waits.

use crate::common::{SHOP, Sandbox, Served};

#[test]
fn a_rate_limit_is_waited_out_and_said_on_standard_error() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--rate-limit", "4"]);
    sandbox.set(served.variables());
    sandbox.write("shop.yaml", SHOP);
    let output = sandbox.run(&["apply", "shop.yaml", "--yes"]).expect(0);
    assert!(output.stderr.contains("trying again"), "{output}");
    assert!(!output.stdout.contains("trying again"), "{output}");
    assert_eq!(served.tenant().names().len(), 3);
}

#[test]
fn late_reads_are_waited_out_and_end_well() {
    let mut sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--switch", "late_reads"]);
    sandbox.set(served.variables());
    sandbox.write("shop.yaml", SHOP);
    sandbox.run(&["apply", "shop.yaml", "--yes"]).expect(0);
    assert_eq!(served.tenant().names().len(), 3);
    sandbox.run(&["plan", "shop.yaml", "--exit-code"]).expect(0);
}
