//! Money in by a token's hook, money out to whoever asks for the own balance.

use common::account::Account;
use common::amount::Amount;
use common::answer::{answer, outcome, verdict_answer, Outcome};
use common::hook::Receive;
use common::status::{self, Entry};
use common::vault::{self, Escrow, Purse, Vault, MAX_TOKENS};
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, StdError, StdResult};

use crate::msg::{Deposit, ExecuteAnswer, HookMsg, SUCCESS};
use crate::store;

const VERDICTS: [Outcome; 2] =
    [outcome("refused", "your free balance does not cover it"), outcome("accepted", "")];

/// Every error undoes the token's transfer.
pub fn deposit(deps: DepsMut, env: &Env, info: &MessageInfo, msg: &Receive) -> StdResult<Response> {
    let HookMsg::Deposit(Deposit { bind, .. }) = msg.message()?;
    let received = msg.received(deps.api, &Vault::load(deps.storage)?, info)?;
    bind.check(env, &received.from)?;
    status::check(deps.storage, env, Entry::New)?;
    let mut escrow = Escrow::load(deps.storage)?;
    let mut account = store::account(deps.storage, &received.user)?;
    // The sum of all accounts has 128 bits, so no later credit of a part of it can fail.
    escrow.take_in(received.token, received.amount)?;
    vault::credit(&mut account.free, received.token, received.amount)?;
    escrow.save(deps.storage)?;
    store::save_account(deps.storage, &received.user, &account)?;
    Ok(Response::new().set_data(answer(&ExecuteAnswer::Receive(SUCCESS))?))
}

/// All or nothing: when one amount is not covered, every token gets a transfer of zero. A token that
/// fails every transfer blocks it, so `only` calls one token.
pub fn withdraw(
    deps: DepsMut,
    owner: &Account,
    to: &Addr,
    amounts: &[Amount],
    only: Option<usize>,
) -> StdResult<Response> {
    let vault = Vault::load(deps.storage)?;
    let tokens = vault.len();
    if amounts.len() != tokens {
        return Err(StdError::generic_err(format!(
            "amounts must have one entry for each of {tokens} tokens"
        )));
    }
    if only.is_some_and(|only| only >= tokens) {
        return Err(StdError::generic_err("this house has no token with that index"));
    }
    if only.is_some_and(|only| amounts.iter().enumerate().any(|(at, amount)| at != only && amount.0 != 0)) {
        return Err(StdError::generic_err("with only, the amounts of all other tokens are 0"));
    }
    let mut asked: Purse = [0; MAX_TOKENS];
    for (asked, amount) in asked.iter_mut().zip(amounts) {
        *asked = amount.0;
    }
    let mut escrow = Escrow::load(deps.storage)?;
    let mut account = store::account(deps.storage, owner)?;
    let (covered, paid) = vault::withdraw(&mut account.free, &asked);
    escrow.pay_out(&paid)?;
    escrow.save(deps.storage)?;
    store::save_account(deps.storage, owner, &account)?;
    let data = verdict_answer("withdraw", &VERDICTS[usize::from(covered.unwrap_u8())])?;
    let calls = vault.payout(to, &paid)?.into_iter().enumerate();
    let calls = calls.filter(|(at, _)| only.map_or(true, |only| only == *at)).map(|(_, call)| call);
    Ok(Response::new().add_messages(calls).set_data(data))
}
