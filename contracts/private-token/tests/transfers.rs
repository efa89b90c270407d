mod common;

use common::{transfer, Token, ALICE, BOB, CAROL};
use cosmwasm_std::{CosmosMsg, WasmMsg};
use serde_json::{json, Value};

#[test]
fn moves_tokens() {
    let mut token = Token::new();
    assert_eq!(token.ok(ALICE, transfer(BOB, 400)), json!({ "transfer": { "status": "success" } }));
    assert_eq!((token.balance(ALICE), token.balance(BOB)), (600, 400));
    token.ok(BOB, transfer(CAROL, 400));
    assert_eq!((token.balance(BOB), token.balance(CAROL)), (0, 400));
}

#[test]
fn refuses_more_than_there_is() {
    let mut token = Token::new();
    assert_eq!(
        token.err(ALICE, transfer(BOB, 1001)),
        "Generic error: insufficient funds: balance=1000, required=1001"
    );
    assert_eq!(
        token.err(BOB, transfer(ALICE, 1)),
        "Generic error: insufficient funds: balance=0, required=1"
    );
}

#[test]
fn a_transfer_to_oneself_changes_nothing_but_the_history() {
    let mut token = Token::new();
    token.ok(ALICE, transfer(ALICE, 1000));
    assert!(token.err(ALICE, transfer(ALICE, 1001)).contains("insufficient funds"));
    assert_eq!(token.balance(ALICE), 1000);
    assert_eq!(token.history(ALICE)["total"], 2);
}

#[test]
fn a_balance_cannot_exceed_128_bits() {
    let mut token = Token::new();
    let rest = u128::MAX - 1000;
    token.ok("admin", json!({ "mint": { "recipient": BOB, "amount": rest.to_string() } }));
    assert!(token
        .err("admin", json!({ "mint": { "recipient": BOB, "amount": "1" } }))
        .contains("total supply"));
    token.ok(ALICE, transfer(BOB, 1000));
    assert_eq!(token.balance(BOB), u128::MAX);
}

#[test]
fn padding_is_ignored_and_bad_json_is_told() {
    let mut token = Token::new();
    let msg = json!({ "transfer": { "recipient": BOB, "amount": "1", "padding": "xxxxxxxxxxxx" } });
    token.ok(ALICE, msg);
    assert!(token.err(ALICE, json!({ "yolo": {} })).contains("unknown variant `yolo`"));
    assert!(token.err(ALICE, json!({ "transfer": { "amount": "1" } })).contains("missing field `recipient`"));
    assert!(token
        .err(ALICE, json!({ "transfer": { "recipient": "b", "amount": "1" } }))
        .contains("too short"));
    assert!(token.err(ALICE, json!({ "transfer": { "recipient": BOB, "amount": 1 } })).contains("parsing"));
    assert!(token
        .err(ALICE, json!({ "transfer": { "recipient": BOB, "amount": "-1" } }))
        .contains("parsing"));
}

fn receive_of(token: &mut Token, sender: &str, msg: Value) -> Option<(String, String, Value)> {
    let response = token.run(sender, msg).unwrap();
    common::answer(&response);
    let message = response.messages.into_iter().next()?;
    let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, code_hash, msg, funds }) = message.msg else {
        panic!("not a call");
    };
    assert!(funds.is_empty());
    assert_eq!(msg.len() % 256, 0, "callbacks are padded");
    Some((contract_addr, code_hash, serde_json::from_slice(&msg).unwrap()))
}

#[test]
fn send_calls_only_registered_receivers() {
    let mut token = Token::new();
    let send = json!({ "send": { "recipient": BOB, "amount": "5", "msg": "e30=", "memo": "hi" } });
    assert!(receive_of(&mut token, ALICE, send.clone()).is_none());

    let hash = "ab".repeat(32);
    token.ok(BOB, json!({ "register_receive": { "code_hash": hash } }));
    let (to, code_hash, msg) = receive_of(&mut token, ALICE, send).unwrap();
    assert_eq!((to.as_str(), code_hash.as_str()), (BOB, hash.as_str()));
    let amount = format!("{:039}", 5);
    let expected = json!({ "sender": ALICE, "from": ALICE, "amount": amount, "memo": "hi", "msg": "e30=" });
    assert_eq!(msg["receive"], expected);
    assert_eq!(token.balance(BOB), 10);
    assert!(token.err(BOB, json!({ "register_receive": { "code_hash": "abc" } })).contains("64 hex digits"));
}

#[test]
fn send_may_name_the_code_hash_itself() {
    let mut token = Token::new();
    let send = json!({ "send": { "recipient": BOB, "recipient_code_hash": "cd", "amount": "5" } });
    let (_, code_hash, msg) = receive_of(&mut token, ALICE, send).unwrap();
    assert_eq!(code_hash, "cd");
    assert_eq!(msg["receive"]["msg"], Value::Null);
}

#[test]
fn send_from_tells_owner_and_sender_apart() {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": CAROL, "amount": "9" } }));
    let msg = json!({ "send_from": { "owner": ALICE, "recipient": BOB, "recipient_code_hash": "cd", "amount": "4" } });
    let (_, _, msg) = receive_of(&mut token, CAROL, msg).unwrap();
    assert_eq!(msg["receive"]["sender"], CAROL);
    assert_eq!(msg["receive"]["from"], ALICE);
    assert_eq!(token.history(CAROL)["txs"][0]["action"]["transfer"]["from"], ALICE);
}

#[test]
fn batches_do_each_action() {
    let mut token = Token::new();
    let actions =
        json!([{ "recipient": BOB, "amount": "1" }, { "recipient": CAROL, "amount": "2", "memo": "m" }]);
    let answer = token.ok(ALICE, json!({ "batch_transfer": { "actions": actions, "padding": "p" } }));
    assert_eq!(answer, json!({ "batch_transfer": { "status": "success" } }));
    token.ok(ALICE, json!({ "batch_send": { "actions": actions } }));
    assert_eq!((token.balance(BOB), token.balance(CAROL)), (2, 4));

    token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "100" } }));
    let from = json!([{ "owner": ALICE, "recipient": CAROL, "amount": "3" }]);
    token.ok(BOB, json!({ "batch_transfer_from": { "actions": from } }));
    token.ok(BOB, json!({ "batch_send_from": { "actions": from } }));
    token.ok(BOB, json!({ "batch_burn_from": { "actions": [{ "owner": ALICE, "amount": "10" }] } }));
    let mints = json!([{ "recipient": CAROL, "amount": "7" }]);
    token.ok("admin", json!({ "batch_mint": { "actions": mints } }));
    assert_eq!((token.balance(ALICE), token.balance(CAROL)), (978, 17));
    assert_eq!(token.supply(), 997);
}

#[test]
fn a_batch_fails_as_a_whole() {
    let mut token = Token::new();
    let actions = json!([{ "recipient": BOB, "amount": "600" }, { "recipient": BOB, "amount": "600" }]);
    let err = token.err(ALICE, json!({ "batch_transfer": { "actions": actions } }));
    assert!(err.contains("balance=400, required=600"));
}
