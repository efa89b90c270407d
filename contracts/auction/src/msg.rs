//! The JSON of messages and answers. Secret fields have one length: amounts 39 digits, ids 20.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::json::{self, place_of, FromJson, Ignored, Parsed, Text};
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use common::witness::{WitnessTerms, WitnessView};
use cosmwasm_std::Binary;

use crate::rules::Kind;

common::json! { [strict]
    #[derive(Debug)]
    pub struct InstantiateMsg {
        /// 1 to 4. Their order is the index in all other messages.
        pub tokens: Vec<TokenRef>,
        /// No fee when absent.
        pub fee: Option<Fee>,
        /// The price that a seller pays to the receiver of fees for each new auction: nobody can fill a house
        /// for free. An amount of 0 is for a house with trusted sellers.
        pub lot_fee: LotTokens,
        /// At least 32 bytes that nobody else knows.
        pub entropy: Binary,
        /// May stop new deposits, auctions and bids for 14 days. Nobody when absent.
        pub admin: Option<String>,
        /// Shortest time of an auction in seconds; 600 when absent.
        pub min_duration: Option<u64>,
        pub padding: Ignored,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Fee {
        /// Basis points of the price, at most 500.
        pub bps: u16,
        pub to: String,
    }
}

common::json! { [read]
    #[derive(Debug)]
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
}

common::json! { [read]
    /// The message inside a token's `send`.
    #[derive(Debug)]
    pub enum HookMsg {
        Deposit(Deposit),
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Deposit {
        pub bind: Bind,
        pub padding: Ignored,
    }
}

common::json! { [strict]
    /// An unknown field is refused: a misspelt `reserve` would sell without one.
    #[derive(Debug)]
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
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [read write]
    #[derive(Clone, Debug)]
    pub enum LotMsg {
        Token(LotTokens),
    }
}

common::json! { [strict write]
    #[derive(Clone, Debug)]
    pub struct LotTokens {
        pub index: u8,
        pub amount: Amount,
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Format {
        FirstPrice,
        SecondPrice,
    }
}

common::json! { [strict write]
    /// What everyone learns of a sale.
    #[derive(Clone, Copy, Debug)]
    pub struct Reveal {
        pub price: bool,
        pub winner: bool,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct ActMsg {
        pub kind: Kind = "do",
        pub auction_id: Id,
        /// Of a bid; the other kinds ignore it.
        pub amount: Amount,
        /// 32 bytes: the hash of the terms for which the bid is; the other kinds ignore it.
        pub terms: Binary,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

/// Six letters, filled up with spaces, so that hosts see no difference between the kinds.
impl FromJson for Kind {
    fn from_json(text: Text) -> Parsed<Self> {
        let word = format!("{:6}", json::text(text)?);
        let place = place_of(&["cover ", "bid   ", "settle"], &word);
        place
            .map(|place| [Kind::Cover, Kind::Bid, Kind::Settle][place])
            .ok_or_else(|| "do must be \"bid   \", \"settle\" or \"cover \"".to_string())
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct AuctionId {
        pub auction_id: Id,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Withdraw {
        /// One for each token of the house, in its order.
        pub amounts: Vec<Amount>,
        /// The sender when absent.
        pub to: Option<String>,
        /// Calls this token alone, which everybody sees: the way out when another token fails.
        pub only: Option<u8>,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct OneAuction {
        pub auction_id: Id,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Confirm {
        pub auction_id: Id,
        /// The number of leaves when the auction was frozen.
        pub n: Id,
        /// 32 bytes: the head over them.
        pub head: Binary,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct SetStatus {
        pub level: Level,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct RevokePermit {
        pub permit_name: String,
        pub bind: Bind,
        pub padding: Ignored,
        pub gas_target: Option<Id>,
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub enum QueryMsg {
        Auction(AuctionId),
        Auctions(Page),
        /// The market's head right after the auction was closed or cancelled.
        Head(AuctionId),
        House(Empty),
        WithPermit(WithPermit),
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Page {
        /// Newest auctions first; 0 when absent.
        pub page: Option<u32>,
        /// 1 to 30.
        pub page_size: u32,
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct Empty {}
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct WithPermit {
        pub permit: Permit,
        pub query: PermitQuery,
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub enum PermitQuery {
        MyBid(AuctionId),
        Account(Empty),
        BidProof(BidProofQuery),
    }
}

common::json! { [strict]
    #[derive(Debug)]
    pub struct BidProofQuery {
        pub auction_id: Id,
        pub with_amount: bool,
    }
}

common::json! { [write]
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
}

common::json! { [write]
    pub struct Done {
        pub status: &'static str,
    }
}

pub const SUCCESS: Done = Done { status: "success" };

common::json! { [write]
    pub struct Created {
        pub status: &'static str,
        pub auction_id: Id,
        pub n: Id,
        pub salt: Binary,
    }
}

common::json! { [sparse]
    /// The public terms. Their JSON is stored, and answers contain it as it is.
    #[derive(Debug)]
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
        pub witnesses: Option<WitnessTerms>,
    }
}

common::json! { [sparse]
    /// What follows the terms in the answer about an auction.
    pub struct Progress {
        /// `open` until someone closes or freezes the auction, also after its end.
        pub status: &'static str,
        pub price: Option<Amount>,
        pub winner: Option<String>,
        /// Of an auction with witnesses.
        pub witnesses: Option<WitnessView>,
    }
}

common::json! { [write]
    pub struct HeadView {
        pub n: Id,
        pub head: Binary,
    }
}

common::json! { [write]
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
}

common::json! { [write]
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
}

common::json! { [write]
    pub struct AccountView {
        pub free: Vec<Amount>,
        pub locked: Vec<Amount>,
    }
}

common::json! { [write]
    pub struct ProofView {
        /// JSON that the house signed: `ProofDocument`.
        pub document: Binary,
        /// ECDSA over the SHA-256 of the document, 64 bytes.
        pub signature: Binary,
    }
}

common::json! { [sparse]
    /// What a proof of a bid states.
    pub struct ProofDocument {
        pub kind: &'static str,
        pub chain_id: String,
        pub house: String,
        pub auction_id: Id,
        pub bidder: String,
        pub n: Id,
        pub leaf: Binary,
        pub counted: bool,
        pub amount: Option<Amount>,
    }
}

common::json! { [write]
    pub enum QueryAnswer {
        Head(HeadView),
        House(HouseView),
        MyBid(MyBid),
        Account(AccountView),
        BidProof(ProofView),
    }
}
