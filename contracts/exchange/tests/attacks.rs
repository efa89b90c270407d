//! Attacks on the rules, each with the answer that is expected. Those that need a chain, an engine or clients are in
//! `clients/exchange/test/attacks.test.ts`.

mod support;

use common::select::when;
use exchange::book::Pool;
use exchange::market::{self, Context, Request, BURNT_SHARES, MOST_HELD};
use exchange::rows::{Account, Market, BASE, OPEN, QUOTE, SLOTS};
use serde_json::{json, Value};
use support::world::{terms, World, ADMIN, EPOCH, USERS};

const UNIT: u128 = 1_000_000;

fn funded(rules: Value) -> World {
    let mut world = World::new(rules);
    for user in USERS {
        world.deposit(user, BASE, 1 << 60).unwrap();
        world.deposit(user, QUOTE, 1 << 60).unwrap();
    }
    world
}

fn add(base: u128, quote: u128) -> Value {
    json!({ "add": { "base": base.to_string(), "quote": quote.to_string(), "min_shares": "0" } })
}

fn remove(shares: u128) -> Value {
    json!({ "remove": { "shares": shares.to_string(), "min_base": "0", "min_quote": "0" } })
}

fn cancel(id: u64) -> Value {
    json!({ "cancel": { "order_id": id.to_string() } })
}

fn refused(answer: (String, String), reason: &str) {
    assert_eq!(answer.0, "refused");
    assert!(answer.1.contains(reason), "{answer:?}");
}

fn order(side: &str, amount: u128, limit: Option<u128>, epochs: u32) -> Value {
    let limit = limit.map(|limit| limit.to_string());
    json!({ "order": { "side": side, "amount": amount.to_string(), "limit": limit, "epochs": epochs } })
}

fn orders_of<const N: usize>(list: [usize; N]) -> Vec<[usize; N]> {
    fn walk<const N: usize>(at: usize, list: [usize; N], all: &mut Vec<[usize; N]>) {
        if at == N {
            all.push(list);
            return;
        }
        for i in at..N {
            let mut next = list;
            next.swap(at, i);
            walk(at + 1, next, all);
        }
    }
    let mut all = vec![];
    walk(0, list, &mut all);
    all
}

#[test]
fn attack_1_sandwich_every_order_of_five_transactions_gives_equal_fills() {
    let sent = [
        ("alice", "buy", 900_000, None),
        ("bob", "sell", 100_000, Some(3 * UNIT)),
        ("carol", "buy", 700_000, Some(5 * UNIT)),
        ("bob", "buy", 500_000, None),
        ("dave", "sell", 300_000, None),
    ];
    let mut results = vec![];
    for places in orders_of([0, 1, 2, 3, 4]) {
        let mut world = funded(terms());
        world.accepted("frank", add(UNIT, 4 * UNIT));
        for place in places {
            let (user, side, amount, limit) = sent[place];
            world.order(user, side, amount, limit);
        }
        world.batch();
        for user in USERS {
            world.accepted(user, json!({ "sync": {} }));
        }
        let free: Vec<_> = USERS.iter().map(|user| world.free(user)).collect();
        results.push((free, world.market().pool, world.price()));
    }
    assert_eq!(results.len(), 120);
    assert!(results.iter().all(|result| *result == results[0]));
}

#[test]
fn attack_3_clear_twice_early_and_for_a_later_epoch_is_refused() {
    let mut world = funded(terms());
    assert!(world.clear(0).unwrap_err().contains("not over"));
    assert!(world.clear(7).unwrap_err().contains("not over"));
    world.next_epoch();
    world.clear(0).unwrap();
    assert!(world.clear(0).unwrap_err().contains("cleared already"));
    assert!(world.clear(1).unwrap_err().contains("not over"));
}

#[test]
fn attack_4_one_owner_is_held_back_with_the_last_price_and_clears_after_the_longest_wait() {
    let mut rules = terms();
    rules["min_owners"] = json!(3);
    rules["max_wait"] = json!(4);
    let mut world = funded(rules);
    world.accepted("frank", add(UNIT, 4 * UNIT));
    for user in ["alice", "bob", "carol"] {
        world.order(user, "buy", 1_000, None);
    }
    world.batch();
    let price = world.price()["value"].clone();
    assert!(price.is_string(), "three owners clear");
    world.accepted("alice", order("buy", 900_000, None, 1));
    for wait in 1..=3 {
        world.batch();
        assert_eq!(world.price()["value"], price);
        assert_eq!(world.price()["epoch"], wait, "the epoch counts as cleared");
        assert_eq!(
            world.market().slots.iter().filter(|slot| slot.state == OPEN).count(),
            1,
            "its time does not run"
        );
    }
    world.batch();
    assert_ne!(world.price()["value"], price, "after max_wait epochs one owner clears");
    world.check_money(&[&USERS[..], &[ADMIN, "keeper"]].concat());
}

