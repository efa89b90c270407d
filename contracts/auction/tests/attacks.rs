mod house;

use house::{id_text, outcome, sold, text, with_bidders, House, ADMIN, END, HASH, START, TOKENS};
use serde_json::{json, Value};

#[test]
fn attack_13_a_stop_leaves_every_way_out_open_and_ends_by_itself() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 300);
    let stop = json!({ "level": "stop_new" });
    assert!(house.err("ann", "set_contract_status", stop.clone()).contains("only the admin"));
    house.ok(ADMIN, "set_contract_status", stop);
    assert_eq!(house.bid("bob", id, 400), "this house takes no bids now (stopped)");
    assert!(house.deposit("bob", 0, 1).unwrap_err().to_string().contains("stopped"));
    let terms = house.terms(json!({}));
    assert!(house.err("sue", "create_auction", terms).contains("stopped"));
    assert_eq!(outcome(&mut house, id), sold(300, "ann"));
    for name in ["ann", "sue"] {
        assert_eq!(house.settle(name, id), "accepted");
    }
    assert_eq!(house.withdraw("ann", 700, 5)["status"], "accepted");
    house.set_time(START + 15 * 86_400);
    house.deposit("bob", 0, 1).unwrap();
}

#[test]
fn a_house_without_an_admin_cannot_be_stopped() {
    let mut house = House::empty();
    house.instantiate(json!({ "admin": null })).unwrap();
    assert!(house
        .err(ADMIN, "set_contract_status", json!({ "level": "stop_new" }))
        .contains("only the admin"));
}

#[test]
fn terms_that_make_no_auction_are_refused() {
    let mut house = House::new(0);
    house.deposit("sue", 1, 5).unwrap();
    let cases = [
        (json!({ "lot": { "token": { "index": 2, "amount": "1" } } }), "no token with that index"),
        (json!({ "bid_token": 2 }), "no token with that index"),
        (json!({ "bid_token": 1 }), "different tokens"),
        (json!({ "lot": { "token": { "index": 1, "amount": "0" } } }), "must not be empty"),
        (json!({ "lot": { "token": { "index": 1, "amount": "6" } } }), "does not cover the lot"),
        (json!({ "title": "x".repeat(129) }), "128 bytes"),
        (json!({ "ends_at": START + 599 }), "at least 600 seconds"),
        (json!({ "starts_at": START + 3001 }), "at least 600 seconds"),
        (json!({ "starts_at": 0, "ends_at": START - 1 }), "ends_at is before"),
        (json!({ "starts_at": END + 1 }), "ends_at is before"),
        (json!({ "ends_at": START + 30 * 86_400 + 1 }), "at most 2592000 seconds"),
        (json!({ "ends_at": u64::MAX }), "at most 2592000 seconds"),
        (json!({ "starts_at": START + 30 * 86_400 + 1, "ends_at": START + 31 * 86_400 }), "30 days ahead"),
        (json!({ "witnesses": { "addresses": [], "threshold": 1 } }), "witnesses.addresses must name 1 to 8"),
    ];
    for (changes, error) in cases {
        let terms = house.terms(changes);
        let found = house.err("sue", "create_auction", terms.clone());
        assert!(found.contains(error), "{terms}: {found}");
    }
    let nft =
        house.terms(json!({ "lot": { "nft": { "address": "x", "code_hash": HASH, "token_id": "1" } } }));
    assert!(house.err("sue", "create_auction", nft).contains("unknown variant `nft`"));
    let misspelt = house.terms(json!({ "reserv": "5" }));
    assert!(house.err("sue", "create_auction", misspelt).contains("reserv"));
    assert_eq!(house.free("sue"), (0, 5));
}

#[test]
fn houses_that_cannot_work_are_refused() {
    let token = |address: &str, hash: &str| json!({ "address": address, "code_hash": hash });
    let cases = [
        (json!({ "tokens": [] }), "1 to 4 tokens"),
        (json!({ "tokens": [token("token_a", "ab")] }), "64 hex digits"),
        (json!({ "tokens": [token("token_a", HASH), token("token_a", HASH)] }), "twice"),
        (json!({ "fee": { "bps": 501, "to": "fees" } }), "must not exceed 500"),
        (json!({ "fee": { "bps": 65536, "to": "fees" } }), "parsing"),
        (json!({ "fee": { "bps": 1, "to": "NO ADDRESS" } }), "no address"),
        (json!({ "admin": "NO ADDRESS" }), "no address"),
        (json!({ "entropy": "AAAA" }), "at least 32 bytes"),
        (json!({ "fees": 3 }), "unknown field"),
        (json!({ "lot_fee": { "index": 2, "amount": "1" } }), "lot_fee.index: this house has no token"),
        (json!({ "lot_fee": null }), "parsing"),
        (json!({ "min_duration": 30 * 86_400 + 1 }), "must not exceed 30 days"),
    ];
    for (changes, error) in cases {
        let found = House::empty().instantiate(changes.clone()).unwrap_err().to_string();
        assert!(found.contains(error), "{changes}: {found}");
    }
}

#[test]
fn attack_3_only_a_listed_token_can_credit() {
    let mut house = House::new(0);
    let hook = house.hook("eve", 1_000_000);
    for sender in ["eve", "token_c", ADMIN, "cosmos2contract"] {
        let error = house.run(sender, hook.clone()).unwrap_err().to_string();
        assert!(error.contains("the sender is not a listed token"), "{error}");
    }
    // A token with a forged `from` credits the account that it names, never one that it does not pay for;
    // the inner message is bound to the owner, so a spender's deposit for itself is refused.
    let mut forged = house.hook("eve", 5);
    forged["receive"]["from"] = "ann".into();
    let error = house.run(TOKENS[0], forged).unwrap_err().to_string();
    assert!(error.contains("not for this contract"));
    for msg in [json!(null), json!("AA=="), json!("e30="), json!("eyJidXkiOnt9fQ==")] {
        let mut wrong = house.hook("eve", 5);
        wrong["receive"]["msg"] = msg;
        house.run(TOKENS[0], wrong).unwrap_err();
    }
    assert_eq!((house.free("eve"), house.free("ann")), ((0, 0), (0, 0)));
}

