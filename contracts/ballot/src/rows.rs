//! The rows of the contract. Each has one length, but the terms, which are public.

use common::account::Account;
use common::admin::Powers;
use common::amount::{Amount, Id};
use common::head::Head;
use common::json::{from_slice, to_vec};
use common::rows::{key, load, save, Reader, Row, Writer};
use common::witness::Frozen;
use cosmwasm_std::{StdError, StdResult, Storage};
use sha2::{Digest, Sha256};

use crate::msg::{OnPass, Publish, ResultView};
use crate::outcome::{Outcome, Quorum, Rules};
use crate::tally::{Entry, Kind, MAX_OPTIONS};

const CONFIG: u8 = b'c';
const POLLS: u8 = b'n';
const POLL: u8 = b'h';
const TERMS: u8 = b't';
const ON_PASS: u8 = b'o';
const VOTER: u8 = b'v';
const ENTRY: u8 = b'e';
const WORK: u8 = b'w';
const RESULT: u8 = b'r';

/// Stands for an absent number of 16 bits.
const NONE: u16 = u16::MAX;

pub struct Config {
    /// The admin may stop new polls and new locks; there are no fees.
    pub powers: Powers,
    pub has_token: bool,
    pub min_phase: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// The list is written.
    Setup,
    Open,
    Frozen,
    Done,
    /// The message of a passed poll was sent.
    Executed,
}

/// The header: what an act needs, and the head of the log, in one row.
#[derive(Clone, Debug)]
pub struct Poll {
    pub phase: Phase,
    pub organiser: Account,
    pub is_lock: bool,
    pub rules: Rules,
    pub publish: Option<Publish>,
    pub capacity: u16,
    pub min_weight: u128,
    pub max_weight: u128,
    pub register_until: u64,
    pub ends_at: u64,
    /// Accounts of the list, and their weight.
    pub listed: u16,
    pub listed_weight: u128,
    /// The weight of all, while all are equal; 0 without voters and for unequal weights.
    pub equal_weight: u128,
    /// Accepted registrations: secret.
    pub registered: u16,
    pub seed: [u8; 32],
    /// The head of the empty log: what the poll is, for messages and witnesses.
    pub start: [u8; 32],
    pub head: Head,
    /// In this row, because a host can serve the row of witnesses as absent.
    pub is_witnessed: bool,
    /// Seconds since 1970; 0 before the freeze.
    pub frozen_at: u64,
}

/// What an account has in a poll.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Voter {
    /// Listed, or locked in the contract.
    pub weight: u128,
    pub registered: bool,
}

pub struct ResultRow {
    pub outcome: Outcome,
    pub publish: Publish,
    pub options: u8,
    pub is_single: bool,
    /// Zeros for what is not published.
    pub counted: u128,
    pub totals: [u128; MAX_OPTIONS],
    pub shares: [u8; MAX_OPTIONS],
}

#[cold]
#[inline(never)]
fn broken() -> StdError {
    StdError::generic_err("a row holds an unknown number")
}

#[cold]
#[inline(never)]
fn missing(what: &str) -> StdError {
    StdError::generic_err(what)
}

#[cold]
#[inline(never)]
pub fn no_poll() -> StdError {
    StdError::generic_err("there is no poll with this poll_id")
}

fn flag(from: &mut Reader) -> StdResult<bool> {
    Ok(from.u8()? == 1)
}

impl Row for Config {
    const SIZE: usize = Powers::SIZE + 5;

    fn write(&self, out: &mut Writer) {
        out.row(&self.powers);
        out.u8(self.has_token.into());
        out.u32(self.min_phase);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Config { powers: from.row()?, has_token: flag(from)?, min_phase: from.u32()? })
    }
}

impl Config {
    pub fn load(storage: &dyn Storage) -> StdResult<Config> {
        load(storage, &key(CONFIG, &[]))?.ok_or_else(|| missing("the contract was not instantiated"))
    }

    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        save(storage, &key(CONFIG, &[]), self)
    }
}

