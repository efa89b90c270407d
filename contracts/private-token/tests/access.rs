mod common;

use common::{transfer, Token, ADMIN, ALICE, BOB};
use private_token::contract::migrate;
use private_token::msg::MigrateMsg;
use serde_json::json;

fn balance_with(token: &Token, who: &str, key: &str) -> serde_json::Value {
    token.query(json!({ "balance": { "address": who, "key": key } }))
}

#[test]
fn a_created_key_opens_and_only_its_account() {
    let mut token = Token::new();
    let answer = token.ok(ALICE, json!({ "create_viewing_key": { "entropy": "e" } }));
    let key = answer["create_viewing_key"]["key"].as_str().unwrap().to_string();
    assert!(key.starts_with("api_key_") && key.len() == 52);
    assert_eq!(balance_with(&token, ALICE, &key), json!({ "balance": { "amount": "1000" } }));
    assert!(balance_with(&token, BOB, &key).get("viewing_key_error").is_some());
    assert!(balance_with(&token, ALICE, "").get("viewing_key_error").is_some());

    let again = token.ok(ALICE, json!({ "create_viewing_key": { "entropy": "e" } }));
    assert_ne!(again["create_viewing_key"]["key"], json!(key));
    assert!(balance_with(&token, ALICE, &key).get("viewing_key_error").is_some());
    token.ok(ALICE, json!({ "set_viewing_key": { "key": "mine" } }));
    assert!(balance_with(&token, ALICE, "mine").get("balance").is_some());
}

#[test]
fn two_keys_of_one_block_differ() {
    let mut token = Token::new();
    let msg = json!({ "create_viewing_key": {} });
    let first = token.ok(ALICE, msg.clone());
    token.env.block.height -= 1;
    token.env.block.time = token.env.block.time.minus_seconds(6);
    let second = token.ok(ALICE, msg.clone());
    assert_ne!(first, second);
    assert_ne!(second, token.ok(BOB, msg));
}

#[test]
fn no_query_opens_without_a_key() {
    let token = Token::new();
    for msg in [
        json!({ "balance": { "address": ALICE, "key": "" } }),
        json!({ "transfer_history": { "address": ALICE, "key": "", "page_size": 1 } }),
        json!({ "transaction_history": { "address": ALICE, "key": "", "page_size": 1 } }),
        json!({ "allowance": { "owner": ALICE, "spender": BOB, "key": "" } }),
        json!({ "allowances_given": { "owner": ALICE, "key": "", "page_size": 1 } }),
        json!({ "allowances_received": { "spender": ALICE, "key": "", "page_size": 1 } }),
    ] {
        assert!(token.query(msg.clone()).get("viewing_key_error").is_some(), "{msg}");
    }
}

#[test]
fn status_levels_stop_what_they_say() {
    let mut token = Token::new();
    assert!(token
        .err(ALICE, json!({ "set_contract_status": { "level": "stop_all" } }))
        .contains("only the admin"));
    token.ok(ADMIN, json!({ "set_contract_status": { "level": "stop_all_but_redeems" } }));
    assert!(token.err(ALICE, transfer(BOB, 1)).contains("stopped"));
    token.ok(ALICE, json!({ "redeem": { "amount": "1" } }));
    token.ok(ADMIN, json!({ "set_contract_status": { "level": "stop_all" } }));
    assert!(token.err(ALICE, json!({ "redeem": { "amount": "1" } })).contains("stopped"));
    assert!(token.err(ALICE, json!({ "set_viewing_key": { "key": "k" } })).contains("stopped"));
    let status = json!({ "contract_status": { "status": "stop_all" } });
    assert_eq!(token.query(json!({ "contract_status": {} })), status);
    token.ok(ADMIN, json!({ "change_admin": { "address": BOB } }));
    assert!(token
        .err(ADMIN, json!({ "set_contract_status": { "level": "normal_run" } }))
        .contains("only the admin"));
    token.ok(BOB, json!({ "set_contract_status": { "level": "normal_run" } }));
    token.ok(ALICE, transfer(BOB, 1));
}

#[test]
fn the_configuration_can_be_read() {
    let token = Token::new();
    let config = json!({ "token_config": {
        "public_total_supply": true, "deposit_enabled": true, "redeem_enabled": true, "mint_enabled": true,
        "burn_enabled": true, "can_modify_denoms": true, "supported_denoms": ["uscrt"]
    } });
    assert_eq!(token.query(json!({ "token_config": {} })), config);
}

#[test]
fn instantiate_refuses_bad_names() {
    let good = json!({ "name": "Private", "symbol": "PRV", "decimals": 6, "prng_seed": "AA==" });
    for (field, value) in [
        ("name", json!("ab")),
        ("name", json!("x".repeat(31))),
        ("symbol", json!("A")),
        ("symbol", json!("A B C")),
        ("decimals", json!(19)),
        ("decimals", json!(256)),
        ("prng_seed", json!("%")),
        ("initial_balances", json!([{ "address": "b", "amount": "1" }])),
    ] {
        let mut msg = good.clone();
        msg[field] = value;
        assert!(Token::new().instantiate(msg.clone()).is_err(), "{msg}");
    }
    assert!(Token::new().instantiate(good).is_ok());
}

#[test]
fn migration_keeps_everything() {
    let mut token = Token::new();
    migrate(token.deps.as_mut(), token.env.clone(), MigrateMsg {}).unwrap();
    assert_eq!(token.balance(ALICE), 1000);
}
