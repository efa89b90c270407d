//! The rules of the auction over rows in memory. Acts do the same work for each kind, amount and
//! outcome: both sides are computed and masks select.

use common::account::Account;
use common::amount::divided;
use common::answer::{outcome, Outcome};
use common::select::{add_if, equal, less, pick, when, Choice};

use crate::rows::{AccountRow, Best, BidRow, Lot, Market, ResultRow, FROZEN, NOT_SOLD, OPEN, SLOTS, SOLD};

/// Auctions of one seller that are not closed.
pub const PER_SELLER: usize = 2;
const BPS: u64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Cover = 0,
    Bid = 1,
    Settle = 2,
}

#[derive(Clone, Copy, Debug)]
pub struct Act {
    pub kind: Kind,
    pub auction_id: u64,
    /// Of a bid.
    pub amount: u128,
    /// Hash of the terms for which a bid is.
    pub terms: [u8; 32],
}

/// What surrounds an act and is public.
pub struct Scene {
    pub actor: Account,
    /// Seconds since 1970.
    pub now: u64,
    pub stopped: bool,
    /// The place of this act in the order of all acts.
    pub seq: u64,
}

/// Outcomes of an act: a place in this list. The order is that of the checks.
pub const OUTCOMES: [Outcome; 9] = [
    outcome("accepted", ""),
    refused("bids are not taken: before the start, after the end, or closed"),
    refused("the auction has other terms than the bid is for"),
    refused("this house takes no bids now (stopped)"),
    refused("the bid is below the minimum"),
    refused("the bid is not higher than your own"),
    refused("your free balance does not cover the bid"),
    refused("the auction is not closed yet"),
    refused("nothing to settle for you here"),
];
const NOT_CLOSED: u8 = 7;
const NOTHING: u8 = 8;

const fn refused(reason: &str) -> Outcome {
    outcome("refused", reason)
}

pub const ACCEPTED: u8 = 0;

pub struct Rows<'a> {
    pub market: &'a mut Market,
    pub account: &'a mut AccountRow,
    pub bid: &'a mut BidRow,
    pub result: &'a ResultRow,
}

/// Applies one act and returns its outcome.
pub fn act(rows: &mut Rows, scene: &Scene, act: &Act) -> u8 {
    let bid = bid(rows, scene, act);
    let settle = settle(rows, scene, act);
    let kind = act.kind as u8;
    let of_bid = pick(equal(kind, Kind::Bid as u8), ACCEPTED, bid);
    pick(equal(kind, Kind::Settle as u8), of_bid, settle)
}

/// Whoever owns the lot's slot: an act on a closed auction may meet the slot's next user.
fn in_slot(lot: &Lot, result: &ResultRow, id: u64) -> Choice {
    equal(lot.id, id) & equal(result.status, OPEN)
}

fn bid(rows: &mut Rows, scene: &Scene, act: &Act) -> u8 {
    let token = usize::from(rows.result.bid_token);
    let lot = &mut rows.market.lots[usize::from(rows.result.slot)];
    let account = &mut *rows.account;
    let own = rows.bid.amount;
    // No sum of what is owed in a token overflows: the escrow's total has 128 bits.
    let available = account.free[token].wrapping_add(own);
    let in_time = in_slot(lot, rows.result, act.auction_id)
        & !less(scene.now, lot.phase.starts_at)
        & less(scene.now, lot.phase.ends_at);
    let checks = [
        in_time,
        equal(lot.terms, act.terms),
        !when(scene.stopped),
        !less(act.amount, lot.min_bid),
        less(own, act.amount),
        !less(available, act.amount),
    ];
    let mut outcome = ACCEPTED;
    for (i, passed) in checks.iter().enumerate().rev() {
        outcome = pick(*passed, i as u8 + 1, outcome);
    }
    let counts = equal(act.kind as u8, Kind::Bid as u8) & equal(outcome, ACCEPTED);
    account.free[token] = pick(counts, account.free[token], available.wrapping_sub(act.amount));
    let locked = account.locked[token].wrapping_sub(own).wrapping_add(act.amount);
    account.locked[token] = pick(counts, account.locked[token], locked);
    rows.bid.amount = pick(counts, own, act.amount);
    rows.bid.n = pick(counts, rows.bid.n, scene.seq);
    rank(lot, counts, Best { bidder: scene.actor, amount: act.amount, seq: scene.seq });
    outcome
}

