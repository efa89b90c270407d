//! JSON of answers and query results.

use common::notify::{Channels, Info};
use cosmwasm_std::{Binary, Uint128};

use crate::msg::Status;

/// `name` is the name of a message of this contract, so it needs no JSON escapes. Not inlined, because every message calls it.
#[inline(never)]
pub fn success(name: &str) -> Binary {
    Binary([br#"{""#, name.as_bytes(), br#"":{"status":"success"}}"#].concat())
}

common::json! { [write]
    #[derive(Debug)]
    pub enum ExecuteAnswer {
        CreateViewingKey { key: String },
        IncreaseAllowance { spender: String, owner: String, allowance: Uint128 },
        DecreaseAllowance { spender: String, owner: String, allowance: Uint128 },
    }
}

common::json! { [write]
    #[derive(Debug)]
    pub enum QueryAnswer {
        TokenInfo {
            name: String,
            symbol: String,
            decimals: u8,
            total_supply: Option<Uint128>,
        },
        TokenConfig {
            public_total_supply: bool,
            deposit_enabled: bool,
            redeem_enabled: bool,
            mint_enabled: bool,
            burn_enabled: bool,
            can_modify_denoms: bool,
            supported_denoms: Vec<String>,
        },
        ContractStatus {
            status: Status,
        },
        ExchangeRate {
            rate: Uint128,
            denom: String,
        },
        Minters {
            minters: Vec<String>,
        },
        Balance {
            amount: Uint128,
        },
        TransferHistory {
            txs: Vec<TransferTx>,
            total: u32,
        },
        TransactionHistory {
            txs: Vec<Tx>,
            total: u32,
        },
        Allowance {
            spender: String,
            owner: String,
            allowance: Uint128,
            available: Uint128,
            expiration: Option<u64>,
        },
        AllowancesGiven {
            owner: String,
            allowances: Vec<GivenAllowance>,
            count: u32,
        },
        AllowancesReceived {
            spender: String,
            allowances: Vec<ReceivedAllowance>,
            count: u32,
        },
        ListChannels(Channels),
        ChannelInfo(Info),
        ViewingKeyError {
            msg: String,
        },
    }
}

common::json! { [write]
    #[derive(Debug)]
    pub struct Coins {
        pub denom: String,
        pub amount: Uint128,
    }
}

common::json! { [sparse]
    #[derive(Debug)]
    pub struct TransferTx {
        pub id: u32,
        pub from: String,
        pub sender: String,
        pub receiver: String,
        pub coins: Coins,
        pub memo: Option<String>,
        pub block_time: u64,
        pub block_height: u64,
    }
}

common::json! { [sparse]
    #[derive(Debug)]
    pub struct Tx {
        pub id: u32,
        pub action: TxAction,
        pub coins: Coins,
        pub memo: Option<String>,
        pub block_time: u64,
        pub block_height: u64,
    }
}

common::json! { [write]
    #[derive(Debug, PartialEq)]
    pub enum TxAction {
        Transfer { from: String, sender: String, recipient: String },
        Mint { minter: String, recipient: String },
        Burn { burner: String, owner: String },
        Deposit {},
        Redeem {},
        Decoy {},
    }
}

common::json! { [write]
    #[derive(Debug, PartialEq)]
    pub struct GivenAllowance {
        pub spender: String,
        pub allowance: Uint128,
        pub expiration: Option<u64>,
    }
}

common::json! { [write]
    #[derive(Debug, PartialEq)]
    pub struct ReceivedAllowance {
        pub owner: String,
        pub allowance: Uint128,
        pub expiration: Option<u64>,
    }
}
