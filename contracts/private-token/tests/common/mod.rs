//! A token on a mock chain with real bech32 addresses, driven by the JSON that clients send.
#![allow(dead_code)]

use bech32::{FromBase32, ToBase32, Variant};
use cosmwasm_std::testing::{mock_env, mock_info, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    coins, from_slice, Addr, Api, CanonicalAddr, Env, OwnedDeps, RecoverPubkeyError, Response, StdError, StdResult,
    Timestamp, VerificationError,
};
use private_token::contract::{execute, instantiate, query};
use serde_json::{json, Value};

pub struct Token {
    pub deps: OwnedDeps<MockStorage, Bech32Api, MockQuerier>,
    pub env: Env,
}

pub fn address(number: u8) -> String {
    bech32::encode("secret", [number; 20].to_base32(), Variant::Bech32).unwrap()
}

pub fn alice() -> String {
    address(1)
}

pub fn bob() -> String {
    address(2)
}

pub fn carol() -> String {
    address(3)
}

pub fn admin() -> String {
    address(9)
}

impl Token {
    /// Alice has 1000, everything is enabled.
    pub fn new() -> Token {
        Token::with(json!({
            "public_total_supply": true, "enable_deposit": true, "enable_redeem": true,
            "enable_mint": true, "enable_burn": true, "can_modify_denoms": true
        }))
    }

    pub fn with(config: Value) -> Token {
        let deps = OwnedDeps {
            storage: MockStorage::default(),
            api: Bech32Api(MockApi::default()),
            querier: MockQuerier::default(),
            custom_query_type: std::marker::PhantomData,
        };
        let mut token = Token { deps, env: mock_env() };
        let msg = json!({
            "name": "Private", "symbol": "PRV", "decimals": 6, "prng_seed": "c2VlZA==", "config": config,
            "supported_denoms": ["uscrt"], "initial_balances": [{ "address": alice(), "amount": "1000" }]
        });
        token.instantiate(msg).unwrap();
        token
    }

    pub fn instantiate(&mut self, msg: Value) -> StdResult<Response> {
        let msg = from_slice(msg.to_string().as_bytes())?;
        instantiate(self.deps.as_mut(), self.env.clone(), mock_info(&admin(), &[]), msg)
    }

    pub fn run(&mut self, sender: &str, msg: Value) -> StdResult<Response> {
        self.run_with(sender, msg, 0, "")
    }

    pub fn run_with(&mut self, sender: &str, msg: Value, amount: u128, denom: &str) -> StdResult<Response> {
        self.env.block.height += 1;
        self.env.block.time = self.env.block.time.plus_seconds(6);
        let funds = if amount == 0 { vec![] } else { coins(amount, denom) };
        let msg = from_slice(msg.to_string().as_bytes())?;
        execute(self.deps.as_mut(), self.env.clone(), mock_info(sender, &funds), msg)
    }

    /// The answer in the data of a message that must succeed.
    pub fn ok(&mut self, sender: &str, msg: Value) -> Value {
        let name = msg.to_string();
        let response = self.run(sender, msg).unwrap_or_else(|err| panic!("{name}: {err}"));
        answer(&response)
    }

    pub fn err(&mut self, sender: &str, msg: Value) -> String {
        self.run(sender, msg).unwrap_err().to_string()
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
        self.query(json!({ "token_info": {} }))["token_info"]["total_supply"].as_str().unwrap().parse().unwrap()
    }

    /// Full history of an account, newest first.
    pub fn history(&mut self, account: &str) -> Value {
        self.ok(account, json!({ "set_viewing_key": { "key": "history key" } }));
        let msg = json!({ "transaction_history": { "address": account, "key": "history key", "page_size": 100 } });
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
    assert!(response.attributes.is_empty() && response.events.is_empty(), "nothing is logged");
    serde_json::from_slice(data).unwrap()
}

pub fn transfer(recipient: &str, amount: u128) -> Value {
    json!({ "transfer": { "recipient": recipient, "amount": amount.to_string() } })
}

#[derive(Clone, Copy)]
pub struct Bech32Api(MockApi);

impl Api for Bech32Api {
    fn addr_validate(&self, human: &str) -> StdResult<Addr> {
        self.addr_canonicalize(human).map(|_| Addr::unchecked(human))
    }

    fn addr_canonicalize(&self, human: &str) -> StdResult<CanonicalAddr> {
        let (prefix, data, _) = bech32::decode(human).map_err(|err| StdError::generic_err(err.to_string()))?;
        if prefix != "secret" {
            return Err(StdError::generic_err("wrong address prefix"));
        }
        let bytes = Vec::<u8>::from_base32(&data).map_err(|err| StdError::generic_err(err.to_string()))?;
        Ok(CanonicalAddr::from(bytes))
    }

    fn addr_humanize(&self, canonical: &CanonicalAddr) -> StdResult<Addr> {
        let text = bech32::encode("secret", canonical.as_slice().to_base32(), Variant::Bech32).unwrap();
        Ok(Addr::unchecked(text))
    }

    fn secp256k1_verify(&self, hash: &[u8], signature: &[u8], key: &[u8]) -> Result<bool, VerificationError> {
        self.0.secp256k1_verify(hash, signature, key)
    }

    fn check_gas(&self) -> StdResult<u64> {
        Ok(1000)
    }

    fn gas_evaporate(&self, amount: u32) -> StdResult<()> {
        EVAPORATED.with(|sum| sum.set(sum.get() + amount));
        Ok(())
    }

    fn secp256k1_recover_pubkey(&self, _: &[u8], _: &[u8], _: u8) -> Result<Vec<u8>, RecoverPubkeyError> {
        unimplemented!("the token does not recover keys")
    }

    fn ed25519_verify(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, VerificationError> {
        unimplemented!("the token has no ed25519")
    }

    fn ed25519_batch_verify(&self, _: &[&[u8]], _: &[&[u8]], _: &[&[u8]]) -> Result<bool, VerificationError> {
        unimplemented!("the token has no ed25519")
    }

    fn debug(&self, _: &str) {
        unimplemented!("the token prints nothing")
    }

    fn secp256k1_sign(&self, message: &[u8], key: &[u8]) -> Result<Vec<u8>, cosmwasm_std_signing::SigningError> {
        self.0.secp256k1_sign(message, key)
    }

    fn ed25519_sign(&self, message: &[u8], key: &[u8]) -> Result<Vec<u8>, cosmwasm_std_signing::SigningError> {
        self.0.ed25519_sign(message, key)
    }
}

thread_local! {
    pub static EVAPORATED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}
