//! Reads live state: one list, the children of what is managed, and single objects only where the list lacks a field.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::stream;
use tilewright_core::diff::{Identities, identify};
use tilewright_core::{
    Address, Bindings, Catalog, DesiredState, FieldSpec, LiveObject, LiveState, RemoteId, Resource, Target, Value,
};

use crate::call::CallError;
use crate::event::Event;
use crate::tenant::Reader;

/// How many reads are asked for at once; the pace of the connection limits them further.
const AT_ONCE: usize = 64;

/// What to read for.
#[derive(Clone, Copy)]
pub struct RefreshInput<'a> {
    /// What the manifests say.
    pub desired: &'a DesiredState,
    /// What is bound.
    pub bindings: &'a Bindings,
    /// The resources that are planned for, and bound addresses to look at without one; only their families are read beyond
    /// the list.
    pub selected: &'a BTreeSet<Address>,
}

/// Why live state is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// A call failed.
    #[error("{0}")]
    Call(Box<CallError>),
    /// A list does not show an object that is there when it is asked for by itself.
    #[error(
        "the list of {kind}s does not show {id}, which is bound to {address} and is there when it is read by itself"
    )]
    ListLies {
        /// The kind's segment.
        kind: String,
        /// The object.
        id: RemoteId,
        /// What it is bound to.
        address: Address,
    },
    /// A list shows no children of an object that must have some.
    #[error("the list of what is in {parent} is empty, although it has a default ({default})")]
    NoChildren {
        /// The object.
        parent: RemoteId,
        /// The child that it says it has.
        default: RemoteId,
    },
    /// A list shows two different objects with one id.
    #[error("the list of {kind}s shows two different objects with the id {id}")]
    Twice {
        /// The kind's segment.
        kind: String,
        /// The id.
        id: RemoteId,
    },
    /// An object was listed and is gone a moment later.
    #[error("{kind} {id} was listed, and is not there when it is read by itself")]
    Vanished {
        /// The kind's segment.
        kind: String,
        /// The object.
        id: RemoteId,
    },
}

impl From<CallError> for RefreshError {
    fn from(error: CallError) -> Self {
        Self::Call(Box::new(error))
    }
}

impl RefreshError {
    /// Whether two readings contradict each other, which passes where one of them only lags behind a write.
    pub(crate) fn is_contradiction(&self) -> bool {
        match self {
            Self::ListLies { .. } | Self::NoChildren { .. } | Self::Twice { .. } | Self::Vanished { .. } => true,
            // What was just listed is said not to be there when what is in it is asked for.
            Self::Call(error) => matches!(error.kind.status(), Some(400 | 404)),
        }
    }
}

/// Reads what is needed to plan for the selected resources.
///
/// A missing object counts as gone only when the tenant says so for that very object.
///
/// # Errors
/// [`RefreshError`]: a broken read is never an empty tenant.
pub async fn refresh(reader: &Reader, input: RefreshInput<'_>) -> Result<LiveState, RefreshError> {
    let mut live = LiveState::default();
    add(&mut live, reader.roots().await?)?;
    let catalog = reader.backend().catalog();
    confirm_gone(reader, &input, catalog, &mut live, true).await?;
    let families = families(&input, &live, catalog);
    let poor = poor_roots(&input, &live, catalog);
    let (done, of) = (AtomicUsize::new(1), 1 + families.len() + poor.len());
    let tick = || reader.tell(&Event::Refreshing { done: done.fetch_add(1, Ordering::Relaxed) + 1, of });
    let tick = &tick;
    reader.tell(&Event::Refreshing { done: 1, of });
    let children = stream::iter(families.iter().map(|id| async move {
        let answer = reader.children(id).await;
        tick();
        answer.map(|objects| (id.clone(), objects))
    }))
    .buffer_unordered(AT_ONCE)
    .collect::<Vec<_>>();
    let singles = stream::iter(poor.iter().map(|target| async move {
        let answer = reader.object(target).await;
        tick();
        answer.map(|object| (target, object))
    }))
    .buffer_unordered(AT_ONCE)
    .collect::<Vec<_>>();
    let (children, singles) = futures_util::future::join(children, singles).await;
    for answer in singles {
        let (target, object) = answer?;
        let vanished = || RefreshError::Vanished { kind: target.kind.clone(), id: target.id.clone() };
        live.insert(object.ok_or_else(vanished)?);
    }
    for answer in children {
        let (parent, objects) = answer?;
        check_children(&live, &parent, &objects)?;
        add(&mut live, objects)?;
        live.opened.insert(parent);
    }
    confirm_gone(reader, &input, catalog, &mut live, false).await?;
    Ok(live)
}

/// Adds what a list shows. One id for two different objects cannot be trusted.
fn add(live: &mut LiveState, listed: Vec<LiveObject>) -> Result<(), RefreshError> {
    for object in listed {
        if live.object(&object.kind, &object.id).is_some_and(|known| *known != object) {
            return Err(RefreshError::Twice { kind: object.kind, id: object.id });
        }
        live.insert(object);
    }
    Ok(())
}

fn check_children(live: &LiveState, parent: &RemoteId, objects: &[LiveObject]) -> Result<(), RefreshError> {
    let default = live.objects.values().find(|o| o.id == *parent).and_then(|o| o.default_child.clone());
    match default {
        Some(default) if objects.is_empty() => Err(RefreshError::NoChildren { parent: parent.clone(), default }),
        Some(_) | None => Ok(()),
    }
}

