//! Random edits: of manifests, as people make them, and of the tenant behind tilewright's back.

use std::collections::BTreeMap;

use tilewright_core::{Address, DesiredState, LiveObject, Shape, Value};

use super::manifests::{
    Names, add_book, add_shelf, aim, bury, default_book, give_role, is_free, present, random_value, shelf_of, text,
};
use super::tape::Tape;
use super::tenant::Tenant;
use super::vendor::{referred, spec, taken};

type Edit = fn(&mut Tape, &mut Names, &mut DesiredState);

const EDITS: [Edit; 12] = [
    change_fields,
    rotate_titles,
    rotate_hosts,
    rotate_names,
    move_role,
    aim_again,
    |tape, names, desired| drop(add_shelf(tape, names, desired)),
    grow,
    bury_book,
    bury_shelf,
    forget,
    change_format,
];

/// Some edits, and what follows from them, so that the manifests stay valid.
pub(crate) fn edit(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    // A key that changes together with its name is another resource, so these are edits of their own.
    if tape.chance(15) {
        for _ in 0..=tape.below(2) {
            change_key(tape, names, desired);
            change_fields(tape, names, desired);
        }
        return;
    }
    for _ in 0..=tape.below(6) {
        let edit = EDITS[tape.below(EDITS.len())];
        edit(tape, names, desired);
        mend_references(desired);
    }
    if tape.chance(20) {
        change_site(tape, desired);
    }
}

/// Edits that only hand unique values, names and references around among what is there.
pub(crate) fn hand_over(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    for _ in 0..=tape.below(5) {
        let edit = EDITS[1 + tape.below(5)];
        edit(tape, names, desired);
    }
}

fn fields<'a>(desired: &'a mut DesiredState, address: &Address) -> &'a mut BTreeMap<String, Value> {
    &mut desired.resources.get_mut(address).expect("it is there").fields
}

fn change_fields(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let all: Vec<Address> = desired.present().map(|r| r.address.clone()).collect();
    let Some(address) = tape.pick(&all).cloned() else { return };
    let spec = spec(&desired.resources[&address].spec_name);
    let optional: Vec<_> =
        spec.fields.iter().filter(|(n, f)| is_free(n, f) || !f.required && f.unique.is_none() && !f.fixed).collect();
    for _ in 0..=tape.below(3) {
        let (name, field) = optional[tape.below(optional.len())];
        let fields = fields(desired, &address);
        let front = fields.get("desk").and_then(Value::as_object).and_then(|d| d.get("front")).cloned();
        if !is_free(name, field) || tape.chance(25) && (name != "desk" || front.is_none()) {
            fields.remove(name);
            continue;
        }
        let mut value = random_value(tape, field);
        if let (Value::Object(members), Some(front), "desk") = (&mut value, front, name.as_str()) {
            members.insert("front".to_owned(), front);
        }
        fields.insert(name.clone(), value);
    }
}

/// Hands the values of a field around, in one cycle of random length and order.
fn rotate(tape: &mut Tape, desired: &mut DesiredState, mut among: Vec<Address>, field: &str) {
    among.retain(|a| desired.resources[a].fields.contains_key(field));
    tape.shuffle(&mut among);
    let count = tape.below(among.len() + 1);
    among.truncate(count);
    let mut values: Vec<Value> = among.iter().map(|a| desired.resources[a].fields[field].clone()).collect();
    if !values.is_empty() {
        values.rotate_left(1);
    }
    for (address, value) in among.iter().zip(values) {
        fields(desired, address).insert(field.to_owned(), value);
    }
}

fn rotate_titles(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    rotate(tape, desired, present(desired, "shelf"), "title");
}

fn rotate_hosts(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    rotate(tape, desired, present(desired, "shelf"), "host");
}

fn rotate_names(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let Some(shelf) = tape.pick(&present(desired, "shelf")).cloned() else { return };
    let books = desired.children(&shelf).map(|r| r.address.clone()).collect();
    rotate(tape, desired, books, "name");
}

fn move_role(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    give_role(tape, desired, &present(desired, "shelf"));
}

fn aim_again(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let all: Vec<Address> = desired.present().map(|r| r.address.clone()).collect();
    let Some(address) = tape.pick(&all) else { return };
    aim(tape, desired, &shelf_of(address));
    aim(tape, desired, address);
}

