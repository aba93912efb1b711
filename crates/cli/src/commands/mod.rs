//! One file a command. Each returns how it ended; errors become text, JSON or Markdown here.

mod apply;
mod completions;
mod credentials;
mod plan;
mod schema;
mod show;
mod simulator;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command, Format, Global};
use crate::error::{CommandError, Details};
use crate::exit::Exit;
use crate::render::{self, BOLD, REMOVED, one_line, paint};

/// Parses the command line and runs the command.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    crate::logging::start(&cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return finish(&cli.global, Err(CommandError::new(Exit::Failure, error.to_string()))),
    };
    let global = cli.global.clone();
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Validate(args) => validate::validate(&global, &args),
            Command::Plan(args) => plan::plan(&global, &args).await,
            Command::Apply(args) => apply::apply(&global, &args).await,
            Command::Show(args) => show::show(&global, &args),
            Command::Credentials(args) => credentials::credentials(&global, &args).await,
            Command::Schema(args) => schema::schema(&args),
            Command::Simulator(args) => simulator::simulator(args).await,
            Command::Completions { shell } => completions::completions(shell),
        }
    });
    finish(&global, ended)
}

fn finish(global: &Global, ended: Result<Exit, CommandError>) -> ExitCode {
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            report(global.format, &error);
            error.exit.into()
        }
    }
}

/// Prints the report to standard output, without styles where nobody wants them. A reader that has gone away, such as
/// `head`, is no failure.
pub(crate) fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

fn report(format: Format, error: &CommandError) {
    match format {
        Format::Text => {
            let _ = anstream::stderr().lock().write_all(error_text(error).as_bytes());
        }
        Format::Json => print(&render::to_text(&render::error_report(error))),
        Format::Markdown => print(&render::error_markdown(error)),
    }
}

fn error_text(error: &CommandError) -> String {
    let mut text = String::new();
    match &error.details {
        Details::None => {}
        Details::Diagnostics { text: rendered, .. } => {
            text.push_str(rendered);
            text.push('\n');
        }
        Details::Problems(problems) => {
            for problem in problems {
                let head = paint(REMOVED, "error:");
                let kind = one_line(&problem.kind.to_string());
                text.push_str(&format!("{head} {}: {kind}\n  {}\n", problem.address, problem.kind.help()));
            }
        }
        Details::Violations(violations) => {
            for violation in violations {
                let head = paint(REMOVED, "refused:");
                text.push_str(&format!("{head} {violation}\n  {}\n", violation.help()));
            }
        }
    }
    text.push_str(&format!("{} {}\n", paint(REMOVED, "error:"), one_line(&error.message)));
    for hint in &error.hints {
        text.push_str(&format!("{} {hint}\n", paint(BOLD, "hint:")));
    }
    text
}
