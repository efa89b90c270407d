//! `bind`, `evaporate` and the length of errors.
mod common;

use ::common::json::from_slice;
use common::{transfer, Token, ALICE, BOB, CAROL};
use cosmwasm_std::testing::MOCK_CONTRACT_ADDR;
use serde_json::{json, Value};

fn bind(token: &Token, sender: &str) -> Value {
    json!({ "contract": MOCK_CONTRACT_ADDR, "sender": sender, "chain_id": token.env.block.chain_id })
}

const REFUSED: &str = "Generic error: not for this contract";

#[test]
fn a_bound_message_is_for_its_sender_contract_and_chain_only() {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": CAROL, "amount": "9" } }));
    let right = bind(&token, ALICE);
    let send = |bind: &Value| json!({ "recipient": BOB, "amount": "1", "bind": bind });
    token.ok(ALICE, json!({ "transfer": send(&right) }));
    token.ok(ALICE, json!({ "send": send(&right) }));
    token.ok(ALICE, json!({ "batch_transfer": { "actions": [send(&right)], "bind": right } }));
    for (field, value) in [("contract", "another"), ("sender", CAROL), ("chain_id", "secret-4")] {
        let mut wrong = right.clone();
        wrong[field] = json!(value);
        let from = json!({ "owner": ALICE, "recipient": BOB, "amount": "1", "bind": wrong });
        let messages = [
            json!({ "transfer": send(&wrong) }),
            json!({ "send": send(&wrong) }),
            json!({ "transfer_from": from }),
            json!({ "send_from": from }),
            json!({ "burn_from": from }),
            json!({ "mint": send(&wrong) }),
            json!({ "batch_transfer": { "actions": [send(&right)], "bind": wrong } }),
            json!({ "batch_send": { "actions": [send(&right), send(&wrong)], "bind": right } }),
            json!({ "batch_transfer_from": { "actions": [from], "bind": right } }),
            json!({ "batch_send_from": { "actions": [from] } }),
            json!({ "batch_burn_from": { "actions": [from] } }),
            json!({ "batch_mint": { "actions": [send(&wrong)] } }),
        ];
        for message in messages {
            assert_eq!(token.err(ALICE, message.clone()), REFUSED, "{message}");
        }
    }
    assert!(token
        .err(ALICE, json!({ "transfer": { "recipient": BOB, "amount": "1", "bind": {} } }))
        .contains("pars"));
    assert_eq!(token.balance(BOB), 3);
}

#[test]
fn bind_comes_before_everything_else() {
    let mut token = Token::new();
    let wrong = bind(&token, BOB);
    token.ok(common::ADMIN, json!({ "set_contract_status": { "level": "stop_all" } }));
    let message = json!({ "transfer": { "recipient": BOB, "amount": "999999", "bind": wrong } });
    assert_eq!(token.err(ALICE, message), REFUSED);
}

#[test]
fn every_error_has_one_length() {
    let mut token = Token::new();
    let wrong = [
        transfer(BOB, 1001),
        transfer(BOB, u128::MAX),
        transfer("x", 1),
        json!({ "mint": { "recipient": BOB, "amount": "1" } }),
        json!({ "change_admin": { "address": BOB } }),
        json!({ "register_receive": { "code_hash": "ab" } }),
    ];
    for message in wrong {
        let error = token.run(ALICE, message).unwrap_err().to_string();
        assert_eq!(error.len(), 256, "{error}");
    }
}

#[test]
fn evaporate_does_nothing_else() {
    let mut token = Token::new();
    let answer = token.ok(ALICE, json!({ "evaporate": { "gas_target": "0" } }));
    assert_eq!(answer, json!({ "evaporate": { "status": "success" } }));
    let without = from_slice::<private_token::msg::ExecuteMsg>(br#"{"evaporate":{}}"#);
    assert!(without.is_err());
}

#[test]
fn amounts_have_at_most_39_digits() {
    let mut token = Token::new();
    let mut send =
        |amount: String| token.run(ALICE, json!({ "transfer": { "recipient": BOB, "amount": amount } }));
    send(format!("{:039}", 7)).unwrap();
    send("007".to_string()).unwrap();
    for wrong in [format!("{:040}", 7), "+7".to_string(), String::new(), " 7".to_string(), "7.0".to_string()]
    {
        assert!(send(wrong).is_err());
    }
    assert_eq!(token.balance(BOB), 14);
}
