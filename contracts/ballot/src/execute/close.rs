//! After the end: freeze, tally in steps, and the one message of a passed poll. Anyone may call.

use common::amount::Id;
use common::witness::Witnesses;
use cosmwasm_std::{Binary, Response, StdError, StdResult, WasmMsg};

use super::{done, refuse, Call};
use crate::msg::{Answer, Publish};
use crate::outcome::{decide, percents, Outcome};
use crate::rows::{Phase, Poll, ResultRow};
use crate::tally::{Entry, Work, CHUNK};

pub fn freeze(call: &mut Call, poll_id: Id) -> StdResult<Response> {
    let mut poll = Poll::load(call.storage, poll_id)?;
    if !call.is_over(poll.ends_at) {
        return refuse("the poll is not over");
    }
    if poll.phase != Phase::Open {
        return refuse(if poll.phase == Phase::Setup {
            "the list of voters was never sealed: this poll has no result"
        } else {
            "the poll is frozen already"
        });
    }
    poll.phase = Phase::Frozen;
    poll.frozen_at = call.now();
    poll.save(call.storage, poll_id)?;
    done(Answer::Freeze { status: "success" })
}

/// A witness recomputed the head from the public leaves. A host that froze a prefix of the log, or a mix
/// of rows, has another one.
pub fn confirm(call: &mut Call, poll_id: Id, n: Id, head: &Binary) -> StdResult<Response> {
    let poll = Poll::load(call.storage, poll_id)?;
    if !poll.is_witnessed {
        return refuse("this poll has no witnesses: nothing waits for a confirmation");
    }
    if poll.phase > Phase::Frozen {
        return refuse("the tally is done: nothing waits for a confirmation");
    }
    let mut witnesses = Witnesses::load(call.storage, poll_id.0)?;
    witnesses.confirm(&call.sender, &poll.frozen(), n.0, head.as_slice())?;
    witnesses.save(call.storage, poll_id.0)?;
    done(Answer::Confirm { status: "success" })
}

pub fn tally(call: &mut Call, poll_id: Id) -> StdResult<Response> {
    let mut poll = Poll::load(call.storage, poll_id)?;
    if poll.phase != Phase::Frozen {
        return refuse(if poll.phase < Phase::Frozen {
            "the poll must be over and frozen before the tally"
        } else {
            "the tally is done"
        });
    }
    if poll.is_witnessed {
        Witnesses::load(call.storage, poll_id.0)?.require_open(&poll.frozen(), call.now())?;
    }
    let capacity = usize::from(poll.capacity);
    let mut work = match Poll::work(call.storage, poll_id) {
        Some(bytes) => Work::from_bytes(&bytes, capacity)?,
        None => Work::new(capacity, poll.start),
    };
    let end = poll.head.n.min(work.next + CHUNK);
    while work.next < end {
        let entry = Entry::load(call.storage, poll_id, work.next + 1)?;
        work.apply(&entry, &poll.rules);
    }
    if work.next < poll.head.n {
        Poll::save_work(call.storage, poll_id, Some(&work.to_bytes()));
        return done(Answer::Tally { status: "running", next: Id(work.next) });
    }
    if work.hash != poll.head.hash {
        return refuse("the log is not the one that was frozen: nothing was counted");
    }
    result(&poll, &work)?.save(call.storage, poll_id)?;
    poll.phase = Phase::Done;
    poll.save(call.storage, poll_id)?;
    Poll::save_work(call.storage, poll_id, None);
    done(Answer::Tally { status: "done", next: Id(work.next) })
}

/// What is not published is not stored either: a query at any height can only show the row.
fn result(poll: &Poll, work: &Work) -> StdResult<ResultRow> {
    let count = work.count();
    let outcome = decide(&poll.rules, &count);
    let shares = percents(&count);
    let publish = poll.publish.ok_or_else(|| StdError::generic_err("the poll was never opened"))?;
    let shows = |kind| publish == kind && outcome != Outcome::TooFew;
    let (counts, portions) = (shows(Publish::Totals), shows(Publish::Shares));
    Ok(ResultRow {
        outcome,
        publish,
        options: poll.rules.options,
        is_single: !poll.rules.approval,
        counted: if counts { count.weight } else { 0 },
        totals: if counts { count.totals } else { Default::default() },
        shares: if portions { shares } else { Default::default() },
    })
}

pub fn execute_outcome(call: &mut Call, poll_id: Id) -> StdResult<Response> {
    let mut poll = Poll::load(call.storage, poll_id)?;
    if poll.phase == Phase::Executed {
        return refuse("the message was sent already");
    }
    let outcome = ResultRow::load(call.storage, poll_id)?.map(|result| result.outcome);
    if outcome != Some(Outcome::Passed) {
        return refuse("the poll did not pass, or has no result yet");
    }
    let Some(message) = Poll::on_pass(call.storage, poll_id)? else {
        return refuse("the poll has no message to send");
    };
    poll.phase = Phase::Executed;
    poll.save(call.storage, poll_id)?;
    let (contract_addr, code_hash) = (message.contract, message.code_hash);
    let message = WasmMsg::Execute { contract_addr, code_hash, msg: message.msg, funds: vec![] };
    Ok(done(Answer::ExecuteOutcome { status: "success" })?.add_message(message))
}
