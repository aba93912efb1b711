//! The reader against another one: what `serde_yaml` writes, this one reads as it was meant; and laws over any input.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Content, Limits, Node, parse};
use crate::spot::FileId;

fn json() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "\\PC{0,12}",
        "[ \\t\\n:#'\"a-z0-9_.+-]{0,16}",
        prop::sample::select(vec![
            "no",
            "on",
            "yes",
            "y",
            "0777",
            "1_000",
            "12:30",
            "2026-11-22",
            "~",
            "null",
            "true",
            "1e3",
            ".5",
            "<<",
            "=",
            "- a",
            "a: b",
            "a #b",
            "0x1F",
            "+12",
            ".inf",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "{a",
            "[a",
            "",
        ])
        .prop_map(ToOwned::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        (-1e6f64..1e6).prop_map(Json::from),
        text.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map("[a-z][a-z_ ]{0,8}[a-z]", inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// All spots lie inside the text, at character boundaries, in the right order.
fn check_spots(node: &Node, text: &str) {
    let fits = |start: u32, end: u32| {
        start <= end
            && end as usize <= text.len()
            && text.is_char_boundary(start as usize)
            && text.is_char_boundary(end as usize)
    };
    assert!(fits(node.at.start, node.at.end), "{:?}", node.at);
    match &node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter().for_each(|item| check_spots(item, text)),
        Content::Map(members) => {
            for member in members {
                assert!(fits(member.name_at.start, member.name_at.end), "{:?}", member.name_at);
                check_spots(&member.value, text);
            }
        }
    }
}

fn check_any(text: &str) {
    let parsed = parse(FileId(0), text, &mut Limits::new());
    for document in &parsed.documents {
        check_spots(&document.root, text);
    }
    let mut sources = crate::Sources::default();
    sources.add_file("a.yaml".to_owned(), text.to_owned());
    for diagnostic in &parsed.diagnostics {
        let end = diagnostic.spot.end as usize;
        assert!(end <= text.len() && text.is_char_boundary(end));
        let _ = sources.render(diagnostic, false);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_another_writer_writes_is_read_as_it_was_meant(value in json()) {
        let text = serde_yaml::to_string(&value).unwrap();
        // Line breaks in YAML 1.1, which that writer follows there, and not in 1.2.
        prop_assume!(!text.contains(['\u{85}', '\u{2028}', '\u{2029}']));
        let parsed = parse(FileId(0), &text, &mut Limits::new());
        prop_assert!(parsed.diagnostics.is_empty(), "{text}\n{:?}", parsed.diagnostics);
        match parsed.documents.as_slice() {
            [] => prop_assert_eq!(value, Json::Null),
            [document] => prop_assert_eq!(&document.root.to_json(), &value, "{}", text),
            more => prop_assert!(false, "{} documents in {text}", more.len()),
        }
    }

    #[test]
    fn json_is_read_as_it_was_meant(value in json()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let parsed = parse(FileId(0), &text, &mut Limits::new());
        // YAML has no place for some characters that JSON texts may hold; they are refused, not changed.
        if parsed.diagnostics.iter().all(|d| d.code != "control-character") {
            prop_assert!(parsed.diagnostics.is_empty(), "{text}\n{:?}", parsed.diagnostics);
            match parsed.documents.as_slice() {
                [] => prop_assert_eq!(value, Json::Null),
                [document] => prop_assert_eq!(&document.root.to_json(), &value, "{}", text),
                more => prop_assert!(false, "{} documents in {text}", more.len()),
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        check_any(&text);
    }

    #[test]
    fn any_text_of_yaml_characters_is_read_or_refused(
        text in r##"[\[\]{},:?&*!|>%@`'"#\-a-b0-9 ~<.\n\r\tü\\$]{0,120}"##
    ) {
        check_any(&text);
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(text) = super::decode(bytes) {
            check_any(&text);
        }
    }
}
