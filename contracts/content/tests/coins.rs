//! Prices in native coins.
mod shop;

use cosmwasm_std::{coin, coins};
use serde_json::{json, Value};
use shop::*;

fn with_price(change: Value) -> (Shop, u64) {
    let mut shop = Shop::new();
    let mut terms = json!({ "price": { "coin": COIN, "amount": PRICE.to_string() } });
    change.as_object().unwrap().iter().for_each(|(key, value)| terms[key] = value.clone());
    let item = shop.list(terms).unwrap();
    (shop, item)
}

fn purchase(item: u64) -> Value {
    json!({ "item_id": item.to_string(), "device": base64(&device(1)) })
}

#[test]
fn a_purchase_is_held_then_pays_publisher_and_fee_in_coins() {
    let (mut shop, item) = with_price(json!({}));
    let number = licence(&shop.pay(ALICE, PRICE, "buy", purchase(item)).unwrap()).unwrap();
    assert_eq!(shop.state().escrow.held, [0, 0, PRICE, 0]);
    assert_eq!(shop.ask(PUBLISHER, json!({ "balance": {} })).unwrap()["balance"].as_array().unwrap().len(), 3);
    shop.confirm(number);
    assert_eq!(shop.keys(ALICE, number)["version"], 1);
    for by in [PUBLISHER, PUBLISHER, OPERATOR, EVE] {
        shop.run(by, "collect", json!({})).unwrap();
    }
    assert_eq!((shop.paid[0], shop.paid[5], shop.balances), ([0, 0, 975], [0, 0, 25], [0; PLACES]));
    assert_eq!(shop.state().escrow.held, [0; 4]);
}

#[test]
fn an_unconfirmed_purchase_gets_its_coins_back_once() {
    let (mut shop, item) = with_price(json!({}));
    let number = licence(&shop.pay(ALICE, PRICE, "buy", purchase(item)).unwrap()).unwrap();
    let body = json!({ "licence": number.to_string() });
    assert_eq!(status(&shop.run(ALICE, "refund", body.clone()).unwrap()).1, "it is too early for a refund");
    shop.wait(3_600);
    for _ in 0..2 {
        shop.run(ALICE, "refund", body.clone()).unwrap();
    }
    assert_eq!((shop.paid[1], shop.balances), ([0, 0, PRICE], [0; PLACES]));
}

#[test]
fn other_coins_amounts_and_tokens_are_refused() {
    let (mut shop, item) = with_price(json!({}));
    let in_tokens = shop.list(json!({})).unwrap();
    let message = |shop: &Shop, item| {
        let mut body = purchase(item);
        body["bind"] = shop.bind(ALICE);
        json!({ "buy": body })
    };
    for (funds, text) in [
        (coins(PRICE, "uatom"), "this message takes coins of uscrt and no others"),
        (vec![coin(PRICE, COIN), coin(1, "uatom")], "this message takes coins of uscrt and no others"),
        (coins(0, COIN), "this message takes coins of uscrt and no others"),
        (coins(PRICE - 1, COIN), "the amount is not the price"),
        (coins(PRICE + 1, COIN), "the amount is not the price"),
        (vec![], "the amount is not the price"),
    ] {
        let message = message(&shop, item);
        assert_eq!(reason(shop.with_coins(ALICE, message, &funds)), text);
    }
    let of_tokens = message(&shop, in_tokens);
    let other = "the price is in another token or coin";
    assert_eq!(reason(shop.with_coins(ALICE, of_tokens, &coins(PRICE, COIN))), other);
    assert_eq!(reason(shop.send(0, ALICE, PRICE, "buy", purchase(item))), other);
    let bind = shop.bind(PUBLISHER);
    let collect = shop.with_coins(PUBLISHER, json!({ "collect": { "bind": bind } }), &coins(1, COIN));
    assert_eq!(reason(collect), "this message takes no coins");
    let mut stolen = purchase(item);
    stolen["bind"] = shop.bind(ALICE);
    let copied = shop.with_coins(EVE, json!({ "buy": stolen }), &coins(PRICE, COIN));
    assert_eq!(reason(copied), "not for this contract");
    assert_eq!(shop.state().escrow.held, [0; 4]);
}

