//! A shop on a mock chain, driven by the JSON that clients send. A message that fails leaves no row.
#![allow(dead_code)]

use common::json::from_slice;
use common::testing::{account, Journal};
use content::contract::{execute, instantiate};
use content::query::private;
use cosmwasm_std::testing::{mock_dependencies, mock_env, mock_info, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    coins, BankMsg, Binary, Coin, CosmosMsg, DepsMut, Env, OwnedDeps, QuerierWrapper, Response, StdResult,
    Timestamp, WasmMsg,
};
use serde_json::{json, Value};

pub const PUBLISHER: &str = "publisher";
pub const ALICE: &str = "alice";
pub const BOB: &str = "bob";
pub const EVE: &str = "eve";
pub const CONFIRMER: &str = "confirmer";
pub const OPERATOR: &str = "operator";
pub const AUTHOR: &str = "author";
pub const ACCOUNTS: [&str; 7] = [PUBLISHER, ALICE, BOB, EVE, CONFIRMER, OPERATOR, AUTHOR];
pub const TOKENS: [&str; 2] = ["token_a", "token_b"];
pub const COIN: &str = "uscrt";
/// The places of both tokens and of the coin.
pub const PLACES: usize = 3;
pub const PRICE: u128 = 1_000;

pub fn base64(bytes: &[u8]) -> String {
    Binary(bytes.to_vec()).to_base64()
}

pub struct Shop {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
    /// What the tokens and the bank hold for the contract.
    pub balances: [u128; PLACES],
    /// What came out to each account, in order of `ACCOUNTS`.
    pub paid: [[u128; PLACES]; ACCOUNTS.len()],
}

impl Shop {
    pub fn new() -> Shop {
        let (deps, env) = (mock_dependencies(), mock_env());
        let mut shop = Shop { deps, env, balances: [0; PLACES], paid: Default::default() };
        shop.env.block.random = Some(Binary(vec![5; 32]));
        let message = json!({
            "name": "Records", "fee": { "to": OPERATOR, "bps": 250 }, "confirmers": [CONFIRMER], "colluders": 2,
            "tokens": TOKENS.map(|address| json!({ "address": address, "code_hash": "ab".repeat(32) })),
            "coin": COIN, "entropy": base64(&[7; 32]), "admin": OPERATOR
        });
        let response = shop.start(message).unwrap();
        assert_eq!(response.messages.len(), TOKENS.len(), "the hook is registered at each token");
        shop
    }

    pub fn start(&mut self, message: Value) -> StdResult<Response> {
        let message = from_slice(message.to_string().as_bytes())?;
        instantiate(self.deps.as_mut(), self.env.clone(), mock_info(OPERATOR, &[]), message)
    }

    pub fn bind(&self, sender: &str) -> Value {
        let chain_id = &self.env.block.chain_id;
        json!({ "contract": self.env.contract.address.as_str(), "sender": sender, "chain_id": chain_id })
    }

    pub fn wait(&mut self, seconds: u64) {
        self.env.block.time = Timestamp::from_seconds(self.env.block.time.seconds() + seconds);
    }

    /// Runs a message whose body gets its `bind` here.
    pub fn run(&mut self, sender: &str, name: &str, mut body: Value) -> StdResult<Value> {
        body["bind"] = self.bind(sender);
        self.raw(sender, json!({ name: body }))
    }

    pub fn raw(&mut self, sender: &str, message: Value) -> StdResult<Value> {
        self.with_coins(sender, message, &[])
    }

