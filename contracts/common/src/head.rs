//! A chain of hashes over all acts, one public leaf for each. A party finds its leaf and knows that its
//! act was counted; two states with different acts have different heads.

use cosmwasm_std::{Attribute, StdResult};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::rows::{Reader, Row, Writer};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Number of acts.
    pub n: u64,
    pub hash: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The act's place, from 1.
    pub n: u64,
    /// Opens the leaf to who knows the payload; only for the sender of the act.
    pub salt: [u8; 32],
    pub leaf: [u8; 32],
}

impl Head {
    /// `payload`: sender, action, outcome and all changes, in an encoding of one length.
    /// leaf = SHA-256("leaf" ‖ salt ‖ payload), head = SHA-256(head ‖ leaf).
    pub fn append(&mut self, seed: &[u8; 32], sender: &Account, payload: &[u8]) -> Leaf {
        self.n += 1;
        let salt = salt(seed, self.n, sender);
        let leaf = leaf(&salt, payload);
        self.hash = next(&self.hash, &leaf);
        Leaf { n: self.n, salt, leaf }
    }
}

/// With the sender in it: otherwise an account that acts at place n of a fork of the chain learns the
/// salt of another's leaf n, and can guess the payload.
fn salt(seed: &[u8; 32], n: u64, sender: &Account) -> [u8; 32] {
    hmac(seed, &[&n.to_be_bytes(), sender])
}

/// HMAC-SHA256 over the parts.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // Shorter than the hash's block of 64 bytes, a key is filled with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as Mac>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

pub fn leaf(salt: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"leaf").chain_update(salt).chain_update(payload).finalize().into()
}

/// The head after one more leaf.
pub fn next(head: &[u8; 32], leaf: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(head).chain_update(leaf).finalize().into()
}

impl Leaf {
    /// `leaf`, 64 hex digits, in clear.
    pub fn attribute(&self) -> Attribute {
        Attribute::new_plaintext("leaf", hex(&self.leaf))
    }
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl Row for Head {
    const SIZE: usize = 40;

    fn write(&self, out: &mut Writer) {
        out.u64(self.n);
        out.bytes(&self.hash);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Head { n: from.u64()?, hash: from.bytes()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: [u8; 32] = [7; 32];

    /// Computed with Python's hashlib and hmac.
    #[test]
    fn leaves_and_heads_are_the_documented_hashes() {
        let mut head = Head::default();
        let one = head.append(&SEED, &[1; 20], b"one");
        assert_eq!(one.n, 1);
        assert_eq!(hex(&one.salt), "023a31db776d8594346236321be778cca95b27b649f802ad0f70d8aa1db646fd");
        assert_eq!(hex(&one.leaf), "d4d6a8c0e019f730d9cf96bbe538142387dd5a4b6568cc683971aefb4da133e0");
        let two = head.append(&SEED, &[2; 20], b"two");
        assert_eq!(two.n, 2);
        assert_eq!(hex(&head.hash), "15584b674fbfbaccae32060f03542e05d948c9cf72a7f70215716892c944aa06");
        assert_eq!(next(&next(&[0; 32], &one.leaf), &two.leaf), head.hash);
        let attribute = two.attribute();
        assert_eq!(
            (attribute.key.as_str(), attribute.value, attribute.encrypted),
            ("leaf", hex(&two.leaf), false)
        );
    }

    #[test]
    fn every_input_changes_the_leaf() {
        let make = |seed, sender, payload: &[u8], before| {
            let mut head = Head { n: before, hash: [0; 32] };
            head.append(&seed, &sender, payload).leaf
        };
        let leaf = make(SEED, [1; 20], b"x", 0);
        assert_ne!(leaf, make([8; 32], [1; 20], b"x", 0));
        assert_ne!(leaf, make(SEED, [2; 20], b"x", 0));
        assert_ne!(leaf, make(SEED, [1; 20], b"y", 0));
        assert_ne!(leaf, make(SEED, [1; 20], b"x", 1));
    }
}
