//! Bid, settle and cover: one message, one set of rows, the same work to the last instruction.

use common::account::Account;
use common::answer::act_answer;
use common::seed;
use common::select::{equal, pick};
use common::status::{self, Level};
use cosmwasm_std::{DepsMut, Env, Response, StdError, StdResult};

use crate::leaf::payload;
use crate::msg::ActMsg;
use crate::rules::{self, Act, Kind, Rows, Scene, OUTCOMES};
use crate::store;

pub fn act(deps: DepsMut, env: &Env, actor: Account, msg: &ActMsg) -> StdResult<Response> {
    let terms: [u8; 32] = msg
        .terms
        .as_slice()
        .try_into()
        .map_err(|_| StdError::generic_err("terms must have 32 bytes (base64 with 44 characters)"))?;
    // Only a bid has an amount.
    let amount = pick(equal(msg.kind as u8, Kind::Bid as u8), 0, msg.amount.0);
    let act = Act { kind: msg.kind, auction_id: msg.auction_id.0, amount, terms };
    let stopped = status::level(deps.storage, env)? == Level::StopNew;
    let seed = seed::load(deps.storage)?;
    let result = store::result(deps.storage, act.auction_id)?;
    let mut market = store::market(deps.storage)?;
    let mut account = store::account(deps.storage, &actor)?;
    let mut bid = store::bid(deps.storage, act.auction_id, &actor)?;

    let scene = Scene { actor, now: env.block.time.seconds(), stopped, seq: market.head.n + 1 };
    let mut rows = Rows { market: &mut market, account: &mut account, bid: &mut bid, result: &result };
    let outcome = rules::act(&mut rows, &scene, &act);
    let stated = payload(act.kind as u8, &actor, act.auction_id, act.amount, outcome);
    let leaf = market.head.append(&seed, &actor, &stated);
    bid.leaf = pick(equal(bid.n, leaf.n), bid.leaf, leaf.leaf);

    store::save_market(deps.storage, &market)?;
    store::save_account(deps.storage, &actor, &account)?;
    store::save_bid(deps.storage, act.auction_id, &actor, &bid)?;
    let data = act_answer("act", &OUTCOMES[usize::from(outcome)], &leaf)?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}
