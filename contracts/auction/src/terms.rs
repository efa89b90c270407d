//! The hash of an auction's public terms. Bids name it, and the witnesses are a part of it.

use common::account::Account;
use common::phase::Phase;
use common::witness::Witnesses;
use sha2::{Digest, Sha256};

use crate::msg::{CreateAuction, Format, LotMsg};

/// SHA-256 over "terms", seller (20 bytes), index of the lot's token (1), amount of the lot (16), index of the bids'
/// token (1), format (1; 1: second price), `min_bid` (16), `starts_at` and `ends_at` (8 each), whether price and winner
/// are revealed (1 each), the witnesses as `Witnesses::encode`, or a zero byte, and the title. Numbers are big-endian.
pub fn hash(seller: &Account, phase: &Phase, witnesses: Option<&Witnesses>, msg: &CreateAuction) -> [u8; 32] {
    let LotMsg::Token(lot) = &msg.lot;
    Sha256::new()
        .chain_update(b"terms")
        .chain_update(seller)
        .chain_update([lot.index])
        .chain_update(lot.amount.0.to_be_bytes())
        .chain_update([msg.bid_token, u8::from(msg.format == Format::SecondPrice)])
        .chain_update(msg.min_bid.0.to_be_bytes())
        .chain_update(phase.starts_at.to_be_bytes())
        .chain_update(phase.ends_at.to_be_bytes())
        .chain_update([msg.reveal.price.into(), msg.reveal.winner.into()])
        .chain_update(witnesses.map_or(vec![0], Witnesses::encode))
        .chain_update(msg.title.as_bytes())
        .finalize()
        .into()
}