impl Phase {
    fn of(byte: u8) -> StdResult<Phase> {
        [Phase::Setup, Phase::Open, Phase::Frozen, Phase::Done, Phase::Executed]
            .into_iter()
            .find(|phase| *phase as u8 == byte)
            .ok_or_else(broken)
    }

    pub fn name(self) -> &'static str {
        match self {
            Phase::Setup => "setup",
            Phase::Open => "open",
            Phase::Frozen => "frozen",
            Phase::Done | Phase::Executed => "done",
        }
    }
}

impl Row for Rules {
    const SIZE: usize = 25;

    fn write(&self, out: &mut Writer) {
        out.u8(self.options);
        out.u8(self.approval.into());
        out.u8(self.abstain.unwrap_or(u8::MAX));
        let (bps, weight) = match self.quorum {
            Quorum::Bps { bps, listed } => (bps, listed),
            Quorum::Weight(least) => (NONE, least),
        };
        out.u16(bps);
        out.u128(weight);
        out.u16(self.threshold_bps.unwrap_or(NONE));
        out.u16(self.min_counted);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let (options, approval, abstain) = (from.u8()?, flag(from)?, from.u8()?);
        let (bps, weight) = (from.u16()?, from.u128()?);
        let (threshold, min_counted) = (from.u16()?, from.u16()?);
        Ok(Rules {
            options,
            approval,
            abstain: (abstain != u8::MAX).then_some(abstain),
            quorum: if bps == NONE { Quorum::Weight(weight) } else { Quorum::Bps { bps, listed: weight } },
            threshold_bps: (threshold != NONE).then_some(threshold),
            min_counted,
        })
    }
}

fn publish_byte(publish: Option<Publish>) -> u8 {
    match publish {
        None => 0,
        Some(Publish::Totals) => 1,
        Some(Publish::Shares) => 2,
        Some(Publish::Outcome) => 3,
    }
}

fn publish_of(byte: u8) -> StdResult<Option<Publish>> {
    match byte {
        0 => Ok(None),
        1 => Ok(Some(Publish::Totals)),
        2 => Ok(Some(Publish::Shares)),
        3 => Ok(Some(Publish::Outcome)),
        _ => Err(broken()),
    }
}

impl Row for Poll {
    const SIZE: usize = 22 + Rules::SIZE + 3 + 32 + 16 + 2 + 32 + 2 + 64 + Head::SIZE + 9;

    fn write(&self, out: &mut Writer) {
        out.u8(self.phase as u8);
        out.bytes(&self.organiser);
        out.u8(self.is_lock.into());
        out.row(&self.rules);
        out.u8(publish_byte(self.publish));
        out.u16(self.capacity);
        out.u128(self.min_weight);
        out.u128(self.max_weight);
        out.u64(self.register_until);
        out.u64(self.ends_at);
        out.u16(self.listed);
        out.u128(self.listed_weight);
        out.u128(self.equal_weight);
        out.u16(self.registered);
        out.bytes(&self.seed);
        out.bytes(&self.start);
        out.row(&self.head);
        out.u8(self.is_witnessed.into());
        out.u64(self.frozen_at);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Poll {
            phase: Phase::of(from.u8()?)?,
            organiser: from.bytes()?,
            is_lock: flag(from)?,
            rules: from.row()?,
            publish: publish_of(from.u8()?)?,
            capacity: from.u16()?,
            min_weight: from.u128()?,
            max_weight: from.u128()?,
            register_until: from.u64()?,
            ends_at: from.u64()?,
            listed: from.u16()?,
            listed_weight: from.u128()?,
            equal_weight: from.u128()?,
            registered: from.u16()?,
            seed: from.bytes()?,
            start: from.bytes()?,
            head: from.row()?,
            is_witnessed: flag(from)?,
            frozen_at: from.u64()?,
        })
    }
}

fn id(poll: Id) -> [u8; 8] {
    poll.0.to_be_bytes()
}

impl Poll {
    pub fn load(storage: &dyn Storage, poll: Id) -> StdResult<Poll> {
        load(storage, &key(POLL, &[&id(poll)]))?.ok_or_else(no_poll)
    }

