//! The rows of the state: binary, of fixed length. The keys stand in `store.rs`.

use common::account::Account;
use common::head::Head;
use common::phase::Phase;
use common::rows::{Reader, Row, Writer};
use common::vault::{Purse, MAX_TOKENS};
use common::witness;
use cosmwasm_std::StdResult;

/// Auctions that are open or wait for their close at the same time.
pub const SLOTS: usize = 16;

/// Status of a result row. Public.
pub const OPEN: u8 = 0;
pub const SOLD: u8 = 1;
pub const NOT_SOLD: u8 = 2;
pub const CANCELLED: u8 = 3;
/// Bids are over, witnesses confirm.
pub const FROZEN: u8 = 4;

#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Best {
    /// Zeros when there is no bid.
    pub bidder: Account,
    pub amount: u128,
    pub seq: u64,
}

/// A slot of the market. `id` 0: the slot is free.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Lot {
    pub id: u64,
    pub seller: Account,
    /// Hash of the public terms, witnesses included; a bid names it. Without it a host could make an own
    /// auction of the same id on older rows, and run the bids of others on it.
    pub terms: [u8; 32],
    /// Bids count in it.
    pub phase: Phase,
    pub second_price: bool,
    /// In this row because a host can serve the row of the witnesses as absent.
    pub has_witnesses: bool,
    pub min_bid: u128,
    /// 0: no reserve.
    pub reserve: u128,
    pub best: Best,
    /// The highest bid of all bidders but the best one.
    pub second: u128,
}

impl Row for Lot {
    const SIZE: usize = 8 + 20 + 32 + Phase::SIZE + 1 + 16 + 16 + 20 + 16 + 8 + 16;

    fn write(&self, out: &mut Writer) {
        out.u64(self.id);
        out.bytes(&self.seller);
        out.bytes(&self.terms);
        out.row(&self.phase);
        out.u8(u8::from(self.second_price) | u8::from(self.has_witnesses) << 1);
        out.u128(self.min_bid);
        out.u128(self.reserve);
        out.bytes(&self.best.bidder);
        out.u128(self.best.amount);
        out.u64(self.best.seq);
        out.u128(self.second);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let (id, seller, terms, phase) = (from.u64()?, from.bytes()?, from.bytes()?, from.row()?);
        let flags = from.u8()?;
        Ok(Lot {
            id,
            seller,
            terms,
            phase,
            second_price: flags & 1 != 0,
            has_witnesses: flags & 2 != 0,
            min_bid: from.u128()?,
            reserve: from.u128()?,
            best: Best { bidder: from.bytes()?, amount: from.u128()?, seq: from.u64()? },
            second: from.u128()?,
        })
    }
}

/// An auction with witnesses whose bids are over: all that its result depends on, and what they confirm,
/// in one row. Its slot of the market is free again.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct FrozenRow {
    pub lot: Lot,
    /// Of the market at the freeze.
    pub head: Head,
    /// Seconds since 1970.
    pub at: u64,
}

impl Row for FrozenRow {
    const SIZE: usize = Lot::SIZE + Head::SIZE + 8;

    fn write(&self, out: &mut Writer) {
        out.row(&self.lot);
        out.row(&self.head);
        out.u64(self.at);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(FrozenRow { lot: from.row()?, head: from.row()?, at: from.u64()? })
    }
}

impl FrozenRow {
    pub fn state(&self) -> witness::Frozen {
        witness::Frozen { terms: self.lot.terms, head: self.head, at: self.at }
    }
}

/// All that a result depends on, and the head over all acts, in one row: a host cannot give an act
/// older bids of one auction and newer ones of another.
#[derive(Clone, Default, Debug, PartialEq)]
pub struct Market {
    pub head: Head,
    pub last_id: u64,
    pub lots: [Lot; SLOTS],
}

impl Row for Market {
    const SIZE: usize = Head::SIZE + 8 + SLOTS * Lot::SIZE;

    fn write(&self, out: &mut Writer) {
        self.head.write(out);
        out.u64(self.last_id);
        for lot in &self.lots {
            lot.write(out);
        }
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let mut market = Market { head: Head::read(from)?, last_id: from.u64()?, ..Market::default() };
        for lot in &mut market.lots {
            *lot = Lot::read(from)?;
        }
        Ok(market)
    }
}

