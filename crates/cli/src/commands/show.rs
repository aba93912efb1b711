//! `show`: renders a saved plan. Needs no network, no project and no credentials.

use std::path::Path;

use tilewright_core::Backend;
use tilewright_core::plan::{Plan, SavedPlanError, read_saved};
use tilewright_mosaic::Mosaic;

use crate::args::{Format, Global, ShowArgs};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::render::{self, PlannedReport};

pub(crate) fn show(global: &Global, args: &ShowArgs) -> Result<Exit, CommandError> {
    let mosaic = Mosaic::new();
    let plan = read_plan(&args.file)?;
    match global.format {
        Format::Text => super::print(&render::plan_text(&plan, mosaic.catalog())),
        Format::Json => super::print(&render::to_text(&PlannedReport::new(&plan, &[]))),
        Format::Markdown => super::print(&render::plan_markdown(&plan, mosaic.catalog(), &[])),
    }
    Ok(Exit::Done)
}

/// Reads a saved plan and checks that it is whole and unchanged.
pub(crate) fn read_plan(file: &Path) -> Result<Plan, CommandError> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|e| CommandError::new(Exit::Failure, format!("cannot read the plan {shown}: {e}")))?;
    read_saved(&text).map_err(|error| {
        let exit = match error {
            SavedPlanError::NotAPlan => Exit::Invalid,
            SavedPlanError::NotJson { .. }
            | SavedPlanError::Version { .. }
            | SavedPlanError::Form { .. }
            | SavedPlanError::Edited => Exit::Stale,
        };
        CommandError::new(exit, format!("the plan {shown} is refused: {error}"))
            .hint("make a new one with `tilewright plan --out FILE`; nothing was sent")
    })
}
