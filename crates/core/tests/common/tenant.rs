//! A strict model of the toy vendor's tenant. It takes the steps of a plan one by one and refuses, as a text, whatever
//! a real one might refuse.

use std::collections::{BTreeMap, BTreeSet};

use tilewright_core::plan::{Operation, ParentRef, Step, object_fingerprints};
use tilewright_core::{
    Address, FieldPath, FieldSpec, FingerprintKey, KindSpec, LiveObject, LiveState, RemoteId, Shape, Value, Within,
};

use super::manners::{Manners, is_empty};
use super::vendor::{CATALOG, each_value, referred, spec, taken};

/// The objects, as they are, and how they are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenant {
    pub(crate) stored: LiveState,
    pub(crate) manners: Manners,
    made: usize,
    /// What this run wrote.
    written: Vec<RemoteId>,
    /// What was there before it.
    at_first: LiveState,
}

/// What a step may lean on.
pub(crate) struct Run<'a> {
    /// The ids that are known, by address; the tenant adds what it makes.
    pub(crate) ids: &'a mut BTreeMap<Address, RemoteId>,
    /// Whether the manifest leaves a member out on purpose.
    pub(crate) left_out: &'a dyn Fn(&Address, &FieldPath) -> bool,
    pub(crate) key: &'a FingerprintKey,
    /// The objects that this plan deletes.
    pub(crate) doomed: &'a BTreeSet<RemoteId>,
}

type Made = Vec<(Address, RemoteId, Option<RemoteId>)>;

impl Tenant {
    pub(crate) fn new(manners: Manners) -> Self {
        Self { manners, ..Self::default() }
    }

    /// What the API shows.
    pub(crate) fn shown(&self) -> LiveState {
        let mut live = LiveState::default();
        for object in self.stored.objects.values() {
            live.insert(self.shown_object(object));
            if object.parent.is_none() {
                live.opened.insert(object.id.clone());
            }
        }
        live
    }

    fn shown_object(&self, object: &LiveObject) -> LiveObject {
        let spec = spec(&object.spec_name);
        let fields = self.shown_members(&spec.fields, &object.fields);
        LiveObject { fields, ..object.clone() }
    }

    fn shown_members(
        &self,
        specs: &BTreeMap<String, FieldSpec>,
        members: &BTreeMap<String, Value>,
    ) -> BTreeMap<String, Value> {
        members
            .iter()
            .filter_map(|(name, value)| {
                let spec = &specs[name];
                let value = match (&spec.shape, value) {
                    (Shape::Object { members }, Value::Object(values)) => {
                        Value::Object(self.shown_members(members, values))
                    }
                    (Shape::List { set: true, .. }, Value::List(items)) if self.manners.reorders => {
                        Value::List(items.iter().rev().cloned().collect())
                    }
                    (_, _) => value.clone(),
                };
                let hidden = spec.write_only
                    || self.manners.drops_empty && is_empty(&value)
                    || self.manners.hides_defaults && spec.default.as_ref() == Some(&value);
                (!hidden).then(|| (name.clone(), value))
            })
            .collect()
    }

    /// The form in which the tenant keeps a value.
    pub(crate) fn kept(&self, spec: &FieldSpec, value: &Value) -> Value {
        match (&spec.shape, value) {
            (_, Value::String(text)) => {
                let text = if self.manners.trims { text.trim() } else { text };
                let uri = (self.manners.rewrites_uris && spec.uri).then(|| url::Url::parse(text.trim()).ok()).flatten();
                Value::String(uri.map_or_else(|| text.to_owned(), |u| u.to_string()))
            }
            (Shape::List { item, .. }, Value::List(items)) => {
                Value::List(items.iter().map(|v| self.kept(item, v)).collect())
            }
            (Shape::Object { members }, Value::Object(values)) => {
                let values = values.iter().map(|(n, v)| (n.clone(), self.kept(&members[n], v))).collect();
                Value::Object(self.filled(members, values))
            }
            (_, _) => value.clone(),
        }
    }

    fn filled(
        &self,
        specs: &BTreeMap<String, FieldSpec>,
        mut values: BTreeMap<String, Value>,
    ) -> BTreeMap<String, Value> {
        for (name, spec) in specs.iter().filter(|_| self.manners.fills_defaults) {
            if let Some(default) = spec.default.clone() {
                values.entry(name.clone()).or_insert(default);
            }
        }
        values
    }

    /// A new id.
    pub(crate) fn id(&mut self) -> RemoteId {
        self.made += 1;
        RemoteId::new(&format!("id.{:03}", self.made))
    }

    pub(crate) fn begin(&mut self) {
        self.written.clear();
        self.at_first = self.stored.clone();
    }

    /// Does what a step says.
    pub(crate) fn send(&mut self, step: &Step, run: &mut Run<'_>) -> Result<Made, String> {
        match &step.operation {
            Operation::Create { spec_name, parent, fields, brings } => {
                self.create(step, run, spec_name, parent.as_ref(), fields, brings.as_ref())
            }
            Operation::Update { spec_name, target, fields } => {
                self.update(step, run, spec_name, target.as_ref(), fields).map(|()| Vec::new())
            }
            Operation::Delete { target, parent, .. } => self.delete(step, run, target, parent.as_ref()),
        }
    }

