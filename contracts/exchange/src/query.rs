//! Queries. Nothing opens because time passed; no query runs a clearing.

use common::account::address_of;
use common::amount::{Amount, Id};
use common::answer::{fixed_query_answer, query_answer};
use common::permit;
use common::status;
use common::vault::Vault;
use cosmwasm_std::{Binary, Deps, Env, StdError, StdResult};

use crate::contract::{account, epoch, market, past_price, price, terms};
use crate::msg::{
    FillView, HistoryQuery, OrderView, PairInfo, PermitQuery, Price, QueryAnswer, QueryMsg, WithPermit,
};
use crate::rows::{Account, Market, PriceRow, Slot, BASE, EMPTY, OPEN, QUOTE, SLOTS};

/// The permission that a permit must give.
pub const PERMISSION: &str = "exchange";

/// One length for every answer about an account.
const PRIVATE_SIZE: usize = 2_048;
const MOST_PRICES: u32 = 100;

common::export!(query: crate::query::query);

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    let answer = match msg {
        QueryMsg::PairInfo(_) => QueryAnswer::PairInfo(pair_info(deps, &env)?),
        QueryMsg::Price(_) => QueryAnswer::Price(view(&price(deps.storage)?)),
        QueryMsg::PriceHistory(HistoryQuery { page, page_size }) => history(deps, page, page_size)?,
        QueryMsg::WithPermit(WithPermit { permit, query }) => {
            let chain = Some(env.block.chain_id.as_str());
            let owner = permit::signer(deps, env.contract.address.as_str(), chain, &permit)?;
            permit.require(PERMISSION)?;
            let account = account(deps.storage, &owner)?;
            return fixed_query_answer(&private(&market(deps.storage)?, account, &query), PRIVATE_SIZE);
        }
    };
    query_answer(&answer, 256)
}

fn pair_info(deps: Deps, env: &Env) -> StdResult<PairInfo> {
    let terms = terms(deps.storage)?;
    let price = price(deps.storage)?;
    let tokens = Vault::load(deps.storage)?.tokens();
    let token = |index: usize| tokens.get(index).cloned().ok_or_else(|| StdError::not_found("token"));
    let admin = terms.powers.admin.map(|admin| address_of(deps.api, &admin)).transpose()?;
    Ok(PairInfo {
        preview: true,
        base: token(BASE)?,
        quote: token(QUOTE)?,
        started_at: terms.started_at,
        epoch_seconds: terms.epoch_seconds,
        epoch: epoch(env, &terms)?,
        next_clear: if price.count == 0 { 0 } else { price.epoch + 1 },
        price_exponent: terms.unit.ilog10(),
        price_digits: terms.price_digits,
        min_base: Amount(terms.min[BASE]),
        min_quote: Amount(terms.min[QUOTE]),
        min_owners: terms.min_owners,
        max_wait: terms.max_wait,
        lp_fee_bps: terms.lp_fee_bps,
        protocol_fee_bps: terms.protocol_fee_bps,
        capacity: SLOTS as u32,
        admin: admin.map(String::from),
        status: status::level(deps.storage, env)?,
    })
}

fn view(row: &PriceRow) -> Price {
    Price {
        value: Some(Amount(row.price)).filter(|price| price.0 > 0),
        epoch: Some(row.epoch).filter(|_| row.count > 0),
        depth: Amount(row.depth),
        preview: true,
    }
}

/// The newest first.
fn history(deps: Deps, page: u32, page_size: u32) -> StdResult<QueryAnswer> {
    if page_size == 0 || page_size > MOST_PRICES {
        return Err(StdError::generic_err(format!("page_size must be 1 to {MOST_PRICES}")));
    }
    let total = price(deps.storage)?.count;
    let end = total.saturating_sub(u64::from(page) * u64::from(page_size));
    let start = end.saturating_sub(page_size.into());
    let rows: StdResult<Vec<PriceRow>> =
        (start..end).rev().map(|count| past_price(deps.storage, count)).collect();
    Ok(QueryAnswer::PriceHistory { prices: rows?.iter().map(view).collect(), total })
}

fn private(market: &Market, account: Option<Account>, query: &PermitQuery) -> QueryAnswer {
    // Who never came has the same empty answers as who has nothing. No slot has this number.
    let account = account.unwrap_or(Account { number: u32::MAX, ..Account::default() });
    let own: Vec<&Slot> =
        market.slots.iter().filter(|slot| slot.state != EMPTY && slot.owner == account.number).collect();
    match query {
        PermitQuery::Account(_) => {
            let mut waiting = [0; 2];
            for slot in &own {
                let (gives, gets) = sides(slot);
                waiting[gets] += slot.got;
                waiting[gives] += if slot.state == OPEN { 0 } else { slot.remaining };
            }
            QueryAnswer::Account {
                base: Amount(account.free[BASE]),
                quote: Amount(account.free[QUOTE]),
                shares: Amount(account.shares),
                uncollected_base: Amount(waiting[BASE]),
                uncollected_quote: Amount(waiting[QUOTE]),
            }
        }
        PermitQuery::Orders(_) => QueryAnswer::Orders { orders: own.into_iter().map(order).collect() },
        PermitQuery::Fills(_) => {
            let receipts = account.receipts.iter().filter(|receipt| receipt.order != 0);
            let fills = receipts.map(|receipt| FillView {
                order_id: Id(receipt.order),
                side: side(receipt.sold_base),
                gave: Amount(receipt.gave),
                got: Amount(receipt.got),
            });
            QueryAnswer::Fills { fills: fills.collect() }
        }
        PermitQuery::Liquidity(_) => {
            let worth = if account.shares == 0 { [0; 2] } else { market.worth(account.shares) };
            QueryAnswer::Liquidity {
                shares: Amount(account.shares),
                base: Amount(worth[BASE]),
                quote: Amount(worth[QUOTE]),
                removable_from_epoch: account.added + 2,
            }
        }
    }
}

fn side(sells: u8) -> &'static str {
    if sells == 1 {
        "sell"
    } else {
        "buy"
    }
}

fn sides(slot: &Slot) -> (usize, usize) {
    if slot.sells == 1 {
        (BASE, QUOTE)
    } else {
        (QUOTE, BASE)
    }
}

fn order(slot: &Slot) -> OrderView {
    OrderView {
        order_id: Id(slot.id),
        side: side(slot.sells),
        status: if slot.state == OPEN { "open" } else { "finished" },
        remaining: Amount(slot.remaining),
        limit: Amount(slot.limit),
        gave: Amount(slot.gave),
        got: Amount(slot.got),
        entered: slot.entered,
        last: slot.last,
    }
}
