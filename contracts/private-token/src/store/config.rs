use cosmwasm_std::{StdError, StdResult, Storage};
use secret_toolkit::storage::Item;
use serde::{Deserialize, Serialize};

use super::Account;
use crate::msg::Status;

const CONFIG: Item<Config> = Item::new(b"config");
const MINTERS: Item<Vec<Account>> = Item::new(b"minters");
const SUPPLY: &[u8] = b"supply";
/// Apart from the rest: every message needs this and most need nothing else.
const STATUS: &[u8] = b"status";
const SEED: &[u8] = b"seed";
const NOTIFICATIONS: &[u8] = b"notifications";

#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Config {
    pub name: String,
    pub symbol: String,
    pub decimals: u8,
    pub admin: Account,
    pub public_total_supply: bool,
    pub deposit_enabled: bool,
    pub redeem_enabled: bool,
    pub mint_enabled: bool,
    pub burn_enabled: bool,
    pub can_modify_denoms: bool,
    pub supported_denoms: Vec<String>,
}

impl Config {
    pub fn load(storage: &dyn Storage) -> StdResult<Config> {
        CONFIG.load(storage)
    }

    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        CONFIG.save(storage, self)
    }
}

pub fn minters(storage: &dyn Storage) -> StdResult<Vec<Account>> {
    Ok(MINTERS.may_load(storage)?.unwrap_or_default())
}

pub fn save_minters(storage: &mut dyn Storage, minters: &Vec<Account>) -> StdResult<()> {
    MINTERS.save(storage, minters)
}

pub fn total_supply(storage: &dyn Storage) -> StdResult<u128> {
    match storage.get(SUPPLY) {
        None => Ok(0),
        Some(bytes) => {
            let bytes = bytes.try_into().map_err(|_| StdError::parse_err("supply", "wrong size"))?;
            Ok(u128::from_be_bytes(bytes))
        }
    }
}

pub fn increase_supply(storage: &mut dyn Storage, amount: u128) -> StdResult<()> {
    let supply = total_supply(storage)?
        .checked_add(amount)
        .ok_or_else(|| StdError::generic_err("the total supply would exceed 2^128 - 1"))?;
    storage.set(SUPPLY, &supply.to_be_bytes());
    Ok(())
}

pub fn decrease_supply(storage: &mut dyn Storage, amount: u128) -> StdResult<()> {
    let supply = total_supply(storage)?
        .checked_sub(amount)
        .ok_or_else(|| StdError::generic_err("more than the total supply"))?;
    storage.set(SUPPLY, &supply.to_be_bytes());
    Ok(())
}

pub fn status(storage: &dyn Storage) -> Status {
    match storage.get(STATUS).as_deref() {
        Some([2]) => Status::StopAll,
        Some([1]) => Status::StopAllButRedeems,
        _ => Status::NormalRun,
    }
}

pub fn save_status(storage: &mut dyn Storage, status: Status) {
    storage.set(STATUS, &[status as u8]);
}

pub fn seed(storage: &dyn Storage) -> Vec<u8> {
    storage.get(SEED).unwrap_or_default()
}

pub fn save_seed(storage: &mut dyn Storage, seed: &[u8]) {
    storage.set(SEED, seed);
}

/// The secret that receivers' notification seeds come from. Never changes.
pub fn notification_secret(storage: &dyn Storage) -> StdResult<[u8; 32]> {
    let bytes = storage.get(NOTIFICATIONS).ok_or_else(|| {
        StdError::generic_err("no secret for notifications: migrate to this code once more")
    })?;
    bytes.try_into().map_err(|_| StdError::parse_err("notification secret", "wrong size"))
}

pub fn has_notification_secret(storage: &dyn Storage) -> bool {
    storage.get(NOTIFICATIONS).is_some()
}

pub fn save_notification_secret(storage: &mut dyn Storage, secret: &[u8; 32]) {
    storage.set(NOTIFICATIONS, secret);
}
