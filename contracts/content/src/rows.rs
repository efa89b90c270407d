//! The rows of the contract. Each has one length; see the table in README.md.
use common::account::Account;
use common::head::Head;
use common::phase::Phase;
use common::rows::{key, load, save, Reader, Row, Writer};
use common::vault::{Escrow, Purse, MAX_TOKENS};
use cosmwasm_std::{StdError, StdResult, Storage};

pub const MAX_ITEMS: usize = 32;
pub const MAX_ROYALTIES: usize = 2;
/// One secret of 32 bytes for each item, from which the keys of its file are derived.
pub type Masters = [[u8; 32]; MAX_ITEMS];
/// Latest licences that an account can list.
pub const LISTED: usize = 32;

const STATE: u8 = b'i';
const MASTERS: u8 = b'k';
const LICENCE: u8 = b'l';
const ACCOUNT: u8 = b'a';

#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Royalty {
    pub to: Account,
    pub bps: u16,
}

/// Values of `Item::transfer`.
pub const TRANSFER_NONE: u8 = 0;
pub const TRANSFER_FREE: u8 = 1;
pub const TRANSFER_RESALE: u8 = 2;

#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Item {
    pub publisher: Account,
    /// 1 for an item that exists.
    pub listed: u8,
    pub revocable: u8,
    pub instant: u8,
    pub transfer: u8,
    /// Place of the price's token in the vault, or of the coin after them.
    pub token: u8,
    /// 0: only granted, never sold.
    pub for_sale: u8,
    pub price: u128,
    pub supply: u32,
    /// Licences that count against the supply: pending, active and revoked ones.
    pub sold: u32,
    /// Seconds of a rent; 0: owned.
    pub rent: u32,
    /// Seconds after which a purchase that nobody confirmed can be refunded.
    pub refund_after: u32,
    pub royalties: [Royalty; MAX_ROYALTIES],
    pub version: u32,
    /// Start of the 30 days in which `traces` were made, seconds since 1970.
    pub traces_since: u64,
    pub traces: u8,
    pub earned: u128,
    pub royalties_earned: [u128; MAX_ROYALTIES],
}

/// All items, the head and the counters in one row, so that a hostile host can run a call only on
/// a state that once was, and does not see which item is bought.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    pub head: Head,
    /// The number of the next licence; the first is 1.
    pub next: u32,
    pub listed: u8,
    pub fees: Purse,
    /// What came in and did not go out: purchases that are pending, and what accounts can collect.
    pub escrow: Escrow,
    pub items: [Item; MAX_ITEMS],
}

impl State {
    pub fn new() -> State {
        let items = [Item::default(); MAX_ITEMS];
        State { head: Head::default(), next: 1, listed: 0, fees: Purse::default(), escrow: Escrow::default(), items }
    }
}

impl Default for State {
    fn default() -> State {
        State::new()
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Status {
    Pending = 1,
    Active,
    Refunded,
    /// A resale of it waits for its confirmation.
    Sold,
    /// It went to a new owner as another licence.
    Moved,
    Revoked,
    Burnt,
}

impl Status {
    /// By place: the same work for each.
    pub fn of(byte: u8) -> StdResult<Status> {
        use Status::{Active, Burnt, Moved, Pending, Refunded, Revoked, Sold};
        const ALL: [Status; 7] = [Pending, Active, Refunded, Sold, Moved, Revoked, Burnt];
        let known = ALL.get(usize::from(byte).wrapping_sub(1));
        known.copied().ok_or_else(|| StdError::generic_err("a licence has an unknown status"))
    }

    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Active => "active",
            Status::Refunded => "refunded",
            Status::Sold => "sold",
            Status::Moved => "moved",
            Status::Revoked => "revoked",
            Status::Burnt => "burnt",
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Licence {
    pub item: u8,
    pub owner: Account,
    pub status: Status,
    pub paid: u128,
    pub granted: u8,
    /// X25519; zero: not set.
    pub device: [u8; 32],
    pub changes_since: u64,
    pub changes: u8,
    /// From the purchase until it can be refunded.
    pub hold: Phase,
    /// Of a rent, from its confirmation on; zeros for owned licences.
    pub term: Phase,
    pub session: u8,
    pub leaf: [u8; 32],
    /// Price of an offered resale; 0: not offered.
    pub offer: u128,
    /// The licence that a resale takes over; 0 for a first sale.
    pub parent: u32,
}

impl Licence {
    pub fn new(item: u8, owner: Account, status: Status) -> Licence {
        Licence {
            item,
            owner,
            status,
            paid: 0,
            granted: 0,
            device: [0; 32],
            changes_since: 0,
            changes: 0,
            hold: Phase::default(),
            term: Phase::default(),
            session: 0,
            leaf: [0; 32],
            offer: 0,
            parent: 0,
        }
    }

    /// What a leaf says of a licence, in one length.
    pub fn record(&self, number: u32) -> Vec<u8> {
        let mut record = number.to_be_bytes().to_vec();
        record.extend_from_slice(&[self.item, self.status as u8, self.granted, self.session]);
        record.extend_from_slice(&self.owner);
        record.extend_from_slice(&self.device);
        record.extend_from_slice(&self.paid.to_be_bytes());
        record.extend_from_slice(&self.offer.to_be_bytes());
        record.extend_from_slice(&self.term.ends_at.to_be_bytes());
        record.extend_from_slice(&self.parent.to_be_bytes());
        record
    }
}

/// What an account may collect, and its latest licences.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Owner {
    pub purse: Purse,
    pub count: u32,
    pub licences: [u32; LISTED],
}

impl Owner {
    pub fn add(&mut self, licence: u32) {
        self.licences[self.count as usize % LISTED] = licence;
        self.count = self.count.wrapping_add(1);
    }

    /// The latest first.
    pub fn latest(&self) -> impl Iterator<Item = u32> + '_ {
        let known = (self.count as usize).min(LISTED);
        (1..=known).map(|back| self.licences[(self.count as usize - back) % LISTED])
    }
}

impl Row for Royalty {
    const SIZE: usize = 22;

