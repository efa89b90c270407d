//! Every message is an op or a list of ops; see README.md for the list with examples.

use cosmwasm_std::{Binary, Coin, CosmosMsg, ReplyOn};
use serde::{Deserialize, Serialize};

/// Message of instantiate, migrate and sudo.
#[derive(Serialize, Deserialize, Default)]
pub struct Ops {
    #[serde(default)]
    pub ops: Vec<Op>,
}

/// Message of execute and query.
#[derive(Serialize, Deserialize)]
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
    Event {
        ty: String,
        attributes: Vec<Pair>,
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
        to: String,
        amount: Vec<Coin>,
        sub: Option<Sub>,
    },
    Burn {
        amount: Vec<Coin>,
        sub: Option<Sub>,
    },
    Call {
        contract: String,
        code_hash: String,
        msg: String,
        #[serde(default)]
        funds: Vec<Coin>,
        sub: Option<Sub>,
    },
    Create {
        code_id: u64,
        code_hash: String,
        label: String,
        msg: String,
        #[serde(default)]
        funds: Vec<Coin>,
        admin: Option<String>,
        sub: Option<Sub>,
    },
    MigrateOther {
        contract: String,
        code_hash: String,
        code_id: u64,
        msg: String,
        sub: Option<Sub>,
    },
    UpdateAdmin {
        contract: String,
        admin: String,
        sub: Option<Sub>,
    },
    ClearAdmin {
        contract: String,
        sub: Option<Sub>,
    },
    Stargate {
        type_url: String,
        value: Binary,
        sub: Option<Sub>,
    },
    Custom {
        sub: Option<Sub>,
    },
    /// Any message, in the contract's own JSON.
    Message {
        message: CosmosMsg,
        sub: Option<Sub>,
    },
    FinalizeTx {},
    SelfCall {
        depth: u32,
        #[serde(default)]
        then: Vec<Op>,
        reply_on: Option<ReplyOn>,
    },
    Replies {},

    // queries
    Balance {
        address: String,
        denom: String,
    },
    AllBalances {
        address: String,
    },
    Smart {
        contract: String,
        code_hash: String,
        msg: String,
    },
    ContractInfo {
        contract: String,
    },
    Query {
        request: String,
    },
    SelfQuery {
        depth: u32,
    },

    // environment
    Env {},
    Random {},
    Debug {
        text: String,
    },
    CheckGas {},
    GasEvaporate {
        amount: u32,
    },
    GasReach {
        amount: u32,
    },

    // addresses, cryptography
    AddrValidate {
        address: String,
    },
    AddrCanonicalize {
        address: String,
    },
    AddrHumanize {
        canonical: Binary,
    },
    Secp256k1Verify {
        hash: Binary,
        signature: Binary,
        public_key: Binary,
        #[serde(default = "one")]
        times: u32,
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

#[derive(Serialize, Deserialize)]
pub struct Pair {
    pub key: String,
    pub value: String,
    #[serde(default)]
    pub plaintext: bool,
}

/// How a message is sent when not as a plain message. `then` runs in the reply.
#[derive(Serialize, Deserialize)]
pub struct Sub {
    pub id: u64,
    pub reply_on: ReplyOn,
    pub gas_limit: Option<u64>,
    #[serde(default)]
    pub then: Vec<Op>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopKind {
    Cpu,
    Storage,
    Read,
    Memory,
    Host,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    Text { text: String },
    GenericErr { msg: String },
    InvalidBase64 { msg: String },
    InvalidDataSize { expected: u32, actual: u32 },
    InvalidHex { msg: String },
    InvalidUtf8 { msg: String },
    NotFound { kind: String },
    ParseErr { target: String, msg: String },
    SerializeErr { source: String, msg: String },
    Overflow {},
    DivideByZero {},
    ConversionOverflow {},
    VerificationErr { code: u32 },
    RecoverPubkeyErr { code: u32 },
}

/// One line of the list that `replies` prints.
#[derive(Serialize, Deserialize)]
pub struct ReplyRecord {
    pub id: u64,
    pub error: Option<String>,
    pub data: Option<Binary>,
    pub events: Vec<cosmwasm_std::Event>,
}
