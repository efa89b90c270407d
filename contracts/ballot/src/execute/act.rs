//! Registrations and votes: one message, the same rows, and the same work to the last instruction.
//! So neither observers nor hosts tell them apart, nor what was refused.

use common::amount::Id;
use common::answer::{act_answer, outcome, Outcome};
use common::bind::Bind;
use common::select::{pick, when};
use cosmwasm_std::{Binary, Response, StdResult};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{refuse, Call};
use crate::msg::{Ballot, Do};
use crate::rows::{Phase, Poll, Voter};
use crate::tally::{Entry, Kind};

/// By the number of the refusal.
const OUTCOMES: [Outcome; 4] = [
    outcome("recorded", ""),
    outcome("refused", "this account is registered already"),
    outcome("refused", "this account has too little weight in the poll"),
    outcome("refused", "the poll has no place for another voter"),
];

fn bytes32(name: &str, bytes: &Binary) -> StdResult<[u8; 32]> {
    match bytes.as_slice().try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => refuse(&format!("{name} must have 32 bytes (base64 with 44 characters)")),
    }
}

/// Fails before voting begins, from its end on, and for a registration that is too late: public facts.
fn open_poll(call: &Call, poll_id: Id, start: &[u8], what: Do) -> StdResult<Poll> {
    let poll = Poll::load(call.storage, poll_id)?;
    if poll.phase == Phase::Setup {
        return refuse("the list of voters is not sealed yet");
    }
    // A host that makes another poll of this id on older rows, without the witnesses of this one, runs no
    // entry in it.
    if start != poll.start {
        return refuse("start is not that of this poll: it is another poll than the voter has seen");
    }
    if poll.phase != Phase::Open || call.is_over(poll.ends_at) {
        return refuse("the poll is over");
    }
    if (what == Do::Join) & call.is_over(poll.register_until) {
        return refuse("registration is over");
    }
    Ok(poll)
}

pub fn act(
    call: &mut Call,
    poll_id: Id,
    start: &Binary,
    what: Do,
    ballot: &Ballot,
    bind: &Bind,
) -> StdResult<Response> {
    bind.check(call.env, &call.info.sender)?;
    let credential = bytes32("credential", &ballot.credential)?;
    let new_credential = bytes32("new_credential", &ballot.new_credential)?;
    let any_bit = credential.iter().fold(0, |bits, byte| bits | byte);
    if (what == Do::Join) & (any_bit == 0) {
        return refuse("credential must be the SHA-256 of 32 random bytes, not zeros");
    }
    let mut poll = open_poll(call, poll_id, start.as_slice(), what)?;
    let mut voter = Voter::load(call.storage, poll_id, &call.sender)?;
    let joins = when(what == Do::Join);
    let refusal = refusal(&poll, &voter) & joins.unwrap_u8().wrapping_neg();
    let accepted = joins & refusal.ct_eq(&0);
    let weight = pick(when(voter.weight > poll.max_weight), voter.weight, poll.max_weight);
    voter.registered |= bool::from(accepted);
    poll.registered += u16::from(accepted.unwrap_u8());
    let mut entry = Entry {
        // Nothing, a registration, a vote.
        kind: Kind::of(accepted.unwrap_u8() + 2 * (!joins).unwrap_u8())?,
        sender: call.sender,
        weight: pick(accepted, 0, weight),
        // A registration names the hash already.
        credential: pick(joins, Sha256::digest(credential).into(), credential),
        new_credential,
        choice: ballot.choice.0,
        salt: [0; 32],
    };
    let leaf = poll.head.append(&poll.seed, &call.sender, &entry.payload());
    entry.salt = leaf.salt;
    entry.save(call.storage, poll_id, leaf.n)?;
    poll.save(call.storage, poll_id)?;
    voter.save(call.storage, poll_id, &call.sender)?;
    let data = act_answer("act", &OUTCOMES[usize::from(refusal)], &leaf)?;
    let response = Response::new().set_data(data);
    // The number of entries and the head of a poll are public, so that its id is no secret.
    let response = response.add_attribute_plaintext("poll_id", poll_id.text());
    Ok(response.add_attributes([leaf.attribute()]))
}

/// The number of the reason. What is secret does not fail the transaction.
fn refusal(poll: &Poll, voter: &Voter) -> u8 {
    let twice = u8::from(voter.registered);
    let light = u8::from(voter.weight < poll.min_weight);
    let full = u8::from(poll.registered >= poll.capacity);
    twice | ((1 - twice) * (light * 2 + (1 - light) * full * 3))
}
