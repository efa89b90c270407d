use cosmwasm_std::{Binary, StdError, StdResult};

use super::Call;
use crate::answer::success;
use crate::msg::Status;
use crate::store::config::{self, Config};
use crate::store::Account;

pub fn change_admin(call: &mut Call, address: &str) -> StdResult<Binary> {
    let mut config = call.require_admin()?;
    config.admin = call.account(address)?;
    config.save(call.storage)?;
    Ok(success("change_admin"))
}

pub fn set_status(call: &mut Call, level: Status) -> StdResult<Binary> {
    call.require_admin()?;
    config::save_status(call.storage, level);
    Ok(success("set_contract_status"))
}

pub fn add_minters(call: &mut Call, addresses: Vec<String>) -> StdResult<Binary> {
    minter_admin(call)?;
    let mut minters = config::minters(call.storage)?;
    for account in accounts(call, &addresses)? {
        if !minters.contains(&account) {
            minters.push(account);
        }
    }
    config::save_minters(call.storage, &minters)?;
    Ok(success("add_minters"))
}

pub fn remove_minters(call: &mut Call, addresses: Vec<String>) -> StdResult<Binary> {
    minter_admin(call)?;
    let removed = accounts(call, &addresses)?;
    let mut minters = config::minters(call.storage)?;
    minters.retain(|account| !removed.contains(account));
    config::save_minters(call.storage, &minters)?;
    Ok(success("remove_minters"))
}

pub fn set_minters(call: &mut Call, addresses: Vec<String>) -> StdResult<Binary> {
    minter_admin(call)?;
    let minters = accounts(call, &addresses)?;
    config::save_minters(call.storage, &minters)?;
    Ok(success("set_minters"))
}

pub fn add_denoms(call: &mut Call, denoms: Vec<String>) -> StdResult<Binary> {
    let mut config = denom_admin(call)?;
    for denom in denoms {
        if !config.supported_denoms.contains(&denom) {
            config.supported_denoms.push(denom);
        }
    }
    config.save(call.storage)?;
    Ok(success("add_supported_denoms"))
}

pub fn remove_denoms(call: &mut Call, denoms: Vec<String>) -> StdResult<Binary> {
    let mut config = denom_admin(call)?;
    config.supported_denoms.retain(|denom| !denoms.contains(denom));
    config.save(call.storage)?;
    Ok(success("remove_supported_denoms"))
}

fn minter_admin(call: &Call) -> StdResult<()> {
    if call.require_admin()?.mint_enabled {
        return Ok(());
    }
    Err(StdError::generic_err("mint is not enabled for this token"))
}

fn denom_admin(call: &Call) -> StdResult<Config> {
    let config = call.require_admin()?;
    if config.can_modify_denoms {
        return Ok(config);
    }
    Err(StdError::generic_err("the denominations of this token are fixed"))
}

fn accounts(call: &Call, addresses: &[String]) -> StdResult<Vec<Account>> {
    addresses.iter().map(|address| call.account(address)).collect()
}
