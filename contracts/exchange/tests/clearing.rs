//! The clearing against a slow reference in fractions, over random books.

mod support;

use common::testing::Random;
use exchange::book::{clear, Batch, Fill, Order, Pool, Terms, BPS};
use exchange::wide::Wide;
use subtle::Choice;
use support::exact::{big, ratio, whole, Ratio};

#[derive(Clone, Debug)]
struct Given {
    active: bool,
    sells: bool,
    limit: u128,
    remaining: u128,
}

#[derive(Clone, Debug)]
struct Book {
    orders: Vec<Given>,
    pool: Pool,
    unit: u128,
    band: u128,
    last: u128,
}

impl Book {
    fn clear(&self) -> Batch {
        let orders: Vec<Order> = self
            .orders
            .iter()
            .map(|order| Order {
                active: Choice::from(u8::from(order.active)),
                sells: Choice::from(u8::from(order.sells)),
                limit: order.limit,
                remaining: order.remaining,
            })
            .collect();
        clear(&orders, &self.pool, &Terms { unit: self.unit, band_bps: self.band }, self.last)
    }

    fn sum(&self, sells: bool, test: impl Fn(u128) -> bool) -> u128 {
        let side = self.orders.iter().filter(|order| order.active && order.sells == sells);
        side.filter(|order| test(order.limit)).map(|order| order.remaining).sum()
    }

    fn asks(&self, price: u128) -> u128 {
        self.sum(true, |limit| limit <= price)
    }

    /// The base that the bids can pay for.
    fn bids(&self, price: u128) -> Ratio {
        ratio(big(self.sum(false, |limit| limit >= price)).mul(&big(self.unit)), big(price))
    }

    /// The square of the pool's base after it has traded at the price as a seller, and as a buyer.
    fn curve(&self, price: u128) -> (Ratio, Ratio) {
        let square = ratio(big(self.pool.base).mul(&big(self.pool.quote)).mul(&big(self.unit)), big(price));
        let kept = ratio(big(BPS - self.band), big(BPS));
        (square.div(&kept), square.mul(&kept))
    }

    /// Demand is at least supply, with the pool as real numbers.
    fn meets(&self, price: u128) -> bool {
        let (bids, asks, base) = (self.bids(price), whole(self.asks(price)), whole(self.pool.base));
        let (sold, bought) = self.curve(price);
        let have = base.mul(&base);
        if sold < have {
            let needed = base.add(&asks).less(&bids);
            sold >= needed.mul(&needed)
        } else if bought > have {
            let needed = base.add(&asks).less(&bids);
            bought >= needed.mul(&needed)
        } else {
            bids >= asks
        }
    }

    /// What the pool sells and buys at most, in whole units.
    fn pool_amounts(&self, price: u128) -> (u128, u128) {
        let base = self.pool.base;
        if base == 0 {
            return (0, 0);
        }
        let (sold, bought) = self.curve(price);
        let square = |root: u128| whole(root).mul(&whole(root));
        let sells = base - bisect(1, base, |root| square(root) >= sold);
        let top = 1 << 121;
        // The first root whose square is above the bound, minus one.
        let buys = bisect(1, top, |root| square(root) > bought) - 1;
        (sells, buys.saturating_sub(base))
    }

    fn volume(&self, price: u128) -> Ratio {
        let (sells, buys) = self.pool_amounts(price);
        let demand = self.bids(price).add(&whole(buys));
        demand.min(&whole(self.asks(price) + sells))
    }

    /// The reference: price and fills.
    fn reference(&self) -> (u128, Vec<Fill>) {
        let crossing = if self.meets(u128::MAX) {
            u128::MAX
        } else {
            bisect(1, u128::MAX, |price| !self.meets(price)) - 1
        };
        let (low, high) = (crossing.max(1), crossing.saturating_add(1));
        let (low_volume, high_volume) = (self.volume(low), self.volume(high));
        let take_high = high_volume > low_volume || (high_volume == low_volume && self.last > low);
        let (price, volume) = if take_high { (high, high_volume) } else { (low, low_volume) };
        let fills: Vec<Fill> = self.orders.iter().map(|order| self.fill(order, price, &volume)).collect();
        let traded = fills.iter().any(|fill| fill.gives > 0);
        (if traded { price } else { self.last }, fills)
    }

