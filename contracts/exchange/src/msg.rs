//! Messages and answers. Amounts, prices and shares are text of up to 39 digits, ids of up to 20, times and epochs numbers.
//! Unknown fields are errors, so that a misspelt option is not lost and a witness is not believed to exist.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use cosmwasm_std::{Binary, Uint64};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    pub base: TokenRef,
    pub quote: TokenRef,
    /// At least 32 random bytes.
    pub entropy: Binary,
    pub min_base: Amount,
    pub min_quote: Amount,
    pub epoch_seconds: Option<u64>,
    pub min_owners: Option<u32>,
    pub max_wait: Option<u32>,
    pub lp_fee_bps: Option<u32>,
    pub protocol_fee_bps: Option<u32>,
    pub price_digits: Option<u32>,
    /// A price is quote units for 10^`price_exponent` base units.
    pub price_exponent: Option<u32>,
    pub admin: Option<String>,
    pub padding: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExecuteMsg {
    Receive(Receive),
    Act {
        r#do: Act,
        bind: Bind,
        gas_target: Option<Uint64>,
        padding: Option<String>,
    },
    Withdraw {
        amounts: [Amount; 2],
        to: Option<String>,
        bind: Bind,
        gas_target: Option<Uint64>,
        padding: Option<String>,
    },
    Clear {
        epoch: u32,
        gas_target: Option<Uint64>,
        padding: Option<String>,
    },
    SetContractStatus {
        level: Level,
        gas_target: Option<Uint64>,
        padding: Option<String>,
    },
    RevokePermit {
        permit_name: String,
        gas_target: Option<Uint64>,
        padding: Option<String>,
    },
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Buy,
    Sell,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Order {
        side: Side,
        amount: Amount,
        /// Absent: any price.
        limit: Option<Amount>,
        epochs: u32,
    },
    Cancel {
        order_id: Id,
    },
    Sync {},
    Add {
        base: Amount,
        quote: Amount,
        min_shares: Amount,
    },
    Remove {
        shares: Amount,
        min_base: Amount,
        min_quote: Amount,
    },
    Cover {},
}

/// The inner message of a token's `send`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HookMsg {
    Deposit { bind: Bind, padding: Option<String> },
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteAnswer {
    Act {
        status: &'static str,
        reason: &'static str,
        /// The act's number, which is the id of its order.
        n: Id,
        salt: Binary,
    },
    Withdraw {
        status: &'static str,
        reason: &'static str,
        n: Id,
        salt: Binary,
    },
    Deposit {
        status: &'static str,
        n: Id,
        salt: Binary,
    },
    Clear {
        status: &'static str,
        n: Id,
    },
    SetContractStatus {
        status: &'static str,
    },
    RevokePermit {
        status: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum QueryMsg {
    PairInfo {},
    Price {},
    PriceHistory { page: u32, page_size: u32 },
    WithPermit { permit: Permit, query: PermitQuery },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PermitQuery {
    Account {},
    Orders {},
    Fills {},
    Liquidity {},
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryAnswer {
    PairInfo(PairInfo),
    Price(Price),
    PriceHistory {
        prices: Vec<Price>,
        total: u64,
    },
    Account {
        base: Amount,
        quote: Amount,
        shares: Amount,
        uncollected_base: Amount,
        uncollected_quote: Amount,
    },
    Orders {
        orders: Vec<OrderView>,
    },
    Fills {
        fills: Vec<FillView>,
    },
    Liquidity {
        shares: Amount,
        base: Amount,
        quote: Amount,
        removable_from_epoch: u32,
    },
}

#[derive(Serialize)]
pub struct PairInfo {
    /// Always true: a hostile host can clear a part of a book (L1).
    pub preview: bool,
    pub base: TokenRef,
    pub quote: TokenRef,
    pub started_at: u64,
    pub epoch_seconds: u64,
    pub epoch: u32,
    pub next_clear: u32,
    pub price_exponent: u32,
    pub price_digits: u32,
    pub min_base: Amount,
    pub min_quote: Amount,
    pub min_owners: u32,
    pub max_wait: u32,
    pub lp_fee_bps: u32,
    pub protocol_fee_bps: u32,
    pub capacity: u32,
    pub admin: Option<String>,
    pub status: Level,
}

#[derive(Serialize)]
pub struct Price {
    /// Absent before the first price.
    pub value: Option<Amount>,
    /// The last cleared epoch; absent before the first clear.
    pub epoch: Option<u32>,
    pub depth: Amount,
    pub preview: bool,
}

#[derive(Serialize)]
pub struct OrderView {
    pub order_id: Id,
    pub side: &'static str,
    pub status: &'static str,
    pub remaining: Amount,
    pub limit: Amount,
    /// Since the last collection.
    pub gave: Amount,
    pub got: Amount,
    pub entered: u32,
    pub last: u32,
}

#[derive(Serialize)]
pub struct FillView {
    pub order_id: Id,
    pub side: &'static str,
    pub gave: Amount,
    pub got: Amount,
}
