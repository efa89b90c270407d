//! A token on a mock chain driven by the JSON that clients send.
#![allow(dead_code)]

use ::common::json::from_slice;
use cosmwasm_std::testing::{mock_dependencies, mock_env, mock_info, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{coins, DepsMut, Env, OwnedDeps, QuerierWrapper, Response, StdResult, Storage, Timestamp};
use private_token::contract::{execute, instantiate, query};
use serde_json::{json, Value};

pub struct Token {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
}

pub const ALICE: &str = "alice";
pub const BOB: &str = "bob";
pub const CAROL: &str = "carol";
pub const ADMIN: &str = "admin";

impl Token {
    /// Alice has 1000, everything is enabled.
    pub fn new() -> Token {
        Token::with(json!({
            "public_total_supply": true, "enable_deposit": true, "enable_redeem": true,
            "enable_mint": true, "enable_burn": true, "can_modify_denoms": true
        }))
    }

    pub fn with(config: Value) -> Token {
        let mut token = Token { deps: mock_dependencies(), env: mock_env() };
        let msg = json!({
            "name": "Private", "symbol": "PRV", "decimals": 6, "prng_seed": "c2VlZA==", "config": config,
            "supported_denoms": ["uscrt"], "initial_balances": [{ "address": ALICE, "amount": "1000" }]
        });
        token.instantiate(msg).unwrap();
        token
    }

    pub fn instantiate(&mut self, msg: Value) -> StdResult<Response> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        instantiate(self.deps.as_mut(), self.env.clone(), mock_info(ADMIN, &[]), msg)
    }

    pub fn run(&mut self, sender: &str, msg: Value) -> StdResult<Response> {
        self.run_with(sender, msg, 0, "")
    }

    pub fn run_with(&mut self, sender: &str, msg: Value, amount: u128, denom: &str) -> StdResult<Response> {
        self.env.block.height += 1;
        self.env.block.time = self.env.block.time.plus_seconds(6);
        let funds = if amount == 0 { vec![] } else { coins(amount, denom) };
        let msg = from_slice(msg.to_string().as_bytes())?;
        let mut recorder = Recorder::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut recorder, api: &self.deps.api, querier };
        let result = execute(deps, self.env.clone(), mock_info(sender, &funds), msg);
        if result.is_err() {
            recorder.undo();
        }
        result
    }

    /// The answer in the data of a message that must succeed.
    pub fn ok(&mut self, sender: &str, msg: Value) -> Value {
        let name = msg.to_string();
        let response = self.run(sender, msg).unwrap_or_else(|err| panic!("{name}: {err}"));
        answer(&response)
    }

    pub fn err(&mut self, sender: &str, msg: Value) -> String {
        self.run(sender, msg).unwrap_err().to_string().trim_end().to_string()
    }

    pub fn ask(&self, msg: Value) -> StdResult<Value> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        let answer = query(self.deps.as_ref(), self.env.clone(), msg)?;
        assert_eq!(answer.len() % 256, 0, "query results are padded");
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    pub fn query(&self, msg: Value) -> Value {
        self.ask(msg).unwrap()
    }

    pub fn balance(&mut self, account: &str) -> u128 {
        self.ok(account, json!({ "set_viewing_key": { "key": "balance key" } }));
        let answer = self.query(json!({ "balance": { "address": account, "key": "balance key" } }));
        answer["balance"]["amount"].as_str().unwrap().parse().unwrap()
    }

    pub fn supply(&self) -> u128 {
        self.query(json!({ "token_info": {} }))["token_info"]["total_supply"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Full history of an account, newest first.
    pub fn history(&mut self, account: &str) -> Value {
        self.ok(account, json!({ "set_viewing_key": { "key": "history key" } }));
        let msg =
            json!({ "transaction_history": { "address": account, "key": "history key", "page_size": 100 } });
        self.query(msg)["transaction_history"].clone()
    }

    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    pub fn set_time(&mut self, seconds: u64) {
        self.env.block.time = Timestamp::from_seconds(seconds);
    }
}

pub fn answer(response: &Response) -> Value {
    let data = response.data.as_ref().expect("every message answers");
    assert_eq!(data.len() % 256, 0, "answers are padded");
    assert!(response.events.is_empty(), "nothing is logged but notifications");
    assert!(response.attributes.len() >= 3, "every message notifies, or seems to");
    for attribute in &response.attributes {
        assert!(attribute.key.starts_with("snip52:") && !attribute.encrypted, "{attribute:?}");
    }
    serde_json::from_slice(data).unwrap()
}

pub fn transfer(recipient: &str, amount: u128) -> Value {
    json!({ "transfer": { "recipient": recipient, "amount": amount.to_string() } })
}

/// Remembers what was written in which order, and takes it back as the chain does when a message fails.
struct Recorder<'a> {
    inner: &'a mut MockStorage,
    writes: Vec<(Vec<u8>, usize)>,
    before: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl<'a> Recorder<'a> {
    fn new(inner: &'a mut MockStorage) -> Self {
        Recorder { inner, writes: vec![], before: vec![] }
    }

    fn undo(self) {
        for (key, value) in self.before.into_iter().rev() {
            match value {
                Some(value) => self.inner.set(&key, &value),
                None => self.inner.remove(&key),
            }
        }
    }
}

impl Storage for Recorder<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.get(key)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.writes.push((key.to_vec(), value.len()));
        self.before.push((key.to_vec(), self.inner.get(key)));
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.before.push((key.to_vec(), self.inner.get(key)));
        self.inner.remove(key);
    }
}

impl Token {
    /// Keys and sizes of what a message writes, in order.
    pub fn order_of_writes(&mut self, sender: &str, msg: Value) -> Vec<(Vec<u8>, usize)> {
        self.env.block.height += 1;
        let msg = from_slice(msg.to_string().as_bytes()).unwrap();
        let mut recorder = Recorder::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut recorder, api: &self.deps.api, querier };
        execute(deps, self.env.clone(), mock_info(sender, &[]), msg).unwrap();
        recorder.writes
    }
}
