//! One hash over all that the manifests say, so that a plan can name what it was made from.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::desired::DesiredState;

/// SHA-256 in hexadecimal over the resources in order of address, with everything resolved. Comments, order of members
/// and the split into files do not change it.
#[must_use]
pub fn manifests_hash(desired: &DesiredState) -> String {
    let mut hash = Sha256::new();
    for resource in desired.resources.values() {
        let fields: serde_json::Value = resource.fields.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
        let m = &resource.metadata;
        let metadata = serde_json::json!({
            "id": m.id, "renamed_from": m.renamed_from, "protect": m.protect, "default": m.default,
            "absent": resource.is_tombstone(),
        });
        let line = serde_json::json!([resource.address, resource.spec_name, metadata, fields]);
        hash.update(line.to_string().as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
