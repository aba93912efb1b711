//! The chosen environment: its references resolved, its paths joined, its secrets wrapped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tilewright_core::Secret;

use super::file::{PLACES, typed, unknown_region};
use super::spec::EnvironmentSpec;
use crate::diagnostic::Diagnostic;
use crate::interpolate::Outside;
use crate::sources::Sources;
use crate::spot::Spot;
use crate::suggest::{all_of, question};
use crate::yaml::{Content, Member, Node};

/// An environment, ready to be used.
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where the tenant is; `None` where the request did not ask, or the caller overrides it.
    pub endpoint: Option<Endpoint>,
    /// The tenant that the token must belong to. Stated wherever `endpoint` is not the simulator.
    pub tenant_id: Option<String>,
    /// The id of the client that tilewright logs in with.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// A ready access token.
    pub access_token: Option<Secret>,
    /// What `${var:…}` stands for: texts, numbers and truth values.
    pub variables: BTreeMap<String, Json>,
    /// The overlays in the order in which they are merged.
    pub overlays: Vec<PathBuf>,
    /// How many objects may be deleted without being asked for by number.
    pub max_deletes: usize,
    /// How many of the bound objects may be, in percent.
    pub max_delete_percent: usize,
}

/// Where a tenant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// An embedded simulated tenant, kept in this file.
    Simulator(PathBuf),
    /// A region of the vendor, one of those that were passed to [`crate::Project::read`].
    Region(String),
    /// Any host.
    Url {
        /// The base URL of the API.
        base_url: String,
        /// Where tokens are fetched, where it is stated.
        token_url: Option<String>,
    },
}

/// What is wanted of an environment.
pub struct EnvironmentRequest<'a> {
    /// Whether the tenant is to be reached; where not, neither endpoint nor credentials are resolved or required.
    pub connect: bool,
    /// Members that flags or variables override, such as `client_secret`: neither resolved nor required.
    pub overridden: &'a [&'a str],
    /// Reads an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
}

/// Why no environment is chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// The project file has none.
    #[error("the project file has no environments")]
    None,
    /// There are several and none is named.
    #[error("the project file has several environments, {0}; name one")]
    Unnamed(String),
    /// None has this name.
    #[error("unknown environment `{name}`{near}; there {verb} {known}", near = .near, verb = .verb)]
    Unknown {
        /// The name.
        name: String,
        /// A near one, as a question; may be empty.
        near: String,
        /// `is` or `are`.
        verb: &'static str,
        /// The names that are known.
        known: String,
    },
}

impl EnvironmentError {
    pub(super) fn choose<'a>(names: &[&'a str], wanted: Option<&str>) -> Result<&'a str, Self> {
        match (wanted, names) {
            (_, []) => Err(Self::None),
            (None, [only]) => Ok(only),
            (None, several) => Err(Self::Unnamed(all_of(several.iter().copied()))),
            (Some(name), names) => names.iter().copied().find(|n| *n == name).ok_or_else(|| Self::Unknown {
                name: name.to_owned(),
                near: question(name, names.iter().copied()),
                verb: if names.len() == 1 { "is" } else { "are" },
                known: all_of(names.iter().copied()),
            }),
        }
    }
}

/// Members that are only wanted where the tenant is to be reached.
const CONNECTING: [&str; 8] =
    ["simulator", "region", "base_url", "token_url", "tenant_id", "client_id", "client_secret", "access_token"];

/// What resolving an environment needs to know.
pub(super) struct Context<'a> {
    pub(super) folder: &'a Path,
    pub(super) regions: &'a [String],
    pub(super) sources: &'a Sources,
    pub(super) request: &'a EnvironmentRequest<'a>,
}

