//! The count of a poll: reads the log of entries in order and knows each voter by a credential.
//! The work depends on the number of entries and the capacity only, never on what entries hold.

use common::head;
use cosmwasm_std::{StdError, StdResult};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::outcome::{Count, Rules};

/// Entries of one call of the tally.
pub const CHUNK: u64 = 256;

pub const MAX_OPTIONS: usize = 16;

/// Bound of one weight: the sum of 1,024 of them times 10,000 fits into 128 bits.
pub const MAX_WEIGHT: u128 = 10_u128.pow(31);

/// Bytes of an entry that its leaf commits to.
pub const ENTRY_PAYLOAD: usize = 109;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A registration that was refused. It keeps its place, so that it looks like the others.
    Nothing = 0,
    Registration = 1,
    Cast = 2,
}

impl Kind {
    pub fn of(byte: u8) -> StdResult<Kind> {
        match byte {
            0 => Ok(Kind::Nothing),
            1 => Ok(Kind::Registration),
            2 => Ok(Kind::Cast),
            _ => Err(StdError::generic_err("an entry of the log has an unknown kind")),
        }
    }
}

/// One act of the log. Credentials are SHA-256 of the 32 bytes that a voter keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub kind: Kind,
    /// The sender: a voter who registers, or any carrier of a cast.
    pub sender: [u8; 20],
    /// Of a registration, else 0.
    pub weight: u128,
    pub credential: [u8; 32],
    /// Zeros: no change.
    pub new_credential: [u8; 32],
    /// Bit i stands for option i; 0 is no vote.
    pub choice: u64,
    pub salt: [u8; 32],
}

impl Entry {
    pub fn payload(&self) -> [u8; ENTRY_PAYLOAD] {
        let mut out = [0; ENTRY_PAYLOAD];
        out[0] = self.kind as u8;
        out[1..21].copy_from_slice(&self.sender);
        out[21..37].copy_from_slice(&self.weight.to_be_bytes());
        out[37..69].copy_from_slice(&self.credential);
        out[69..101].copy_from_slice(&self.new_credential);
        out[101..109].copy_from_slice(&self.choice.to_be_bytes());
        out
    }
}

#[derive(Clone, Copy, Default)]
struct Voter {
    credential: [u64; 4],
    weight: u128,
    choice: u64,
}

const VOTER_SIZE: usize = 56;
const HEADER_SIZE: usize = 1 + 8 + 32 + 4;
const VERSION: u8 = 1;

/// What the tally holds between two calls; one row of a size that the capacity fixes.
pub struct Work {
    /// Entries that were read.
    pub next: u64,
    /// The head of the log after them.
    pub hash: [u8; 32],
    voters: Vec<Voter>,
    joined: u32,
}

impl Work {
    /// `start`: the head of the empty log.
    pub fn new(capacity: usize, start: [u8; 32]) -> Work {
        Work { next: 0, hash: start, voters: vec![Voter::default(); capacity], joined: 0 }
    }

    pub fn size(capacity: usize) -> usize {
        HEADER_SIZE + capacity * VOTER_SIZE
    }

    /// Reads the entry after those that were read.
    pub fn apply(&mut self, entry: &Entry, rules: &Rules) {
        let kind = entry.kind as u8;
        let joins = kind.ct_eq(&(Kind::Registration as u8));
        let casts = kind.ct_eq(&(Kind::Cast as u8));
        let credential = limbs(&entry.credential);
        let new = limbs(&entry.new_credential);
        let changes = casts & !is_equal(&new, &[0; 4]);
        let votes = casts & Choice::from(rules.is_valid(entry.choice));
        for (at, voter) in self.voters.iter_mut().enumerate() {
            let joins = joins & (at as u32).ct_eq(&self.joined);
            // Every match counts: one who knows another's credential cannot hide it behind a copy.
            let found = is_equal(&voter.credential, &credential);
            select(&mut voter.credential, &new, found & changes);
            select(&mut voter.credential, &credential, joins);
            voter.weight.conditional_assign(&entry.weight, joins);
            voter.choice.conditional_assign(&entry.choice, found & votes);
        }
        self.joined += u32::from(joins.unwrap_u8());
        self.next += 1;
        self.hash = head::next(&self.hash, &head::leaf(&entry.salt, &entry.payload()));
    }

    /// The sums after the last entry.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for voter in &self.voters {
            let voted = !voter.choice.ct_eq(&0);
            count.voters += u32::from(voted.unwrap_u8());
            count.weight += u128::conditional_select(&0, &voter.weight, voted);
            for (option, total) in count.totals.iter_mut().enumerate() {
                let chosen = Choice::from((voter.choice >> option & 1) as u8);
                *total += u128::conditional_select(&0, &voter.weight, chosen);
            }
        }
        count
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Work::size(self.voters.len()));
        out.push(VERSION);
        out.extend_from_slice(&self.next.to_be_bytes());
        out.extend_from_slice(&self.hash);
        out.extend_from_slice(&self.joined.to_be_bytes());
        for voter in &self.voters {
            for limb in voter.credential {
                out.extend_from_slice(&limb.to_be_bytes());
            }
            out.extend_from_slice(&voter.weight.to_be_bytes());
            out.extend_from_slice(&voter.choice.to_be_bytes());
        }
        out
    }

    pub fn from_bytes(bytes: &[u8], capacity: usize) -> StdResult<Work> {
        if bytes.len() != Work::size(capacity) || bytes[0] != VERSION {
            return Err(StdError::generic_err("the work row of the tally has another form"));
        }
        let (header, voters) = bytes.split_at(HEADER_SIZE);
        let voters = voters.chunks_exact(VOTER_SIZE).map(|chunk| Voter {
            credential: limbs(&array(&chunk[..32])),
            weight: u128::from_be_bytes(array(&chunk[32..48])),
            choice: u64::from_be_bytes(array(&chunk[48..56])),
        });
        Ok(Work {
            next: u64::from_be_bytes(array(&header[1..9])),
            hash: array(&header[9..41]),
            joined: u32::from_be_bytes(array(&header[41..45])),
            voters: voters.collect(),
        })
    }
}

/// The slice has exactly N bytes.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(bytes);
    out
}

fn limbs(bytes: &[u8; 32]) -> [u64; 4] {
    core::array::from_fn(|i| u64::from_be_bytes(array(&bytes[i * 8..i * 8 + 8])))
}

fn is_equal(a: &[u64; 4], b: &[u64; 4]) -> Choice {
    let difference = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]);
    difference.ct_eq(&0)
}

fn select(to: &mut [u64; 4], from: &[u64; 4], choice: Choice) {
    for (to, from) in to.iter_mut().zip(from) {
        to.conditional_assign(from, choice);
    }
}