fn grow(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    let Some(shelf) = tape.pick(&present(desired, "shelf")).cloned() else { return };
    let book = add_book(tape, names, desired, &shelf);
    aim(tape, desired, &book);
}

/// A book that may go: not the default of its shelf.
fn spare_book(tape: &mut Tape, desired: &DesiredState) -> Option<Address> {
    let mut books = present(desired, "book");
    books.retain(|b| default_book(desired, &shelf_of(b)) != *b);
    tape.pick(&books).cloned()
}

fn bury_book(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let Some(book) = spare_book(tape, desired) else { return };
    bury(desired, &book);
    let heirs: Vec<Address> = desired.children(&shelf_of(&book)).map(|r| r.address.clone()).collect();
    inherit(tape, desired, &book, &heirs, "name");
}

fn bury_shelf(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let shelves = present(desired, "shelf");
    let Some(shelf) = tape.pick(&shelves).cloned().filter(|_| shelves.len() > 1) else { return };
    let books: Vec<Address> = desired.children(&shelf).map(|r| r.address.clone()).collect();
    for book in books {
        if tape.chance(50) {
            bury(desired, &book);
        } else {
            desired.resources.remove(&book);
        }
    }
    bury(desired, &shelf);
    let heirs = present(desired, "shelf");
    inherit(tape, desired, &shelf, &heirs, "title");
    inherit(tape, desired, &shelf, &heirs, "host");
}

/// What the buried one lets go of goes to an heir.
fn inherit(tape: &mut Tape, desired: &mut DesiredState, buried: &Address, heirs: &[Address], field: &str) {
    let Some(value) = desired.resources[buried].fields.get(field).cloned().filter(|_| tape.chance(60)) else { return };
    if let Some(heir) = tape.pick(heirs).cloned() {
        fields(desired, &heir).insert(field.to_owned(), value);
    }
}

/// Takes resources out of the manifests without a tombstone.
fn forget(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let shelves = present(desired, "shelf");
    if tape.chance(40)
        && shelves.len() > 1
        && let Some(shelf) = tape.pick(&shelves)
    {
        desired.resources.retain(|a, _| shelf_of(a) != *shelf);
    } else if let Some(book) = spare_book(tape, desired) {
        desired.resources.remove(&book);
    }
}

fn change_format(tape: &mut Tape, _: &mut Names, desired: &mut DesiredState) {
    let Some(book) = spare_book(tape, desired) else { return };
    let resource = desired.resources.get_mut(&book).expect("it is there");
    let (format, other) = if resource.spec_name == "paper-book" { ("audio", "pages") } else { ("paper", "voice") };
    resource.spec_name = format!("{format}-book");
    resource.fields.remove(other);
    resource.fields.insert("format".to_owned(), text(format));
}

fn change_site(tape: &mut Tape, desired: &mut DesiredState) {
    let mut shelves = present(desired, "shelf");
    shelves.retain(|s| desired.resources[s].fields.contains_key("site"));
    let Some(shelf) = tape.pick(&shelves).cloned() else { return };
    let site = if desired.resources[&shelf].fields["site"] == text("north") { "south" } else { "north" };
    fields(desired, &shelf).insert("site".to_owned(), text(site));
}

/// Gives a book, or a shelf with its books, another address.
fn change_key(tape: &mut Tape, names: &mut Names, desired: &mut DesiredState) {
    let all: Vec<Address> = desired.present().map(|r| r.address.clone()).collect();
    let Some(chosen) = tape.pick(&all).cloned() else { return };
    let key = names.key("k");
    let moved = |address: &Address| match address.parent("shelf") {
        _ if *address == chosen && chosen.kind() == "shelf" => Address::root("shelf", key.clone()),
        Some(shelf) if *address == chosen => shelf.child("book", key.clone()),
        Some(shelf) if shelf == chosen => Address::root("shelf", key.clone()).child("book", address.key().clone()),
        Some(_) | None => address.clone(),
    };
    let old = std::mem::take(&mut desired.resources);
    for mut resource in old.into_values() {
        resource.address = moved(&resource.address);
        resource.fields.values_mut().for_each(|v| each_ref(v, &mut |target| *target = moved(target)));
        desired.resources.insert(resource.address.clone(), resource);
    }
}