#[test]
fn attack_5_a_flood_of_far_orders_does_not_keep_out_an_honest_near_order() {
    let mut world = funded(terms());
    world.accepted("frank", add(UNIT, 4 * UNIT));
    world.order("alice", "buy", 1_000, None);
    world.batch();
    let floods: Vec<String> = (0..SLOTS / 4 + 1).map(|number| format!("flood_{number}")).collect();
    for name in &floods {
        world.deposit(name, BASE, 1_000).unwrap();
        for _ in 0..4 {
            world.act(name, order("sell", 10, Some(900 * UNIT), 20_160));
        }
    }
    let everyone: Vec<&str> = [&USERS[..], &[ADMIN, "keeper"]]
        .concat()
        .into_iter()
        .chain(floods.iter().map(|name| name.as_str()))
        .collect();
    world.check_money(&everyone);
    let full = |world: &World| world.market().slots.iter().all(|slot| slot.state != 0);
    assert!(full(&world));
    refused(world.act("bob", order("sell", 10, Some(901 * UNIT), 5)), "at least as near");
    let id = world.order("bob", "sell", 5_000, Some(4 * UNIT));
    assert!(world.market().slots.iter().any(|slot| slot.id == id));
    world.check_money(&everyone);
    world.order("carol", "buy", 100_000, None);
    world.batch();
    world.accepted("bob", json!({ "sync": {} }));
    assert!(world.free("bob").1 > 1 << 60, "the near order trades");
    // Nobody loses by being pushed out.
    for name in &floods {
        for slot in world.market().slots {
            if slot.state == OPEN && slot.owner == world.account(name).number {
                world.accepted(name, cancel(slot.id));
            }
        }
        assert_eq!(world.free(name), (1_000, 0));
    }
    world.check_money(&everyone);
}

#[test]
fn attack_6_dust_orders_and_orders_without_funds_are_refused_inside() {
    let mut world = World::new(terms());
    world.deposit("alice", QUOTE, 100).unwrap();
    refused(world.act("alice", order("buy", 9, None, 1)), "below the least");
    refused(world.act("alice", order("buy", 101, None, 1)), "free balance");
    refused(world.act("alice", order("sell", 10, None, 1)), "free balance");
    refused(world.act("alice", order("buy", 10, Some(0), 1)), "above 0");
    refused(world.act("alice", order("buy", 10, None, 0)), "1 to 20160");
    refused(world.act("alice", order("buy", 10, None, 20_161)), "1 to 20160");
    for _ in 0..4 {
        world.order("alice", "buy", 10, None);
    }
    refused(world.act("alice", order("buy", 10, None, 1)), "at most 4");
    assert_eq!(world.free("alice"), (0, 60));
}

#[test]
fn attack_8_the_first_lp_cannot_make_a_share_expensive_nor_move_it_by_a_donation() {
    let mut world = funded(terms());
    refused(world.act("alice", add(1_000, 1_000)), "too few for a first deposit");
    world.accepted("alice", add(1_010, 1_010));
    assert_eq!(world.account("alice").shares, 1_010 - BURNT_SHARES);
    // Tokens that come without the hook are not counted: nothing here reads a balance.
    world.held[BASE] += 1 << 50;
    let before = world.market();
    world.held[BASE] -= 1 << 50;
    world.accepted("bob", add(101_000, 101_000));
    assert_eq!(world.account("bob").shares, 101_000);
    assert_eq!(before.pool.base + 101_000, world.market().pool.base);
}

#[test]
fn attack_9_add_and_remove_in_one_epoch_is_refused() {
    let mut world = funded(terms());
    world.accepted("alice", add(UNIT, UNIT));
    for _ in 0..2 {
        refused(world.act("alice", remove(10)), "full epoch");
        world.next_epoch();
    }
    world.accepted("alice", remove(10));
    refused(world.act("alice", remove(1 << 90)), "fewer shares");
    refused(world.act("alice", remove(0)), "fewer shares");
    let much = json!({ "remove": { "shares": "10", "min_base": "11", "min_quote": "0" } });
    refused(world.act("alice", much), "less than asked");
}

