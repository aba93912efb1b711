//! The tilewright binary: what a person or a pipeline meets.
//!
//! Flags, prompts, rendering and exit codes are here, and nothing that decides what a plan is.

mod args;
mod commands;
mod environment;
mod error;
mod exit;
mod local;
mod logging;
mod manifests;
mod progress;
mod render;
mod selection;
mod session;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run()
}
