//! What acts and clears do to the rows. Pure, without storage: every act computes all six kinds, and masks choose, so that its
//! work does not tell its kind, its numbers or its outcome.

use common::amount::divided;
use common::answer::{outcome, Outcome};
use common::select::{add_if, equal, get_at, less, pick, set_at, sub_if, when, Choice};

use crate::book::{self, Order, Pool, BPS};
use crate::rows::{Account, Market, Receipt, Slot, Terms, BASE, EMPTY, FINISHED, OPEN, QUOTE};
use crate::wide::{root_up, Wide};

/// All of one token together, so that no product of a batch overflows.
pub const MOST_HELD: u128 = 1 << 120;
pub const MOST_SHARES: u128 = 1 << 124;
/// Shares of the first deposit that nobody gets: a share cannot be made expensive.
pub const BURNT_SHARES: u128 = 1_000;
pub const MOST_ORDERS: u32 = 4;
/// A week of epochs of 30 seconds.
pub const MOST_EPOCHS: u32 = 20_160;
/// Amounts of an LP come from reserves that are rounded to so many digits: tiny or refused acts measure no more of them.
const LP_DIGITS: u32 = 5;
const BPS_SMALL: u64 = BPS as u64;

pub const ORDER: u8 = 1;
pub const CANCEL: u8 = 2;
pub const SYNC: u8 = 3;
pub const ADD: u8 = 4;
pub const REMOVE: u8 = 5;
pub const COVER: u8 = 6;

/// One act of any kind. Numbers that a kind does not have are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub kind: u8,
    pub sells: u8,
    /// Order: amount, limit. Add: base, quote, least shares. Remove: shares, least base, least quote.
    pub numbers: [u128; 3],
    pub epochs: u32,
    /// The order to cancel.
    pub id: u64,
}

pub struct Context {
    pub epoch: u32,
    pub min: [u128; 2],
    pub stopped: Choice,
    /// The sender gets the protocol's fees.
    pub receiver: Choice,
    /// A secret random number that chooses the other account whose row is touched.
    pub decoy: u64,
}

/// Why an act changed nothing; the index into `OUTCOMES`.
pub type Reason = u8;

pub const OUTCOMES: [Outcome; 13] = [
    outcome("accepted", ""),
    outcome("refused", "the exchange is stopped: no new orders and no adding, every way out is open"),
    outcome("refused", "an amount is below the least of its token"),
    outcome("refused", "the free balance is too small"),
    outcome("refused", "an account has at most 4 open orders"),
    outcome("refused", "the book is full and every order in it is at least as near to the last price"),
    outcome("refused", "an order lives 1 to 20160 epochs"),
    outcome("refused", "no open order of this account has this id"),
    outcome("refused", "the amounts give fewer shares than asked, or too few for a first deposit"),
    outcome("refused", "the account has fewer shares"),
    outcome("refused", "shares can leave the pool a full epoch after the last add"),
    outcome("refused", "the shares give less than asked"),
    outcome("refused", "the limit of a buyer must be above 0"),
];
pub const ACCEPTED: Reason = 0;
const STOPPED: Reason = 1;
const TOO_SMALL: Reason = 2;
pub const NOT_FREE: Reason = 3;
const TOO_MANY: Reason = 4;
const BOOK_FULL: Reason = 5;
const WRONG_EPOCHS: Reason = 6;
const NO_ORDER: Reason = 7;
const FEW_SHARES: Reason = 8;
const NO_SHARES: Reason = 9;
const TOO_EARLY: Reason = 10;
const LITTLE_OUT: Reason = 11;
const NO_LIMIT: Reason = 12;

fn only(choice: Choice, value: u128) -> u128 {
    pick(choice, 0, value)
}

/// The first reason that holds stays.
fn refuse(reason: &mut Reason, code: Reason, holds: Choice) {
    *reason = pick(holds & equal(*reason, ACCEPTED), *reason, code);
}

