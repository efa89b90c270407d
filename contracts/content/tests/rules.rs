//! The rules of sales, licences and keys, message by message.
mod shop;

use common::testing::account;
use content::rows::{find_licence, load_owner, Status};
use serde_json::json;
use shop::*;

#[test]
fn a_wrong_price_or_token_is_undone_whole() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let before = shop.state();
    let body = json!({ "item_id": item.to_string(), "device": base64(&device(1)) });
    assert_eq!(reason(shop.send(0, ALICE, PRICE - 1, "buy", body.clone())), "the amount is not the price");
    assert_eq!(reason(shop.send(0, ALICE, PRICE + 1, "buy", body.clone())), "the amount is not the price");
    assert_eq!(reason(shop.send(1, ALICE, PRICE, "buy", body)), "the price is in another token or coin");
    assert_eq!((shop.state(), shop.balances), (before, [0, 0, 0]));
    assert!(find_licence(&shop.deps.storage, 1).unwrap().is_none());
}

#[test]
fn of_two_buyers_of_a_supply_of_one_the_second_is_undone() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "supply": 1 })).unwrap();
    let first = shop.buy(ALICE, item).unwrap();
    assert_eq!(reason(shop.buy(BOB, item)), "sold out");
    // A refund gives the place back.
    shop.wait(3_600);
    shop.run(ALICE, "refund", json!({ "licence": first.to_string() })).unwrap();
    shop.buy(BOB, item).unwrap();
}

#[test]
fn a_refund_before_the_time_or_after_the_confirmation_is_refused() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    let body = json!({ "licence": licence.to_string() });
    shop.wait(3_599);
    let early = shop.run(ALICE, "refund", body.clone()).unwrap();
    assert_eq!(status(&early), ("refused", "it is too early for a refund"));
    let other = shop.run(EVE, "refund", body.clone()).unwrap();
    assert_eq!(status(&other), ("refused", "the licence is not yours"));
    assert_eq!(shop.balances, [PRICE, 0, 0]);
    shop.confirm(licence);
    shop.wait(100);
    let late = shop.run(ALICE, "refund", body).unwrap();
    assert_eq!(status(&late), ("refused", "the purchase is not pending"));
    assert_eq!(shop.balances, [PRICE, 0, 0]);
}

#[test]
fn an_unconfirmed_purchase_is_refunded_at_the_very_second_and_only_once() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    shop.wait(3_600);
    let body = json!({ "licence": licence.to_string() });
    assert_eq!(status(&shop.run(ALICE, "refund", body.clone()).unwrap()).0, "done");
    assert_eq!(status(&shop.run(ALICE, "refund", body).unwrap()).0, "refused");
    assert_eq!((shop.balances, shop.paid[1]), ([0, 0, 0], [PRICE, 0, 0]));
    assert_eq!(shop.confirm(licence), 0, "a refunded purchase cannot be confirmed");
}

#[test]
fn a_publisher_collects_nothing_before_the_confirmation_and_the_price_without_the_fee_after_it() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    shop.run(PUBLISHER, "collect", json!({})).unwrap();
    assert_eq!(shop.paid[0], [0, 0, 0]);
    shop.confirm(licence);
    shop.run(PUBLISHER, "collect", json!({})).unwrap();
    shop.run(PUBLISHER, "collect", json!({})).unwrap();
    shop.run(OPERATOR, "collect", json!({})).unwrap();
    shop.run(EVE, "collect", json!({})).unwrap();
    assert_eq!((shop.paid[0], shop.paid[5], shop.paid[3]), ([975, 0, 0], [25, 0, 0], [0, 0, 0]));
}

#[test]
fn a_leaf_of_another_history_confirms_nothing() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    let purchases = json!([{ "licence": licence.to_string(), "leaf": base64(&[9; 32]) }]);
    let answer = shop.raw(CONFIRMER, json!({ "confirm": { "purchases": purchases } })).unwrap();
    assert_eq!(answer["confirm"]["confirmed"], "0".repeat(20));
    assert_eq!(shop.keys(ALICE, licence)["refused"], "the purchase is not confirmed yet");
    assert_eq!(
        reason(shop.raw(EVE, json!({ "confirm": { "purchases": purchases } }))),
        "only a confirmer may do this"
    );
}

