//! What an organiser does before voting begins: terms and, for a list, its voters.

use common::account::{account_of, Account};
use common::amount::Id;
use common::bind::Bind;
use common::head::Head;
use common::json::to_vec;
use common::seed;
use common::status::{self, Entry};
use common::vault::Vault;
use common::witness::{WitnessTerms, Witnesses};
use cosmwasm_std::{Response, StdResult};
use sha2::{Digest, Sha256};

use super::{done, refuse, Call};
use crate::msg::{Answer, BallotKind, CreatePoll, ListedVoter, OnPass, Publish, Terms, Weights};
use crate::outcome::{Quorum, Rules};
use crate::rows::{Config, Phase, Poll, Voter};
use crate::tally::{MAX_OPTIONS, MAX_WEIGHT};

const MAX_TITLE: usize = 256;
const MAX_OPTION: usize = 64;
const MAX_ON_PASS: usize = 1_024;
/// Seconds.
const MAX_DURATION: u64 = 366 * 24 * 60 * 60;
/// Accounts in one message; more do not fit into its gas.
const MAX_LISTED_AT_ONCE: usize = 64;

pub fn create_poll(call: &mut Call, msg: CreatePoll) -> StdResult<Response> {
    status::check(call.storage, call.env, Entry::New)?;
    let config = Config::load(call.storage)?;
    check_texts(&msg)?;
    check_times(&msg, call.now(), u64::from(config.min_phase))?;
    check_numbers(&msg)?;
    check_decision(&msg)?;
    check_on_pass(call, msg.on_pass.as_ref(), config.has_token)?;
    let is_lock = msg.weights == Weights::TokenLock;
    if is_lock && !config.has_token {
        return refuse("this contract has no token: weights must be \"list\"");
    }
    let publish = msg.publish;
    let mut witnesses = msg.witnesses.as_ref().map(|named| Witnesses::new(call.api, named)).transpose()?;
    let named = witnesses.as_ref().map(|witnesses| witnesses.named(call.api)).transpose()?;
    let terms = terms_of(call, msg, named);
    let terms_row = to_vec(&terms);
    let poll_id = Id(Poll::count(call.storage)? + 1);
    let start = Sha256::digest(&terms_row).into();
    let mut poll = Poll {
        phase: Phase::Setup,
        organiser: call.sender,
        is_lock,
        rules: rules_of(&terms),
        publish,
        capacity: terms.max_voters,
        min_weight: terms.min_weight.0,
        max_weight: terms.max_weight.0,
        register_until: terms.register_until,
        ends_at: terms.ends_at,
        listed: 0,
        listed_weight: 0,
        equal_weight: 0,
        registered: 0,
        seed: seed::derive(&seed::load(call.storage)?, &[b"poll", &poll_id.0.to_be_bytes()]),
        start,
        head: Head { n: 0, hash: start },
        is_witnessed: witnesses.is_some(),
        frozen_at: 0,
    };
    if is_lock {
        poll.open(publish.unwrap_or(Publish::Shares));
    }
    if let Some(witnesses) = &mut witnesses {
        witnesses.create(call.storage, poll_id.0, poll.start)?;
    }
    if let Some(message) = &terms.on_pass {
        Poll::save_on_pass(call.storage, poll_id, message);
    }
    Voter::save_stand_in(call.storage, poll_id)?;
    poll.save(call.storage, poll_id)?;
    Poll::save_terms(call.storage, poll_id, &terms_row);
    Poll::save_count(call.storage, poll_id.0)?;
    done(Answer::CreatePoll { poll_id })
}

fn check_texts(msg: &CreatePoll) -> StdResult<()> {
    if msg.title.is_empty() || msg.title.len() > MAX_TITLE {
        return refuse("title must have 1 to 256 bytes");
    }
    if !(2..=MAX_OPTIONS).contains(&msg.options.len()) {
        return refuse("there must be 2 to 16 options");
    }
    if msg.options.iter().any(|option| option.is_empty() || option.len() > MAX_OPTION) {
        return refuse("an option must have 1 to 64 bytes");
    }
    let is_twice = |(at, option)| msg.options[..at].contains(option);
    if msg.options.iter().enumerate().any(is_twice) {
        return refuse("an option stands twice");
    }
    Ok(())
}

