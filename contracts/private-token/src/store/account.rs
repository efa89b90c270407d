use cosmwasm_std::{StdError, StdResult, Storage};

use super::key_of;

const SPACE: u8 = b'a';
const SIZE: usize = 28;

/// Balance and history counters in one row: a transfer reads and writes it once per account.
#[derive(Default, Debug, PartialEq)]
pub struct AccountRow {
    pub balance: u128,
    /// History entries, decoys included.
    pub entries: u32,
    pub transactions: u32,
    pub transfers: u32,
}

pub fn load(storage: &dyn Storage, account: &[u8]) -> StdResult<AccountRow> {
    let Some(bytes) = storage.get(&key_of(SPACE, &[account])) else {
        return Ok(AccountRow::default());
    };
    let bytes: [u8; SIZE] = bytes.try_into().map_err(|_| StdError::parse_err("AccountRow", "wrong size"))?;
    let number = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let mut balance = [0; 16];
    balance.copy_from_slice(&bytes[..16]);
    Ok(AccountRow {
        balance: u128::from_be_bytes(balance),
        entries: number(16),
        transactions: number(20),
        transfers: number(24),
    })
}

pub fn save(storage: &mut dyn Storage, account: &[u8], row: &AccountRow) {
    let mut bytes = [0; SIZE];
    bytes[..16].copy_from_slice(&row.balance.to_be_bytes());
    bytes[16..20].copy_from_slice(&row.entries.to_be_bytes());
    bytes[20..24].copy_from_slice(&row.transactions.to_be_bytes());
    bytes[24..].copy_from_slice(&row.transfers.to_be_bytes());
    storage.set(&key_of(SPACE, &[account]), &bytes);
}
