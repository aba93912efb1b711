//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tilewright_core::plan::Header;

use crate::error::CommandError;
use crate::selection::Selection;

/// Keeps the applications and clients of a Mosaic tenant equal to YAML manifests
#[derive(Debug, Parser)]
#[command(name = "tilewright", version, propagate_version = true, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 failure, 2 wrong command line, 3 invalid manifests or project, \
4 changes pending, 5 a guard refused, 6 plan stale or another tenant, 7 API unreachable or credentials refused, \
8 applied in part or not converged, 130 interrupted.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The project file; found from the working folder upwards if not given
    #[arg(long, global = true, value_name = "FILE", env = "TILEWRIGHT_PROJECT")]
    pub(crate) project: Option<PathBuf>,
    /// The form of the report on standard output
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// The form of log lines on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// More log lines: requests (-v), waits and internals (-vv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people; coloured on a terminal
    Text,
    /// For machines; the schemas are in `schemas/`
    Json,
    /// For pull requests
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load and check the manifests; needs no network and no credentials
    Validate(ValidateArgs),
    /// Show what would change; reads only
    Plan(PlanArgs),
    /// Plan, ask, and apply
    Apply(ApplyArgs),
    /// Render a saved plan; needs no network and no project
    Show(ShowArgs),
    /// Hand a client's id and secret to a file or to a command, never to the terminal unless asked
    Credentials(CredentialsArgs),
    /// Print the JSON Schemas of manifests, the project file and reports
    Schema(SchemaArgs),
    /// Serve a simulated tenant over HTTP on loopback
    Simulator(SimulatorArgs),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    /// Manifest files and folders; those of the project if none is given
    pub(crate) paths: Vec<PathBuf>,
    /// The environment whose overlays and variables to use; all of them in turn if not given
    #[arg(short, long, value_name = "NAME", env = "TILEWRIGHT_ENVIRONMENT")]
    pub(crate) environment: Option<String>,
}

/// Where to plan for, and how to get there.
#[derive(Args, Clone, Debug)]
pub(crate) struct Where {
    /// Manifest files and folders; those of the project if none is given
    pub(crate) paths: Vec<PathBuf>,
    /// The environment; need not be named where the project has only one
    #[arg(short, long, value_name = "NAME", env = "TILEWRIGHT_ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    /// Plan only for these addresses: `application/storefront`, `client/storefront/*`, `*/storefront*`
    #[arg(long, value_name = "PATTERN")]
    pub(crate) select: Vec<String>,
    /// Plan only for resources with this label
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) label: Vec<String>,
    /// Delete what is bound and has no manifest any more
    #[arg(long, conflicts_with_all = ["paths", "label"])]
    pub(crate) prune: bool,
    /// Send fields that the API never shows and of which nothing is remembered
    #[arg(long)]
    pub(crate) send_unverifiable: bool,
    /// How many requests go out at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) concurrency: u16,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Refuses a URL with a user and password in it, which would be shown wherever the URL is.
pub(crate) fn without_user(url: &str) -> Result<(), CommandError> {
    let before_query = url.split(['?', '#']).next().unwrap_or_default();
    if before_query.contains('@') {
        return Err(CommandError::usage("a URL must not have a user or password in it")
            .hint("credentials go into TILEWRIGHT_CLIENT_ID and TILEWRIGHT_CLIENT_SECRET"));
    }
    Ok(())
}

impl ConnectionArgs {
    /// Without empty values, as pipelines make of unset variables.
    ///
    /// # Errors
    /// A URL with a user and password in it, which would be shown wherever the URL is.
    pub(crate) fn without_empty(&self) -> Result<Self, CommandError> {
        let filled = |value: &Option<String>| value.clone().filter(|v| !v.trim().is_empty());
        let url = |value: &Option<String>| match filled(value) {
            Some(url) => without_user(&url).map(|()| Some(url)),
            None => Ok(None),
        };
        Ok(Self {
            base_url: url(&self.base_url)?,
            token_url: url(&self.token_url)?,
            client_id: filled(&self.client_id),
            tenant_id: filled(&self.tenant_id),
        })
    }
}

