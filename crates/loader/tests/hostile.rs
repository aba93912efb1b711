//! Input that is meant to hurt ends in an error soon, within a small stack: never in a panic, a hang or a guess.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

mod common;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use common::Folder;
use proptest::prelude::*;

/// Loads one file with these bytes on a small stack and renders everything: the codes, and the texts.
fn load_bytes(name: &str, file: &str, bytes: Vec<u8>) -> (Vec<&'static str>, String) {
    let folder = Folder::with(name, &[(file, &bytes)]);
    drop(bytes);
    let work = move || {
        let started = Instant::now();
        let loaded = common::load_paths(&[folder.root()], &[]);
        let text = common::rendered(&loaded, &folder.root());
        let codes = loaded.diagnostics.iter().map(|d| d.code).collect();
        drop(loaded);
        // Generous: debug builds on a busy machine. What hangs takes minutes.
        assert!(started.elapsed() < Duration::from_secs(30), "it took {:?}", started.elapsed());
        (codes, text)
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work).unwrap().join().unwrap()
}

fn refused(name: &str, text: String, code: &str) -> String {
    let (codes, shown) = load_bytes(name, "a.yaml", text.into_bytes());
    assert!(codes.contains(&code), "{codes:?}\n{}", &shown[..shown.len().min(2000)]);
    assert!(shown.lines().all(|line| line.len() < 2000), "a long line is shown");
    shown
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{}]", below.trim_end_matches(", ")).unwrap();
    }
    let shown = refused("laughs", text, "too-many-values");
    assert!(shown.contains("a.yaml:6:"), "{shown}");
}

#[test]
fn many_aliases_of_a_big_value_are_refused() {
    let big = "x, ".repeat(10_000);
    let aliases = "- *big\n".repeat(10_000);
    refused("aliases", format!("- &big [{big}]\n{aliases}"), "too-many-values");
}

#[test]
fn a_deep_chain_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..24_000 {
        writeln!(text, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    refused("chain", text, "too-deep");
}

#[test]
fn a_chain_of_merge_keys_is_refused_or_read() {
    let mut text = "a0: &a0 {x0: 1}\n".to_owned();
    for level in 1..3_000 {
        writeln!(text, "a{level}: &a{level} {{<<: *a{}, x{level}: 1}}", level - 1).unwrap();
    }
    refused("merges", text, "too-many-values");
}

#[test]
fn deep_nesting_is_refused() {
    refused("brackets", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "too-deep");
    refused("dashes", "- ".repeat(100_000), "too-deep");
    refused("braces", "{a: ".repeat(50_000), "too-deep");
    refused("question-marks", "? ".repeat(50_000), "too-deep");
    let staircase: String = (0..1_000).fold(String::new(), |mut text, level| {
        writeln!(text, "{}a:", " ".repeat(level)).unwrap();
        text
    });
    refused("staircase", staircase, "too-deep");
}

#[test]
fn too_long_files_are_refused() {
    let mut text = "a: ".to_owned();
    text.push_str(&"x".repeat(64 * 1024 * 1024));
    refused("long-line", text, "file-too-long");
}

#[test]
fn a_long_line_within_the_limit_is_read() {
    let text = format!("a: {}", "x".repeat(16 * 1024 * 1024));
    refused("line", text, "not-a-manifest");
    let text = format!("\"{}\": 1", "x".repeat(1024 * 1024));
    refused("name", text, "syntax");
}

#[test]
fn many_values_are_refused() {
    refused("values", "- a\n".repeat(3_000_000), "too-many-values");
}

#[test]
fn many_names_are_read_once_each() {
    let mut text = "apiVersion: mosaic/v1\nkind: Application\nmetadata: {name: a}\nspec:\n  app_name: A\n".to_owned();
    for n in 0..50_000 {
        writeln!(text, "  field_number_{n}: x").unwrap();
    }
    let (codes, _) = load_bytes("names", "a.yaml", text.into_bytes());
    assert_eq!(codes.len(), 50_000);
}

#[test]
fn many_syntax_errors_are_cut() {
    let (codes, _) = load_bytes("errors", "a.yaml", "a: [\n---\n".repeat(100_000).into_bytes());
    assert!(codes.len() <= 50, "{}", codes.len());
}

#[test]
fn odd_bytes_are_refused_with_their_place() {
    let (codes, shown) = load_bytes("nul", "a.yaml", b"a: b\nc: d\0e\n".to_vec());
    assert_eq!(codes, ["control-character"]);
    assert!(shown.contains("a.yaml:2:5"), "{shown}");
    let (codes, shown) = load_bytes("bytes", "a.yaml", b"a: b\n\xff\xfe\n".to_vec());
    assert_eq!(codes, ["wrong-encoding"]);
    assert!(shown.contains("a.yaml:2:1"), "{shown}");
    let (codes, _) = load_bytes("utf-32", "a.yaml", vec![0, 0, 0xfe, 0xff, 0, 0, 0, b'a']);
    assert_eq!(codes, ["wrong-encoding"]);
    let (codes, _) = load_bytes("json", "a.json", b"{\"a\": \"\\ud83d\"}".to_vec());
    assert_eq!(codes, ["syntax"]);
}

#[test]
fn terminal_escapes_in_a_manifest_do_not_reach_the_terminal() {
    let text = "apiVersion: mosaic/v1\nkind: \"\\e[31mApplication\u{202e}\"\nmetadata: {name: a}\n";
    let shown = refused("escapes", text.to_owned(), "unknown-kind");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
}

#[test]
fn a_good_manifest_with_some_bytes_changed_is_read_or_refused() {
    let good = include_str!("good/values.yaml").as_bytes();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let change =
        (0..good.len(), prop_oneof![Just(0), Just(1), Just(2), Just(9)], "[\\PC\n\t\\[\\]{}:,#&*!'\"$~-]{0,3}");
    let changes = proptest::collection::vec(change, 1..4);
    let folder = Folder::with("changed", &[]);
    runner
        .run(&changes, |changes| {
            let mut bytes = good.to_vec();
            for (at, remove, insert) in changes {
                let at = at.min(bytes.len());
                let end = (at + remove).min(bytes.len());
                bytes.splice(at..end, insert.into_bytes());
            }
            std::fs::write(folder.path("a.yaml"), &bytes).unwrap();
            let loaded = common::load_paths(&[folder.root()], &[]);
            let _ = common::rendered(&loaded, &folder.root());
            for diagnostic in &loaded.diagnostics {
                prop_assert!(loaded.sources.report(diagnostic).location.line.is_some());
            }
            Ok(())
        })
        .unwrap();
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    let folder = Folder::with("links", &[("a/b/c.yaml", b"# nothing\n")]);
    std::os::unix::fs::symlink(folder.root(), folder.path("a/b/up")).unwrap();
    std::os::unix::fs::symlink(folder.path("nowhere"), folder.path("a/gone.yaml")).unwrap();
    let loaded = common::load_paths(&[folder.root()], &[]);
    let codes: Vec<_> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["unreadable-file"]);
    assert!(!loaded.whole);
}

#[test]
fn a_list_as_long_as_may_be_is_read() {
    let head = "apiVersion: mosaic/v1\nkind: Client\nmetadata: {name: a, application: a}\nspec:\n  name: A\n";
    let mut text = format!("{head}  redirect_uris:\n");
    for n in 0..990_000 {
        writeln!(text, "  - uri-{n}").unwrap();
    }
    let (codes, _) = load_bytes("long-list", "a.yaml", text.into_bytes());
    assert_eq!(codes, Vec::<&str>::new());
}