fn check_times(msg: &CreatePoll, now: u64, min_phase: u64) -> StdResult<()> {
    let (until, end) = (msg.register_until, msg.ends_at);
    if end <= now || end - now > MAX_DURATION {
        return refuse("ends_at must be in the future (seconds since 1970), at most 366 days from now");
    }
    if until < now.saturating_add(min_phase) {
        return refuse(&format!("register_until must be at least {min_phase} seconds from now"));
    }
    let least = min_phase.max((end - now).div_ceil(10));
    if until > end || end - until < least {
        return refuse(&format!("register_until must be at least {least} seconds before ends_at"));
    }
    Ok(())
}

fn check_numbers(msg: &CreatePoll) -> StdResult<()> {
    if msg.max_voters != 256 && msg.max_voters != 1_024 {
        return refuse("max_voters must be 256 or 1024");
    }
    let (least, most) = bounds(msg);
    if least == 0 || least > most || most > MAX_WEIGHT {
        return refuse("1 <= min_weight <= max_weight <= 10^31 must hold");
    }
    let min_counted = msg.min_counted.unwrap_or(5);
    if min_counted == 0 || min_counted > msg.max_voters {
        return refuse("min_counted must be between 1 and max_voters");
    }
    if msg.quorum_bps.is_some() == msg.quorum.is_some() {
        return refuse("give one of quorum_bps and quorum");
    }
    if msg.quorum_bps.is_some_and(|bps| bps > 10_000) {
        return refuse("quorum_bps must be at most 10000");
    }
    if msg.quorum_bps.is_some() && msg.weights == Weights::TokenLock {
        return refuse("quorum_bps needs a list: for locked tokens give quorum, an amount");
    }
    Ok(())
}

/// Smallest and largest weight.
fn bounds(msg: &CreatePoll) -> (u128, u128) {
    (msg.min_weight.map_or(1, |weight| weight.0), msg.max_weight.map_or(MAX_WEIGHT, |weight| weight.0))
}

/// A threshold belongs to a yes and a no; without one the largest option wins.
fn check_decision(msg: &CreatePoll) -> StdResult<()> {
    let is_single = msg.ballot == BallotKind::Single;
    if let Some(abstain) = msg.abstain {
        if !is_single || usize::from(abstain) >= msg.options.len() {
            return refuse("abstain must be the number of an option of a single ballot");
        }
    }
    let standing = msg.options.len() - usize::from(msg.abstain.is_some());
    if standing < 2 {
        return refuse("there must be two options beside abstain");
    }
    let Some(threshold) = msg.threshold_bps else {
        return match msg.on_pass {
            Some(_) => refuse("on_pass needs threshold_bps: only then a poll passes"),
            None => Ok(()),
        };
    };
    if threshold > 9_999 {
        return refuse("threshold_bps must be at most 9999, more could never pass");
    }
    if !is_single || standing != 2 || msg.abstain == Some(0) {
        return refuse("threshold_bps needs a single ballot with yes first, no, and at most an abstain");
    }
    Ok(())
}

/// The message is sent in the contract's name: at the token it could move what voters locked.
fn check_on_pass(call: &Call, on_pass: Option<&OnPass>, has_token: bool) -> StdResult<()> {
    let Some(message) = on_pass else {
        return Ok(());
    };
    if message.msg.len() > MAX_ON_PASS || message.code_hash.len() != 64 {
        return refuse("on_pass takes a msg of at most 1024 bytes and a code_hash of 64 hex digits");
    }
    let target = account_of(call.api, &message.contract)?;
    let mut forbidden: Vec<Account> = vec![account_of(call.api, call.env.contract.address.as_str())?];
    if has_token {
        for token in Vault::load(call.storage)?.tokens() {
            forbidden.push(account_of(call.api, &token.address)?);
        }
    }
    if forbidden.contains(&target) {
        return refuse("on_pass cannot call the token nor this contract: it could move locked tokens");
    }
    Ok(())
}

