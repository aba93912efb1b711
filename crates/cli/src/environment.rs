//! Where a run takes place: the project file, the environment, and what flags and variables say over them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value as Json;
use tilewright_core::{Key, Secret};
use tilewright_engine::{Credentials, HttpTransport, Transport};
use tilewright_loader::{Endpoint, Environment, EnvironmentRequest, Project, Rejected, discover};
use tilewright_mosaic::{REGIONS, base_url_of_region, token_url_of};

use crate::args::{ConnectionArgs, Global, without_user};
use crate::error::{CommandError, Details};
use crate::exit::Exit;
use crate::local::{Embedded, StateFile, open};
use crate::render::counted;

/// The name of the environment where there is no project file.
const NAMELESS: &str = "default";
/// The tenant that an embedded simulated tenant gets where the project file names none.
const SIMULATED: &str = "tnt-simulated";

/// A project file, or none.
pub(crate) struct Setting {
    project: Option<Project>,
    /// Manifests named on the command line.
    paths: Vec<PathBuf>,
}

/// The files and variables of one environment.
pub(crate) struct Layer {
    pub(crate) environment: String,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) overlays: Vec<PathBuf>,
    pub(crate) skip: Vec<PathBuf>,
    pub(crate) variables: BTreeMap<String, Json>,
    pub(crate) partial: bool,
}

/// A tenant and how to get there.
pub(crate) struct Place {
    pub(crate) name: String,
    /// Where `.tilewright` is.
    pub(crate) folder: PathBuf,
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    pub(crate) tenant: Option<String>,
    pub(crate) max_deletes: usize,
    pub(crate) max_delete_percent: usize,
    local: Option<Arc<dyn Transport>>,
}

impl Setting {
    /// Finds the project file: the named one, else upwards from the working folder. Manifests must be known.
    pub(crate) fn find(global: &Global, paths: &[PathBuf]) -> Result<Self, CommandError> {
        let found = Self { paths: paths.to_vec(), ..Self::anywhere(global)? };
        if found.project.is_none() && paths.is_empty() {
            return Err(CommandError::new(
                Exit::Invalid,
                "there is no tilewright.yaml here or above, and no manifests are named",
            )
            .hint("name manifest files or folders, or make a project file; the README has one to copy"));
        }
        Ok(found)
    }

    /// The same for commands that need no manifests.
    pub(crate) fn anywhere(global: &Global) -> Result<Self, CommandError> {
        let here = std::env::current_dir()
            .map_err(|e| CommandError::new(Exit::Failure, format!("there is no working folder: {e}")))?;
        let file = global.project.clone().or_else(|| discover(&here));
        let regions: Vec<&str> = REGIONS.iter().map(|r| r.name).collect();
        let project = file.map(|file| Project::read(&file, &regions).map_err(|e| rejected(&e))).transpose()?;
        Ok(Self { project, paths: Vec::new() })
    }

    /// The manifests of one environment, or of every one where none is named.
    pub(crate) fn layers(&self, name: Option<&str>) -> Result<Vec<Layer>, CommandError> {
        let name = checked_name(name)?;
        match (&self.project, name) {
            (Some(project), None) => project.environments().into_iter().map(|n| self.layer(Some(n))).collect(),
            (Some(_), Some(_)) | (None, _) => Ok(vec![self.layer(name)?]),
        }
    }

    /// The manifests of one environment. Asks for no credentials.
    pub(crate) fn layer(&self, name: Option<&str>) -> Result<Layer, CommandError> {
        let name = checked_name(name)?;
        let Some(project) = &self.project else {
            return Ok(Layer {
                environment: name.unwrap_or(NAMELESS).to_owned(),
                paths: self.paths.clone(),
                overlays: Vec::new(),
                skip: Vec::new(),
                variables: BTreeMap::new(),
                partial: false,
            });
        };
        let environment = self.environment(project, name, false, &[])?;
        let named = !self.paths.is_empty();
        Ok(Layer {
            environment: environment.name,
            paths: if named { self.paths.clone() } else { project.manifests() },
            skip: project.not_manifests(),
            overlays: environment.overlays,
            variables: environment.variables,
            partial: named,
        })
    }

