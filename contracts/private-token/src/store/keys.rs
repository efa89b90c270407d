//! What accounts register about themselves: viewing key, receiver hook, revoked permits.

use common::permit::Revoked;
use common::rows::key;
use common::viewing_key::ViewingKeys;
use cosmwasm_std::Storage;

pub const VIEWING_KEYS: ViewingKeys = ViewingKeys(b'v');
pub const REVOKED: Revoked = Revoked(b'r');
const RECEIVER: u8 = b'c';

pub fn set_receiver(storage: &mut dyn Storage, account: &[u8], code_hash: &str) {
    storage.set(&key(RECEIVER, &[account]), code_hash.as_bytes());
}

pub fn receiver(storage: &dyn Storage, account: &[u8]) -> Option<String> {
    String::from_utf8(storage.get(&key(RECEIVER, &[account]))?).ok()
}
