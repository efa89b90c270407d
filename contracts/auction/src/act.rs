//! Bid, settle and cover: one message, one set of rows, one amount of gas.

use common::account::Account;
use common::answer::answer;
use common::select::{equal, pick};
use common::status::{self, Level};
use common::{amount::Id, seed};
use cosmwasm_std::{Binary, DepsMut, Env, Response, StdResult};

use crate::leaf::payload;
use crate::msg::{status_of, Acted, Do, ExecuteAnswer};
use crate::rules::{self, Act, Kind, Rows, Scene, ACCEPTED, OUTCOMES};
use crate::store;

pub fn act(deps: DepsMut, env: &Env, actor: Account, action: Do) -> StdResult<Response> {
    let act = match action {
        Do::Bid(bid) => Act { kind: Kind::Bid, auction_id: bid.auction_id.0, amount: bid.amount.0 },
        Do::Settle(of) => Act { kind: Kind::Settle, auction_id: of.auction_id.0, amount: 0 },
        Do::Cover(of) => Act { kind: Kind::Cover, auction_id: of.auction_id.0, amount: 0 },
    };
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
    let data = answer(&ExecuteAnswer::Act(Acted {
        status: status_of(outcome == ACCEPTED),
        reason: OUTCOMES[usize::from(outcome)],
        n: Id(leaf.n),
        salt: Binary(leaf.salt.to_vec()),
    }))?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}