/// Keeps best and second. An equal amount does not displace: the earlier act is the better one.
fn rank(lot: &mut Lot, counts: Choice, new: Best) {
    let best = lot.best;
    let mine = equal(best.bidder, new.bidder);
    let higher = less(best.amount, new.amount);
    let leads = counts & higher;
    let larger = pick(less(lot.second, new.amount), lot.second, new.amount);
    let second = pick(counts & !higher, lot.second, larger);
    lot.second = pick(leads & !mine, second, best.amount);
    lot.best = Best {
        bidder: pick(leads, best.bidder, new.bidder),
        amount: pick(leads, best.amount, new.amount),
        seq: pick(leads, best.seq, new.seq),
    };
}

fn settle(rows: &mut Rows, scene: &Scene, act: &Act) -> u8 {
    let result = rows.result;
    let closed = !equal(result.status, OPEN) & !equal(result.status, FROZEN);
    let sold = equal(result.status, SOLD);
    let bidder = !equal(rows.bid.amount, 0) & !when(rows.bid.bid_settled);
    let seller = equal(result.seller, scene.actor) & !when(rows.bid.sale_settled);
    let asked = equal(act.kind as u8, Kind::Settle as u8) & closed;
    let as_bidder = asked & bidder;
    let as_seller = asked & seller;
    let won = sold & equal(result.winner, scene.actor);

    let refund = rows.bid.amount.wrapping_sub(pick(won, 0, result.price));
    let (bids, lots) = (usize::from(result.bid_token), usize::from(result.lot_token));
    let account = &mut *rows.account;
    add_if(as_bidder, &mut account.free[bids], refund);
    add_if(as_seller & sold, &mut account.free[bids], result.proceeds);
    let lot = (as_bidder & won) | (as_seller & !sold);
    add_if(lot, &mut account.free[lots], result.lot_amount);
    let unlocked = account.locked[bids].wrapping_sub(rows.bid.amount);
    account.locked[bids] = pick(as_bidder, account.locked[bids], unlocked);
    rows.bid.bid_settled = (when(rows.bid.bid_settled) | as_bidder).into();
    rows.bid.sale_settled = (when(rows.bid.sale_settled) | as_seller).into();
    pick(bidder | seller, pick(closed, NOT_CLOSED, NOTHING), pick(closed, NOT_CLOSED, ACCEPTED))
}

/// The first free slot, unless the house is full or the seller has two auctions.
pub fn free_slot(market: &Market, seller: &Account) -> Result<usize, &'static str> {
    let own = market.lots.iter().filter(|lot| lot.id != 0 && lot.seller == *seller).count();
    if own >= PER_SELLER {
        return Err("a seller has at most 2 auctions that are not closed");
    }
    let free = market.lots.iter().position(|lot| lot.id == 0);
    free.ok_or("all 16 slots of this house are taken: close an auction that is over, or wait")
}

/// The part of the price that the house takes, rounded down. At most 10,000 basis points.
pub fn fee_of(price: u128, bps: u16) -> u128 {
    let (whole, bps) = (divided::<BPS>(price), u128::from(bps));
    whole * bps + divided::<BPS>((price - whole * u128::from(BPS)) * bps)
}

/// Takes an auction out of the market; its slot is free for another.
pub fn leave(market: &mut Market, result: &ResultRow) -> Lot {
    std::mem::take(&mut market.lots[usize::from(result.slot) % SLOTS])
}

/// Decides an auction that is over, and returns the fee.
pub fn close(lot: &Lot, result: &mut ResultRow, fee_bps: u16) -> u128 {
    let sold = !equal(lot.best.amount, 0) & !less(lot.best.amount, lot.reserve);
    let floor = pick(less(lot.min_bid, lot.reserve), lot.min_bid, lot.reserve);
    let second = pick(less(floor, lot.second), floor, lot.second);
    let price = pick(when(lot.second_price), lot.best.amount, second);
    let fee = fee_of(price, fee_bps);
    result.status = pick(sold, NOT_SOLD, SOLD);
    result.winner = pick(sold, [0; 20], lot.best.bidder);
    result.price = pick(sold, 0, price);
    result.proceeds = pick(sold, 0, price - fee);
    pick(sold, 0, fee)
}
