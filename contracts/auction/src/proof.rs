//! Proofs of bids: documents that the house signs with a key that only the contract has.

use common::account::address_of;
use common::amount::{Amount, Id};
use common::json::to_vec;
use common::seed;
use cosmwasm_std::{Api, Binary, Env, StdError, StdResult};
use sha2::{Digest, Sha256};

use common::account::Account;

use crate::msg::{BidProofQuery, ProofDocument, ProofView};
use crate::rows::BidRow;

fn private_key(of_house: &[u8; 32]) -> [u8; 32] {
    seed::derive(of_house, &[b"proofs of bids"])
}

fn sign(api: &dyn Api, key: &[u8; 32], document: &[u8]) -> StdResult<Vec<u8>> {
    api.secp256k1_sign(document, key).map_err(|_| StdError::generic_err("the house cannot sign"))
}

/// A signature fits two public keys, and only the true one fits the signatures of two documents. So
/// no multiplication on the curve is needed in the contract.
pub fn public_key(api: &dyn Api, of_house: &[u8; 32]) -> StdResult<[u8; 33]> {
    let key = private_key(of_house);
    let candidates = |document: &[u8]| -> StdResult<Vec<[u8; 33]>> {
        let signature = sign(api, &key, document)?;
        let hash = Sha256::digest(document);
        let recover = |side| compressed(&api.secp256k1_recover_pubkey(&hash, &signature, side).ok()?);
        Ok((0..2).filter_map(recover).collect())
    };
    let second = candidates(b"second")?;
    let both = candidates(b"first")?.into_iter().find(|key| second.contains(key));
    both.ok_or_else(|| StdError::generic_err("the house has no public key"))
}

/// The chain recovers compressed keys, cosmwasm's mock others.
fn compressed(key: &[u8]) -> Option<[u8; 33]> {
    let mut short: [u8; 33] = key.get(..33)?.try_into().ok()?;
    if let Some(last) = key.get(64) {
        short[0] = 2 + (last & 1);
    }
    Some(short)
}

/// Fails when the account has no bid there; only the holder of its permit sees that.
pub fn bid_proof(
    api: &dyn Api,
    env: &Env,
    of_house: &[u8; 32],
    bidder: &Account,
    bid: &BidRow,
    asked: &BidProofQuery,
) -> StdResult<ProofView> {
    if bid.amount == 0 {
        return Err(StdError::generic_err("you have no bid in this auction"));
    }
    let document = to_vec(&ProofDocument {
        kind: "sotto auction bid",
        chain_id: env.block.chain_id.clone(),
        house: env.contract.address.to_string(),
        auction_id: asked.auction_id,
        bidder: address_of(api, bidder)?.into_string(),
        n: Id(bid.n),
        leaf: Binary(bid.leaf.to_vec()),
        counted: true,
        amount: asked.with_amount.then_some(Amount(bid.amount)),
    });
    let signature = sign(api, &private_key(of_house), &document)?;
    Ok(ProofView { document: Binary(document), signature: Binary(signature) })
}
