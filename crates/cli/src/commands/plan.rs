//! `plan`: what would change. Reads only: it never holds the writing end of a connection.

use std::path::Path;

use tilewright_core::plan::{Plan, saved_text};

use crate::args::{Format, Global, PlanArgs};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::render::{self, PlannedReport};
use crate::session::{self, Session};

pub(crate) async fn plan(global: &Global, args: &PlanArgs) -> Result<Exit, CommandError> {
    let planned = Session::open(global, &args.place)?.plan().await?;
    let catalog = planned.reader.backend().catalog();
    let violations = planned.violations(None);
    if let Some(file) = &args.out {
        save(file, &planned.plan)?;
    }
    match global.format {
        Format::Text => {
            super::print(&render::plan_text(&planned.plan, catalog));
            session::print_violations(&violations);
        }
        Format::Json => super::print(&render::to_text(&PlannedReport::new(&planned.plan, &violations))),
        Format::Markdown => super::print(&render::plan_markdown(&planned.plan, catalog, &violations)),
    }
    Ok(if args.exit_code && !planned.plan.is_empty() { Exit::Pending } else { Exit::Done })
}

fn save(file: &Path, plan: &Plan) -> Result<(), CommandError> {
    let failed = |e: std::io::Error| {
        CommandError::new(Exit::Failure, format!("cannot save the plan in {}: {e}", file.display()))
    };
    std::fs::write(file, saved_text(plan)).map_err(failed)
}
