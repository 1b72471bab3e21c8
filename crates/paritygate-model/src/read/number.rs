//! Numbers as they are written.

use super::shown;

/// Beyond this a float no longer says which whole number is meant.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The whole number that a text stands for: `12`, `0x1F`, `0o17`, `1e3`, `5.0`.
pub(super) fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if let Ok(number) = digits.parse() {
        return Some(number);
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return i128::from_str_radix(hex, 16).ok();
    }
    if let Some(octal) = digits.strip_prefix("0o") {
        return i128::from_str_radix(octal, 8).ok();
    }
    let number = float(digits)?;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i128)
}

/// The finite number that a text stands for.
pub(super) fn float(text: &str) -> Option<f64> {
    match text.parse::<f64>() {
        Ok(number) => number.is_finite().then_some(number),
        Err(_) if text.starts_with("0x") || text.starts_with("0o") => whole(text).map(|number| number as f64),
        Err(_) => None,
    }
}

/// Says why a number can't be taken as a whole number of a range.
pub(super) fn not_whole(text: &str, min: i128, max: i128) -> String {
    let expected = match (whole(text), min, max) {
        (None, ..) => "a whole number".to_owned(),
        (Some(number), 0, _) if number < 0 => "a whole number, not below zero".to_owned(),
        _ => format!("a whole number from {min} to {max}"),
    };
    format!("expected {expected}, found `{}`", shown(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read() {
        for (text, expected) in [
            ("12", Some(12)),
            ("+12", Some(12)),
            ("-7", Some(-7)),
            ("0x1F", Some(31)),
            ("0o17", Some(15)),
            ("1e3", Some(1_000)),
            ("5.0", Some(5)),
            ("5.5", None),
            ("1e99", None),
            ("NaN", None),
            ("x", None),
            ("0x", None),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }
}
