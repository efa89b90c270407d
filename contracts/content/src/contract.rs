use common::account::account_of;
use common::admin::Powers;
use common::answer::{finish, padded_error};
use common::gas::Meter;
use common::vault::Vault;
use common::{coins, seed};
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult};

use crate::config::{check_coin, Config};
use crate::execute::{gas_target, run, work};
use crate::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use crate::rows::{save_masters, save_state, State, MAX_ITEMS};
use crate::rules::{no_witnesses, MAX_FEE};
use crate::{query, word};

const MAX_CONFIRMERS: usize = 4;
const MAX_PUBLISHERS: usize = 16;

common::export!(instantiate: crate::contract::instantiate);

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    coins::none(&info)?;
    if !(3..=30).contains(&msg.name.len()) {
        return Err(StdError::generic_err("name must have 3 to 30 bytes"));
    }
    no_witnesses(msg.witnesses.as_ref())?;
    if word::marked(msg.colluders).is_none() {
        return Err(StdError::generic_err("colluders must be 2, 3 or 4"));
    }
    if !(1..=MAX_CONFIRMERS).contains(&msg.confirmers.len()) {
        return Err(StdError::generic_err("name 1 to 4 confirmers"));
    }
    let named = msg.publishers.as_ref().map_or(1, Vec::len);
    if !(1..=MAX_PUBLISHERS).contains(&named) {
        return Err(StdError::generic_err("name 1 to 16 publishers, or leave the field out"));
    }
    let account = |address: &str| account_of(deps.api, address);
    let fee_bps = msg.fee.as_ref().map_or(0, |fee| fee.bps);
    if fee_bps > MAX_FEE {
        return Err(StdError::generic_err("the fee is at most 500"));
    }
    let publishers = msg.publishers.unwrap_or_default();
    let config = Config {
        name: msg.name,
        confirmers: msg.confirmers.iter().map(|address| account(address)).collect::<StdResult<_>>()?,
        publishers: publishers.iter().map(|address| account(address)).collect::<StdResult<_>>()?,
        coin: msg.coin,
        fee_bps,
        colluders: msg.colluders,
    };
    let vault = Vault::create(deps.storage, deps.api, &msg.tokens)?;
    config.coin.as_deref().map_or(Ok(()), |denom| check_coin(denom, &vault))?;
    let admin = msg.admin.as_deref().unwrap_or(info.sender.as_str());
    Powers::create(deps.storage, deps.api, Some(admin), msg.fee.as_ref().map(|fee| fee.to.as_str()))?;
    config.save(deps.storage);
    seed::save(deps.storage, &seed::create(&env, &msg.entropy)?)?;
    save_state(deps.storage, &State::new())?;
    save_masters(deps.storage, &[[0; 32]; MAX_ITEMS])?;
    Ok(Response::new().add_messages(vault.registrations(&env)?))
}

common::export!(execute: crate::contract::execute);

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let (work, target) = (work(&msg), gas_target(&msg));
    let api = deps.api;
    let mut meter = Meter::new(deps.storage);
    let result = finish(api, 0, None, run(&mut meter, api, &env, &info, msg));
    let target = target.map_or(work, |target| target.u64().max(work));
    meter.evaporate(api, Some(target.into())).map_err(padded_error)?;
    result
}

common::export!(query: crate::contract::query);

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    query::answer(deps, &env, msg)
}
