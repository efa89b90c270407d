//! The rows of the contract: fixed length, all numbers big-endian. The README has the table.

use common::admin::Powers;
use common::head::Head;
use common::rows::{Reader, Row, Writer};
use common::select::{equal, Choice};
use cosmwasm_std::StdResult;

use crate::book::Pool;

pub const SLOTS: usize = 64;
pub const RECEIPTS: usize = 8;

/// Places of the two tokens in every pair of amounts, and in the vault.
pub const BASE: usize = 0;
pub const QUOTE: usize = 1;

/// States of a slot.
pub const EMPTY: u8 = 0;
pub const OPEN: u8 = 1;
/// Filled, expired or pushed out; what it holds waits for its owner.
pub const FINISHED: u8 = 2;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub state: u8,
    /// 1 for an order that sells base.
    pub sells: u8,
    /// The number of the owner's account.
    pub owner: u32,
    /// The number of the act that placed it.
    pub id: u64,
    /// What the order still gives.
    pub remaining: u128,
    pub limit: u128,
    /// Given and got since the owner last collected.
    pub gave: u128,
    pub got: u128,
    /// The first and the last epoch in which it takes part.
    pub entered: u32,
    pub last: u32,
    /// The epoch whose batch finished it.
    pub finished: u32,
}

common::select_fields!(Slot {
    state,
    sells,
    owner,
    id,
    remaining,
    limit,
    gave,
    got,
    entered,
    last,
    finished
});

impl Slot {
    pub fn is(&self, state: u8) -> Choice {
        equal(self.state, state)
    }

    pub fn sells(&self) -> Choice {
        equal(self.sells, 1)
    }
}

impl Row for Slot {
    const SIZE: usize = 90;

    fn write(&self, out: &mut Writer) {
        out.u8(self.state);
        out.u8(self.sells);
        out.u32(self.owner);
        out.u64(self.id);
        out.u128(self.remaining);
        out.u128(self.limit);
        out.u128(self.gave);
        out.u128(self.got);
        out.u32(self.entered);
        out.u32(self.last);
        out.u32(self.finished);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Slot {
            state: from.u8()?,
            sells: from.u8()?,
            owner: from.u32()?,
            id: from.u64()?,
            remaining: from.u128()?,
            limit: from.u128()?,
            gave: from.u128()?,
            got: from.u128()?,
            entered: from.u32()?,
            last: from.u32()?,
            finished: from.u32()?,
        })
    }
}

/// Everything secret that is shared: one row, so that a host cannot mix two ages of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    pub head: Head,
    /// What the contract owes in all, for each token.
    pub held: [u128; 2],
    pub pool: Pool,
    /// Shares of the pool, those included that nobody has.
    pub shares: u128,
    /// The protocol's fees that its receiver has not collected.
    pub fees: [u128; 2],
    /// The first epoch that is not cleared.
    pub next_epoch: u32,
    /// The first epoch after the last batch that was not held back.
    pub batch_epoch: u32,
    /// The exact price of the last batch; 0 before the first.
    pub last_price: u128,
    /// How many accounts there are; their numbers are below it.
    pub accounts: u32,
    pub slots: [Slot; SLOTS],
}

impl Default for Market {
    fn default() -> Self {
        Market {
            head: Head::default(),
            held: [0; 2],
            pool: Pool::default(),
            shares: 0,
            fees: [0; 2],
            next_epoch: 0,
            batch_epoch: 0,
            last_price: 0,
            accounts: 0,
            slots: [Slot::default(); SLOTS],
        }
    }
}

impl Row for Market {
    const SIZE: usize = Head::SIZE + 8 * 16 + 3 * 4 + SLOTS * Slot::SIZE;

