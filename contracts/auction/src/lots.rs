//! Auctions are created, cancelled before their start, and closed after their end by anyone.

use common::account::Account;
use common::amount::Id;
use common::answer::answer;
use common::status::{self, Entry};
use common::{seed, vault};
use cosmwasm_std::{Addr, Binary, DepsMut, Env, Response, StdError, StdResult};

use crate::leaf::{payload, LeafKind};
use crate::msg::{CreateAuction, Created, ExecuteAnswer, Format, LotMsg, LotTokens, Terms, SUCCESS};
use crate::rows::{HouseRow, Lot, Market, ResultRow, CANCELLED, OPEN};
use crate::{rules, store};

const DAY: u64 = 86_400;
/// A bid cannot be taken back, so its time is bounded.
pub const MAX_DURATION: u64 = 30 * DAY;
/// A slot cannot be kept for longer before the start.
pub const MAX_AHEAD: u64 = 30 * DAY;
pub const MAX_TITLE: usize = 128;

pub fn create(
    deps: DepsMut,
    env: &Env,
    address: &Addr,
    seller: &Account,
    msg: CreateAuction,
) -> StdResult<Response> {
    status::check(deps.storage, env, Entry::New)?;
    let house = store::house(deps.storage)?;
    let LotMsg::Token(lot) = &msg.lot;
    check_terms(&house, env.block.time.seconds(), lot, &msg)?;
    let seed = seed::load(deps.storage)?;
    let mut market = store::market(deps.storage)?;
    let slot = rules::free_slot(&market, seller).map_err(StdError::generic_err)?;
    let mut account = store::account(deps.storage, seller)?;
    let free = &mut account.free[usize::from(lot.index)];
    *free = free
        .checked_sub(lot.amount.0)
        .ok_or_else(|| StdError::generic_err("your free balance does not cover the lot: deposit it first"))?;
    let id = market.last_id + 1;
    let reserve = msg.reserve.map_or(0, |reserve| reserve.0);
    market.last_id = id;
    market.lots[slot] = Lot {
        id,
        seller: *seller,
        starts_at: msg.starts_at,
        ends_at: msg.ends_at,
        second_price: msg.format == Format::SecondPrice,
        min_bid: msg.min_bid.0,
        reserve,
        ..Lot::default()
    };
    let stated = payload(LeafKind::Create as u8, seller, id, reserve, 0);
    let leaf = market.head.append(&seed, seller, &stated);
    let result = ResultRow {
        slot: slot as u8,
        seller: *seller,
        bid_token: msg.bid_token,
        lot_token: lot.index,
        lot_amount: lot.amount.0,
        reveal_price: msg.reveal.price,
        reveal_winner: msg.reveal.winner,
        ..ResultRow::default()
    };
    let data = answer(&ExecuteAnswer::CreateAuction(Created {
        status: "created",
        auction_id: Id(id),
        n: Id(leaf.n),
        salt: Binary(leaf.salt.to_vec()),
    }))?;
    store::save_market(deps.storage, &market)?;
    store::save_account(deps.storage, seller, &account)?;
    store::save_result(deps.storage, id, &result)?;
    store::save_terms(deps.storage, &public_terms(id, address, msg))?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}

fn public_terms(id: u64, address: &Addr, msg: CreateAuction) -> Terms {
    Terms {
        auction_id: Id(id),
        seller: address.to_string(),
        title: msg.title,
        lot: msg.lot,
        bid_token: msg.bid_token,
        format: msg.format,
        min_bid: msg.min_bid,
        starts_at: msg.starts_at,
        ends_at: msg.ends_at,
        reveal: msg.reveal,
    }
}

