//! No query tells anything of credentials, entries or votes, to anyone, at any height.

use common::account::address_of;
use common::amount::{Amount, Id};
use common::head::hex;
use common::json::to_vec;
use common::permit::{self, Permit};
use common::status;
use common::vault::Vault;
use common::witness::Witnesses;
use cosmwasm_std::{Deps, Env, StdError, StdResult};

use crate::msg::{Listed, PermitQuery, PollLine, PollView, QueryAnswer, QueryMsg};
use crate::rows::{Config, Phase, Poll, ResultRow, Voter};

const PERMISSION: &str = "ballot";
const MAX_PAGE: u64 = 50;

/// Answers JSON.
pub fn dispatch(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<Vec<u8>> {
    let answer = match msg {
        QueryMsg::Poll { poll_id } => return poll(deps, poll_id),
        QueryMsg::Polls { page, page_size } => polls(deps, page.unwrap_or(0), page_size.unwrap_or(10)),
        QueryMsg::Info {} => info(deps, env),
        QueryMsg::WithPermit { permit, query: PermitQuery::Registered { poll_id } } => {
            registered(deps, env, &permit, poll_id)
        }
    }?;
    Ok(to_vec(&answer))
}

fn poll(deps: Deps, poll_id: Id) -> StdResult<Vec<u8>> {
    let poll = Poll::load(deps.storage, poll_id)?;
    let terms = Poll::terms(deps.storage, poll_id)?;
    poll.check_terms(&terms)?;
    let is_sealed = poll.phase != Phase::Setup;
    // An unfinished list would show each weight by difference.
    let shows_list = !poll.is_lock && is_sealed;
    let view = PollView {
        poll_id,
        status: poll.phase.name(),
        listed: shows_list.then_some(Listed { voters: poll.listed, weight: Amount(poll.listed_weight) }),
        publish: if is_sealed { poll.publish } else { None },
        start: hex(&poll.start),
        n: Id(poll.head.n),
        head: hex(&poll.head.hash),
        witnesses: if poll.is_witnessed {
            Some(Witnesses::load(deps.storage, poll_id.0)?.view(deps.api, &poll.frozen())?)
        } else {
            None
        },
        result: ResultRow::load(deps.storage, poll_id)?.map(|result| result.view()),
        outcome_sent: poll.phase == Phase::Executed,
    };
    // The terms are JSON already; they become the last field of the poll.
    let mut answer = b"{\"poll\":".to_vec();
    answer.extend(to_vec(&view));
    answer.pop();
    answer.extend_from_slice(b",\"terms\":");
    answer.extend(terms);
    answer.extend_from_slice(b"}}");
    Ok(answer)
}

/// The newest first.
fn polls(deps: Deps, page: u32, page_size: u32) -> StdResult<QueryAnswer> {
    let total = Poll::count(deps.storage)?;
    let size = u64::from(page_size);
    if size == 0 || size > MAX_PAGE {
        return Err(StdError::generic_err("page_size must be between 1 and 50"));
    }
    let newest = total.saturating_sub(u64::from(page) * size);
    let ids = (newest.saturating_sub(size) + 1..=newest).rev();
    let line = |id| {
        let poll_id = Id(id);
        let poll = Poll::load(deps.storage, poll_id)?;
        Ok(PollLine { poll_id, status: poll.phase.name(), ends_at: poll.ends_at })
    };
    let polls = ids.map(line).collect::<StdResult<Vec<PollLine>>>()?;
    Ok(QueryAnswer::Polls { polls, total: Id(total) })
}

fn info(deps: Deps, env: &Env) -> StdResult<QueryAnswer> {
    let config = Config::load(deps.storage)?;
    let admin = config.powers.admin.map(|admin| address_of(deps.api, &admin)).transpose()?;
    let tokens = if config.has_token { Vault::load(deps.storage)?.tokens() } else { vec![] };
    Ok(QueryAnswer::Info {
        token: tokens.into_iter().next(),
        admin: admin.map(String::from),
        min_phase: config.min_phase,
        status: status::level(deps.storage, env)?,
    })
}

fn registered(deps: Deps, env: &Env, permit: &Permit, poll_id: Id) -> StdResult<QueryAnswer> {
    let contract = env.contract.address.as_str();
    let account = permit::signer(deps, contract, Some(&env.block.chain_id), permit)?;
    permit.require(PERMISSION)?;
    Poll::load(deps.storage, poll_id)?;
    let voter = Voter::load(deps.storage, poll_id, &account)?;
    Ok(QueryAnswer::Registered { registered: voter.registered, weight: Amount(voter.weight) })
}
