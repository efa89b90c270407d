use cosmwasm_std::{Deps, StdResult};

use crate::answer::{Coins, QueryAnswer, TransferTx, Tx, TxAction};
use crate::store::config::Config;
use crate::store::history::{load, Action, Entry};
use crate::store::{account, address_of, Account};

pub struct Page {
    number: u32,
    size: u32,
    hide_decoys: bool,
}

impl Page {
    pub fn new(number: Option<u32>, size: u32, hide_decoys: Option<bool>) -> Self {
        Page { number: number.unwrap_or(0), size, hide_decoys: hide_decoys.unwrap_or(true) }
    }
}

pub fn transfers(deps: Deps, account: &Account, page: Page) -> StdResult<QueryAnswer> {
    let row = account::load(deps.storage, account)?;
    let symbol = Config::load(deps.storage)?.symbol;
    let entries =
        newest(deps, account, row.entries, &page, |action| matches!(action, Action::Transfer { .. }))?;
    let mut txs = Vec::with_capacity(entries.len());
    for (id, entry) in entries {
        let Action::Transfer { from, sender, recipient } = &entry.action else { continue };
        txs.push(TransferTx {
            id,
            from: address_of(deps.api, from)?,
            sender: address_of(deps.api, sender)?,
            receiver: address_of(deps.api, recipient)?,
            coins: Coins { denom: symbol.clone(), amount: entry.amount.into() },
            memo: entry.memo,
            block_time: entry.time,
            block_height: entry.height,
        });
    }
    Ok(QueryAnswer::TransferHistory { txs, total: row.transfers })
}

pub fn transactions(deps: Deps, account: &Account, page: Page) -> StdResult<QueryAnswer> {
    let row = account::load(deps.storage, account)?;
    let symbol = Config::load(deps.storage)?.symbol;
    let hide_decoys = page.hide_decoys;
    let entries =
        newest(deps, account, row.entries, &page, |action| !hide_decoys || *action != Action::Decoy)?;
    let mut txs = Vec::with_capacity(entries.len());
    for (id, entry) in entries {
        txs.push(Tx {
            id,
            action: action_answer(deps, &entry.action)?,
            coins: Coins {
                denom: entry.denom.unwrap_or_else(|| symbol.clone()),
                amount: entry.amount.into(),
            },
            memo: entry.memo,
            block_time: entry.time,
            block_height: entry.height,
        });
    }
    let total = if hide_decoys { row.transactions } else { row.entries };
    Ok(QueryAnswer::TransactionHistory { txs, total })
}

/// Walks back from the newest entry; an id is the entry's place in this account's own history, from 1.
fn newest(
    deps: Deps,
    account: &Account,
    entries: u32,
    page: &Page,
    wanted: impl Fn(&Action) -> bool,
) -> StdResult<Vec<(u32, Entry)>> {
    let mut skip = u64::from(page.number) * u64::from(page.size);
    let mut found = vec![];
    for index in (0..entries).rev() {
        if found.len() as u64 >= u64::from(page.size) {
            break;
        }
        let entry = load(deps.storage, account, index)?;
        if !wanted(&entry.action) {
            continue;
        }
        if skip > 0 {
            skip -= 1;
        } else {
            found.push((index + 1, entry));
        }
    }
    Ok(found)
}

fn action_answer(deps: Deps, action: &Action) -> StdResult<TxAction> {
    let address = |account: &Account| address_of(deps.api, account);
    Ok(match action {
        Action::Decoy => TxAction::Decoy {},
        Action::Transfer { from, sender, recipient } => TxAction::Transfer {
            from: address(from)?,
            sender: address(sender)?,
            recipient: address(recipient)?,
        },
        Action::Mint { minter, recipient } => {
            TxAction::Mint { minter: address(minter)?, recipient: address(recipient)? }
        }
        Action::Burn { burner, owner } => TxAction::Burn { burner: address(burner)?, owner: address(owner)? },
        Action::Deposit => TxAction::Deposit {},
        Action::Redeem => TxAction::Redeem {},
    })
}