fn each_ref(value: &mut Value, see: &mut dyn FnMut(&mut Address)) {
    match value {
        Value::Ref(address) => see(address),
        Value::List(items) => items.iter_mut().for_each(|v| each_ref(v, see)),
        Value::Object(members) => members.values_mut().for_each(|v| each_ref(v, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// References to what is gone lead to the default book of the own shelf; lists of references lose them.
fn mend_references(desired: &mut DesiredState) {
    let before = desired.clone();
    let is_there = |a: &Address| before.resources.get(a).is_some_and(|r| !r.is_tombstone());
    for resource in desired.resources.values_mut().filter(|r| !r.is_tombstone()) {
        if let Some(Value::List(items)) = resource.fields.get_mut("related") {
            items.retain(|v| v.refs().iter().all(|a| is_there(a)));
        }
        let own = shelf_of(&resource.address);
        for value in resource.fields.values_mut() {
            each_ref(value, &mut |target| {
                if !is_there(target) {
                    *target = default_book(&before, &own);
                }
            });
        }
    }
}

/// Somebody works in the tenant by hand.
pub(crate) fn meddle(tape: &mut Tape, names: &mut Names, tenant: &mut Tenant) {
    for _ in 0..tape.below(3) {
        match tape.below(3) {
            0 => change_live(tape, tenant),
            1 => lose_live(tape, tenant),
            _ => add_live(tape, names, tenant),
        }
    }
}

fn change_live(tape: &mut Tape, tenant: &mut Tenant) {
    let all: Vec<LiveObject> = tenant.stored.objects.values().cloned().collect();
    let Some(mut object) = tape.pick(&all).cloned() else { return };
    let spec = spec(&object.spec_name);
    let free: Vec<_> = spec
        .fields
        .iter()
        .filter(|(n, f)| is_free(n, f) && !f.write_only)
        .filter(|(_, f)| !matches!(f.shape, Shape::Object { .. }))
        .collect();
    let (name, field) = free[tape.below(free.len())];
    if tape.chance(30) {
        object.fields.remove(name);
    } else {
        let value = tenant.kept(field, &random_value(tape, field));
        object.fields.insert(name.clone(), value);
    }
    tenant.stored.insert(object);
}

fn lose_live(tape: &mut Tape, tenant: &mut Tenant) {
    let all: Vec<LiveObject> = tenant.stored.objects.values().cloned().collect();
    let Some(lost) = tape.pick(&all).cloned() else { return };
    let dying = |o: &LiveObject| o.id == lost.id || o.parent.as_ref() == Some(&lost.id);
    let is_default = all.iter().any(|o| o.default_child.as_ref() == Some(&lost.id));
    let is_referred = all
        .iter()
        .filter(|o| !dying(o))
        .flat_map(|o| referred(spec(&o.spec_name), &o.fields))
        .any(|id| all.iter().any(|o| o.id == id && dying(o)));
    if !is_default && !is_referred {
        tenant.stored.objects.retain(|_, o| !dying(o));
    }
}

/// A shelf that no manifest knows; it has its own title and host.
fn add_live(tape: &mut Tape, names: &mut Names, tenant: &mut Tenant) {
    let mut scratch = DesiredState::default();
    let shelf = add_shelf(tape, names, &mut scratch);
    let parent = tenant.id();
    let object = |tenant: &mut Tenant, address: &Address, id| {
        let resource = &scratch.resources[address];
        let known = spec(&resource.spec_name);
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        for (name, value) in resource.fields.iter().filter(|(n, _)| *n != "desk" && *n != "terms" && *n != "meta") {
            fields.insert(name.clone(), tenant.kept(&known.fields[name], value));
        }
        assert!(taken(known, &fields).iter().all(|(_, u, _)| !u.role), "the role is not taken by hand");
        LiveObject {
            kind: address.kind().to_owned(),
            spec_name: resource.spec_name.clone(),
            id,
            parent: None,
            fields,
            observed: BTreeMap::new(),
            default_child: None,
        }
    };
    let book = tenant.id();
    let default = default_book(&scratch, &shelf);
    let child = LiveObject { parent: Some(parent.clone()), ..object(tenant, &default, book.clone()) };
    let shelf = LiveObject { default_child: Some(book), ..object(tenant, &shelf, parent) };
    tenant.stored.insert(shelf);
    tenant.stored.insert(child);
}
