//! Turns what left the manifests into deletions. Only `--prune` asks for this.

use crate::diff::change::{Action, Change, Note, Reason};
use crate::diff::{Diff, Match, display_name};
use crate::live::{LiveObject, LiveState};
use crate::{Address, Catalog};

/// Plans the deletion of every orphan that `covers` says yes to; the others stay listed.
pub fn prune(diff: &mut Diff, live: &LiveState, catalog: &Catalog, covers: &dyn Fn(&Address) -> bool) {
    // What is of an unknown sort cannot be reviewed, so it is left alone.
    let is_known = |orphan: &crate::diff::Orphan| {
        live.object(orphan.address.kind(), &orphan.id).is_some_and(|o| catalog.spec(&o.spec_name).is_some())
    };
    let (gone, left) = std::mem::take(&mut diff.orphans).into_iter().partition(|o| covers(&o.address) && is_known(o));
    diff.orphans = left;
    let gone: Vec<crate::diff::Orphan> = gone;
    for orphan in gone {
        let Some(object) = live.object(orphan.address.kind(), &orphan.id) else { continue };
        let change = Change {
            address: orphan.address.clone(),
            spec_name: object.spec_name.clone(),
            display_name: orphan.display_name,
            action: Action::Delete,
            reason: Reason::NotInManifests,
            id: Some(orphan.id.clone()),
            adoption: None,
            fields: Vec::new(),
            notes: cascade(live, catalog, object).into_iter().collect(),
            protected: orphan.protected,
        };
        diff.identities.insert(orphan.address.clone(), Match { id: orphan.id, adoption: None });
        diff.changes.insert(orphan.address, change);
    }
}

/// What dies with an object.
pub(super) fn cascade(live: &LiveState, catalog: &Catalog, object: &LiveObject) -> Option<Note> {
    // Looking for children goes through all objects, so it is done only for kinds that have some.
    if !catalog.kinds.iter().any(|k| k.parent.as_ref().is_some_and(|p| p.segment == object.kind)) {
        return None;
    }
    let objects: Vec<_> = live
        .children(&object.id)
        .map(|child| (child.kind.clone(), child.id.clone(), display_name(catalog, child)))
        .collect();
    (!objects.is_empty()).then_some(Note::Cascade { objects })
}
