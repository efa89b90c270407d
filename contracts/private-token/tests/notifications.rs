mod common;

use ::common::notify::notification_id;
use common::{transfer, Token, ADMIN, ALICE, BOB, CAROL};
use cosmwasm_std::{Binary, Response, Storage, TransactionInfo};
use serde_json::{json, Value};

impl Token {
    fn in_transaction(&mut self, digit: &str) {
        self.env.transaction = Some(TransactionInfo { index: 0, hash: digit.repeat(64) });
    }

    fn seed(&mut self, account: &str) -> [u8; 32] {
        self.ok(account, json!({ "set_viewing_key": { "key": "seed key" } }));
        let viewer = json!({ "address": account, "viewing_key": "seed key" });
        let answer = self.query(json!({ "channel_info": { "channels": ["recvd"], "viewer": viewer } }));
        let seed = Binary::from_base64(answer["channel_info"]["seed"].as_str().unwrap()).unwrap();
        seed.as_slice().try_into().unwrap()
    }
}

fn is_told(response: &Response, seed: &[u8; 32], channel: &str, digit: &str) -> bool {
    let id = Binary(notification_id(seed, channel, &digit.repeat(64)).to_vec()).to_base64();
    response.attributes.iter().any(|attribute| attribute.key == format!("snip52:{id}"))
}

#[test]
fn channels_are_listed_and_described() {
    let mut token = Token::new();
    let channels = json!(["recvd", "spent", "allowance"]);
    assert_eq!(
        token.query(json!({ "list_channels": {} })),
        json!({ "list_channels": { "channels": channels } })
    );
    token.ok(ALICE, json!({ "set_viewing_key": { "key": "k" } }));
    let ask = |key: &str, channels: Value| {
        let viewer = json!({ "address": ALICE, "viewing_key": key });
        let txhash = "ab".repeat(32);
        token.ask(json!({ "channel_info": { "channels": channels, "txhash": txhash, "viewer": viewer } }))
    };
    let info = ask("k", channels).unwrap()["channel_info"].clone();
    assert_eq!(info["as_of_block"], token.env.block.height.to_string());
    for channel in info["channels"].as_array().unwrap() {
        assert_eq!((&channel["mode"], &channel["seed"]), (&json!("txhash"), &info["seed"]));
        let name = channel["channel"].as_str().unwrap();
        assert!(channel["cddl"].as_str().unwrap().starts_with(&format!("{name}=[amount:biguint .size 8,")));
        assert_eq!(channel["answer_id"].as_str().unwrap().len(), 44);
    }
    assert!(ask("wrong", json!(["recvd"])).unwrap()["viewing_key_error"].is_object());
    assert!(ask("k", json!(["other"])).unwrap_err().to_string().contains("no channel other"));
}

#[test]
fn receivers_owners_and_spenders_are_told_and_nobody_else() {
    let mut token = Token::new();
    let [alice, bob, carol] = [ALICE, BOB, CAROL].map(|account| token.seed(account));
    token.in_transaction("A");
    let sent = token.run(ALICE, transfer(BOB, 5)).unwrap();
    assert_eq!(sent.attributes.len(), 3);
    assert!(is_told(&sent, &bob, "recvd", "A") && is_told(&sent, &alice, "spent", "A"));
    assert!(!is_told(&sent, &alice, "recvd", "A") && !is_told(&sent, &bob, "spent", "A"));

    token.in_transaction("B");
    let allowed = json!({ "increase_allowance": { "spender": CAROL, "amount": "5" } });
    let allowed = token.run(ALICE, allowed).unwrap();
    assert!(is_told(&allowed, &carol, "allowance", "B") && !is_told(&allowed, &alice, "allowance", "B"));

    token.in_transaction("C");
    let sent = json!({ "transfer_from": { "owner": ALICE, "recipient": BOB, "amount": "5" } });
    let sent = token.run(CAROL, sent).unwrap();
    assert!(is_told(&sent, &bob, "recvd", "C") && is_told(&sent, &alice, "spent", "C"));

    token.in_transaction("D");
    let minted = token.run(ADMIN, json!({ "mint": { "recipient": BOB, "amount": "1" } })).unwrap();
    assert!(is_told(&minted, &bob, "recvd", "D"));
    let burnt = token.run(ALICE, json!({ "burn": { "amount": "1" } })).unwrap();
    assert!(is_told(&burnt, &alice, "spent", "D") && !is_told(&burnt, &alice, "recvd", "D"));
    let deposited = token.run_with(BOB, json!({ "deposit": {} }), 5, "uscrt").unwrap();
    assert!(deposited.attributes.len() == 3 && !is_told(&deposited, &bob, "recvd", "D"));
}

