mod common;

use common::{Token, ALICE, BOB, CAROL};
use serde_json::{json, Value};

fn allowance(token: &Token) -> Value {
    token.query(json!({ "allowance": { "owner": ALICE, "spender": BOB, "key": "k" } }))["allowance"].clone()
}

fn token_with_key() -> Token {
    let mut token = Token::new();
    token.ok(ALICE, json!({ "set_viewing_key": { "key": "k" } }));
    token
}

#[test]
fn grows_and_shrinks_without_running_over() {
    let mut token = token_with_key();
    let answer = token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "10" } }));
    assert_eq!(
        answer,
        json!({ "increase_allowance": { "spender": BOB, "owner": ALICE, "allowance": "10" } })
    );
    let answer = token.ok(ALICE, json!({ "decrease_allowance": { "spender": BOB, "amount": "3" } }));
    assert_eq!(answer, json!({ "decrease_allowance": { "spender": BOB, "owner": ALICE, "allowance": "7" } }));
    token.ok(ALICE, json!({ "decrease_allowance": { "spender": BOB, "amount": "8" } }));
    assert_eq!(allowance(&token)["allowance"], "0");
    let most = u128::MAX.to_string();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": most } }));
    let answer = token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "1" } }));
    assert_eq!(answer["increase_allowance"]["allowance"], most);
    assert!(token
        .err(ALICE, json!({ "increase_allowance": { "spender": ALICE, "amount": "1" } }))
        .contains("itself"));
}

#[test]
fn is_spent_by_every_from_message() {
    let mut token = token_with_key();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "10" } }));
    token.ok(BOB, json!({ "transfer_from": { "owner": ALICE, "recipient": CAROL, "amount": "4" } }));
    token.ok(BOB, json!({ "burn_from": { "owner": ALICE, "amount": "1" } }));
    token.ok(BOB, json!({ "send_from": { "owner": ALICE, "recipient": CAROL, "amount": "2" } }));
    assert_eq!(allowance(&token)["allowance"], "3");
    let err =
        token.err(BOB, json!({ "transfer_from": { "owner": ALICE, "recipient": CAROL, "amount": "4" } }));
    assert_eq!(err, "Generic error: insufficient allowance: allowance=3, required=4");
    let err = token.err(CAROL, json!({ "burn_from": { "owner": ALICE, "amount": "1" } }));
    assert_eq!(err, "Generic error: insufficient allowance: allowance=0, required=1");
    assert_eq!((token.balance(ALICE), token.balance(CAROL)), (993, 6));
}

#[test]
fn expires() {
    let mut token = token_with_key();
    let end = token.now() + 100;
    let msg = json!({ "increase_allowance": { "spender": BOB, "amount": "10", "expiration": end } });
    token.ok(ALICE, msg);
    token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "10" } }));
    let kept = allowance(&token);
    assert_eq!((&kept["allowance"], &kept["expiration"]), (&json!("20"), &json!(end)));
    token.ok(BOB, json!({ "transfer_from": { "owner": ALICE, "recipient": BOB, "amount": "1" } }));

    token.set_time(end);
    assert_eq!(allowance(&token)["available"], "0");
    let err = token.err(BOB, json!({ "transfer_from": { "owner": ALICE, "recipient": BOB, "amount": "1" } }));
    assert!(err.contains("allowance=0"));
    let answer = token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "5" } }));
    assert_eq!(answer["increase_allowance"]["allowance"], "5");
    assert_eq!(allowance(&token)["expiration"], Value::Null);
}

#[test]
fn says_what_is_available() {
    let mut token = token_with_key();
    token.ok(ALICE, json!({ "increase_allowance": { "spender": BOB, "amount": "5000" } }));
    assert_eq!(allowance(&token)["available"], "1000");
}

#[test]
fn lists_newest_first_on_both_sides() {
    let mut token = token_with_key();
    for (spender, amount) in [(BOB, "1"), (CAROL, "2"), ("dave", "3"), (BOB, "10")] {
        token.ok(ALICE, json!({ "increase_allowance": { "spender": spender, "amount": amount } }));
    }
    let given = |page: u32| {
        token.query(
            json!({ "allowances_given": { "owner": ALICE, "key": "k", "page": page, "page_size": 2 } }),
        )["allowances_given"]
            .clone()
    };
    assert_eq!(given(0)["count"], 3);
    assert_eq!(given(0)["allowances"][0], json!({ "spender": "dave", "allowance": "3", "expiration": null }));
    assert_eq!(given(0)["allowances"][1]["spender"], CAROL);
    assert_eq!(given(1)["allowances"], json!([{ "spender": BOB, "allowance": "11", "expiration": null }]));
    assert_eq!(given(2)["allowances"], json!([]));

    token.ok(BOB, json!({ "set_viewing_key": { "key": "b" } }));
    let received =
        token.query(json!({ "allowances_received": { "spender": BOB, "key": "b", "page_size": 5 } }));
    let expected = json!([{ "owner": ALICE, "allowance": "11", "expiration": null }]);
    assert_eq!(received["allowances_received"]["allowances"], expected);
}

#[test]
fn either_party_may_ask() {
    let mut token = token_with_key();
    token.ok(BOB, json!({ "set_viewing_key": { "key": "spender's" } }));
    token.ok(CAROL, json!({ "set_viewing_key": { "key": "stranger's" } }));
    let ask = |key: &str| token.query(json!({ "allowance": { "owner": ALICE, "spender": BOB, "key": key } }));
    assert!(ask("k").get("allowance").is_some());
    assert!(ask("spender's").get("allowance").is_some());
    assert!(ask("stranger's").get("viewing_key_error").is_some());
}