#[test]
fn keys_go_only_to_the_owner_of_an_active_licence_with_a_device() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.bought(ALICE, item);
    assert_eq!(shop.keys(ALICE, licence)["version"], 1);
    assert_eq!(shop.keys(EVE, licence)["refused"], "the licence is not yours");
    assert_eq!(shop.keys(EVE, 99)["refused"], "the licence is not yours");
    let grant = json!({ "item_id": item.to_string(), "to": BOB });
    let granted = super_licence(&shop.run(PUBLISHER, "grant", grant).unwrap());
    assert_eq!(shop.keys(BOB, granted)["refused"], "the licence has no device; set one first");
    shop.set_device(BOB, granted, device(2));
    assert_eq!(shop.keys(BOB, granted)["version"], 1);
    assert_eq!(shop.keys(PUBLISHER, licence)["refused"], "the licence is not yours");
}

fn super_licence(answer: &serde_json::Value) -> u64 {
    licence(answer).unwrap()
}

#[test]
fn a_third_change_of_the_device_in_30_days_is_refused() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.bought(ALICE, item);
    for number in [2, 3] {
        assert_eq!(shop.set_device(ALICE, licence, device(number)), "done");
    }
    assert_eq!(shop.set_device(ALICE, licence, device(4)), "two device changes in 30 days are the most");
    assert_eq!(shop.set_device(EVE, licence, device(4)), "the licence is not yours");
    shop.wait(30 * 86_400 - 1);
    assert_eq!(shop.set_device(ALICE, licence, device(4)), "two device changes in 30 days are the most");
    shop.wait(1);
    assert_eq!(shop.set_device(ALICE, licence, device(4)), "done");
    let low = "the device key is zero or of low order; make a new key pair";
    assert_eq!(shop.set_device(ALICE, licence, [0; 32]), low);
}

#[test]
fn a_device_key_of_low_order_or_zero_or_of_another_length_is_refused() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let low = [0; 32];
    let mut one = [0; 32];
    one[0] = 1;
    for (bytes, text) in [
        (&low[..], "the device key is zero or of low order; make a new key pair"),
        (&one[..], "the device key is zero or of low order; make a new key pair"),
        (&[7; 31][..], "device must be an X25519 public key of 32 bytes"),
        (&[7; 33][..], "device must be an X25519 public key of 32 bytes"),
        (&[][..], "device must be an X25519 public key of 32 bytes"),
    ] {
        let body = json!({ "item_id": item.to_string(), "device": base64(bytes) });
        assert_eq!(reason(shop.send(0, ALICE, PRICE, "buy", body)), text);
    }
    assert_eq!(shop.balances, [0, 0, 0]);
}

#[test]
fn a_resale_pays_fee_royalties_and_seller_and_moves_the_keys() {
    let mut shop = Shop::new();
    let royalties = json!([{ "to": AUTHOR, "bps": 1_000 }]);
    let item = shop.list(json!({ "transfer": "resale_only", "royalties": royalties })).unwrap();
    let old = shop.bought(ALICE, item);
    assert_eq!(shop.offer(EVE, old, 2_001), "the licence is not yours");
    assert_eq!(shop.offer(ALICE, old, 1 << 96), "the price must be below 2^96");
    assert_eq!(shop.offer(ALICE, old, 2_001), "done");
    let body =
        json!({ "licence": old.to_string(), "item_id": item.to_string(), "device": base64(&device(3)) });
    assert_eq!(reason(shop.send(0, BOB, 2_000, "buy_resale", body.clone())), "the amount is not the price");
    assert_eq!(reason(shop.send(0, ALICE, 2_001, "buy_resale", body.clone())), "the licence is your own");
    let new = licence(&shop.send(0, BOB, 2_001, "buy_resale", body.clone()).unwrap()).unwrap();
    assert_eq!(reason(shop.send(0, EVE, 2_001, "buy_resale", body)), "this licence is not offered");
    assert_eq!(shop.keys(ALICE, old)["refused"], "the licence is over");
    shop.confirm(new);
    assert_eq!(shop.keys(BOB, new)["version"], 1);
    assert_eq!(shop.keys(ALICE, old)["refused"], "the licence is over");
    for by in [ALICE, AUTHOR, OPERATOR] {
        shop.run(by, "collect", json!({})).unwrap();
    }
    // The fee of both sales: 25 and 50.
    assert_eq!((shop.paid[1][0], shop.paid[6][0], shop.paid[5][0]), (2_001 - 50 - 200, 200, 75));
    assert_eq!(find_licence(&shop.deps.storage, old as u32).unwrap().unwrap().owner, account(ALICE));
}

