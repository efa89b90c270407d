mod house;

use house::{id_text, text, House, ADMIN, FEE_TO, START, TOKENS};
use serde_json::{json, Value};

const END: u64 = START + 3600;

/// Closes and answers status, price and winner.
fn outcome(house: &mut House, id: u64) -> (String, Option<u128>, Option<String>) {
    house.set_time(END);
    house.close(id);
    let auction = house.auction(id);
    let of = |name: &str| auction[name].as_str().map(str::to_string);
    (of("status").unwrap(), of("price").map(|price| price.parse().unwrap()), of("winner"))
}

fn sold(price: u128, winner: &str) -> (String, Option<u128>, Option<String>) {
    ("sold".to_string(), Some(price), Some(winner.to_string()))
}

fn second_price() -> Value {
    json!({ "format": "second_price" })
}

fn with_bidders(names: &[&str]) -> House {
    let mut house = House::new(0);
    for name in names {
        house.bidder(name, 1000);
    }
    house
}

#[test]
fn first_price_the_highest_bidder_pays_the_own_bid() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", json!({}));
    assert_eq!(house.bid("ann", id, 100), "accepted");
    assert_eq!(house.bid("bob", id, 300), "accepted");
    assert_eq!(outcome(&mut house, id), sold(300, "bob"));
    for name in ["ann", "bob", "sue"] {
        assert_eq!(house.settle(name, id), "accepted");
        assert_eq!(house.settle(name, id), "nothing to settle for you here");
    }
    assert_eq!((house.free("ann"), house.free("bob"), house.free("sue")), ((1000, 0), (700, 5), (300, 0)));
}

#[test]
fn second_price_the_winner_pays_the_best_bid_of_another() {
    let mut house = with_bidders(&["ann", "bob", "cat"]);
    let id = house.sell("sue", second_price());
    for (name, amount) in [("ann", 100), ("bob", 300), ("cat", 200)] {
        house.bid(name, id, amount);
    }
    assert_eq!(outcome(&mut house, id), sold(200, "bob"));
    house.settle("bob", id);
    assert_eq!(house.free("bob"), (800, 5));
}

#[test]
fn two_bids_of_one_bidder_are_never_first_and_second() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", second_price());
    for (name, amount) in [("ann", 100), ("ann", 500), ("bob", 40), ("ann", 900)] {
        assert_eq!(house.bid(name, id, amount), "accepted");
    }
    assert_eq!(outcome(&mut house, id), sold(40, "ann"));
}

#[test]
fn a_replaced_best_bid_is_the_second_when_another_overtakes() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", second_price());
    for (name, amount) in [("ann", 100), ("bob", 200), ("ann", 150), ("bob", 300), ("ann", 400)] {
        house.bid(name, id, amount);
    }
    assert_eq!(outcome(&mut house, id), sold(300, "ann"));
}

#[test]
fn one_bidder_pays_the_minimum_or_the_reserve() {
    for (reserve, price) in [(None, 10), (Some(5), 10), (Some(70), 70), (Some(100), 100)] {
        let mut house = with_bidders(&["ann"]);
        let mut terms = second_price();
        if let Some(reserve) = reserve {
            terms["reserve"] = text(reserve).into();
        }
        let id = house.sell("sue", terms);
        house.bid("ann", id, 100);
        assert_eq!(outcome(&mut house, id), sold(price, "ann"));
    }
}

#[test]
fn equal_bids_the_earlier_wins_and_is_the_price() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", second_price());
    house.bid("bob", id, 100);
    house.bid("ann", id, 100);
    assert_eq!(outcome(&mut house, id), sold(100, "bob"));
}

#[test]
fn attack_14_a_raise_counts_from_the_raise() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 100);
    house.bid("bob", id, 120);
    house.bid("ann", id, 120);
    assert_eq!(outcome(&mut house, id), sold(120, "bob"));

    let id = {
        house.set_time(START);
        house.sell("sue", json!({}))
    };
    house.bid("ann", id, 100);
    house.bid("ann", id, 120);
    house.bid("bob", id, 100);
    house.bid("bob", id, 120);
    assert_eq!(outcome(&mut house, id), sold(120, "ann"));
}