#[test]
fn one_transaction_tells_an_account_once() {
    let mut token = Token::new();
    let bob = token.seed(BOB);
    token.in_transaction("A");
    let first = token.run(ALICE, transfer(BOB, 5)).unwrap();
    let second = token.run(ALICE, transfer(BOB, 6)).unwrap();
    assert!(is_told(&first, &bob, "recvd", "A") && !is_told(&second, &bob, "recvd", "A"));
    assert_eq!(second.attributes.len(), 3);
    let keys = |response: &Response| response.attributes.iter().map(|a| a.key.clone()).collect::<Vec<_>>();
    assert!(keys(&first).iter().all(|key| !keys(&second).contains(key)), "decoys never repeat");
    token.in_transaction("B");
    assert!(is_told(&token.run(ALICE, transfer(BOB, 7)).unwrap(), &bob, "recvd", "B"));
}

#[test]
fn a_batch_has_attributes_for_its_actions_and_adds_up_an_account() {
    let mut token = Token::new();
    let [alice, bob, carol] = [ALICE, BOB, CAROL].map(|account| token.seed(account));
    token.in_transaction("A");
    let action = |recipient: &str| json!({ "recipient": recipient, "amount": "5" });
    let actions = [action(BOB), action(CAROL), action(BOB)];
    let sent = token.run(ALICE, json!({ "batch_transfer": { "actions": actions } })).unwrap();
    assert_eq!(sent.attributes.len(), 7);
    assert!(is_told(&sent, &bob, "recvd", "A") && is_told(&sent, &carol, "recvd", "A"));
    assert!(is_told(&sent, &alice, "spent", "A"));
    token.in_transaction("B");
    let empty = token.run(ALICE, json!({ "batch_transfer": { "actions": [] } })).unwrap();
    assert_eq!(empty.attributes.len(), 3);
}

#[test]
fn without_a_transaction_all_are_decoys() {
    let mut token = Token::new();
    token.env.transaction = None;
    assert_eq!(token.run(ALICE, transfer(BOB, 5)).unwrap().attributes.len(), 3);
}

#[test]
fn a_token_of_the_first_version_gets_its_secret_by_migration() {
    let mut token = Token::new();
    token.deps.storage.remove(b"notifications");
    assert!(token.err(ALICE, transfer(BOB, 5)).contains("migrate"));
    let migrate = |token: &mut Token| {
        let msg = private_token::msg::MigrateMsg {};
        private_token::contract::migrate(token.deps.as_mut(), token.env.clone(), msg).unwrap();
        token.deps.storage.get(b"notifications").unwrap()
    };
    let secret = migrate(&mut token);
    token.ok(ALICE, transfer(BOB, 5));
    token.env.block.height += 1;
    assert_eq!(migrate(&mut token), secret, "a second migration keeps it");
}

#[test]
fn update_seed_needs_the_senders_signature() {
    let mut token = Token::new();
    let key = json!({
        "type": "tendermint/PubKeySecp256k1",
        "value": "A07oJJ9n4TYTnD7ZStYyiPbB3kXOZvqIMkchGmmPRAzf"
    });
    let signature = json!({ "pub_key": key, "signature": Binary(vec![1; 64]).to_base64() });
    let document = json!({ "params": { "chain_id": token.env.block.chain_id } });
    let signed = json!({ "update_seed": { "signed_doc": document, "signature": signature } });
    assert!(token.err(ALICE, signed).contains("did not sign"));
    let unsigned = json!({ "update_seed": { "signed_doc": document } });
    assert!(token.err(ALICE, unsigned).contains("needs a signature"));
}
