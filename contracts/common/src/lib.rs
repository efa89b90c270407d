//! What the contracts of this repository share: see the README for each module's purpose and cost.

pub mod account;
pub mod admin;
pub mod amount;
pub mod answer;
pub mod bind;
pub mod cbor;
pub mod coins;
pub mod entry;
pub mod gas;
pub mod head;
pub mod hook;
pub mod json;
pub mod notify;
pub mod permit;
pub mod phase;
pub mod rows;
pub mod seed;
pub mod select;
pub mod status;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod vault;
pub mod viewing_key;
pub mod witness;

/// First bytes of the keys that this crate stores under; products use bytes below 0xf0.
pub mod space {
    pub const VAULT: u8 = 0xf0;
    pub const ESCROW: u8 = 0xf1;
    pub const SEED: u8 = 0xf2;
    pub const VIEWING_KEYS: u8 = 0xf3;
    pub const REVOKED_PERMITS: u8 = 0xf4;
    pub const STATUS: u8 = 0xf5;
    pub const POWERS: u8 = 0xf6;
    pub const WITNESSES: u8 = 0xf7;
}
