//! The contract's entries over storage that a failed message leaves as it was, and what its tokens hold for it.

use std::collections::BTreeMap;

use common::json::from_slice;
use common::testing::{Journal, Rows};
use cosmwasm_std::testing::{mock_env, mock_info, MockApi, MockQuerier};
use cosmwasm_std::{Binary, CosmosMsg, DepsMut, Empty, Env, OwnedDeps, QuerierWrapper, Storage, WasmMsg};
use exchange::contract::{account, execute, instantiate, market};
use exchange::market::MOST_HELD;
use exchange::rows::{Account, Market, BASE, QUOTE};
use serde_json::{json, Value};

pub const TOKENS: [&str; 2] = ["base_token", "quote_token"];
pub const USERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
pub const ADMIN: &str = "admin";
pub const EPOCH: u64 = 30;

pub struct World {
    pub deps: OwnedDeps<Rows, MockApi, MockQuerier>,
    pub env: Env,
    /// Keys that the last message wrote, in order, as a host sees them.
    pub written: Vec<Vec<u8>>,
    /// What each token holds for the contract, and for each user.
    pub held: [u128; 2],
    pub wallets: BTreeMap<(String, usize), u128>,
}

pub fn token(name: &str) -> Value {
    json!({ "address": name, "code_hash": "ab".repeat(32) })
}

pub fn terms() -> Value {
    json!({
        "base": token(TOKENS[0]), "quote": token(TOKENS[1]), "entropy": Binary(vec![7; 32]), "admin": ADMIN,
        "min_base": "10", "min_quote": "10", "price_exponent": 6, "min_owners": 1,
    })
}

/// The one form of all acts, from `{"order":{…}}` and the like with the numbers that the kind has.
pub fn act_message(act: &Value, bind: Value) -> Value {
    let (name, of) = act.as_object().unwrap().iter().next().unwrap();
    let number = |field: &str| of.get(field).filter(|value| !value.is_null()).cloned().unwrap_or(json!("0"));
    let any = if of["side"] == "buy" { u128::MAX } else { 0 }.to_string();
    let numbers = match name.as_str() {
        "order" => {
            let limit = of.get("limit").filter(|limit| !limit.is_null()).cloned();
            [number("amount"), limit.unwrap_or(json!(any)), json!("0")]
        }
        "add" => [number("base"), number("quote"), number("min_shares")],
        "remove" => [number("shares"), number("min_base"), number("min_quote")],
        _ => [json!("0"), json!("0"), json!("0")],
    };
    let epochs = of.get("epochs").map_or("0".to_string(), Value::to_string);
    json!({ "act": {
        "do": format!("{name:6}"), "side": format!("{:4}", of["side"].as_str().unwrap_or("sell")), "numbers": numbers,
        "epochs": epochs, "order_id": number("order_id"), "bind": bind
    } })
}

impl World {
    pub fn new(terms: Value) -> World {
        let deps = OwnedDeps {
            storage: Rows::default(),
            api: MockApi::default(),
            querier: MockQuerier::default(),
            custom_query_type: std::marker::PhantomData,
        };
        let mut env = mock_env();
        env.block.random = Some(Binary(vec![9; 32]));
        let mut world = World { deps, env, written: vec![], held: [0; 2], wallets: BTreeMap::new() };
        world.instantiate(terms).unwrap();
        world
    }

    pub fn instantiate(&mut self, terms: Value) -> Result<(), String> {
        let msg = from_slice(terms.to_string().as_bytes()).map_err(|error| error.to_string())?;
        let response = instantiate(self.deps.as_mut(), self.env.clone(), mock_info(ADMIN, &[]), msg);
        response.map(|_| ()).map_err(|error| error.to_string())
    }

    pub fn bind(&self, sender: &str) -> Value {
        let Env { contract, block, .. } = &self.env;
        json!({ "contract": contract.address, "sender": sender, "chain_id": block.chain_id })
    }

