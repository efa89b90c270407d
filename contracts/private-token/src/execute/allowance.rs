use common::json::to_vec;
use cosmwasm_std::{Binary, StdError, StdResult, Uint128};

use super::Call;
use crate::answer::ExecuteAnswer;
use crate::msg::ChangeAllowance;
use crate::store::account;
use crate::store::allowance::{self, Allowance};

pub fn increase(call: &mut Call, msg: ChangeAllowance) -> StdResult<Binary> {
    let allowance = change(call, &msg, |now, amount| now.saturating_add(amount))?;
    let (spender, owner) = (msg.spender, call.info.sender.to_string());
    Ok(Binary(to_vec(&ExecuteAnswer::IncreaseAllowance { spender, owner, allowance })))
}

pub fn decrease(call: &mut Call, msg: ChangeAllowance) -> StdResult<Binary> {
    let allowance = change(call, &msg, |now, amount| now.saturating_sub(amount))?;
    let (spender, owner) = (msg.spender, call.info.sender.to_string());
    Ok(Binary(to_vec(&ExecuteAnswer::DecreaseAllowance { spender, owner, allowance })))
}

/// An expired allowance counts as none: neither its amount nor its end is kept.
fn change(call: &mut Call, msg: &ChangeAllowance, amount: fn(u128, u128) -> u128) -> StdResult<Uint128> {
    let spender = call.account(&msg.spender)?;
    if spender == call.sender {
        return Err(StdError::generic_err("an account needs no allowance from itself"));
    }
    let now = match allowance::load(call.storage, &call.sender, &spender)? {
        Some(kept) if !kept.is_expired(&call.env.block) => kept,
        _ => Allowance::default(),
    };
    let next =
        Allowance { amount: amount(now.amount, msg.amount.0), expiration: msg.expiration.or(now.expiration) };
    allowance::save(call.storage, &call.sender, &spender, &next)?;
    let mut row = account::load(call.storage, &spender)?;
    call.notices.allow(&spender, &mut row, next.amount, &call.sender, next.expiration);
    account::save(call.storage, &spender, &row)?;
    Ok(next.amount.into())
}