    fn environment(
        &self,
        project: &Project,
        name: Option<&str>,
        connect: bool,
        overridden: &[&str],
    ) -> Result<Environment, CommandError> {
        let name = project.choose(name).map_err(|e| {
            CommandError::usage(e.to_string()).hint("name one with -e NAME, or in TILEWRIGHT_ENVIRONMENT")
        })?;
        let request = EnvironmentRequest { connect, overridden, env: &|name| std::env::var(name).ok() };
        project.environment(name, &request).map_err(|e| rejected(&e))
    }

    /// An error where paths are named that hold no manifest: a wrong path must not look like a green run.
    pub(crate) fn nothing_in_paths(&self) -> CommandError {
        let paths: Vec<String> = self.paths.iter().map(|p| p.display().to_string()).collect();
        CommandError::new(Exit::Invalid, format!("there is no manifest in {}", paths.join(", ")))
            .hint("manifests are files named .yaml, .yml or .json, in these folders or below")
    }

    /// Whether manifests are named on the command line.
    pub(crate) fn names_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The tenant of an environment, with what flags and variables say over the project file.
    pub(crate) fn place(&self, name: Option<&str>, args: &ConnectionArgs) -> Result<Place, CommandError> {
        let args = &args.without_empty()?;
        let name = checked_name(name)?;
        let secret = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty()).map(Secret::new);
        let client_secret = secret("TILEWRIGHT_CLIENT_SECRET");
        let access_token = secret("TILEWRIGHT_ACCESS_TOKEN");
        let given: Vec<&str> = [
            ("base_url", args.base_url.is_some()),
            ("simulator", args.base_url.is_some()),
            ("region", args.base_url.is_some()),
            ("token_url", args.token_url.is_some()),
            ("tenant_id", args.tenant_id.is_some()),
            ("client_id", args.client_id.is_some()),
            ("client_secret", client_secret.is_some()),
            ("access_token", access_token.is_some() || args.client_id.is_some() && client_secret.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_given)| is_given.then_some(name))
        .collect();
        let (environment, folder) = match &self.project {
            Some(project) => (Some(self.environment(project, name, true, &given)?), project.folder().to_owned()),
            None => (None, PathBuf::from(".")),
        };
        let environment_name = environment.as_ref().map_or(name.unwrap_or(NAMELESS), |e| &e.name).to_owned();
        let guards = environment.as_ref().map_or((0, 20), |e| (e.max_deletes, e.max_delete_percent));
        let parts = Parts { environment, args, client_secret, access_token };
        parts.place(environment_name, folder, guards)
    }
}

/// What a place is put together from.
struct Parts<'a> {
    environment: Option<Environment>,
    args: &'a ConnectionArgs,
    client_secret: Option<Secret>,
    access_token: Option<Secret>,
}

