use common::rows::key;
use cosmwasm_std::{BlockInfo, StdError, StdResult, Storage};
use secret_toolkit::storage::AppendStore;

use super::Account;

const SPACE: u8 = b'l';
const SPENDERS: AppendStore<Account> = AppendStore::new(b"spenders");
const OWNERS: AppendStore<Account> = AppendStore::new(b"owners");

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Allowance {
    pub amount: u128,
    /// Seconds since 1970.
    pub expiration: Option<u64>,
}

impl Allowance {
    pub fn is_expired(&self, block: &BlockInfo) -> bool {
        self.expiration.is_some_and(|at| block.time.seconds() >= at)
    }

    /// What can be spent now.
    pub fn usable(&self, block: &BlockInfo) -> u128 {
        if self.is_expired(block) {
            0
        } else {
            self.amount
        }
    }
}

pub fn load(storage: &dyn Storage, owner: &[u8], spender: &[u8]) -> StdResult<Option<Allowance>> {
    let Some(bytes) = storage.get(&key(SPACE, &[owner, spender])) else {
        return Ok(None);
    };
    let wrong = || StdError::parse_err("Allowance", "wrong size");
    if bytes.len() != 16 && bytes.len() != 24 {
        return Err(wrong());
    }
    let (amount, expiration) = bytes.split_at(16);
    let amount = u128::from_be_bytes(amount.try_into().map_err(|_| wrong())?);
    let expiration = match expiration {
        [] => None,
        bytes => Some(u64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
    };
    Ok(Some(Allowance { amount, expiration }))
}

/// The first allowance between two accounts also puts them on each other's lists.
pub fn save(
    storage: &mut dyn Storage,
    owner: &Account,
    spender: &Account,
    allowance: &Allowance,
) -> StdResult<()> {
    let row = key(SPACE, &[owner, spender]);
    if storage.get(&row).is_none() {
        SPENDERS.add_suffix(owner).push(storage, spender)?;
        OWNERS.add_suffix(spender).push(storage, owner)?;
    }
    let mut bytes = allowance.amount.to_be_bytes().to_vec();
    if let Some(at) = allowance.expiration {
        bytes.extend_from_slice(&at.to_be_bytes());
    }
    storage.set(&row, &bytes);
    Ok(())
}

/// Takes `amount` off what `spender` may move for `owner`.
pub fn spend(
    storage: &mut dyn Storage,
    block: &BlockInfo,
    owner: &Account,
    spender: &Account,
    amount: u128,
) -> StdResult<()> {
    let mut allowance = load(storage, owner, spender)?.unwrap_or_default();
    let usable = allowance.usable(block);
    allowance.amount = usable.checked_sub(amount).ok_or_else(|| {
        StdError::generic_err(format!("insufficient allowance: allowance={usable}, required={amount}"))
    })?;
    save(storage, owner, spender, &allowance)
}

/// Newest first, with the number of all.
pub fn given(storage: &dyn Storage, owner: &[u8], page: u32, size: u32) -> StdResult<(Vec<Account>, u32)> {
    newest_first(storage, &SPENDERS.add_suffix(owner), page, size)
}

pub fn received(
    storage: &dyn Storage,
    spender: &[u8],
    page: u32,
    size: u32,
) -> StdResult<(Vec<Account>, u32)> {
    newest_first(storage, &OWNERS.add_suffix(spender), page, size)
}

fn newest_first(
    storage: &dyn Storage,
    list: &AppendStore<Account>,
    page: u32,
    size: u32,
) -> StdResult<(Vec<Account>, u32)> {
    let count = list.get_len(storage)?;
    let end = count.saturating_sub(page.saturating_mul(size));
    let start = end.saturating_sub(size);
    let accounts = (start..end).rev().map(|index| list.get_at(storage, index)).collect::<StdResult<_>>()?;
    Ok((accounts, count))
}