    /// A message with coins, which the bank moves first.
    pub fn with_coins(&mut self, sender: &str, message: Value, funds: &[Coin]) -> StdResult<Value> {
        self.env.block.height += 1;
        let message = from_slice(message.to_string().as_bytes())?;
        let mut journal = Journal::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut journal, api: &self.deps.api, querier };
        let result = execute(deps, self.env.clone(), mock_info(sender, funds), message);
        if result.is_err() {
            journal.undo();
        }
        let response = result?;
        assert_eq!(response.data.as_ref().map(|data| data.len()), Some(256), "answers have one size");
        assert_eq!(response.attributes.len(), 1, "one attribute");
        assert_eq!((response.attributes[0].key.as_str(), response.attributes[0].value.len()), ("leaf", 64));
        self.pay_out(&response);
        Ok(serde_json::from_slice(&response.data.unwrap()).unwrap())
    }

    /// What the tokens do: a send moves first, and is undone when the hook fails.
    pub fn send(
        &mut self,
        token: usize,
        from: &str,
        amount: u128,
        name: &str,
        mut body: Value,
    ) -> StdResult<Value> {
        body["bind"] = self.bind(from);
        let inner = base64(json!({ name: body }).to_string().as_bytes());
        let hook = json!({ "sender": from, "from": from, "amount": amount.to_string(), "msg": inner });
        self.balances[token] += amount;
        let answer = self.raw(TOKENS[token], json!({ "receive": hook }));
        if answer.is_err() {
            self.balances[token] -= amount;
        }
        answer
    }

    /// The same payment with coins.
    pub fn pay(&mut self, by: &str, amount: u128, name: &str, mut body: Value) -> StdResult<Value> {
        body["bind"] = self.bind(by);
        let funds = if amount == 0 { vec![] } else { coins(amount, COIN) };
        self.balances[2] += amount;
        let answer = self.with_coins(by, json!({ name: body }), &funds);
        if answer.is_err() {
            self.balances[2] -= amount;
        }
        answer
    }

    fn paid_to(&mut self, to: &str, place: usize, amount: u128) {
        self.paid[ACCOUNTS.iter().position(|account| *account == to).unwrap()][place] += amount;
        // It can never pay more than it has.
        self.balances[place] = self.balances[place].checked_sub(amount).expect("enough money");
    }

    fn pay_out(&mut self, response: &Response) {
        for message in &response.messages {
            if let CosmosMsg::Bank(BankMsg::Send { to_address, amount }) = &message.msg {
                let [coin] = amount.as_slice() else { panic!("one coin") };
                assert!(coin.denom == COIN && !coin.amount.is_zero(), "the bank refuses payments of zero");
                self.paid_to(to_address, 2, coin.amount.u128());
            }
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = &message.msg else {
                continue;
            };
            let token = TOKENS.iter().position(|token| token == contract_addr).unwrap();
            let body: Value = serde_json::from_slice(msg).unwrap();
            let text = body["transfer"]["amount"].as_str().unwrap();
            assert_eq!((text.len(), msg.len()), (39, 256), "payments have one length");
            let amount: u128 = text.parse().unwrap();
            let to = body["transfer"]["recipient"].as_str().unwrap();
            self.paid_to(to, token, amount);
        }
    }

    /// What an owner does unseen; answers the reason of a refusal.
    pub fn act(&mut self, by: &str, licence: u64, what: &str, change: Value) -> String {
        let mut body =
            json!({ "licence": licence.to_string(), "do": what, "device": base64(&[0; 32]), "amount": "0" });
        change.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let answer = self.run(by, "act", body).unwrap();
        let (status, reason) = status(&answer);
        if reason.is_empty() { status } else { reason }.to_string()
    }

    pub fn set_device(&mut self, by: &str, licence: u64, device: [u8; 32]) -> String {
        self.act(by, licence, "device", json!({ "device": base64(&device) }))
    }

    pub fn offer(&mut self, by: &str, licence: u64, amount: u128) -> String {
        self.act(by, licence, "resale", json!({ "amount": amount.to_string() }))
    }

    pub fn list(&mut self, change: Value) -> StdResult<u64> {
        let mut body = json!({
            "item": { "title": "A song", "media_type": "audio/wav", "size": "100000", "uri": "https://example.org/1",
                      "sha256": base64(&[1; 32]), "segments": 512 },
            "master": base64(&common::seed::derive(&[1; 32], &[&self.env.block.height.to_be_bytes()])),
            "price": { "token": 0, "amount": PRICE.to_string() },
            "licence": "own", "transfer": "none", "revocable": false, "royalties": [],
            "delivery": { "confirmed": { "refund_after": 3600 } }
        });
        change.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let answer = self.run(PUBLISHER, "list_item", body)?;
        Ok(answer["list_item"]["item_id"].as_str().unwrap().parse().unwrap())
    }

    pub fn buy(&mut self, by: &str, item: u64) -> StdResult<u64> {
        let body = json!({ "item_id": item.to_string(), "device": base64(&device(1)) });
        licence(&self.send(0, by, PRICE, "buy", body)?)
    }

    /// The leaf is the one that the chain shows.
    pub fn confirm(&mut self, licence: u64) -> u64 {
        let leaf = content::rows::find_licence(&self.deps.storage, licence as u32).unwrap().unwrap().leaf;
        let purchases = json!([{ "licence": licence.to_string(), "leaf": base64(&leaf) }]);
        let answer = self.raw(CONFIRMER, json!({ "confirm": { "purchases": purchases } })).unwrap();
        answer["confirm"]["confirmed"].as_str().unwrap().parse().unwrap()
    }

    pub fn bought(&mut self, by: &str, item: u64) -> u64 {
        let licence = self.buy(by, item).unwrap();
        assert_eq!(self.confirm(licence), 1);
        licence
    }

    /// A query after its permit was checked, which the tests on a chain cover.
    pub fn ask(&self, by: &str, query: Value) -> StdResult<Value> {
        let query = from_slice(query.to_string().as_bytes())?;
        let answer = private(self.deps.as_ref(), &self.env, account(by), query)?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    pub fn keys(&self, by: &str, licence: u64) -> Value {
        self.ask(by, json!({ "keys": { "licence": licence.to_string() } })).unwrap()["keys"].clone()
    }

    pub fn state(&self) -> content::rows::State {
        content::rows::load_state(&self.deps.storage).unwrap()
    }
}

pub fn reason<T: std::fmt::Debug>(result: cosmwasm_std::StdResult<T>) -> String {
    result.unwrap_err().to_string().trim_end().replace("Generic error: ", "")
}

pub fn device(number: u8) -> [u8; 32] {
    x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from([number; 32])).to_bytes()
}

pub fn licence(answer: &Value) -> StdResult<u64> {
    let body = answer.as_object().unwrap().values().next().unwrap();
    Ok(body["licence"].as_str().unwrap().parse().unwrap())
}

pub fn status(answer: &Value) -> (&str, &str) {
    let body = answer.as_object().unwrap().values().next().unwrap();
    (body["status"].as_str().unwrap(), body["reason"].as_str().unwrap_or_default())
}
