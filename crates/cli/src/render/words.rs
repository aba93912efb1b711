//! The sentences of plans: why, what to know, what a step is for. Text and Markdown share them.

use tilewright_core::diff::{Action, Adoption, Change, Note, Reason};
use tilewright_core::plan::{Operation, Plan, Purpose, Step, forecast};

use super::values::{inline, one_line};

/// `1 client`, `2 clients`.
pub(crate) fn counted(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

pub(super) fn sign(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "±",
        Action::Delete => "-",
        Action::Adopt => ">",
        Action::Keep => " ",
    }
}

pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Adopt => "adopt",
        Action::Keep => "keep",
    }
}

/// Why a change is there. Names come from the tenant, so the sentence is made safe as a whole.
pub(super) fn reason(change: &Change) -> String {
    one_line(&why(change))
}

fn why(change: &Change) -> String {
    let why = match &change.reason {
        Reason::NotInLive => "not in live state".to_owned(),
        Reason::Gone { id } => format!("was bound to {id}, which is gone"),
        Reason::FieldsDiffer => "fields differ".to_owned(),
        Reason::FixedFieldDiffers { field } => format!("`{field}` differs and cannot change after creation"),
        Reason::Tombstone => "a tombstone asks for it".to_owned(),
        Reason::NotInManifests => "no manifest names it".to_owned(),
        Reason::Unbound => "is there, and only the binding is missing".to_owned(),
        Reason::Equal => "equal".to_owned(),
    };
    match &change.adoption {
        None => why,
        Some(adoption) if change.reason == Reason::Unbound => adopted(adoption),
        Some(adoption) => format!("{why}; {}", adopted(adoption)),
    }
}

fn adopted(adoption: &Adoption) -> String {
    match adoption {
        Adoption::Pinned => "found by its pinned id".to_owned(),
        Adoption::DisplayName { name } => format!("found as the only live one called \"{name}\""),
        Adoption::RenamedFrom { name } => {
            format!("found as the only live one called \"{name}\", as `renamed_from` says")
        }
        Adoption::Moved { from } => format!("takes over the binding of {from}, whose manifest is gone"),
    }
}

/// The sentences of notes, and whether each is a warning; a whole object that keeps nothing needs none.
pub(super) fn told(notes: &[Note]) -> impl Iterator<Item = (bool, String)> + '_ {
    notes
        .iter()
        .filter(|n| !matches!(n, Note::WholeObject { kept, .. } if kept.is_empty()))
        .map(note)
        .map(|(warning, text)| (warning, one_line(&text)))
}

fn note(note: &Note) -> (bool, String) {
    match note {
        Note::WholeObject { field, kept } => {
            let kept: Vec<_> = kept.iter().map(|(name, value)| format!("{name} {}", inline(value))).collect();
            (false, format!("`{field}` is sent whole; kept as they are: {}", kept.join(", ")))
        }
        Note::NotVerifiable { field } => (
            true,
            format!(
                "`{field}`: not verifiable: the API never shows it, and tilewright has not applied it yet; \
                     --send-unverifiable sends it"
            ),
        ),
        Note::WriteOnly { field } => {
            (false, format!("the API never shows `{field}`; what was applied is remembered by fingerprint"))
        }
        Note::Normalised { field, shown } => {
            (false, format!("the tenant writes `{field}` as {}; put that into the manifest", inline(shown)))
        }
        Note::Brings { address: Some(address) } => (false, format!("makes {address} with it, its default client")),
        Note::Brings { address: None } => {
            (true, "makes a default client with it that no manifest describes".to_owned())
        }
        Note::NewCredentials => {
            (true, "the new one has a new client id and a new secret; the old ones stop working".to_owned())
        }
        Note::OtherDefault { id } => (
            true,
            format!("marked as the default, but the tenant's default client is {id}, and the API cannot change that"),
        ),
        Note::Cascade { objects } => {
            let each: Vec<_> = objects.iter().map(|(kind, id, name)| format!("{kind} \"{name}\" ({id})")).collect();
            (true, format!("these cease to exist with it: {}", each.join(", ")))
        }
        Note::SharedValue { field, holder } => {
            (true, format!("`{field}` is the same as that of {holder}, which this plan does not change"))
        }
        Note::ProbableRename { of } => (
            true,
            format!("looks like a renamed {of}: to keep that object, set `metadata.renamed_from` to its display name"),
        ),
    }
}

/// What a step does, in words.
pub(super) fn step(step: &Step) -> String {
    one_line(&step_words(step))
}

fn step_words(step: &Step) -> String {
    let address = &step.address;
    match (&step.operation, &step.purpose) {
        (Operation::Create { brings: Some((child, _, _)), .. }, _) => format!("create {address} together with {child}"),
        (Operation::Create { .. }, _) => format!("create {address}"),
        (Operation::Delete { .. }, _) => format!("delete {address}"),
        (Operation::Update { fields, .. }, purpose) => {
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            let names = names.join(", ");
            match purpose {
                Purpose::Change => format!("update {address}: {names}"),
                Purpose::AfterCreation => format!("update {address}: {names} (takes effect only after creation)"),
                Purpose::RingOpened { field } => format!("update {address}: {field} (needs an earlier step)"),
                Purpose::FinalValue { field } => format!("update {address}: {field} (its final value)"),
                Purpose::Spare { field } => {
                    let between = fields.get(field).map(inline).unwrap_or_default();
                    format!(
                        "update {address}: {names} ({field} is {between} in between, to let another take its value)"
                    )
                }
            }
        }
    }
}

/// Whether the steps say more than the changes do: an address has more than one, or a value in between.
pub(super) fn steps_matter(plan: &Plan) -> bool {
    plan.steps.iter().any(|s| s.purpose != Purpose::Change)
}

/// `2 to create, 1 to update; 3 write requests`, or that there is nothing to do.
pub(crate) fn summary(plan: &Plan) -> String {
    let parts: Vec<String> = [Action::Create, Action::Update, Action::Replace, Action::Delete, Action::Adopt]
        .into_iter()
        .map(|action| (action, plan.count(action)))
        .filter(|(_, n)| *n > 0)
        .map(|(action, n)| format!("{n} to {}", verb(action)))
        .collect();
    if parts.is_empty() {
        return format!("Nothing to do: {} as the manifests say.", counted(plan.unchanged, "resource"));
    }
    let writes = counted(plan.steps.len(), "write request");
    format!("Plan: {}, {} unchanged; {writes}.", parts.join(", "), plan.unchanged)
}

/// The default of --concurrency.
const AT_ONCE: usize = 8;
/// What an answer is taken to need for a forecast, in milliseconds.
const ANSWER: usize = 300;

/// How many requests an apply will send and about how long that takes; `None` where it sends nothing.
pub(super) fn cost(plan: &Plan) -> Option<String> {
    let forecast = forecast(plan);
    let requests = counted(forecast.writes + forecast.reads, "request");
    let seconds = counted(forecast.seconds(AT_ONCE, ANSWER), "second");
    (forecast.writes > 0)
        .then(|| format!("Applying sends {requests}: about {seconds} with {AT_ONCE} at once and {ANSWER} ms for each."))
}
