//! The clearing of one batch: orders and pool meet at one price. Pure, without storage, the same work for every book of one
//! capacity: both sides of every secret decision are computed, and masks choose.
//!
//! The price is a whole number: quote units for `unit` base units, the same grid as the limits, so a limit is compared exactly.
//! Bounds: all base together and all quote together stay below 2^120 (`market.rs` refuses more), prices below 2^128, the unit at
//! most 10^30 < 2^100. Then the square in `Sums::meet` has 496 bits, with its part of 10,000 less than 510.

use common::select::{equal, less, pick, Choice, Select};
use subtle::ConditionallySelectable;

use crate::wide::{root_up, Wide};

pub const BPS: u128 = 10_000;
/// The largest price, and the limit of a buyer without one.
pub const MAX_PRICE: u128 = u128::MAX;

/// An order as the clearing sees it. A slot that takes no part has `active` = 0.
#[derive(Clone, Copy)]
pub struct Order {
    pub active: Choice,
    pub sells: Choice,
    /// Quote units for `unit` base units: the most that a buyer pays, the least that a seller takes.
    pub limit: u128,
    /// What the order still gives: quote of a buyer, base of a seller.
    pub remaining: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Pool {
    pub base: u128,
    pub quote: u128,
}

#[derive(Clone, Copy)]
pub struct Terms {
    /// The base amount that a price refers to, a power of ten.
    pub unit: u128,
    /// Half the width of the band of prices in which the pool does not trade, in 1/10,000.
    pub band_bps: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fill {
    /// What the order gives, rounded up.
    pub gives: u128,
    /// What it gets, rounded down, before the protocol's fee.
    pub gets: u128,
}

pub struct Batch {
    pub price: u128,
    /// Nothing changes hands when it is 0.
    pub traded: Choice,
    pub fills: Vec<Fill>,
    pub pool: Pool,
}

/// Sums of one book at one price.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Quote of buyers whose limit is above the price, and at it.
    bids: u128,
    bids_at: u128,
    /// Base of sellers whose limit is below the price, and at it.
    asks: u128,
    asks_at: u128,
}

fn only(choice: Choice, value: u128) -> u128 {
    pick(choice, 0, value)
}

/// Whether the order's limit is strictly better than the price, and whether it is the price.
fn place(order: &Order, price: u128) -> (Choice, Choice) {
    let inside =
        Choice::conditional_select(&less(price, order.limit), &less(order.limit, price), order.sells);
    (inside & order.active, equal(order.limit, price) & order.active)
}

common::select_fields!(Sums { bids, bids_at, asks, asks_at });
common::select_fields!(Deal { price, sums, pool_sells, pool_buys, demand, supply });
common::select_fields!(Share { part, give_divisor, get_divisor });

impl Sums {
    fn of(orders: &[Order], price: u128) -> Sums {
        let mut sums = Sums::default();
        for order in orders {
            let (inside, at) = place(order, price);
            sums.bids += only(inside & !order.sells, order.remaining);
            sums.bids_at += only(at & !order.sells, order.remaining);
            sums.asks += only(inside & order.sells, order.remaining);
            sums.asks_at += only(at & order.sells, order.remaining);
        }
        sums
    }

    /// Whether demand at the price is at least supply, with the pool's curve as real numbers.
    ///
    /// With `r` the pool's base after it has traded at the price, demand reaches supply when
    /// `r * price >= (base + asks) * price - bids * unit`. `r` is `sqrt(base * quote * unit / price)`, divided by `sqrt(1 - f)`
    /// when the pool sells, multiplied by it when the pool buys, and `base` between. Squares of both sides need no root.
    fn meet(&self, pool: &Pool, terms: &Terms, price: u128) -> Choice {
        let asks = self.asks + self.asks_at;
        let paid = Wide::product(self.bids + self.bids_at, terms.unit);
        let lack = Wide::product(pool.base + asks, price).less_or_zero(&paid);
        let square = lack.square();
        let curve = Wide::product(pool.base, pool.quote).times(terms.unit).times(price);
        let sold = !curve.times(BPS).below(&square.times(BPS - terms.band_bps));
        let bought = !curve.times(BPS - terms.band_bps).below(&square.times(BPS));
        let without_pool = !paid.below(&Wide::product(asks, price));
        (without_pool & sold) | bought
    }
}

/// The largest price at which demand is at least supply. Demand falls and supply rises with the price.
fn crossing(orders: &[Order], pool: &Pool, terms: &Terms) -> u128 {
    let mut price = 0u128;
    for bit in (0..128).rev() {
        let tried = price | 1 << bit;
        let meets = Sums::of(orders, tried).meet(pool, terms, tried);
        price = pick(meets, price, tried);
    }
    price
}

/// What changes hands at one price, in whole units.
struct Deal {
    price: u128,
    sums: Sums,
    pool_sells: u128,
    pool_buys: u128,
    /// Demand and supply in base units, both times the price.
    demand: Wide,
    supply: Wide,
}

impl Deal {
    fn at(orders: &[Order], pool: &Pool, terms: &Terms, price: u128) -> Deal {
        let sums = Sums::of(orders, price);
        let curve = Wide::product(pool.base, pool.quote).times(terms.unit);
        let kept = BPS - terms.band_bps;
        // The pool sells down to the first and buys up to the second, each one unit short rather than one too far.
        let down_to = root_up(price, kept, &curve.times(BPS));
        let up_to = root_up(price, BPS, &curve.times(kept).plus(&Wide::from(1))) - 1;
        let exists = !equal(pool.base, 0);
        let pool_sells = only(less(down_to, pool.base) & exists, pool.base.wrapping_sub(down_to));
        let pool_buys = only(less(pool.base, up_to) & exists, up_to.wrapping_sub(pool.base));
        let demand =
            Wide::product(sums.bids + sums.bids_at, terms.unit).plus(&Wide::product(pool_buys, price));
        let supply = Wide::product(sums.asks + sums.asks_at + pool_sells, price);
        Deal { price, sums, pool_sells, pool_buys, demand, supply }
    }

