//! What accounts register about themselves: viewing key, receiver hook, revoked permits.

use cosmwasm_std::Storage;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::key_of;

const VIEWING_KEY: u8 = b'v';
const RECEIVER: u8 = b'c';
const REVOKED: u8 = b'r';

pub fn set_viewing_key(storage: &mut dyn Storage, account: &[u8], key: &str) {
    storage.set(&key_of(VIEWING_KEY, &[account]), &Sha256::digest(key.as_bytes()));
}

/// Takes the same work whether the key is wrong or none is set.
pub fn viewing_key_is(storage: &dyn Storage, account: &[u8], key: &str) -> bool {
    let kept = storage.get(&key_of(VIEWING_KEY, &[account])).unwrap_or_else(|| vec![0; 32]);
    Sha256::digest(key.as_bytes()).as_slice().ct_eq(&kept).into()
}

pub fn set_receiver(storage: &mut dyn Storage, account: &[u8], code_hash: &str) {
    storage.set(&key_of(RECEIVER, &[account]), code_hash.as_bytes());
}

pub fn receiver(storage: &dyn Storage, account: &[u8]) -> Option<String> {
    String::from_utf8(storage.get(&key_of(RECEIVER, &[account]))?).ok()
}

pub fn revoke_permit(storage: &mut dyn Storage, account: &[u8], name: &str) {
    storage.set(&key_of(REVOKED, &[account, name.as_bytes()]), &[1]);
}

pub fn is_revoked(storage: &dyn Storage, account: &[u8], name: &str) -> bool {
    storage.get(&key_of(REVOKED, &[account, name.as_bytes()])).is_some()
}
