//! Saved plans: the stored form of a plan, and the checks that a stored plan must pass before it is used.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::plan::{PLAN_FORMAT, Plan};

/// What a saved plan calls itself.
const KIND: &str = "tilewright-plan";

/// Why a stored plan is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedPlanError {
    /// It is no JSON, or ends early.
    #[error("it is no whole JSON text: {reason}")]
    NotJson {
        /// The parser's words.
        reason: String,
    },
    /// It is another sort of file.
    #[error("it is no saved plan: `kind` is not `{KIND}`")]
    NotAPlan,
    /// Another version of tilewright wrote it in another form.
    #[error("its format version is {found}, and this tilewright reads {PLAN_FORMAT}")]
    Version {
        /// Its version.
        found: String,
    },
    /// Its content is not of the form of a plan.
    #[error("it is no plan of this version: {reason}")]
    Form {
        /// What does not fit.
        reason: String,
    },
    /// It was changed after it was saved.
    #[error("it was changed after it was saved: its content does not match its digest")]
    Edited,
}

/// The stored form. The same plan gives the same bytes.
#[must_use]
pub fn saved_text(plan: &Plan) -> String {
    let content = serde_json::to_value(plan).expect("a plan has only texts as keys and finite numbers");
    let stored = json!({"kind": KIND, "format_version": PLAN_FORMAT, "digest": digest(&content), "plan": content});
    let mut text = serde_json::to_string_pretty(&stored).expect("a JSON value can be written");
    text.push('\n');
    text
}

/// Reads a stored plan.
///
/// The digest guards against accidents and careless edits; who may replace the file can also replace the digest, so keep
/// the file where only the pipeline can write.
///
/// # Errors
/// [`SavedPlanError`] for anything that is not a whole, unchanged plan of this version.
pub fn read_saved(text: &str) -> Result<Plan, SavedPlanError> {
    let stored: Json = serde_json::from_str(text).map_err(|e| SavedPlanError::NotJson { reason: e.to_string() })?;
    if stored["kind"] != KIND {
        return Err(SavedPlanError::NotAPlan);
    }
    if stored["format_version"] != PLAN_FORMAT {
        return Err(SavedPlanError::Version { found: stored["format_version"].to_string() });
    }
    if stored["digest"].as_str() != Some(digest(&stored["plan"]).as_str()) {
        return Err(SavedPlanError::Edited);
    }
    let plan: Plan =
        serde_json::from_value(stored["plan"].clone()).map_err(|e| SavedPlanError::Form { reason: e.to_string() })?;
    // A member that this version does not know would be dropped without a word.
    let whole = serde_json::to_value(&plan).is_ok_and(|again| digest(&again) == digest(&stored["plan"]));
    if whole { Ok(plan) } else { Err(SavedPlanError::Form { reason: "it has members that are not known".to_owned() }) }
}

fn digest(content: &Json) -> String {
    let bytes = Sha256::digest(content.to_string().as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Header;
    use std::collections::BTreeMap;

    fn plan() -> Plan {
        let header = Header {
            format_version: PLAN_FORMAT,
            tool_version: "1".to_owned(),
            environment: "production".to_owned(),
            tenant: "t".to_owned(),
            scope: vec!["select a".to_owned()],
            manifests: "00".to_owned(),
        };
        Plan {
            header,
            changes: Vec::new(),
            steps: Vec::new(),
            orphans: Vec::new(),
            unchanged: 3,
            read_back: 0,
            remarks: BTreeMap::new(),
        }
    }

    #[test]
    fn what_was_saved_is_read() {
        assert_eq!(read_saved(&saved_text(&plan())), Ok(plan()));
        assert_eq!(saved_text(&plan()), saved_text(&plan()));
    }

    #[test]
    fn an_edited_cut_or_foreign_file_is_refused() {
        let text = saved_text(&plan());
        assert_eq!(read_saved(&text.replace("production", "staging")), Err(SavedPlanError::Edited));
        assert_eq!(read_saved(&text.replace("\"unchanged\": 3", "\"unchanged\": 4")), Err(SavedPlanError::Edited));
        assert!(matches!(read_saved(&text[..text.len() / 2]), Err(SavedPlanError::NotJson { .. })));
        assert_eq!(read_saved("{}"), Err(SavedPlanError::NotAPlan));
        let newer = text.replacen("\"format_version\": 1", "\"format_version\": 2", 1);
        assert!(matches!(read_saved(&newer), Err(SavedPlanError::Version { .. })));
    }
}
