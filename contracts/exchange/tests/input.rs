//! Every message with each field missing, huge, negative and of the wrong type: an error that says why, and no row changes.

mod support;

use common::testing::{name_of, places, replaced, without};
use cosmwasm_std::Binary;
use serde_json::{json, Value};
use support::world::{terms, token, World, ADMIN};

const AMOUNT: &str = "000000000000000000000000000000000000005";

/// Wrong in every place: a number as text is right for amounts alone, and so on.
fn wrong_values(old: &Value) -> Vec<Value> {
    let huge = "9".repeat(40);
    let mut wrong = vec![json!([1]), json!(true), json!(-1), json!("-1"), json!(huge), json!(1.5), json!("")];
    if !old.is_null() {
        wrong.push(Value::Null);
    }
    if !old.is_object() {
        wrong.push(json!({}));
    }
    wrong
}

/// Fields that take any text are checked by what they mean, or take anything.
const FREE_TEXT: [&str; 3] = ["padding", "permit_name", "memo"];
const OPTIONAL: [&str; 7] = ["only", "padding", "gas_target", "limit", "to", "memo", "admin"];

fn acts() -> Vec<Value> {
    let kinds = ["order ", "cancel", "sync  ", "add   ", "remove", "cover "];
    let act = |kind| {
        json!({
            "do": kind, "side": "sell", "numbers": [AMOUNT, AMOUNT, AMOUNT], "epochs": "00000000000000000010",
            "order_id": "00000000000000000007"
        })
    };
    kinds.map(act).to_vec()
}

/// Sender and message of every kind, each of which is accepted.
fn messages(world: &World) -> Vec<(&'static str, Value)> {
    let bind = world.bind("alice");
    let mut all: Vec<(&str, Value)> = acts()
        .into_iter()
        .map(|mut act| {
            act["bind"] = json!(bind);
            act["padding"] = json!(" ");
            act["gas_target"] = json!("1");
            ("alice", json!({ "act": act }))
        })
        .collect();
    all.push((
        "alice",
        json!({ "withdraw": { "amounts": ["1", "1"], "to": "bob", "bind": bind, "padding": " ", "gas_target": "1" } }),
    ));
    all.push(("alice", json!({ "withdraw": { "amounts": ["0", "1"], "only": "quote", "bind": bind } })));
    all.push(("keeper", json!({ "clear": { "epoch": 0, "padding": " " } })));
    all.push((ADMIN, json!({ "set_contract_status": { "level": "stop_new", "padding": " " } })));
    all.push(("alice", json!({ "revoke_permit": { "permit_name": "p", "padding": " " } })));
    let inner = Binary(json!({ "deposit": { "bind": bind } }).to_string().into_bytes());
    let receive = json!({ "sender": "alice", "from": "alice", "amount": AMOUNT, "memo": "m", "msg": inner });
    all.push(("base_token", json!({ "receive": receive })));
    all
}

fn world() -> World {
    let mut world = World::new(terms());
    world.next_epoch();
    world
}

#[test]
fn every_message_is_accepted_as_it_is() {
    for (sender, msg) in messages(&world()) {
        world().execute(sender, &msg).unwrap();
    }
}

fn refuses(world: &mut World, sender: &str, msg: &Value) {
    let before = world.market();
    match world.execute(sender, msg) {
        Ok(answer) => panic!("{msg} was accepted: {answer}"),
        Err(error) => assert!(error.trim().len() > 10, "{msg}: {error}"),
    }
    assert_eq!(world.market(), before);
}

#[test]
fn a_missing_field_is_an_error_unless_it_is_optional() {
    let mut world = world();
    for (sender, msg) in messages(&world) {
        for path in places(&msg) {
            let name = name_of(&path);
            if !OPTIONAL.contains(&name) {
                refuses(&mut world, sender, &without(&msg, &path));
            }
        }
    }
}

#[test]
fn huge_negative_and_wrong_values_are_errors() {
    let mut world = world();
    for (sender, msg) in messages(&world) {
        for path in places(&msg) {
            let name = name_of(&path);
            let old = msg.pointer(&path).unwrap();
            for wrong in wrong_values(old) {
                let free = FREE_TEXT.contains(&name) && wrong.is_string();
                let absent = OPTIONAL.contains(&name) && wrong.is_null();
                // The token says who the spender is; nothing here depends on it.
                let spender = name == "sender" && path.starts_with("/receive") && wrong.is_string();
                if !free && !absent && !spender {
                    refuses(&mut world, sender, &replaced(&msg, &path, wrong));
                }
            }
        }
    }
}

