//! How others read plain scalars: YAML 1.1 (PyYAML, Ruby, the first Compose), and go-yaml in Docker Compose v2.

use std::borrow::Cow;

use paritygate_model::{Node, Value};

/// What YAML 1.1 makes of a plain scalar where YAML 1.2 sees something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<'a> {
    /// `yes`, `no`, `on`, `off`, `y`, `n`.
    Bool(bool),
    /// `12:30`: a number in base 60, here 750.
    Sexagesimal(i64),
    /// `0644`: a number in base 8, here 420.
    Octal(i64),
    /// `1_000`, `0b101`: a number, in plain digits.
    Number(String),
    /// `2026-08-21`: a date, and no text.
    Date(&'a str),
    /// `1e3`, `0o17`, `08`: a text, and no number.
    Text(&'a str),
}

/// How YAML 1.1 reads a plain scalar; `None` where it reads it as YAML 1.2 does.
pub fn reading(text: &str) -> Option<Reading<'_>> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(Reading::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(Reading::Bool(false)),
        _ => {}
    }
    // Everything else begins with a digit, or a sign and a digit.
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let signed = |number: i64| if negative { -number } else { number };
    if is_date(text) {
        return Some(Reading::Date(text));
    }
    if digits.starts_with("0o") {
        return (go_integer(text).is_some()).then_some(Reading::Text(text));
    }
    if digits.contains(':') {
        return sexagesimal(digits).map(|number| Reading::Sexagesimal(signed(number)));
    }
    let plain = digits.replace('_', "");
    if plain.len() > 1 && plain.starts_with('0') && plain.bytes().all(|byte| matches!(byte, b'0'..=b'7')) {
        return i64::from_str_radix(&plain, 8).ok().map(|number| Reading::Octal(signed(number)));
    }
    if plain.len() > 1 && plain.starts_with('0') && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Reading::Text(text));
    }
    if let Some(bits) = plain.strip_prefix("0b") {
        return i64::from_str_radix(bits, 2).ok().map(|number| Reading::Number(signed(number).to_string()));
    }
    if plain.len() < digits.len() && (is_decimal(&plain) || plain.starts_with("0x") && go_integer(&plain).is_some()) {
        let number = go_integer(&plain).map_or_else(|| plain.clone(), |number| number.to_string());
        return Some(Reading::Number(if negative { format!("-{number}") } else { number }));
    }
    // YAML 1.1 knows exponents behind a point and with a sign only.
    let has_exponent = is_decimal(digits) && digits.contains(['e', 'E']);
    let is_signed = digits.contains(['+', '-']);
    (has_exponent && !(digits.contains('.') && is_signed)).then_some(Reading::Text(text))
}

/// The text that Docker Compose v2 hands to a process for a scalar: what go-yaml v3 reads, as Go prints it.
///
/// `1.10` becomes `1.1`, `010` becomes `8`, `1e6` becomes `1e+06`; `yes` stays. `None` for null, for collections, and for
/// dates, of which Compose makes no text that anybody would want.
pub fn go_string(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node.value() {
        Value::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
        Value::String(text) if node.is_quoted() => Some(Cow::Borrowed(text)),
        Value::String(text) if is_date(text) => None,
        Value::Number(text) | Value::String(text) => Some(go_number(text).map_or(Cow::Borrowed(text), Cow::Owned)),
        _ => None,
    }
}

/// A plain scalar as Go prints it, where go-yaml reads a number.
fn go_number(text: &str) -> Option<String> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some("NaN".to_owned()),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some("+Inf".to_owned()),
        "-.inf" | "-.Inf" | "-.INF" => return Some("-Inf".to_owned()),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain: Cow<'_, str> =
        if text.contains('_') && !text.starts_with('.') { text.replace('_', "").into() } else { text.into() };
    if let Some(number) = go_integer(&plain) {
        return Some(number.to_string());
    }
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    is_decimal(unsigned).then(|| plain.parse().ok().filter(|number: &f64| number.is_finite()).map(go_float))?
}

/// An integer with a prefix that Go knows, or a leading zero for base 8.
fn go_integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix(['+', '-']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let lower = digits.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (base, digits) = match lower.as_str() {
        "0x" => (16, digits.get(2..)?),
        "0o" => (8, digits.get(2..)?),
        "0b" => (2, digits.get(2..)?),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, digits),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from(u64::from_str_radix(digits, base).ok()?);
    let number = if negative { -number } else { number };
    (number >= i128::from(i64::MIN)).then_some(number)
}

/// `%v` of a float in Go: the shortest digits that mean it, with an exponent where that is below -4 or above 5.
fn go_float(number: f64) -> String {
    let written = format!("{number:e}");
    let Some((mantissa, exponent)) = written.split_once('e') else {
        return written;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{number}"),
    }
}