#[test]
fn a_reserve_that_is_not_met_sells_nothing_and_says_nothing() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({ "reserve": text(101) }));
    house.bid("ann", id, 100);
    assert_eq!(outcome(&mut house, id), ("not_sold".to_string(), None, None));
    assert!(!house.auction(id).to_string().contains("101"));
    house.settle("ann", id);
    house.settle("sue", id);
    assert_eq!((house.free("ann"), house.free("sue")), ((1000, 0), (0, 5)));
}

#[test]
fn no_bids_the_lot_returns() {
    let mut house = House::new(500);
    let id = house.sell("sue", json!({}));
    assert_eq!(outcome(&mut house, id).0, "not_sold");
    assert_eq!(house.settle("sue", id), "accepted");
    assert_eq!(house.free("sue"), (0, 5));
}

#[test]
fn attack_7_the_last_second_counts_and_the_end_does_not() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({ "starts_at": START + 100 }));
    let late = "bids are not taken: before the start, after the end, or closed";
    house.set_time(START + 99);
    assert_eq!(house.bid("ann", id, 10), late);
    house.set_time(START + 100);
    assert_eq!(house.bid("ann", id, 10), "accepted");
    house.set_time(END - 1);
    assert_eq!(house.bid("ann", id, 11), "accepted");
    house.set_time(END);
    assert_eq!(house.bid("ann", id, 12), late);
    house.close(id);
    assert_eq!(house.bid("ann", id, 12), late);
    assert_eq!(house.account("ann").locked[0], 11);
}

#[test]
fn bids_that_are_refused_change_nothing() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    assert_eq!(house.bid("ann", id, 9), "the bid is below the minimum");
    assert_eq!(house.bid("ann", id, 0), "the bid is below the minimum");
    assert_eq!(house.bid("ann", id, 1001), "your free balance does not cover the bid");
    assert_eq!(house.bid("ann", id, u128::MAX), "your free balance does not cover the bid");
    assert_eq!(house.free("ann"), (1000, 0));
    assert_eq!(house.bid("ann", id, 1000), "accepted");
    assert_eq!(house.bid("ann", id, 1000), "the bid is not higher than your own");
    assert_eq!(house.bid("ann", id, 999), "the bid is not higher than your own");
    assert_eq!(house.settle("ann", id), "the auction is not closed yet");
    assert_eq!((house.free("ann"), house.account("ann").locked[0]), ((0, 0), 1000));
}

#[test]
fn cover_changes_nothing_and_is_accepted_by_anyone() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    let before = house.account("ann");
    for name in ["ann", "bob", "sue"] {
        assert_eq!(house.act(name, json!({ "cover": { "auction_id": id_text(id) } })), "accepted");
    }
    assert_eq!(house.account("ann"), before);
    assert_eq!(outcome(&mut house, id).0, "not_sold");
}

#[test]
fn money_of_one_bid_does_not_cover_another() {
    let mut house = with_bidders(&["ann"]);
    let one = house.sell("sue", json!({}));
    let two = house.sell("sue", json!({}));
    assert_eq!(house.bid("ann", one, 600), "accepted");
    assert_eq!(house.bid("ann", two, 600), "your free balance does not cover the bid");
    assert_eq!(house.bid("ann", two, 400), "accepted");
    let refused = house.withdraw("ann", 1, 0);
    assert_eq!(refused["reason"], "your free balance does not cover it");
    assert_eq!(house.wallets[&("ann".to_string(), 0)], 0, "a transfer of zero is made");
}

#[test]
fn attack_15_amounts_near_2_128_do_not_overflow_and_the_fee_is_exact() {
    let mut house = House::new(500);
    house.bidder("ann", u128::MAX);
    assert!(house.deposit("bob", 0, 1).unwrap_err().to_string().contains("above 2^128 - 1"));
    let id = house.sell("sue", json!({}));
    assert_eq!(house.bid("ann", id, u128::MAX), "accepted");
    assert_eq!(outcome(&mut house, id), sold(u128::MAX, "ann"));
    house.settle("ann", id);
    house.settle("sue", id);
    let fee = 17_014_118_346_046_923_173_168_730_371_588_410_572; // floor((2^128 - 1) / 20)
    assert_eq!((house.free(FEE_TO).0, house.free("sue").0), (fee, u128::MAX - fee));
}

