//! Every field of every message: missing, negative, huge, of another type. A clear error, and no change.
mod shop;

use common::testing::{is_item, places, replaced, without};
use serde_json::{json, Value};
use shop::*;

/// Values that no field takes.
fn wrong() -> Vec<Value> {
    let huge = "9".repeat(400);
    vec![json!(-1), json!(1.5), json!({}), json!([1]), json!({ "x": 1 }), json!(huge), json!("-1"), json!("")]
}

/// Messages that work, with the fields that may be absent.
fn messages(
    shop: &Shop,
    item: u64,
    licence: u64,
) -> Vec<(&'static str, &'static str, Value, Vec<&'static str>)> {
    let device = base64(&device(4));
    let (item, licence) = (item.to_string(), licence.to_string());
    let bind = |by: &str| shop.bind(by);
    let sold = json!({
        "item": { "title": "A", "media_type": "a/b", "size": "1", "uri": "u", "sha256": base64(&[1; 32]), "segments": 512 },
        "master": base64(&[9; 32]), "price": { "token": 0, "amount": "1" }, "supply": 1, "licence": "own",
        "transfer": "none", "revocable": false, "royalties": [{ "to": AUTHOR, "bps": 1 }],
        "delivery": { "confirmed": { "refund_after": 3600 } }, "bind": bind(PUBLISHER)
    });
    let version = json!({ "item_id": item, "uri": "u", "sha256": base64(&[2; 32]), "master": base64(&[8; 32]),
                          "bind": bind(PUBLISHER) });
    let evidence = base64(&[0b0100_0100; 64]);
    vec![
        (PUBLISHER, "list_item", sold, vec!["price", "supply"]),
        (
            PUBLISHER,
            "grant",
            json!({ "item_id": item, "to": BOB, "device": device, "bind": bind(PUBLISHER) }),
            vec!["device"],
        ),
        (PUBLISHER, "new_version", version, vec![]),
        (
            PUBLISHER,
            "trace",
            json!({ "item_id": item, "evidence": evidence, "from": "1", "bind": bind(PUBLISHER) }),
            vec!["from"],
        ),
        (
            CONFIRMER,
            "confirm",
            json!({ "purchases": [{ "licence": licence, "leaf": base64(&[1; 32]) }] }),
            vec![],
        ),
        (ALICE, "refund", json!({ "licence": licence, "only": 0, "bind": bind(ALICE) }), vec!["only"]),
        (
            ALICE,
            "act",
            json!({ "licence": licence, "do": "device", "device": device, "amount": "5", "bind": bind(ALICE) }),
            vec![],
        ),
        (ALICE, "transfer", json!({ "licence": licence, "to": BOB, "bind": bind(ALICE) }), vec![]),
        (ALICE, "collect", json!({ "only": 0, "bind": bind(ALICE) }), vec!["only"]),
        (ALICE, "revoke_permit", json!({ "permit_name": "x", "bind": bind(ALICE) }), vec![]),
        (OPERATOR, "set_status", json!({ "level": "stop_new", "bind": bind(OPERATOR) }), vec![]),
    ]
}

#[test]
fn every_field_missing_negative_huge_or_of_another_type_is_an_error() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "free" })).unwrap();
    let licence = shop.bought(ALICE, item);
    let before = shop.state();
    let mut tried = 0;
    for (by, name, body, optional) in messages(&shop, item, licence) {
        for place in &places(&body) {
            let may_miss = is_item(place) || optional.iter().any(|field| *place == format!("/{field}"));
            if !may_miss {
                refused(&mut shop, by, name, without(&body, place), place);
                tried += 1;
            }
            // These take any text.
            let any_text = ["/item/title", "/item/uri", "/uri", "/permit_name"].contains(&place.as_str());
            for value in wrong().into_iter().filter(|value| !any_text || *value != "-1") {
                refused(&mut shop, by, name, replaced(&body, place, value), place);
                tried += 1;
            }
        }
    }
    assert_eq!(shop.state(), before);
    assert!(tried > 500, "only {tried}");
}

fn refused(shop: &mut Shop, by: &str, name: &str, body: Value, place: &str) {
    let text = body.to_string();
    let error = match shop.raw(by, json!({ name: body })) {
        Ok(answer) => panic!("{name}{place} was taken: {text} gives {answer}"),
        Err(error) => error.to_string(),
    };
    assert!(error.len() > 10, "{name}{place}: {error}");
}

#[test]
fn every_field_of_a_payment_is_checked() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap().to_string();
    let good = json!({ "item_id": item, "device": base64(&device(4)), "bind": shop.bind(ALICE) });
    for field in ["item_id", "device", "bind"] {
        let place = format!("/{field}");
        let mut tries: Vec<Value> =
            wrong().into_iter().map(|value| replaced(&good, &place, value)).collect();
        tries.push(without(&good, &place));
        for body in &tries {
            let inner = base64(json!({ "buy": body }).to_string().as_bytes());
            let hook = json!({ "sender": ALICE, "from": ALICE, "amount": PRICE.to_string(), "msg": inner });
            assert!(shop.raw(TOKENS[0], json!({ "receive": hook })).is_err(), "{field}");
            let coins = shop.with_coins(ALICE, json!({ "buy": body }), &cosmwasm_std::coins(PRICE, COIN));
            assert!(coins.is_err(), "{field}");
        }
    }
    for msg in [json!("AAAA"), json!(base64(b"{}")), json!(base64(br#"{"steal":{}}"#)), json!(1)] {
        let hook = json!({ "sender": ALICE, "from": ALICE, "amount": PRICE.to_string(), "msg": msg });
        assert!(shop.raw(TOKENS[0], json!({ "receive": hook })).is_err());
    }
    for amount in [json!("-1"), json!(1_000), json!("1".repeat(40)), json!("")] {
        let inner = base64(json!({ "buy": good }).to_string().as_bytes());
        let hook = json!({ "sender": ALICE, "from": ALICE, "amount": amount, "msg": inner });
        assert!(shop.raw(TOKENS[0], json!({ "receive": hook })).is_err());
    }
}
