//! A house on a mock chain, driven by the JSON that clients send, with two tokens that keep accounts.
#![allow(dead_code)]

use std::collections::BTreeMap;

use auction::contract::{execute, instantiate, query};
use common::json::from_slice;
use common::testing::Journal;
use cosmwasm_std::testing::{mock_dependencies, mock_env, mock_info, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    Binary, CosmosMsg, DepsMut, Env, OwnedDeps, QuerierWrapper, Response, StdResult, Storage, Timestamp,
    WasmMsg,
};
use serde_json::{json, Value};

pub const TOKENS: [&str; 2] = ["token_a", "token_b"];
pub const START: u64 = 1_800_000_000;
pub const FEE_TO: &str = "fees";
pub const ADMIN: &str = "admin";
pub const HASH: &str = "abababababababababababababababababababababababababababababababab";

pub struct House {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
    /// What each account has at the tokens, those of the house (`house`) included.
    pub wallets: BTreeMap<(String, usize), u128>,
}

pub const END: u64 = START + 3600;

/// Closes and answers status, price and winner.
pub fn outcome(house: &mut House, id: u64) -> (String, Option<u128>, Option<String>) {
    house.set_time(END);
    house.close(id);
    let auction = house.auction(id);
    let of = |name: &str| auction[name].as_str().map(str::to_string);
    (of("status").unwrap(), of("price").map(|price| price.parse().unwrap()), of("winner"))
}

pub fn sold(price: u128, winner: &str) -> (String, Option<u128>, Option<String>) {
    ("sold".to_string(), Some(price), Some(winner.to_string()))
}

pub fn with_bidders(names: &[&str]) -> House {
    let mut house = House::new(0);
    for name in names {
        house.bidder(name, 1000);
    }
    house
}

pub fn text(amount: u128) -> String {
    format!("{amount:039}")
}

pub fn id_text(id: u64) -> String {
    format!("{id:020}")
}

impl House {
    pub fn new(fee_bps: u16) -> House {
        let mut house = House::empty();
        house.instantiate(json!({ "fee": { "bps": fee_bps, "to": FEE_TO } })).unwrap();
        house
    }

    pub fn empty() -> House {
        let mut env = mock_env();
        env.block.random = Some(Binary(vec![7; 32]));
        env.block.time = Timestamp::from_seconds(START);
        House { deps: mock_dependencies(), env, wallets: BTreeMap::new() }
    }

    pub fn instantiate(&mut self, changes: Value) -> StdResult<Response> {
        let tokens: Vec<Value> =
            TOKENS.iter().map(|token| json!({ "address": token, "code_hash": HASH })).collect();
        let lot_fee = json!({ "index": 0, "amount": "0" });
        let entropy = Binary(vec![1; 32]).to_base64();
        let mut msg = json!({ "tokens": tokens, "lot_fee": lot_fee, "entropy": entropy, "admin": ADMIN });
        for (name, value) in changes.as_object().unwrap() {
            msg[name] = value.clone();
        }
        let msg = from_slice(msg.to_string().as_bytes())?;
        instantiate(self.deps.as_mut(), self.env.clone(), mock_info("creator", &[]), msg)
    }

    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    pub fn set_time(&mut self, seconds: u64) {
        self.env.block.time = Timestamp::from_seconds(seconds);
    }

    pub fn bind(&self, sender: &str) -> Value {
        json!({ "contract": self.env.contract.address, "sender": sender, "chain_id": self.env.block.chain_id })
    }

    pub fn run(&mut self, sender: &str, msg: Value) -> StdResult<Response> {
        self.env.block.height += 1;
        let result = self.call(sender, msg, true)?;
        self.pay(&result);
        Ok(result)
    }

    /// A call that ends after its work, as one without gas does: nothing of it stays.
    pub fn run_out_of_gas(&mut self, sender: &str, msg: Value) {
        let _ = self.call(sender, msg, false);
    }