#[test]
fn fees_round_down() {
    for (price, bps, fee) in [(10, 500, 0), (19, 500, 0), (20, 500, 1), (39, 500, 1), (9_999, 1, 0), (10_000, 1, 1)]
    {
        assert_eq!(auction::rules::fee_of(price, bps), fee);
    }
}

#[test]
fn attack_10_the_seller_is_paid_though_the_winner_never_settles() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 300);
    outcome(&mut house, id);
    house.settle("sue", id);
    assert_eq!(house.withdraw("sue", 300, 0)["status"], "accepted");
    assert_eq!(house.wallets[&("sue".to_string(), 0)], 300);
    house.settle("ann", id);
    assert_eq!(house.withdraw("ann", 700, 5)["status"], "accepted");
    assert_eq!(house.wallets[&("house".to_string(), 0)], 0);
}

#[test]
fn attack_9_the_sellers_own_bid_is_as_any_bid() {
    let mut house = with_bidders(&["ann", "sue"]);
    let id = house.sell("sue", second_price());
    house.bid("ann", id, 500);
    assert_eq!(house.bid("sue", id, 400), "accepted");
    assert_eq!(house.account("sue").locked[0], 400);
    assert_eq!(outcome(&mut house, id), sold(400, "ann"));
    house.settle("sue", id);
    assert_eq!(house.free("sue"), (1400, 0), "own lock and proceeds in one settlement");
}

#[test]
fn a_seller_may_win_the_own_lot() {
    let mut house = House::new(100);
    house.bidder("sue", 1000);
    let id = house.sell("sue", json!({}));
    house.bid("sue", id, 1000);
    outcome(&mut house, id);
    house.settle("sue", id);
    assert_eq!((house.free("sue"), house.free(FEE_TO)), ((990, 5), (10, 0)));
}

#[test]
fn attack_11_a_third_auction_of_a_seller_and_a_17th_of_a_house_are_refused() {
    let mut house = House::new(0);
    for seller in 0..8 {
        for _ in 0..2 {
            house.sell(&format!("seller_{seller}"), json!({}));
        }
    }
    for (seller, text) in [("seller_0", "a seller has at most 2 auctions"), ("other", "all 16 slots")] {
        house.deposit(seller, 1, 5).unwrap();
        let terms = house.terms(json!({}));
        assert!(house.err(seller, "create_auction", terms).contains(text));
    }
    house.set_time(END);
    house.close(7);
    house.set_time(START);
    let terms = house.terms(json!({}));
    assert_eq!(house.ok("other", "create_auction", terms)["auction_id"], id_text(17));
    assert_eq!(house.auction(7)["status"], "not_sold");
    assert_eq!(house.bid("other", 7, 50), "bids are not taken: before the start, after the end, or closed");
}

#[test]
fn only_the_seller_cancels_and_only_before_the_start() {
    let mut house = House::new(0);
    let id = house.sell("sue", json!({ "starts_at": START + 10 }));
    let body = json!({ "auction_id": id_text(id) });
    assert!(house.err("ann", "cancel", body.clone()).contains("only the seller"));
    house.set_time(START + 10);
    assert!(house.err("sue", "cancel", body.clone()).contains("has started"));
    house.set_time(START + 9);
    house.ok("sue", "cancel", body.clone());
    assert!(house.err("sue", "cancel", body.clone()).contains("closed already"));
    assert!(house.err("sue", "close", body).contains("closed already"));
    assert_eq!(house.auction(id)["status"], "cancelled");
    house.settle("sue", id);
    assert_eq!(house.free("sue"), (0, 5));
}

#[test]
fn nobody_closes_early_and_anyone_closes_once() {
    let mut house = House::new(0);
    let id = house.sell("sue", json!({}));
    let body = json!({ "auction_id": id_text(id) });
    house.set_time(END - 1);
    for name in ["sue", "keeper", ADMIN] {
        assert!(house.err(name, "close", body.clone()).contains("bids are taken until"));
    }
    house.set_time(END);
    house.close(id);
    assert!(house.err("sue", "close", body).contains("closed already"));
    let unknown = json!({ "auction_id": id_text(99) });
    assert!(house.err("sue", "close", unknown).contains("no auction 99"));
}

