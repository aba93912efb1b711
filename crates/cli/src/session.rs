//! What planning commands share: manifests loaded, tenant read, plan made.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use tilewright_core::diff::{Action, DiffInput, Identities, diff, identify, prune};
use tilewright_core::plan::{Header, PLAN_FORMAT, Plan, PlanInput, plan};
use tilewright_core::{
    Address, Backend, Bindings, DesiredState, LiveState, Policy, RemoteId, Violation, guard, manifests_hash,
};
use tilewright_engine::{
    ApplyLock, BindingsError, BindingsFile, Connection, JournalFile, Leftover, Reader, RefreshInput, RetryPolicy,
    refresh_after,
};
use tilewright_mosaic::Mosaic;

use crate::args::{Global, Where};
use crate::environment::{Place, Setting};
use crate::error::{CommandError, Details};
use crate::exit::Exit;
use crate::manifests::check;
use crate::progress::Progress;
use crate::render::{REMOVED, counted, paint};
use crate::selection::Selection;

/// Manifests that are right, and a tenant to compare them with. Nothing was sent yet.
pub(crate) struct Session {
    place: Place,
    desired: DesiredState,
    selected: BTreeSet<Address>,
    scope: Vec<String>,
    /// Only some of the manifests were loaded, so what is missing says nothing.
    partial: bool,
    file: BindingsFile,
    bindings: Bindings,
    /// What a killed apply left.
    leftover: Option<Leftover>,
    reader: Reader,
    progress: Arc<Progress>,
    concurrency: usize,
    send_unverifiable: bool,
    prune: bool,
    selection: Selection,
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) live: LiveState,
    pub(crate) desired: DesiredState,
    pub(crate) selected: BTreeSet<Address>,
    pub(crate) ids: BTreeMap<Address, RemoteId>,
    pub(crate) bindings: Bindings,
    pub(crate) file: BindingsFile,
    pub(crate) reader: Reader,
    pub(crate) progress: Arc<Progress>,
    pub(crate) concurrency: usize,
    pub(crate) send_unverifiable: bool,
    policy: Policy,
}

impl Session {
    /// Loads and checks the manifests and sets the connection up; sends nothing.
    pub(crate) fn open(global: &Global, place: &Where) -> Result<Self, CommandError> {
        let backend: Arc<dyn Backend> = Arc::new(Mosaic::new());
        let setting = Setting::find(global, &place.paths)?;
        let layer = setting.layer(place.environment.as_deref())?;
        let checked = check(&layer, backend.catalog());
        if setting.names_paths() && checked.is_empty() {
            return Err(setting.nothing_in_paths());
        }
        checked.warn();
        let desired = checked.into_desired()?;
        let selection = Selection::new(&place.select, &place.label)?;
        let concurrency = usize::from(place.concurrency);
        let place_of = setting.place(place.environment.as_deref(), &place.connection)?;
        let file = BindingsFile::new(&place_of.folder, &place_of.name);
        let mut bindings = file.load()?;
        let leftover = JournalFile::beside(file.path()).read()?;
        if let Some(leftover) = &leftover {
            check_leftover(&file, leftover, &bindings, place_of.tenant.as_deref())?;
            let missing = leftover.fold_into(&mut bindings);
            match ApplyLock::holder(file.path()) {
                Some(holder) => tell_of_running(&holder),
                None => tell_of(leftover, missing),
            }
        }
        check_tenant(&file, &bindings, place_of.tenant.as_deref())?;
        let selected = selection.pick(&desired, &bindings, backend.catalog())?;
        let progress = Progress::new();
        let connection = Connection {
            transport: place_of.transport()?,
            backend,
            base_url: place_of.base_url.clone(),
            credentials: place_of.credentials.clone(),
            tenant: place_of.tenant.clone(),
            concurrency,
            retry: RetryPolicy::default(),
            observer: progress.observer(),
        };
        let partial = !selection.is_everything() || !place.paths.is_empty();
        let mut scope = selection.words();
        scope.extend(place.paths.iter().map(|p| format!("path {}", p.display())));
        scope.extend(place.prune.then(|| "prune".to_owned()));
        Ok(Self {
            partial,
            place: place_of,
            desired,
            selected,
            scope,
            file,
            bindings,
            leftover,
            reader: connection.reader(),
            progress,
            concurrency,
            send_unverifiable: place.send_unverifiable,
            prune: place.prune,
            selection,
        })
    }

