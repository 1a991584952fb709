//! Big numbers in decimal digits.

use std::fmt::Write as _;

/// More bytes than this are shown as what they are: the work grows with their square.
pub(super) const MOST_BYTES: usize = 4096;

/// A limb holds nine digits.
const LIMB: u64 = 1_000_000_000;

/// The digits of a number in two's complement, most significant byte first (`BigInteger.toByteArray`).
pub(super) fn digits(bytes: &[u8]) -> String {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
            *byte = sum;
            carry = overflow;
        }
    }
    // Least significant first.
    let mut limbs: Vec<u32> = vec![0];
    for byte in magnitude {
        let mut carry = u64::from(byte);
        for limb in &mut limbs {
            let value = u64::from(*limb) * 256 + carry;
            *limb = u32::try_from(value % LIMB).unwrap_or(0);
            carry = value / LIMB;
        }
        if carry > 0 {
            limbs.push(u32::try_from(carry).unwrap_or(0));
        }
    }
    let mut text = String::new();
    if negative {
        text.push('-');
    }
    let mut limbs = limbs.iter().rev();
    text.push_str(&limbs.next().copied().unwrap_or(0).to_string());
    for limb in limbs {
        // A string takes everything.
        let _ = write!(text, "{limb:09}");
    }
    text
}

/// A number with digits behind the point, as `BigDecimal.toPlainString`; with an exponent where that would be long.
pub(super) fn decimal(unscaled: &str, scale: i32) -> String {
    const MOST_ZEROS: i32 = 64;
    let (sign, digits) = unscaled.strip_prefix('-').map_or(("", unscaled), |digits| ("-", digits));
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if scale < -MOST_ZEROS || scale > length.saturating_add(MOST_ZEROS) {
        return format!("{sign}{digits}E{}", -i64::from(scale));
    }
    if scale <= 0 {
        let zeros = if digits == "0" { 0 } else { usize::try_from(-scale).unwrap_or(0) };
        return format!("{sign}{digits}{}", "0".repeat(zeros));
    }
    let scale = usize::try_from(scale).unwrap_or(0);
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_java() {
        for (bytes, text) in [
            (&[0][..], "0"),
            (&[0x7F], "127"),
            (&[0xFF], "-1"),
            (&[0x80], "-128"),
            (&[0x01, 0, 0, 0, 0, 0, 0, 0, 0], "18446744073709551616"),
            (&[0x3B, 0x9A, 0xCA, 0x00], "1000000000"),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0, 0], "-2361183241434822606848"),
        ] {
            assert_eq!(digits(bytes), text);
        }
    }

    #[test]
    fn decimals_are_plain_unless_that_is_long() {
        for (unscaled, scale, text) in [
            ("5", 2, "0.05"),
            ("-5", 0, "-5"),
            ("1234", 2, "12.34"),
            ("7", -2, "700"),
            ("0", -2, "0"),
            ("0", 2, "0.00"),
            ("1", 1000, "1E-1000"),
            ("1", i32::MIN, "1E2147483648"),
        ] {
            assert_eq!(decimal(unscaled, scale), text);
        }
    }
}