    pub fn save(&self, storage: &mut dyn Storage, poll: Id) -> StdResult<()> {
        save(storage, &key(POLL, &[&id(poll)]), self)
    }

    /// Begins the voting. The log starts with all that decides what its entries give: the terms, which
    /// `start` has the SHA-256 of, the size and the weight of the list, and what is published. So two
    /// polls with one head have one result.
    pub fn open(&mut self, publish: Publish) {
        self.phase = Phase::Open;
        self.publish = Some(publish);
        self.start = self.opened(self.start);
        self.head.hash = self.start;
    }

    /// `terms`: SHA-256 of the row of terms.
    fn opened(&self, terms: [u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update(terms)
            .chain_update(self.listed.to_be_bytes())
            .chain_update(self.listed_weight.to_be_bytes())
            .chain_update([publish_byte(self.publish)])
            .finalize()
            .into()
    }

    /// A host can serve the terms of one poll with the row of another, and a voter would name its start.
    pub fn check_terms(&self, terms: &[u8]) -> StdResult<()> {
        let hash = Sha256::digest(terms).into();
        let start = if self.phase == Phase::Setup { hash } else { self.opened(hash) };
        if start != self.start {
            return Err(StdError::generic_err(
                "these are the terms of another poll: this node serves a mix of rows",
            ));
        }
        Ok(())
    }

    /// What witnesses confirm: no act is taken after the freeze, so that the head stays.
    pub fn frozen(&self) -> Frozen {
        Frozen { terms: self.start, head: self.head, at: self.frozen_at }
    }

    /// The number of polls; their ids count from 1.
    pub fn count(storage: &dyn Storage) -> StdResult<u64> {
        Ok(load(storage, &key(POLLS, &[]))?.unwrap_or(0))
    }

    pub fn save_count(storage: &mut dyn Storage, count: u64) -> StdResult<()> {
        save(storage, &key(POLLS, &[]), &count)
    }

    pub fn terms(storage: &dyn Storage, poll: Id) -> StdResult<Vec<u8>> {
        storage.get(&key(TERMS, &[&id(poll)])).ok_or_else(no_poll)
    }

    pub fn save_terms(storage: &mut dyn Storage, poll: Id, terms: &[u8]) {
        storage.set(&key(TERMS, &[&id(poll)]), terms);
    }

    pub fn on_pass(storage: &dyn Storage, poll: Id) -> StdResult<Option<OnPass>> {
        storage.get(&key(ON_PASS, &[&id(poll)])).map(|bytes| from_slice(&bytes)).transpose()
    }

    pub fn save_on_pass(storage: &mut dyn Storage, poll: Id, message: &OnPass) {
        storage.set(&key(ON_PASS, &[&id(poll)]), &to_vec(message));
    }

    pub fn work(storage: &dyn Storage, poll: Id) -> Option<Vec<u8>> {
        storage.get(&key(WORK, &[&id(poll)]))
    }

    pub fn save_work(storage: &mut dyn Storage, poll: Id, work: Option<&[u8]>) {
        let key = key(WORK, &[&id(poll)]);
        match work {
            Some(work) => storage.set(&key, work),
            None => storage.remove(&key),
        }
    }
}

impl Row for Voter {
    const SIZE: usize = 17;

    fn write(&self, out: &mut Writer) {
        out.u128(self.weight);
        out.u8(self.registered.into());
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Voter { weight: from.u128()?, registered: flag(from)? })
    }
}

/// Accounts that nobody has, as nobody finds a key for them: their rows stand in for others.
const ALWAYS: Account = [0; 20];
const NEVER: Account = [255; 20];

impl Voter {
    /// Reads one row that is there and one that is not: an absent row is cheaper to read, which would
    /// tell the observers which accounts are listed.
    pub fn load(storage: &dyn Storage, poll: Id, account: &Account) -> StdResult<Voter> {
        let read = |account: &Account| load(storage, &key(VOTER, &[&id(poll), account]));
        let found = read(account)?;
        let _: Option<Voter> = read(if found.is_some() { &NEVER } else { &ALWAYS })?;
        Ok(found.unwrap_or_default())
    }

