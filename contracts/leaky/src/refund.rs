//! A bid with a fixed deposit of coins, and the moment at which it is paid back.

use cosmwasm_std::{coins, BankMsg, DepsMut, MessageInfo, Response, StdError, StdResult};

/// Bids below it lose.
const BEST: u64 = 1_000;
const DEPOSIT: u128 = 100;
const HELD: &[u8] = b"held";

pub fn bid(deps: DepsMut, info: &MessageInfo, secret: u64, cured: bool) -> StdResult<Response> {
    if info.funds != coins(DEPOSIT, "uscrt") {
        return Err(StdError::generic_err("the deposit is 100uscrt"));
    }
    let at_once = !cured && secret < BEST;
    // The first byte says whether the deposit is still here.
    let held = [&[u8::from(!at_once)], info.sender.as_bytes()].concat();
    deps.storage.set(HELD, &held);
    if at_once {
        return Ok(Response::new().add_message(pay(info.sender.to_string())));
    }
    Ok(Response::new())
}

pub fn settle(deps: DepsMut) -> StdResult<Response> {
    let held = deps.storage.get(HELD).ok_or_else(|| StdError::generic_err("no bid"))?;
    deps.storage.set(HELD, &[&[0], &held[1..]].concat());
    if held[0] == 0 {
        return Ok(Response::new());
    }
    let bidder = String::from_utf8(held[1..].to_vec()).map_err(|_| StdError::generic_err("damaged row"))?;
    Ok(Response::new().add_message(pay(bidder)))
}

fn pay(to: String) -> BankMsg {
    BankMsg::Send { to_address: to, amount: coins(DEPOSIT, "uscrt") }
}