    fn write(&self, out: &mut Writer) {
        out.bytes(&self.to);
        out.u16(self.bps);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Royalty { to: from.bytes()?, bps: from.u16()? })
    }
}

impl Row for Item {
    const SIZE: usize =
        20 + 6 + 16 + 4 * 4 + Royalty::SIZE * MAX_ROYALTIES + 4 + 8 + 1 + 16 + 16 * MAX_ROYALTIES;

    fn write(&self, out: &mut Writer) {
        out.bytes(&self.publisher);
        for byte in [self.listed, self.revocable, self.instant, self.transfer, self.token, self.for_sale] {
            out.u8(byte);
        }
        out.u128(self.price);
        for number in [self.supply, self.sold, self.rent, self.refund_after] {
            out.u32(number);
        }
        out.row(&self.royalties);
        out.u32(self.version);
        out.u64(self.traces_since);
        out.u8(self.traces);
        out.u128(self.earned);
        out.row(&self.royalties_earned);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Item {
            publisher: from.bytes()?,
            listed: from.u8()?,
            revocable: from.u8()?,
            instant: from.u8()?,
            transfer: from.u8()?,
            token: from.u8()?,
            for_sale: from.u8()?,
            price: from.u128()?,
            supply: from.u32()?,
            sold: from.u32()?,
            rent: from.u32()?,
            refund_after: from.u32()?,
            royalties: from.row()?,
            version: from.u32()?,
            traces_since: from.u64()?,
            traces: from.u8()?,
            earned: from.u128()?,
            royalties_earned: from.row()?,
        })
    }
}

impl Row for State {
    const SIZE: usize = Head::SIZE + 4 + 1 + 16 * MAX_TOKENS + Escrow::SIZE + Item::SIZE * MAX_ITEMS;

    fn write(&self, out: &mut Writer) {
        out.row(&self.head);
        out.u32(self.next);
        out.u8(self.listed);
        out.row(&self.fees);
        out.row(&self.escrow);
        out.row(&self.items);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(State {
            head: from.row()?,
            next: from.u32()?,
            listed: from.u8()?,
            fees: from.row()?,
            escrow: from.row()?,
            items: from.row()?,
        })
    }
}

impl Row for Licence {
    const SIZE: usize = 1 + 20 + 1 + 16 + 1 + 32 + 8 + 1 + 2 * Phase::SIZE + 1 + 32 + 16 + 4;

    fn write(&self, out: &mut Writer) {
        out.u8(self.item);
        out.bytes(&self.owner);
        out.u8(self.status as u8);
        out.u128(self.paid);
        out.u8(self.granted);
        out.bytes(&self.device);
        out.u64(self.changes_since);
        out.u8(self.changes);
        out.row(&self.hold);
        out.row(&self.term);
        out.u8(self.session);
        out.bytes(&self.leaf);
        out.u128(self.offer);
        out.u32(self.parent);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Licence {
            item: from.u8()?,
            owner: from.bytes()?,
            status: Status::of(from.u8()?)?,
            paid: from.u128()?,
            granted: from.u8()?,
            device: from.bytes()?,
            changes_since: from.u64()?,
            changes: from.u8()?,
            hold: from.row()?,
            term: from.row()?,
            session: from.u8()?,
            leaf: from.bytes()?,
            offer: from.u128()?,
            parent: from.u32()?,
        })
    }
}

impl Row for Owner {
    const SIZE: usize = 16 * MAX_TOKENS + 4 + 4 * LISTED;

    fn write(&self, out: &mut Writer) {
        out.row(&self.purse);
        out.u32(self.count);
        out.row(&self.licences);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Owner { purse: from.row()?, count: from.u32()?, licences: from.row()? })
    }
}

pub fn load_state(storage: &dyn Storage) -> StdResult<State> {
    load(storage, &[STATE])?.ok_or_else(|| StdError::generic_err("the contract is not instantiated"))
}

pub fn save_state(storage: &mut dyn Storage, state: &State) -> StdResult<()> {
    save(storage, &[STATE], state)
}

/// The masters of all items. Hazard: read by the query `keys` and by the two messages that set one.
pub fn load_masters(storage: &dyn Storage) -> StdResult<Masters> {
    Ok(load(storage, &[MASTERS])?.unwrap_or([[0; 32]; MAX_ITEMS]))
}

pub fn save_masters(storage: &mut dyn Storage, masters: &Masters) -> StdResult<()> {
    save(storage, &[MASTERS], masters)
}

pub fn find_licence(storage: &dyn Storage, number: u32) -> StdResult<Option<Licence>> {
    load(storage, &key(LICENCE, &[&number.to_be_bytes()]))
}

pub fn save_licence(storage: &mut dyn Storage, number: u32, licence: &Licence) -> StdResult<()> {
    save(storage, &key(LICENCE, &[&number.to_be_bytes()]), licence)
}

pub fn load_owner(storage: &dyn Storage, account: &Account) -> StdResult<Owner> {
    Ok(load(storage, &key(ACCOUNT, &[account]))?.unwrap_or_default())
}

pub fn save_owner(storage: &mut dyn Storage, account: &Account, owner: &Owner) -> StdResult<()> {
    save(storage, &key(ACCOUNT, &[account]), owner)
}
