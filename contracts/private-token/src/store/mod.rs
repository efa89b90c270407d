//! Everything that is kept, and nothing else. Each first byte of a key belongs to one file here.

pub mod account;
pub mod allowance;
pub mod config;
pub mod history;
pub mod keys;

use cosmwasm_std::{Api, CanonicalAddr, StdResult};

/// Addresses are kept in canonical form, so that one account has one key however its address is written.
pub type Account = Vec<u8>;

pub fn account_of(api: &dyn Api, address: &str) -> StdResult<Account> {
    Ok(api.addr_canonicalize(address)?.0 .0)
}

pub fn address_of(api: &dyn Api, account: &[u8]) -> StdResult<String> {
    Ok(api.addr_humanize(&CanonicalAddr::from(account))?.to_string())
}
