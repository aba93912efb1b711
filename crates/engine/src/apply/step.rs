//! One step: read again, compare, send, classify, verify.

use std::collections::BTreeMap;
use std::time::Duration;

use tilewright_core::diff::loosely_equal;
use tilewright_core::plan::{Operation, ParentRef, Step};
use tilewright_core::{Address, Encoded, KindSpec, LiveObject, RemoteId, Target, Value, WriteRequest, Written};

use super::current::{current, nothing_new_inside};
use super::report::{Finding, Moved, StepOutcome};
use super::shared::Shared;
use super::verify::verify;
use crate::call::CallError;

/// How a step ended, and what it made known.
pub(super) struct Ended {
    pub(super) outcome: StepOutcome,
    pub(super) findings: Vec<Finding>,
    /// The objects that it made, by address: the own one and the brought one.
    pub(super) made: Vec<(Address, RemoteId, Option<RemoteId>)>,
    /// The object as the tenant showed it last.
    pub(super) shown: Option<LiveObject>,
}

impl Ended {
    pub(super) fn with(outcome: StepOutcome) -> Self {
        Self { outcome, findings: Vec::new(), made: Vec::new(), shown: None }
    }

    pub(super) fn stale(moved: Moved) -> Self {
        Self::with(StepOutcome::Stale { moved })
    }

    fn failed(error: &CallError) -> Self {
        let text = error.to_string();
        Self::with(if error.kind.may_have_taken_effect() {
            StepOutcome::Unknown { error: text }
        } else {
            StepOutcome::Failed { error: text }
        })
    }
}

/// The waits between looks for an object whose creation was not answered; lists may lag behind.
pub(super) const LOOKS: [u64; 5] = [0, 500, 1000, 2000, 4000];

pub(super) async fn run(shared: &Shared<'_>, step: &Step) -> Ended {
    match &step.operation {
        Operation::Create { spec_name, parent, fields, brings } => {
            let parent = match parent {
                None => None,
                Some(ParentRef::Id(id)) => Some(id.clone()),
                Some(ParentRef::Made(address)) => match shared.id(address) {
                    Some(id) => Some(id),
                    None => return missing(address),
                },
            };
            let creation = Creation { step, spec_name, parent, fields, brings: brings.as_ref() };
            create(shared, &creation).await
        }
        Operation::Update { spec_name, target, fields } => {
            let id = target.clone().or_else(|| shared.id(&step.address));
            let Some(id) = id else { return missing(&step.address) };
            let target = shared.target(&step.address, spec_name, id);
            update(shared, step, &target, fields).await
        }
        Operation::Delete { spec_name, target, parent } => {
            let (kind, id) = (step.address.kind().to_owned(), target.clone());
            let target = Target { kind, spec_name: spec_name.clone(), id, parent: parent.clone() };
            delete(shared, step, &target).await
        }
    }
}

/// Cannot happen while steps wait for what they refer to; reported rather than guessed at.
fn missing(address: &Address) -> Ended {
    Ended::with(StepOutcome::Failed { error: format!("the remote id of {address} is not known") })
}

fn resolve(shared: &Shared<'_>, fields: &BTreeMap<String, Value>) -> Result<BTreeMap<String, Value>, Address> {
    let find = |address: &Address| shared.id(address).map(|id| id.to_string());
    fields.iter().map(|(name, value)| Ok((name.clone(), value.resolved(&find)?))).collect()
}

struct Creation<'a> {
    step: &'a Step,
    spec_name: &'a str,
    parent: Option<RemoteId>,
    fields: &'a BTreeMap<String, Value>,
    brings: Option<&'a (Address, String, BTreeMap<String, Value>)>,
}

async fn create(shared: &Shared<'_>, creation: &Creation<'_>) -> Ended {
    let step = creation.step;
    // A plan that was saved may be older than what was made meanwhile.
    let to_be_made = std::iter::once(&step.address).chain(creation.brings.map(|(child, _, _)| child));
    if let Some(id) = to_be_made.filter_map(|address| shared.id(address)).next() {
        return Ended::stale(Moved::Made { id });
    }
    let fields = match resolve(shared, creation.fields) {
        Ok(fields) => fields,
        Err(address) => return missing(&address),
    };
    let brought = match creation.brings.map(|(_, spec, fields)| resolve(shared, fields).map(|f| (spec, f))).transpose()
    {
        Ok(brought) => brought,
        Err(address) => return missing(&address),
    };
    let request = shared.backend().encode(&Encoded::Create {
        spec_name: creation.spec_name,
        parent: creation.parent.as_ref(),
        fields: &fields,
        brings: brought.as_ref().map(|(spec, fields)| (spec.as_str(), fields)),
    });
    let kind = step.address.kind();
    match shared.writer.send(&request, kind, creation.parent.as_ref()).await {
        Ok(Written { object: Some(object), secret }) => {
            let mut ended = created(shared, creation, &fields, object).await;
            ended.findings.extend(secret.map(|(client_id, _)| Finding::NewCredentials { client_id }));
            ended
        }
        Ok(Written { object: None, .. }) => {
            look_up(shared, creation, &fields, "the answer to the create has no object in it").await
        }
        Err(error) if error.kind.may_have_taken_effect() => {
            look_up(shared, creation, &fields, &error.to_string()).await
        }
        Err(error) => Ended::failed(&error),
    }
}

