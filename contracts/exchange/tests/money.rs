//! Random messages of many users: nothing is made, lost or taken, and everyone can leave.

mod support;

use common::testing::Random;
use exchange::market::BURNT_SHARES;
use exchange::rows::{Market, OPEN};
use serde_json::{json, Value};
use support::exact::{big, Big};
use support::world::{act_message, terms, World, ADMIN, EPOCH, USERS};

const EVERYONE: [&str; 8] = ["alice", "bob", "carol", "dave", "erin", "frank", ADMIN, "keeper"];

fn seeds() -> u64 {
    std::env::var("EXCHANGE_SEEDS").ok().map_or(if cfg!(debug_assertions) { 50 } else { 1_000 }, |text| {
        text.parse().expect("a number of seeds")
    })
}

fn random_act(world: &World, user: &str, random: &mut Random) -> Value {
    let amount = |random: &mut Random| random.bits(16).to_string();
    let price = 2_000_000 + random.below(2_000_000);
    match random.below(8) {
        0..=3 => {
            let limit = if random.one_in(4) { None } else { Some(price.to_string()) };
            let side = if random.one_in(2) { "buy" } else { "sell" };
            json!({ "order": { "side": side, "amount": amount(random), "limit": limit, "epochs": random.below(4) } })
        }
        4 => {
            let ids: Vec<u64> = world.market().slots.iter().map(|slot| slot.id).collect();
            json!({ "cancel": { "order_id": ids[random.below(64) as usize].to_string() } })
        }
        5 => json!({ "add": { "base": amount(random), "quote": amount(random), "min_shares": "0" } }),
        6 => {
            let shares = world.account(user).shares;
            let shares = if random.one_in(3) { shares } else { random.bits(16).min(shares + 1) };
            json!({ "remove": { "shares": shares.to_string(), "min_base": "0", "min_quote": "0" } })
        }
        _ => [json!({ "sync": {} }), json!({ "cover": {} })][random.below(2) as usize].clone(),
    }
}

/// Failures of the public kind: each leaves rows and money as they were.
fn random_failure(world: &mut World, user: &str, random: &mut Random) {
    let stranger = world.bind("stranger");
    let msg = match random.below(4) {
        0 => act_message(&json!({ "sync": {} }), stranger),
        1 => json!({ "clear": { "epoch": world.now() } }),
        2 => json!({ "receive": { "sender": user, "from": user, "amount": "9", "msg": null } }),
        _ => json!({ "withdraw": { "amounts": ["1", "1"], "bind": stranger } }),
    };
    world.execute(user, &msg).unwrap_err();
}

fn product(market: &Market) -> Big {
    big(market.pool.base).mul(&big(market.pool.quote))
}

/// The product does not fall but by removals, and never for a share.
fn check_pool(before: &Market, after: &Market, removed: bool) {
    if before.shares == 0 {
        return;
    }
    assert!(removed || product(after) >= product(before), "the product falls");
    let square = |shares: u128| big(shares).mul(&big(shares));
    assert!(
        product(after).mul(&square(before.shares)) >= product(before).mul(&square(after.shares)),
        "the product for a share falls"
    );
}

fn step(world: &mut World, random: &mut Random) {
    let user = USERS[random.below(6) as usize];
    let before = world.market();
    let mut removed = false;
    match random.below(12) {
        0..=2 => {
            let amount = random.bits(16);
            world.deposit(user, random.below(2) as usize, amount).unwrap();
        }
        3..=7 => {
            let act = random_act(world, user, random);
            removed = act.get("remove").is_some();
            world.act(user, act);
        }
        8 => {
            let (base, quote) = world.free(user);
            world.withdraw(user, random.bits(16).min(base + 1), random.bits(16).min(quote + 1));
        }
        9 => random_failure(world, user, random),
        _ => {
            let epoch = world.now();
            world.env.block.time = world.env.block.time.plus_seconds(EPOCH * (1 + random.below(3)));
            world.clear(epoch).unwrap();
        }
    }
    check_pool(&before, &world.market(), removed);
    world.check_money(&EVERYONE);
}

/// Everyone cancels, removes and withdraws; what stays is the burnt shares' part of the pool.
fn everyone_leaves(world: &mut World) {
    for _ in 0..3 {
        world.next_epoch();
    }
    for user in EVERYONE {
        for slot in world.market().slots {
            if slot.state == OPEN && slot.owner == world.account(user).number {
                world.act(user, json!({ "cancel": { "order_id": slot.id.to_string() } }));
            }
        }
        let shares = world.account(user).shares.to_string();
        world.act(user, json!({ "remove": { "shares": shares, "min_base": "0", "min_quote": "0" } }));
        world.act(user, json!({ "sync": {} }));
        let (base, quote) = world.free(user);
        assert_eq!(world.withdraw(user, base, quote), "accepted");
        assert_eq!(world.free(user), (0, 0));
    }
    world.check_money(&EVERYONE);
    let market = world.market();
    assert!(market.shares == 0 || market.shares == BURNT_SHARES);
    assert_eq!(world.held, [market.pool.base, market.pool.quote]);
}

#[test]
fn money_is_neither_made_nor_lost_over_random_messages_and_everyone_can_leave() {
    for seed in 0..seeds() {
        let mut random = Random(seed);
        let mut rules = terms();
        rules["min_owners"] = json!(1 + random.below(3));
        rules["protocol_fee_bps"] = json!(random.below(76));
        let mut world = World::new(rules);
        for _ in 0..60 {
            step(&mut world, &mut random);
        }
        everyone_leaves(&mut world);
    }
}