#[test]
fn attack_1_a_message_for_another_house_sender_or_chain_is_refused_before_anything() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    let action = json!({ "bid": { "auction_id": id_text(id), "amount": text(50) } });
    for (name, value) in [("contract", "other"), ("sender", "ann"), ("chain_id", "other-1")] {
        let mut bind = house.bind("eve");
        bind[name] = value.into();
        let mut msg = json!({ "act": house.act_body(action.clone()) });
        msg["act"]["bind"] = bind;
        let error = house.run("eve", msg).unwrap_err().to_string();
        assert_eq!(error.trim_end(), "Generic error: not for this contract");
        assert_eq!(error.len(), 256);
    }
}

#[test]
fn heads_chain_the_leaves_of_all_acts() {
    use sha2::{Digest, Sha256};
    let mut house = with_bidders(&["ann"]);
    house.deposit("sue", 1, 5).unwrap();
    let mut head = [0; 32];
    let mut count = 0;
    let mut follow = |house: &mut House, sender: &str, name: &str, mut body: Value| {
        body["bind"] = house.bind(sender);
        let response = house.run(sender, json!({ name: body })).unwrap();
        let [leaf] = response.attributes.as_slice() else { panic!("one attribute") };
        assert_eq!((leaf.key.as_str(), leaf.encrypted), ("leaf", false));
        let leaf: Vec<u8> =
            (0..64).step_by(2).map(|at| u8::from_str_radix(&leaf.value[at..at + 2], 16).unwrap()).collect();
        head = Sha256::new().chain_update(head).chain_update(&leaf).finalize().into();
        count += 1;
        let told = house.ask(json!({ "house": {} })).unwrap()["house"].clone();
        assert_eq!(told["head"], cosmwasm_std::Binary(head.to_vec()).to_base64());
        assert_eq!(told["n"], id_text(count));
        (serde_json::from_slice::<Value>(&response.data.unwrap()).unwrap(), leaf)
    };
    let terms = house.terms(json!({}));
    follow(&mut house, "sue", "create_auction", terms);
    let bid = house.act_body(json!({ "bid": { "auction_id": "1", "amount": "77" } }));
    let (answer, leaf) = follow(&mut house, "ann", "act", bid.clone());
    let (refused, _) = follow(&mut house, "ann", "act", bid);
    assert_eq!(refused["act"]["status"], "refused");

    let salt: cosmwasm_std::Binary = serde_json::from_value(answer["act"]["salt"].clone()).unwrap();
    let ann = common::testing::account("ann");
    let stated = auction::leaf::payload(1, &ann, 1, 77, 0);
    let expected =
        Sha256::new().chain_update(b"leaf").chain_update(salt.as_slice()).chain_update(stated).finalize();
    assert_eq!(leaf.as_slice(), expected.as_slice());

    house.set_time(END);
    follow(&mut house, "keeper", "close", json!({ "auction_id": "1" }));
    let closed = house.ask(json!({ "head": { "auction_id": "1" } })).unwrap()["head"].clone();
    let house = house.ask(json!({ "house": {} })).unwrap()["house"].clone();
    assert_eq!((&closed["n"], &closed["head"]), (&json!(id_text(4)), &house["head"]));
}

#[test]
fn one_token_alone_can_be_withdrawn_when_another_fails() {
    let mut house = with_bidders(&["ann"]);
    house.deposit("ann", 1, 7).unwrap();
    let mut body = json!({ "amounts": [text(1), text(7)], "only": 1 });
    assert!(house.err("ann", "withdraw", body.clone()).contains("all other tokens are 0"));
    body["amounts"] = json!([text(0), text(7)]);
    body["bind"] = house.bind("ann");
    let response = house.run("ann", json!({ "withdraw": body })).unwrap();
    assert_eq!(response.messages.len(), 1);
    assert_eq!(house.wallets[&("ann".to_string(), 1)], 7);
    assert_eq!(house.free("ann"), (1000, 0));
    let body = json!({ "amounts": [text(0), text(0)], "only": 9 });
    assert!(house.err("ann", "withdraw", body).contains("no token with that index"));
}

#[test]
fn a_token_that_calls_back_during_a_payment_finds_the_money_gone() {
    let mut house = with_bidders(&["ann", "bob"]);
    let bind = house.bind("ann");
    let msg = json!({ "withdraw": { "amounts": [text(1000), text(0)], "bind": bind } });
    let response = house.call("ann", msg.clone(), true).unwrap();
    assert_eq!(response.messages.len(), 2, "the token has not run yet");
    let again = house.call("ann", msg, true).unwrap();
    let answer: Value = serde_json::from_slice(&again.data.unwrap()).unwrap();
    assert_eq!(answer["withdraw"]["status"], "refused");
}

#[test]
fn a_token_that_lies_about_amounts_cannot_touch_another_token() {
    let mut house = with_bidders(&["ann"]);
    house.run(TOKENS[1], house.hook("eve", u128::MAX)).unwrap();
    let error = house.run(TOKENS[1], house.hook("eve", 1)).unwrap_err().to_string();
    assert!(error.contains("above 2^128 - 1"));
    assert_eq!((house.free("eve"), house.free("ann")), ((0, u128::MAX), (1000, 0)));
    assert_eq!(house.withdraw("ann", 1000, 0)["status"], "accepted");
}