/// The value rounded down to its first digits, and the size of the last of them. 39 steps for every value.
fn leading(value: u128, digits: u32) -> (u128, u128) {
    let bound = 10u128.pow(digits);
    let (mut first, mut scale) = (value, 1u128);
    for _ in 0..39 {
        let longer = !less(first, bound);
        first = pick(longer, first, divided::<10>(first));
        scale = pick(longer, scale, scale.wrapping_mul(10));
    }
    (first.wrapping_mul(scale), scale)
}

/// A price as everyone may see it.
pub fn rounded(value: u128, digits: u32) -> u128 {
    leading(value, digits).0
}

fn leading_up(value: u128, digits: u32) -> u128 {
    let (down, scale) = leading(value, digits);
    pick(less(down, value), down, down.wrapping_add(scale))
}

/// `a * b / c`, rounded down, and whether a rest remains.
fn part(a: u128, b: u128, c: u128) -> (u128, Choice) {
    Wide::product(a, b).divide(&Wide::from(c))
}

/// How far an order is from trading at the last price; 0 on the other side of it.
fn distance(sells: Choice, limit: u128, last: u128) -> u128 {
    let (high, low) = (pick(sells, last, limit), pick(sells, limit, last));
    let away = only(less(low, high), high.wrapping_sub(low));
    pick(less(away, 1 << 127), 1 << 127, away)
}

/// Credits what a slot holds for its owner: what it got, and of a finished one also the rest.
fn settle(choice: Choice, account: &mut Account, slot: &Slot) {
    let back = only(slot.is(FINISHED), slot.remaining);
    add_if(choice, &mut account.free[BASE], pick(slot.sells(), slot.got, back));
    add_if(choice, &mut account.free[QUOTE], pick(slot.sells(), back, slot.got));
    let receipt = Receipt { order: slot.id, sold_base: slot.sells, gave: slot.gave, got: slot.got };
    let mut receipts = account.receipts;
    receipts.rotate_right(1);
    receipts[0] = receipt;
    let traded = choice & !equal(slot.gave, 0);
    account.receipts = pick(traded, account.receipts, receipts);
}

/// What an order needs: the slot it takes, and the order that leaves it.
pub struct Plan {
    request: Request,
    reason: Reason,
    place: u64,
    /// The slot's holder gets its money back.
    pushes: Choice,
    /// The number of the account to load for `finish`.
    pub other: u32,
}

impl Market {
    /// Money that came by a token's hook. False when the contract would hold 2^120 units or more.
    pub fn deposit(&mut self, account: &mut Account, token: usize, amount: u128) -> bool {
        let sum = self.held[token].checked_add(amount).filter(|sum| *sum < MOST_HELD);
        let Some(sum) = sum else {
            return false;
        };
        self.held[token] = sum;
        account.free[token] += amount;
        true
    }

    /// What a withdrawal pays: the amounts when the account has them, else zeros.
    pub fn withdraw(
        &mut self,
        account: &mut Account,
        amounts: [u128; 2],
        receiver: Choice,
    ) -> (Choice, [u128; 2]) {
        self.collect(account, when(true), receiver);
        let enough = !less(account.free[BASE], amounts[BASE]) & !less(account.free[QUOTE], amounts[QUOTE]);
        for token in [BASE, QUOTE] {
            sub_if(enough, &mut account.free[token], amounts[token]);
            sub_if(enough, &mut self.held[token], amounts[token]);
        }
        (enough, amounts.map(|amount| only(enough, amount)))
    }

    /// Moves what the account's slots hold into it, and empties the finished ones.
    fn collect(&mut self, account: &mut Account, run: Choice, receiver: Choice) {
        for slot in &mut self.slots {
            let own = run & !slot.is(EMPTY) & equal(slot.owner, account.number);
            settle(own, account, slot);
            slot.gave = pick(own, slot.gave, 0);
            slot.got = pick(own, slot.got, 0);
            *slot = pick(own & slot.is(FINISHED), *slot, Slot::default());
        }
        for token in [BASE, QUOTE] {
            let fees = only(run & receiver, self.fees[token]);
            account.free[token] += fees;
            self.fees[token] -= fees;
        }
    }

