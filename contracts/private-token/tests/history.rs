mod common;

use common::{transfer, Token, ALICE, BOB, CAROL};
use serde_json::{json, Value};

fn ids(page: &Value) -> Vec<u64> {
    page["txs"].as_array().unwrap().iter().map(|tx| tx["id"].as_u64().unwrap()).collect()
}

fn page(token: &Token, kind: &str, number: u32, size: u32) -> Value {
    let msg = json!({ kind: { "address": ALICE, "key": "k", "page": number, "page_size": size } });
    token.query(msg)[kind].clone()
}

#[test]
fn pages_from_the_newest() {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "set_viewing_key": { "key": "k" } }));
    for amount in 1..=5 {
        token.ok(ALICE, transfer(BOB, amount));
    }
    assert_eq!(ids(&page(&token, "transaction_history", 0, 4)), [6, 5, 4, 3]);
    assert_eq!(ids(&page(&token, "transaction_history", 1, 4)), [2, 1]);
    assert_eq!(ids(&page(&token, "transaction_history", 2, 4)), [0; 0]);
    assert_eq!(ids(&page(&token, "transaction_history", 0, 0)), [0; 0]);
    assert_eq!(ids(&page(&token, "transaction_history", u32::MAX, u32::MAX)), [0; 0]);
    assert_eq!(ids(&page(&token, "transfer_history", 1, 3)), [3, 2]);
    assert_eq!(page(&token, "transaction_history", 0, 1)["total"], 6);
    assert_eq!(page(&token, "transfer_history", 0, 1)["total"], 5);
}

#[test]
fn tells_what_happened_in_standard_shape() {
    let mut token = Token::new();
    let msg = json!({ "transfer": { "recipient": BOB, "amount": "7", "memo": "lunch 🍆" } });
    token.ok(ALICE, msg);
    let (height, time) = (token.env.block.height, token.now());
    token.ok(BOB, json!({ "set_viewing_key": { "key": "k" } }));
    let msg = json!({ "transfer_history": { "address": BOB, "key": "k", "page_size": 10 } });
    let expected = json!({
        "id": 1, "from": ALICE, "sender": ALICE, "receiver": BOB, "coins": { "denom": "PRV", "amount": "7" },
        "memo": "lunch 🍆", "block_time": time, "block_height": height
    });
    assert_eq!(token.query(msg)["transfer_history"]["txs"], json!([expected]));

    let first = &token.history(ALICE)["txs"][1];
    assert_eq!(first["action"], json!({ "mint": { "minter": "admin", "recipient": ALICE } }));
    assert_eq!(first.get("memo"), None);
}

#[test]
fn every_party_has_the_entry_once() {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": CAROL, "amount": "9" } }));
    token.ok(CAROL, json!({ "transfer_from": { "owner": ALICE, "recipient": BOB, "amount": "4" } }));
    let action = json!({ "transfer": { "from": ALICE, "sender": CAROL, "recipient": BOB } });
    for (who, total) in [(ALICE, 2), (BOB, 1), (CAROL, 1)] {
        let history = token.history(who);
        assert_eq!(history["total"], total);
        assert_eq!(history["txs"][0]["action"], action);
    }
    token.ok(CAROL, json!({ "burn_from": { "owner": ALICE, "amount": "1" } }));
    let burn = json!({ "burn": { "burner": CAROL, "owner": ALICE } });
    assert_eq!(token.history(ALICE)["txs"][0]["action"], burn);
    assert_eq!(token.history(CAROL)["txs"][0]["action"], burn);
}

#[test]
fn deposits_and_redemptions_name_the_coin() {
    let mut token = Token::new();
    token.run_with(BOB, json!({ "deposit": {} }), 5, "uscrt").unwrap();
    token.ok(BOB, json!({ "redeem": { "amount": "2" } }));
    let txs = token.history(BOB)["txs"].clone();
    assert_eq!(txs[0]["action"], json!({ "redeem": {} }));
    assert_eq!(txs[0]["coins"], json!({ "denom": "uscrt", "amount": "2" }));
    assert_eq!(txs[1]["action"], json!({ "deposit": {} }));
    assert_eq!(txs[1]["coins"], json!({ "denom": "uscrt", "amount": "5" }));
}

#[test]
fn decoys_are_touched_alike_and_hidden() {
    let mut token = Token::new();
    let rows = |token: &Token, who: &str| {
        let msg = json!({ "transaction_history": {
            "address": who, "key": "history key", "page_size": 10, "should_filter_decoys": false
        } });
        token.query(msg)["transaction_history"].clone()
    };
    token.ok(ALICE, transfer(CAROL, 10));
    let decoys = json!([CAROL, "dave", BOB]);
    let msg = json!({ "transfer": { "recipient": BOB, "amount": "5", "decoys": decoys, "entropy": "AAEC" } });
    token.ok(ALICE, msg);
    assert_eq!((token.balance(BOB), token.balance(CAROL), token.balance("dave")), (5, 10, 0));

    let carol = token.history(CAROL);
    assert_eq!((carol["total"].as_u64(), ids(&carol)), (Some(1), vec![1]));
    let bare = rows(&token, CAROL);
    assert_eq!((bare["total"].as_u64(), ids(&bare)), (Some(2), vec![2, 1]));
    assert_eq!(bare["txs"][0]["action"], json!({ "decoy": {} }));
    assert_eq!(bare["txs"][0]["coins"]["amount"], "0");
    assert_eq!(token.history("dave")["total"], 0);
    assert_eq!(token.history(BOB)["total"], 1);
}

#[test]
fn the_same_decoys_get_another_order_in_another_block() {
    let mut token = Token::new();
    let msg = json!({ "transfer": { "recipient": BOB, "amount": "1", "decoys": ["dave", "erin", "frank", "grace"] } });
    token.ok(ALICE, msg.clone());
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let log = token.order_of_writes(ALICE, msg.clone());
        assert_eq!(log.len(), 12, "an entry and a row for each of six accounts");
        let sizes: std::collections::BTreeSet<usize> = log.iter().map(|(_, size)| *size).collect();
        assert_eq!(sizes.len(), 2, "sizes do not tell decoys");
        orders.insert(log.into_iter().map(|(key, _)| key).filter(|key| key[0] == b'a').collect::<Vec<_>>());
    }
    assert!(orders.len() > 10);
}
