//! The only place that changes balances and histories.

use common::seed::Stream;
use cosmwasm_std::{Api, Env, StdError, StdResult, Storage};

use crate::notices::Notices;
use crate::store::account::{self, AccountRow};
use crate::store::history::{Action, Entry};
use crate::store::{account_of, history, Account};

/// A movement between accounts, or in or out of existence, and who sees it in the history.
pub struct Movement<'a> {
    pub debit: Option<&'a Account>,
    pub credit: Option<&'a Account>,
    pub amount: u128,
    pub witnesses: Vec<&'a Account>,
    pub entry: Entry,
}

pub struct Cover<'a> {
    pub decoys: Vec<Account>,
    pub entropy: &'a [u8],
}

impl Cover<'_> {
    pub fn none() -> Cover<'static> {
        Cover { decoys: vec![], entropy: &[] }
    }

    pub fn new<'a>(api: &dyn Api, decoys: &Option<Vec<String>>, entropy: &'a [u8]) -> StdResult<Cover<'a>> {
        let decoys =
            decoys.iter().flatten().map(|address| account_of(api, address)).collect::<StdResult<_>>()?;
        Ok(Cover { decoys, entropy })
    }
}

/// Real accounts and decoys are read and written alike, in an order nobody can foresee.
pub fn apply(
    storage: &mut dyn Storage,
    env: &Env,
    movement: &Movement,
    cover: &Cover,
    mut notices: Option<&mut Notices>,
) -> StdResult<()> {
    if let Some(notices) = &mut notices {
        notices.movement();
    }
    let mut accounts: Vec<&Account> = vec![];
    let real = movement.debit.iter().chain(movement.credit.iter()).chain(movement.witnesses.iter()).copied();
    for account in real.chain(cover.decoys.iter()) {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    if !cover.decoys.is_empty() {
        Stream::of_block(env, &[b"decoys", cover.entropy]).shuffle(&mut accounts);
    }
    let real_entry = movement.entry.encode();
    let decoy_entry = Entry::decoy_of(&real_entry);
    for account in accounts {
        let mut row = account::load(storage, account)?;
        let index = row.entries;
        touch(account, &mut row, movement)?;
        if let Some(notices) = &mut notices {
            tell(account, &mut row, movement, notices);
        }
        let is_witness = movement.witnesses.contains(&account);
        history::save(storage, account, index, if is_witness { &real_entry } else { &decoy_entry });
        account::save(storage, account, &row)?;
    }
    Ok(())
}

fn touch(account: &Account, row: &mut AccountRow, movement: &Movement) -> StdResult<()> {
    if movement.debit == Some(account) {
        let balance = row.balance;
        row.balance = balance.checked_sub(movement.amount).ok_or_else(|| {
            StdError::generic_err(format!(
                "insufficient funds: balance={balance}, required={}",
                movement.amount
            ))
        })?;
    }
    if movement.credit == Some(account) {
        row.balance = row
            .balance
            .checked_add(movement.amount)
            .ok_or_else(|| StdError::generic_err("the balance would exceed 2^128 - 1"))?;
    }
    row.entries = row.entries.checked_add(1).ok_or_else(|| StdError::generic_err("the history is full"))?;
    if movement.witnesses.contains(&account) {
        row.transactions += 1;
        if matches!(movement.entry.action, Action::Transfer { .. }) {
            row.transfers += 1;
        }
    }
    Ok(())
}

/// Transfers, mints and burns notify, as in the public SNIP-20 reference; deposits and redemptions do not.
fn tell(account: &Account, row: &mut AccountRow, movement: &Movement, notices: &mut Notices) {
    if matches!(movement.entry.action, Action::Deposit | Action::Redeem) {
        return;
    }
    if movement.credit == Some(account) {
        let memo_len = movement.entry.memo.as_ref().map_or(0, String::len);
        notices.receive(account, row, movement.amount, movement.debit, memo_len);
    }
    if movement.debit == Some(account) {
        notices.spend(account, row, movement.amount, movement.credit);
    }
}
