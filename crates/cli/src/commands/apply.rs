//! `apply`: plans, asks, and sends the plan's steps.

use std::io::{BufRead, IsTerminal, Write};

use tilewright_engine::{ApplyInput, ApplyLock, Interrupt, Report, StepOutcome};

use crate::args::{ApplyArgs, Format, Global};
use crate::commands::show::read_plan;
use crate::error::{CommandError, Details};
use crate::exit::Exit;
use crate::render::{self, AppliedReport, counted};
use crate::session::{Planned, Session};

pub(crate) async fn apply(global: &Global, args: &ApplyArgs) -> Result<Exit, CommandError> {
    let asks = std::io::stdin().is_terminal() && global.format == Format::Text;
    let saved = args.plan.as_deref().map(read_plan).transpose()?;
    let agreed_before = args.yes || saved.is_some();
    if !agreed_before && !asks {
        let why = if global.format == Format::Text { "a terminal to ask on" } else { "the text form, to ask" };
        return Err(CommandError::usage(format!("apply without --yes needs {why}"))
            .hint("look at `tilewright plan` first, then add --yes"));
    }
    let place = saved.as_ref().map_or_else(|| args.place.clone(), |plan| args.place.for_plan(&plan.header));
    let session = Session::open(global, &place)?;
    // Taken before live state is read: what another apply does meanwhile would make the plan stale.
    let _lock = ApplyLock::take(session.bindings_path(), &holder())?;
    let session = session.reload()?;
    let planned = match saved {
        Some(plan) => session.saved(plan).await?,
        None => session.plan().await?,
    };
    if global.format == Format::Text {
        super::print(&render::plan_text(&planned.plan, planned.reader.backend().catalog()));
    }
    let violations = planned.violations(args.allow_deletes);
    if !violations.is_empty() {
        return Err(CommandError::new(Exit::Guarded, "the plan is refused; nothing was sent")
            .details(Details::Violations(violations)));
    }
    if !agreed_before && !planned.plan.is_empty() && !agreed(&planned)? {
        return Err(CommandError::new(Exit::Failure, "not confirmed; nothing was sent"));
    }
    let interrupt = Interrupt::default();
    let watcher = watch(interrupt.clone());
    let report = send(&planned, interrupt).await;
    watcher.abort();
    planned.progress.clear();
    let report = report?;
    match global.format {
        Format::Text => super::print(&format!("\n{}", render::report_text(&report))),
        Format::Json => super::print(&render::to_text(&AppliedReport::new(&planned.plan, &report))),
        Format::Markdown => super::print(&render::applied_markdown(&planned.plan, &report)),
    }
    Ok(exit(&report))
}

/// What another apply on this environment is told.
fn holder() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    let by = if user.is_empty() { String::new() } else { format!(" of {user}") };
    format!("process {}{by}", std::process::id())
}

async fn send(planned: &Planned, interrupt: Interrupt) -> Result<Report, CommandError> {
    planned.progress.expect_steps(planned.plan.steps.len());
    let input = ApplyInput {
        plan: &planned.plan,
        live: &planned.live,
        desired: &planned.desired,
        selected: &planned.selected,
        ids: planned.ids.clone(),
        bindings: planned.bindings.clone(),
        file: &planned.file,
        reader: planned.reader.clone(),
        writer: planned.reader.writer(),
        concurrency: planned.concurrency,
        interrupt,
        send_unverifiable: planned.send_unverifiable,
    };
    Ok(tilewright_engine::apply(input).await?)
}

fn exit(report: &Report) -> Exit {
    if report.interrupted && report.count("not run") > 0 {
        return Exit::Interrupted;
    }
    if report.is_success() {
        return Exit::Done;
    }
    let stale = |o: &StepOutcome| matches!(o, StepOutcome::Stale { .. });
    let only_stale = report.steps.iter().all(|s| match &s.outcome {
        StepOutcome::Done | StepOutcome::Stale { .. } | StepOutcome::Skipped { .. } => {
            !s.findings.iter().any(tilewright_engine::Finding::is_failure)
        }
        StepOutcome::Failed { .. } | StepOutcome::Unknown { .. } | StepOutcome::NotRun => false,
    });
    if only_stale && report.steps.iter().any(|s| stale(&s.outcome)) { Exit::Stale } else { Exit::Partial }
}

fn agreed(planned: &Planned) -> Result<bool, CommandError> {
    let writes = counted(planned.plan.steps.len(), "write request");
    let mut err = anstream::stderr();
    let header = &planned.plan.header;
    let _ = write!(err, "\nSend {writes} to {} (tenant {})? Only `yes` is taken: ", header.environment, header.tenant);
    let _ = err.flush();
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|e| CommandError::new(Exit::Failure, format!("cannot read the answer: {e}")))?;
    if !answer.ends_with('\n') {
        let _ = writeln!(err);
    }
    Ok(answer.trim() == "yes")
}

/// The first Ctrl-C, or the first request to terminate, lets the steps in flight finish; the second ends the process.
fn watch(interrupt: Interrupt) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        while told_to_stop().await {
            let mut err = anstream::stderr();
            if interrupt.is_asked() {
                let _ = writeln!(err, "\nended at once; what was in flight may have taken effect");
                std::process::exit(i32::from(Exit::Interrupted.code()));
            }
            let _ = writeln!(err, "\nfinishing the steps in flight; press Ctrl-C again to end at once");
            interrupt.ask();
        }
    })
}

/// Ends with `true` on the next signal, and with `false` where signals cannot be had.
#[cfg(unix)]
async fn told_to_stop() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return tokio::signal::ctrl_c().await.is_ok() };
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended.is_ok(),
        told = terminate.recv() => told.is_some(),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
