//! Amounts of memory and processor time, as texts write them.
//!
//! `Gi` is not `G`: Kubernetes counts `G` in thousands, Compose counts `g` in 1024s. So there is one function for each.

/// Kubernetes: a number of bytes such as `536870912`, `512Mi`, `1.5G` or `1e9`. Fractions of a byte are rounded up.
pub fn bytes(text: &str) -> Option<i64> {
    kubernetes(text)?.scaled(0)
}

/// Kubernetes: processors such as `0.5` or `500m`, in thousandths. Smaller fractions are rounded up.
pub fn millicores(text: &str) -> Option<i64> {
    kubernetes(text)?.scaled(3)
}

/// A plain number, or a quantity such as `512Mi` in base units.
pub fn number(text: &str) -> Option<f64> {
    let plain = text.parse().ok().filter(|number: &f64| number.is_finite());
    plain.or_else(|| bytes(text).map(|bytes| bytes as f64))
}

/// Compose: a number of bytes such as `512m`, `1g`, `1gb` or `64MiB`, in which every unit counts in 1024s.
pub fn compose_bytes(text: &str) -> Option<i64> {
    let (number, rest) = Decimal::parse(text.trim())?;
    let unit = rest.trim_start().to_ascii_lowercase();
    let power = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    // `ib` alone is no unit.
    (unit != "ib").then_some(())?;
    // Compose cuts what is left of a byte.
    number.times(1024_i128.checked_pow(power)?)?.floor()
}

/// Compose: processors such as `0.5` or `2`, in thousandths. Smaller fractions are rounded up.
pub fn compose_millicores(text: &str) -> Option<i64> {
    let (number, rest) = Decimal::parse(text.trim())?;
    rest.is_empty().then_some(())?;
    number.scaled(3)
}

fn kubernetes(text: &str) -> Option<Decimal> {
    let (number, suffix) = Decimal::parse(text)?;
    let (binary, decimal) = match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (1, 0),
        "Mi" => (2, 0),
        "Gi" => (3, 0),
        "Ti" => (4, 0),
        "Pi" => (5, 0),
        "Ei" => (6, 0),
        _ => (0, suffix.strip_prefix(['e', 'E'])?.parse::<i32>().ok()?),
    };
    let number = number.times(1024_i128.checked_pow(binary)?)?;
    Some(Decimal { exponent: number.exponent.checked_add(decimal)?, ..number })
}

/// A decimal number that nothing has been rounded away from: `digits` times ten to the power of `exponent`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// The number at the beginning of a text, and what stands behind it. Amounts are never negative.
    fn parse(text: &str) -> Option<(Self, &str)> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, rest) = text.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > 24 || fraction.contains('.') {
            return None;
        }
        let digits = format!("{whole}{fraction}").parse().ok()?;
        Some((Self { digits, exponent: -i32::try_from(fraction.len()).ok()? }, rest))
    }

    fn times(self, factor: i128) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(factor)?, ..self })
    }

    /// The number times ten to the power of `by`, rounded up.
    fn scaled(self, by: i32) -> Option<i64> {
        self.shifted(by, |digits, divisor| digits / divisor + i128::from(digits % divisor != 0))
    }

    fn floor(self) -> Option<i64> {
        self.shifted(0, |digits, divisor| digits / divisor)
    }

    fn shifted(self, by: i32, divide: impl Fn(i128, i128) -> i128) -> Option<i64> {
        let exponent = self.exponent.checked_add(by)?;
        let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
        let value = if exponent < 0 { divide(self.digits, power) } else { self.digits.checked_mul(power)? };
        i64::try_from(value).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_amounts() {
        for (text, expected) in [
            ("536870912", Some(536_870_912)),
            ("512Mi", Some(536_870_912)),
            ("1Gi", Some(1_073_741_824)),
            ("1G", Some(1_000_000_000)),
            ("1.5Gi", Some(1_610_612_736)),
            ("1e3", Some(1_000)),
            ("1E3", Some(1_000)),
            ("1E", Some(1_000_000_000_000_000_000)),
            ("100m", Some(1)),
            ("0", Some(0)),
            ("8Ei", None),
            ("1g", None),
            ("1GB", None),
            ("-1", None),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("1e999999999", None),
            ("1e99999999999999", None),
            ("99999999999999999999999999999999999", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
        for (text, expected) in [
            ("500m", Some(500)),
            ("0.5", Some(500)),
            ("2", Some(2_000)),
            ("0.0001", Some(1)),
            ("1k", Some(1_000_000)),
            ("x", None),
        ] {
            assert_eq!(millicores(text), expected, "{text}");
        }
    }

    #[test]
    fn compose_amounts() {
        for (text, expected) in [
            ("512m", Some(536_870_912)),
            ("512M", Some(536_870_912)),
            ("1g", Some(1_073_741_824)),
            ("1gb", Some(1_073_741_824)),
            ("1 GiB", Some(1_073_741_824)),
            ("0.5g", Some(536_870_912)),
            ("300", Some(300)),
            ("300b", Some(300)),
            ("64k", Some(65_536)),
            ("1.0001k", Some(1_024)),
            ("1ib", None),
            ("1x", None),
            ("-1", None),
            ("m", None),
        ] {
            assert_eq!(compose_bytes(text), expected, "{text}");
        }
        for (text, expected) in [("0.50", Some(500)), ("2", Some(2_000)), ("500m", None), ("", None)] {
            assert_eq!(compose_millicores(text), expected, "{text}");
        }
    }
}