    /// The first half of an act: cancels, collects, and finds the place of an order.
    pub fn begin(&mut self, account: &mut Account, request: Request, context: &Context) -> Plan {
        let mut reason = ACCEPTED;
        let cancels = equal(request.kind, CANCEL);
        let mut cancelled = when(false);
        for slot in &mut self.slots {
            let named =
                cancels & slot.is(OPEN) & equal(slot.owner, account.number) & equal(slot.id, request.id);
            slot.state = pick(named, slot.state, FINISHED);
            cancelled |= named;
        }
        refuse(&mut reason, NO_ORDER, cancels & !cancelled);
        self.collect(account, !equal(request.kind, COVER), context.receiver);
        let orders = equal(request.kind, ORDER);
        let (found, place) = self.place(account, &request);
        let mut wrong = self.wrong_order(account, &request, context);
        refuse(&mut wrong, BOOK_FULL, !found);
        refuse(&mut reason, wrong, orders & !equal(wrong, ACCEPTED));
        let slot = self.slot(place);
        let pushes = orders & equal(reason, ACCEPTED) & !slot.is(EMPTY);
        // Any account but the own: a host cannot tell whether the row is touched for money or for cover.
        let others = u64::from(self.accounts.max(2)) - 1;
        let decoy = (context.decoy % others) as u32;
        let decoy = pick(less(decoy, account.number), decoy.wrapping_add(1), decoy);
        Plan { request, reason, place, pushes, other: pick(pushes, decoy, slot.owner) }
    }

    fn slot(&self, place: u64) -> Slot {
        get_at(&self.slots, place).unwrap_or_default()
    }

    fn wrong_order(&self, account: &Account, request: &Request, context: &Context) -> Reason {
        let sells = equal(request.sells, 1);
        let [amount, limit, _] = request.numbers;
        let mut own = 0u32;
        for slot in &self.slots {
            let mine = !slot.is(EMPTY) & equal(slot.owner, account.number);
            own += u32::from(mine.unwrap_u8());
        }
        let mut reason = ACCEPTED;
        refuse(&mut reason, STOPPED, context.stopped);
        let wrong_epochs = equal(request.epochs, 0) | less(MOST_EPOCHS, request.epochs);
        refuse(&mut reason, WRONG_EPOCHS, wrong_epochs);
        refuse(&mut reason, NO_LIMIT, !sells & equal(limit, 0));
        refuse(&mut reason, TOO_SMALL, less(amount, pick(sells, context.min[QUOTE], context.min[BASE])));
        refuse(&mut reason, NOT_FREE, less(pick(sells, account.free[QUOTE], account.free[BASE]), amount));
        refuse(&mut reason, TOO_MANY, !less(own, MOST_ORDERS));
        reason
    }

    /// An empty slot; else the one that finished first; else the order farthest from the last price, when the new one is nearer.
    /// The account's own orders stay.
    fn place(&self, account: &Account, request: &Request) -> (Choice, u64) {
        let mut best = distance(equal(request.sells, 1), request.numbers[1], self.last_price);
        let mut found = when(false);
        let mut place = 0u64;
        for (index, slot) in (0u64..).zip(&self.slots) {
            let others = !equal(slot.owner, account.number);
            let mut score = only(others, distance(slot.sells(), slot.limit, self.last_price));
            score = pick(slot.is(FINISHED), score, u128::MAX - 1 - u128::from(slot.finished));
            score = pick(slot.is(EMPTY), score, u128::MAX);
            let better = less(best, score);
            best = pick(better, best, score);
            place = pick(better, place, index);
            found |= better;
        }
        (found, place)
    }

    /// The second half of an act. `other` is the account that the plan named.
    pub fn finish(
        &mut self,
        account: &mut Account,
        other: &mut Account,
        plan: &Plan,
        context: &Context,
    ) -> Reason {
        self.order(account, other, plan, context);
        let added = self.add(account, &plan.request, context);
        let removed = self.remove(account, &plan.request, context);
        plan.reason | added | removed
    }