    /// Base that changes hands, times the price.
    fn volume(&self) -> Wide {
        pick(self.demand.below(&self.supply), self.supply, self.demand)
    }
}

/// The part of a class of orders that fills, and the whole class, once for what it gives and once for what it gets.
#[derive(Clone, Copy)]
struct Share {
    part: Wide,
    give_divisor: Wide,
    get_divisor: Wide,
}

impl Share {
    /// `part` of `class`, where both are worth `own` of what the class gives and `other` of what it gets.
    fn of(part: &Wide, class: u128, own: u128, other: u128) -> Share {
        Share {
            part: *part,
            give_divisor: Wide::product(class, own),
            get_divisor: Wide::product(class, other),
        }
    }

    fn fill(&self, remaining: u128) -> Fill {
        let amount = self.part.times(remaining);
        let (gives, rest) = amount.divide(&self.give_divisor);
        let (gets, _) = amount.divide(&self.get_divisor);
        Fill { gives: gives + only(rest, 1), gets }
    }
}

/// How the four classes of orders fill: sellers below the price, sellers at it, buyers above it, buyers at it.
struct Shares {
    asks: Share,
    asks_at: Share,
    bids: Share,
    bids_at: Share,
}

/// Divides `target` over a side: first the orders strictly better than the price, then the pool, then the orders at the price.
/// `inside`, `pool` and `at` are the sizes of the three, all on the scale of `target`; gives the parts of the first and the third.
fn ration(target: &Wide, inside: &Wide, pool: &Wide, at: &Wide) -> (Wide, Wide) {
    let first = Wide::select(target.below(inside), inside, target);
    let rest = target.less_or_zero(&inside.plus(pool));
    (first, Wide::select(rest.below(at), at, &rest))
}

fn shares(deal: &Deal, unit: u128) -> Shares {
    let Deal { price, sums, .. } = deal;
    let volume = deal.volume();
    // Base times price equals quote times unit: one scale for both sides.
    let (asks, asks_at) = ration(
        &volume,
        &Wide::product(sums.asks, *price),
        &Wide::product(deal.pool_sells, *price),
        &Wide::product(sums.asks_at, *price),
    );
    let (bids, bids_at) = ration(
        &volume,
        &Wide::product(sums.bids, unit),
        &Wide::product(deal.pool_buys, *price),
        &Wide::product(sums.bids_at, unit),
    );
    Shares {
        asks: Share::of(&asks, sums.asks, *price, unit),
        asks_at: Share::of(&asks_at, sums.asks_at, *price, unit),
        bids: Share::of(&bids, sums.bids, unit, *price),
        bids_at: Share::of(&bids_at, sums.bids_at, unit, *price),
    }
}

/// The better of the two prices around the crossing: more volume, then nearer to the last price, then the lower.
fn choose(low: Deal, high: Deal, last: u128) -> Deal {
    let low_volume = low.volume();
    let high_volume = high.volume();
    // Volumes are below 2^248 and prices below 2^128: the products compare the fractions volume / price.
    let left = low_volume.times(high.price);
    let right = high_volume.times(low.price);
    let more = left.below(&right);
    let equal = !more & !right.below(&left);
    let take_high = more | (equal & less(low.price, last));
    pick(take_high, low, high)
}

/// Clears a book once. Without a trade the price stays `last`.
pub fn clear(orders: &[Order], pool: &Pool, terms: &Terms, last: u128) -> Batch {
    let crossing = crossing(orders, pool, terms);
    let low = Deal::at(orders, pool, terms, pick(equal(crossing, 0), crossing, 1));
    let high = Deal::at(orders, pool, terms, crossing.saturating_add(1));
    let deal = choose(low, high, last);
    let shares = shares(&deal, terms.unit);
    let mut after = *pool;
    let mut traded = Choice::from(0);
    let mut fills = Vec::with_capacity(orders.len());
    let (mut base_in, mut base_out, mut quote_in, mut quote_out) = (0u128, 0u128, 0u128, 0u128);
    for order in orders {
        let (inside, at) = place(order, deal.price);
        let sell = pick(at, shares.asks, shares.asks_at);
        let buy = pick(at, shares.bids, shares.bids_at);
        let fill = pick(order.sells, buy, sell).fill(order.remaining);
        let takes_part = inside | at;
        let fill = Fill { gives: only(takes_part, fill.gives), gets: only(takes_part, fill.gets) };
        base_in += only(order.sells, fill.gives);
        quote_out += only(order.sells, fill.gets);
        quote_in += only(!order.sells, fill.gives);
        base_out += only(!order.sells, fill.gets);
        traded |= !equal(fill.gives, 0);
        fills.push(fill);
    }
    after.base = after.base + base_in - base_out;
    after.quote = after.quote + quote_in - quote_out;
    Batch { price: pick(traded, last, deal.price), traded, fills, pool: after }
}
