//! Queries. Nothing opens because time has passed: a query reads what a close has written.

use common::account::{address_of, Account};
use common::admin::Powers;
use common::amount::{Amount, Id};
use common::answer::{fixed_query_answer, pad, query_answer};
use common::json::to_vec;
use common::permit;
use common::vault::Vault;
use common::witness::{Frozen, WitnessView, Witnesses};
use common::{seed, status};
use cosmwasm_std::{Binary, Deps, Env, StdError, StdResult};

use crate::msg::{
    AccountView, HeadView, HouseView, LotTokens, MyBid, Page, PermitQuery, Progress, QueryAnswer,
};
use crate::msg::{QueryMsg, WithPermit};
use crate::rows::{BidRow, ResultRow, CANCELLED, FROZEN, NOT_SOLD, OPEN, SOLD};
use crate::{proof, store};

/// Open answers have a multiple of this, answers to permits exactly these.
pub const BLOCK: usize = 256;
pub const BID_SIZE: usize = 512;
pub const ACCOUNT_SIZE: usize = 512;
pub const PROOF_SIZE: usize = 1024;
const MAX_PAGE: u32 = 30;

pub fn dispatch(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Auction(of) => {
            let view = view(deps, of.auction_id.0)?;
            Ok(pad([br#"{"auction":"#, view.as_slice(), b"}"].concat(), BLOCK))
        }
        QueryMsg::Auctions(page) => Ok(pad(auctions(deps, &page)?, BLOCK)),
        QueryMsg::Head(of) => query_answer(&QueryAnswer::Head(head(deps, of.auction_id.0)?), BLOCK),
        QueryMsg::House(_) => query_answer(&QueryAnswer::House(house(deps, env)?), BLOCK),
        QueryMsg::WithPermit(WithPermit { permit, query }) => {
            let signer = permit::signer(
                deps,
                env.contract.address.as_str(),
                Some(env.block.chain_id.as_str()),
                &permit,
            )?;
            with_permit(deps, env, &permit, &signer, query)
        }
    }
}

fn with_permit(
    deps: Deps,
    env: &Env,
    permit: &permit::Permit,
    signer: &Account,
    query: PermitQuery,
) -> StdResult<Binary> {
    match query {
        PermitQuery::MyBid(of) => {
            permit.require("bid")?;
            let id = of.auction_id.0;
            let result = store::result(deps.storage, id)?;
            let bid = store::bid(deps.storage, id, signer)?;
            fixed_query_answer(&QueryAnswer::MyBid(my_bid(signer, &result, &bid)), BID_SIZE)
        }
        PermitQuery::Account(_) => {
            permit.require("vault")?;
            fixed_query_answer(&QueryAnswer::Account(account(deps, signer)?), ACCOUNT_SIZE)
        }
        PermitQuery::BidProof(asked) => {
            permit.require("bid")?;
            let bid = store::bid(deps.storage, asked.auction_id.0, signer)?;
            let seed = seed::load(deps.storage)?;
            let proof = proof::bid_proof(deps.api, env, &seed, signer, &bid, &asked)?;
            fixed_query_answer(&QueryAnswer::BidProof(proof), PROOF_SIZE)
        }
    }
}

fn status_text(result: &ResultRow) -> &'static str {
    match result.status {
        SOLD => "sold",
        NOT_SOLD => "not_sold",
        CANCELLED => "cancelled",
        FROZEN => "frozen",
        _ => "open",
    }
}

/// Who has confirmed what; nothing of an auction without witnesses.
fn witnesses(deps: Deps, id: u64, result: &ResultRow) -> StdResult<Option<WitnessView>> {
    if !result.has_witnesses {
        return Ok(None);
    }
    let frozen = match result.status {
        OPEN | CANCELLED => Frozen::default(),
        _ => store::frozen(deps.storage, id)?.state(),
    };
    Witnesses::load(deps.storage, id)?.view(deps.api, &frozen).map(Some)
}

/// `{"terms":{…},"status":…}`; the terms are JSON already.
fn view(deps: Deps, id: u64) -> StdResult<Vec<u8>> {
    let result = store::result(deps.storage, id)?;
    let sold = result.status == SOLD;
    let winner = (sold && result.reveal_winner).then(|| address_of(deps.api, &result.winner)).transpose()?;
    let progress = Progress {
        status: status_text(&result),
        price: (sold && result.reveal_price).then_some(Amount(result.price)),
        winner: winner.map(String::from),
        witnesses: witnesses(deps, id, &result)?,
    };
    let progress = to_vec(&progress);
    Ok([br#"{"terms":"#, store::terms(deps.storage, id)?.as_slice(), b",", &progress[1..]].concat())
}

fn auctions(deps: Deps, page: &Page) -> StdResult<Vec<u8>> {
    if !(1..=MAX_PAGE).contains(&page.page_size) {
        return Err(StdError::generic_err("page_size must be 1 to 30"));
    }
    let total = store::market(deps.storage)?.last_id;
    let skipped = u64::from(page.page.unwrap_or(0)) * u64::from(page.page_size);
    let newest = total.saturating_sub(skipped);
    let oldest = newest.saturating_sub(page.page_size.into());
    let mut json = format!(r#"{{"auctions":{{"total":"{}","auctions":["#, Id(total).text()).into_bytes();
    for id in (oldest + 1..=newest).rev() {
        json.extend_from_slice(if id == newest { b"" } else { b"," });
        json.extend_from_slice(&view(deps, id)?);
    }
    json.extend_from_slice(b"]}}");
    Ok(json)
}

fn head(deps: Deps, id: u64) -> StdResult<HeadView> {
    let result = store::result(deps.storage, id)?;
    if result.status == OPEN || result.status == FROZEN {
        return Err(StdError::generic_err("the auction is not closed yet"));
    }
    Ok(HeadView { n: Id(result.head.n), head: Binary(result.head.hash.to_vec()) })
}

fn house(deps: Deps, env: &Env) -> StdResult<HouseView> {
    let house = store::house(deps.storage)?;
    let market = store::market(deps.storage)?;
    let powers = Powers::load(deps.storage)?;
    let address =
        |account: Option<Account>| account.map(|account| address_of(deps.api, &account)).transpose();
    Ok(HouseView {
        tokens: Vault::load(deps.storage)?.tokens(),
        fee_bps: house.fee_bps,
        fee_to: address(powers.fee_receiver)?.map(String::from).unwrap_or_default(),
        lot_fee: LotTokens { index: house.lot_fee_token, amount: Amount(house.lot_fee) },
        min_duration: house.min_duration,
        admin: address(powers.admin)?.map(String::from),
        status: status::level(deps.storage, env)?,
        auctions: Id(market.last_id),
        n: Id(market.head.n),
        head: Binary(market.head.hash.to_vec()),
        public_key: Binary(house.public_key.to_vec()),
    })
}

fn account(deps: Deps, signer: &Account) -> StdResult<AccountView> {
    let tokens = usize::from(store::house(deps.storage)?.tokens);
    let account = store::account(deps.storage, signer)?;
    let amounts = |purse: &[u128]| purse.iter().take(tokens).copied().map(Amount).collect();
    Ok(AccountView { free: amounts(&account.free), locked: amounts(&account.locked) })
}

/// Before the close it says nothing but what the bidder has done.
fn my_bid(signer: &Account, result: &ResultRow, bid: &BidRow) -> MyBid {
    let won = result.status == SOLD && result.winner == *signer;
    let sold = result.status == SOLD && result.seller == *signer;
    let outcome = match result.status {
        _ if bid.amount == 0 => "none",
        SOLD if won => "won",
        SOLD => "lost",
        NOT_SOLD => "not_sold",
        CANCELLED => "cancelled",
        _ => "open",
    };
    MyBid {
        amount: Amount(bid.amount),
        n: Id(bid.n),
        leaf: Binary(bid.leaf.to_vec()),
        outcome,
        price: Amount(if won || sold { result.price } else { 0 }),
        bid_settled: bid.bid_settled,
        sale_settled: bid.sale_settled,
    }
}