fn terms_of(call: &Call, msg: CreatePoll, witnesses: Option<WitnessTerms>) -> Terms {
    let (least, most) = bounds(&msg);
    Terms {
        title: msg.title,
        options: msg.options,
        ballot: msg.ballot,
        abstain: msg.abstain,
        weights: msg.weights,
        max_weight: common::amount::Amount(most),
        min_weight: common::amount::Amount(least),
        max_voters: msg.max_voters,
        register_until: msg.register_until,
        ends_at: msg.ends_at,
        quorum_bps: msg.quorum_bps,
        quorum: msg.quorum,
        threshold_bps: msg.threshold_bps,
        min_counted: msg.min_counted.unwrap_or(5),
        witnesses,
        on_pass: msg.on_pass,
        organiser: call.info.sender.to_string(),
    }
}

fn rules_of(terms: &Terms) -> Rules {
    Rules {
        options: terms.options.len() as u8,
        approval: terms.ballot == BallotKind::Approval,
        abstain: terms.abstain,
        // The list has no weight yet; it is added when it is sealed.
        quorum: match (terms.quorum_bps, terms.quorum) {
            (Some(bps), _) => Quorum::Bps { bps, listed: 0 },
            (None, quorum) => Quorum::Weight(quorum.unwrap_or_default().0),
        },
        threshold_bps: terms.threshold_bps,
        min_counted: terms.min_counted,
    }
}

/// A list that can still be written, by its organiser.
fn list(call: &Call, poll_id: Id) -> StdResult<Poll> {
    let poll = Poll::load(call.storage, poll_id)?;
    if poll.is_lock {
        return refuse("the weights of this poll are locked tokens: it has no list");
    }
    if poll.organiser != call.sender {
        return refuse("only the organiser may write the list");
    }
    if poll.phase != Phase::Setup {
        return refuse("the list is sealed");
    }
    if call.is_over(poll.register_until) {
        return refuse("registration is over");
    }
    Ok(poll)
}

/// Bound, because a list is secret: whoever runs a copy in a poll of an own instance sees by success
/// and failure who is in the list, with which weight.
pub fn add_voters(call: &mut Call, poll_id: Id, voters: &[ListedVoter], bind: &Bind) -> StdResult<Response> {
    bind.check(call.env, &call.info.sender)?;
    let mut poll = list(call, poll_id)?;
    if voters.is_empty() || voters.len() > MAX_LISTED_AT_ONCE {
        return refuse("one message takes 1 to 64 voters");
    }
    for ListedVoter { address, weight } in voters {
        add_voter(call, poll_id, &mut poll, address, weight.0)?;
    }
    poll.save(call.storage, poll_id)?;
    done(Answer::AddVoters { status: "success" })
}

fn add_voter(call: &mut Call, poll_id: Id, poll: &mut Poll, address: &str, weight: u128) -> StdResult<()> {
    let account = account_of(call.api, address)?;
    if weight < poll.min_weight || weight > poll.max_weight {
        return refuse(&format!("the weight of {address} is not between min_weight and max_weight"));
    }
    if Voter::load(call.storage, poll_id, &account)?.weight != 0 {
        return refuse(&format!("{address} is listed already"));
    }
    if poll.listed >= poll.capacity {
        return refuse("the list has max_voters voters");
    }
    let is_first = poll.listed == 0;
    poll.equal_weight = if is_first || poll.equal_weight == weight { weight } else { 0 };
    poll.listed += 1;
    // At most 1,024 times 10^31.
    poll.listed_weight += weight;
    Voter { weight, registered: false }.save(call.storage, poll_id, &account)
}

pub fn seal_list(call: &mut Call, poll_id: Id) -> StdResult<Response> {
    let mut poll = list(call, poll_id)?;
    if poll.listed == 0 {
        return refuse("the list has no voters");
    }
    if let Quorum::Bps { listed, .. } = &mut poll.rules.quorum {
        *listed = poll.listed_weight;
    }
    // Sums of unequal weights can show a single voter.
    let default = if poll.equal_weight == 0 { Publish::Shares } else { Publish::Totals };
    let created = poll.start;
    poll.open(poll.publish.unwrap_or(default));
    if poll.is_witnessed {
        let mut witnesses = Witnesses::load(call.storage, poll_id.0)?;
        witnesses.renew(call.storage, poll_id.0, created, poll.start)?;
    }
    poll.save(call.storage, poll_id)?;
    done(Answer::SealList { status: "success" })
}