    fn write(&self, out: &mut Writer) {
        out.row(&self.head);
        out.row(&self.held);
        out.u128(self.pool.base);
        out.u128(self.pool.quote);
        out.u128(self.shares);
        out.row(&self.fees);
        out.u32(self.next_epoch);
        out.u32(self.batch_epoch);
        out.u128(self.last_price);
        out.u32(self.accounts);
        out.row(&self.slots);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Market {
            head: from.row()?,
            held: from.row()?,
            pool: Pool { base: from.u128()?, quote: from.u128()? },
            shares: from.u128()?,
            fees: from.row()?,
            next_epoch: from.u32()?,
            batch_epoch: from.u32()?,
            last_price: from.u128()?,
            accounts: from.u32()?,
            slots: from.row()?,
        })
    }
}

/// What an order gave and got, as its owner collected it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// 0 for none.
    pub order: u64,
    pub sold_base: u8,
    pub gave: u128,
    pub got: u128,
}

common::select_fields!(Receipt { order, sold_base, gave, got });

impl Row for Receipt {
    const SIZE: usize = 41;

    fn write(&self, out: &mut Writer) {
        out.u64(self.order);
        out.u8(self.sold_base);
        out.u128(self.gave);
        out.u128(self.got);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Receipt { order: from.u64()?, sold_base: from.u8()?, gave: from.u128()?, got: from.u128()? })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub number: u32,
    /// Free balances: base and quote.
    pub free: [u128; 2],
    pub shares: u128,
    /// The epoch of the last `add`.
    pub added: u32,
    /// The newest first.
    pub receipts: [Receipt; RECEIPTS],
}

common::select_fields!(Account { number, free, shares, added, receipts });

impl Row for Account {
    const SIZE: usize = 4 + 32 + 16 + 4 + RECEIPTS * Receipt::SIZE;

    fn write(&self, out: &mut Writer) {
        out.u32(self.number);
        out.row(&self.free);
        out.u128(self.shares);
        out.u32(self.added);
        out.row(&self.receipts);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Account {
            number: from.u32()?,
            free: from.row()?,
            shares: from.u128()?,
            added: from.u32()?,
            receipts: from.row()?,
        })
    }
}

/// What everyone sees after a clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceRow {
    /// How many clears there were.
    pub count: u64,
    pub epoch: u32,
    /// Rounded.
    pub price: u128,
    /// One digit: the base that moves the pool's price by 1 %.
    pub depth: u128,
}

impl Row for PriceRow {
    const SIZE: usize = 44;

    fn write(&self, out: &mut Writer) {
        out.u64(self.count);
        out.u32(self.epoch);
        out.u128(self.price);
        out.u128(self.depth);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(PriceRow { count: from.u64()?, epoch: from.u32()?, price: from.u128()?, depth: from.u128()? })
    }
}

/// The public rules, fixed for ever at instantiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Start of epoch 0 and length of an epoch, in seconds.
    pub started_at: u64,
    pub epoch_seconds: u64,
    /// A price is quote units for this many base units.
    pub unit: u128,
    pub price_digits: u32,
    pub lp_fee_bps: u32,
    pub protocol_fee_bps: u32,
    pub min_owners: u32,
    pub max_wait: u32,
    /// Least base and least quote of an order and of a first deposit into the pool.
    pub min: [u128; 2],
    /// The admin sets the stop and gets the protocol's fees.
    pub powers: Powers,
}

impl Row for Terms {
    const SIZE: usize = 84 + Powers::SIZE;

    fn write(&self, out: &mut Writer) {
        out.u64(self.started_at);
        out.u64(self.epoch_seconds);
        out.u128(self.unit);
        for number in
            [self.price_digits, self.lp_fee_bps, self.protocol_fee_bps, self.min_owners, self.max_wait]
        {
            out.u32(number);
        }
        out.row(&self.min);
        out.row(&self.powers);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Terms {
            started_at: from.u64()?,
            epoch_seconds: from.u64()?,
            unit: from.u128()?,
            price_digits: from.u32()?,
            lp_fee_bps: from.u32()?,
            protocol_fee_bps: from.u32()?,
            min_owners: from.u32()?,
            max_wait: from.u32()?,
            min: from.row()?,
            powers: from.row()?,
        })
    }
}
