//! Keys of a file: labels of HKDF-SHA256, and the set that the owner of a word gets.
use hkdf::Hkdf;
use sha2::Sha256;

const UNMARKED: &[u8] = b"content/1 unmarked";
const MARKED: &[u8] = b"content/1 marked";
const EPHEMERAL: &[u8] = b"content/1 ephemeral";

/// HKDF-SHA256 of a seed, without salt.
pub fn derive(seed: &[u8; 32], info: &[&[u8]]) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(None, seed).expand_multi_info(info, &mut out).expect("32 bytes");
    out
}

/// Keys that are derived from one master.
pub struct Master(Hkdf<Sha256>);

impl Master {
    pub fn new(master: &[u8; 32]) -> Master {
        Master(Hkdf::new(None, master))
    }

    /// The secret from which the client derives the keys of all unmarked segments.
    pub fn unmarked(&self) -> [u8; 32] {
        self.expand(&[UNMARKED])
    }

    /// The key of a variant of the marked segment number `i`.
    pub fn variant(&self, i: u32, variant: u8) -> [u8; 32] {
        self.expand(&[MARKED, &i.to_be_bytes(), &[variant]])
    }

    fn expand(&self, info: &[&[u8]]) -> [u8; 32] {
        let mut out = [0; 32];
        self.0.expand_multi_info(info, &mut out).expect("32 bytes");
        out
    }

    /// What the owner of a word gets: `unmarked`, then one key for each position.
    pub fn set(&self, word: &[u8]) -> Vec<u8> {
        let mut set = self.unmarked().to_vec();
        for (i, bit) in word.iter().enumerate() {
            set.extend_from_slice(&self.variant(i as u32, *bit));
        }
        set
    }
}

/// Binds wrapped keys to one version of one licence of one contract.
pub fn info(contract: &str, licence: u64, version: u32) -> Vec<u8> {
    [b"content/1 keys ", contract.as_bytes(), &licence.to_be_bytes(), &version.to_be_bytes()].concat()
}

/// The ephemeral secret of a wrapping: queries have no randomness. It differs for each info,
/// device and master, so no key and nonce serves for two texts: not even on forks where a publisher with an enclave
/// host sets two masters for one version.
pub fn ephemeral(seed: &[u8; 32], info: &[u8], device: &[u8; 32], master: &[u8; 32]) -> [u8; 32] {
    derive(seed, &[EPHEMERAL, info, device, master])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_exactly_the_keys_of_its_word() {
        let master = Master::new(&[3; 32]);
        let word = [0, 1, 1, 0];
        let set = master.set(&word);
        assert_eq!(set.len(), 32 * 5);
        assert_eq!(set[..32], master.unmarked());
        for (i, bit) in word.into_iter().enumerate() {
            assert_eq!(set[32 * (i + 1)..32 * (i + 2)], master.variant(i as u32, bit));
            assert!(!set.windows(32).any(|key| key == master.variant(i as u32, 1 - bit)));
        }
        assert!(!set.windows(32).any(|key| key == [3; 32]));
    }

    #[test]
    fn the_ephemeral_secret_differs_for_each_version_licence_contract_device_and_master() {
        let one = |contract, licence, version, device, master| {
            ephemeral(&[1; 32], &info(contract, licence, version), &[device; 32], &[master; 32])
        };
        let first = one("secret1a", 1, 1, 1, 1);
        for other in [
            one("secret1b", 1, 1, 1, 1),
            one("secret1a", 2, 1, 1, 1),
            one("secret1a", 1, 2, 1, 1),
            one("secret1a", 1, 1, 2, 1),
            one("secret1a", 1, 1, 1, 2),
        ] {
            assert_ne!(first, other);
        }
    }
}