#[test]
fn unknown_fields_and_messages_are_errors_and_witnesses_are_refused_loudly() {
    let mut world = world();
    for (sender, msg) in messages(&world) {
        let name = msg.as_object().unwrap().keys().next().unwrap().clone();
        if name == "receive" {
            continue;
        }
        let mut more = msg.clone();
        more[&name]["surprise"] = json!(1);
        refuses(&mut world, sender, &more);
    }
    refuses(&mut world, "alice", &json!({ "sweep": {} }));
    refuses(&mut world, "alice", &json!({ "confirm": { "n": "1", "head": "" } }));
    refuses(&mut world, "alice", &json!({}));
    let bind = world.bind("alice");
    let both = json!({ "withdraw": { "amounts": ["1", "1"], "only": "quote", "bind": bind } });
    refuses(&mut world, "alice", &both);
    for (field, word) in
        [("do", "steal "), ("do", "sync"), ("do", "SYNC  "), ("side", "sell "), ("side", "hold")]
    {
        let mut act = json!({ "act": acts()[0] });
        act["act"]["bind"] = json!(bind);
        act["act"][field] = json!(word);
        assert!(world.execute("alice", &act).unwrap_err().contains(&format!("{field} must be")), "{word}");
    }
    let mut rules = terms();
    rules["witnesses"] = json!({ "addresses": ["alice"], "threshold": 1 });
    assert!(world.instantiate(rules).unwrap_err().contains("witnesses are refused: they protect a result"));
}

#[test]
fn the_terms_of_an_instance_have_bounds() {
    let mut world = World::new(terms());
    let cases = [
        ("min_base", json!("0"), "min_base must be"),
        ("min_quote", json!((1u128 << 120).to_string()), "min_quote must be"),
        ("epoch_seconds", json!(4), "epoch_seconds must be 5 to 86400"),
        ("epoch_seconds", json!(86_401), "epoch_seconds"),
        ("min_owners", json!(0), "min_owners"),
        ("max_wait", json!(0), "max_wait"),
        ("lp_fee_bps", json!(96), "sum of lp_fee_bps and protocol_fee_bps must be 0 to 100"),
        ("lp_fee_bps", json!(u32::MAX), "sum of"),
        ("price_digits", json!(0), "price_digits"),
        ("price_exponent", json!(31), "price_exponent"),
        ("entropy", json!(Binary(vec![1; 31])), "entropy must have at least 32 bytes"),
        ("admin", json!(null), "ok"),
        ("quote", token("base_token"), "listed twice"),
        ("quote", json!({ "address": "quote_token", "code_hash": "ab" }), "64 hex digits"),
    ];
    for (field, value, expected) in cases {
        let mut rules = terms();
        rules[field] = value;
        match world.instantiate(rules) {
            Ok(()) => assert_eq!(expected, "ok", "{field}"),
            Err(error) => assert!(error.contains(expected), "{field}: {error}"),
        }
    }
    for field in ["base", "quote", "entropy", "min_base", "min_quote"] {
        let mut rules = terms();
        rules.as_object_mut().unwrap().remove(field);
        assert!(world.instantiate(rules).unwrap_err().contains(field), "{field}");
    }
    let mut rules = terms();
    rules["admin"] = json!(null);
    rules["protocol_fee_bps"] = json!(5);
    assert!(world.instantiate(rules).unwrap_err().contains("needs an admin"));
}

#[test]
fn queries_check_their_fields() {
    let world = world();
    assert_eq!(world.query(json!({ "pair_info": {} })).unwrap()["pair_info"]["preview"], true);
    assert_eq!(world.price()["value"], Value::Null);
    for query in [
        json!({ "price_history": { "page": 0, "page_size": 0 } }),
        json!({ "price_history": { "page": 0, "page_size": 101 } }),
        json!({ "price_history": { "page": -1, "page_size": 1 } }),
        json!({ "price_history": { "page": 0 } }),
        json!({ "simulation": {} }),
        json!({ "with_permit": { "query": { "account": {} } } }),
    ] {
        assert!(world.query(query.clone()).is_err(), "{query}");
    }
}

#[test]
fn the_history_has_the_newest_price_first() {
    let mut world = World::new(terms());
    for _ in 0..5 {
        world.batch();
    }
    let page = |page: u32| {
        let answer = world.query(json!({ "price_history": { "page": page, "page_size": 2 } })).unwrap();
        let history = &answer["price_history"];
        assert_eq!(history["total"], 5);
        let prices = history["prices"].as_array().unwrap().clone();
        prices.iter().map(|price| price["epoch"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!([page(0), page(1), page(2), page(3)], [vec![4, 3], vec![2, 1], vec![0], vec![]]);
}