    /// Once for each poll, before the first `load`.
    pub fn save_stand_in(storage: &mut dyn Storage, poll: Id) -> StdResult<()> {
        Voter::default().save(storage, poll, &ALWAYS)
    }

    pub fn save(&self, storage: &mut dyn Storage, poll: Id, account: &Account) -> StdResult<()> {
        save(storage, &key(VOTER, &[&id(poll), account]), self)
    }
}

impl Row for Entry {
    const SIZE: usize = 141;

    fn write(&self, out: &mut Writer) {
        out.bytes(&self.payload());
        out.bytes(&self.salt);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Entry {
            kind: Kind::of(from.u8()?)?,
            sender: from.bytes()?,
            weight: from.u128()?,
            credential: from.bytes()?,
            new_credential: from.bytes()?,
            choice: from.u64()?,
            salt: from.bytes()?,
        })
    }
}

impl Entry {
    /// `n` counts from 1.
    pub fn load(storage: &dyn Storage, poll: Id, n: u64) -> StdResult<Entry> {
        load(storage, &key(ENTRY, &[&id(poll), &n.to_be_bytes()]))?
            .ok_or_else(|| missing("the log misses an entry: nothing was counted"))
    }

    pub fn save(&self, storage: &mut dyn Storage, poll: Id, n: u64) -> StdResult<()> {
        save(storage, &key(ENTRY, &[&id(poll), &n.to_be_bytes()]), self)
    }
}

impl Row for ResultRow {
    const SIZE: usize = 5 + 16 + 17 * MAX_OPTIONS;

    fn write(&self, out: &mut Writer) {
        let (outcome, option) = match self.outcome {
            Outcome::Passed => (0, 0),
            Outcome::Rejected => (1, 0),
            Outcome::NoQuorum => (2, 0),
            Outcome::TooFew => (3, 0),
            Outcome::Tie => (4, 0),
            Outcome::Option(option) => (5, option),
        };
        out.u8(outcome);
        out.u8(option);
        out.u8(publish_byte(Some(self.publish)));
        out.u8(self.options);
        out.u8(self.is_single.into());
        out.u128(self.counted);
        self.totals.iter().for_each(|total| out.u128(*total));
        out.bytes(&self.shares);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let (outcome, option) = (from.u8()?, from.u8()?);
        let outcome = match outcome {
            0 => Outcome::Passed,
            1 => Outcome::Rejected,
            2 => Outcome::NoQuorum,
            3 => Outcome::TooFew,
            4 => Outcome::Tie,
            5 => Outcome::Option(option),
            _ => return Err(broken()),
        };
        let publish = publish_of(from.u8()?)?.ok_or_else(broken)?;
        let (options, is_single, counted) = (from.u8()?, flag(from)?, from.u128()?);
        let (totals, shares) = (from.row()?, from.bytes()?);
        Ok(ResultRow { outcome, publish, options, is_single, counted, totals, shares })
    }
}

impl ResultRow {
    pub fn load(storage: &dyn Storage, poll: Id) -> StdResult<Option<ResultRow>> {
        load(storage, &key(RESULT, &[&id(poll)]))
    }

    pub fn save(&self, storage: &mut dyn Storage, poll: Id) -> StdResult<()> {
        save(storage, &key(RESULT, &[&id(poll)]), self)
    }

    pub fn view(&self) -> ResultView {
        let shows = |publish| self.publish == publish && self.outcome != Outcome::TooFew;
        let options = usize::from(self.options);
        let (totals, shares) = (&self.totals[..options], &self.shares[..options]);
        let rest = || shares.iter().fold(100_u8, |rest, share| rest.saturating_sub(*share));
        ResultView {
            outcome: self.outcome,
            totals: shows(Publish::Totals).then(|| totals.iter().map(|total| Amount(*total)).collect()),
            counted: shows(Publish::Totals).then_some(Amount(self.counted)),
            shares: shows(Publish::Shares).then(|| shares.to_vec()),
            rest: (shows(Publish::Shares) && self.is_single).then(rest),
        }
    }
}
