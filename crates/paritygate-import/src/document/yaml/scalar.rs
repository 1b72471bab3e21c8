//! What a plain scalar of YAML 1.2 is: the core schema.

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Core {
    Null,
    Bool(bool),
    Number,
    Text,
}

/// Reads a plain scalar by the core schema.
pub(super) fn core(text: &str) -> Core {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Core::Null,
        "true" | "True" | "TRUE" => Core::Bool(true),
        "false" | "False" | "FALSE" => Core::Bool(false),
        _ if is_number(text) => Core::Number,
        _ => Core::Text,
    }
}

/// Whether the core schema reads a number.
pub(in crate::document) fn is_number(text: &str) -> bool {
    // Most texts end here: a number begins with a digit, a sign or a dot.
    let Some(b'0'..=b'9' | b'+' | b'-' | b'.') = text.as_bytes().first() else {
        return false;
    };
    let all = |digits: &str, is: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(is);
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, u8::is_ascii_hexdigit);
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || is_decimal(unsigned)
}

/// `12`, `1.`, `.5`, `1.5e-3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digit = !whole.is_empty() || !fraction.is_empty();
    has_digit
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for text in
            ["0", "-1", "+12", "0o17", "0x1F", "1.5", ".5", "1.", "1e3", "-1.5E-3", ".inf", "-.INF", ".NaN", "010"]
        {
            assert_eq!(core(text), Core::Number, "{text}");
        }
        for text in
            ["yes", "on", "1_000", "12:30", "0o", "0x", "0o8", "-", "+", ".", "1.2.3", "e3", "1e", "-.nan", "0X1", "v1"]
        {
            assert_eq!(core(text), Core::Text, "{text}");
        }
        assert_eq!(core("~"), Core::Null);
        assert_eq!(core("TRUE"), Core::Bool(true));
        assert_eq!(core("tRUE"), Core::Text);
    }
}
