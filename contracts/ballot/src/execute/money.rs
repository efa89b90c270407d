//! Tokens that give weight: locked in this contract for one poll, free after its result.

use common::account::address_of;
use common::amount::Id;
use common::answer::{outcome, verdict_answer, Outcome};
use common::hook::Receive;
use common::status::{self, Entry};
use common::vault::Vault;
use cosmwasm_std::{Addr, Response, StdError, StdResult};

use super::{done, refuse, Call};
use crate::msg::{Answer, HookMsg};
use crate::rows::{Config, Phase, Poll, Voter};

/// A poll that nobody tallies frees its tokens this long after its end, in seconds.
const UNLOCK_AFTER: u64 = 30 * 24 * 60 * 60;

const OUTCOMES: [Outcome; 2] =
    [outcome("success", ""), outcome("refused", "this account has no tokens in this poll")];

fn vault(call: &Call) -> StdResult<Vault> {
    if Config::load(call.storage)?.has_token {
        return Vault::load(call.storage);
    }
    refuse("this contract has no token: its polls have lists of voters")
}

pub fn receive(call: &mut Call, receive: &Receive) -> StdResult<Response> {
    let HookMsg::Lock { poll_id, bind } = receive.message()?;
    bind.check(call.env, &Addr::unchecked(&receive.from))?;
    let received = receive.received(call.api, &vault(call)?, call.info)?;
    status::check(call.storage, call.env, Entry::New)?;
    let poll = Poll::load(call.storage, poll_id)?;
    if !poll.is_lock {
        return refuse("the weights of this poll come from a list: it takes no tokens");
    }
    if poll.phase != Phase::Open || call.is_over(poll.register_until) {
        return refuse("registration is over: it takes no more tokens");
    }
    let mut voter = Voter::load(call.storage, poll_id, &received.user)?;
    let sum = voter.weight.checked_add(received.amount);
    voter.weight = sum.ok_or_else(|| StdError::generic_err("more tokens than can be counted"))?;
    voter.save(call.storage, poll_id, &received.user)?;
    done(Answer::Lock { status: "success" })
}

/// Calls the token also when nothing is locked, with a zero, so that observers see no difference.
pub fn unlock(call: &mut Call, poll_id: Id) -> StdResult<Response> {
    let vault = vault(call)?;
    let poll = Poll::load(call.storage, poll_id)?;
    if !poll.is_lock {
        return refuse("the weights of this poll come from a list: it holds no tokens");
    }
    if poll.phase < Phase::Done && !call.is_over(poll.ends_at.saturating_add(UNLOCK_AFTER)) {
        return refuse("tokens are free after the result, or 30 days after the end of the poll");
    }
    let mut voter = Voter::load(call.storage, poll_id, &call.sender)?;
    let amount = std::mem::take(&mut voter.weight);
    voter.save(call.storage, poll_id, &call.sender)?;
    let to = address_of(call.api, &call.sender)?;
    let answer = verdict_answer("unlock", &OUTCOMES[usize::from(amount == 0)])?;
    Ok(Response::new().set_data(answer).add_messages(vault.payout(&to, &[amount])?))
}
