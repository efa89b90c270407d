//! Every message is an op or a list of ops; see README.md for the list with examples.

use cosmwasm_std::{Binary, Coin, CosmosMsg, HumanAddr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Message of init and migrate.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Default)]
pub struct Ops {
    #[serde(default)]
    pub ops: Vec<Op>,
}

/// Message of handle and query.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Noop {},
    Batch {
        ops: Vec<Op>,
    },
    Try {
        op: Box<Op>,
    },

    // state
    Set {
        key: String,
        value: String,
    },
    SetBytes {
        key: String,
        size: u32,
    },
    Get {
        key: String,
    },
    Remove {
        key: String,
    },

    // result
    Attr {
        key: String,
        value: String,
        #[serde(default)]
        plaintext: bool,
    },
    Data {
        data: Binary,
    },
    DataBytes {
        size: u32,
    },
    Output {
        text: String,
    },

    // failures
    Fail {
        error: Failure,
    },
    Panic {
        text: String,
    },
    Loop {
        kind: LoopKind,
    },
    Count {
        rounds: u64,
    },
    Recurse {
        depth: Option<u32>,
        #[serde(default)]
        memory: bool,
    },
    Alloc {
        bytes: u32,
        #[serde(default = "one")]
        times: u32,
    },
    Grow {
        pages: u32,
        #[serde(default = "one")]
        times: u32,
    },
    Host {
        name: String,
        args: Vec<u32>,
    },
    RawResult {
        bytes: Binary,
    },
    RawPointer {
        pointer: u32,
    },

    // messages to others
    Send {
        to: HumanAddr,
        amount: Vec<Coin>,
        from: Option<HumanAddr>,
    },
    Call {
        contract: HumanAddr,
        code_hash: String,
        msg: String,
        #[serde(default)]
        funds: Vec<Coin>,
    },
    Create {
        code_id: u64,
        code_hash: String,
        label: String,
        msg: String,
        #[serde(default)]
        funds: Vec<Coin>,
    },
    Custom {},
    /// Any message, in the contract's own JSON.
    Message {
        message: CosmosMsg,
    },
    SelfCall {
        depth: u32,
        #[serde(default)]
        then: Vec<Op>,
    },

    // queries
    Balance {
        address: HumanAddr,
        denom: String,
    },
    AllBalances {
        address: HumanAddr,
    },
    Smart {
        contract: HumanAddr,
        code_hash: String,
        msg: String,
    },
    Query {
        request: String,
    },
    NestedQuery {
        depth: u32,
        contract: HumanAddr,
        code_hash: String,
    },

    // environment
    Env {},

    // addresses, cryptography
    CanonicalAddress {
        address: HumanAddr,
    },
    HumanAddress {
        canonical: Binary,
    },
    Secp256k1Verify {
        hash: Binary,
        signature: Binary,
        public_key: Binary,
    },
    Secp256k1Recover {
        hash: Binary,
        signature: Binary,
        recovery_param: u8,
    },
    Secp256k1Sign {
        message: Binary,
        private_key: Binary,
    },
    Ed25519Verify {
        message: Binary,
        signature: Binary,
        public_key: Binary,
    },
    Ed25519BatchVerify {
        messages: Vec<Binary>,
        signatures: Vec<Binary>,
        public_keys: Vec<Binary>,
    },
    Ed25519Sign {
        message: Binary,
        private_key: Binary,
    },
}

fn one() -> u32 {
    1
}

#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum LoopKind {
    Cpu,
    Storage,
    Read,
    Memory,
}

#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    GenericErr { msg: String },
    InvalidBase64 { msg: String },
    InvalidUtf8 { msg: String },
    NotFound { kind: String },
    ParseErr { target: String, msg: String },
    SerializeErr { source: String, msg: String },
    Unauthorized {},
    Underflow { minuend: String, subtrahend: String },
}