    fn order(&mut self, account: &mut Account, other: &mut Account, plan: &Plan, context: &Context) {
        let request = &plan.request;
        let accepted = equal(request.kind, ORDER) & equal(plan.reason, ACCEPTED);
        let pushed = Slot { state: FINISHED, ..self.slot(plan.place) };
        settle(plan.pushes, other, &pushed);
        let [amount, limit, _] = request.numbers;
        let sells = equal(request.sells, 1);
        sub_if(accepted & sells, &mut account.free[BASE], amount);
        sub_if(accepted & !sells, &mut account.free[QUOTE], amount);
        let slot = Slot {
            state: OPEN,
            sells: request.sells,
            owner: account.number,
            id: self.head.n + 1,
            remaining: amount,
            limit,
            entered: context.epoch,
            last: context.epoch.wrapping_add(request.epochs).wrapping_sub(1),
            ..Slot::default()
        };
        set_at(accepted, &mut self.slots, plan.place, &slot);
    }

    fn add(&mut self, account: &mut Account, request: &Request, context: &Context) -> Reason {
        let adds = equal(request.kind, ADD);
        let [base, quote, least] = request.numbers;
        let first = equal(self.shares, 0);
        let root = root_up(1, 1, &Wide::product(base, quote).plus(&Wide::from(1))) - 1;
        // Rounded before the division: who may choose the other factor measures every digit of an exact one.
        let [pool_base, pool_quote] =
            [self.pool.base, self.pool.quote].map(|exact| leading_up(exact, LP_DIGITS));
        let (by_base, _) = part(base, self.shares, pool_base);
        let (by_quote, _) = part(quote, self.shares, pool_quote);
        let by_ratio = pick(less(by_base, by_quote), by_quote, by_base);
        let made = pick(first, by_ratio, root);
        let burnt = only(first, BURNT_SHARES);
        let gets = made.saturating_sub(burnt);
        let needed = |offered: u128, reserve: u128| {
            let (exact, rest) = part(made, reserve, self.shares);
            let exact = exact + only(rest, 1);
            pick(first | less(offered, exact), exact, offered)
        };
        let needed = [needed(base, pool_base), needed(quote, pool_quote)];
        let mut reason = ACCEPTED;
        refuse(&mut reason, STOPPED, context.stopped);
        refuse(&mut reason, TOO_SMALL, less(base, context.min[BASE]) | less(quote, context.min[QUOTE]));
        refuse(&mut reason, NOT_FREE, less(account.free[BASE], base) | less(account.free[QUOTE], quote));
        let too_many = !less(made, MOST_SHARES - 1) | !less(self.shares.wrapping_add(made), MOST_SHARES);
        refuse(&mut reason, FEW_SHARES, equal(gets, 0) | less(gets, least) | too_many);
        let reason = pick(adds, ACCEPTED, reason);
        let done = adds & equal(reason, ACCEPTED);
        sub_if(done, &mut account.free[BASE], needed[BASE]);
        sub_if(done, &mut account.free[QUOTE], needed[QUOTE]);
        add_if(done, &mut self.pool.base, needed[BASE]);
        add_if(done, &mut self.pool.quote, needed[QUOTE]);
        add_if(done, &mut self.shares, made);
        add_if(done, &mut account.shares, gets);
        account.added = pick(done, account.added, context.epoch);
        reason
    }

    fn remove(&mut self, account: &mut Account, request: &Request, context: &Context) -> Reason {
        let removes = equal(request.kind, REMOVE);
        let [shares, least_base, least_quote] = request.numbers;
        let out = self.worth(shares);
        let mut reason = ACCEPTED;
        refuse(&mut reason, NO_SHARES, equal(shares, 0) | less(account.shares, shares));
        refuse(&mut reason, TOO_EARLY, less(context.epoch, account.added.wrapping_add(2)));
        refuse(&mut reason, LITTLE_OUT, less(out[BASE], least_base) | less(out[QUOTE], least_quote));
        let reason = pick(removes, ACCEPTED, reason);
        let done = removes & equal(reason, ACCEPTED);
        sub_if(done, &mut account.shares, shares);
        sub_if(done, &mut self.shares, shares);
        sub_if(done, &mut self.pool.base, out[BASE]);
        sub_if(done, &mut self.pool.quote, out[QUOTE]);
        add_if(done, &mut account.free[BASE], out[BASE]);
        add_if(done, &mut account.free[QUOTE], out[QUOTE]);
        reason
    }