    fn fill(&self, order: &Given, price: u128, volume: &Ratio) -> Fill {
        let sells = order.sells;
        let strictly = |limit: u128| if sells { limit < price } else { limit > price };
        if !order.active || (!strictly(order.limit) && order.limit != price) {
            return Fill::default();
        }
        // In what this side gives: the base that changes hands, and the sizes of the three classes.
        let rate = ratio(big(price), big(self.unit));
        let given = |base: &Ratio| if sells { base.clone() } else { base.mul(&rate) };
        let (pool_sells, pool_buys) = self.pool_amounts(price);
        let target = given(volume);
        let inside = whole(self.sum(sells, strictly));
        let at = whole(self.sum(sells, |limit| limit == price));
        let pool = given(&whole(if sells { pool_sells } else { pool_buys }));
        let part = if strictly(order.limit) {
            target.min(&inside).div(&inside)
        } else {
            target.less(&inside.add(&pool)).min(&at).div(&at)
        };
        let gives = whole(order.remaining).mul(&part);
        let gets = if sells { gives.mul(&rate) } else { gives.div(&rate) };
        Fill { gives: gives.ceil(), gets: gets.floor() }
    }
}

/// The smallest number from `from` to `to` that passes; `to` counts as passing.
fn bisect(mut from: u128, mut to: u128, passes: impl Fn(u128) -> bool) -> u128 {
    while from < to {
        let middle = from + (to - from) / 2;
        if passes(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

fn random_book(random: &mut Random) -> Book {
    let unit = 10u128.pow([0, 3, 6, 18, 18, 30][random.below(6) as usize]);
    let amounts = [8, 20, 60, 112][random.below(4) as usize];
    let pool = if random.one_in(3) {
        Pool::default()
    } else {
        Pool { base: random.bits(amounts), quote: random.bits(amounts) }
    };
    // Prices around the pool's own, sometimes anywhere.
    let spot = ratio(big(pool.quote.max(1)).mul(&big(unit)), big(pool.base.max(1)));
    let spot = spot.min(&whole(u128::MAX >> 4)).floor().max(1);
    let few = random.below(4u64) + 1;
    let orders = (0..random.below(9))
        .map(|_| Given {
            active: !random.one_in(8),
            sells: random.one_in(2),
            limit: match random.below(8) {
                0 => random.bits(128),
                1 => spot,
                2 => 0,
                3 => u128::MAX,
                4 => spot / 4 * u128::from(few),
                _ => (spot / 64).saturating_mul(u128::from(random.below(128u64) + 1)).max(1),
            },
            remaining: random.bits(amounts),
        })
        .collect();
    let last = if random.one_in(4) { 0 } else { random.bits(128) };
    Book { orders, pool, unit, band: random.below(101) as u128, last }
}

fn check_properties(book: &Book, batch: &Batch, random: &mut Random) {
    let one = whole(1);
    let (mut base, mut quote) = (whole(book.pool.base), whole(book.pool.quote));
    for (order, fill) in book.orders.iter().zip(&batch.fills) {
        assert!(fill.gives <= order.remaining, "an order gives at most what it has");
        if fill.gives > 0 {
            assert!(order.active);
            let rate = ratio(big(batch.price), big(book.unit));
            // Nothing beyond what was given at the price, and less than one unit of each token below it.
            let (worth, worth_of_one) = if order.sells {
                (whole(fill.gives).mul(&rate), rate.clone())
            } else {
                (whole(fill.gives).div(&rate), one.div(&rate))
            };
            assert!(whole(fill.gets) <= worth, "rounding favours the trader");
            assert!(whole(fill.gets + 1).add(&worth_of_one) > worth, "rounding takes more than one unit");
            assert!(
                if order.sells { order.limit <= batch.price } else { order.limit >= batch.price },
                "worse than the limit"
            );
        } else {
            assert_eq!(fill.gets, 0);
        }
        let side = if order.sells { &mut base } else { &mut quote };
        *side = side.add(&whole(fill.gives));
    }
    let out = |sells: bool| -> u128 {
        book.orders
            .iter()
            .zip(&batch.fills)
            .filter(|(order, _)| order.sells != sells)
            .map(|(_, fill)| fill.gets)
            .sum()
    };
    assert!(base == whole(batch.pool.base + out(true)), "base is neither made nor lost");
    assert!(quote == whole(batch.pool.quote + out(false)), "quote is neither made nor lost");
    let product = |pool: &Pool| big(pool.base).mul(&big(pool.quote));
    assert!(product(&batch.pool) >= product(&book.pool), "the pool's product falls");
    let traded = bool::from(batch.traded);
    if traded {
        let volume = book.volume(batch.price).add(&one);
        let limits: Vec<u128> = book.orders.iter().map(|order| order.limit).collect();
        let near = limits
            .iter()
            .chain([&batch.price])
            .flat_map(|price| [price.saturating_sub(1), *price, price.saturating_add(1)]);
        let prices: Vec<u128> = near.chain([random.bits(128)]).filter(|price| *price > 0).collect();
        let price = prices[random.below(prices.len() as u64) as usize];
        assert!(book.volume(price) < volume, "another price has more volume");
    } else {
        assert_eq!((batch.price, batch.pool), (book.last, book.pool));
    }
}

fn books() -> u64 {
    std::env::var("EXCHANGE_BOOKS").ok().map_or(if cfg!(debug_assertions) { 300 } else { 2_000 }, |text| {
        text.parse().expect("a number of books")
    })
}

#[test]
fn random_books_clear_as_the_reference_in_fractions_does() {
    let mut traded = 0;
    for seed in 0..books() {
        let mut random = Random(seed);
        let book = random_book(&mut random);
        let batch = book.clear();
        let (price, fills) = book.reference();
        assert_eq!((batch.price, &batch.fills), (price, &fills), "seed {seed}: {book:?}");
        check_properties(&book, &batch, &mut random);
        traded += u64::from(batch.traded.unwrap_u8());
    }
    assert!(traded > books() / 4, "{traded} of {} books trade", books());
}

#[test]
fn the_result_does_not_depend_on_the_order_of_the_slots() {
    for seed in 0..books() {
        let mut random = Random(seed);
        let book = random_book(&mut random);
        let batch = book.clear();
        let mut places: Vec<usize> = (0..book.orders.len()).collect();
        for i in (1..places.len()).rev() {
            places.swap(i, random.below(i as u64 + 1) as usize);
        }
        let orders = places.iter().map(|place| book.orders[*place].clone()).collect();
        let other = Book { orders, ..book }.clear();
        assert_eq!((other.price, other.pool), (batch.price, batch.pool), "seed {seed}");
        let moved: Vec<Fill> = places.iter().map(|place| batch.fills[*place]).collect();
        assert_eq!(other.fills, moved, "seed {seed}");
    }
}

fn order(sells: bool, limit: u128, remaining: u128) -> Given {
    Given { active: true, sells, limit, remaining }
}

#[test]
fn a_limit_exactly_at_the_price_is_rationed_by_what_remains() {
    let orders = vec![
        order(false, 10, 500),
        order(true, 5, 30),
        order(true, 10, 40),
        order(true, 10, 20),
        order(true, 11, 99),
    ];
    let batch = Book { orders, pool: Pool::default(), unit: 1, band: 0, last: 7 }.clear();
    assert_eq!(batch.price, 10);
    let fills: Vec<_> = batch.fills.iter().map(|fill| (fill.gives, fill.gets)).collect();
    // 50 base are sought: 30 from the better seller, the other 20 in the ratio 40 to 20, rounded against each by less than 1.
    assert_eq!(fills, [(500, 50), (30, 300), (14, 133), (7, 66), (0, 0)]);
    assert_eq!(batch.pool, Pool { base: 1, quote: 1 });
}

#[test]
fn without_a_trade_the_price_stays() {
    let far = vec![order(false, 3, 1_000), order(true, 9, 1_000)];
    for (orders, last) in [(far, 5), (vec![], 0), (vec![order(false, u128::MAX, 7)], 11)] {
        let batch = Book { orders, pool: Pool::default(), unit: 1, band: 0, last }.clear();
        assert_eq!((batch.price, bool::from(batch.traded)), (last, false));
    }
}

#[test]
fn the_pool_trades_at_the_price_of_the_batch_and_not_inside_its_band() {
    let pool = Pool { base: 1_000_000, quote: 4_000_000 };
    let book = |orders, band| Book { orders, pool, unit: 1_000_000, band, last: 0 };
    let batch = book(vec![order(false, u128::MAX, 40_000)], 25).clear();
    // The pool sells whole units, so less than the price of one unit stays with the buyer.
    assert!(batch.price > 4_000_000 && batch.fills[0].gives > 40_000 - 5);
    assert!(batch.fills[0].gets < 10_000 && batch.pool.quote > 4_040_000 - 5);
    // 0.2 % from the pool's own price is inside of a band of 0.25 %: the traders meet each other alone.
    let batch = book(vec![order(false, 4_008_000, 40_080), order(true, 4_008_000, 10_000)], 25).clear();
    assert_eq!((batch.price, batch.pool), (4_008_000, pool));
    assert_eq!(batch.fills, [Fill { gives: 40_080, gets: 10_000 }, Fill { gives: 10_000, gets: 40_080 }]);
}

#[test]
fn reserves_and_orders_near_2_to_the_120_do_not_overflow() {
    let large = (1 << 119) - 1;
    for unit in [1, 10u128.pow(18), 10u128.pow(30)] {
        for band in [0, 100] {
            for (limit_buy, limit_sell) in [(u128::MAX, 0), (unit, unit), (1, 1), (u128::MAX, u128::MAX)] {
                let orders = vec![order(false, limit_buy, large), order(true, limit_sell, large)];
                let book = Book { orders, pool: Pool { base: large, quote: large }, unit, band, last: 1 };
                let batch = book.clear();
                let (price, fills) = book.reference();
                assert_eq!((batch.price, &batch.fills), (price, &fills));
                check_properties(&book, &batch, &mut Random(1));
            }
        }
    }
}

#[test]
fn tiny_orders_never_gain_from_the_pool() {
    let mut random = Random(books());
    let mut pool = Pool { base: 1_000, quote: 3_333 };
    let mut flow = (0i128, 0i128);
    for _ in 0..books() * 10 {
        let sells = random.one_in(2);
        let remaining = u128::from(random.below(5u64) + 1);
        let limit = if sells { 0 } else { u128::MAX };
        let book =
            Book { orders: vec![order(sells, limit, remaining)], pool, unit: 1_000, band: 0, last: 3_333 };
        let batch = book.clear();
        let (gives, gets) = (batch.fills[0].gives as i128, batch.fills[0].gets as i128);
        let change = if sells { (gives, -gets) } else { (-gets, gives) };
        flow = (flow.0 + change.0, flow.1 + change.1);
        assert!(batch.pool.base * batch.pool.quote >= pool.base * pool.quote);
        pool = batch.pool;
    }
    assert_eq!((pool.base as i128, pool.quote as i128), (1_000 + flow.0, 3_333 + flow.1));
}

#[test]
fn wide_numbers_divide_as_numbers_of_any_size_do() {
    let mut random = Random(13);
    let mut divided = 0;
    while divided < 2_000 {
        let [a, b, c] = [128, 128, 128].map(|bits| random.bits(bits));
        let d = if random.one_in(2) { 1 } else { random.bits(128) };
        let (quotient, rest) = big(a).mul(&big(b)).div(&big(c).mul(&big(d)));
        if quotient < big(1 << 124) {
            let (found, has_rest) = Wide::product(a, b).divide(&Wide::product(c, d));
            assert_eq!((found, bool::from(has_rest)), (quotient.to_u128(), !rest.is_zero()), "{a} {b} {c} {d}");
            divided += 1;
        }
    }
    for most in [0, 1, u128::MAX] {
        assert_eq!(Wide::product(most, u128::MAX).divide(&Wide::from(u128::MAX)).0, most.min((1 << 124) - 1));
    }
}
