mod house;

use house::{id_text, outcome, sold, text, with_bidders, House, ADMIN, END, FEE_TO, START};
use common::testing::Random;
use serde_json::{json, Value};

fn second_price() -> Value {
    json!({ "format": "second_price" })
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
    for (price, bps, fee) in
        [(10, 500, 0), (19, 500, 0), (20, 500, 1), (39, 500, 1), (9_999, 1, 0), (10_000, 1, 1)]
    {
        assert_eq!(auction::rules::fee_of(price, bps), fee);
    }
    let mut random = Random(7);
    for _ in 0..20_000 {
        let (price, bps) = (random.bits(128), random.below(10_001u16));
        let (whole, rest, part) = (price / 10_000, price % 10_000, u128::from(bps));
        assert_eq!(auction::rules::fee_of(price, bps), whole * part + rest * part / 10_000);
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
