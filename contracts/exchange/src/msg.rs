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

/// Structs in variants, not variants with fields: serde would compile those twice, 10 % of the wasm.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Receive(Receive),
    Act(ActMsg),
    Withdraw(WithdrawMsg),
    Clear(ClearMsg),
    SetContractStatus(StatusMsg),
    RevokePermit(RevokeMsg),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActMsg {
    pub r#do: Act,
    pub bind: Bind,
    pub gas_target: Option<Uint64>,
    pub padding: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawMsg {
    pub amounts: [Amount; 2],
    /// Absent: the sender.
    pub to: Option<String>,
    pub bind: Bind,
    pub gas_target: Option<Uint64>,
    pub padding: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearMsg {
    pub epoch: u32,
    /// Nothing here is secret; a bind that is given must be right.
    pub bind: Option<Bind>,
    pub padding: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusMsg {
    pub level: Level,
    /// Nothing here is secret; a bind that is given must be right.
    pub bind: Option<Bind>,
    pub padding: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeMsg {
    pub permit_name: String,
    /// Nothing here is secret; a bind that is given must be right.
    pub bind: Option<Bind>,
    pub padding: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Buy,
    Sell,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Order(OrderAct),
    Cancel(CancelAct),
    Sync(Nothing),
    Add(AddAct),
    Remove(RemoveAct),
    Cover(Nothing),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct OrderAct {
    pub side: Side,
    /// Quote of a buyer, base of a seller.
    pub amount: Amount,
    /// Absent: any price.
    pub limit: Option<Amount>,
    pub epochs: u32,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct CancelAct {
    pub order_id: Id,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct AddAct {
    pub base: Amount,
    pub quote: Amount,
    pub min_shares: Amount,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct RemoveAct {
    pub shares: Amount,
    pub min_base: Amount,
    pub min_quote: Amount,
}

/// The inner message of a token's `send`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookMsg {
    Deposit(DepositMsg),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositMsg {
    pub bind: Bind,
    pub padding: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteAnswer {
    Act(Done),
    Withdraw(Done),
    Deposit(Done),
    Clear(Done),
    SetContractStatus(Success),
    RevokePermit(Success),
}

#[derive(Serialize)]
pub struct Done {
    /// `accepted` or `refused`.
    pub status: &'static str,
    /// Empty when accepted.
    pub reason: &'static str,
    /// The act's number, which is the id of its order.
    pub n: Id,
    /// Opens the act's leaf.
    pub salt: Binary,
}

#[derive(Serialize)]
pub struct Success {
    pub status: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    PairInfo(Nothing),
    Price(Nothing),
    PriceHistory(HistoryQuery),
    WithPermit(WithPermit),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    pub page: u32,
    pub page_size: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithPermit {
    pub permit: Permit,
    pub query: PermitQuery,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitQuery {
    Account(Nothing),
    Orders(Nothing),
    Fills(Nothing),
    Liquidity(Nothing),
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
