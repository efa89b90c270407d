//! Auctions are created, and cancelled before their start.

use common::account::Account;
use common::admin::Powers;
use common::amount::Id;
use common::answer::answer;
use common::phase::{Moment, Phase};
use common::seed;
use common::status::{self, Entry};
use common::vault::{self, Vault};
use common::witness::Witnesses;
use cosmwasm_std::{Addr, Binary, DepsMut, Env, Response, StdError, StdResult, Storage};

use crate::end::{decided, open_lot, Decided};
use crate::leaf::{payload, LeafKind};
use crate::msg::{CreateAuction, Created, ExecuteAnswer, Format, LotMsg, LotTokens, Terms, SUCCESS};
use crate::rows::{AccountRow, HouseRow, Lot, ResultRow, CANCELLED};
use crate::{rules, store, terms};

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
    check_terms(Vault::load(deps.storage)?.len(), env.block.time.seconds(), lot, &msg)?;
    let bounds = house.min_duration..=MAX_DURATION;
    let phase = Phase::new(&env.block, msg.starts_at, msg.ends_at, &bounds)?;
    let named = msg.witnesses.as_ref().map(|named| Witnesses::new(deps.api, named));
    let mut witnesses = named.transpose()?;
    let seed = seed::load(deps.storage)?;
    let mut market = store::market(deps.storage)?;
    let slot = rules::free_slot(&market, seller).map_err(StdError::generic_err)?;
    let mut account = store::account(deps.storage, seller)?;
    take(&mut account, lot.index, lot.amount.0, "the lot")?;
    take(&mut account, house.lot_fee_token, house.lot_fee, "the fee for a lot")?;
    let id = market.last_id + 1;
    let reserve = msg.reserve.map_or(0, |reserve| reserve.0);
    let terms = terms::hash(seller, &phase, witnesses.as_ref(), &msg);
    market.last_id = id;
    market.lots[slot] = Lot {
        id,
        seller: *seller,
        terms,
        phase,
        second_price: msg.format == Format::SecondPrice,
        has_witnesses: witnesses.is_some(),
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
        has_witnesses: witnesses.is_some(),
        ..ResultRow::default()
    };
    let data = answer(&ExecuteAnswer::CreateAuction(Created {
        status: "created",
        auction_id: Id(id),
        n: Id(leaf.n),
        salt: Binary(leaf.salt.to_vec()),
    }))?;
    let named = witnesses.as_ref().map(|witnesses| witnesses.named(deps.api)).transpose()?;
    if let Some(witnesses) = &mut witnesses {
        witnesses.create(deps.storage, id, terms)?;
    }
    store::save_market(deps.storage, &market)?;
    store::save_account(deps.storage, seller, &account)?;
    pay_lot_fee(deps.storage, &house)?;
    store::save_result(deps.storage, id, &result)?;
    store::save_terms(deps.storage, &Terms { witnesses: named, ..public_terms(id, address, msg) });
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}

fn take(account: &mut AccountRow, token: u8, amount: u128, what: &str) -> StdResult<()> {
    let free = &mut account.free[usize::from(token)];
    *free = free.checked_sub(amount).ok_or_else(|| {
        StdError::generic_err(format!("your free balance does not cover {what}: deposit it first"))
    })?;
    Ok(())
}

/// After the seller's row is stored: both may be one account. What it is, is public.
fn pay_lot_fee(storage: &mut dyn Storage, house: &HouseRow) -> StdResult<()> {
    let Some(to) = Powers::load(storage)?.fee_receiver.filter(|_| house.lot_fee > 0) else {
        return Ok(());
    };
    let mut receiver = store::account(storage, &to)?;
    vault::credit(&mut receiver.free, house.lot_fee_token.into(), house.lot_fee)?;
    store::save_account(storage, &to, &receiver)
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
        witnesses: None,
    }
}

fn check_terms(tokens: usize, now: u64, lot: &LotTokens, msg: &CreateAuction) -> StdResult<()> {
    let refuse = |text: &str| Err(StdError::generic_err(text));
    if usize::from(lot.index.max(msg.bid_token)) >= tokens {
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
    Ok(())
}

/// The lot returns when the seller settles.
pub fn cancel(deps: DepsMut, env: &Env, actor: &Account, id: u64) -> StdResult<Response> {
    let mut result = store::result(deps.storage, id)?;
    let mut market = store::market(deps.storage)?;
    let lot = open_lot(&market, &result, id)?;
    if result.seller != *actor {
        return Err(StdError::generic_err("only the seller may cancel"));
    }
    if lot.phase.moment(&env.block) != Moment::Before {
        return Err(StdError::generic_err("an auction that has started cannot be cancelled"));
    }
    rules::leave(&mut market, &result);
    result.status = CANCELLED;
    let data = answer(&ExecuteAnswer::Cancel(SUCCESS))?;
    decided(deps, Decided { market, result, actor, id, kind: LeafKind::Cancel }, data)
}
