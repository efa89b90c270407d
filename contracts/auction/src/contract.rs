use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult, Uint64};

use common::account::{account_of, Account};
use common::admin::Powers;
use common::amount::Id;
use common::answer::{answer, finish};
use common::vault::Vault;
use common::{coins, seed, status};

use crate::msg::{
    ExecuteAnswer, ExecuteMsg, InstantiateMsg, QueryMsg, RevokePermit, SetStatus, Withdraw, SUCCESS,
};
use crate::rows::{AccountRow, HouseRow, Market};
use crate::{act, end, lots, money, proof, query, store};

pub const MAX_FEE_BPS: u16 = 500;
pub const DEFAULT_MIN_DURATION: u64 = 600;

/// Gas of the families, 10 % above the worst path; `clients/auction/test/gas.test.ts` measures.
pub mod work {
    pub const ACT: u64 = 18_000;
    pub const DEPOSIT: u64 = 3_000;
    pub const WITHDRAW: u64 = 3_500;
    pub const LOTS: u64 = 24_000;
    pub const ADMIN: u64 = 0;
}

common::export!(instantiate: crate::contract::instantiate);

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    coins::none(&info)?;
    let fee_bps = msg.fee.as_ref().map_or(0, |fee| fee.bps);
    if fee_bps > MAX_FEE_BPS {
        return Err(StdError::generic_err("fee.bps must not exceed 500"));
    }
    let min_duration = msg.min_duration.unwrap_or(DEFAULT_MIN_DURATION).max(1);
    if min_duration > lots::MAX_DURATION {
        return Err(StdError::generic_err("min_duration must not exceed 30 days"));
    }
    let fee_to = msg.fee.as_ref().map_or(info.sender.as_str(), |fee| fee.to.as_str());
    let seed = seed::create(&env, &msg.entropy)?;
    seed::save(deps.storage, &seed)?;
    let vault = Vault::create(deps.storage, deps.api, &msg.tokens)?;
    if usize::from(msg.lot_fee.index) >= vault.len() {
        return Err(StdError::generic_err("lot_fee.index: this house has no token with that index"));
    }
    Powers::create(deps.storage, deps.api, msg.admin.as_deref(), Some(fee_to))?;
    let house = HouseRow {
        tokens: vault.len() as u8,
        fee_bps,
        lot_fee_token: msg.lot_fee.index,
        lot_fee: msg.lot_fee.amount.0,
        min_duration,
        public_key: proof::public_key(deps.api, &seed)?,
    };
    store::save_house(deps.storage, &house)?;
    store::save_market(deps.storage, &Market::default())?;
    store::save_blank(deps.storage)?;
    store::save_account(deps.storage, &account_of(deps.api, fee_to)?, &AccountRow::default())?;
    Ok(Response::new().add_messages(vault.registrations(&env)?))
}

common::export!(execute: crate::contract::execute);

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let api = deps.api;
    let (work, gas_target) = evaporation(&msg);
    finish(api, work, gas_target.map(|target| Uint64::new(target.0)), dispatch(deps, env, info, msg))
}

fn evaporation(msg: &ExecuteMsg) -> (u64, Option<Id>) {
    match msg {
        ExecuteMsg::Receive(_) => (work::DEPOSIT, None),
        ExecuteMsg::CreateAuction(msg) => (work::LOTS, msg.gas_target),
        ExecuteMsg::Act(msg) => (work::ACT, msg.gas_target),
        ExecuteMsg::Withdraw(msg) => (work::WITHDRAW, msg.gas_target),
        ExecuteMsg::Cancel(msg) | ExecuteMsg::Freeze(msg) | ExecuteMsg::Close(msg) => {
            (work::LOTS, msg.gas_target)
        }
        ExecuteMsg::Confirm(msg) => (work::ADMIN, msg.gas_target),
        ExecuteMsg::SetContractStatus(msg) => (work::ADMIN, msg.gas_target),
        ExecuteMsg::RevokePermit(msg) => (work::ADMIN, msg.gas_target),
    }
}

fn dispatch(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    coins::none(&info)?;
    let sender = account_of(deps.api, info.sender.as_str())?;
    match msg {
        ExecuteMsg::Receive(msg) => money::deposit(deps, &env, &info, &msg),
        ExecuteMsg::CreateAuction(msg) => {
            msg.bind.check(&env, &info.sender)?;
            lots::create(deps, &env, &info.sender, &sender, msg)
        }
        ExecuteMsg::Act(msg) => {
            msg.bind.check(&env, &info.sender)?;
            act::act(deps, &env, sender, &msg)
        }
        ExecuteMsg::Withdraw(Withdraw { amounts, to, only, bind, .. }) => {
            bind.check(&env, &info.sender)?;
            let to = deps.api.addr_validate(to.as_deref().unwrap_or(info.sender.as_str()))?;
            money::withdraw(deps, &sender, &to, &amounts, only.map(usize::from))
        }
        ExecuteMsg::Cancel(msg) => {
            msg.bind.check(&env, &info.sender)?;
            lots::cancel(deps, &env, &sender, msg.auction_id.0)
        }
        ExecuteMsg::Freeze(msg) => {
            msg.bind.check(&env, &info.sender)?;
            end::freeze(deps, &env, msg.auction_id.0)
        }
        ExecuteMsg::Confirm(msg) => {
            msg.bind.check(&env, &info.sender)?;
            end::confirm(deps, &sender, &msg)
        }
        ExecuteMsg::Close(msg) => {
            msg.bind.check(&env, &info.sender)?;
            end::close(deps, &env, &sender, msg.auction_id.0)
        }
        ExecuteMsg::SetContractStatus(msg) => {
            msg.bind.check(&env, &info.sender)?;
            set_status(deps, &env, &sender, msg)
        }
        ExecuteMsg::RevokePermit(msg) => {
            msg.bind.check(&env, &info.sender)?;
            revoke_permit(deps, &sender, msg)
        }
    }
}

fn set_status(deps: DepsMut, env: &Env, sender: &Account, msg: SetStatus) -> StdResult<Response> {
    Powers::load(deps.storage)?.require_admin(sender)?;
    status::set(deps.storage, env, msg.level)?;
    Ok(Response::new().set_data(answer(&ExecuteAnswer::SetContractStatus(SUCCESS))?))
}

fn revoke_permit(deps: DepsMut, sender: &Account, msg: RevokePermit) -> StdResult<Response> {
    common::permit::revoke(deps.storage, sender, &msg.permit_name);
    Ok(Response::new().set_data(answer(&ExecuteAnswer::RevokePermit(SUCCESS))?))
}

common::export!(query: crate::contract::query);

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    query::dispatch(deps, &env, msg)
}
