//! Viewing keys: only the hash of a key is stored.

use cosmwasm_std::Storage;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::rows::key;
use crate::space;

/// The viewing keys under one first byte of keys.
pub struct ViewingKeys(pub u8);

impl ViewingKeys {
    pub fn set(&self, storage: &mut dyn Storage, account: &[u8], viewing_key: &str) {
        storage.set(&key(self.0, &[account]), &Sha256::digest(viewing_key.as_bytes()));
    }

    /// Takes the same work whether the key is wrong or none is set.
    pub fn matches(&self, storage: &dyn Storage, account: &[u8], viewing_key: &str) -> bool {
        let stored = storage.get(&key(self.0, &[account])).unwrap_or_else(|| vec![0; 32]);
        Sha256::digest(viewing_key.as_bytes()).as_slice().ct_eq(&stored).into()
    }
}

const KEYS: ViewingKeys = ViewingKeys(space::VIEWING_KEYS);

pub fn set(storage: &mut dyn Storage, account: &[u8], viewing_key: &str) {
    KEYS.set(storage, account, viewing_key);
}

pub fn matches(storage: &dyn Storage, account: &[u8], viewing_key: &str) -> bool {
    KEYS.matches(storage, account, viewing_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    #[test]
    fn only_the_set_key_of_the_account_matches() {
        let mut storage = MockStorage::new();
        assert!(!matches(&storage, &[1; 20], ""));
        set(&mut storage, &[1; 20], "key");
        assert!(matches(&storage, &[1; 20], "key"));
        assert!(!matches(&storage, &[1; 20], "Key"));
        assert!(!matches(&storage, &[2; 20], "key"));
        set(&mut storage, &[1; 20], "other");
        assert!(!matches(&storage, &[1; 20], "key"));
    }
}