/// `1.5`, `.5`, `1.`, `1e3`, without a sign.
fn is_decimal(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && super::yaml::is_number(text)
        && !text.contains(['x', 'o', 'n'])
}

/// `12:30:45` in base 60. The first part begins with no zero, the others are below 60.
fn sexagesimal(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first = parts.next()?.replace('_', "");
    if first.starts_with('0') || !first.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    parts.try_fold(first.parse::<i64>().ok()?, |sum, part| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let part = part.parse::<i64>().ok().filter(|&part| digits && part < 60)?;
        sum.checked_mul(60)?.checked_add(part)
    })
}

/// `2026-08-21`, and the same with a time behind it.
fn is_date(text: &str) -> bool {
    let digits =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let date_len = text.find(['T', 't', ' ', '\t']).unwrap_or(text.len());
    let (date, time) = text.split_at_checked(date_len).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let is_date = parts.next().is_some_and(|year| digits(year, &[4]))
        && parts.next().is_some_and(|month| digits(month, &[1, 2]))
        && parts.next().is_some_and(|day| digits(day, &[1, 2]))
        && parts.next().is_none();
    let clock = time.get(1..).unwrap_or_default().trim_start();
    let hours = clock.find(':').and_then(|at| clock.get(..at));
    is_date && (time.is_empty() || hours.is_some_and(|hours| digits(hours, &[1, 2])))
}

#[cfg(test)]
mod tests {
    use paritygate_model::Source;

    use super::*;

    #[test]
    fn yaml_1_1_reads_some_scalars_differently() {
        for (text, expected) in [
            ("yes", Reading::Bool(true)),
            ("Off", Reading::Bool(false)),
            ("n", Reading::Bool(false)),
            ("0644", Reading::Octal(420)),
            ("-010", Reading::Octal(-8)),
            ("12:30", Reading::Sexagesimal(750)),
            ("22:22", Reading::Sexagesimal(1342)),
            ("1:00:00", Reading::Sexagesimal(3600)),
            ("1_000", Reading::Number("1000".to_owned())),
            ("-1_000.5", Reading::Number("-1000.5".to_owned())),
            ("0b101", Reading::Number("5".to_owned())),
            ("0x_ff", Reading::Number("255".to_owned())),
            ("1e3", Reading::Text("1e3")),
            ("1.5e3", Reading::Text("1.5e3")),
            ("0o17", Reading::Text("0o17")),
            ("08", Reading::Text("08")),
            ("1_", Reading::Number("1".to_owned())),
            ("2026-08-21", Reading::Date("2026-08-21")),
            ("2026-8-1T10:00:00Z", Reading::Date("2026-8-1T10:00:00Z")),
        ] {
            assert_eq!(reading(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "true",
            "yep",
            "1",
            "1.5",
            ".5",
            "0",
            "1.5e+3",
            "0x1F",
            "80:80",
            "8080:80",
            "01:30",
            "1:2:",
            "a_b",
            "1.2.3",
            "2026-08",
            "127.0.0.1:80:80",
            "_1",
        ] {
            assert_eq!(reading(text), None, "{text}");
        }
    }

    #[test]
    fn go_prints_what_it_reads() {
        for (text, expected) in [
            ("1.10", Some("1.1")),
            ("1.0", Some("1")),
            ("010", Some("8")),
            ("08", Some("8")),
            ("0o17", Some("15")),
            ("1e3", Some("1000")),
            ("100000.0", Some("100000")),
            ("1000000.0", Some("1e+06")),
            ("1000000", Some("1000000")),
            ("1e999", Some("1e999")),
            ("1e20", Some("1e+20")),
            ("1e21", Some("1e+21")),
            ("1e-5", Some("1e-05")),
            ("123456789.5", Some("1.234567895e+08")),
            ("0x1F", Some("31")),
            ("0b11", Some("3")),
            ("1_000", Some("1000")),
            ("+5", Some("5")),
            ("-0x10", Some("-16")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("18446744073709551616", Some("1.8446744073709552e+19")),
            (".5", Some("0.5")),
            (".inf", Some("+Inf")),
            (".nan", Some("NaN")),
            ("true", Some("true")),
            ("TRUE", Some("true")),
            ("yes", Some("yes")),
            ("1.2.3", Some("1.2.3")),
            ("12:30", Some("12:30")),
            ("'010'", Some("010")),
            ("!!str 010", Some("010")),
            ("~", None),
            ("", None),
            ("2026-08-21", None),
            ("[1]", None),
        ] {
            let source = Source::new("t.yaml", format!("a: {text}\n"));
            let (document, _) = crate::document::read(&source);
            let node = document.root().and_then(|root| root.get("a")).expect("a value");
            assert_eq!(go_string(node).as_deref(), expected, "{text}");
        }
    }
}