/// Asks for each bound object by itself that its list does not show.
async fn confirm_gone(
    reader: &Reader,
    input: &RefreshInput<'_>,
    catalog: &Catalog,
    live: &mut LiveState,
    roots: bool,
) -> Result<(), RefreshError> {
    for (address, binding) in &input.bindings.resources {
        let is_root = catalog.kind(address.kind()).is_some_and(|k| k.parent.is_none());
        let read = binding.parent.as_ref().is_none_or(|p| live.opened.contains(p));
        if is_root != roots || !read || live.object(address.kind(), &binding.id).is_some() {
            continue;
        }
        let spec_name = input.desired.resources.get(address).map(|r| r.spec_name.clone()).unwrap_or_default();
        let (kind, id) = (address.kind().to_owned(), binding.id.clone());
        let target = Target { kind, spec_name, id, parent: binding.parent.clone() };
        if reader.object(&target).await?.is_some() {
            let (kind, id) = (target.kind, target.id);
            return Err(RefreshError::ListLies { kind, id, address: address.clone() });
        }
    }
    Ok(())
}

/// The live roots in whose families something is selected.
fn families(input: &RefreshInput<'_>, live: &LiveState, catalog: &Catalog) -> BTreeSet<RemoteId> {
    let has_children =
        |segment: &str| catalog.kinds.iter().any(|k| k.parent.as_ref().is_some_and(|p| p.segment == segment));
    let identities = identify(input.desired, live, input.bindings, catalog);
    input
        .selected
        .iter()
        .filter_map(|address| {
            let parent = catalog.kind(address.kind())?.parent.as_ref();
            parent.map_or(Some(address.clone()), |p| address.parent(&p.segment))
        })
        .filter(|root| has_children(root.kind()))
        .filter_map(|root| identities.id(&root).or_else(|| input.bindings.id(&root)).cloned())
        .filter(|id| live.objects.values().any(|o| o.id == *id))
        .collect()
}

/// The live roots of selected resources with a field that the list does not show and that matters: a managed one, or a
/// unique one that somebody else is to get.
fn poor_roots(input: &RefreshInput<'_>, live: &LiveState, catalog: &Catalog) -> Vec<Target> {
    let identities = identify(input.desired, live, input.bindings, catalog);
    let lacking = |resource: &Resource, object: &LiveObject| {
        let spec = catalog.spec(&resource.spec_name);
        resource.fields.iter().any(|(name, value)| {
            let hidden = spec.and_then(|s| s.fields.get(name)).is_none_or(|f| f.write_only);
            !hidden && is_poorer(value, object.fields.get(name))
        })
    };
    let managed = |address: &Address| input.desired.resources.get(address).filter(|r| !r.is_tombstone());
    let sought = sought(input, live, catalog, &identities);
    input
        .selected
        .iter()
        .filter_map(|address| {
            let id = identities.id(address).or_else(|| input.bindings.id(address))?;
            let object = live.object(address.kind(), id)?;
            let is_poor = match managed(address) {
                Some(resource) => lacking(resource, object),
                // It may go, and whoever takes over a value from it must wait for that.
                None => sought.iter().any(|(kind, field)| *kind == object.kind && !object.fields.contains_key(*field)),
            };
            is_poor.then(|| Target {
                kind: object.kind.clone(),
                spec_name: object.spec_name.clone(),
                id: object.id.clone(),
                parent: object.parent.clone(),
            })
        })
        .collect()
}

/// The unique fields that selected resources state and their live objects do not show, so that they may be taken over
/// from others: kind and top-level field.
fn sought<'a>(
    input: &RefreshInput<'a>,
    live: &LiveState,
    catalog: &Catalog,
    identities: &Identities,
) -> BTreeSet<(&'a str, &'a str)> {
    let is_unique = |field: &FieldSpec| {
        field.unique.is_some() || field.members().is_some_and(|m| m.values().any(|f| f.unique.is_some()))
    };
    let present = input.selected.iter().filter_map(|a| input.desired.resources.get(a)).filter(|r| !r.is_tombstone());
    present
        .flat_map(|resource| {
            let own = identities.id(&resource.address).and_then(|id| live.object(resource.address.kind(), id));
            let fields = catalog.spec(&resource.spec_name).map(|s| &s.fields);
            resource
                .fields
                .keys()
                .filter(move |name| fields.and_then(|f| f.get(*name)).is_some_and(is_unique))
                .filter(move |name| own.is_none_or(|o| o.fields.get(*name) != resource.fields.get(*name)))
                .map(|name| (resource.address.kind(), name.as_str()))
        })
        .collect()
}

/// Whether a stated value, or a member of it, is not shown at all.
fn is_poorer(stated: &Value, shown: Option<&Value>) -> bool {
    match (stated, shown) {
        (_, None | Some(Value::Null)) => true,
        (Value::Object(members), Some(Value::Object(live))) => {
            let members: BTreeMap<_, _> = members.iter().filter(|(_, v)| **v != Value::Null).collect();
            members.iter().any(|(name, value)| is_poorer(value, live.get(*name)))
        }
        (_, Some(_)) => false,
    }
}