#[test]
fn an_unconfirmed_resale_gives_the_licence_back() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "resale_only" })).unwrap();
    let old = shop.bought(ALICE, item);
    shop.offer(ALICE, old, 5);
    let body =
        json!({ "licence": old.to_string(), "item_id": item.to_string(), "device": base64(&device(3)) });
    let new = licence(&shop.send(0, BOB, 5, "buy_resale", body).unwrap()).unwrap();
    shop.wait(3_600);
    shop.run(BOB, "refund", json!({ "licence": new.to_string() })).unwrap();
    assert_eq!((shop.keys(ALICE, old)["version"].clone(), shop.paid[2]), (json!(1), [5, 0, 0]));
    assert_eq!(shop.state().items[item as usize].sold, 1);
}

#[test]
fn a_resale_at_price_zero_and_a_transfer_around_royalties_are_refused() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "resale_only" })).unwrap();
    let licence = shop.bought(ALICE, item);
    let number = licence.to_string();
    assert_eq!(shop.offer(ALICE, licence, 0), "done");
    let body = json!({ "licence": number, "item_id": item.to_string(), "device": base64(&device(3)) });
    assert_eq!(reason(shop.send(0, ALICE, 0, "buy_resale", body)), "this licence is not offered");
    let gift = shop.run(ALICE, "transfer", json!({ "licence": number, "to": BOB })).unwrap();
    assert_eq!(status(&gift), ("refused", "licences of this item cannot be given away"));
    assert_eq!(find_licence(&shop.deps.storage, licence as u32).unwrap().unwrap().status, Status::Active);
}

#[test]
fn a_gift_gives_the_new_owner_other_keys_and_the_old_owner_none() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "free" })).unwrap();
    let old = shop.bought(ALICE, item);
    let gift = json!({ "licence": old.to_string(), "to": BOB });
    assert_eq!(status(&shop.run(EVE, "transfer", gift.clone()).unwrap()).1, "the licence is not yours");
    let new = licence(&shop.run(ALICE, "transfer", gift.clone()).unwrap()).unwrap();
    assert_eq!(shop.keys(ALICE, old)["refused"], "the licence is over");
    assert_eq!(shop.keys(BOB, new)["refused"], "the licence has no device; set one first");
    assert_eq!(status(&shop.run(ALICE, "transfer", gift).unwrap()).1, "the licence is not active");
    let own = json!({ "licence": new.to_string(), "to": BOB });
    assert_eq!(status(&shop.run(BOB, "transfer", own).unwrap()).1, "the licence is yours already");
}

#[test]
fn a_rent_needs_a_session_within_its_time_and_ends() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "licence": { "rent": { "seconds": 1_000 } } })).unwrap();
    let (one, two) = (shop.bought(ALICE, item), shop.bought(BOB, item));
    assert_eq!(shop.keys(ALICE, one)["refused"], "open a session first");
    assert_eq!(shop.act(ALICE, one, "access", json!({})), "done");
    assert_eq!(shop.keys(ALICE, one)["version"], 1);
    shop.wait(999);
    assert_eq!(shop.keys(ALICE, one)["version"], 1);
    shop.wait(1);
    assert_eq!(shop.keys(ALICE, one)["refused"], "the rent is over");
    assert_eq!(shop.act(BOB, two, "access", json!({})), "the rent is over");
    // A host that lies about the time of a query gets no keys of a licence without a session.
    shop.env.block.time = shop.env.block.time.minus_seconds(500);
    assert_eq!(shop.keys(BOB, two)["refused"], "open a session first");
}

