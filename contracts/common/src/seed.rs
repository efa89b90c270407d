//! The contract's own secret, keys derived from it, and streams of random bytes.

use cosmwasm_std::{Env, StdError, StdResult, Storage};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::rows::{self, key};
use crate::space;

const MIN_ENTROPY: usize = 32;

/// SHA-256 of the block's secret random and the creator's entropy: neither the creator nor a proposer
/// alone can foresee it. Fails below 32 bytes of entropy and without random.
pub fn create(env: &Env, entropy: &[u8]) -> StdResult<[u8; 32]> {
    if entropy.len() < MIN_ENTROPY {
        return Err(StdError::generic_err("entropy must have at least 32 bytes"));
    }
    let random = env.block.random.as_ref().ok_or_else(|| StdError::generic_err("the block has no random"))?;
    let mut hash = Sha256::new();
    part(&mut hash, random);
    part(&mut hash, entropy);
    Ok(hash.finalize().into())
}

pub fn save(storage: &mut dyn Storage, seed: &[u8; 32]) -> StdResult<()> {
    rows::save(storage, &key(space::SEED, &[]), seed)
}

pub fn load(storage: &dyn Storage) -> StdResult<[u8; 32]> {
    rows::load(storage, &key(space::SEED, &[]))?.ok_or_else(|| StdError::not_found("seed"))
}

/// HKDF-SHA256 (RFC 5869) without salt; `info` is each part after its length in two bytes, big-endian.
pub fn derive(seed: &[u8; 32], info: &[&[u8]]) -> [u8; 32] {
    let lengths: Vec<[u8; 2]> = info.iter().map(|part| (part.len() as u16).to_be_bytes()).collect();
    let parts: Vec<&[u8]> =
        lengths.iter().zip(info).flat_map(|(length, part)| [length.as_slice(), part]).collect();
    let mut out = [0; 32];
    // 32 bytes are one block of the 255 that HKDF gives.
    let _ = Hkdf::<Sha256>::new(None, seed).expand_multi_info(&parts, &mut out);
    out
}

/// An endless stream of bytes. Two streams of one seed with different purposes are independent.
pub struct Stream {
    seed: [u8; 32],
    counter: u64,
}

impl Stream {
    pub fn new(seed: &[u8; 32], purpose: &[&[u8]]) -> Self {
        Stream { seed: derive(seed, purpose), counter: 0 }
    }

    /// From the block's random, its height and time: differs in each call. For salts and shuffles; not for
    /// keys, because the reference publishes the random after the block.
    pub fn of_block(env: &Env, purpose: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        if let Some(random) = &env.block.random {
            part(&mut hash, random);
        }
        hash.update(env.block.height.to_be_bytes());
        hash.update(env.block.time.nanos().to_be_bytes());
        for bytes in purpose {
            part(&mut hash, bytes);
        }
        Stream { seed: hash.finalize().into(), counter: 0 }
    }

    /// At most 32 bytes from one hash.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for chunk in out.chunks_mut(32) {
            self.counter += 1;
            let hash = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes());
            chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
        }
        out
    }

    /// Below `bound`, 0 when it is 0. The bias of a 64-bit remainder over a short list cannot be seen.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % bound.max(1)
    }

    /// Fisher-Yates.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::{mock_env, MockStorage};

    #[test]
    fn a_seed_needs_entropy_and_random() {
        let mut env = mock_env();
        let seed = create(&env, &[1; 32]).unwrap();
        assert_ne!(seed, create(&env, &[2; 32]).unwrap());
        assert!(create(&env, &[1; 31]).is_err());
        env.block.random = Some([9; 32].into());
        assert_ne!(seed, create(&env, &[1; 32]).unwrap());
        env.block.random = None;
        assert!(create(&env, &[1; 32]).is_err());
        let mut storage = MockStorage::new();
        assert!(load(&storage).is_err());
        save(&mut storage, &seed).unwrap();
        assert_eq!(load(&storage).unwrap(), seed);
    }

    /// RFC 5869, test case 3: no salt, no info.
    #[test]
    fn derives_as_the_rfc_says() {
        let mut out = [0; 42];
        Hkdf::<Sha256>::new(None, &[0x0b; 22]).expand(&[], &mut out).unwrap();
        assert_eq!(out[..8], [0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f]);
        let mut expected = [0; 32];
        Hkdf::<Sha256>::new(None, &[7; 32]).expand(b"\0\x01a\0\x02bc", &mut expected).unwrap();
        assert_eq!(derive(&[7; 32], &[b"a", b"bc"]), expected);
        assert_ne!(derive(&[7; 32], &[b"ab", b"c"]), expected);
    }

    #[test]
    fn streams_differ_by_seed_and_purpose_and_go_on() {
        let mut stream = Stream::new(&[1; 32], &[b"a"]);
        let (first, second): ([u8; 32], [u8; 32]) = (stream.bytes(), stream.bytes());
        assert_ne!(first, second);
        assert_eq!(Stream::new(&[1; 32], &[b"a"]).bytes::<32>(), first);
        assert_ne!(Stream::new(&[1; 32], &[b"b"]).bytes::<32>(), first);
        assert_ne!(Stream::new(&[2; 32], &[b"a"]).bytes::<32>(), first);
        assert_eq!(Stream::new(&[1; 32], &[b"a"]).bytes::<64>(), [first, second].concat()[..]);
    }

    #[test]
    fn shuffles_keep_all_items() {
        let mut list: Vec<u32> = (0..100).collect();
        Stream::of_block(&mock_env(), &[b"x"]).shuffle(&mut list);
        assert_ne!(list, (0..100).collect::<Vec<_>>());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
        assert_eq!(Stream::new(&[1; 32], &[]).below(0), 0);
    }
}
