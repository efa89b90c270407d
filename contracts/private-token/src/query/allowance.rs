use cosmwasm_std::{Deps, Env, StdResult};

use crate::answer::{GivenAllowance, QueryAnswer, ReceivedAllowance};
use crate::store::{account, account_of, address_of, allowance};

/// `available` is what the spender could really move now.
pub fn one(deps: Deps, env: &Env, owner: &str, spender: &str) -> StdResult<QueryAnswer> {
    let owner_account = account_of(deps.api, owner)?;
    let kept =
        allowance::load(deps.storage, &owner_account, &account_of(deps.api, spender)?)?.unwrap_or_default();
    let balance = account::load(deps.storage, &owner_account)?.balance;
    Ok(QueryAnswer::Allowance {
        owner: owner.to_string(),
        spender: spender.to_string(),
        allowance: kept.amount.into(),
        available: kept.usable(&env.block).min(balance).into(),
        expiration: kept.expiration,
    })
}

pub fn given(deps: Deps, owner: String, page: u32, size: u32) -> StdResult<QueryAnswer> {
    let owner_account = account_of(deps.api, &owner)?;
    let (spenders, count) = allowance::given(deps.storage, &owner_account, page, size)?;
    let mut allowances = Vec::with_capacity(spenders.len());
    for spender in spenders {
        let kept = allowance::load(deps.storage, &owner_account, &spender)?.unwrap_or_default();
        allowances.push(GivenAllowance {
            spender: address_of(deps.api, &spender)?,
            allowance: kept.amount.into(),
            expiration: kept.expiration,
        });
    }
    Ok(QueryAnswer::AllowancesGiven { owner, allowances, count })
}

pub fn received(deps: Deps, spender: String, page: u32, size: u32) -> StdResult<QueryAnswer> {
    let spender_account = account_of(deps.api, &spender)?;
    let (owners, count) = allowance::received(deps.storage, &spender_account, page, size)?;
    let mut allowances = Vec::with_capacity(owners.len());
    for owner in owners {
        let kept = allowance::load(deps.storage, &owner, &spender_account)?.unwrap_or_default();
        allowances.push(ReceivedAllowance {
            owner: address_of(deps.api, &owner)?,
            allowance: kept.amount.into(),
            expiration: kept.expiration,
        });
    }
    Ok(QueryAnswer::AllowancesReceived { spender, allowances, count })
}
