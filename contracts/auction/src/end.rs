//! After the end, by anyone: an auction with witnesses is frozen, they confirm, and it is closed. One
//! without witnesses is closed at once.

use common::account::Account;
use common::admin::Powers;
use common::answer::answer;
use common::phase::Moment;
use common::witness::Witnesses;
use common::{seed, vault};
use cosmwasm_std::{Binary, DepsMut, Env, Response, StdError, StdResult};

use crate::leaf::{payload, LeafKind};
use crate::msg::{Confirm, ExecuteAnswer, SUCCESS};
use crate::rows::{FrozenRow, Lot, Market, ResultRow, FROZEN, OPEN};
use crate::{rules, store};

pub fn freeze(deps: DepsMut, env: &Env, id: u64) -> StdResult<Response> {
    let mut result = store::result(deps.storage, id)?;
    let mut market = store::market(deps.storage)?;
    let lot = over(env, &market, &result, id)?;
    if !lot.has_witnesses {
        return Err(StdError::generic_err("this auction has no witnesses: close it without a freeze"));
    }
    rules::leave(&mut market, &result);
    result.status = FROZEN;
    let frozen = FrozenRow { lot, head: market.head, at: env.block.time.seconds() };
    store::save_frozen(deps.storage, &frozen)?;
    store::save_market(deps.storage, &market)?;
    store::save_result(deps.storage, id, &result)?;
    Ok(Response::new().set_data(answer(&ExecuteAnswer::Freeze(SUCCESS))?))
}

pub fn confirm(deps: DepsMut, actor: &Account, msg: &Confirm) -> StdResult<Response> {
    let id = msg.auction_id.0;
    let result = store::result(deps.storage, id)?;
    if result.status != FROZEN {
        return Err(StdError::generic_err(if !result.has_witnesses {
            "this auction has no witnesses"
        } else if result.status == OPEN {
            "nothing is frozen yet: confirm after the freeze"
        } else {
            "this auction is closed already"
        }));
    }
    let frozen = store::frozen(deps.storage, id)?;
    let mut witnesses = Witnesses::load(deps.storage, id)?;
    witnesses.confirm(actor, &frozen.state(), msg.n.0, &msg.head)?;
    witnesses.save(deps.storage, id)?;
    Ok(Response::new().set_data(answer(&ExecuteAnswer::Confirm(SUCCESS))?))
}

pub fn close(deps: DepsMut, env: &Env, actor: &Account, id: u64) -> StdResult<Response> {
    let mut result = store::result(deps.storage, id)?;
    let mut market = store::market(deps.storage)?;
    let lot = if result.status == FROZEN {
        let frozen = store::frozen(deps.storage, id)?;
        let witnesses = Witnesses::load(deps.storage, id)?;
        witnesses.require_open(&frozen.state(), env.block.time.seconds())?;
        frozen.lot
    } else {
        let lot = over(env, &market, &result, id)?;
        if lot.has_witnesses {
            return Err(StdError::generic_err("this auction has witnesses: freeze it first"));
        }
        rules::leave(&mut market, &result)
    };
    let house = store::house(deps.storage)?;
    let fee_to = Powers::load(deps.storage)?.fee_receiver;
    let fee_to = fee_to.ok_or_else(|| StdError::not_found("receiver of fees"))?;
    let mut receiver = store::account(deps.storage, &fee_to)?;
    let fee = rules::close(&lot, &mut result, house.fee_bps);
    vault::credit(&mut receiver.free, result.bid_token.into(), fee)?;
    store::save_account(deps.storage, &fee_to, &receiver)?;
    let data = answer(&ExecuteAnswer::Close(SUCCESS))?;
    decided(deps, Decided { market, result, actor, id, kind: LeafKind::Close }, data)
}

/// The lot of an auction whose bids are over.
fn over(env: &Env, market: &Market, result: &ResultRow, id: u64) -> StdResult<Lot> {
    let lot = open_lot(market, result, id)?;
    if lot.phase.moment(&env.block) != Moment::After {
        let text = format!("bids are taken until {}: come back after it", lot.phase.ends_at);
        return Err(StdError::generic_err(text));
    }
    Ok(lot)
}

pub fn open_lot(market: &Market, result: &ResultRow, id: u64) -> StdResult<Lot> {
    if result.status == FROZEN {
        return Err(StdError::generic_err("this auction is frozen already"));
    }
    if result.status != OPEN {
        return Err(StdError::generic_err("this auction is closed already"));
    }
    let lot = market.lots[usize::from(result.slot)];
    if lot.id != id {
        // Only a hostile host serves an older row of the result with a newer one of the market.
        return Err(StdError::generic_err("this node serves a mix of rows"));
    }
    Ok(lot)
}

pub struct Decided<'a> {
    pub market: Market,
    pub result: ResultRow,
    pub actor: &'a Account,
    pub id: u64,
    pub kind: LeafKind,
}

/// The leaf of a close states no price and its salt is not given out: with the salt, its caller
/// could try prices until the leaf fits.
pub fn decided(deps: DepsMut, decided: Decided, data: Binary) -> StdResult<Response> {
    let Decided { mut market, mut result, actor, id, kind } = decided;
    let seed = seed::load(deps.storage)?;
    let stated = payload(kind as u8, actor, id, 0, result.status);
    let leaf = market.head.append(&seed, actor, &stated);
    result.head = market.head;
    store::save_market(deps.storage, &market)?;
    store::save_result(deps.storage, id, &result)?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}
