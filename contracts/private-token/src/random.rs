use cosmwasm_std::Env;
use sha2::{Digest, Sha256};

/// A stream of bytes from the block's secret random, the user's entropy and a purpose.
pub struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub fn new(env: &Env, purpose: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        if let Some(random) = &env.block.random {
            part(&mut hash, random);
        }
        hash.update(env.block.height.to_be_bytes());
        hash.update(env.block.time.nanos().to_be_bytes());
        for bytes in purpose {
            part(&mut hash, bytes);
        }
        Random { seed: hash.finalize().into(), counter: 0 }
    }

    pub fn bytes(&mut self) -> [u8; 32] {
        self.counter += 1;
        Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes()).finalize().into()
    }

    /// Fisher-Yates; the bias of a 64-bit remainder over a short list cannot be seen.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let bytes = self.bytes();
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[..8]);
            list.swap(last, (u64::from_be_bytes(number) % (last as u64 + 1)) as usize);
        }
    }
}

fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