#[test]
fn a_revoked_owner_has_no_keys_and_gets_the_price_back() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "revocable": true })).unwrap();
    let fixed = shop.list(json!({})).unwrap();
    let (licence, kept) = (shop.bought(ALICE, item), shop.bought(BOB, fixed));
    let body = |licence: u64| json!({ "licence": licence.to_string() });
    let low = shop.send(0, PUBLISHER, PRICE - 1, "revoke", body(licence));
    assert_eq!(reason(low), "the owner must get back at least 1000 of the price's token or coin");
    assert_eq!(
        reason(shop.send(0, EVE, PRICE, "revoke", body(licence))),
        "only the publisher of the item may do this"
    );
    assert_eq!(
        reason(shop.send(0, PUBLISHER, PRICE, "revoke", body(kept))),
        "the item is not listed as revocable"
    );
    shop.send(0, PUBLISHER, PRICE, "revoke", body(licence)).unwrap();
    assert_eq!(shop.keys(ALICE, licence)["refused"], "the licence is over");
    assert_eq!(load_owner(&shop.deps.storage, &account(ALICE)).unwrap().purse[0], PRICE);
    assert_eq!(reason(shop.send(0, PUBLISHER, PRICE, "revoke", body(licence))), "the licence is not active");
    // A grant costs nothing to take back, also of an item that is not revocable.
    let grant = json!({ "item_id": fixed.to_string(), "to": EVE });
    let granted = super_licence(&shop.run(PUBLISHER, "grant", grant).unwrap());
    shop.send(0, PUBLISHER, 0, "revoke", body(granted)).unwrap();
}

#[test]
fn a_burnt_licence_gives_no_keys_is_not_sold_and_counts_against_the_supply() {
    let mut shop = Shop::new();
    let item = shop.list(json!({ "transfer": "free", "supply": 1, "revocable": true })).unwrap();
    let licence = shop.buy(ALICE, item).unwrap();
    let burn = |shop: &mut Shop, by| shop.act(by, licence, "delete", json!({}));
    assert_eq!(burn(&mut shop, ALICE), "the licence is not active");
    shop.confirm(licence);
    shop.offer(ALICE, licence, 5);
    assert_eq!(burn(&mut shop, BOB), "the licence is not yours");
    assert_eq!(burn(&mut shop, ALICE), "done");
    let row = find_licence(&shop.deps.storage, licence as u32).unwrap().unwrap();
    assert_eq!((row.status, row.offer), (Status::Burnt, 0));
    assert_eq!(shop.ask(ALICE, json!({ "licences": {} })).unwrap()["licences"][0]["status"], "burnt");
    assert_eq!(shop.keys(ALICE, licence)["refused"], "the licence is over");
    assert_eq!(burn(&mut shop, ALICE), "the licence is not active");
    assert_eq!(shop.set_device(ALICE, licence, device(3)), "the licence is over");
    assert_eq!(shop.offer(ALICE, licence, 5), "the licence is not active");
    let number = licence.to_string();
    let body = json!({ "licence": number, "item_id": item.to_string(), "device": base64(&device(3)) });
    assert_eq!(reason(shop.send(0, BOB, 5, "buy_resale", body)), "this licence is not offered");
    let gift = shop.run(ALICE, "transfer", json!({ "licence": number, "to": BOB })).unwrap();
    assert_eq!(status(&gift), ("refused", "the licence is not active"));
    let end = shop.send(0, PUBLISHER, PRICE, "revoke", json!({ "licence": number }));
    assert_eq!(reason(end), "the licence is not active");
    assert_eq!(reason(shop.buy(BOB, item)), "sold out");
}

#[test]
fn a_new_version_changes_the_keys_and_keeps_the_licences() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.bought(ALICE, item);
    let old = shop.keys(ALICE, licence);
    let version = json!({ "item_id": item.to_string(), "uri": "https://example.org/2", "sha256": base64(&[2; 32]),
                          "master": base64(&[77; 32]) });
    assert_eq!(
        reason(shop.run(EVE, "new_version", version.clone())),
        "only the publisher of the item may do this"
    );
    shop.run(PUBLISHER, "new_version", version.clone()).unwrap();
    let new = shop.keys(ALICE, licence);
    assert_eq!(new["version"], 2);
    assert!(new["enc"] != old["enc"] && new["ct"] != old["ct"]);
    assert_eq!(
        reason(shop.run(PUBLISHER, "new_version", version)),
        "master must be random; this one is zero or already used"
    );
}

#[test]
fn the_65th_trace_in_30_days_is_refused() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let body = json!({ "item_id": item.to_string(), "evidence": base64(&[0b0100_0100; 64]) });
    assert_eq!(reason(shop.run(EVE, "trace", body.clone())), "only the publisher of the item may do this");
    for _ in 0..64 {
        shop.run(PUBLISHER, "trace", body.clone()).unwrap();
    }
    let refused = reason(shop.run(PUBLISHER, "trace", body.clone()));
    assert_eq!(refused, "64 traces of an item in 30 days are the most");
    shop.wait(30 * 86_400);
    shop.run(PUBLISHER, "trace", body).unwrap();
}