    /// Without the calls of tokens that the answer asks for.
    pub fn call(&mut self, sender: &str, msg: Value, has_gas: bool) -> StdResult<Response> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        let mut changes = Journal::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut changes, api: &self.deps.api, querier };
        let result = execute(deps, self.env.clone(), mock_info(sender, &[]), msg);
        if result.is_err() || !has_gas {
            changes.undo();
        }
        result
    }

    /// Sizes of the rows that a message writes, in order of size.
    pub fn writes(&mut self, sender: &str, msg: Value) -> Vec<usize> {
        let msg = from_slice(msg.to_string().as_bytes()).unwrap();
        let mut changes = Journal::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut changes, api: &self.deps.api, querier };
        execute(deps, self.env.clone(), mock_info(sender, &[]), msg).unwrap();
        let keys = changes.written();
        let size = |key: &Vec<u8>| self.deps.storage.get(key).map_or(0, |value| value.len());
        let mut sizes: Vec<usize> = keys.iter().map(size).collect();
        sizes.sort();
        sizes
    }

    fn pay(&mut self, response: &Response) {
        for message in &response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, code_hash, msg, .. }) = &message.msg else {
                panic!("the house only calls tokens");
            };
            assert_eq!(code_hash, HASH);
            assert_eq!(msg.len(), 256, "calls of tokens have one size");
            let token = TOKENS.iter().position(|token| token == contract_addr).unwrap();
            let msg: Value = serde_json::from_slice(msg).unwrap();
            let to = msg["transfer"]["recipient"].as_str().unwrap().to_string();
            let amount = msg["transfer"]["amount"].as_str().unwrap();
            assert_eq!(amount.len(), 39);
            let amount: u128 = amount.parse().unwrap();
            let held = self.wallets.entry(("house".to_string(), token)).or_default();
            *held = held.checked_sub(amount).expect("the house pays what it has");
            *self.wallets.entry((to, token)).or_default() += amount;
        }
    }

    pub fn ok(&mut self, sender: &str, name: &str, mut body: Value) -> Value {
        body["bind"] = self.bind(sender);
        let msg = json!({ name: body });
        let shown = msg.to_string();
        let response = self.run(sender, msg).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let data = response.data.expect("every message answers");
        assert_eq!(data.len(), 256);
        let answer: Value = serde_json::from_slice(&data).unwrap();
        answer[name].clone()
    }

    pub fn err(&mut self, sender: &str, name: &str, mut body: Value) -> String {
        body["bind"] = self.bind(sender);
        let error = self.run(sender, json!({ name: body })).unwrap_err().to_string();
        error.trim_end().to_string()
    }

    pub fn hook(&self, from: &str, amount: u128) -> Value {
        let inner = json!({ "deposit": { "bind": self.bind(from) } }).to_string();
        let msg = Binary(inner.into_bytes()).to_base64();
        json!({ "receive": { "sender": from, "from": from, "amount": text(amount), "msg": msg } })
    }

    /// The token has moved the amount and calls the hook; it takes the move back when that fails.
    pub fn deposit(&mut self, from: &str, token: usize, amount: u128) -> StdResult<Response> {
        let result = self.run(TOKENS[token], self.hook(from, amount));
        if result.is_ok() {
            *self.wallets.entry(("house".to_string(), token)).or_default() += amount;
        }
        result
    }

    pub fn create(&mut self, seller: &str, changes: Value) -> Value {
        let body = self.terms(changes);
        self.ok(seller, "create_auction", body)
    }

    /// An auction from now on for an hour; lot 5 of token b, bids in token a.
    pub fn terms(&self, changes: Value) -> Value {
        let mut body = json!({
            "lot": { "token": { "index": 1, "amount": text(5) } }, "bid_token": 0, "format": "first_price",
            "min_bid": text(10), "starts_at": self.now(), "ends_at": self.now() + 3600,
            "reveal": { "price": true, "winner": true }, "title": "a lot"
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    /// An auction of the terms with a lot that was deposited for it.
    pub fn sell(&mut self, seller: &str, changes: Value) -> u64 {
        self.deposit(seller, 1, 5).unwrap();
        self.create(seller, changes)["auction_id"].as_str().unwrap().parse().unwrap()
    }

    /// The fields of an act, from `{ "bid": { "auction_id", "amount" } }` and so on. A bid is for the terms that
    /// the open auction has.
    pub fn act_body(&self, action: Value) -> Value {
        let (name, of) = action.as_object().unwrap().iter().next().unwrap();
        let id: u64 = of["auction_id"].as_str().unwrap().parse().unwrap();
        let amount = of["amount"].as_str().unwrap_or("0");
        json!({
            "do": format!("{name:6}"), "auction_id": of["auction_id"], "amount": amount,
            "terms": Binary(self.terms_hash(id).to_vec()).to_base64()
        })
    }

    /// Zeros for an auction that is not open.
    pub fn terms_hash(&self, id: u64) -> [u8; 32] {
        let market = auction::store::market(&self.deps.storage).unwrap();
        market.lots.iter().find(|lot| lot.id == id).map_or([0; 32], |lot| lot.terms)
    }

    pub fn act(&mut self, sender: &str, action: Value) -> String {
        let answer = self.ok(sender, "act", self.act_body(action));
        let status = answer["status"].as_str().unwrap();
        let reason = answer["reason"].as_str().unwrap();
        assert_eq!(status == "accepted", reason.is_empty());
        if reason.is_empty() {
            status.to_string()
        } else {
            reason.to_string()
        }
    }

    pub fn bid(&mut self, sender: &str, id: u64, amount: u128) -> String {
        self.act(sender, json!({ "bid": { "auction_id": id_text(id), "amount": text(amount) } }))
    }

    /// A bidder with exactly this much.
    pub fn bidder(&mut self, name: &str, amount: u128) {
        self.deposit(name, 0, amount).unwrap();
    }

    pub fn settle(&mut self, sender: &str, id: u64) -> String {
        self.act(sender, json!({ "settle": { "auction_id": id_text(id) } }))
    }

    pub fn close(&mut self, id: u64) -> Value {
        self.ok("keeper", "close", json!({ "auction_id": id_text(id) }))
    }

    pub fn ask(&self, msg: Value) -> StdResult<Value> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        let answer = query(self.deps.as_ref(), self.env.clone(), msg)?;
        assert_eq!(answer.len() % 256, 0);
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    pub fn auction(&self, id: u64) -> Value {
        self.ask(json!({ "auction": { "auction_id": id_text(id) } })).unwrap()["auction"].clone()
    }

    pub fn account(&self, name: &str) -> auction::rows::AccountRow {
        auction::store::account(&self.deps.storage, &common::testing::account(name)).unwrap()
    }

    pub fn free(&self, name: &str) -> (u128, u128) {
        let account = self.account(name);
        (account.free[0], account.free[1])
    }

    pub fn withdraw(&mut self, name: &str, a: u128, b: u128) -> Value {
        self.ok(name, "withdraw", json!({ "amounts": [text(a), text(b)] }))
    }
}
