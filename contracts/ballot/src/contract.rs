use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult};

use common::account::account_of;
use common::admin::Powers;
use common::answer::{pad, padded_error};
use common::vault::Vault;
use common::{coins, phase, seed};

use crate::execute;
use crate::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use crate::query;
use crate::rows::{Config, Poll};

/// Query results are padded to a multiple of this.
const BLOCK_SIZE: usize = 256;

common::export!(instantiate: crate::contract::instantiate);

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    coins::none(&info)?;
    seed::save(deps.storage, &seed::create(&env, &msg.entropy)?)?;
    let admin = msg.admin.map(|admin| account_of(deps.api, &admin)).transpose()?;
    let min_phase = msg.min_phase.unwrap_or(phase::MIN_SECONDS as u32);
    if min_phase == 0 {
        return Err(StdError::generic_err("min_phase must be at least 1 second"));
    }
    let powers = Powers { admin, fee_receiver: None };
    Config { powers, has_token: msg.token.is_some(), min_phase }.save(deps.storage)?;
    Poll::save_count(deps.storage, 0)?;
    let Some(token) = msg.token else {
        return Ok(Response::new());
    };
    let vault = Vault::create(deps.storage, deps.api, &[token])?;
    Ok(Response::new().add_messages(vault.registrations(&env)?))
}

common::export!(execute: crate::contract::execute);

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    execute::run(deps, &env, &info, msg)
}

common::export!(query: crate::contract::query);

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    let answer = query::dispatch(deps, &env, msg).map_err(padded_error)?;
    Ok(pad(answer, BLOCK_SIZE))
}
