//! Messages and answers. Amounts, prices and shares are text of up to 39 digits, ids of up to 20, times and epochs numbers.
//! Unknown fields are errors, so that a misspelt option is not lost.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::json::{self, place_of, FromJson, Ignored, Parsed, Text};
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use cosmwasm_std::{Binary, Uint64};

common::json! { [strict]
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
        pub witnesses: Option<Ignored>,
        pub padding: Option<String>,
    }
}

common::json! { [read]
    pub enum ExecuteMsg {
        Receive(Receive),
        Act(ActMsg),
        Withdraw(WithdrawMsg),
        Clear(ClearMsg),
        SetContractStatus(StatusMsg),
        RevokePermit(RevokeMsg),
    }
}

common::json! { [strict]
    /// One form for all kinds of acts, and words of one length: what a parser does depends on its text, and
    /// hosts see that in thousandths of a unit of gas.
    pub struct ActMsg {
        /// The number of the kind, see `market::ORDER` and those after it.
        pub kind: ActKind = "do",
        /// 1 for an order that sells base. Other kinds ignore it.
        pub sells: Side = "side",
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
}

/// The number of a kind of act.
pub struct ActKind(pub u8);

impl FromJson for ActKind {
    fn from_json(text: Text) -> Parsed<Self> {
        let kinds = ["order ", "cancel", "sync  ", "add   ", "remove", "cover "];
        let error =
            "do must be one of \"order \", \"cancel\", \"sync  \", \"add   \", \"remove\", \"cover \"";
        place_of(&kinds, &json::text(text)?)
            .map(|place| ActKind(place as u8 + 1))
            .ok_or_else(|| error.to_string())
    }
}

/// 1 sells base.
pub struct Side(pub u8);

impl FromJson for Side {
    fn from_json(text: Text) -> Parsed<Self> {
        let error = "side must be \"buy \" or \"sell\"";
        place_of(&["buy ", "sell"], &json::text(text)?)
            .map(|place| Side(place as u8))
            .ok_or_else(|| error.to_string())
    }
}

common::json! { [strict]
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
}

common::json! { [read]
    /// The places of the tokens in the vault.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum Token {
        Base,
        Quote,
    }
}

common::json! { [strict]
    pub struct ClearMsg {
        pub epoch: u32,
        /// Nothing here is secret; a bind that is given must be right.
        pub bind: Option<Bind>,
        pub padding: Option<String>,
    }
}

common::json! { [strict]
    pub struct StatusMsg {
        pub level: Level,
        /// Nothing here is secret; a bind that is given must be right.
        pub bind: Option<Bind>,
        pub padding: Option<String>,
    }
}

common::json! { [strict]
    pub struct RevokeMsg {
        pub permit_name: String,
        /// Nothing here is secret; a bind that is given must be right.
        pub bind: Option<Bind>,
        pub padding: Option<String>,
    }
}

common::json! { [read]
    /// The inner message of a token's `send`.
    pub enum HookMsg {
        Deposit(DepositMsg),
    }
}

common::json! { [strict]
    pub struct DepositMsg {
        pub bind: Bind,
        pub padding: Option<String>,
    }
}

common::json! { [write]
    pub enum ExecuteAnswer {
        SetContractStatus(Success),
        RevokePermit(Success),
    }
}

common::json! { [write]
    pub struct Success {
        pub status: &'static str,
    }
}

common::json! { [strict]
    #[derive(Clone, Copy)]
    pub struct Nothing {}
}

common::json! { [read]
    pub enum QueryMsg {
        PairInfo(Nothing),
        Price(Nothing),
        PriceHistory(HistoryQuery),
        WithPermit(WithPermit),
    }
}

common::json! { [strict]
    pub struct HistoryQuery {
        pub page: u32,
        pub page_size: u32,
    }
}

common::json! { [strict]
    pub struct WithPermit {
        pub permit: Permit,
        pub query: PermitQuery,
    }
}

common::json! { [read]
    pub enum PermitQuery {
        Account(Nothing),
        Orders(Nothing),
        Fills(Nothing),
        Liquidity(Nothing),
    }
}

common::json! { [write]
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
}

common::json! { [write]
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
}

common::json! { [write]
    pub struct Price {
        /// Absent before the first price.
        pub value: Option<Amount>,
        /// The last cleared epoch; absent before the first clear.
        pub epoch: Option<u32>,
        pub depth: Amount,
        pub preview: bool,
    }
}

common::json! { [write]
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
}

common::json! { [write]
    pub struct FillView {
        pub order_id: Id,
        pub side: &'static str,
        pub gave: Amount,
        pub got: Amount,
    }
}