impl Parts<'_> {
    fn place(self, name: String, folder: PathBuf, guards: (usize, usize)) -> Result<Place, CommandError> {
        let mut environment = self.environment;
        let stated = environment.as_mut().and_then(|e| e.endpoint.take());
        let tenant = self.args.tenant_id.clone().or_else(|| environment.as_ref().and_then(|e| e.tenant_id.clone()));
        let (max_deletes, max_delete_percent) = guards;
        let make = |base_url: String, credentials, tenant, local| Place {
            name,
            folder,
            base_url,
            credentials,
            tenant,
            max_deletes,
            max_delete_percent,
            local,
        };
        let (base_url, token_url) = match (&self.args.base_url, stated) {
            (Some(url), _) => (url.clone(), None),
            (None, Some(Endpoint::Simulator(file))) => {
                let stated_tenant = tenant;
                let wanted = stated_tenant.as_deref().unwrap_or(SIMULATED);
                let Embedded { transport, base_url, credentials, tenant } = open(StateFile::new(file), wanted)?;
                // A tenant that somebody names must be this one; the token says whether it is.
                return Ok(make(base_url, credentials, stated_tenant.or(Some(tenant)), Some(transport)));
            }
            (None, Some(Endpoint::Region(region))) => {
                let url = base_url_of_region(&region)
                    .ok_or_else(|| CommandError::new(Exit::Invalid, format!("unknown region `{region}`")))?;
                (url.to_owned(), None)
            }
            (None, Some(Endpoint::Url { base_url, token_url })) => (base_url, token_url),
            (None, None) => return Err(nowhere()),
        };
        let token_url = self.args.token_url.clone().or(token_url).or_else(|| token_url_of(&base_url));
        [Some(&base_url), token_url.as_ref()].into_iter().flatten().try_for_each(|url| without_user(url))?;
        let token_url = token_url.ok_or_else(|| {
            CommandError::usage(format!("`{base_url}` is no URL")).hint("give one such as https://host/cis")
        })?;
        let overridden = self.args.client_id.is_some() && self.client_secret.is_some();
        let client_id = self.args.client_id.clone().or_else(|| environment.as_ref().and_then(|e| e.client_id.clone()));
        let client_secret = self.client_secret.or_else(|| environment.as_mut().and_then(|e| e.client_secret.take()));
        let stated_token = environment.as_mut().and_then(|e| e.access_token.take()).filter(|_| !overridden);
        let token = self.access_token.or(stated_token);
        let credentials = match (token, client_id, client_secret) {
            (Some(token), _, _) => Credentials::AccessToken(token),
            (None, Some(id), Some(secret)) => Credentials::Client { token_url, id, secret },
            (None, _, _) => return Err(nobody()),
        };
        Ok(make(base_url.trim_end_matches('/').to_owned(), credentials, tenant, None))
    }
}

/// The name of an environment is a file's name too. An empty one, as pipelines make of unset variables, is none.
fn checked_name(name: Option<&str>) -> Result<Option<&str>, CommandError> {
    let name = name.filter(|n| !n.is_empty());
    match name.map(Key::new).transpose() {
        Ok(_) => Ok(name),
        Err(_) => Err(CommandError::usage("the name of an environment has 1 to 63 characters of a-z, 0-9 and `-`")),
    }
}

fn nowhere() -> CommandError {
    CommandError::new(Exit::Invalid, "nothing says where the tenant is")
        .hint("state it in tilewright.yaml, or set TILEWRIGHT_BASE_URL (--base-url)")
}

fn nobody() -> CommandError {
    CommandError::new(Exit::Invalid, "there are no credentials for the tenant").hint(
        "set TILEWRIGHT_CLIENT_ID and TILEWRIGHT_CLIENT_SECRET, or TILEWRIGHT_ACCESS_TOKEN, or state them in tilewright.yaml as ${env:NAME}",
    )
}

impl Place {
    /// The way there.
    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>, CommandError> {
        match &self.local {
            Some(transport) => Ok(Arc::clone(transport)),
            None => {
                let http = HttpTransport::new().map_err(|e| CommandError::new(Exit::Failure, e.to_string()))?;
                Ok(Arc::new(http))
            }
        }
    }
}

fn rejected(error: &Rejected) -> CommandError {
    let Rejected { diagnostics, sources } = error;
    let texts: Vec<String> = diagnostics.iter().map(|d| sources.render(d, true)).collect();
    let reports: Vec<_> = diagnostics.iter().map(|d| sources.report(d)).collect();
    let message = format!("the project file has {}", counted(reports.len(), "error"));
    CommandError::new(Exit::Invalid, message).details(Details::Diagnostics { text: texts.join("\n\n"), reports })
}
