//! What an object is before it is written, compared with what the step was planned on.

use std::collections::BTreeMap;
use std::time::Duration;

use tilewright_core::diff::{canonical, is_empty};
use tilewright_core::plan::{Operation, Step, object_fingerprints};
use tilewright_core::{FieldSpec, Fingerprint, LiveObject, RemoteId, Target, Value};

use super::report::{Moved, StepOutcome};
use super::shared::Shared;
use super::step::{Ended, LOOKS};

/// The fields that are not as they were when the step was planned. One that the step sends must also still be shown, or
/// still not be shown, since nobody reviewed writing over what is there now; for the others, one reading may only be poorer.
fn moved(shared: &Shared<'_>, step: &Step, now: &LiveObject, sends: &BTreeMap<String, Value>) -> Vec<String> {
    let prints = object_fingerprints(shared.backend().catalog(), now, shared.key());
    let spec = shared.spec(&now.spec_name);
    let field = |name: &str| spec.and_then(|s| s.fields.get(name));
    // One reading may leave out what another one shows as empty or as the default.
    let says_nothing = |field: &FieldSpec, shown: &Value| {
        is_empty(shown) || field.default.as_ref().is_some_and(|d| canonical(field, d) == canonical(field, shown))
    };
    let printed_nothing = |name: &str, print: &Fingerprint| {
        let default = field(name).and_then(|f| f.default.as_ref().map(|d| canonical(f, d)));
        let empty = [Value::String(String::new()), Value::List(Vec::new()), Value::Object(BTreeMap::new())];
        empty.iter().chain(&default).any(|value| shared.key().of(value) == *print)
    };
    let changed = step.expects.iter().filter(|(name, print)| match prints.get(*name) {
        Some(shown) => shown != *print,
        None => sends.contains_key(*name) && !printed_nothing(name, print),
    });
    // What this run made itself was planned on nothing.
    let was_live = !matches!(step.operation, Operation::Update { target: None, .. });
    let appeared = sends.iter().filter(|(name, wanted)| {
        let seen_before = step.expects.contains_key(*name);
        let hidden = field(name).is_none_or(|f| f.write_only) || shared.backend().list_lacks(&now.spec_name, name);
        let (field, shown) = (field(name), now.fields.get(*name));
        was_live
            && !seen_before
            && (!hidden || now.parent.is_none())
            && field.zip(shown).is_some_and(|(field, shown)| {
                !field.write_only && canonical(field, shown) != canonical(field, wanted) && !says_nothing(field, shown)
            })
    });
    changed.map(|(name, _)| name).chain(appeared.map(|(name, _)| name)).cloned().collect()
}

/// What the object is now, if it is as the plan expects it.
pub(super) async fn current(
    shared: &Shared<'_>,
    step: &Step,
    target: &Target,
    fields: &BTreeMap<String, Value>,
) -> Result<LiveObject, Ended> {
    let mut looks = LOOKS.iter();
    loop {
        if let Some(wait) = looks.next() {
            tokio::time::sleep(Duration::from_millis(*wait)).await;
        }
        let read = shared
            .reader
            .object(target)
            .await
            .map_err(|e| Ended::with(StepOutcome::Failed { error: e.to_string() }))?;
        let own = shared.last_written(&target.kind, &target.id);
        match (read, own) {
            (Some(object), None) => {
                let moved = moved(shared, step, &object, fields);
                return if moved.is_empty() { Ok(object) } else { Err(Ended::stale(Moved::Fields { fields: moved })) };
            }
            // This run wrote the object before: a reading that shows something else may only be late.
            (Some(object), Some(own)) if shared.same(&object, &own) => return Ok(object),
            (_, Some(own)) if looks.len() == 0 => return Ok(own),
            (_, Some(_)) => {}
            (None, None) => return Err(Ended::stale(Moved::Gone)),
        }
    }
}

/// Whether only what was reviewed would die with the object.
pub(super) async fn nothing_new_inside(shared: &Shared<'_>, step: &Step, target: &Target) -> Result<(), Ended> {
    if !shared.has_children(&target.kind) {
        return Ok(());
    }
    let children = shared.reader.children(&target.id).await;
    let children = children.map_err(|e| Ended::with(StepOutcome::Failed { error: e.to_string() }))?;
    let known = shared.reviewed(&step.address);
    let new: Vec<RemoteId> = children.into_iter().map(|c| c.id).filter(|id| !known.contains(id)).collect();
    if new.is_empty() { Ok(()) } else { Err(Ended::stale(Moved::Grown { ids: new })) }
}