fn check_terms(house: &HouseRow, now: u64, lot: &LotTokens, msg: &CreateAuction) -> StdResult<()> {
    let refuse = |text: &str| Err(StdError::generic_err(text));
    if msg.witnesses.is_some() {
        return refuse("witnesses are not supported: leave the field out");
    }
    if lot.index >= house.tokens || msg.bid_token >= house.tokens {
        return refuse("this house has no token with that index");
    }
    if lot.index == msg.bid_token {
        return refuse("lot and bids must be of different tokens");
    }
    if lot.amount.0 == 0 {
        return refuse("the lot must not be empty");
    }
    if msg.title.len() > MAX_TITLE {
        return refuse("the title has more than 128 bytes");
    }
    if msg.starts_at > now.saturating_add(MAX_AHEAD) {
        return refuse("starts_at is more than 30 days ahead");
    }
    let Some(duration) = msg.ends_at.checked_sub(msg.starts_at.max(now)) else {
        return refuse("ends_at is before starts_at or now: both are seconds since 1970");
    };
    if duration < house.min_duration {
        return Err(StdError::generic_err(format!(
            "an auction of this house must last {} seconds",
            house.min_duration
        )));
    }
    if msg.ends_at - msg.starts_at.max(now) > MAX_DURATION {
        return refuse("an auction lasts at most 30 days: bids are binding");
    }
    Ok(())
}

/// The lot returns when the seller settles.
pub fn cancel(deps: DepsMut, env: &Env, actor: &Account, id: u64) -> StdResult<Response> {
    let mut result = store::result(deps.storage, id)?;
    let seed = seed::load(deps.storage)?;
    let mut market = store::market(deps.storage)?;
    let lot = open_lot(&market, &result)?;
    if result.seller != *actor {
        return Err(StdError::generic_err("only the seller may cancel"));
    }
    if env.block.time.seconds() >= lot.starts_at {
        return Err(StdError::generic_err("an auction that has started cannot be cancelled"));
    }
    market.lots[usize::from(result.slot)] = Lot::default();
    result.status = CANCELLED;
    let data = answer(&ExecuteAnswer::Cancel(SUCCESS))?;
    let kind = LeafKind::Cancel;
    decided(deps, Decided { seed, market, result, actor, id, kind }, data)
}

pub fn close(deps: DepsMut, env: &Env, actor: &Account, id: u64) -> StdResult<Response> {
    let mut result = store::result(deps.storage, id)?;
    let seed = seed::load(deps.storage)?;
    let mut market = store::market(deps.storage)?;
    let lot = open_lot(&market, &result)?;
    if env.block.time.seconds() < lot.ends_at {
        return Err(StdError::generic_err(format!("bids are taken until {}: close after it", lot.ends_at)));
    }
    let house = store::house(deps.storage)?;
    let mut receiver = store::account(deps.storage, &house.fee_to)?;
    let fee = rules::close(&mut market, &mut result, house.fee_bps);
    vault::credit(&mut receiver.free, result.bid_token.into(), fee)?;
    store::save_account(deps.storage, &house.fee_to, &receiver)?;
    let data = answer(&ExecuteAnswer::Close(SUCCESS))?;
    let kind = LeafKind::Close;
    decided(deps, Decided { seed, market, result, actor, id, kind }, data)
}

fn open_lot(market: &Market, result: &ResultRow) -> StdResult<Lot> {
    if result.status != OPEN {
        return Err(StdError::generic_err("this auction is closed already"));
    }
    Ok(market.lots[usize::from(result.slot)])
}

struct Decided<'a> {
    seed: [u8; 32],
    market: Market,
    result: ResultRow,
    actor: &'a Account,
    id: u64,
    kind: LeafKind,
}

/// The leaf of a close states no price and its salt is not given out: with the salt, its caller
/// could try prices until the leaf fits.
fn decided(deps: DepsMut, decided: Decided, data: Binary) -> StdResult<Response> {
    let Decided { seed, mut market, mut result, actor, id, kind } = decided;
    let stated = payload(kind as u8, actor, id, 0, result.status);
    let leaf = market.head.append(&seed, actor, &stated);
    result.head = market.head.clone();
    store::save_market(deps.storage, &market)?;
    store::save_result(deps.storage, id, &result)?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}
