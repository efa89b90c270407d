mod allowance;
mod history;
mod info;

use common::json::to_vec;
use common::notify;
use common::permit::{self, Permit};
use cosmwasm_std::{Binary, Deps, Env, StdError, StdResult};

use crate::answer::QueryAnswer;
use crate::msg::{PermitQuery, QueryMsg};
use crate::notices::CHANNELS;
use crate::store::{account, account_of, config, keys, Account};
use history::Page;

pub fn dispatch(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<Binary> {
    Ok(Binary(to_vec(&answer(deps, env, msg)?)))
}

fn answer(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<QueryAnswer> {
    match msg {
        QueryMsg::TokenInfo {} => info::token_info(deps),
        QueryMsg::TokenConfig {} => info::token_config(deps),
        QueryMsg::ContractStatus {} => Ok(info::status(deps)),
        QueryMsg::ExchangeRate {} => info::exchange_rate(deps),
        QueryMsg::Minters {} => info::minters(deps),
        QueryMsg::ListChannels {} => Ok(QueryAnswer::ListChannels(notify::list(&CHANNELS))),
        QueryMsg::WithPermit { permit, query } => with_permit(deps, env, permit, query),
        with_key => with_viewing_key(deps, env, with_key),
    }
}

/// A wrong key is an answer and not an error: clients expect it in the result.
fn with_viewing_key(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<QueryAnswer> {
    let (address, key) = match &msg {
        QueryMsg::Balance { address, key }
        | QueryMsg::TransferHistory { address, key, .. }
        | QueryMsg::TransactionHistory { address, key, .. } => (address, key),
        QueryMsg::ChannelInfo { viewer, .. } => (&viewer.address, &viewer.viewing_key),
        QueryMsg::AllowancesGiven { owner, key, .. } => (owner, key),
        QueryMsg::AllowancesReceived { spender, key, .. } => (spender, key),
        QueryMsg::Allowance { owner, spender, key } => {
            let owner_knows = keys::VIEWING_KEYS.matches(deps.storage, &account_of(deps.api, owner)?, key);
            let spender_knows =
                keys::VIEWING_KEYS.matches(deps.storage, &account_of(deps.api, spender)?, key);
            if !(owner_knows | spender_knows) {
                return Ok(wrong_key());
            }
            return allowance::one(deps, env, owner, spender);
        }
        _ => return Err(StdError::generic_err("this query takes no viewing key")),
    };
    let account = account_of(deps.api, address)?;
    if !keys::VIEWING_KEYS.matches(deps.storage, &account, key) {
        return Ok(wrong_key());
    }
    match msg {
        QueryMsg::Balance { .. } => balance(deps, &account),
        QueryMsg::TransferHistory { page, page_size, should_filter_decoys, .. } => {
            history::transfers(deps, &account, Page::new(page, page_size, should_filter_decoys))
        }
        QueryMsg::TransactionHistory { page, page_size, should_filter_decoys, .. } => {
            history::transactions(deps, &account, Page::new(page, page_size, should_filter_decoys))
        }
        QueryMsg::ChannelInfo { channels, txhash, .. } => channel_info(deps, env, &account, channels, txhash),
        QueryMsg::AllowancesGiven { owner, page, page_size, .. } => {
            allowance::given(deps, owner, page.unwrap_or(0), page_size)
        }
        QueryMsg::AllowancesReceived { spender, page, page_size, .. } => {
            allowance::received(deps, spender, page.unwrap_or(0), page_size)
        }
        _ => Err(StdError::generic_err("this query takes no viewing key")),
    }
}

fn with_permit(deps: Deps, env: &Env, permit: Permit, query: PermitQuery) -> StdResult<QueryAnswer> {
    let account: Account =
        permit::signer_unless(&keys::REVOKED, deps, env.contract.address.as_str(), None, &permit)?.to_vec();
    match query {
        PermitQuery::Balance {} => {
            permit.require("balance")?;
            balance(deps, &account)
        }
        PermitQuery::TransferHistory { page, page_size, should_filter_decoys } => {
            permit.require("history")?;
            history::transfers(deps, &account, Page::new(page, page_size, should_filter_decoys))
        }
        PermitQuery::TransactionHistory { page, page_size, should_filter_decoys } => {
            permit.require("history")?;
            history::transactions(deps, &account, Page::new(page, page_size, should_filter_decoys))
        }
        PermitQuery::ChannelInfo { channels, txhash } => {
            permit.require("owner")?;
            channel_info(deps, env, &account, channels, txhash)
        }
        PermitQuery::Allowance { owner, spender } => {
            permit.require("allowance")?;
            require_signer(deps, &account, &[&owner, &spender])?;
            allowance::one(deps, env, &owner, &spender)
        }
        PermitQuery::AllowancesGiven { owner, page, page_size } => {
            permit.require("allowance")?;
            require_signer(deps, &account, &[&owner])?;
            allowance::given(deps, owner, page.unwrap_or(0), page_size)
        }
        PermitQuery::AllowancesReceived { spender, page, page_size } => {
            permit.require("allowance")?;
            require_signer(deps, &account, &[&spender])?;
            allowance::received(deps, spender, page.unwrap_or(0), page_size)
        }
    }
}

fn require_signer(deps: Deps, signer: &Account, parties: &[&String]) -> StdResult<()> {
    for party in parties {
        if account_of(deps.api, party)? == *signer {
            return Ok(());
        }
    }
    Err(StdError::generic_err("the signer of the permit has no part in this query"))
}

fn balance(deps: Deps, account: &Account) -> StdResult<QueryAnswer> {
    Ok(QueryAnswer::Balance { amount: account::load(deps.storage, account)?.balance.into() })
}

fn channel_info(
    deps: Deps,
    env: &Env,
    account: &Account,
    channels: Vec<String>,
    txhash: Option<String>,
) -> StdResult<QueryAnswer> {
    let secret = config::notification_secret(deps.storage)?;
    let seed = account::load(deps.storage, account)?.recipient.seed(&secret, account);
    Ok(QueryAnswer::ChannelInfo(notify::info(env, &CHANNELS, &channels, txhash.as_deref(), &seed)?))
}

fn wrong_key() -> QueryAnswer {
    QueryAnswer::ViewingKeyError {
        msg: "the viewing key is wrong for this address, or none is set".to_string(),
    }
}
