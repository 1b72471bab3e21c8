//! Ranges of addresses, in one form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses in one form: `10.0.0.7` and `10.0.0.7/32` are alike, `10.1.2.3/8` is `10.0.0.0/8`.
pub fn address_range(text: &str) -> Option<String> {
    let text = text.trim();
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let length: Option<u32> = match length {
        Some(length) => Some(length.parse().ok()?),
        None => None,
    };
    match address.parse().ok()? {
        IpAddr::V4(address) => {
            let length = length.unwrap_or(32);
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
            Some(format!("{}/{length}", Ipv4Addr::from_bits(address.to_bits() & mask)))
        }
        IpAddr::V6(address) => {
            let length = length.unwrap_or(128);
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(length)?).unwrap_or(0);
            Some(format!("{}/{length}", Ipv6Addr::from_bits(address.to_bits() & mask)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_addresses_have_one_form() {
        for (text, expected) in [
            ("10.0.0.7", Some("10.0.0.7/32")),
            (" 10.1.2.3/8 ", Some("10.0.0.0/8")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("::/0", Some("::/0")),
            ("2001:DB8:0:0::1", Some("2001:db8::1/128")),
            ("10.0.0.0/33", None),
            ("10.0.0.0/x", None),
            ("pl-12ab", None),
        ] {
            assert_eq!(address_range(text).as_deref(), expected, "{text}");
        }
    }
}
