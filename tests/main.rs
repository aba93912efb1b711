//! End to end, as a user: the real binary, with a clean environment, in a folder of its own.
//!
//! What one function does is tested beside it; here is only what a person or a pipeline meets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may stop at the first surprise, and say what they saw"
)]

mod apply;
mod artefacts;
mod canary;
mod common;
mod connection;
mod crash;
mod credentials;
mod exit_codes;
mod faults;
mod hardening;
mod json;
mod moves;
mod over_http;
mod plan;
mod prune;
mod saved_plan;
mod signals;
mod terminal;
mod validate;

#[test]
fn every_file_here_is_a_module_of_this_binary() {
    let here = common::repository().join("tests");
    let main = std::fs::read_to_string(here.join("main.rs")).unwrap();
    for (folder, list) in [(here.clone(), main), (here.join("common"), common::read(&here.join("common/mod.rs")))] {
        for file in common::files_in(&folder, "rs").iter().filter(|f| f.parent() == Some(&folder)) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let named = ["main", "mod"].contains(&name.as_str()) || list.contains(&format!("mod {name};"));
            assert!(named, "{} is no module, so nobody runs it", file.display());
        }
    }
}