    /// The file that an apply's lock lies beside.
    pub(crate) fn bindings_path(&self) -> &Path {
        self.file.path()
    }

    /// Reads bindings and journal again, once nobody else can write them.
    pub(crate) fn reload(mut self) -> Result<Self, CommandError> {
        self.bindings = self.file.load()?;
        self.leftover = JournalFile::beside(self.file.path()).read()?;
        if let Some(leftover) = &self.leftover {
            check_leftover(&self.file, leftover, &self.bindings, self.place.tenant.as_deref())?;
            leftover.fold_into(&mut self.bindings);
        }
        check_tenant(&self.file, &self.bindings, self.place.tenant.as_deref())?;
        Ok(self)
    }

    /// Reads the tenant and plans.
    pub(crate) async fn plan(self) -> Result<Planned, CommandError> {
        let read = self.read().await?;
        let mut diff = diff(&DiffInput {
            desired: &self.desired,
            live: &read.live,
            bindings: &read.bindings,
            catalog: self.reader.backend().catalog(),
            selected: &self.selected,
            send_unverifiable: self.send_unverifiable,
        });
        if self.prune {
            let covers = |address: &Address| self.selection.covers_address(address);
            prune(&mut diff, &read.live, self.reader.backend().catalog(), &covers);
        } else if self.partial {
            diff.orphans.clear();
        }
        let header = self.header(&read);
        let input = PlanInput {
            desired: &self.desired,
            live: &read.live,
            catalog: self.reader.backend().catalog(),
            diff: diff.clone(),
            header,
        };
        let plan = plan(input).map_err(|problems| {
            CommandError::new(Exit::Invalid, "no plan can be made; nothing was sent")
                .details(Details::Problems(problems))
        })?;
        Ok(self.planned(read, plan, &diff.identities))
    }

    /// Reads the tenant for a plan that was made before, and checks that it is for this place and these manifests.
    pub(crate) async fn saved(self, plan: Plan) -> Result<Planned, CommandError> {
        let read = self.read().await?;
        let now = self.header(&read);
        check_header(&plan.header, &now)?;
        let identities = identify(&self.desired, &read.live, &read.bindings, self.reader.backend().catalog());
        Ok(self.planned(read, plan, &identities))
    }

    fn header(&self, read: &Read) -> Header {
        Header {
            format_version: PLAN_FORMAT,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            environment: self.place.name.clone(),
            tenant: read.bindings.tenant.clone().unwrap_or_default(),
            scope: self.scope.clone(),
            manifests: manifests_hash(&self.desired),
        }
    }

    /// Token, tenant and live state.
    async fn read(&self) -> Result<Read, CommandError> {
        let backend = self.reader.backend();
        let claims = self.reader.claims().await?;
        let tenant = backend.tenant_of_token(&claims).or_else(|| self.place.tenant.clone());
        check_tenant(&self.file, &self.bindings, tenant.as_deref())?;
        if let Some(leftover) = &self.leftover {
            let journal = JournalFile::beside(self.file.path());
            of_tenant(journal.path(), leftover.tenant.as_ref(), tenant.as_deref())?;
        }
        let mut bindings = self.bindings.clone();
        bindings.tenant = tenant.or(bindings.tenant);
        // What left the manifests is looked at too, so that it can be listed and so that its deletion counts what dies.
        let mut reach = self.selected.clone();
        if !self.partial || self.prune {
            reach.extend(bindings.resources.keys().filter(|a| !self.desired.resources.contains_key(*a)).cloned());
        }
        let request = RefreshInput { desired: &self.desired, bindings: &bindings, selected: &reach };
        let live = refresh_after(&self.reader, request, self.leftover.as_ref()).await;
        self.progress.clear();
        let holder = backend.holder_of_token(&claims);
        Ok(Read { live: live?, bindings, holder })
    }

