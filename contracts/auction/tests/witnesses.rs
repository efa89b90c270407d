mod house;

use house::{id_text, outcome, sold, text, with_bidders, House, END, FEE_TO, START};
use serde_json::{json, Value};

const GRACE: u64 = 259_200;

fn two_of_three() -> Value {
    json!({ "witnesses": { "addresses": ["wit_a", "wit_b", "wit_c"], "threshold": 2 } })
}

fn of(id: u64) -> Value {
    json!({ "auction_id": id_text(id) })
}

fn frozen(house: &House, id: u64) -> Value {
    house.auction(id)["witnesses"]["frozen"].clone()
}

/// What a witness sends that has counted what was frozen.
fn confirmation(house: &House, id: u64) -> Value {
    let frozen = frozen(house, id);
    json!({ "auction_id": id_text(id), "n": frozen["n"], "head": frozen["head"] })
}

#[test]
fn an_auction_with_witnesses_is_closed_when_enough_of_them_confirm_what_was_frozen() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", two_of_three());
    house.bid("ann", id, 300);
    house.bid("bob", id, 200);
    let early = json!({ "auction_id": id_text(id), "n": "3", "head": house.ask(json!({ "house": {} })).unwrap()["house"]["head"] });
    assert!(house.err("wit_a", "confirm", early).contains("nothing is frozen yet"));
    assert!(house.err("keeper", "freeze", of(id)).contains("bids are taken until"));
    assert_eq!(house.auction(id)["witnesses"], json!({ "confirmed": [] }));
    house.set_time(END);
    assert!(house.err("keeper", "close", of(id)).contains("this auction has witnesses: freeze it first"));
    house.ok("keeper", "freeze", of(id));
    assert!(house.err("keeper", "freeze", of(id)).contains("frozen already"));
    assert!(house.err("sue", "cancel", of(id)).contains("frozen already"));
    assert_eq!(house.auction(id)["status"], "frozen");
    let state = frozen(&house, id);
    assert_eq!((&state["n"], &state["at"]), (&json!(id_text(3)), &json!(END)));
    assert_eq!(state["grace_ends_at"], END + GRACE);

    // Nothing that comes later changes what was frozen, and nothing is settled yet.
    assert!(house.bid("bob", id, 900).contains("bids are not taken"));
    assert!(house.settle("ann", id).contains("not closed yet"));
    let other = house.sell("sue", json!({ "ends_at": END + 3600 }));
    house.bid("ann", other, 50);
    assert_eq!(frozen(&house, id), state);

    assert!(house.err("keeper", "close", of(id)).contains("0 of 2 witnesses have confirmed"));
    let right = confirmation(&house, id);
    assert!(house.err("ann", "confirm", right.clone()).contains("only a witness"));
    let mut wrong = right.clone();
    wrong["n"] = "4".into();
    assert!(house.err("wit_a", "confirm", wrong).contains("another n and head were frozen"));
    let mut short = right.clone();
    short["head"] = "AAAA".into();
    assert!(house.err("wit_a", "confirm", short).contains("another n and head were frozen"));
    house.ok("wit_c", "confirm", right.clone());
    assert!(house.err("wit_c", "confirm", right.clone()).contains("confirmed already"));
    assert!(house.err("keeper", "close", of(id)).contains("1 of 2 witnesses have confirmed"));
    house.ok("wit_a", "confirm", right.clone());
    assert_eq!(outcome(&mut house, id), sold(300, "ann"));
    assert_eq!(house.auction(id)["witnesses"]["confirmed"], json!(["wit_a", "wit_c"]));
    assert!(house.err("keeper", "close", of(id)).contains("closed already"));
    assert!(house.err("wit_b", "confirm", right).contains("closed already"));
    for name in ["ann", "bob", "sue"] {
        assert_eq!(house.settle(name, id), "accepted");
    }
    assert_eq!((house.free("ann"), house.free("bob"), house.free("sue")), ((650, 5), (1000, 0), (300, 0)));
}

#[test]
fn silent_witnesses_delay_a_close_by_the_grace_and_no_more() {
    let mut house = with_bidders(&["ann"]);
    let mut terms = two_of_three();
    terms["witnesses"]["grace"] = 700.into();
    let id = house.sell("sue", terms);
    assert_eq!(house.auction(id)["terms"]["witnesses"]["grace"], 700);
    house.bid("ann", id, 300);
    house.set_time(END + 50);
    house.ok("keeper", "freeze", of(id));
    house.set_time(END + 749);
    assert!(house.err("keeper", "close", of(id)).contains("without them from 1800004350 on"));
    house.set_time(END + 750);
    house.close(id);
    assert_eq!(house.auction(id)["winner"], "ann");
}