#[test]
fn a_trace_names_the_owner_of_leaked_keys_and_nobody_for_made_up_evidence() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let other = shop.list(json!({})).unwrap();
    shop.bought(BOB, item);
    let leaker = shop.bought(ALICE, item);
    let elsewhere = shop.bought(EVE, other);
    let seed = common::seed::load(&shop.deps.storage).unwrap();
    let evidence = |licence: u64| {
        let word = content::word::Words::new(&seed, 2).of(licence);
        let bytes: Vec<u8> =
            word.chunks(4).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 2 | bit)).collect();
        json!({ "item_id": item.to_string(), "evidence": base64(&bytes) })
    };
    let answer = shop.run(PUBLISHER, "trace", evidence(leaker)).unwrap();
    assert_eq!(answer["trace"]["accused"], json!([[format!("{leaker:010}"), ALICE]]));
    // Keys of another item say nothing about this one.
    assert_eq!(shop.run(PUBLISHER, "trace", evidence(elsewhere)).unwrap()["trace"]["accused"], json!([]));
    assert_eq!(shop.run(PUBLISHER, "trace", evidence(12_345)).unwrap()["trace"]["accused"], json!([]));
    let few = json!({ "item_id": item.to_string(), "evidence": base64(&[0b1010_1010; 64]) });
    assert_eq!(reason(shop.run(PUBLISHER, "trace", few)), "at least 48 positions must tell one variant");
}

#[test]
fn a_message_that_names_another_contract_sender_or_chain_is_refused_before_any_row_is_read() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    for (field, value) in [("contract", "other"), ("sender", EVE), ("chain_id", "other")] {
        let mut bind = shop.bind(ALICE);
        bind[field] = json!(value);
        assert_eq!(reason(shop.raw(ALICE, json!({ "collect": { "bind": bind } }))), "not for this contract");
        let inner =
            json!({ "buy": { "item_id": item.to_string(), "device": base64(&device(1)), "bind": bind } });
        let hook = json!({ "sender": ALICE, "from": ALICE, "amount": PRICE.to_string(),
                           "msg": base64(inner.to_string().as_bytes()) });
        assert_eq!(reason(shop.raw(TOKENS[0], json!({ "receive": hook }))), "not for this contract");
    }
}

#[test]
fn a_hook_called_by_a_stranger_credits_nothing() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let inner = json!({ "buy": { "item_id": item.to_string(), "device": base64(&device(1)), "bind": shop.bind(EVE) } });
    let hook = json!({ "receive": { "sender": EVE, "from": EVE, "amount": PRICE.to_string(),
                                    "msg": base64(inner.to_string().as_bytes()) } });
    assert_eq!(reason(shop.raw(EVE, hook)), "the sender is not a listed token");
    let empty = json!({ "receive": { "sender": EVE, "from": EVE, "amount": "5" } });
    assert!(reason(shop.raw(TOKENS[0], empty)).contains("without a message"));
    assert!(find_licence(&shop.deps.storage, 1).unwrap().is_none());
}

#[test]
fn a_stop_ends_new_business_and_leaves_the_way_out_open() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let (active, pending) = (shop.bought(ALICE, item), shop.buy(BOB, item).unwrap());
    assert_eq!(
        reason(shop.run(EVE, "set_status", json!({ "level": "stop_new" }))),
        "only the admin may do this"
    );
    shop.run(OPERATOR, "set_status", json!({ "level": "stop_new" })).unwrap();
    assert!(reason(shop.buy(EVE, item)).starts_with("stopped"));
    assert!(reason(shop.list(json!({}))).starts_with("stopped"));
    assert_eq!(shop.set_device(ALICE, active, device(2)), "done");
    shop.wait(3_600);
    shop.run(BOB, "refund", json!({ "licence": pending.to_string() })).unwrap();
    shop.run(PUBLISHER, "collect", json!({})).unwrap();
    assert_eq!((shop.paid[2], shop.paid[0]), ([PRICE, 0, 0], [975, 0, 0]));
}