    fn planned(self, read: Read, plan: Plan, identities: &Identities) -> Planned {
        let lasting = |address: &Address| {
            let change = plan.changes.iter().find(|c| c.address == *address);
            change.is_none_or(|c| !matches!(c.action, Action::Replace | Action::Delete))
        };
        let matches = identities.matches.iter().filter(|(address, _)| lasting(address));
        let ids = matches.map(|(a, m)| (a.clone(), m.id.clone())).collect();
        let policy = Policy {
            max_deletes: self.place.max_deletes,
            max_delete_percent: self.place.max_delete_percent,
            allow_deletes: None,
            nothing_loaded: self.desired.resources.is_empty(),
            holder: read.holder,
        };
        Planned {
            plan,
            ids,
            policy,
            live: read.live,
            desired: self.desired,
            selected: self.selected,
            bindings: read.bindings,
            file: self.file,
            reader: self.reader,
            progress: self.progress,
            concurrency: self.concurrency,
            send_unverifiable: self.send_unverifiable,
        }
    }
}

/// What was read of a tenant.
struct Read {
    live: LiveState,
    /// With the tenant that the token is for.
    bindings: Bindings,
    holder: Vec<(String, RemoteId)>,
}

/// A saved plan is only for what it was made for.
fn check_header(saved: &Header, now: &Header) -> Result<(), CommandError> {
    let stale = |what: &str, saved: &str, now: &str| {
        CommandError::new(Exit::Stale, format!("the saved plan is for the {what} {saved}, and this run is for {now}"))
            .hint("make a new plan; nothing was sent")
    };
    if saved.tenant != now.tenant {
        return Err(stale("tenant", &saved.tenant, &now.tenant));
    }
    if saved.environment != now.environment {
        return Err(stale("environment", &saved.environment, &now.environment));
    }
    if saved.tool_version != now.tool_version {
        return Err(stale("tilewright version", &saved.tool_version, &now.tool_version));
    }
    if saved.manifests != now.manifests {
        return Err(CommandError::new(
            Exit::Stale,
            "the manifests or their variables changed since the plan was saved",
        )
        .hint("make a new plan from them; nothing was sent"));
    }
    Ok(())
}

/// Says on standard error that what is read is about to change.
fn tell_of_running(holder: &str) {
    let _ = writeln!(
        anstream::stderr().lock(),
        "Another apply is at work on this environment ({holder}); what is read now is halfway."
    );
}

/// Says on standard error what a killed apply left.
fn tell_of(leftover: &Leftover, missing: usize) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "An earlier apply did not end in order. Its journal is taken into account:");
    if missing > 0 {
        let _ = writeln!(err, "  {} that it made had not reached the bindings", counted(missing, "id"));
    }
    for write in &leftover.open {
        let _ = writeln!(
            err,
            "  whether this took effect is looked up, for up to 15 seconds: {} {}",
            write.verb, write.address
        );
    }
}

/// Ids of one tenant mean nothing in another.
fn check_tenant(file: &BindingsFile, bindings: &Bindings, tenant: Option<&str>) -> Result<(), CommandError> {
    of_tenant(file.path(), bindings.tenant.as_ref(), tenant)
}

/// The same for what a killed apply left.
fn check_leftover(
    file: &BindingsFile,
    leftover: &Leftover,
    bindings: &Bindings,
    tenant: Option<&str>,
) -> Result<(), CommandError> {
    let journal = JournalFile::beside(file.path());
    of_tenant(journal.path(), leftover.tenant.as_ref(), tenant.or(bindings.tenant.as_deref()))
}

fn of_tenant(path: &Path, found: Option<&String>, tenant: Option<&str>) -> Result<(), CommandError> {
    match (found, tenant) {
        (Some(found), Some(expected)) if found != expected => Err(BindingsError::OtherTenant {
            path: path.to_owned(),
            found: found.clone(),
            expected: expected.to_owned(),
        }
        .into()),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

impl Planned {
    /// What speaks against applying the plan.
    pub(crate) fn violations(&self, allow_deletes: Option<usize>) -> Vec<Violation> {
        let policy = Policy { allow_deletes, ..self.policy.clone() };
        guard(&self.plan, &self.live, &self.bindings, &policy)
    }
}

/// Says on standard error what apply would refuse.
pub(crate) fn print_violations(violations: &[Violation]) {
    let mut err = anstream::stderr().lock();
    for violation in violations {
        let _ = writeln!(err, "{} {violation}\n  {}", paint(REMOVED, "apply will refuse this plan:"), violation.help());
    }
}
