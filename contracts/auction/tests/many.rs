mod house;

use auction::rows::{AccountRow, Market, ResultRow};
use common::rows::Row;
use house::{id_text, text, House, START};
use serde_json::json;

/// The work of a bid and of a close is that on the rows of one market, one account, one bid.
#[test]
fn attack_6_with_10_000_dust_bidders_an_act_and_the_close_touch_the_same_rows() {
    let mut house = House::new(0);
    let id = house.sell("sue", json!({ "format": "second_price" }));
    let first = writes_of_a_bid(&mut house, "first", id, 10);
    for bidder in 0..10_000 {
        let name = format!("bidder_{bidder}");
        house.bidder(&name, 1000);
        assert_eq!(house.bid(&name, id, 10 + bidder % 500), "accepted");
    }
    assert_eq!(writes_of_a_bid(&mut house, "last", id, 900), first);
    house.set_time(START + 3600);
    let bind = house.bind("keeper");
    let closed = house.writes("keeper", json!({ "close": { "auction_id": id_text(id), "bind": bind } }));
    // The account that gets fees, result, market, each after its version byte.
    assert_eq!(closed, [AccountRow::SIZE + 1, ResultRow::SIZE + 1, Market::SIZE + 1]);
    let auction = house.auction(id);
    assert_eq!((&auction["winner"], &auction["price"]), (&json!("last"), &json!(text(509))));
    assert_eq!(house.settle("bidder_7777", id), "accepted");
    assert_eq!(house.free("bidder_7777"), (1000, 0));
}

fn writes_of_a_bid(house: &mut House, name: &str, id: u64, amount: u128) -> Vec<usize> {
    house.bidder(name, 1000);
    let bind = house.bind(name);
    let bid = json!({ "bid": { "auction_id": id_text(id), "amount": text(amount) } });
    let mut body = house.act_body(bid);
    body["bind"] = bind;
    house.writes(name, json!({ "act": body }))
}
