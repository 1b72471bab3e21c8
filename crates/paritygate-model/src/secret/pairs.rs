//! Values that are named by a neighbour: `{ name: DB_PASSWORD, value: x }`, in text that is read line by line or as JSON.

use super::SecretTable;
use super::names::Strength;

/// How far from a value the name may stand: bounds the work on hostile texts.
const MAX_APART: usize = 256;

/// How strongly the name beside the `value` before `sign` speaks: before it, or behind it within the same brackets.
pub(super) fn beside(table: &SecretTable, text: &str, sign: usize) -> Option<Strength> {
    let bytes = text.as_bytes();
    let near = sign.saturating_sub(MAX_APART);
    let before = bytes.get(near..sign)?;
    let open = before.iter().rposition(|byte| matches!(byte, b'{' | b'}'));
    let from = open.map_or(near, |at| near + at + 1);
    let in_brackets = open.is_some_and(|at| before.get(at) == Some(&b'{'));
    let behind = || {
        let rest = bytes.get(sign + 1..).unwrap_or_default();
        let rest = rest.get(..MAX_APART).unwrap_or(rest);
        let end = memchr::memchr2(b'}', b'{', rest).unwrap_or(rest.len());
        names(text, sign + 1, sign + 1 + end).next()
    };
    let name = names(text, from, sign).last().or_else(|| if in_brackets { behind() } else { None });
    name.and_then(|name| table.strength(name))
}

/// What each `name` and `key` between two places holds.
fn names(text: &str, from: usize, to: usize) -> impl Iterator<Item = &str> {
    let part = text.as_bytes().get(from..to).unwrap_or_default();
    memchr::memchr2_iter(b':', b'=', part).filter_map(move |at| {
        let head = part.get(..at)?;
        let end = head.iter().rposition(|byte| !matches!(byte, b' ' | b'"' | b'\'' | b'\\'))? + 1;
        let head = head.get(..end)?;
        let begins = |key: &str| {
            let start = end.checked_sub(key.len())?;
            let alone = start.checked_sub(1).and_then(|before| head.get(before)).is_none_or(|byte| !is_part(*byte));
            (alone && head.get(start..)?.eq_ignore_ascii_case(key.as_bytes())).then_some(())
        };
        begins("name").or_else(|| begins("key"))?;
        let value = text.get(from + at + 1..)?.trim_start_matches([' ', '\t', '\\', '"', '\'']);
        let length = value.bytes().position(|byte| !is_part(byte)).unwrap_or(value.len());
        value.get(..length).filter(|name| !name.is_empty())
    })
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_name_values() {
        for (text, expected) in [
            (r#"[{"name":"DB_PASSWORD","value":"x7"}]"#, true),
            (r#"[{"Name": "DB_PASSWORD", "Value": "x7"}]"#, true),
            (r#"[{"value":"x7","type":1,"name":"DB_PASSWORD"}]"#, true),
            (r#"[{"name":"DB_PASSWORD"},{"name":"PORT","value":"x7"}]"#, false),
            (r#"[{"value":"x7"},{"name":"DB_PASSWORD"}]"#, false),
            ("- {name: DB_PASSWORD, value: x7}", true),
            ("- name: DB_PASSWORD\n  value: x7", true),
            ("- name: DB_PASSWORD\n- name: PORT\n  value: x7", false),
            ("- key: apiKey\n  value: x7", true),
            ("- hostname: password\n  value: x7", false),
        ] {
            let at = text.to_ascii_lowercase().find("value").expect("a value") + 5;
            let sign = at + text[at..].find(':').expect("a sign");
            assert_eq!(beside(SecretTable::builtin(), text, sign).is_some(), expected, "{text}");
        }
    }
}
