//! The JSON of messages and answers. Secret fields have one length: amounts 39 digits, ids 20.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::permit::Permit;
use common::select::{equal, pick, when};
use common::status::Level;
use common::vault::TokenRef;
use common::witness::{WitnessTerms, WitnessView};
use cosmwasm_std::Binary;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use crate::rules::Kind;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct InstantiateMsg {
    /// 1 to 4. Their order is the index in all other messages.
    pub tokens: Vec<TokenRef>,
    /// No fee when absent.
    pub fee: Option<Fee>,
    /// What a seller pays to the receiver of fees for each auction that it creates, so that nobody fills a
    /// house for nothing. An amount of 0 is for houses whose sellers are trusted.
    pub lot_fee: LotTokens,
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
    Freeze(OneAuction),
    Confirm(Confirm),
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
    /// Accounts that confirm the head before the close. Nobody when absent.
    pub witnesses: Option<WitnessTerms>,
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
    #[serde(rename = "do", deserialize_with = "kind")]
    pub kind: Kind,
    pub auction_id: Id,
    /// Of a bid; the other kinds ignore it.
    pub amount: Amount,
    /// 32 bytes: the hash of the terms for which the bid is; the other kinds ignore it.
    pub terms: Binary,
    pub bind: Bind,
    #[serde(default)]
    pub padding: IgnoredAny,
    pub gas_target: Option<Id>,
}

/// Six letters, filled up with spaces, so that hosts see no difference between the kinds.
fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
    const NAMES: [(&[u8; 6], u8); 3] =
        [(b"cover ", Kind::Cover as u8), (b"bid   ", Kind::Bid as u8), (b"settle", Kind::Settle as u8)];
    let text = String::deserialize(deserializer)?;
    let mut letters = [b' '; 6];
    let end = text.len().min(letters.len());
    letters[..end].copy_from_slice(&text.as_bytes()[..end]);
    let mut found = when(false);
    let mut kind = 0;
    for (name, number) in NAMES {
        let same = equal(letters, *name);
        kind = pick(same, kind, number);
        found |= same;
    }
    if text.len() > letters.len() || !bool::from(found) {
        return Err(D::Error::custom("do must be \"bid   \", \"settle\" or \"cover \""));
    }
    Ok([Kind::Cover, Kind::Bid, Kind::Settle][usize::from(kind)])
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
pub struct Confirm {
    pub auction_id: Id,
    /// The number of leaves when the auction was frozen.
    pub n: Id,
    /// 32 bytes: the head over them.
    pub head: Binary,
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
    Cancel(Done),
    Freeze(Done),
    Confirm(Done),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<WitnessTerms>,
}

/// What follows the terms in the answer about an auction.
#[derive(Serialize)]
pub struct Progress {
    /// `open` until someone closes or freezes the auction, also after its end.
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// Of an auction with witnesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnesses: Option<WitnessView>,
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
    pub lot_fee: LotTokens,
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
