//! Random manifests of the toy vendor. They are always valid.

use std::collections::BTreeMap;

use serde_json::json;
use tilewright_core::{
    Address, DesiredState, DocumentId, FieldSpec, Key, KindSpec, Metadata, Resource, ResourceState, Shape, Value,
};

use super::tape::Tape;
use super::vendor::spec;

/// Texts that stay different when a tenant trims them or rewrites URIs.
const TEXTS: [&str; 5] = ["alpha", "beta", " gamma ", "", "Delta"];
const ITEMS: [&str; 4] = ["one", " two", "three", "four "];
const URIS: [&str; 4] = ["https://a.example/x", "HTTPS://B.Example/y", "https://c.example", " https://d.example/z "];

/// Gives names that occur once.
#[derive(Debug, Default)]
pub(crate) struct Names(usize);

impl Names {
    pub(crate) fn fresh(&mut self, stem: &str) -> String {
        self.0 += 1;
        format!("{stem}{}", self.0)
    }

    pub(crate) fn key(&mut self, stem: &str) -> Key {
        Key::new(&self.fresh(stem)).expect("a stem and a number are a key")
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Shelves with books.
pub(crate) fn desired(tape: &mut Tape, names: &mut Names) -> DesiredState {
    let mut desired = DesiredState::default();
    for _ in 0..=tape.below(4) {
        add_shelf(tape, names, &mut desired);
    }
    let shelves: Vec<Address> = present(&desired, "shelf");
    if tape.chance(60) {
        give_role(tape, &mut desired, &shelves);
    }
    for address in desired.resources.keys().cloned().collect::<Vec<_>>() {
        aim(tape, &mut desired, &address);
    }
    desired
}

/// The addresses of a kind that are to be there.
pub(crate) fn present(desired: &DesiredState, kind: &str) -> Vec<Address> {
    desired.present().filter(|r| r.address.kind() == kind).map(|r| r.address.clone()).collect()
}

/// The book that is made together with a shelf.
pub(crate) fn default_book(desired: &DesiredState, shelf: &Address) -> Address {
    desired.default_child(shelf).expect("every shelf has a default book").address.clone()
}

/// The shelf of a book, or the shelf itself.
pub(crate) fn shelf_of(address: &Address) -> Address {
    address.parent("shelf").unwrap_or_else(|| address.clone())
}

pub(crate) fn add_shelf(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) -> Address {
    let address = Address::root("shelf", names.key("s"));
    let mut fields = random_fields(tape, spec("shelf"));
    fields.insert("title".to_owned(), Value::String(names.fresh("Title ")));
    if tape.chance(60) {
        fields.insert("host".to_owned(), Value::String(names.fresh("host-")));
    }
    if tape.chance(40) {
        fields.insert("site".to_owned(), text("north"));
    }
    insert(desired, &address, "shelf", fields);
    let count = 1 + tape.below(3);
    let books: Vec<Address> = (0..count).map(|_| add_book(tape, names, desired, &address)).collect();
    let default = tape.below(count);
    for (at, book) in books.iter().enumerate() {
        let is_default = (count > 1 && at == default).then_some(true);
        desired.resources.get_mut(book).expect("just added").metadata.default = is_default;
    }
    address
}

pub(crate) fn add_book(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState, shelf: &Address) -> Address {
    // Once a shelf has two books, one of them must say that it is the default.
    if let [only] = desired.children(shelf).map(|r| r.address.clone()).collect::<Vec<_>>().as_slice() {
        desired.resources.get_mut(only).expect("it is there").metadata.default = Some(true);
    }
    let address = shelf.child("book", names.key("b"));
    let name = if tape.chance(50) { "paper-book" } else { "audio-book" };
    let mut fields = random_fields(tape, spec(name));
    fields.insert("name".to_owned(), Value::String(names.fresh("Name ")));
    if name == "audio-book" || tape.chance(30) {
        fields.insert("format".to_owned(), text(name.trim_end_matches("-book")));
    }
    insert(desired, &address, name, fields);
    address
}

fn insert(desired: &mut DesiredState, address: &Address, spec_name: &str, fields: BTreeMap<String, Value>) {
    let resource = Resource {
        address: address.clone(),
        spec_name: spec_name.to_owned(),
        metadata: Metadata::default(),
        fields,
        document: DocumentId(desired.resources.len()),
    };
    desired.resources.insert(address.clone(), resource);
}

/// Makes a resource a tombstone.
pub(crate) fn bury(desired: &mut DesiredState, address: &Address) {
    let resource = desired.resources.get_mut(address).expect("what is buried is there");
    resource.metadata.state = ResourceState::Absent;
    resource.metadata.default = None;
}

/// Plays the role on one of the shelves, and says on all that it is managed.
pub(crate) fn give_role(tape: &mut Tape, desired: &mut DesiredState, shelves: &[Address]) {
    let Some(player) = tape.pick(shelves).cloned() else { return };
    for shelf in shelves {
        let fields = &mut desired.resources.get_mut(shelf).expect("it is there").fields;
        let desk = fields.entry("desk".to_owned()).or_insert_with(|| Value::Object(BTreeMap::new()));
        let Value::Object(members) = desk else { continue };
        if *shelf == player || members.contains_key("front") || tape.chance(70) {
            members.insert("front".to_owned(), Value::Bool(*shelf == player));
        }
    }
}

/// Points the references of a resource somewhere, some of them at its own family.
pub(crate) fn aim(tape: &mut Tape, desired: &mut DesiredState, address: &Address) {
    let all = present(desired, "book");
    let near: Vec<Address> = all.iter().filter(|a| shelf_of(a) == shelf_of(address)).cloned().collect();
    let target = |tape: &mut Tape| {
        let from = if tape.chance(50) { &near } else { &all };
        Value::Ref(tape.pick(from).expect("every shelf has a book").clone())
    };
    let Some(resource) = desired.resources.get_mut(address).filter(|r| !r.is_tombstone()) else { return };
    let fields = &mut resource.fields;
    if address.kind() == "shelf" {
        if tape.chance(60) {
            fields.insert("featured".to_owned(), target(tape));
        }
        if tape.chance(40) {
            let related = tape.some_of(&all, 40).into_iter().map(Value::Ref).collect();
            fields.insert("related".to_owned(), Value::List(related));
        }
        return;
    }
    if tape.chance(40) {
        fields.insert("sequel".to_owned(), target(tape));
    }
    if tape.chance(30) {
        let meta = fields.entry("meta".to_owned()).or_insert_with(|| Value::Object(BTreeMap::new()));
        if let Value::Object(members) = meta {
            members.insert("peer".to_owned(), target(tape));
        }
    }
}

/// Whether a field is drawn by [`random_value`]: unique values, references and fixed fields are not.
pub(crate) fn is_free(name: &str, spec: &FieldSpec) -> bool {
    let refers = match &spec.shape {
        Shape::List { item, .. } => item.refers_to.is_some(),
        _ => spec.refers_to.is_some(),
    };
    !refers && !spec.fixed && spec.unique.is_none() && name != "format"
}

pub(crate) fn random_fields(tape: &mut Tape, spec: &KindSpec) -> BTreeMap<String, Value> {
    let free = spec.fields.iter().filter(|(name, f)| is_free(name, f));
    let mut fields = BTreeMap::new();
    for (name, field) in free {
        if tape.chance(45) {
            fields.insert(name.clone(), random_value(tape, field));
        }
    }
    fields
}

pub(crate) fn random_value(tape: &mut Tape, spec: &FieldSpec) -> Value {
    let number = |tape: &mut Tape| Value::from_json(&json!(tape.below(5)));
    match &spec.shape {
        Shape::Bool => Value::Bool(tape.chance(50)),
        Shape::Number => number(tape),
        Shape::Text { values } if !values.is_empty() => Value::String(values[tape.below(values.len())].clone()),
        Shape::Text { .. } => text(if spec.uri { URIS[tape.below(4)] } else { TEXTS[tape.below(5)] }),
        Shape::List { item, set: true } => {
            let mut items: Vec<Value> = match &item.shape {
                Shape::Text { values } if !values.is_empty() => values.iter().map(|v| text(v)).collect(),
                _ => if item.uri { URIS } else { ITEMS }.iter().map(|v| text(v)).collect(),
            };
            tape.shuffle(&mut items);
            Value::List(tape.some_of(&items, 45))
        }
        Shape::List { item, set: false } => {
            let count = tape.below(4);
            Value::List((0..count).map(|_| random_value(tape, item)).collect())
        }
        Shape::Object { members } => Value::Object(
            members
                .iter()
                .filter(|(name, m)| is_free(name, m))
                .filter_map(|(name, member)| {
                    let stated = tape.chance(55);
                    let value = if tape.chance(15) { Value::Null } else { random_value(tape, member) };
                    stated.then(|| (name.clone(), value))
                })
                .collect(),
        ),
        Shape::Atomic => {
            let mut keys = vec![json!({"kid": "a", "n": 1}), json!({"kid": "b", "n": 2}), json!({"kid": "c"})];
            tape.shuffle(&mut keys);
            let keys = tape.some_of(&keys, 50);
            Value::from_json(&if tape.chance(80) { json!({"keys": keys, "more": {"x": "y"}}) } else { json!({}) })
        }
    }
}
