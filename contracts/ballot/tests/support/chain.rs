//! The contract with the JSON that clients send, and a token that counts what it holds.

use std::collections::BTreeMap;

use ballot::contract::{execute, instantiate, query};
use common::json::from_slice;
use common::testing::Rows;
use cosmwasm_std::testing::{mock_env, mock_info, MockApi, MockQuerier};
use cosmwasm_std::{Binary, CosmosMsg, Deps, DepsMut, Env, QuerierWrapper, Response, StdResult, WasmMsg};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

pub const START: u64 = 1_700_000_000;
pub const REGISTER_UNTIL: u64 = START + 1_000;
pub const ENDS_AT: u64 = START + 2_000;
pub const ORGANISER: &str = "organiser";
pub const TOKEN: &str = "token";
pub const TOKEN_HASH: &str = "abababababababababababababababababababababababababababababababab";

pub struct Ballot {
    pub rows: Rows,
    pub api: MockApi,
    pub env: Env,
    /// What the token's ledger says: its holders and, for the contract, what is locked.
    pub token: BTreeMap<String, u128>,
}

pub fn credential(voter: &str, change: usize) -> [u8; 32] {
    Sha256::digest(format!("{voter} {change}")).into()
}

pub fn hash(credential: [u8; 32]) -> Binary {
    Binary::from(Sha256::digest(credential).as_slice())
}

pub fn amount(value: u128) -> String {
    format!("{value:039}")
}

/// Hex digits.
pub fn bytes_of(text: &str) -> Binary {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    Binary((0..text.len()).step_by(2).map(byte).collect())
}

pub fn id(value: u64) -> String {
    format!("{value:020}")
}

/// A poll of two options and an abstention, by a list.
pub fn terms() -> Value {
    json!({
        "title": "Board", "options": ["yes", "no", "abstain"], "ballot": "single", "abstain": 2, "weights": "list",
        "max_voters": 256, "register_until": REGISTER_UNTIL, "ends_at": ENDS_AT, "quorum_bps": 2000,
        "threshold_bps": 5000, "min_counted": 1
    })
}

pub fn lock_terms() -> Value {
    with(terms(), json!({ "weights": "token_lock", "quorum_bps": null, "quorum": amount(1) }))
}