/// Balances of one account, by the index of the token.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct AccountRow {
    pub free: Purse,
    /// The sum of the bids that are not settled.
    pub locked: Purse,
}

impl Row for AccountRow {
    const SIZE: usize = 2 * 16 * MAX_TOKENS;

    fn write(&self, out: &mut Writer) {
        for amount in self.free.iter().chain(&self.locked) {
            out.u128(*amount);
        }
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let mut row = AccountRow::default();
        for amount in row.free.iter_mut().chain(&mut row.locked) {
            *amount = from.u128()?;
        }
        Ok(row)
    }
}

/// What an account has to do with an auction: its bid, and what it has settled.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct BidRow {
    /// 0: no bid.
    pub amount: u128,
    /// Place and leaf of the act that made the bid.
    pub n: u64,
    pub leaf: [u8; 32],
    pub bid_settled: bool,
    pub sale_settled: bool,
}

impl Row for BidRow {
    const SIZE: usize = 16 + 8 + 32 + 2;

    fn write(&self, out: &mut Writer) {
        out.u128(self.amount);
        out.u64(self.n);
        out.bytes(&self.leaf);
        out.u8(self.bid_settled.into());
        out.u8(self.sale_settled.into());
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(BidRow {
            amount: from.u128()?,
            n: from.u64()?,
            leaf: from.bytes()?,
            bid_settled: from.u8()? == 1,
            sale_settled: from.u8()? == 1,
        })
    }
}

/// Written with the auction, so that an act reads the same number of bytes before the close and
/// after it. Price, winner and proceeds are zeros unless the status is SOLD.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct ResultRow {
    pub status: u8,
    /// The market's slot while the status is OPEN; frozen and closed auctions have none.
    pub slot: u8,
    pub seller: Account,
    pub bid_token: u8,
    pub lot_token: u8,
    pub lot_amount: u128,
    pub reveal_price: bool,
    pub reveal_winner: bool,
    /// For queries; decisions read the lot.
    pub has_witnesses: bool,
    pub winner: Account,
    pub price: u128,
    /// The price without the fee.
    pub proceeds: u128,
    /// The head of the market when the auction was closed, the close included.
    pub head: Head,
}

impl Row for ResultRow {
    const SIZE: usize = 2 + 20 + 2 + 16 + 3 + 20 + 16 + 16 + Head::SIZE;

    fn write(&self, out: &mut Writer) {
        out.u8(self.status);
        out.u8(self.slot);
        out.bytes(&self.seller);
        out.u8(self.bid_token);
        out.u8(self.lot_token);
        out.u128(self.lot_amount);
        out.u8(self.reveal_price.into());
        out.u8(self.reveal_winner.into());
        out.u8(self.has_witnesses.into());
        out.bytes(&self.winner);
        out.u128(self.price);
        out.u128(self.proceeds);
        self.head.write(out);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(ResultRow {
            status: from.u8()?,
            slot: from.u8()?,
            seller: from.bytes()?,
            bid_token: from.u8()?,
            lot_token: from.u8()?,
            lot_amount: from.u128()?,
            reveal_price: from.u8()? == 1,
            reveal_winner: from.u8()? == 1,
            has_witnesses: from.u8()? == 1,
            winner: from.bytes()?,
            price: from.u128()?,
            proceeds: from.u128()?,
            head: Head::read(from)?,
        })
    }
}

/// What the creator of the house fixed for ever, beside its tokens and powers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HouseRow {
    pub tokens: u8,
    pub fee_bps: u16,
    pub lot_fee_token: u8,
    pub lot_fee: u128,
    /// Seconds.
    pub min_duration: u64,
    /// secp256k1, compressed: for proofs of bids.
    pub public_key: [u8; 33],
}

impl Row for HouseRow {
    const SIZE: usize = 1 + 2 + 1 + 16 + 8 + 33;

    fn write(&self, out: &mut Writer) {
        out.u8(self.tokens);
        out.u16(self.fee_bps);
        out.u8(self.lot_fee_token);
        out.u128(self.lot_fee);
        out.u64(self.min_duration);
        out.bytes(&self.public_key);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(HouseRow {
            tokens: from.u8()?,
            fee_bps: from.u16()?,
            lot_fee_token: from.u8()?,
            lot_fee: from.u128()?,
            min_duration: from.u64()?,
            public_key: from.bytes()?,
        })
    }
}