impl Where {
    /// The same place, narrowed as a saved plan was.
    pub(crate) fn for_plan(&self, header: &Header) -> Self {
        let (select, label) = Selection::from_words(&header.scope);
        let paths = header.scope.iter().filter_map(|w| w.strip_prefix("path ")).map(PathBuf::from).collect();
        let prune = header.scope.iter().any(|w| w == "prune");
        let environment = self.environment.clone().or_else(|| Some(header.environment.clone()));
        Self { paths, select, label, prune, environment, ..self.clone() }
    }
}

/// Overrides of the project file. The client secret and a ready access token are read from TILEWRIGHT_CLIENT_SECRET and
/// TILEWRIGHT_ACCESS_TOKEN only, since flags can be seen by every process of the machine.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection, over the project file")]
pub(crate) struct ConnectionArgs {
    /// The API's base URL, such as `https://api.transmitsecurity.io/cis`
    #[arg(long, value_name = "URL", env = "TILEWRIGHT_BASE_URL", hide_env_values = true)]
    pub(crate) base_url: Option<String>,
    /// The token endpoint; `/oidc/token` at the root of the API's host if not given
    #[arg(long, value_name = "URL", env = "TILEWRIGHT_TOKEN_URL", hide_env_values = true)]
    pub(crate) token_url: Option<String>,
    /// The client id to get tokens with; its secret is read from TILEWRIGHT_CLIENT_SECRET
    #[arg(long, value_name = "ID", env = "TILEWRIGHT_CLIENT_ID", hide_env_values = true)]
    pub(crate) client_id: Option<String>,
    /// The tenant that the token must be for
    #[arg(long, value_name = "ID", env = "TILEWRIGHT_TENANT_ID", hide_env_values = true)]
    pub(crate) tenant_id: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) place: Where,
    /// Exit with 4 if anything would be sent
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Save the plan in this file, for `tilewright apply --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// A plan that `tilewright plan --out` saved
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) place: Where,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Apply exactly this saved plan, without asking
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "select", "label", "prune", "send_unverifiable"])]
    pub(crate) plan: Option<PathBuf>,
    /// Allow exactly this number of objects to cease to exist
    #[arg(long, value_name = "N")]
    pub(crate) allow_deletes: Option<usize>,
}

#[derive(Args, Debug)]
pub(crate) struct CredentialsArgs {
    /// The client, such as `client/storefront/web`
    pub(crate) address: String,
    /// Write them into this new file, readable by its owner only
    #[arg(long, value_name = "FILE", group = "sink")]
    pub(crate) file: Option<PathBuf>,
    /// Write over the file if it is there
    #[arg(long, requires = "file")]
    pub(crate) force: bool,
    /// Write them to the standard input of this shell command
    #[arg(long, value_name = "COMMAND", group = "sink")]
    pub(crate) pipe: Option<String>,
    /// Print them, for whoever knows that nobody looks on and nothing is recorded
    #[arg(long, group = "sink")]
    pub(crate) print: bool,
    /// Their form
    #[arg(long = "as", value_enum, default_value_t = CredentialsForm::Json)]
    pub(crate) form: CredentialsForm,
    /// The environment; need not be named where the project has only one
    #[arg(short, long, value_name = "NAME", env = "TILEWRIGHT_ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsForm {
    /// `{"client_id": …, "client_secret": …}`
    Json,
    /// `CLIENT_ID=…` and `CLIENT_SECRET=…`
    Env,
    /// The secret alone
    Secret,
}

#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {
    /// Which: all names are listed if none is given
    pub(crate) name: Option<String>,
    /// Write every schema into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    pub(crate) write: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SimulatorArgs {
    /// The port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 8787)]
    pub(crate) port: u16,
    /// Keep the tenant in this file; without it, it is gone at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// The tenant's id, where a new one is made
    #[arg(long, value_name = "ID", default_value = "tnt-simulated")]
    pub(crate) tenant: String,
    /// Answer this many milliseconds later
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub(crate) latency: u64,
    /// Answer 429 beyond this many requests a second
    #[arg(long, value_name = "N")]
    pub(crate) rate_limit: Option<u32>,
    /// Throw a switch: behave in the other way where the API's documents leave a question open; `list` lists them
    #[arg(long, value_name = "NAME")]
    pub(crate) switch: Vec<String>,
}