impl Context<'_> {
    /// Resolves the environment that a member of `environments` is.
    pub(super) fn resolve(&self, member: &Member, found: &mut Vec<Diagnostic>) -> Option<Environment> {
        let mut node = member.value.clone();
        self.leave_out(&mut node);
        let outside =
            Outside { variables: None, env: self.request.env, sources: self.sources, literal: &BTreeSet::new() };
        outside.resolve(&mut node, found);
        if !found.is_empty() {
            return None;
        }
        self.check(member, &node, found);
        let has_secret = node.get("client_secret").is_some();
        let has_token = node.get("access_token").is_some();
        let client_secret = take_secret(&mut node, "client_secret", found);
        let access_token = take_secret(&mut node, "access_token", found);
        let spec: EnvironmentSpec = typed(&node, found)?;
        self.credentials(member.name_at, &spec, has_secret, has_token, found);
        Some(Environment {
            name: member.name.clone(),
            endpoint: self.endpoint(&spec),
            tenant_id: spec.tenant_id,
            client_id: spec.client_id,
            client_secret,
            access_token,
            variables: spec.variables.into_iter().map(|(name, value)| (name, value.0)).collect(),
            overlays: spec.overlays.iter().map(|path| self.folder.join(path)).collect(),
            max_deletes: spec.guards.max_deletes,
            max_delete_percent: spec.guards.max_delete_percent,
        })
    }

    /// Whether something says where the tenant is.
    fn says_where(&self, stated: impl Fn(&str) -> bool) -> bool {
        PLACES.iter().any(|place| stated(place) || self.request.overridden.contains(place))
    }

    /// Drops what is not wanted.
    fn leave_out(&self, node: &mut Node) {
        if let Content::Map(members) = &mut node.content {
            members.retain(|m| {
                let name = m.name.as_str();
                let wanted = self.request.connect || !CONNECTING.contains(&name);
                wanted && !self.request.overridden.contains(&name)
            });
        }
    }

    fn endpoint(&self, spec: &EnvironmentSpec) -> Option<Endpoint> {
        match spec {
            EnvironmentSpec { simulator: Some(file), .. } => Some(Endpoint::Simulator(self.folder.join(file))),
            EnvironmentSpec { region: Some(region), .. } => Some(Endpoint::Region(region.clone())),
            EnvironmentSpec { base_url: Some(base_url), token_url, .. } => {
                Some(Endpoint::Url { base_url: base_url.clone(), token_url: token_url.clone() })
            }
            _ => None,
        }
    }

    /// Checks what could not be checked before references were resolved.
    fn check(&self, member: &Member, node: &Node, found: &mut Vec<Diagnostic>) {
        let regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        found.extend(node.get("region").and_then(|region| unknown_region(region, &regions)));
        for name in ["base_url", "token_url"] {
            let Some(value) = node.get(name) else { continue };
            let url = value.as_text().and_then(|text| url::Url::parse(text).ok());
            if !url.is_some_and(|u| matches!(u.scheme(), "https" | "http") && u.has_host()) {
                found.push(
                    Diagnostic::error("bad-url", value.at, format!("`{name}` is no URL"))
                        .label("expected a URL such as `https://api.example.com/cis`"),
                );
            }
        }
        if self.request.connect && !self.says_where(|place| node.get(place).is_some()) {
            let message = format!("the environment `{}` does not say where the tenant is", member.name);
            found.push(
                Diagnostic::error("missing-field", member.name_at, message)
                    .help("state `region`, `base_url` or `simulator`"),
            );
        }
    }

    /// A tenant behind a network needs its id and something to log in with.
    fn credentials(
        &self,
        at: Spot,
        spec: &EnvironmentSpec,
        has_secret: bool,
        has_token: bool,
        found: &mut Vec<Diagnostic>,
    ) {
        let simulated = spec.simulator.is_some() || self.request.overridden.contains(&"simulator");
        if !self.request.connect
            || simulated
            || !self.says_where(|place| match place {
                "region" => spec.region.is_some(),
                _ => spec.base_url.is_some(),
            })
        {
            return;
        }
        let given = |name: &str| self.request.overridden.contains(&name);
        if spec.tenant_id.is_none() && !given("tenant_id") {
            found.push(
                Diagnostic::error("missing-field", at, "`tenant_id` is missing")
                    .label("this environment needs it")
                    .help("the token's tenant must be this one, which keeps a plan from going to a wrong tenant"),
            );
        }
        if has_token || given("access_token") {
            return;
        }
        let client_id = (spec.client_id.is_none() && !given("client_id")).then_some("client_id");
        let secret = (!has_secret && !given("client_secret")).then_some("client_secret");
        let missing: Vec<&str> = client_id.into_iter().chain(secret).collect();
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            found.push(
                Diagnostic::error("missing-field", at, format!("{} {verb} missing", all_of(missing)))
                    .label("this environment cannot log in")
                    .help("write `${env:NAME}` with the variable that holds it"),
            );
        }
    }
}

/// Moves a secret out of the tree.
fn take_secret(node: &mut Node, name: &str, found: &mut Vec<Diagnostic>) -> Option<Secret> {
    let Content::Map(members) = &mut node.content else { return None };
    let index = members.iter().position(|m| m.name == name)?;
    let member = members.remove(index);
    let Content::Scalar(scalar) = member.value.content else { return None };
    if scalar.text.is_empty() {
        let message = format!("`{name}` is empty");
        found.push(Diagnostic::error("missing-field", member.value.at, message).label("nothing behind this reference"));
        return None;
    }
    Some(Secret::new(scalar.text))
}