#[test]
fn an_auction_without_witnesses_needs_no_freeze_and_takes_none() {
    let mut house = with_bidders(&["ann"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 300);
    assert_eq!(house.auction(id)["witnesses"], Value::Null);
    house.set_time(END);
    assert!(house.err("keeper", "freeze", of(id)).contains("has no witnesses: close it"));
    let confirm = json!({ "auction_id": id_text(id), "n": "2", "head": "AAAA" });
    assert!(house.err("keeper", "confirm", confirm).contains("has no witnesses"));
    house.close(id);
}

#[test]
fn a_freeze_frees_the_slot() {
    let mut house = House::new(0);
    for _ in 0..2 {
        house.sell("sue", two_of_three());
    }
    house.deposit("sue", 1, 5).unwrap();
    let terms = house.terms(json!({ "ends_at": END + 3600 }));
    assert!(house.err("sue", "create_auction", terms.clone()).contains("at most 2 auctions"));
    house.set_time(END);
    house.ok("keeper", "freeze", of(1));
    house.create("sue", json!({}));
    // The old auction's result is made from its own row.
    house.set_time(END + GRACE);
    house.close(1);
    assert_eq!(house.auction(1)["status"], "not_sold");
    assert_eq!(house.auction(3)["status"], "open");
}

/// A host that serves older rows makes an own auction, which gets the id of another's, and runs the
/// bids for the other's on it.
#[test]
fn attack_5_a_bid_counts_for_the_terms_it_names_alone() {
    let mut house = with_bidders(&["ann"]);
    house.deposit("sue", 1, 5).unwrap();
    let honest = house.terms(two_of_three());
    let mut variants = vec![(String::from("eve"), house.terms(json!({})))];
    for (field, value) in [
        ("witnesses", json!({ "addresses": ["eve"], "threshold": 1 })),
        ("witnesses", json!({ "addresses": ["wit_a", "wit_b", "wit_c"], "threshold": 1 })),
        ("witnesses", json!({ "addresses": ["wit_a", "wit_b", "wit_c"], "threshold": 2, "grace": 600 })),
        ("format", json!("second_price")),
        ("min_bid", json!("11")),
        ("ends_at", json!(START + 600)),
        ("starts_at", json!(START - 1)),
        ("reveal", json!({ "price": true, "winner": false })),
        ("title", json!("a lot ")),
    ] {
        let mut terms = honest.clone();
        terms[field] = value;
        variants.push((String::from("sue"), terms));
    }
    let body = {
        let mut other = with_bidders(&["ann"]);
        let id = other.sell("sue", two_of_three());
        other.act_body(json!({ "bid": { "auction_id": id_text(id), "amount": text(300) } }))
    };
    for (seller, terms) in variants {
        let mut house = with_bidders(&["ann"]);
        house.deposit(&seller, 1, 5).unwrap();
        house.ok(&seller, "create_auction", terms.clone());
        let answer = house.ok("ann", "act", body.clone());
        assert_eq!(answer["reason"], "the auction has other terms than the bid is for", "{terms}");
        assert_eq!(house.free("ann"), (1000, 0));
    }
    house.ok("sue", "create_auction", honest);
    assert_eq!(house.ok("ann", "act", body)["status"], "accepted");
}

#[test]
fn attack_5_rows_of_two_states_together_give_no_result() {
    let mut house = with_bidders(&["ann", "bob"]);
    let id = house.sell("sue", json!({}));
    house.bid("ann", id, 300);
    let old_result = auction::store::result(&house.deps.storage, id).unwrap();
    house.set_time(END);
    house.close(id);
    // Another auction has the slot now, and is over, too.
    let next =
        house.sell("sue", json!({ "ends_at": END + 3600, "reveal": { "price": false, "winner": false } }));
    house.bid("bob", next, 400);
    house.set_time(END + 3600);
    auction::store::save_result(&mut house.deps.storage, id, &old_result).unwrap();
    assert!(house.err("keeper", "close", of(id)).contains("a mix of rows"));
    assert!(house.err("keeper", "freeze", of(id)).contains("a mix of rows"));
}

#[test]
fn attack_19_dust_cannot_fill_a_house_for_nothing() {
    let lot_fee = json!({ "index": 0, "amount": "40" });
    let mut house = House::empty();
    house.instantiate(json!({ "lot_fee": lot_fee, "fee": { "bps": 0, "to": FEE_TO } })).unwrap();
    assert_eq!(house.ask(json!({ "house": {} })).unwrap()["house"]["lot_fee"]["amount"], text(40));
    house.deposit("dust", 1, 2).unwrap();
    let terms = house.terms(json!({ "lot": { "token": { "index": 1, "amount": "1" } } }));
    assert!(house.err("dust", "create_auction", terms.clone()).contains("does not cover the fee for a lot"));
    assert_eq!((house.free("dust"), house.free(FEE_TO)), ((0, 2), (0, 0)));
    house.deposit("dust", 0, 79).unwrap();
    house.ok("dust", "create_auction", terms.clone());
    assert_eq!((house.free("dust"), house.free(FEE_TO)), ((39, 1), (40, 0)));
    assert!(house.err("dust", "create_auction", terms).contains("does not cover the fee for a lot"));
    // It does not come back, whatever becomes of the auction.
    house.set_time(END);
    house.close(1);
    assert_eq!(house.settle("dust", 1), "accepted");
    assert_eq!(house.free("dust"), (39, 2));
    // The receiver of fees pays itself.
    house.deposit(FEE_TO, 1, 5).unwrap();
    house.create(FEE_TO, json!({}));
    assert_eq!(house.free(FEE_TO), (40, 0));
    assert_eq!(house.withdraw(FEE_TO, 40, 0)["status"], "accepted");
}