/// The object with other fields.
pub fn with(mut object: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

impl Ballot {
    pub fn new() -> Ballot {
        Ballot::with(json!({ "token": { "address": TOKEN, "code_hash": TOKEN_HASH }, "admin": "admin" }))
    }

    pub fn with(changes: Value) -> Ballot {
        let mut env = mock_env();
        env.block.time = cosmwasm_std::Timestamp::from_seconds(START);
        env.block.random = Some(Binary(vec![7; 32]));
        env.contract.address = cosmwasm_std::Addr::unchecked("ballot");
        let mut ballot =
            Ballot { rows: Rows::default(), api: MockApi::default(), env, token: BTreeMap::new() };
        ballot.create(changes).unwrap();
        ballot
    }

    pub fn create(&mut self, changes: Value) -> StdResult<Response> {
        let entropy = Binary(vec![1; 32]).to_base64();
        let msg = with(json!({ "entropy": entropy }), changes);
        let msg = from_slice(msg.to_string().as_bytes())?;
        let env = self.env.clone();
        instantiate(self.deps(), env, mock_info(ORGANISER, &[]), msg)
    }

    fn deps(&mut self) -> DepsMut<'_> {
        // Leaked for its lifetime: a test ends soon.
        let querier: &'static MockQuerier = Box::leak(Box::default());
        DepsMut { storage: &mut self.rows, api: &self.api, querier: QuerierWrapper::new(querier) }
    }

    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    pub fn at(&mut self, seconds: u64) -> &mut Ballot {
        self.env.block.time = cosmwasm_std::Timestamp::from_seconds(seconds);
        self
    }

    pub fn bind(&self, sender: &str) -> Value {
        json!({ "contract": "ballot", "sender": sender, "chain_id": self.env.block.chain_id })
    }

    /// A failed message changes nothing.
    pub fn run(&mut self, sender: &str, msg: Value) -> StdResult<Response> {
        let result = self.run_before_the_token(sender, msg);
        if let Ok(response) = &result {
            self.pay(response);
        }
        result
    }

    /// The same up to the messages to the token.
    pub fn run_before_the_token(&mut self, sender: &str, msg: Value) -> StdResult<Response> {
        let (before, env) = (self.rows.clone(), self.env.clone());
        let result = from_slice(msg.to_string().as_bytes())
            .and_then(|msg| execute(self.deps(), env, mock_info(sender, &[]), msg));
        if result.is_err() {
            self.rows = before;
        }
        result
    }

    /// The token moves what the contract orders; a mistake is a panic.
    fn pay(&mut self, response: &Response) {
        for sub in &response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = &sub.msg else { continue };
            if contract_addr != TOKEN {
                continue;
            }
            let msg: Value = serde_json::from_slice(msg).unwrap();
            let transfer = &msg["transfer"];
            let paid: u128 = transfer["amount"].as_str().unwrap().parse().unwrap();
            let held = self.token.entry("ballot".into()).or_default();
            *held = held.checked_sub(paid).expect("the contract has what it pays");
            *self.token.entry(transfer["recipient"].as_str().unwrap().into()).or_default() += paid;
        }
    }

    /// The answer of a message that must succeed.
    pub fn ok(&mut self, sender: &str, msg: Value) -> Value {
        let response = self.run(sender, msg.clone()).unwrap_or_else(|err| panic!("{msg}: {err}"));
        let data = response.data.unwrap();
        assert_eq!(data.len(), 256);
        let answer: Value = serde_json::from_slice(&data).unwrap();
        answer.as_object().unwrap().values().next().unwrap().clone()
    }

    pub fn err(&mut self, sender: &str, msg: Value) -> String {
        self.run(sender, msg).unwrap_err().to_string().trim_end().to_string()
    }

    pub fn query(&self, msg: Value) -> StdResult<Value> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        let querier = MockQuerier::default();
        let deps = Deps { storage: &self.rows, api: &self.api, querier: QuerierWrapper::new(&querier) };
        let answer = query(deps, self.env.clone(), msg)?;
        assert_eq!(answer.len() % 256, 0);
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    pub fn poll(&self, poll: u64) -> Value {
        self.query(json!({ "poll": { "poll_id": id(poll) } })).unwrap()["poll"].clone()
    }

    /// What the poll's public query shows; zeros for a poll that is not there.
    pub fn start(&self, poll: u64) -> Binary {
        let Ok(answer) = self.query(json!({ "poll": { "poll_id": id(poll) } })) else {
            return Binary(vec![0; 32]);
        };
        bytes_of(answer["poll"]["start"].as_str().unwrap())
    }

    pub fn create_poll(&mut self, terms: Value) -> u64 {
        self.ok(ORGANISER, json!({ "create_poll": terms }))["poll_id"].as_str().unwrap().parse().unwrap()
    }

    /// A sealed list.
    pub fn list_poll(&mut self, changes: Value, voters: &[(&str, u128)]) -> u64 {
        let poll = self.create_poll(with(terms(), changes));
        for chunk in voters.chunks(64) {
            self.add(poll, chunk).unwrap();
        }
        self.ok(ORGANISER, json!({ "seal_list": { "poll_id": id(poll) } }));
        poll
    }

    pub fn add(&mut self, poll: u64, voters: &[(&str, u128)]) -> StdResult<Response> {
        let voters: Vec<Value> = voters
            .iter()
            .map(|(address, weight)| json!({ "address": address, "weight": amount(*weight) }))
            .collect();
        let bind = self.bind(ORGANISER);
        self.run(ORGANISER, json!({ "add_voters": { "poll_id": id(poll), "voters": voters, "bind": bind } }))
    }

    pub fn register_msg(&self, poll: u64, voter: &str) -> Value {
        let (credential, zeros) = (hash(credential(voter, 0)), Binary(vec![0; 32]));
        let entry = json!({ "credential": credential, "new_credential": zeros, "choice": id(0) });
        json!({ "act": {
            "poll_id": id(poll), "start": self.start(poll), "do": "join", "entry": entry, "bind": self.bind(voter)
        } })
    }

    pub fn register(&mut self, poll: u64, voter: &str) -> Value {
        let msg = self.register_msg(poll, voter);
        self.ok(voter, msg)
    }

    pub fn cast_msg(&self, poll: u64, by: &str, old: [u8; 32], new: Option<[u8; 32]>, choice: u64) -> Value {
        let new = new.map_or(Binary(vec![0; 32]), hash);
        let entry = json!({ "credential": Binary::from(old), "new_credential": new, "choice": id(choice) });
        json!({ "act": {
            "poll_id": id(poll), "start": self.start(poll), "do": "vote", "entry": entry, "bind": self.bind(by)
        } })
    }

    /// With the first credential of a voter, by the voter.
    pub fn cast(&mut self, poll: u64, voter: &str, choice: u64) -> Value {
        let msg = self.cast_msg(poll, voter, credential(voter, 0), None, choice);
        self.ok(voter, msg)
    }

    /// The token calls after a transfer; a failure undoes it.
    pub fn lock(&mut self, poll: u64, voter: &str, value: u128) -> StdResult<Response> {
        let msg = json!({ "lock": { "poll_id": id(poll), "bind": self.bind(voter) } });
        self.receive(TOKEN, voter, value, Some(msg))
    }

    pub fn receive(&mut self, by: &str, from: &str, value: u128, msg: Option<Value>) -> StdResult<Response> {
        let msg = msg.map(|msg| Binary(msg.to_string().into_bytes()));
        let receive = json!({ "sender": from, "from": from, "amount": value.to_string(), "msg": msg });
        let result = self.run(by, json!({ "receive": receive }));
        if result.is_ok() {
            *self.token.entry("ballot".into()).or_default() += value;
        }
        result
    }

    pub fn unlock(&mut self, poll: u64, voter: &str) -> Value {
        self.ok(voter, json!({ "unlock": { "poll_id": id(poll) } }))
    }

    pub fn freeze(&mut self, poll: u64) {
        self.ok("anyone", json!({ "freeze": { "poll_id": id(poll) } }));
    }

    /// Freezes after the end and tallies in all steps; the result.
    pub fn close(&mut self, poll: u64) -> Value {
        self.at(ENDS_AT.max(self.now()));
        self.freeze(poll);
        while self.ok("anyone", json!({ "tally": { "poll_id": id(poll) } }))["status"] != "done" {}
        self.poll(poll)["result"].clone()
    }

    pub fn held(&self) -> u128 {
        self.token.get("ballot").copied().unwrap_or_default()
    }
}
