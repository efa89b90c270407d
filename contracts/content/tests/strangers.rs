//! What accounts that are not meant to can do, and see.
mod shop;

use serde_json::json;
use shop::*;

#[test]
fn a_refused_transfer_does_not_push_licences_out_of_the_list_of_a_stranger() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "free" })).unwrap();
    let own = shop.bought(ALICE, item);
    // Bob owns nothing, and sends Alice's licence to Alice again and again.
    for _ in 0..content::rows::LISTED {
        let body = json!({ "licence": own.to_string(), "to": ALICE });
        assert_eq!(status(&shop.run(BOB, "transfer", body).unwrap()).0, "refused");
    }
    let listed = shop.ask(ALICE, json!({ "licences": {} })).unwrap();
    let listed = listed["licences"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["status"], "active");
}

#[test]
fn only_named_publishers_take_the_places_of_items() {
    let mut shop = Shop::new();
    let message = |publishers: serde_json::Value| {
        json!({
            "name": "Records", "confirmers": [CONFIRMER], "colluders": 2, "publishers": publishers,
            "tokens": [{ "address": TOKENS[0], "code_hash": "ab".repeat(32) }], "entropy": base64(&[7; 32])
        })
    };
    assert_eq!(reason(shop.start(message(json!([])))), "name 1 to 16 publishers, or leave the field out");
    shop.start(message(json!([AUTHOR]))).unwrap();
    assert_eq!(reason(shop.list(json!({}))), "only the named publishers may list items");
    shop.start(message(json!([AUTHOR, PUBLISHER]))).unwrap();
    shop.list(json!({})).unwrap();
}

#[test]
fn an_allowance_of_the_publisher_is_no_right_to_revoke() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "revocable": true })).unwrap();
    let licence = shop.bought(ALICE, item);
    let inner = json!({ "revoke": { "licence": licence.to_string(), "bind": shop.bind(PUBLISHER) } });
    let msg = base64(inner.to_string().as_bytes());
    let hook = json!({ "sender": EVE, "from": PUBLISHER, "amount": PRICE.to_string(), "msg": msg });
    assert_eq!(
        reason(shop.raw(TOKENS[0], json!({ "receive": hook }))),
        "only the publisher's own send can revoke, no allowance"
    );
}

#[test]
fn confirmers_see_numbers_and_leaves_and_publishers_see_counts_and_money() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    let fields = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let pending = shop.ask(CONFIRMER, json!({ "pending": {} })).unwrap();
    let purchases = pending["pending"]["purchases"].as_array().unwrap();
    assert_eq!(fields(&purchases[0]), ["leaf", "licence"]);
    assert_eq!(purchases[0]["licence"], format!("{licence:020}"));
    for other in [PUBLISHER, ALICE, EVE, OPERATOR] {
        let refused = reason(shop.ask(other, json!({ "pending": {} })));
        assert_eq!(refused, "only a confirmer may ask for pending purchases");
    }
    shop.confirm(licence);
    let sales = shop.ask(PUBLISHER, json!({ "sales": {} })).unwrap();
    assert_eq!(fields(&sales["sales"][0]), ["earned", "item_id", "sold", "traces_left"]);
    assert_eq!(shop.ask(EVE, json!({ "sales": {} })).unwrap()["sales"], json!([]));
    for other in [PUBLISHER, OPERATOR, CONFIRMER] {
        assert_eq!(shop.keys(other, licence)["refused"], "the licence is not yours");
    }
}
