mod common;

use common::{transfer, Token, ADMIN, ALICE, BOB, CAROL};
use cosmwasm_std::{coins, BankMsg};
use serde_json::json;

#[test]
fn minters_mint() {
    let mut token = Token::new();
    let mint = json!({ "mint": { "recipient": BOB, "amount": "5", "memo": "m" } });
    token.ok(ADMIN, mint.clone());
    assert!(token.err(ALICE, mint.clone()).contains("only a minter"));
    token.ok(ADMIN, json!({ "add_minters": { "minters": [ALICE, CAROL, ALICE] } }));
    token.ok(ALICE, mint.clone());
    token.ok(ADMIN, json!({ "remove_minters": { "minters": [ALICE, ADMIN] } }));
    assert!(token.err(ALICE, mint.clone()).contains("only a minter"));
    assert_eq!(token.query(json!({ "minters": {} })), json!({ "minters": { "minters": [CAROL] } }));
    token.ok(ADMIN, json!({ "set_minters": { "minters": [BOB] } }));
    token.ok(BOB, mint);
    assert!(token.err(BOB, json!({ "set_minters": { "minters": [] } })).contains("only the admin"));
    assert_eq!((token.balance(BOB), token.supply()), (15, 1015));
}

#[test]
fn burning_takes_from_the_supply() {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "burn": { "amount": "100" } }));
    assert_eq!((token.balance(ALICE), token.supply()), (900, 900));
    assert!(token.err(ALICE, json!({ "burn": { "amount": "901" } })).contains("insufficient funds"));
}

#[test]
fn native_coins_go_in_and_out_one_to_one() {
    let mut token = Token::new();
    let response = token.run_with(BOB, json!({ "deposit": {} }), 50, "uscrt").unwrap();
    assert_eq!(common::answer(&response), json!({ "deposit": { "status": "success" } }));
    assert_eq!((token.balance(BOB), token.supply()), (50, 1050));

    let response = token.run(BOB, json!({ "redeem": { "amount": "20" } })).unwrap();
    let payment = BankMsg::Send { to_address: BOB.to_string(), amount: coins(20, "uscrt") };
    assert_eq!(response.messages[0].msg, payment.into());
    assert_eq!((token.balance(BOB), token.supply()), (30, 1030));

    assert!(token.err(BOB, json!({ "redeem": { "amount": "31" } })).contains("insufficient funds"));
    assert!(token.err(BOB, json!({ "redeem": { "amount": "0" } })).contains("nothing to redeem"));
    assert!(token
        .err(BOB, json!({ "redeem": { "amount": "1", "denom": "uatom" } }))
        .contains("uatom is not"));
    assert!(token.err(BOB, json!({ "deposit": {} })).contains("no coins"));
    let err = token.run_with(BOB, json!({ "deposit": {} }), 1, "uatom").unwrap_err();
    assert!(err.to_string().contains("uatom is not a supported denomination"));
}

#[test]
fn several_denominations_must_be_named() {
    let mut token = Token::new();
    token.ok(ADMIN, json!({ "add_supported_denoms": { "denoms": ["uatom", "uscrt"] } }));
    let rate = json!({ "exchange_rate": { "rate": "1", "denom": "uscrt,uatom" } });
    assert_eq!(token.query(json!({ "exchange_rate": {} })), rate);
    token.run_with(BOB, json!({ "deposit": {} }), 9, "uatom").unwrap();
    assert!(token.err(BOB, json!({ "redeem": { "amount": "1" } })).contains("which denomination"));
    token.ok(BOB, json!({ "redeem": { "amount": "1", "denom": "uatom" } }));
    token.ok(ADMIN, json!({ "remove_supported_denoms": { "denoms": ["uscrt"] } }));
    token.ok(BOB, json!({ "redeem": { "amount": "1" } }));
}

#[test]
fn what_is_not_enabled_is_refused() {
    let mut token = Token::with(json!({}));
    for (msg, what) in [
        (json!({ "mint": { "recipient": BOB, "amount": "1" } }), "mint"),
        (json!({ "burn": { "amount": "1" } }), "burn"),
        (json!({ "redeem": { "amount": "1" } }), "redeem"),
        (json!({ "deposit": {} }), "deposit"),
        (json!({ "set_minters": { "minters": [ADMIN] } }), "mint"),
    ] {
        let err = token.err(ADMIN, msg);
        assert_eq!(err, format!("Generic error: {what} is not enabled for this token"));
    }
    assert!(token.err(ADMIN, json!({ "add_supported_denoms": { "denoms": ["x"] } })).contains("fixed"));
    let info =
        json!({ "token_info": { "name": "Private", "symbol": "PRV", "decimals": 6, "total_supply": null } });
    assert_eq!(token.query(json!({ "token_info": {} })), info);
    assert_eq!(
        token.query(json!({ "exchange_rate": {} })),
        json!({ "exchange_rate": { "rate": "0", "denom": "" } })
    );
}

/// Whatever happens, balances add up to the supply.
#[test]
fn the_supply_is_the_sum_of_balances() {
    let people = [ALICE, BOB, CAROL, "dave"];
    let mut token = Token::new();
    let mut state: u64 = 1;
    let mut pick = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut done = 0;
    for _ in 0..600 {
        let (who, other) = (people[pick(4) as usize], people[pick(4) as usize]);
        let amount = pick(300).to_string();
        let decoys = json!([people[pick(4) as usize]]);
        let result = match pick(6) {
            0 => token.run(who, json!({ "burn": { "amount": amount, "decoys": decoys } })),
            1 => {
                token.run(ADMIN, json!({ "mint": { "recipient": who, "amount": amount, "decoys": decoys } }))
            }
            2 => token.run(who, json!({ "redeem": { "amount": amount } })),
            3 => token.run_with(who, json!({ "deposit": { "decoys": decoys } }), pick(300).into(), "uscrt"),
            4 => {
                if who != other {
                    token.ok(who, json!({ "increase_allowance": { "spender": other, "amount": "50" } }));
                }
                let msg = json!({ "owner": who, "recipient": "dave", "amount": amount, "decoys": decoys });
                token.run(other, json!({ "transfer_from": msg }))
            }
            _ => {
                let msg = json!({ "recipient": other, "amount": amount, "decoys": decoys });
                token.run(who, json!({ "transfer": msg }))
            }
        };
        done += u32::from(result.is_ok());
    }
    let sum: u128 = people.iter().map(|who| token.balance(who)).sum();
    assert_eq!(sum, token.supply());
    assert!(done > 200, "most of it must have worked: {done}");
    token.ok(ADMIN, json!({ "mint": { "recipient": ALICE, "amount": "1" } }));
    token.ok(ALICE, transfer(BOB, 1));
}