    fn create(
        &mut self,
        step: &Step,
        run: &mut Run<'_>,
        spec_name: &str,
        parent: Option<&ParentRef>,
        fields: &BTreeMap<String, Value>,
        brings: Option<&(Address, String, BTreeMap<String, Value>)>,
    ) -> Result<Made, String> {
        let parent = match parent {
            None => None,
            Some(ParentRef::Id(id)) => Some(id.clone()),
            Some(ParentRef::Made(address)) => Some(run.ids.get(address).ok_or("the parent is not made yet")?.clone()),
        };
        if (step.address.kind() == "book") != parent.is_some() {
            return Err("a book needs a shelf, a shelf none".to_owned());
        }
        if let Some(id) = &parent
            && self.stored.object("shelf", id).is_none()
        {
            return Err(format!("the parent {id} does not exist"));
        }
        let id = self.make(&step.address, spec_name, parent.as_ref(), fields, run)?;
        let mut made = vec![(step.address.clone(), id.clone(), parent)];
        if step.address.kind() == "shelf" {
            let plain = BTreeMap::from([("name".to_owned(), Value::String("Plain".to_owned()))]);
            let (address, spec_name, fields) = match brings {
                Some((address, spec, fields)) => (Some(address), spec.as_str(), fields),
                None => (None, "paper-book", &plain),
            };
            let inside = address.cloned().unwrap_or_else(|| step.address.child("book", step.address.key().clone()));
            let child = self.make(&inside, spec_name, Some(&id), fields, run)?;
            self.stored.objects.get_mut(&("shelf".to_owned(), id.clone())).expect("just made").default_child =
                Some(child.clone());
            made.extend(address.map(|a| (a.clone(), child, Some(id))));
        }
        for (address, id, _) in &made {
            run.ids.insert(address.clone(), id.clone());
        }
        Ok(made)
    }

    fn make(
        &mut self,
        address: &Address,
        spec_name: &str,
        parent: Option<&RemoteId>,
        fields: &BTreeMap<String, Value>,
        run: &Run<'_>,
    ) -> Result<RemoteId, String> {
        let spec = spec(spec_name);
        if let Some(missing) = spec.fields.iter().find(|(name, f)| f.required && !fields.contains_key(*name)) {
            return Err(format!("`{}` is missing", missing.0));
        }
        if let Some(early) = fields.keys().find(|name| spec.fields[*name].after_creation) {
            return Err(format!("`{early}` has no effect in a creation"));
        }
        let fields = self.filled(&spec.fields, self.accepted(address, spec, fields, run)?);
        let fields = fields.into_iter().map(|(name, value)| match &spec.when {
            Some(variant) if name == "format" => (name, Value::String(variant.clone())),
            Some(_) | None => (name, value),
        });
        let fields = fields.collect();
        let id = self.id();
        let object = LiveObject {
            kind: address.kind().to_owned(),
            spec_name: spec_name.to_owned(),
            id: id.clone(),
            parent: parent.cloned(),
            fields,
            observed: BTreeMap::new(),
            default_child: None,
        };
        self.put(object)?;
        Ok(id)
    }

    fn update(
        &mut self,
        step: &Step,
        run: &Run<'_>,
        spec_name: &str,
        target: Option<&RemoteId>,
        fields: &BTreeMap<String, Value>,
    ) -> Result<(), String> {
        let id = target.or_else(|| run.ids.get(&step.address)).ok_or("the target is not made yet")?.clone();
        let object = self.stored.object(step.address.kind(), &id).ok_or("the target does not exist")?.clone();
        if object.spec_name != spec_name {
            return Err(format!("it is a {}, not a {spec_name}", object.spec_name));
        }
        if fields.is_empty() {
            return Err("an update of nothing".to_owned());
        }
        self.fresh(step, &object, run)?;
        let spec = spec(spec_name);
        let accepted = self.accepted(&step.address, spec, fields, run)?;
        let mut updated = object.clone();
        for (name, value) in accepted {
            let field = &spec.fields[&name];
            if field.fixed && object.fields.get(&name) != Some(&value) {
                return Err(format!("`{name}` is fixed"));
            }
            if let Some(before) = self.shown_object(&object).fields.get(&name) {
                let path = FieldPath::field(&name);
                whole(&path, field, before, &value, &|path| (run.left_out)(&step.address, path))?;
            }
            updated.fields.insert(name, value);
        }
        self.written.push(id);
        self.put(updated)
    }

