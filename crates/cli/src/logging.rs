//! Log lines on standard error.

use tracing_subscriber::filter::LevelFilter;

use crate::args::{Global, LogFormat};

/// Warnings by default; `-v` adds requests, `-vv` the rest of this program's own. Other crates' lines are never shown:
/// an HTTP client's trace has headers in it.
pub(crate) fn start(global: &Global) {
    let level = match global.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = tracing_subscriber::EnvFilter::builder()
        .parse_lossy(format!("off,tilewright={level},tilewright_engine={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match global.log_format {
        LogFormat::Text => {
            let ansi = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
            builder.with_ansi(ansi).without_time().try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // A second start in one process keeps the first one's settings.
    drop(started);
}
