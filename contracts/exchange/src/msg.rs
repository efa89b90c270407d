//! Messages and answers. Amounts, prices and shares are text of up to 39 digits, ids of up to 20, times and epochs numbers.
//! Unknown fields are errors, so that a misspelt option is not lost.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::permit::Permit;
use common::select::{equal, pick};
use common::status::Level;
use common::vault::TokenRef;
use cosmwasm_std::{Binary, Uint64};
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// Refused, with the reason.
    pub witnesses: Option<IgnoredAny>,
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

/// One form for all kinds of acts, and words of one length: what a parser does depends on its text, and
/// hosts see that in thousandths of a unit of gas.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActMsg {
    /// The number of the kind, see `market::ORDER` and those after it.
    #[serde(rename = "do", deserialize_with = "kind")]
    pub kind: u8,
    /// 1 for an order that sells base. Other kinds ignore it.
    #[serde(rename = "side", deserialize_with = "side")]
    pub sells: u8,
    /// Of an order its amount and limit, of an add base, quote and least shares, of a remove shares, least
    /// base and least quote. The rest is ignored; the leaf has all of them.
    pub numbers: [Amount; 3],
    /// Of an order; text, because numbers of JSON have no leading zeros.
    pub epochs: Id,
    /// Of a cancel.
    pub order_id: Id,
    pub bind: Bind,
    pub gas_target: Option<Uint64>,
    pub padding: Option<String>,
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let kinds = [b"order ", b"cancel", b"sync  ", b"add   ", b"remove", b"cover "];
    word(
        deserializer,
        kinds,
        "do must be one of \"order \", \"cancel\", \"sync  \", \"add   \", \"remove\", \"cover \"",
    )
}

fn side<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    Ok(word(deserializer, [b"buy ", b"sell"], "side must be \"buy \" or \"sell\"")? - 1)
}

/// The place of a word in a list, from 1: the same work for each of them.
fn word<'de, D: Deserializer<'de>, const N: usize, const W: usize>(
    deserializer: D,
    words: [&[u8; N]; W],
    error: &str,
) -> Result<u8, D::Error> {
    let text = String::deserialize(deserializer)?;
    let mut place = 0;
    if let Ok(letters) = <[u8; N]>::try_from(text.as_bytes()) {
        for (at, word) in (1..).zip(words) {
            place = pick(equal(letters, *word), place, at);
        }
    }
    if place == 0 {
        return Err(D::Error::custom(error));
    }
    Ok(place)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawMsg {
    pub amounts: [Amount; 2],
    /// Absent: the sender.
    pub to: Option<String>,
    /// Public. A token that fails every transfer would keep the other one: this calls one token.
    pub only: Option<Token>,
    pub bind: Bind,
    pub gas_target: Option<Uint64>,
    pub padding: Option<String>,
}

/// The places of the tokens in the vault.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    Base,
    Quote,
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
    SetContractStatus(Success),
    RevokePermit(Success),
}

#[derive(Serialize)]
pub struct Success {
    pub status: &'static str,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

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
