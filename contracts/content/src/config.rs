//! What is fixed at instantiation, and the public descriptions of items.
use common::account::Account;
use common::json::{from_slice, to_vec};
use common::rows::key;
use common::vault::{Vault, MAX_TOKENS};
use cosmwasm_std::{StdError, StdResult, Storage};

use crate::msg::ItemInfo;
use crate::word::marked;

const CONFIG: u8 = b'c';
const INFO: u8 = b'm';

common::json! { [read write]
    #[derive(Clone, Debug)]
    pub struct Config {
        pub name: String,
        pub confirmers: Vec<Account>,
        /// Empty: every account may list items.
        pub publishers: Vec<Account>,
        /// Coins in which prices may be. Their place is after the tokens.
        pub coin: Option<String>,
        pub fee_bps: u16,
        pub colluders: u8,
    }
}

impl Config {
    pub fn load(storage: &dyn Storage) -> StdResult<Config> {
        let bytes = storage.get(&[CONFIG]);
        from_slice(&bytes.ok_or_else(|| StdError::generic_err("the contract is not instantiated"))?)
    }

    pub fn save(&self, storage: &mut dyn Storage) {
        storage.set(&[CONFIG], &to_vec(self));
    }

    pub fn marked(&self) -> usize {
        marked(self.colluders).unwrap_or_default()
    }
}

/// Fails for a denomination that the chain cannot have, and without a place for coins.
pub fn check_coin(denom: &str, vault: &Vault) -> StdResult<()> {
    // The form of the Cosmos SDK.
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte);
    let known = (3..=128).contains(&denom.len()) && denom.bytes().all(sign);
    if !known || !denom.as_bytes()[0].is_ascii_alphabetic() {
        return Err(StdError::generic_err("coin must be a denomination such as uscrt"));
    }
    if vault.len() == MAX_TOKENS {
        return Err(StdError::generic_err("a contract with a coin lists at most 3 tokens"));
    }
    Ok(())
}

pub fn load_info(storage: &dyn Storage, item: u8) -> StdResult<ItemInfo> {
    let bytes = storage.get(&key(INFO, &[&[item]]));
    from_slice(&bytes.ok_or_else(|| StdError::generic_err("unknown item"))?)
}

pub fn save_info(storage: &mut dyn Storage, item: u8, info: &ItemInfo) {
    storage.set(&key(INFO, &[&[item]]), &to_vec(info));
}
