use common::answer::{pad, padded_error};
use common::gas::Meter;
use common::notify::{self, Notifier};
use cosmwasm_std::{
    Api, Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult, Storage, Uint64,
};
use sha2::{Digest, Sha256};

use crate::execute::{self, supply, Call};
use crate::msg::{Batch, ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, Status};
use crate::notices::Notices;
use crate::query;
use crate::store::config::{self, Config};
use crate::store::{account_of, Account};

/// Answers, callbacks and query results are padded to a multiple of this.
pub const BLOCK_SIZE: usize = 256;

common::export!(instantiate: crate::contract::instantiate);

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    check_names(&msg)?;
    let admin = msg.admin.as_deref().unwrap_or(info.sender.as_str());
    let admin = account_of(deps.api, admin)?;
    let flags = msg.config.unwrap_or_default();
    let config = Config {
        name: msg.name,
        symbol: msg.symbol,
        decimals: msg.decimals,
        admin: admin.clone(),
        public_total_supply: flags.public_total_supply.unwrap_or(false),
        deposit_enabled: flags.enable_deposit.unwrap_or(false),
        redeem_enabled: flags.enable_redeem.unwrap_or(false),
        mint_enabled: flags.enable_mint.unwrap_or(false),
        burn_enabled: flags.enable_burn.unwrap_or(false),
        can_modify_denoms: flags.can_modify_denoms.unwrap_or(false),
        supported_denoms: msg.supported_denoms.unwrap_or_default(),
    };
    config.save(deps.storage)?;
    config::save_status(deps.storage, Status::NormalRun);
    config::save_seed(deps.storage, &Sha256::digest(msg.prng_seed.as_slice()));
    let secret = notify::create_secret(&env, info.sender.as_str(), &msg.prng_seed)?;
    config::save_notification_secret(deps.storage, &secret);
    if config.mint_enabled {
        config::save_minters(deps.storage, &vec![admin.clone()])?;
    }
    for balance in msg.initial_balances.into_iter().flatten() {
        let recipient = account_of(deps.api, &balance.address)?;
        supply::create(deps.storage, &env, &admin, &recipient, balance.amount.u128())?;
    }
    Ok(Response::new())
}

fn check_names(msg: &InstantiateMsg) -> StdResult<()> {
    if !(3..=30).contains(&msg.name.len()) {
        return Err(StdError::generic_err("name must have 3 to 30 bytes"));
    }
    let symbol = msg.symbol.as_bytes();
    let plain = symbol.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    if !(3..=20).contains(&symbol.len()) || !plain {
        return Err(StdError::generic_err("symbol must have 3 to 20 letters, digits or hyphens"));
    }
    if msg.decimals > 18 {
        return Err(StdError::generic_err("decimals must not exceed 18"));
    }
    Ok(())
}

common::export!(execute: crate::contract::execute);

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let target = gas_target(&msg);
    let mut meter = Meter::new(deps.storage);
    let result = run(&mut meter, deps.api, env, info, msg).map_err(padded_error);
    meter.evaporate(deps.api, target).map_err(padded_error)?;
    result
}

fn run(
    storage: &mut dyn Storage,
    api: &dyn Api,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    execute::check_bind(&env, &info, &msg)?;
    check_status(storage, &msg)?;
    let sender: Account = account_of(api, info.sender.as_str())?;
    let notices = Notices::new(Notifier::new(config::notification_secret(storage)?, &env));
    let mut call = Call { storage, api, env, info, sender, messages: vec![], notices };
    let data = execute::dispatch(&mut call, msg)?;
    let attributes = call.notices.attributes()?;
    let data = pad(data.0, BLOCK_SIZE);
    Ok(Response::new().add_messages(call.messages).add_attributes(attributes).set_data(data))
}

/// A stop leaves the admin the way out of it, and holders theirs unless all is stopped.
fn check_status(storage: &dyn Storage, msg: &ExecuteMsg) -> StdResult<()> {
    let allowed = match config::status(storage) {
        Status::NormalRun => true,
        _ if matches!(msg, ExecuteMsg::SetContractStatus { .. } | ExecuteMsg::ChangeAdmin { .. }) => true,
        Status::StopAllButRedeems => matches!(msg, ExecuteMsg::Redeem(_)),
        Status::StopAll => false,
    };
    if allowed {
        return Ok(());
    }
    Err(StdError::generic_err("this contract is stopped and the action is not allowed"))
}

fn gas_target(msg: &ExecuteMsg) -> Option<Uint64> {
    fn of<Action>(batch: &Batch<Action>) -> Option<Uint64> {
        batch.gas_target
    }
    match msg {
        ExecuteMsg::Transfer(msg) => msg.gas_target,
        ExecuteMsg::Send(msg) => msg.gas_target,
        ExecuteMsg::BatchTransfer(batch) => of(batch),
        ExecuteMsg::BatchSend(batch) => of(batch),
        ExecuteMsg::IncreaseAllowance(msg) | ExecuteMsg::DecreaseAllowance(msg) => msg.gas_target,
        ExecuteMsg::TransferFrom(msg) => msg.gas_target,
        ExecuteMsg::SendFrom(msg) => msg.gas_target,
        ExecuteMsg::BurnFrom(msg) => msg.gas_target,
        ExecuteMsg::BatchTransferFrom(batch) => of(batch),
        ExecuteMsg::BatchSendFrom(batch) => of(batch),
        ExecuteMsg::BatchBurnFrom(batch) => of(batch),
        ExecuteMsg::Mint(msg) => msg.gas_target,
        ExecuteMsg::BatchMint(batch) => of(batch),
        ExecuteMsg::Burn(msg) => msg.gas_target,
        ExecuteMsg::Deposit(msg) => msg.gas_target,
        ExecuteMsg::Redeem(msg) => msg.gas_target,
        ExecuteMsg::UpdateSeed(msg) => msg.gas_target,
        ExecuteMsg::Evaporate { gas_target } => Some(*gas_target),
        ExecuteMsg::RegisterReceive { gas_target, .. }
        | ExecuteMsg::CreateViewingKey { gas_target, .. }
        | ExecuteMsg::SetViewingKey { gas_target, .. }
        | ExecuteMsg::RevokePermit { gas_target, .. }
        | ExecuteMsg::ChangeAdmin { gas_target, .. }
        | ExecuteMsg::SetContractStatus { gas_target, .. }
        | ExecuteMsg::AddMinters { gas_target, .. }
        | ExecuteMsg::RemoveMinters { gas_target, .. }
        | ExecuteMsg::SetMinters { gas_target, .. }
        | ExecuteMsg::AddSupportedDenoms { gas_target, .. }
        | ExecuteMsg::RemoveSupportedDenoms { gas_target, .. } => *gas_target,
    }
}

common::export!(query: crate::contract::query);

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    Ok(pad(query::dispatch(deps, &env, msg)?.0, BLOCK_SIZE))
}

common::export!(migrate: crate::contract::migrate);

/// Older versions have no secret for notifications. Their account rows become longer when they are written.
pub fn migrate(deps: DepsMut, env: Env, _msg: MigrateMsg) -> StdResult<Response> {
    if !config::has_notification_secret(deps.storage) {
        let secret = notify::create_secret(&env, "", &config::seed(deps.storage))?;
        config::save_notification_secret(deps.storage, &secret);
    }
    Ok(Response::new())
}
