//! Base64: what is packed in it, and whether that holds a secret.

use std::ops::Range;

use memchr::memmem;

use super::{SecretTable, scan};

/// How much of a text in base64 is read.
const MAX_PACKED: usize = 64 * 1024;

/// How JSON begins in base64: `{"`, `{ `, `{` and a line break, `[{`, `[` and a line break.
const BEGINNINGS: [&[u8]; 6] = [b"eyJ", b"eyA", b"ewo", b"ew0", b"W3s", b"Wwo"];

/// The JSON in base64 that begins at `at`, if it holds a secret. Nothing that begins before `tried` is read again.
pub(super) fn json(bytes: &[u8], at: usize, tried: &mut usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    if !BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning)) {
        return None;
    }
    let end = rest.iter().position(|&byte| byte != b'=' && sextet(byte).is_none()).unwrap_or(rest.len());
    *tried = (at + end).max(*tried);
    let text = rest.get(..end)?;
    let decoded = decode(text.get(..MAX_PACKED).unwrap_or(text))?;
    let mut holds = memmem::find(&decoded, b"PRIVATE KEY-----").is_some();
    let json = String::from_utf8_lossy(&decoded);
    scan::assignments_in_value(SecretTable::builtin(), &json, &mut |_| holds = true);
    holds.then_some(at..at + end)
}

/// The bytes of a text in base64, of either alphabet; `None` where it is none. What fills up no byte is left out.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let sextets = text.iter().take_while(|byte| **byte != b'=').map(|byte| sextet(*byte));
    let sextets = sextets.collect::<Option<Vec<u8>>>()?;
    let bytes = sextets.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0_u32, |bits, sextet| bits << 6 | u32::from(*sextet)) << (6 * (4 - four.len()));
        [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8].into_iter().take(four.len().saturating_sub(1))
    });
    Some(bytes.collect())
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        for (text, expected) in [
            ("", Some("")),
            ("aGk=", Some("hi")),
            ("aGk", Some("hi")),
            ("dXNlcjpwYXNz", Some("user:pass")),
            ("Pz8_Pj4-", Some("???>>>")),
            ("a b", None),
        ] {
            let decoded = decode(text.as_bytes()).map(|bytes| String::from_utf8(bytes).expect("text"));
            assert_eq!(decoded.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn json_in_base64_may_hold_secrets() {
        let found = |text: &str| json(text.as_bytes(), 0, &mut 0).is_some();
        // `{"db_password":"x7"}`, `[{"name":"API_KEY","value":"x7"}]`, `{"a":"-----BEGIN PRIVATE KEY-----"}`.
        assert!(found("eyJkYl9wYXNzd29yZCI6Ing3In0="));
        assert!(found("W3sibmFtZSI6IkFQSV9LRVkiLCJ2YWx1ZSI6Ing3In1d"));
        assert!(found("eyJhIjoiLS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tIn0="));
        // `{"port":1}`, and what is no JSON.
        assert!(!found("eyJwb3J0IjoxfQ=="));
        assert!(!found("cGFzc3dvcmQ9eDc="));
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for part in ["eyJ/", "eyJa", "eyJ ", "ewo+"] {
            super::super::tokens::find(&part.repeat(400_000 / part.len()), &mut |_| {});
        }
    }
}