#[test]
fn attack_10_a_forged_receive_is_refused() {
    let mut world = World::new(terms());
    let inner =
        cosmwasm_std::Binary(json!({ "deposit": { "bind": world.bind("alice") } }).to_string().into_bytes());
    let receive = |from: &str, msg: Value| json!({ "receive": { "sender": "alice", "from": from, "amount": "9", "msg": msg } });
    let forged = world.execute("alice", &receive("alice", json!(inner))).unwrap_err();
    assert!(forged.contains("not a listed token"), "{forged}");
    let other = world.execute("base_token", &receive("mallory", json!(inner))).unwrap_err();
    assert!(other.contains("not for this contract"), "{other}");
    for msg in [Value::Null, json!(cosmwasm_std::Binary(b"{\"gift\":{}}".to_vec()))] {
        world.execute("base_token", &receive("alice", msg)).unwrap_err();
    }
    assert_eq!(world.market().held, [0, 0]);
}

#[test]
fn attack_11_a_cancel_gives_all_before_the_clear_and_the_rest_after_it() {
    let mut world = funded(terms());
    let before = world.free("alice");
    let id = world.order("alice", "sell", 1_000, Some(2 * UNIT));
    world.accepted("alice", cancel(id));
    assert_eq!(world.free("alice"), before);
    refused(world.act("alice", cancel(id)), "no open order");
    let id = world.order("alice", "sell", 1_000, Some(2 * UNIT));
    refused(world.act("bob", cancel(id)), "no open order");
    world.order("bob", "buy", 800, Some(2 * UNIT));
    world.batch();
    world.accepted("alice", cancel(id));
    assert_eq!(
        world.free("alice"),
        (before.0 - 400, before.1 + 800),
        "a protocol fee below one unit rounds to nothing"
    );
    world.check_money(&[&USERS[..], &[ADMIN, "keeper"]].concat());
}

#[test]
fn attack_12_limits_at_the_price_are_rationed_to_the_unit() {
    let mut world = funded(terms());
    for (user, amount) in [("alice", 3_000), ("bob", 1_500), ("carol", 1_500)] {
        world.order(user, "sell", amount, Some(2 * UNIT));
    }
    world.order("dave", "buy", 4_000, Some(2 * UNIT));
    world.batch();
    for (user, sold) in [("alice", 1_000), ("bob", 500), ("carol", 500)] {
        let number = world.account(user).number;
        let slot = *world.market().slots.iter().find(|slot| slot.owner == number).unwrap();
        assert_eq!((slot.gave, slot.got), (sold, 2 * sold - 2 * sold * 5 / 10_000), "{user}");
    }
}

#[test]
fn attack_13_no_token_can_reach_2_to_the_120() {
    let mut world = World::new(terms());
    world.deposit("alice", BASE, MOST_HELD - 1).unwrap();
    world.deposit("alice", QUOTE, MOST_HELD - 1).unwrap();
    assert!(world.deposit("bob", BASE, 1).unwrap_err().contains("2^120"));
    assert!(world.deposit("bob", BASE, u128::MAX).unwrap_err().contains("2^120"));
    world.accepted("alice", add((1 << 119) + 5, (1 << 119) + 5));
    world.order("alice", "sell", (1 << 119) - 6, None);
    world.order("alice", "buy", (1 << 119) - 6, None);
    world.batch();
    for _ in 0..2 {
        world.next_epoch();
    }
    world.accepted("alice", remove(world.account("alice").shares));
    world.check_money(&["alice", ADMIN]);
}

#[test]
fn attack_15_a_stop_leaves_every_way_out_open() {
    let mut world = funded(terms());
    world.accepted("alice", add(UNIT, UNIT));
    let id = world.order("bob", "sell", 1_000, Some(9 * UNIT));
    world.next_epoch();
    world.next_epoch();
    let stop = json!({ "set_contract_status": { "level": "stop_new" } });
    assert!(world.execute("alice", &stop).unwrap_err().contains("only the admin"));
    world.execute(ADMIN, &stop).unwrap();
    assert!(world.deposit("alice", BASE, 5).unwrap_err().contains("stopped"));
    refused(world.act("alice", order("sell", 1_000, None, 1)), "stopped");
    refused(world.act("alice", add(1_000, 1_000)), "stopped");
    world.accepted("bob", cancel(id));
    world.accepted("bob", json!({ "sync": {} }));
    world.accepted("alice", remove(500));
    assert_eq!(world.withdraw("bob", 1 << 60, 1 << 60), "accepted");
    world.clear(0).unwrap();
    world.env.block.time = world.env.block.time.plus_seconds(14 * 24 * 60 * 60);
    world.deposit("alice", BASE, 5).unwrap();
}

