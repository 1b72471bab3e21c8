//! Where strings and numbers of a JSON text end.

/// A string with its quotes.
pub(super) struct Quoted {
    /// How many bytes it has, with both quotes.
    pub(super) len: usize,
    /// Whether something in it is escaped.
    pub(super) escaped: bool,
}

/// The string that a text begins with; `None` where it does not end, or holds what must be escaped. Escapes themselves are
/// not looked at.
pub(super) fn string(text: &[u8]) -> Option<Quoted> {
    let mut at = 1;
    let mut escaped = false;
    loop {
        at += plain(text.get(at..)?);
        match text.get(at)? {
            b'"' => return Some(Quoted { len: at + 1, escaped }),
            b'\\' => {
                escaped = true;
                at += 2;
            }
            _ => return None,
        }
    }
}

/// How many bytes come before a quote, a backslash or a control character. Looks at eight bytes at once.
fn plain(text: &[u8]) -> usize {
    const EACH: u64 = u64::MAX / 255;
    const HIGH: u64 = EACH * 128;
    // The high bit of every byte that is less than `limit`. Bits above the lowest that is right may be wrong.
    let less = |bytes: u64, limit: u64| bytes.wrapping_sub(EACH * limit) & !bytes & HIGH;
    let equal = |bytes: u64, byte: u8| less(bytes ^ (EACH * u64::from(byte)), 1);
    let mut at = 0;
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let bytes = u64::from_le_bytes(*eight);
        let found = less(bytes, 0x20) | equal(bytes, b'"') | equal(bytes, b'\\');
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}

/// No number has more digits before its point.
const MAX_DIGITS: usize = 4_300;

/// How many bytes the number has that a text begins with; `None` where it begins with none.
pub(super) fn number(text: &[u8]) -> Option<usize> {
    let byte = |at: usize| text.get(at).copied().unwrap_or_default();
    let digits =
        |at: usize| text.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let mut at = usize::from(byte(0) == b'-');
    let whole = digits(at);
    if whole == 0 || whole > MAX_DIGITS || whole > 1 && byte(at) == b'0' {
        return None;
    }
    at += whole;
    if byte(at) == b'.' {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(byte(at), b'e' | b'E') {
        let sign = usize::from(matches!(byte(at + 1), b'+' | b'-'));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}
