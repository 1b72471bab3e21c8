//! Percent signs of URLs (RFC 3986, section 2.1).

use std::borrow::Cow;

/// A part of a URL without its percent signs. As it is where that would be no text.
pub fn decoded(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return Cow::Borrowed(part);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let mut ahead = rest.clone();
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(part), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn what_is_no_sign_stays() {
        for (part, expected) in [
            ("p%40ss%2Fw0rd", "p@ss/w0rd"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%25%34%31", "%41"),
            ("%ff", "%ff"),
            ("plain", "plain"),
        ] {
            assert_eq!(decoded(part), expected, "{part}");
        }
    }
}
