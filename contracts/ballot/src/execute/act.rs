//! Registrations and casts: one family. Both read the poll and the sender's row, and write a log
//! entry, the poll and the sender's row, whatever they do.

use common::account::Account;
use common::amount::Id;
use common::bind::Bind;
use cosmwasm_std::{Binary, Response, StdResult};
use sha2::{Digest, Sha256};

use super::{done, refuse, Call};
use crate::msg::{Act, Answer, Ballot};
use crate::rows::{Phase, Poll, Voter};
use crate::tally::{Entry, Kind};

const NO_CREDENTIAL: [u8; 32] = [0; 32];

fn bytes32(name: &str, bytes: &Binary) -> StdResult<[u8; 32]> {
    match bytes.as_slice().try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => refuse(&format!("{name} must have 32 bytes (base64 with 44 characters)")),
    }
}

/// Fails before voting begins and from its end on: public facts.
fn open_poll(call: &Call, poll_id: Id) -> StdResult<Poll> {
    let poll = Poll::load(call.storage, poll_id)?;
    if poll.phase == Phase::Setup {
        return refuse("the list of voters is not sealed yet");
    }
    if poll.phase != Phase::Open || call.now() >= poll.ends_at {
        return refuse("the poll is over");
    }
    Ok(poll)
}

pub fn register(call: &mut Call, poll_id: Id, credential: &Binary, bind: &Bind) -> StdResult<Response> {
    bind.check(call.env, &call.info.sender)?;
    let credential = bytes32("credential", credential)?;
    if credential == NO_CREDENTIAL {
        return refuse("credential must be the SHA-256 of 32 random bytes, not zeros");
    }
    let mut poll = open_poll(call, poll_id)?;
    if call.now() >= poll.register_until {
        return refuse("registration is over");
    }
    let mut voter = Voter::load(call.storage, poll_id, &call.sender)?;
    let refusal = refusal(&poll, &voter);
    let accepted = refusal.is_none();
    let weight = voter.weight.min(poll.max_weight);
    voter.registered |= accepted;
    poll.registered += u16::from(accepted);
    let entry = Entry {
        kind: if accepted { Kind::Registration } else { Kind::Nothing },
        weight: if accepted { weight } else { 0 },
        credential,
        ..empty(call.sender)
    };
    let (n, salt) = append(call, poll_id, &mut poll, &voter, entry)?;
    let status = if accepted { "recorded" } else { "refused" };
    let act = Act { status, reason: refusal, n: Some(n), salt: Some(salt.0) };
    Ok(done(Answer::Register(act))?.add_attribute_plaintext("leaf", salt.1))
}

/// What is secret does not fail the transaction.
fn refusal(poll: &Poll, voter: &Voter) -> Option<&'static str> {
    if voter.registered {
        Some("this account is registered already")
    } else if voter.weight < poll.min_weight {
        Some("this account has too little weight in this poll")
    } else if poll.registered >= poll.capacity {
        Some("the poll has no place for another voter")
    } else {
        None
    }
}

pub fn cast(call: &mut Call, poll_id: Id, ballot: &Ballot, bind: &Bind) -> StdResult<Response> {
    bind.check(call.env, &call.info.sender)?;
    let credential = Sha256::digest(bytes32("credential", &ballot.credential)?).into();
    let new_credential = bytes32("new_credential", &ballot.new_credential)?;
    let mut poll = open_poll(call, poll_id)?;
    let voter = Voter::load(call.storage, poll_id, &call.sender)?;
    let choice = ballot.choice.0;
    let entry = Entry { kind: Kind::Cast, credential, new_credential, choice, ..empty(call.sender) };
    let (n, salt) = append(call, poll_id, &mut poll, &voter, entry)?;
    let act = Act { status: "recorded", n: Some(n), salt: Some(salt.0), reason: None };
    Ok(done(Answer::Cast(act))?.add_attribute_plaintext("leaf", salt.1))
}

fn empty(sender: Account) -> Entry {
    let [credential, new_credential, salt] = [NO_CREDENTIAL; 3];
    Entry { kind: Kind::Nothing, sender, weight: 0, credential, new_credential, choice: 0, salt }
}

/// Writes the three rows of the family. Answers the place of the entry, its salt and its leaf.
fn append(
    call: &mut Call,
    poll_id: Id,
    poll: &mut Poll,
    voter: &Voter,
    mut entry: Entry,
) -> StdResult<(Id, (Binary, String))> {
    let leaf = poll.head.append(&poll.seed, &call.sender, &entry.payload());
    entry.salt = leaf.salt;
    entry.save(call.storage, poll_id, leaf.n)?;
    poll.save(call.storage, poll_id)?;
    voter.save(call.storage, poll_id, &call.sender)?;
    Ok((Id(leaf.n), (Binary::from(leaf.salt), common::head::hex(&leaf.leaf))))
}