    fn delete(
        &mut self,
        step: &Step,
        run: &Run<'_>,
        target: &RemoteId,
        parent: Option<&RemoteId>,
    ) -> Result<Made, String> {
        let object = self.stored.object(step.address.kind(), target).ok_or("the target does not exist")?.clone();
        self.fresh(step, &object, run)?;
        if object.parent.as_ref() != parent {
            return Err(format!("it lives in {:?}, not in {parent:?}", object.parent));
        }
        if let Some(shelf) = &object.parent {
            let shelf = self.stored.object("shelf", shelf).expect("a book lives in a shelf");
            if shelf.default_child.as_ref() == Some(target) {
                return Err("it is the default book of its shelf".to_owned());
            }
        }
        let dying = |o: &LiveObject| o.id == *target || o.parent.as_ref() == Some(target);
        for other in self.stored.objects.values().filter(|o| !dying(o)) {
            for id in referred(spec(&other.spec_name), &other.fields) {
                if self.stored.objects.values().any(|o| o.id == id && dying(o)) && !self.is_mutual(target, other, run) {
                    return Err(format!("{} {} refers to {id}", other.kind, other.id));
                }
            }
        }
        self.stored.objects.retain(|_, o| !dying(o));
        Ok(Vec::new())
    }

    /// Whether what is deleted refers, by way of others that will be deleted, to what refers to it. Then no order is right.
    fn is_mutual(&self, target: &RemoteId, referrer: &LiveObject, run: &Run<'_>) -> bool {
        let root = |o: &LiveObject| {
            let parent = o.parent.clone().filter(|p| run.doomed.contains(p));
            parent.or_else(|| run.doomed.contains(&o.id).then(|| o.id.clone()))
        };
        let Some(wanted) = root(referrer) else { return false };
        let (mut seen, mut todo) = (BTreeSet::new(), vec![target.clone()]);
        while let Some(at) = todo.pop() {
            let inside = self.at_first.objects.values().filter(|o| root(o).as_ref() == Some(&at));
            let ids = inside.flat_map(|o| referred(spec(&o.spec_name), &o.fields));
            let next: Vec<RemoteId> = ids.filter_map(|id| root(self.at_first.object("book", &id)?)).collect();
            todo.extend(next.into_iter().filter(|id| seen.insert(id.clone())));
        }
        seen.contains(&wanted)
    }

    /// An object that this run did not write yet must be as the plan expects it.
    fn fresh(&self, step: &Step, object: &LiveObject, run: &Run<'_>) -> Result<(), String> {
        let target = match &step.operation {
            Operation::Create { .. } | Operation::Update { target: None, .. } => return Ok(()),
            Operation::Update { target: Some(id), .. } | Operation::Delete { target: id, .. } => id,
        };
        let prints = object_fingerprints(&CATALOG, &self.shown_object(object), run.key);
        if self.written.contains(target) || prints == step.expects {
            Ok(())
        } else {
            Err("it is not as the plan expects it".to_owned())
        }
    }

    /// The fields as they are kept, if all of them may be sent.
    fn accepted(
        &self,
        address: &Address,
        spec: &KindSpec,
        fields: &BTreeMap<String, Value>,
        run: &Run<'_>,
    ) -> Result<BTreeMap<String, Value>, String> {
        let find = |a: &Address| run.ids.get(a).map(ToString::to_string);
        let mut accepted = BTreeMap::new();
        for (name, value) in fields {
            let value = value.resolved(&find).map_err(|a| format!("`{name}` of {address}: {a} has no id yet"))?;
            let field = spec.fields.get(name).ok_or_else(|| format!("unknown field `{name}`"))?;
            let mut nulls = Vec::new();
            each_value(&FieldPath::field(name), field, &value, &mut |path, _, value| {
                nulls.extend((*value == Value::Null).then(|| path.clone()));
            });
            if let Some(null) = nulls.first() {
                return Err(format!("`{null}` is null"));
            }
            accepted.insert(name.clone(), self.kept(field, &value));
        }
        for id in referred(spec, &accepted) {
            if self.stored.object("book", &id).is_none() {
                return Err(format!("{address} refers to {id}, which does not exist"));
            }
        }
        Ok(accepted)
    }

    /// Keeps an object, unless it takes a value that another one has.
    pub(crate) fn put(&mut self, object: LiveObject) -> Result<(), String> {
        for (path, unique, value) in taken(spec(&object.spec_name), &object.fields) {
            let near = |o: &LiveObject| match unique.within {
                Within::Tenant => true,
                Within::Parent => o.parent == object.parent,
            };
            let others = self.stored.of_kind(&object.kind).filter(|o| o.id != object.id && near(o));
            for other in others {
                if taken(spec(&other.spec_name), &other.fields).iter().any(|(p, _, v)| *p == path && *v == value) {
                    return Err(format!("{} has the {} {} still", other.id, unique.name, value.to_json()));
                }
            }
        }
        self.stored.insert(object);
        Ok(())
    }
}

/// Objects are replaced whole: what is shown and is not sent would be lost.
fn whole(
    path: &FieldPath,
    spec: &FieldSpec,
    before: &Value,
    sent: &Value,
    left_out: &dyn Fn(&FieldPath) -> bool,
) -> Result<(), String> {
    let (Some(members), Value::Object(before), Value::Object(sent)) = (spec.members(), before, sent) else {
        return Ok(());
    };
    for (name, value) in before {
        let path = path.member(name);
        match sent.get(name) {
            Some(sent) => whole(&path, &members[name], value, sent, left_out)?,
            None if left_out(&path) => {}
            None => return Err(format!("`{path}` would be lost")),
        }
    }
    Ok(())
}