#[test]
fn attack_8_a_query_after_the_end_says_open_until_someone_closes() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 300);
    house.set_time(END + 1_000_000);
    let auction = house.auction(id);
    assert_eq!(auction["status"], "open");
    assert!(auction.get("price").is_none() && auction.get("winner").is_none());
    let head = house.ask(json!({ "head": { "auction_id": id_text(id) } }));
    assert!(head.unwrap_err().to_string().contains("not closed yet"));
}

#[test]
fn what_is_not_to_be_revealed_is_not() {
    for (price, winner) in [(true, false), (false, true), (false, false)] {
        let mut house = with_bidders(&["ann"]);
        let id = house.sell("sue", json!({ "reveal": { "price": price, "winner": winner } }));
        house.bid("ann", id, 300);
        let (status, shown_price, shown_winner) = outcome(&mut house, id);
        assert_eq!(status, "sold");
        assert_eq!((shown_price.is_some(), shown_winner.is_some()), (price, winner));
    }
}

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
    assert!(house.err(ADMIN, "set_contract_status", json!({ "level": "stop_new" })).contains("only the admin"));
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
        (json!({ "ends_at": START + 599 }), "must last 600 seconds"),
        (json!({ "starts_at": START + 3001 }), "must last 600 seconds"),
        (json!({ "starts_at": 0, "ends_at": START - 1 }), "ends_at is before"),
        (json!({ "starts_at": END + 1 }), "ends_at is before"),
        (json!({ "ends_at": START + 30 * 86_400 + 1 }), "at most 30 days"),
        (json!({ "ends_at": u64::MAX }), "at most 30 days"),
        (json!({ "starts_at": START + 30 * 86_400 + 1, "ends_at": START + 31 * 86_400 }), "30 days ahead"),
        (json!({ "witnesses": { "addresses": [], "threshold": 1 } }), "witnesses are not supported"),
    ];
    for (changes, error) in cases {
        let terms = house.terms(changes);
        let found = house.err("sue", "create_auction", terms.clone());
        assert!(found.contains(error), "{terms}: {found}");
    }
    let nft = house.terms(json!({ "lot": { "nft": { "address": "x", "code_hash": HASH_TEXT, "token_id": "1" } } }));
    assert!(house.err("sue", "create_auction", nft).contains("unknown variant `nft`"));
    let misspelt = house.terms(json!({ "reserv": "5" }));
    assert!(house.err("sue", "create_auction", misspelt).contains("reserv"));
    assert_eq!(house.free("sue"), (0, 5));
}

const HASH_TEXT: &str = house::HASH;

#[test]
fn houses_that_cannot_work_are_refused() {
    let token = |address: &str, hash: &str| json!({ "address": address, "code_hash": hash });
    let cases = [
        (json!({ "tokens": [] }), "1 to 4 tokens"),
        (json!({ "tokens": [token("token_a", "ab")] }), "64 hex digits"),
        (json!({ "tokens": [token("token_a", HASH_TEXT), token("token_a", HASH_TEXT)] }), "twice"),
        (json!({ "fee": { "bps": 501, "to": "fees" } }), "must not exceed 500"),
        (json!({ "fee": { "bps": 65536, "to": "fees" } }), "parsing"),
        (json!({ "fee": { "bps": 1, "to": "NO ADDRESS" } }), "no address"),
        (json!({ "admin": "NO ADDRESS" }), "no address"),
        (json!({ "entropy": "AAAA" }), "at least 32 bytes"),
        (json!({ "fees": 3 }), "unknown field"),
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
        let msg = json!({ "act": { "do": action, "bind": bind } });
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
    let bid = json!({ "do": { "bid": { "auction_id": "1", "amount": "77" } } });
    let (answer, leaf) = follow(&mut house, "ann", "act", bid.clone());
    let (refused, _) = follow(&mut house, "ann", "act", bid);
    assert_eq!(refused["act"]["status"], "refused");

    let salt: cosmwasm_std::Binary = serde_json::from_value(answer["act"]["salt"].clone()).unwrap();
    let ann = common::testing::account("ann");
    let stated = auction::leaf::payload(1, &ann, 1, 77, 0);
    let expected = Sha256::new().chain_update(b"leaf").chain_update(salt.as_slice()).chain_update(stated).finalize();
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