#[test]
fn a_resale_and_a_revocation_are_paid_in_coins() {
    let royalties = json!([{ "to": AUTHOR, "bps": 1_000 }]);
    let (mut shop, item) =
        with_price(json!({ "transfer": "resale_only", "royalties": royalties, "revocable": true }));
    let old = licence(&shop.pay(ALICE, PRICE, "buy", purchase(item)).unwrap()).unwrap();
    shop.confirm(old);
    shop.offer(ALICE, old, 2_000);
    let mut body = purchase(item);
    body["licence"] = json!(old.to_string());
    let new = licence(&shop.pay(BOB, 2_000, "buy_resale", body).unwrap()).unwrap();
    shop.confirm(new);
    let end = json!({ "licence": new.to_string() });
    assert_eq!(
        reason(shop.pay(PUBLISHER, PRICE - 1, "revoke", end.clone())),
        "the owner must get back at least 1000 of the price's token or coin"
    );
    assert!(reason(shop.send(0, PUBLISHER, PRICE, "revoke", end.clone())).contains("token or coin"));
    shop.pay(PUBLISHER, PRICE, "revoke", end).unwrap();
    for by in ACCOUNTS {
        shop.run(by, "collect", json!({})).unwrap();
    }
    assert_eq!(shop.paid.map(|paid| paid[2]), [975, 1_750, PRICE, 0, 0, 75, 200]);
    assert_eq!(shop.balances, [0; PLACES]);
}

#[test]
fn a_grant_of_any_item_is_revoked_without_money() {
    let (mut shop, item) = with_price(json!({}));
    let free = shop.list(json!({ "price": null })).unwrap();
    for item in [item, free] {
        let grant = json!({ "item_id": item.to_string(), "to": BOB });
        let granted = licence(&shop.run(PUBLISHER, "grant", grant).unwrap()).unwrap();
        let end = json!({ "licence": granted.to_string() });
        assert_eq!(reason(shop.pay(EVE, 0, "revoke", end.clone())), "only the publisher of the item may do this");
        shop.pay(PUBLISHER, 0, "revoke", end).unwrap();
        assert_eq!(shop.keys(BOB, granted)["refused"], "the licence is over");
    }
}

#[test]
fn one_token_or_the_coin_is_asked_alone() {
    let (mut shop, item) = with_price(json!({}));
    let in_tokens = shop.list(json!({})).unwrap();
    let number = licence(&shop.pay(ALICE, PRICE, "buy", purchase(item)).unwrap()).unwrap();
    shop.bought(BOB, in_tokens);
    let refund = |only: u8| json!({ "licence": number.to_string(), "only": only });
    shop.wait(3_600);
    let elsewhere = ("refused", "the price is in another token or coin");
    assert_eq!(status(&shop.run(ALICE, "refund", refund(0)).unwrap()), elsewhere);
    let none = "only must be the place of a token, or of the coin after them";
    assert_eq!(reason(shop.run(ALICE, "refund", refund(3))), none);
    assert_eq!(reason(shop.run(ALICE, "collect", json!({ "only": 3 }))), none);
    assert_eq!(status(&shop.run(ALICE, "refund", refund(2)).unwrap()).0, "done");
    assert_eq!(shop.paid[1], [0, 0, PRICE]);
    for (only, paid) in [(1, [0; PLACES]), (2, [0; PLACES]), (0, [975, 0, 0])] {
        shop.run(PUBLISHER, "collect", json!({ "only": only })).unwrap();
        assert_eq!(shop.paid[0], paid);
    }
    shop.run(OPERATOR, "collect", json!({ "only": 2 })).unwrap();
    assert_eq!((shop.paid[5], shop.balances), ([0; PLACES], [25, 0, 0]));
}

#[test]
fn a_price_names_the_contracts_coin_or_one_of_its_tokens() {
    let mut shop = Shop::new();
    for (price, text) in [
        (json!({ "amount": "1" }), "a price names a token or a coin"),
        (json!({ "token": 0, "coin": COIN, "amount": "1" }), "a price names a token or a coin"),
        (json!({ "coin": "uatom", "amount": "1" }), "the price is in a coin that the contract does not take"),
        (json!({ "coin": COIN, "amount": "0" }), "the price must be at least 1 and below 2^96"),
    ] {
        assert_eq!(reason(shop.list(json!({ "price": price }))), text);
    }
    let start = |coin: Value, tokens: usize| {
        json!({
            "name": "Records", "confirmers": [CONFIRMER], "colluders": 2, "entropy": base64(&[7; 32]), "coin": coin,
            "tokens": (0..tokens).map(|i| json!({ "address": format!("token_{i}"), "code_hash": "ab".repeat(32) }))
                .collect::<Vec<_>>()
        })
    };
    let wrong = "coin must be a denomination such as uscrt";
    for coin in ["", "ab", "1abc", "a b c", &"a".repeat(129)] {
        assert_eq!(reason(Shop::new().start(start(json!(coin), 1))), wrong, "{coin}");
    }
    let many = reason(Shop::new().start(start(json!(COIN), 4)));
    assert_eq!(many, "a contract with a coin lists at most 3 tokens");
    shop.start(start(Value::Null, 4)).unwrap();
    let none = shop.list(json!({ "price": { "coin": COIN, "amount": "1" } }));
    assert_eq!(reason(none), "the price is in a coin that the contract does not take");
    shop.start(start(json!("ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2"), 3)).unwrap();
}
