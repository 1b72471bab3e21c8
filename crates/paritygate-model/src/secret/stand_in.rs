//! Texts that are no value but stand for one: a template before it is rendered, a mask, a value that is yet to be computed.

/// Why a text stands for a value that is not known, in one word for `unresolved`; `None` where it is a value.
pub(super) fn reason(text: &str) -> Option<&'static str> {
    let text = text.trim();
    match text.as_bytes() {
        [b'*', b'*', b'*', rest @ ..] if rest.iter().all(|byte| *byte == b'*') => Some("masked"),
        [b'_', b'_', inner @ .., b'_', b'_'] if is_name(inner) => Some("template"),
        [b'$', b'(', .., b')'] => Some("reference"),
        [b'[' | b'(' | b'<', inner @ .., b']' | b')' | b'>'] if is_one_of(inner, &MASKS) => Some("masked"),
        [b'(', inner @ .., b')'] if is_one_of(inner, &["known after apply"]) => Some("computed"),
        _ => holds_template(text).then_some("template"),
    }
}

/// What tools print in brackets in place of a secret.
const MASKS: [&str; 7] = ["filtered", "hidden", "masked", "redacted", "secret", "sensitive", "sensitive value"];

fn is_one_of(inner: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(inner))
}

/// `DB_HOST`, as in `__DB_HOST__`.
fn is_name(inner: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_uppercase();
    inner.first().is_some_and(is_letter)
        && inner.iter().all(|byte| is_letter(byte) || byte.is_ascii_digit() || *byte == b'_')
}

/// Whether it holds `{{ x }}`, `{% x %}`, `<% x %>` or `#{x}`.
fn holds_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memchr::memchr2(b'{', b'<', rest)).map(|at| from + at) {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let rest = text.get(at + 1..).unwrap_or_default();
        let found = match (bytes.get(at), bytes.get(at + 1), before) {
            (Some(b'{'), Some(b'{'), _) => rest.contains("}}"),
            (Some(b'{'), Some(b'%'), _) => rest.contains("%}"),
            (Some(b'<'), Some(b'%'), _) => rest.contains("%>"),
            (Some(b'{'), Some(letter), Some(b'#')) => letter.is_ascii_alphabetic() && rest.contains('}'),
            _ => false,
        };
        if found {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Whether a text that nothing fills in any more holds `${NAME}`.
pub(super) fn holds_reference(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let is_named = behind.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        // `$$` is a dollar sign.
        if is_named && !before.ends_with('$') && behind.contains('}') {
            return true;
        }
        rest = behind;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{holds_reference, reason};

    #[test]
    fn what_stands_for_a_value_says_why() {
        for (text, why) in [
            ("{{ x }}", "template"),
            ("pre-{{x}}-post", "template"),
            ("${{ secrets.X }}", "template"),
            ("<%= x %>", "template"),
            ("{% if a %}b{% endif %}", "template"),
            ("#{Octopus.Name}", "template"),
            ("__DB_HOST__", "template"),
            ("********", "masked"),
            ("***", "masked"),
            ("[REDACTED]", "masked"),
            ("<sensitive>", "masked"),
            ("(sensitive value)", "masked"),
            ("(known after apply)", "computed"),
            ("$(vault read x)", "reference"),
        ] {
            assert_eq!(reason(text), Some(why), "{text}");
        }
        for text in [
            "",
            "*",
            "**",
            "a{b",
            "{}",
            "{\"a\": {\"b\": 1}}",
            "<a>",
            "[1]",
            "__init__",
            "#fff",
            "a#{",
            "{{",
            "(x)",
            "$x",
        ] {
            assert_eq!(reason(text), None, "{text}");
        }
    }

    #[test]
    fn references_have_names() {
        for text in ["${X}", "pre-${X}", "${X:-1}", "$${Y} ${X}"] {
            assert!(holds_reference(text), "{text}");
        }
        for text in ["$X", "${", "${}", "$${X}", "${1}", "${X"] {
            assert!(!holds_reference(text), "{text}");
        }
    }
}
