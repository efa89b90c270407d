//! The JSON of messages and answers. Secret fields have one length: amounts 39 digits, ids 20.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use cosmwasm_std::Binary;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// 1 to 4. Their order is the index in all other messages.
    pub tokens: Vec<TokenRef>,
    /// No fee when absent.
    pub fee: Option<Fee>,
    /// At least 32 bytes that nobody else knows.
    pub entropy: Binary,
    /// May stop new deposits, auctions and bids for 14 days. Nobody when absent.
    pub admin: Option<String>,
    /// Shortest time of an auction in seconds; 600 when absent.
    pub min_duration: Option<u64>,
    #[serde(default)]
    pub padding: IgnoredAny,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Basis points of the price, at most 500.
    pub bps: u16,
    pub to: String,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    Receive(Receive),
    CreateAuction(CreateAuction),
    Act(ActMsg),
    Withdraw(Withdraw),
    Cancel(OneAuction),
    Close(OneAuction),
    SetContractStatus(SetStatus),
    RevokePermit(RevokePermit),
}

/// The message inside a token's `send`.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum HookMsg {
    Deposit(Deposit),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
}

/// An unknown field is refused: a misspelt `reserve` would sell without one.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct CreateAuction {
    pub lot: LotMsg,
    pub bid_token: u8,
    pub format: Format,
    pub min_bid: Amount,
    /// Secret. None when absent.
    pub reserve: Option<Amount>,
    /// Seconds since 1970.
    pub starts_at: u64,
    pub ends_at: u64,
    pub reveal: Reveal,
    /// Refused: not supported.
    pub witnesses: Option<IgnoredAny>,
    pub title: String,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(rename_all = "snake_case")]
pub enum LotMsg {
    Token(LotTokens),
}

#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct LotTokens {
    pub index: u8,
    pub amount: Amount,
}

#[derive(Deserialize, Serialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    FirstPrice,
    SecondPrice,
}

/// What everyone learns of a sale.
#[derive(Deserialize, Serialize, Clone, Copy, Debug)]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    pub price: bool,
    pub winner: bool,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct ActMsg {
    #[serde(rename = "do")]
    pub action: Do,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Do {
    Bid(BidMsg),
    Settle(AuctionId),
    /// Changes nothing. To others it looks like a bid or a settlement.
    Cover(AuctionId),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct BidMsg {
    pub auction_id: Id,
    pub amount: Amount,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct AuctionId {
    pub auction_id: Id,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// One for each token of the house, in its order.
    pub amounts: Vec<Amount>,
    /// The sender when absent.
    pub to: Option<String>,
    /// Calls this token alone, which everybody sees: the way out when another token fails.
    pub only: Option<u8>,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct OneAuction {
    pub auction_id: Id,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct SetStatus {
    pub level: Level,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct RevokePermit {
    pub permit_name: String,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    Auction(AuctionId),
    Auctions(Page),
    /// The market's head right after the auction was closed or cancelled.
    Head(AuctionId),
    House(Empty),
    WithPermit(WithPermit),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Newest auctions first; 0 when absent.
    pub page: Option<u32>,
    /// 1 to 30.
    pub page_size: u32,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct WithPermit {
    pub permit: Permit,
    pub query: PermitQuery,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum PermitQuery {
    MyBid(AuctionId),
    Account(Empty),
    BidProof(BidProofQuery),
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct BidProofQuery {
    pub auction_id: Id,
    pub with_amount: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteAnswer {
    Receive(Done),
    CreateAuction(Created),
    Act(Acted),
    Withdraw(Verdict),
    Cancel(Done),
    Close(Done),
    SetContractStatus(Done),
    RevokePermit(Done),
}

#[derive(Serialize)]
pub struct Done {
    pub status: &'static str,
}

pub const SUCCESS: Done = Done { status: "success" };

#[derive(Serialize)]
pub struct Created {
    pub status: &'static str,
    pub auction_id: Id,
    pub n: Id,
    pub salt: Binary,
}

#[derive(Serialize)]
pub struct Acted {
    pub status: &'static str,
    pub reason: &'static str,
    pub n: Id,
    pub salt: Binary,
}

#[derive(Serialize)]
pub struct Verdict {
    pub status: &'static str,
    pub reason: &'static str,
}

/// `accepted` or `refused`.
pub fn status_of(accepted: bool) -> &'static str {
    if accepted {
        "accepted"
    } else {
        "refused"
    }
}

/// The public terms. Their JSON is stored, and answers contain it as it is.
#[derive(Serialize, Debug)]
pub struct Terms {
    pub auction_id: Id,
    pub seller: String,
    pub title: String,
    pub lot: LotMsg,
    pub bid_token: u8,
    pub format: Format,
    pub min_bid: Amount,
    pub starts_at: u64,
    pub ends_at: u64,
    pub reveal: Reveal,
}

/// What follows the terms in the answer about an auction.
#[derive(Serialize)]
pub struct Progress {
    /// `open` until someone closes the auction, also after its end.
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
}

#[derive(Serialize)]
pub struct HeadView {
    pub n: Id,
    pub head: Binary,
}

#[derive(Serialize)]
pub struct HouseView {
    pub tokens: Vec<TokenRef>,
    pub fee_bps: u16,
    pub fee_to: String,
    pub min_duration: u64,
    pub admin: Option<String>,
    pub status: Level,
    pub auctions: Id,
    pub n: Id,
    pub head: Binary,
    /// secp256k1, compressed, 33 bytes: signs proofs of bids.
    pub public_key: Binary,
}

#[derive(Serialize)]
pub struct MyBid {
    /// Zero: no bid.
    pub amount: Amount,
    pub n: Id,
    pub leaf: Binary,
    /// `open`, `won`, `lost`, `not_sold`, `cancelled`, `none` (no bid).
    pub outcome: &'static str,
    /// What the winner pays or the seller is paid, fee included. Zero for all others.
    pub price: Amount,
    pub bid_settled: bool,
    pub sale_settled: bool,
}

#[derive(Serialize)]
pub struct AccountView {
    pub free: Vec<Amount>,
    pub locked: Vec<Amount>,
}

#[derive(Serialize)]
pub struct ProofView {
    /// JSON that the house signed: `ProofDocument`.
    pub document: Binary,
    /// ECDSA over the SHA-256 of the document, 64 bytes.
    pub signature: Binary,
}

/// What a proof of a bid states.
#[derive(Serialize)]
pub struct ProofDocument<'a> {
    pub kind: &'static str,
    pub chain_id: &'a str,
    pub house: &'a str,
    pub auction_id: Id,
    pub bidder: &'a str,
    pub n: Id,
    pub leaf: Binary,
    pub counted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryAnswer {
    Head(HeadView),
    House(HouseView),
    MyBid(MyBid),
    Account(AccountView),
    BidProof(ProofView),
}
