//! What a leaf of the head states, 46 bytes: kind, actor, auction, amount, outcome.

use common::account::Account;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    Cover = 0,
    Bid = 1,
    Settle = 2,
    Create = 3,
    Cancel = 4,
    Close = 5,
}

pub const PAYLOAD_SIZE: usize = 1 + 20 + 8 + 16 + 1;

pub fn payload(kind: u8, actor: &Account, auction_id: u64, amount: u128, outcome: u8) -> [u8; PAYLOAD_SIZE] {
    let mut payload = [0; PAYLOAD_SIZE];
    payload[0] = kind;
    payload[1..21].copy_from_slice(actor);
    payload[21..29].copy_from_slice(&auction_id.to_be_bytes());
    payload[29..45].copy_from_slice(&amount.to_be_bytes());
    payload[45] = outcome;
    payload
}
