//! Values in between, for objects that swap a unique value.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Spare;
use crate::plan::edges::Atom;
use crate::plan::index::unique_paths;
use crate::plan::node::Context;
use crate::value::Value;

/// The values that are in use, by kind segment and field: live, desired, or given out as a value in between.
#[derive(Default)]
pub(super) struct Spares {
    in_use: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Whether a field can have a value in between.
pub(super) fn has_spare(context: &Context<'_>, atom: &Atom) -> bool {
    form_and_base(context, atom).is_some()
}

/// What a value in between looks like, and the value that it is made from. Only a field of its own can have one: an
/// object that holds a unique value is sent whole.
fn form_and_base<'a>(context: &Context<'a>, (owner, name): &Atom) -> Option<(Spare, &'a str)> {
    let (path, _, unique) = unique_paths(context.spec_of(owner)?, name).into_iter().next()?;
    let form = unique.spare.filter(|_| path.segments().len() == 1)?;
    Some((form, context.resource(owner)?.fields.get(name)?.as_str()?))
}

impl Spares {
    /// A value for the time in between, that no object has, that no manifest asks for, and that was not given out before.
    pub(super) fn take(&mut self, context: &Context<'_>, atom: &Atom) -> Option<Value> {
        let (form, base) = form_and_base(context, atom)?;
        let (owner, name) = atom;
        let in_use = self.in_use.entry((owner.kind().to_owned(), name.clone())).or_insert_with(|| {
            let live = context.live.of_kind(owner.kind()).filter_map(|o| o.fields.get(name));
            let resources = context.desired.resources.values().filter(|r| r.address.kind() == owner.kind());
            let desired = resources.filter_map(|r| r.fields.get(name));
            live.chain(desired).filter_map(Value::as_str).map(ToOwned::to_owned).collect()
        });
        let text = (0..).map(|n| spare_text(form, base, n)).find(|text| !in_use.contains(text))?;
        in_use.insert(text.clone());
        Some(Value::String(text))
    }
}

/// The longest label that DNS allows.
const LABEL: usize = 63;

fn spare_text(form: Spare, base: &str, n: usize) -> String {
    let count = if n == 0 { String::new() } else { format!("-{n}") };
    match form {
        Spare::Text => format!("{base} (being renamed{count})"),
        Spare::Domain => format!("being-moved{count}.{base}"),
        Spare::Label => {
            let tail = format!("-being-moved{count}");
            let head: String = base.chars().take(LABEL - tail.len()).collect();
            format!("{head}{tail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_in_between_fits_into_dns() {
        let long = "a".repeat(LABEL);
        assert_eq!(spare_text(Spare::Label, &long, 0).len(), LABEL);
        assert_eq!(spare_text(Spare::Label, &long, 12).len(), LABEL);
        assert_eq!(spare_text(Spare::Label, "shop", 0), "shop-being-moved");
    }
}