async fn created(
    shared: &Shared<'_>,
    creation: &Creation<'_>,
    fields: &BTreeMap<String, Value>,
    object: LiveObject,
) -> Ended {
    let spec = shared.spec(creation.spec_name);
    let mut made = vec![(creation.step.address.clone(), object.id.clone(), creation.parent.clone())];
    if let Some((child, _, _)) = creation.brings {
        match brought(shared, &object).await {
            Ok(id) => made.push((child.clone(), id, Some(object.id.clone()))),
            Err(error) => {
                let findings = spec.map(|s| verify(s, fields, None, &object)).unwrap_or_default();
                return Ended { outcome: StepOutcome::Unknown { error }, findings, made, shown: Some(object) };
            }
        }
    }
    let findings = spec.map(|s| verify(s, fields, None, &object)).unwrap_or_default();
    Ended { outcome: StepOutcome::Done, findings, made, shown: Some(object) }
}

/// The child that was made together with its parent: the one that the parent names, or the only one.
async fn brought(shared: &Shared<'_>, parent: &LiveObject) -> Result<RemoteId, String> {
    if let Some(id) = &parent.default_child {
        return Ok(id.clone());
    }
    let mut error = "the application was made, and its client is not shown".to_owned();
    for wait in LOOKS {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        match shared.reader.children(&parent.id).await {
            Ok(children) => {
                if let [only] = children.as_slice() {
                    return Ok(only.id.clone());
                }
            }
            Err(failure) => error = failure.to_string(),
        }
    }
    Err(error)
}

/// Looks for an object whose creation was not answered. One new object of that name is it; the create is not sent again.
async fn look_up(shared: &Shared<'_>, creation: &Creation<'_>, fields: &BTreeMap<String, Value>, lost: &str) -> Ended {
    let Some(spec) = shared.spec(creation.spec_name) else { return missing(&creation.step.address) };
    let same_name = |object: &LiveObject| {
        let (asked, shown) = (fields.get(&spec.display_name), object.fields.get(&spec.display_name));
        let field = spec.fields.get(&spec.display_name);
        field.zip(asked.zip(shown)).is_some_and(|(field, (asked, shown))| loosely_equal(field, asked, shown))
    };
    let mut trouble = "it is not in the tenant's list".to_owned();
    for wait in LOOKS {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let listed = match &creation.parent {
            None => shared.reader.roots().await,
            Some(parent) => shared.reader.children(parent).await,
        };
        let objects = match listed {
            Ok(objects) => objects,
            Err(error) => {
                trouble = format!("looking it up failed: {error}");
                continue;
            }
        };
        let fresh: Vec<LiveObject> =
            objects.into_iter().filter(|o| same_name(o) && !shared.is_known(&o.kind, &o.id)).collect();
        match <[LiveObject; 1]>::try_from(fresh) {
            Ok([object]) => {
                let id = object.id.clone();
                let mut ended = created(shared, creation, fields, object).await;
                ended.findings.push(Finding::FoundAfterLoss { id });
                return ended;
            }
            Err(several) if !several.is_empty() => {
                trouble = format!("{} new objects have its name", several.len());
                break;
            }
            Err(_) => {}
        }
    }
    Ended::with(StepOutcome::Unknown { error: format!("{lost}; {trouble}") })
}

async fn update(shared: &Shared<'_>, step: &Step, target: &Target, fields: &BTreeMap<String, Value>) -> Ended {
    let fields = match resolve(shared, fields) {
        Ok(fields) => fields,
        Err(address) => return missing(&address),
    };
    let now = match current(shared, step, target, &fields).await {
        Ok(now) => now,
        Err(ended) => return ended,
    };
    let default_child = now.default_child.as_ref().and_then(|id| shared.last_child(id));
    let echo = shared.backend().echo(&with_what_is_not_shown(shared, step, &now), default_child.as_ref(), &fields);
    let mut sent = echo.fields;
    sent.extend(fields.clone());
    let request = shared.backend().encode(&Encoded::Update { target, fields: &sent });
    let Some(spec) = shared.spec(&target.spec_name) else { return missing(&step.address) };
    let shows = |object: &LiveObject| !verify(spec, &fields, None, object).iter().any(Finding::is_failure);
    let (shown, lost) = match send(shared, &request, target, &shows).await {
        Ok(pair) => pair,
        Err(error) => return Ended::failed(&error),
    };
    let mut ended = judge(spec, &sent, &fields, &now, shown, lost);
    ended.findings.retain(|f| !matches!(f, Finding::Moved { field, .. } if echo.may_follow.contains(field)));
    ended
}

