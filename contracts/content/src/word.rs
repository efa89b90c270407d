//! Words of licences: which of the two variants of each marked segment an owner can open.
use crate::keys::derive;
use hkdf::Hkdf;
use sha2::Sha256;

/// The number of marked segments against `colluders` owners who join their keys.
pub fn marked(colluders: u8) -> Option<usize> {
    match colluders {
        2 => Some(256),
        3 => Some(1_024),
        4 => Some(1_700),
        _ => None,
    }
}

/// Chance of a one at position `i`, in 1/256. Source: Gauss-Legendre nodes of degree one (two
/// colluders: 1/2) and two (0.21132 and 0.78868), cs/0607131 and arXiv 1302.1741.
pub fn bias(colluders: u8, i: usize) -> u16 {
    match (colluders, i % 2) {
        (2, _) => 128,
        (_, 0) => 54,
        _ => 202,
    }
}

/// Derives words; made once for a call.
pub struct Words {
    colluders: u8,
    secret: [u8; 32],
}

impl Words {
    pub fn new(seed: &[u8; 32], colluders: u8) -> Words {
        Words { colluders, secret: derive(seed, &[b"content/1 words"]) }
    }

    /// The word of a licence: one byte, 0 or 1, for each marked segment.
    pub fn of(&self, licence: u64) -> Vec<u8> {
        let mut word = vec![0; marked(self.colluders).unwrap_or_default()];
        let expander = Hkdf::<Sha256>::from_prk(&self.secret).expect("32 bytes");
        // HKDF gives at most 8,160 bytes; the longest word has 1,700.
        expander.expand(&licence.to_be_bytes(), &mut word).expect("short output");
        for (i, byte) in word.iter_mut().enumerate() {
            *byte = u8::from(u16::from(*byte) < bias(self.colluders, i));
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_as_frequent_as_the_bias_says() {
        for colluders in [2, 3, 4] {
            let words = Words::new(&[9; 32], colluders);
            let mut ones = [0u32; 2];
            let licences = 400;
            for licence in 0..licences {
                for (i, bit) in words.of(licence).into_iter().enumerate() {
                    ones[i % 2] += u32::from(bit);
                }
            }
            let places = licences as u32 * marked(colluders).unwrap() as u32 / 2;
            for (i, ones) in ones.into_iter().enumerate() {
                let expected = places * u32::from(bias(colluders, i)) / 256;
                assert!(ones.abs_diff(expected) < places / 100, "{colluders} {i}: {ones} of {places}");
            }
        }
    }

    #[test]
    fn words_differ_by_licence_and_by_seed() {
        let word = Words::new(&[1; 32], 2).of(5);
        assert_eq!(word, Words::new(&[1; 32], 2).of(5));
        assert_ne!(word, Words::new(&[1; 32], 2).of(6));
        assert_ne!(word, Words::new(&[2; 32], 2).of(5));
    }
}
