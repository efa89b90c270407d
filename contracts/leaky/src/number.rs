//! A number whose text has 20 digits, so that neither length nor work of reading depend on it.

use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

const DIGITS: usize = 20;

#[derive(Clone, Copy)]
pub struct Number(pub u64);

impl Number {
    fn read(text: &str) -> Option<u64> {
        let digits: &[u8; DIGITS] = text.as_bytes().try_into().ok()?;
        let mut value = 0u64;
        let mut wrong = 0u8;
        for digit in digits {
            let digit = digit.wrapping_sub(b'0');
            wrong |= u8::from(digit > 9);
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        (wrong == 0).then_some(value)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:020}", self.0))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Number::read(&text).map(Number).ok_or_else(|| D::Error::custom("a number has 20 digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn a_number_has_20_digits_and_nothing_else() {
        assert_eq!(Number::read("00000000000000000042"), Some(42));
        assert_eq!(Number::read("18446744073709551615"), Some(u64::MAX));
        for wrong in ["42", "0000000000000000004x", "000000000000000000042", "-0000000000000000042", ""] {
            assert_eq!(Number::read(wrong), None);
        }
        assert_eq!(serde_json::to_string(&Number(7)).unwrap(), "\"00000000000000000007\"");
    }
}
