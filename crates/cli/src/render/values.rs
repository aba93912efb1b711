//! Values as people read them. Whatever could steer a terminal or turn text around is shown as an escape.

use similar::{ChangeTag, TextDiff};
use tilewright_core::{FieldSpec, Shape, Value};

/// The longest text that stays on one line beside another.
const SHORT: usize = 60;

/// Text without characters that steer a terminal, turn the direction of writing, or cannot be seen.
pub(crate) fn visible(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A name, an id or a sentence with such in it, on one line.
pub(crate) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

/// A value on one line: texts in quotes, references as addresses.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Ref(address) => format!("ref {address}"),
        Value::String(text) => format!("\"{}\"", visible(text).replace('\n', "\\n")),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<_> = members.iter().map(|(k, v)| format!("{}: {}", visible(k), inline(v))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Null => "none".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
    }
}

/// Whether a value reads well beside another one.
pub(crate) fn is_short(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.chars().count() <= SHORT && !text.contains('\n'),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Ref(_) => true,
    }
}

/// A value as lines: one for each item, member or line of text; sets of short items are sorted, so that only what differs
/// moves.
pub(crate) fn lines(value: &Value, spec: Option<&FieldSpec>) -> Vec<String> {
    let set = spec.is_some_and(|s| matches!(s.shape, Shape::List { set: true, .. }));
    let mut out = Vec::new();
    match value {
        Value::List(items) if items.iter().all(is_short) && !items.is_empty() => {
            let mut items = items.clone();
            if set {
                items.sort();
            }
            out.extend(items.iter().map(inline));
        }
        other => push(other, 0, &mut out),
    }
    out
}

fn push(value: &Value, depth: usize, out: &mut Vec<String>) {
    let pad = "  ".repeat(depth);
    match value {
        Value::List(items) if !items.is_empty() => {
            for item in items {
                if is_short(item) {
                    out.push(format!("{pad}- {}", inline(item)));
                } else {
                    out.push(format!("{pad}-"));
                    push(item, depth + 1, out);
                }
            }
        }
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let name = visible(name);
                if is_short(member) {
                    out.push(format!("{pad}{name}: {}", inline(member)));
                } else {
                    out.push(format!("{pad}{name}:"));
                    push(member, depth + 1, out);
                }
            }
        }
        Value::String(text) => out.extend(visible(text).lines().map(|line| format!("{pad}{line}"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Ref(_) | Value::List(_) | Value::Object(_) => {
            out.push(format!("{pad}{}", inline(value)));
        }
    }
}

/// One line of a line diff.
pub(crate) enum Line {
    Same(String),
    Gone(String),
    New(String),
    /// So many equal lines are left out.
    Left(usize),
}

/// The lines that differ, with one equal line around them.
pub(crate) fn line_diff(before: &[String], after: &[String]) -> Vec<Line> {
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let after: Vec<&str> = after.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&before, &after);
    let all: Vec<(ChangeTag, String)> = diff.iter_all_changes().map(|c| (c.tag(), c.value().to_owned())).collect();
    let near = |at: usize| {
        let from = at.saturating_sub(1);
        all[from..(at + 2).min(all.len())].iter().any(|(tag, _)| *tag != ChangeTag::Equal)
    };
    let mut lines = Vec::new();
    let mut left = 0;
    for (at, (tag, text)) in all.iter().enumerate() {
        if *tag == ChangeTag::Equal && !near(at) {
            left += 1;
            continue;
        }
        if left > 0 {
            lines.push(Line::Left(left));
            left = 0;
        }
        lines.push(match tag {
            ChangeTag::Equal => Line::Same(text.clone()),
            ChangeTag::Delete => Line::Gone(text.clone()),
            ChangeTag::Insert => Line::New(text.clone()),
        });
    }
    if left > 0 {
        lines.push(Line::Left(left));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_as_an_escape() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(inline(&Value::String("two\nlines".to_owned())), "\"two\\nlines\"");
    }
}
