//! `completions`: what shells read.

use clap::CommandFactory;

use crate::args::Cli;
use crate::error::CommandError;
use crate::exit::Exit;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tilewright", &mut script);
    super::print(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
