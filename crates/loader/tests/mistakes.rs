//! One file, one mistake: each case's diagnostics are a snapshot beside it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::path::{Path, PathBuf};

/// The case files and folders in order. A folder has `manifests` and overlays `overlay-1`, `overlay-2`…
fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|p| p.extension().is_none_or(|e| e != "snap"));
    cases.sort();
    cases
}

fn load_case(case: &Path) -> (tilewright_loader::Loaded, PathBuf) {
    if case.is_dir() {
        let overlays: Vec<PathBuf> =
            (1..).map(|n| case.join(format!("overlay-{n}"))).take_while(|p| p.exists()).collect();
        (common::load_paths(&[case.join("manifests")], &overlays), case.to_owned())
    } else {
        (common::load_paths(&[case.to_owned()], &[]), case.parent().unwrap().to_owned())
    }
}

#[test]
fn every_mistake_is_explained_at_its_place() {
    let cases = cases();
    assert!(cases.len() >= 45, "there are {} cases", cases.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("cases");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for case in cases {
            let (loaded, root) = load_case(&case);
            assert!(!loaded.diagnostics.is_empty(), "{} is fine", case.display());
            let text = common::rendered(&loaded, &root);
            insta::assert_snapshot!(case.file_name().unwrap().to_str().unwrap(), text);
        }
    });
}
