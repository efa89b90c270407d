//! Each account has its own list of entries; what it took part in is written whole into it.

use common::rows::key;
use cosmwasm_std::{BlockInfo, StdError, StdResult, Storage};

use super::Account;

const SPACE: u8 = b'h';

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Decoy,
    Transfer { from: Account, sender: Account, recipient: Account },
    Mint { minter: Account, recipient: Account },
    Burn { burner: Account, owner: Account },
    Deposit,
    Redeem,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub action: Action,
    pub height: u64,
    /// Seconds since 1970.
    pub time: u64,
    pub amount: u128,
    /// The native denomination of a deposit or redemption; the token itself when absent.
    pub denom: Option<String>,
    pub memo: Option<String>,
}

impl Entry {
    pub fn new(block: &BlockInfo, action: Action, amount: u128, memo: Option<String>) -> Self {
        Entry { action, height: block.height, time: block.time.seconds(), amount, denom: None, memo }
    }

    pub fn encode(&self) -> Vec<u8> {
        let (kind, parties): (u8, Vec<&[u8]>) = match &self.action {
            Action::Decoy => (0, vec![]),
            Action::Transfer { from, sender, recipient } => (1, vec![from, sender, recipient]),
            Action::Mint { minter, recipient } => (2, vec![minter, recipient]),
            Action::Burn { burner, owner } => (3, vec![burner, owner]),
            Action::Deposit => (4, vec![]),
            Action::Redeem => (5, vec![]),
        };
        let mut out = Vec::with_capacity(128);
        out.push(kind);
        out.extend_from_slice(&self.height.to_be_bytes());
        out.extend_from_slice(&self.time.to_be_bytes());
        out.extend_from_slice(&self.amount.to_be_bytes());
        for party in parties {
            put(&mut out, Some(party));
        }
        put(&mut out, self.denom.as_deref().map(str::as_bytes));
        put(&mut out, self.memo.as_deref().map(str::as_bytes));
        out
    }

    pub fn decode(bytes: &[u8]) -> StdResult<Entry> {
        let mut rest = bytes;
        let kind = take(&mut rest, 1)?[0];
        let height = take_u64(&mut rest)?;
        let time = take_u64(&mut rest)?;
        let mut amount = [0; 16];
        amount.copy_from_slice(take(&mut rest, 16)?);
        let action = match kind {
            0 => {
                return Ok(Entry { action: Action::Decoy, height, time, amount: 0, denom: None, memo: None })
            }
            1 => Action::Transfer {
                from: party(&mut rest)?,
                sender: party(&mut rest)?,
                recipient: party(&mut rest)?,
            },
            2 => Action::Mint { minter: party(&mut rest)?, recipient: party(&mut rest)? },
            3 => Action::Burn { burner: party(&mut rest)?, owner: party(&mut rest)? },
            4 => Action::Deposit,
            5 => Action::Redeem,
            _ => return Err(StdError::parse_err("Entry", "unknown kind")),
        };
        let denom = string(&mut rest)?;
        let memo = string(&mut rest)?;
        Ok(Entry { action, height, time, amount: u128::from_be_bytes(amount), denom, memo })
    }

    /// As long as the entry it hides, so that a row's size tells nothing.
    pub fn decoy_of(encoded: &[u8]) -> Vec<u8> {
        let mut out = vec![0; encoded.len()];
        out[1..17].copy_from_slice(&encoded[1..17]);
        out
    }
}

pub fn save(storage: &mut dyn Storage, account: &[u8], index: u32, encoded: &[u8]) {
    storage.set(&entry_key(account, index), encoded);
}

pub fn load(storage: &dyn Storage, account: &[u8], index: u32) -> StdResult<Entry> {
    let bytes =
        storage.get(&entry_key(account, index)).ok_or_else(|| StdError::not_found("history entry"))?;
    Entry::decode(&bytes)
}

fn entry_key(account: &[u8], index: u32) -> Vec<u8> {
    key(SPACE, &[account, &index.to_be_bytes()])
}

/// Absent is length 0, present is length + 1.
fn put(out: &mut Vec<u8>, field: Option<&[u8]>) {
    let Some(field) = field else {
        out.extend_from_slice(&[0; 4]);
        return;
    };
    out.extend_from_slice(&(field.len() as u32 + 1).to_be_bytes());
    out.extend_from_slice(field);
}

fn take<'a>(rest: &mut &'a [u8], size: usize) -> StdResult<&'a [u8]> {
    if rest.len() < size {
        return Err(StdError::parse_err("Entry", "too short"));
    }
    let (head, tail) = rest.split_at(size);
    *rest = tail;
    Ok(head)
}

fn take_u64(rest: &mut &[u8]) -> StdResult<u64> {
    let mut number = [0; 8];
    number.copy_from_slice(take(rest, 8)?);
    Ok(u64::from_be_bytes(number))
}

fn field(rest: &mut &[u8]) -> StdResult<Option<Vec<u8>>> {
    let mut size = [0; 4];
    size.copy_from_slice(take(rest, 4)?);
    match u32::from_be_bytes(size) {
        0 => Ok(None),
        size => Ok(Some(take(rest, size as usize - 1)?.to_vec())),
    }
}

fn party(rest: &mut &[u8]) -> StdResult<Account> {
    field(rest)?.ok_or_else(|| StdError::parse_err("Entry", "no party"))
}

fn string(rest: &mut &[u8]) -> StdResult<Option<String>> {
    match field(rest)? {
        None => Ok(None),
        Some(bytes) => Ok(Some(String::from_utf8(bytes).map_err(StdError::invalid_utf8)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(action: Action, denom: Option<&str>, memo: Option<&str>) -> Entry {
        let (denom, memo) = (denom.map(str::to_string), memo.map(str::to_string));
        Entry { action, height: 7, time: u64::MAX, amount: u128::MAX, denom, memo }
    }

    #[test]
    fn decodes_what_it_encodes() {
        let (a, b, c) = (vec![1; 20], vec![2; 32], vec![]);
        for action in [
            Action::Transfer { from: a.clone(), sender: b.clone(), recipient: c },
            Action::Mint { minter: a.clone(), recipient: b.clone() },
            Action::Burn { burner: a, owner: b },
            Action::Deposit,
            Action::Redeem,
        ] {
            for (denom, memo) in
                [(None, None), (Some("uscrt"), None), (None, Some("")), (Some(""), Some("🍆"))]
            {
                let entry = entry(action.clone(), denom, memo);
                assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
            }
        }
    }

    #[test]
    fn a_decoy_is_as_long_and_tells_nothing() {
        let real = entry(Action::Deposit, Some("uscrt"), Some("secret")).encode();
        let decoy = Entry::decoy_of(&real);
        assert_eq!(decoy.len(), real.len());
        let read = Entry::decode(&decoy).unwrap();
        assert_eq!((read.action, read.amount, read.height), (Action::Decoy, 0, 7));
        assert!(decoy[17..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn broken_bytes_are_errors() {
        let whole = entry(Action::Mint { minter: vec![1], recipient: vec![2] }, None, Some("memo")).encode();
        for size in 0..whole.len() {
            assert!(Entry::decode(&whole[..size]).is_err());
        }
        assert!(Entry::decode(&[9; 64]).is_err());
    }
}