#[test]
fn attack_16_a_keeper_who_is_absent_for_a_day_leaves_one_clear_with_one_price() {
    let mut world = funded(terms());
    world.accepted("alice", order("sell", 1_000, Some(2 * UNIT), 1));
    world.env.block.time = world.env.block.time.plus_seconds(EPOCH * 1_440);
    world.accepted("bob", order("sell", 1_000, Some(2 * UNIT), 1));
    world.accepted("carol", order("buy", 4_000, Some(3 * UNIT), 1));
    world.env.block.time = world.env.block.time.plus_seconds(EPOCH * 1_440);
    world.clear(world.now() - 1).unwrap();
    let market = world.market();
    let sold: Vec<_> =
        market.slots.iter().filter(|slot| slot.sells == 1).map(|slot| (slot.gave, slot.got)).collect();
    // 4,000 quote for 2,000 base: every order of the day takes part, at one price.
    assert_eq!(sold, [(1_000, 1_999), (1_000, 1_999)]);
    assert_eq!(market.next_epoch, world.now());
}

#[test]
fn attack_17_an_older_account_row_gives_another_leaf() {
    let leaf = |older: bool| {
        let mut world = World::new(terms());
        world.deposit("alice", BASE, 1_000).unwrap();
        let old = world.deps.storage.clone();
        world.deposit("alice", BASE, 500).unwrap();
        if older {
            // A host that gives the enclave the market of now and the account of before.
            world.take_account("alice", &old);
        }
        world.accepted("alice", json!({ "sync": {} }));
        world.market().head
    };
    assert_eq!(leaf(false).n, leaf(true).n);
    assert_ne!(leaf(false).hash, leaf(true).hash);
}

#[test]
fn the_admin_gets_the_fees_and_nothing_else() {
    let mut world = funded(terms());
    world.order("alice", "sell", 100_000, Some(2 * UNIT));
    world.order("bob", "buy", 200_000, Some(2 * UNIT));
    world.batch();
    for act in [json!({ "cover": {} }), remove(1), cancel(13), order("sell", 51, None, 1)] {
        world.act(ADMIN, act);
    }
    assert_eq!(
        world.account(ADMIN),
        Account { number: world.account(ADMIN).number, free: [50, 100], ..Account::default() }
    );
    assert_eq!(world.withdraw(ADMIN, 50, 101), "refused");
    assert_eq!(world.withdraw(ADMIN, 50, 100), "accepted");
    world.check_money(&[&USERS[..], &[ADMIN, "keeper"]].concat());
}

#[test]
fn dust_that_an_order_keeps_ends_it() {
    let mut world = funded(terms());
    world.accepted("frank", add(UNIT, 4 * UNIT));
    world.order("alice", "buy", 90_000, None);
    world.batch();
    let slot = world.market().slots[0];
    assert!(slot.state != OPEN && slot.remaining < 10, "{slot:?}");
}

/// The last rows that an act writes are those of the other account.
fn other_of(world: &mut World, user: &str) -> Vec<u8> {
    let before = world.deps.storage.clone();
    world.accepted(user, json!({ "cover": {} }));
    let touched = world.deps.storage.written.last().unwrap().clone();
    world.deps.storage = before;
    touched
}

#[test]
fn an_own_act_on_the_same_rows_does_not_tell_which_other_row_an_act_of_another_draws() {
    let mut world = funded(terms());
    let mut equal = 0;
    for _ in 0..60 {
        equal += u32::from(other_of(&mut world, "alice") == other_of(&mut world, "bob"));
        world.accepted("carol", json!({ "cover": {} }));
    }
    assert!(equal < 30, "{equal} of 60 draws are equal");
}

/// What adding and removing answer and move, for pools that differ beyond the fifth digit.
#[test]
fn refused_and_tiny_adds_and_removes_measure_no_reserve_beyond_five_digits() {
    let pools = [(123_450_000_017, 98_765_000_001), (123_459_999_901, 98_765_999_998)];
    let probed = pools.map(|(base, quote)| {
        let shares = 110_000_000_000;
        let market = Market { pool: Pool { base, quote }, shares, accounts: 3, ..Market::default() };
        let rich = Account { number: 1, free: [1 << 100; 2], shares: shares / 2, ..Account::default() };
        let (none, any) = (when(false), Request::default());
        let context = Context { epoch: 9, min: [1; 2], stopped: none, receiver: none, decoy: 0 };
        let mut seen = vec![];
        for step in 0..2_000u128 {
            let amount = 1_000_000 + step * 137;
            for numbers in [[amount, 0, 0], [1 << 90, amount, 0], [amount, 1 << 90, 0]] {
                let kind = if numbers[1] == 0 { market::REMOVE } else { market::ADD };
                let (mut market, mut account, mut other) = (market.clone(), rich, Account::default());
                let plan = market.begin(&mut account, Request { kind, numbers, ..any }, &context);
                let reason = market.finish(&mut account, &mut other, &plan, &context);
                seen.push((reason, account.free, account.shares));
            }
        }
        seen
    });
    assert_eq!(probed[0], probed[1]);
}
