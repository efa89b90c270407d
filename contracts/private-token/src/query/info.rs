use cosmwasm_std::{Deps, StdResult, Uint128};

use crate::answer::QueryAnswer;
use crate::store::address_of;
use crate::store::config::{self, Config};

pub fn token_info(deps: Deps) -> StdResult<QueryAnswer> {
    let config = Config::load(deps.storage)?;
    let total_supply =
        if config.public_total_supply { Some(config::total_supply(deps.storage)?.into()) } else { None };
    Ok(QueryAnswer::TokenInfo {
        name: config.name,
        symbol: config.symbol,
        decimals: config.decimals,
        total_supply,
    })
}

pub fn token_config(deps: Deps) -> StdResult<QueryAnswer> {
    let config = Config::load(deps.storage)?;
    Ok(QueryAnswer::TokenConfig {
        public_total_supply: config.public_total_supply,
        deposit_enabled: config.deposit_enabled,
        redeem_enabled: config.redeem_enabled,
        mint_enabled: config.mint_enabled,
        burn_enabled: config.burn_enabled,
        can_modify_denoms: config.can_modify_denoms,
        supported_denoms: config.supported_denoms,
    })
}

pub fn status(deps: Deps) -> QueryAnswer {
    QueryAnswer::ContractStatus { status: config::status(deps.storage) }
}

/// One native coin is one token, so the rate is 1 whenever there is something to exchange.
pub fn exchange_rate(deps: Deps) -> StdResult<QueryAnswer> {
    let config = Config::load(deps.storage)?;
    let exchanges = config.deposit_enabled || config.redeem_enabled;
    if !exchanges || config.supported_denoms.is_empty() {
        return Ok(QueryAnswer::ExchangeRate { rate: Uint128::zero(), denom: String::new() });
    }
    Ok(QueryAnswer::ExchangeRate { rate: Uint128::new(1), denom: config.supported_denoms.join(",") })
}

pub fn minters(deps: Deps) -> StdResult<QueryAnswer> {
    let minters = config::minters(deps.storage)?;
    let minters = minters.iter().map(|account| address_of(deps.api, account)).collect::<StdResult<_>>()?;
    Ok(QueryAnswer::Minters { minters })
}
