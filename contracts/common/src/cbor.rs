//! The little of CBOR (RFC 8949) that notifications need: one tuple, filled with zeros to one size.

use cosmwasm_std::{StdError, StdResult};

const UINT: u8 = 0 << 5;
const BYTES: u8 = 2 << 5;
const ARRAY: u8 = 4 << 5;
const TAG: u8 = 6 << 5;
const TAG_TIME: u64 = 1;
const TAG_BIGNUM: u64 = 2;

/// Bytes of a tuple with at most 23 elements, before its elements.
pub const TUPLE: usize = 1;
/// Bytes of a `biguint .size 8`.
pub const BIGUINT: usize = 10;
/// Bytes of a `bstr .size 20`.
pub const ADDRESS: usize = 21;
/// Most bytes of a `uint .size 1`.
pub const UINT8: usize = 2;
/// Most bytes of a time in seconds.
pub const TIME: usize = 10;

pub struct Tuple {
    bytes: Vec<u8>,
}

impl Tuple {
    /// At most 23 elements.
    pub fn new(elements: u8) -> Tuple {
        let mut tuple = Tuple { bytes: vec![] };
        tuple.head(ARRAY, elements.into());
        tuple
    }

    /// Eight bytes; a greater amount is written as 2^64 - 1, and clients ask the contract.
    pub fn biguint(mut self, value: u128) -> Tuple {
        self.head(TAG, TAG_BIGNUM);
        self.bytes(&u64::try_from(value).unwrap_or(u64::MAX).to_be_bytes())
    }

    pub fn bytes(mut self, value: &[u8]) -> Tuple {
        self.head(BYTES, value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    pub fn uint(mut self, value: u64) -> Tuple {
        self.head(UINT, value);
        self
    }

    /// Seconds since 1970.
    pub fn time(mut self, seconds: u64) -> Tuple {
        self.head(TAG, TAG_TIME);
        self.uint(seconds)
    }

    /// Filled with zeros to `size`; longer is an error.
    pub fn padded(mut self, size: usize) -> StdResult<Vec<u8>> {
        if self.bytes.len() > size {
            return Err(StdError::generic_err("a notification is longer than its channel's size"));
        }
        self.bytes.resize(size, 0);
        Ok(self.bytes)
    }

    fn head(&mut self, major: u8, value: u64) {
        match value {
            0..=23 => self.bytes.push(major | value as u8),
            24..=0xff => self.bytes.extend_from_slice(&[major | 24, value as u8]),
            0x100..=0xffff => {
                self.bytes.push(major | 25);
                self.bytes.extend_from_slice(&(value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.bytes.push(major | 26);
                self.bytes.extend_from_slice(&(value as u32).to_be_bytes());
            }
            _ => {
                self.bytes.push(major | 27);
                self.bytes.extend_from_slice(&value.to_be_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::hex;

    /// RFC 8949, appendix A.
    #[test]
    fn numbers_are_those_of_the_rfc() {
        let cases = [
            (0, "8100"),
            (23, "8117"),
            (24, "811818"),
            (100, "811864"),
            (1000, "811903e8"),
            (1_000_000, "811a000f4240"),
            (1_000_000_000_000, "811b000000e8d4a51000"),
            (u64::MAX, "811bffffffffffffffff"),
        ];
        for (value, expected) in cases {
            assert_eq!(hex(&Tuple::new(1).uint(value).bytes), expected);
        }
        assert_eq!(hex(&Tuple::new(1).time(1_363_896_240).bytes), "81c11a514b67b0");
        assert_eq!(hex(&Tuple::new(1).bytes(&[1, 2, 3, 4]).bytes), "814401020304");
    }

    #[test]
    fn amounts_have_eight_bytes_and_are_clamped() {
        assert_eq!(hex(&Tuple::new(1).biguint(5).bytes), "81c2480000000000000005");
        assert_eq!(hex(&Tuple::new(1).biguint(u128::MAX).bytes), "81c248ffffffffffffffff");
        assert_eq!(Tuple::new(1).biguint(0).bytes.len(), TUPLE + BIGUINT);
        assert_eq!(Tuple::new(1).bytes(&[0; 20]).bytes.len(), TUPLE + ADDRESS);
        assert_eq!(Tuple::new(1).time(u64::MAX).bytes.len(), TUPLE + TIME);
        assert_eq!(Tuple::new(1).uint(255).bytes.len(), TUPLE + UINT8);
    }

    #[test]
    fn tuples_are_filled_to_one_size() {
        assert_eq!(Tuple::new(1).uint(1).padded(4).unwrap(), [0x81, 1, 0, 0]);
        assert!(Tuple::new(1).uint(u64::MAX).padded(4).is_err());
    }
}