    /// What leaves the pool for shares, by reserves that are rounded down to 5 digits.
    pub fn worth(&self, shares: u128) -> [u128; 2] {
        let out = |reserve| part(shares, rounded(reserve, LP_DIGITS), self.shares).0;
        [out(self.pool.base), out(self.pool.quote)]
    }

    /// Clears the book for all epochs up to this one. With too few owners nothing happens but that the epoch counts as cleared:
    /// then the result is false.
    pub fn clear(&mut self, epoch: u32, terms: &Terms) -> Choice {
        let few = less(self.new_owners(epoch), terms.min_owners);
        let soon = less(epoch.wrapping_add(1).wrapping_sub(self.batch_epoch), terms.max_wait);
        let go = !(few & soon);
        let orders: Vec<Order> = self.slots.iter().map(|slot| slot.order(epoch)).collect();
        let (spot, _) = part(self.pool.quote, terms.unit, self.pool.base);
        let spot = only(!equal(self.pool.base, 0), spot);
        let last = pick(equal(self.last_price, 0), self.last_price, spot);
        let rules = book::Terms { unit: terms.unit, band_bps: terms.lp_fee_bps.into() };
        let batch = book::clear(&orders, &self.pool, &rules, last);
        for ((slot, order), fill) in self.slots.iter_mut().zip(&orders).zip(&batch.fills) {
            let takes = go & order.active;
            let gets = only(takes, fill.gets);
            let gives = only(takes, fill.gives);
            // Below 2^120 times at most 100.
            let fee = divided::<BPS_SMALL>(gets * u128::from(terms.protocol_fee_bps));
            let sells = slot.sells();
            self.fees[BASE] += only(!sells, fee);
            self.fees[QUOTE] += only(sells, fee);
            slot.remaining -= gives;
            slot.gave += gives;
            slot.got += gets - fee;
            let dust = less(slot.remaining, pick(sells, terms.min[QUOTE], terms.min[BASE]));
            let ends = takes & (dust | !less(epoch, slot.last));
            slot.state = pick(ends, slot.state, FINISHED);
            slot.finished = pick(ends, slot.finished, epoch);
        }
        self.pool.base = pick(go, self.pool.base, batch.pool.base);
        self.pool.quote = pick(go, self.pool.quote, batch.pool.quote);
        self.last_price = pick(go, self.last_price, batch.price);
        self.batch_epoch = pick(go, self.batch_epoch, epoch + 1);
        self.next_epoch = epoch + 1;
        go
    }

    /// Different owners of orders that entered since the last batch.
    fn new_owners(&self, epoch: u32) -> u32 {
        let fresh =
            |slot: &Slot| slot.is(OPEN) & !less(slot.entered, self.batch_epoch) & !less(epoch, slot.entered);
        let mut owners = 0;
        for (index, slot) in self.slots.iter().enumerate() {
            let mut seen = when(false);
            for earlier in &self.slots[..index] {
                seen |= fresh(earlier) & equal(earlier.owner, slot.owner);
            }
            owners += u32::from((fresh(slot) & !seen).unwrap_u8());
        }
        owners
    }

    /// The base that moves the pool's price by 1 %, `1 - 1 / sqrt(1.01)` of the reserve, in one digit.
    pub fn depth(&self) -> u128 {
        rounded(part(self.pool.base, 496, 100_000).0, 1)
    }

    /// What the rows owe for each token, without the free balances of accounts.
    pub fn owed(&self) -> [u128; 2] {
        let Pool { base, quote } = self.pool;
        let mut owed = [base + self.fees[BASE], quote + self.fees[QUOTE]];
        for slot in &self.slots {
            let (gives, gets) = if slot.sells == 1 { (BASE, QUOTE) } else { (QUOTE, BASE) };
            owed[gives] += slot.remaining;
            owed[gets] += slot.got;
        }
        owed
    }
}

impl Slot {
    fn order(&self, epoch: u32) -> Order {
        Order {
            active: self.is(OPEN) & !less(epoch, self.entered),
            sells: self.sells(),
            limit: self.limit,
            remaining: self.remaining,
        }
    }
}
