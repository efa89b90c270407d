//! One file for each family of messages.

mod act;
mod close;
mod money;
mod setup;

use common::account::{account_of, Account};
use common::answer::{answer, finish};
use common::phase::{Moment, Phase};
use common::{coins, permit, status};
use cosmwasm_std::{Api, DepsMut, Env, MessageInfo, Response, StdError, StdResult, Storage};

use crate::msg::{Answer, ExecuteMsg};
use crate::rows::Config;

/// Gas in the contract that each path of a family reaches, about 10 % above the costliest; a test
/// on the chain runs all paths. Rows are charged apart and are the same in a family.
const ACT_WORK: u64 = 3_400;
const LOCK_WORK: u64 = 1_200;
const UNLOCK_WORK: u64 = 1_500;

pub(crate) struct Call<'a> {
    pub storage: &'a mut dyn Storage,
    pub api: &'a dyn Api,
    pub env: &'a Env,
    pub info: &'a MessageInfo,
    pub sender: Account,
}

impl Call<'_> {
    /// Block time, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    /// A phase that ends at this time is over: phases are half open.
    pub fn is_over(&self, ends_at: u64) -> bool {
        Phase { starts_at: 0, ends_at }.moment(&self.env.block) == Moment::After
    }
}

pub(crate) fn refuse<T>(text: &str) -> StdResult<T> {
    Err(error(text))
}

/// Not inlined: there are a hundred of them, and the wasm has a limit.
#[cold]
#[inline(never)]
pub(crate) fn error(text: &str) -> StdError {
    StdError::generic_err(text)
}

pub(crate) fn done(content: Answer) -> StdResult<Response> {
    Ok(Response::new().set_data(answer(&content)?))
}

/// Runs a message and ends it as every message of its family ends.
pub(crate) fn run(deps: DepsMut, env: &Env, info: &MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let api = deps.api;
    let (work, gas_target) = match &msg {
        ExecuteMsg::Act { gas_target, .. } => (ACT_WORK, *gas_target),
        ExecuteMsg::Receive(_) => (LOCK_WORK, None),
        ExecuteMsg::Unlock { gas_target, .. } => (UNLOCK_WORK, *gas_target),
        ExecuteMsg::Evaporate { gas_target } => (0, Some(*gas_target)),
        _ => (0, None),
    };
    let sender = account_of(api, info.sender.as_str())?;
    let mut call = Call { storage: deps.storage, api, env, info, sender };
    let result = coins::none(info).and_then(|()| dispatch(&mut call, msg));
    finish(api, work, gas_target, result)
}

fn dispatch(call: &mut Call, msg: ExecuteMsg) -> StdResult<Response> {
    match msg {
        ExecuteMsg::CreatePoll(terms) => setup::create_poll(call, *terms),
        ExecuteMsg::AddVoters { poll_id, voters, bind } => setup::add_voters(call, poll_id, &voters, &bind),
        ExecuteMsg::SealList { poll_id } => setup::seal_list(call, poll_id),
        ExecuteMsg::Receive(receive) => money::receive(call, &receive),
        ExecuteMsg::Unlock { poll_id, .. } => money::unlock(call, poll_id),
        ExecuteMsg::Act { poll_id, start, r#do, entry, bind, .. } => {
            act::act(call, poll_id, &start, r#do, &entry, &bind)
        }
        ExecuteMsg::Freeze { poll_id } => close::freeze(call, poll_id),
        ExecuteMsg::Confirm { poll_id, n, head } => close::confirm(call, poll_id, n, &head),
        ExecuteMsg::Tally { poll_id } => close::tally(call, poll_id),
        ExecuteMsg::ExecuteOutcome { poll_id } => close::execute_outcome(call, poll_id),
        ExecuteMsg::SetContractStatus { level } => set_contract_status(call, level),
        ExecuteMsg::RevokePermit { permit_name } => {
            permit::revoke(call.storage, &call.sender, &permit_name);
            done(Answer::RevokePermit { status: "success" })
        }
        ExecuteMsg::Evaporate { .. } => done(Answer::Evaporate { status: "success" }),
    }
}

fn set_contract_status(call: &mut Call, level: status::Level) -> StdResult<Response> {
    Config::load(call.storage)?.powers.require_admin(&call.sender)?;
    status::set(call.storage, call.env, level)?;
    done(Answer::SetContractStatus { status: "success" })
}
