use cosmwasm_std::{BankMsg, Coin, Env, StdError, StdResult, Storage};

use super::transfer::spend_allowance;
use super::Call;
use crate::ledger::{apply, Cover, Movement};
use crate::msg::{Burn, BurnFrom, Deposit, Mint, Redeem};
use crate::store::config::{self, Config};
use crate::store::history::{Action, Entry};
use crate::store::Account;

/// Initial balances: minted by the admin, without the checks of a mint message.
pub fn create(
    storage: &mut dyn Storage,
    env: &Env,
    minter: &Account,
    recipient: &Account,
    amount: u128,
) -> StdResult<()> {
    let action = Action::Mint { minter: minter.clone(), recipient: recipient.clone() };
    let movement = Movement {
        debit: None,
        credit: Some(recipient),
        amount,
        witnesses: vec![recipient],
        entry: Entry::new(&env.block, action, amount, None),
    };
    config::increase_supply(storage, amount)?;
    apply(storage, env, &movement, &Cover::none(), None)
}

pub fn mint(call: &mut Call, msg: Mint) -> StdResult<()> {
    enabled(Config::load(call.storage)?.mint_enabled, "mint")?;
    if !config::minters(call.storage)?.contains(&call.sender) {
        return Err(StdError::generic_err("only a minter may do this"));
    }
    let recipient = call.account(&msg.recipient)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    let amount = msg.amount.0;
    config::increase_supply(call.storage, amount)?;
    let action = Action::Mint { minter: call.sender.clone(), recipient: recipient.clone() };
    let movement = Movement {
        debit: None,
        credit: Some(&recipient),
        amount,
        witnesses: vec![&recipient, &call.sender],
        entry: Entry::new(&call.env.block, action, amount, msg.memo),
    };
    apply(call.storage, &call.env, &movement, &cover, Some(&mut call.notices))
}

pub fn burn(call: &mut Call, msg: Burn) -> StdResult<()> {
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    let owner = call.sender.clone();
    destroy(call, &owner, msg.amount.0, msg.memo, &cover)
}

pub fn burn_from(call: &mut Call, msg: BurnFrom) -> StdResult<()> {
    let owner = call.account(&msg.owner)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    spend_allowance(call, &owner, msg.amount)?;
    destroy(call, &owner, msg.amount.0, msg.memo, &cover)
}

fn destroy(
    call: &mut Call,
    owner: &Account,
    amount: u128,
    memo: Option<String>,
    cover: &Cover,
) -> StdResult<()> {
    enabled(Config::load(call.storage)?.burn_enabled, "burn")?;
    let action = Action::Burn { burner: call.sender.clone(), owner: owner.clone() };
    let movement = Movement {
        debit: Some(owner),
        credit: None,
        amount,
        witnesses: vec![owner, &call.sender],
        entry: Entry::new(&call.env.block, action, amount, memo),
    };
    apply(call.storage, &call.env, &movement, cover, Some(&mut call.notices))?;
    config::decrease_supply(call.storage, amount)
}

pub fn deposit(call: &mut Call, msg: Deposit) -> StdResult<()> {
    let config = Config::load(call.storage)?;
    enabled(config.deposit_enabled, "deposit")?;
    let funds = std::mem::take(&mut call.info.funds);
    if funds.iter().all(|coin| coin.amount.is_zero()) {
        return Err(StdError::generic_err("no coins were sent to deposit"));
    }
    for coin in funds {
        if !config.supported_denoms.contains(&coin.denom) {
            return Err(StdError::generic_err(format!("{} is not a supported denomination", coin.denom)));
        }
        let cover = call.cover(&msg.decoys, &msg.entropy)?;
        native_movement(call, Action::Deposit, coin, &cover)?;
    }
    Ok(())
}

pub fn redeem(call: &mut Call, msg: Redeem) -> StdResult<()> {
    let config = Config::load(call.storage)?;
    enabled(config.redeem_enabled, "redeem")?;
    let denom = match (msg.denom, config.supported_denoms.as_slice()) {
        (Some(denom), supported) if supported.contains(&denom) => denom,
        (Some(denom), _) => {
            return Err(StdError::generic_err(format!("{denom} is not a supported denomination")))
        }
        (None, [only]) => only.clone(),
        (None, _) => return Err(StdError::generic_err("tell which denomination to redeem")),
    };
    if msg.amount.0 == 0 {
        return Err(StdError::generic_err("nothing to redeem"));
    }
    let coin = Coin { denom, amount: msg.amount.0.into() };
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    native_movement(call, Action::Redeem, coin.clone(), &cover)?;
    let to_address = call.info.sender.to_string();
    call.messages.push(BankMsg::Send { to_address, amount: vec![coin] }.into());
    Ok(())
}

/// One native coin is one token.
fn native_movement(call: &mut Call, action: Action, coin: Coin, cover: &Cover) -> StdResult<()> {
    let amount = coin.amount.u128();
    let deposit = action == Action::Deposit;
    let mut entry = Entry::new(&call.env.block, action, amount, None);
    entry.denom = Some(coin.denom);
    let owner = &call.sender;
    let movement = Movement {
        debit: if deposit { None } else { Some(owner) },
        credit: if deposit { Some(owner) } else { None },
        amount,
        witnesses: vec![owner],
        entry,
    };
    apply(call.storage, &call.env, &movement, cover, Some(&mut call.notices))?;
    if deposit {
        config::increase_supply(call.storage, amount)
    } else {
        config::decrease_supply(call.storage, amount)
    }
}

fn enabled(flag: bool, what: &str) -> StdResult<()> {
    if flag {
        return Ok(());
    }
    Err(StdError::generic_err(format!("{what} is not enabled for this token")))
}