    /// Runs a message; its payments reach the wallets. A failure leaves everything as it was.
    pub fn execute(&mut self, sender: &str, msg: &Value) -> Result<Value, String> {
        let msg = from_slice(msg.to_string().as_bytes()).map_err(|error| error.to_string())?;
        let mut changes = Journal::new(&mut self.deps.storage);
        let querier = QuerierWrapper::new(&self.deps.querier);
        let deps = DepsMut { storage: &mut changes, api: &self.deps.api, querier };
        let result = execute(deps, self.env.clone(), mock_info(sender, &[]), msg);
        self.written = changes.written();
        if result.is_err() {
            changes.undo();
        }
        let response = result.map_err(|error| error.to_string())?;
        for message in response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = message.msg else {
                assert_eq!(message.msg, CosmosMsg::<Empty>::FinalizeTx(Empty {}));
                continue;
            };
            let index = TOKENS.iter().position(|token| *token == contract_addr).unwrap();
            let transfer: Value = serde_json::from_slice(&msg).unwrap();
            let amount: u128 = transfer["transfer"]["amount"].as_str().unwrap().parse().unwrap();
            let to = transfer["transfer"]["recipient"].as_str().unwrap().to_string();
            self.held[index] = self.held[index].checked_sub(amount).expect("pays more than it holds");
            *self.wallets.entry((to, index)).or_default() += amount;
        }
        let data = response.data.unwrap();
        assert_eq!(data.len(), 256);
        Ok(serde_json::from_slice(&data).unwrap())
    }

    pub fn deposit(&mut self, user: &str, token: usize, amount: u128) -> Result<Value, String> {
        let inner = json!({ "deposit": { "bind": self.bind(user) } });
        let msg = Binary(inner.to_string().into_bytes());
        let receive =
            json!({ "receive": { "sender": user, "from": user, "amount": amount.to_string(), "msg": msg } });
        let answer = self.execute(TOKENS[token], &receive)?;
        self.held[token] += amount;
        Ok(answer)
    }

    /// The status and the reason of an act.
    pub fn act(&mut self, user: &str, act: Value) -> (String, String) {
        let answer = self.execute(user, &act_message(&act, self.bind(user))).unwrap();
        let text = |field: &str| answer["act"][field].as_str().unwrap().to_string();
        (text("status"), text("reason"))
    }

    pub fn accepted(&mut self, user: &str, act: Value) -> u64 {
        let answer = self.execute(user, &act_message(&act, self.bind(user))).unwrap();
        assert_eq!(answer["act"]["status"], "accepted", "{answer}");
        answer["act"]["n"].as_str().unwrap().parse().unwrap()
    }

    pub fn order(&mut self, user: &str, side: &str, amount: u128, limit: Option<u128>) -> u64 {
        let limit = limit.map(|limit| limit.to_string());
        self.accepted(
            user,
            json!({ "order": { "side": side, "amount": amount.to_string(), "limit": limit, "epochs": 10 } }),
        )
    }

    pub fn withdraw(&mut self, user: &str, base: u128, quote: u128) -> String {
        let amounts = [base.to_string(), quote.to_string()];
        let answer = self
            .execute(user, &json!({ "withdraw": { "amounts": amounts, "bind": self.bind(user) } }))
            .unwrap();
        answer["withdraw"]["status"].as_str().unwrap().to_string()
    }

    pub fn now(&self) -> u32 {
        let start = mock_env().block.time.seconds();
        ((self.env.block.time.seconds() - start) / EPOCH) as u32
    }

    pub fn next_epoch(&mut self) {
        self.env.block.time = self.env.block.time.plus_seconds(EPOCH);
    }

    pub fn clear(&mut self, epoch: u32) -> Result<Value, String> {
        self.execute("keeper", &json!({ "clear": { "epoch": epoch } }))
    }

    /// Lets the epoch end and clears it.
    pub fn batch(&mut self) {
        let epoch = self.now();
        self.next_epoch();
        self.clear(epoch).unwrap();
    }

    pub fn market(&self) -> Market {
        market(&self.deps.storage).unwrap()
    }

    pub fn account(&self, user: &str) -> Account {
        account(&self.deps.storage, &common::testing::account(user)).unwrap().unwrap_or_default()
    }

    pub fn free(&self, user: &str) -> (u128, u128) {
        let [base, quote] = self.account(user).free;
        (base, quote)
    }

    /// Accounts, slots, reserve and fees are what the tokens hold for the contract, token by token.
    pub fn check_money(&self, users: &[&str]) {
        let market = self.market();
        let mut owed = market.owed();
        for user in users {
            for token in [BASE, QUOTE] {
                owed[token] += self.account(user).free[token];
            }
        }
        assert_eq!(owed, self.held, "owed is not held");
        assert_eq!(market.held, self.held);
        assert!(self.held.iter().all(|held| *held < MOST_HELD));
        let shares: u128 = users.iter().map(|user| self.account(user).shares).sum();
        let burnt = if market.shares == 0 { 0 } else { exchange::market::BURNT_SHARES };
        assert_eq!(shares + burnt, market.shares, "shares");
    }

    pub fn price(&self) -> Value {
        self.query(json!({ "price": {} })).unwrap()["price"].clone()
    }

    pub fn query(&self, msg: Value) -> Result<Value, String> {
        let answer = from_slice(msg.to_string().as_bytes())
            .and_then(|msg| exchange::query::query(self.deps.as_ref(), self.env.clone(), msg));
        let bytes = answer.map_err(|error| error.to_string())?;
        assert_eq!(bytes.len() % 256, 0);
        Ok(serde_json::from_slice(&bytes).unwrap())
    }

    /// Replaces an account's row by that of an older state.
    pub fn take_account(&mut self, user: &str, older: &Rows) {
        let key = common::rows::key(2, &[&common::testing::account(user)]);
        self.deps.storage.set(&key, &older.get(&key).unwrap());
    }
}
