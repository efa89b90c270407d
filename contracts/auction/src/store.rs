//! Where the rows stand. First bytes below 0xf0 are this contract's, the others belong to `common`.

use common::account::Account;
use common::json::to_vec;
use common::rows::{key, load, save};
use cosmwasm_std::{StdError, StdResult, Storage};

use crate::msg::Terms;
use crate::rows::{AccountRow, BidRow, FrozenRow, HouseRow, Market, ResultRow};

const MARKET: u8 = b'm';
const HOUSE: u8 = b'h';
const ACCOUNT: u8 = b'a';
const BID: u8 = b'b';
const RESULT: u8 = b'r';
const TERMS: u8 = b't';
const FROZEN: u8 = b'f';

/// Ids from 1 on belong to auctions.
const BLANK: u64 = 0;
const NOTHING: u64 = u64::MAX;

pub fn market(storage: &dyn Storage) -> StdResult<Market> {
    load(storage, &key(MARKET, &[]))?.ok_or_else(|| StdError::not_found("market"))
}

pub fn save_market(storage: &mut dyn Storage, market: &Market) -> StdResult<()> {
    save(storage, &key(MARKET, &[]), market)
}

pub fn house(storage: &dyn Storage) -> StdResult<HouseRow> {
    load(storage, &key(HOUSE, &[]))?.ok_or_else(|| StdError::not_found("house"))
}

pub fn save_house(storage: &mut dyn Storage, house: &HouseRow) -> StdResult<()> {
    save(storage, &key(HOUSE, &[]), house)
}

pub fn account(storage: &dyn Storage, account: &Account) -> StdResult<AccountRow> {
    Ok(load(storage, &key(ACCOUNT, &[account]))?.unwrap_or_default())
}

pub fn save_account(storage: &mut dyn Storage, account: &Account, row: &AccountRow) -> StdResult<()> {
    save(storage, &key(ACCOUNT, &[account]), row)
}

fn bid_key(id: u64, account: &Account) -> Vec<u8> {
    key(BID, &[&id.to_be_bytes(), account])
}

/// The row that stands in for an absent bid; see `bid`.
pub fn save_blank(storage: &mut dyn Storage) -> StdResult<()> {
    save(storage, &bid_key(BLANK, &[0; 20]), &BidRow::default())
}

/// A first act reads the blank row after the absent one, a later act an absent row after its own.
/// Otherwise the bytes read, and so the gas, would show who acts on an auction for the first time.
pub fn bid(storage: &dyn Storage, id: u64, account: &Account) -> StdResult<BidRow> {
    let own: Option<BidRow> = load(storage, &bid_key(id, account))?;
    let other = if own.is_some() { NOTHING } else { BLANK };
    let blank: Option<BidRow> = load(storage, &bid_key(other, &[0; 20]))?;
    Ok(own.or(blank).unwrap_or_default())
}

pub fn save_bid(storage: &mut dyn Storage, id: u64, account: &Account, row: &BidRow) -> StdResult<()> {
    save(storage, &bid_key(id, account), row)
}

/// Fails for an id that no auction has; ids are public.
pub fn result(storage: &dyn Storage, id: u64) -> StdResult<ResultRow> {
    load(storage, &key(RESULT, &[&id.to_be_bytes()]))?
        .ok_or_else(|| StdError::generic_err(format!("no auction {id} in this house")))
}

pub fn save_result(storage: &mut dyn Storage, id: u64, row: &ResultRow) -> StdResult<()> {
    save(storage, &key(RESULT, &[&id.to_be_bytes()]), row)
}

pub fn frozen(storage: &dyn Storage, id: u64) -> StdResult<FrozenRow> {
    load(storage, &key(FROZEN, &[&id.to_be_bytes()]))?.ok_or_else(|| StdError::not_found("frozen auction"))
}

pub fn save_frozen(storage: &mut dyn Storage, row: &FrozenRow) -> StdResult<()> {
    save(storage, &key(FROZEN, &[&row.lot.id.to_be_bytes()]), row)
}

/// JSON of `Terms`.
pub fn terms(storage: &dyn Storage, id: u64) -> StdResult<Vec<u8>> {
    let bytes = storage.get(&key(TERMS, &[&id.to_be_bytes()]));
    bytes.ok_or_else(|| StdError::generic_err(format!("no auction {id} in this house")))
}

pub fn save_terms(storage: &mut dyn Storage, terms: &Terms) {
    storage.set(&key(TERMS, &[&terms.auction_id.0.to_be_bytes()]), &to_vec(terms));
}
