//! Numbers as decimal text of one length. The work to read and to write depends only on the number
//! of digits, never on their values: `Uint128` costs gas by value, which shows an amount.

use crate::json::{self, FromJson, Parsed, Text, ToJson};

pub const AMOUNT_DIGITS: usize = 39;
pub const ID_DIGITS: usize = 20;

/// 10^19, the largest power of ten in 64 bits.
const HALF: u64 = 10_000_000_000_000_000_000;

/// An amount in smallest units. JSON: 1 to 39 decimal digits as text, leading zeros taken; written with 39.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u128);

/// A number of 64 bits, mostly an id. JSON: 1 to 20 decimal digits as text; written with 20.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub u64);

impl Amount {
    /// Fails for anything but 1 to 39 digits of a number below 2^128.
    pub fn parse(text: &str) -> Result<Amount, &'static str> {
        let digits = digits::<AMOUNT_DIGITS>(text)?;
        let high = u128::from(digits[0]) * u128::from(HALF) + u128::from(number(&digits[1..20]));
        let low = number(&digits[20..]);
        const MAX_HIGH: u128 = u128::MAX / HALF as u128;
        const MAX_LOW: u64 = (u128::MAX % HALF as u128) as u64;
        if (high > MAX_HIGH) | ((high == MAX_HIGH) & (low > MAX_LOW)) {
            return Err("a number above 2^128 - 1");
        }
        Ok(Amount(high * u128::from(HALF) + u128::from(low)))
    }

    /// 39 digits.
    pub fn text(self) -> String {
        let mut text = [b'0'; AMOUNT_DIGITS];
        // Long division in limbs of 32 bits: one division instruction each, whatever the value.
        let mut limbs = [
            (self.0 >> 96) as u64,
            (self.0 >> 64) as u64 & 0xffff_ffff,
            (self.0 >> 32) as u64 & 0xffff_ffff,
            self.0 as u64 & 0xffff_ffff,
        ];
        for end in [39, 30, 21, 12, 3] {
            let mut rest = 0;
            for limb in &mut limbs {
                let current = rest << 32 | *limb;
                *limb = current / 1_000_000_000;
                rest = current % 1_000_000_000;
            }
            write(&mut text[end.max(9) - 9..end], rest);
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Id {
    /// Fails for anything but 1 to 20 digits of a number below 2^64.
    pub fn parse(text: &str) -> Result<Id, &'static str> {
        let digits = digits::<ID_DIGITS>(text)?;
        let value = u128::from(digits[0]) * u128::from(HALF) + u128::from(number(&digits[1..]));
        if value > u128::from(u64::MAX) {
            return Err("a number above 2^64 - 1");
        }
        Ok(Id(value as u64))
    }

    /// 20 digits.
    pub fn text(self) -> String {
        let mut text = [b'0'; ID_DIGITS];
        write(&mut text, self.0);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// The values of the digits, filled up with zeros on the left.
fn digits<const N: usize>(text: &str) -> Result<[u8; N], &'static str> {
    let text = text.as_bytes();
    if text.is_empty() || text.len() > N {
        return Err("a wrong number of digits");
    }
    let mut digits = [0; N];
    let mut wrong = false;
    for (digit, byte) in digits[N - text.len()..].iter_mut().zip(text) {
        *digit = byte.wrapping_sub(b'0');
        wrong |= *digit > 9;
    }
    if wrong {
        return Err("something else than decimal digits");
    }
    Ok(digits)
}

/// At most 19 digits, so it cannot overflow.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

fn write(text: &mut [u8], mut number: u64) {
    for byte in text.iter_mut().rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The error does not repeat the text, which may be secret and has any length.
fn parsed<T>(text: Text, parse: fn(&str) -> Result<T, &'static str>, expected: &str) -> Parsed<T> {
    parse(&json::text(text)?).map_err(|problem| format!("{problem}, {expected} is needed"))
}

impl FromJson for Amount {
    fn from_json(text: Text) -> Parsed<Self> {
        parsed(text, Amount::parse, "text of 1 to 39 decimal digits")
    }
}

impl FromJson for Id {
    fn from_json(text: Text) -> Parsed<Self> {
        parsed(text, Id::parse, "text of 1 to 20 decimal digits")
    }
}

impl ToJson for Amount {
    fn to_json(&self, out: &mut Vec<u8>) {
        self.text().to_json(out);
    }
}

impl ToJson for Id {
    fn to_json(&self, out: &mut Vec<u8>) {
        self.text().to_json(out);
    }
}

/// `floor(value / D)` for D below 2^32, with the same work for every value: WebAssembly divides 64 bits in one
/// instruction, and 128 bits in a function whose work depends on them.
pub fn divided<const D: u64>(value: u128) -> u128 {
    let (mut quotient, mut rest) = (0, 0u64);
    for shift in [96, 64, 32, 0] {
        let part = rest << 32 | u64::from((value >> shift) as u32);
        quotient |= u128::from(part / D) << shift;
        rest = part % D;
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Stream;
    use crate::testing::Random;

    #[test]
    fn amounts_read_what_they_write() {
        let mut stream = Stream::new(&[7; 32], &[b"amounts"]);
        let random = (0..10_000).map(|_| {
            let shift = stream.below(128) as u32;
            u128::from_be_bytes(stream.bytes()) >> shift
        });
        let powers = (0..39).flat_map(|n| [10u128.pow(n) - 1, 10u128.pow(n)]);
        let edges = [0, u128::MAX - 1, u128::MAX, u64::MAX.into(), 1 << 64, u32::MAX.into()];
        for value in random.chain(powers).chain(edges) {
            let text = Amount(value).text();
            assert_eq!(text, format!("{value:039}"));
            assert_eq!(Amount::parse(&text), Ok(Amount(value)));
            assert_eq!(Amount::parse(&value.to_string()), Ok(Amount(value)));
        }
    }

    #[test]
    fn ids_read_what_they_write() {
        for value in [0, 9, 10, HALF - 1, HALF, u64::MAX - 1, u64::MAX] {
            assert_eq!(Id(value).text(), format!("{value:020}"));
            assert_eq!(Id::parse(&Id(value).text()), Ok(Id(value)));
            assert_eq!(Id::parse(&value.to_string()), Ok(Id(value)));
        }
        assert!(Id::parse("18446744073709551616").is_err());
        assert!(Id::parse("99999999999999999999").is_err());
        assert!(Id::parse("000000000000000000001").is_err());
    }

    #[test]
    fn everything_else_is_refused() {
        let long = "0".repeat(40);
        let refused = ["", " ", "1 ", " 1", "+1", "-1", "1.0", "1e3", "0x1", "１", "\u{0}", &long];
        for text in refused {
            assert!(Amount::parse(text).is_err(), "{text:?}");
            assert!(Id::parse(text).is_err(), "{text:?}");
        }
        assert!(Amount::parse("340282366920938463463374607431768211456").is_err());
        assert!(Amount::parse("349999999999999999999999999999999999999").is_err());
        assert!(Amount::parse("999999999999999999999999999999999999999").is_err());
    }

    #[test]
    fn json_is_text_and_errors_do_not_repeat_it() {
        let read = |json: &str| json::from_slice::<Amount>(json.as_bytes());
        assert_eq!(read(r#""0012""#).unwrap(), Amount(12));
        assert!(read("12").is_err());
        assert!(read("null").is_err());
        let error = read(r#""12x34""#).unwrap_err().to_string();
        assert!(error.contains("1 to 39 decimal digits") && !error.contains("12x34"), "{error}");
        let json = [json::to_vec(&Amount(7)), json::to_vec(&Id(8))].concat();
        assert_eq!(json, br#""000000000000000000000000000000000000007""00000000000000000008""#);
    }

    #[test]
    fn divides_as_the_instruction_does() {
        let mut random = Random(5);
        let edges = [0, 1, 9, 10, 9_999, 10_000, 1 << 64, u128::MAX - 1, u128::MAX];
        let values = (0..20_000).map(|_| random.bits(128));
        for value in edges.into_iter().chain(values) {
            assert_eq!(divided::<10>(value), value / 10);
            assert_eq!(divided::<10_000>(value), value / 10_000);
            assert_eq!(divided::<0xffff_ffff>(value), value / 0xffff_ffff);
        }
    }
}