#[test]
fn an_admin_can_move_no_money_and_read_no_keys() {
    let mut shop = Shop::new();
    let item = shop.list(json!({})).unwrap();
    let licence = shop.bought(ALICE, item);
    let number = json!({ "licence": licence.to_string() });
    assert_eq!(status(&shop.run(OPERATOR, "refund", number.clone()).unwrap()).0, "refused");
    for what in ["access", "device", "resale", "delete"] {
        assert_eq!(shop.act(OPERATOR, licence, what, json!({})), "the licence is not yours");
    }
    assert_eq!(shop.keys(OPERATOR, licence)["refused"], "the licence is not yours");
    shop.run(OPERATOR, "collect", json!({})).unwrap();
    assert_eq!((shop.paid[5], shop.balances), ([25, 0, 0], [975, 0, 0]), "the fee and nothing else");
}

#[test]
fn items_with_impossible_terms_are_refused() {
    let mut shop = Shop::new();
    let share = |bps: u16| json!({ "to": AUTHOR, "bps": bps });
    for (change, text) in [
        (json!({ "royalties": [share(2_001)] }), "royalties are at most 2000 in total"),
        (json!({ "royalties": [share(1_000), share(1_001)] }), "royalties are at most 2000 in total"),
        (json!({ "royalties": [share(1), share(1), share(1)] }), "at most 2 royalties"),
        (json!({ "supply": 0 }), "supply must be at least 1"),
        (
            json!({ "price": { "token": 2, "amount": "1" } }),
            "the price is in a token that the contract does not list",
        ),
        (json!({ "price": { "token": 0, "amount": "0" } }), "the price must be at least 1 and below 2^96"),
        (
            json!({ "price": { "token": 0, "amount": "79228162514264337593543950336" } }),
            "the price must be at least 1 and below 2^96",
        ),
        (json!({ "master": base64(&[1; 31]) }), "master must have 32 bytes"),
        (json!({ "master": base64(&[0; 32]) }), "master must be random; this one is zero or already used"),
        (json!({ "licence": { "rent": { "seconds": 599 } } }), "a rent lasts 600 seconds to 3,650 days"),
        (
            json!({ "licence": { "rent": { "seconds": 600 } }, "transfer": "free" }),
            "a rented licence cannot be transferred: transfer must be none",
        ),
        (
            json!({ "delivery": { "confirmed": { "refund_after": 599 } } }),
            "refund_after must be 600 seconds to 30 days",
        ),
        (
            json!({ "witnesses": [ALICE] }),
            "no result here depends on hidden acts, and confirmers see each purchase: leave witnesses out",
        ),
    ] {
        assert_eq!(reason(shop.list(change)), text);
    }
    assert_eq!(shop.state().listed, 0);
}

#[test]
fn the_contract_takes_32_items() {
    let mut shop = Shop::new();
    for _ in 0..32 {
        shop.list(json!({})).unwrap();
    }
    assert_eq!(reason(shop.list(json!({}))), "the contract has 32 items and takes no more");
}

#[test]
fn a_contract_with_impossible_settings_is_refused() {
    let good = || {
        json!({ "name": "Records", "confirmers": [CONFIRMER], "colluders": 2, "entropy": base64(&[7; 32]),
                "tokens": [{ "address": "token_a", "code_hash": "ab".repeat(32) }] })
    };
    for (field, value, text) in [
        ("name", json!("ab"), "name must have 3 to 30 bytes"),
        ("colluders", json!(5), "colluders must be 2, 3 or 4"),
        ("colluders", json!(1), "colluders must be 2, 3 or 4"),
        ("confirmers", json!([]), "name 1 to 4 confirmers"),
        ("fee", json!({ "to": OPERATOR, "bps": 501 }), "the fee is at most 500"),
        ("tokens", json!([]), "1 to 4 tokens must be listed"),
        ("tokens", json!([{ "address": "token_a", "code_hash": "ab" }]), "a code hash has 64 hex digits"),
        (
            "witnesses",
            json!([ALICE]),
            "no result here depends on hidden acts, and confirmers see each purchase: leave witnesses out",
        ),
        ("entropy", json!(base64(&[7; 31])), "entropy must have at least 32 bytes"),
    ] {
        let mut message = good();
        message[field] = value;
        assert_eq!(reason(Shop::new().start(message)), text, "{field}");
    }
}