/// The object with the empty lists that the manifest states and the tenant does not show: a server that leaves these out
/// of answers may still fill in its defaults where a request leaves them out.
fn with_what_is_not_shown(shared: &Shared<'_>, step: &Step, now: &LiveObject) -> LiveObject {
    let mut object = now.clone();
    let fields = shared.spec(&now.spec_name).into_iter().flat_map(|spec| &spec.fields);
    for (name, _) in fields.filter(|(name, field)| field.resend && !now.fields.contains_key(*name)) {
        if let Some(Value::List(items)) = shared.stated(&step.address, name)
            && items.is_empty()
        {
            object.fields.insert(name.clone(), Value::List(Vec::new()));
        }
    }
    object
}

/// Sends a write that may be repeated. Where its answer is lost or empty, the object is read instead.
async fn send(
    shared: &Shared<'_>,
    request: &WriteRequest,
    target: &Target,
    shows: &dyn Fn(&LiveObject) -> bool,
) -> Result<(Option<LiveObject>, Option<String>), CallError> {
    let lost = match shared.writer.send(request, &target.kind, target.parent.as_ref()).await {
        Ok(Written { object: Some(object), .. }) => return Ok((Some(object), None)),
        Ok(Written { object: None, .. }) => None,
        Err(error) if error.kind.may_have_taken_effect() => Some(error),
        Err(error) => return Err(error),
    };
    let read = read_until(shared, target, &|object| object.is_some_and(shows)).await;
    match (read, lost) {
        (Ok(object), lost) => Ok((object, lost.map(|e| e.to_string()))),
        (Err(_), Some(lost)) => Err(lost),
        (Err(_), None) => Ok((None, None)),
    }
}

/// What an object is after a write that was not answered well. A reading may lag behind, so one that does not show the
/// write is believed only when all looks agree.
async fn read_until(
    shared: &Shared<'_>,
    target: &Target,
    shows: &dyn Fn(Option<&LiveObject>) -> bool,
) -> Result<Option<LiveObject>, CallError> {
    let mut read = shared.reader.object(target).await;
    for wait in &LOOKS[1..] {
        let lags = matches!(&read, Ok(object) if !shows(object.as_ref()));
        if !lags {
            break;
        }
        tokio::time::sleep(Duration::from_millis(*wait)).await;
        read = shared.reader.object(target).await;
    }
    read
}

/// What an update came to: the fields asked for tell whether it took effect, all fields what moved with them.
fn judge(
    spec: &KindSpec,
    sent: &BTreeMap<String, Value>,
    asked: &BTreeMap<String, Value>,
    before: &LiveObject,
    shown: Option<LiveObject>,
    lost: Option<String>,
) -> Ended {
    let Some(shown) = shown else {
        let outcome = lost.map_or(StepOutcome::Done, |error| StepOutcome::Unknown { error });
        return Ended::with(outcome);
    };
    let mut findings = verify(spec, sent, Some(before), &shown);
    if let Some(error) = lost {
        let missed = verify(spec, asked, None, &shown).iter().any(Finding::is_failure);
        if missed {
            return Ended {
                outcome: StepOutcome::Failed { error },
                findings: Vec::new(),
                made: Vec::new(),
                shown: Some(shown),
            };
        }
    }
    // An echo that does not come back as it was is a field that moved by itself.
    for finding in &mut findings {
        if let Finding::DidNotStick { field, sent, shown } = finding
            && field.top().is_some_and(|top| !asked.contains_key(top))
        {
            let (before, after) = (Some(sent.clone()), Some(shown.clone()));
            *finding = Finding::Moved { field: field.to_string(), before, after };
        }
    }
    Ended { outcome: StepOutcome::Done, findings, made: Vec::new(), shown: Some(shown) }
}

async fn delete(shared: &Shared<'_>, step: &Step, target: &Target) -> Ended {
    let is_gone = |ended: &Ended| ended.outcome == StepOutcome::Stale { moved: Moved::Gone };
    let mut now = current(shared, step, target, &BTreeMap::new()).await;
    if now.as_ref().err().is_some_and(is_gone) {
        // A 404 may come from something on the way; two say that somebody else deleted it.
        now = current(shared, step, target, &BTreeMap::new()).await;
    }
    if let Err(ended) = now {
        return if is_gone(&ended) { Ended::with(StepOutcome::Done) } else { ended };
    }
    if let Err(ended) = nothing_new_inside(shared, step, target).await {
        return ended;
    }
    let request = shared.backend().encode(&Encoded::Delete { target });
    match shared.writer.send(&request, &target.kind, target.parent.as_ref()).await {
        Ok(_) => Ended::with(StepOutcome::Done),
        // A 404 may come from something on the way: whether the object is gone, a reading of it says.
        Err(error) if error.kind.may_have_taken_effect() || error.kind.status() == Some(404) => {
            match read_until(shared, target, &|object| object.is_none()).await {
                Ok(None) => Ended::with(StepOutcome::Done),
                Ok(Some(_)) => Ended::with(StepOutcome::Failed { error: error.to_string() }),
                Err(_) => Ended::failed(&error),
            }
        }
        Err(error) => Ended::failed(&error),
    }
}
