use cosmwasm_std::{Api, Binary, CanonicalAddr, Querier, StdError, StdResult, Storage};

use crate::msg::Op;
use crate::run::Run;

impl<S: Storage, A: Api, Q: Querier> Run<'_, S, A, Q> {
    pub fn crypto_op(&mut self, op: Op) -> StdResult<()> {
        let text = match op {
            Op::CanonicalAddress { address } => self.api.canonical_address(&address)?.0.to_base64(),
            Op::HumanAddress { canonical } => self.api.human_address(&CanonicalAddr(canonical))?.0,
            Op::Secp256k1Verify { hash, signature, public_key } => self
                .api
                .secp256k1_verify(hash.as_slice(), signature.as_slice(), public_key.as_slice())
                .map_err(told)?
                .to_string(),
            Op::Secp256k1Recover { hash, signature, recovery_param } => self
                .api
                .secp256k1_recover_pubkey(hash.as_slice(), signature.as_slice(), recovery_param)
                .map(|key| Binary(key).to_base64())
                .map_err(told)?,
            Op::Secp256k1Sign { message, private_key } => self
                .api
                .secp256k1_sign(message.as_slice(), private_key.as_slice())
                .map(|signature| Binary(signature).to_base64())
                .map_err(told)?,
            Op::Ed25519Verify { message, signature, public_key } => self
                .api
                .ed25519_verify(message.as_slice(), signature.as_slice(), public_key.as_slice())
                .map_err(told)?
                .to_string(),
            Op::Ed25519BatchVerify { messages, signatures, public_keys } => self
                .api
                .ed25519_batch_verify(&slices(&messages), &slices(&signatures), &slices(&public_keys))
                .map_err(told)?
                .to_string(),
            Op::Ed25519Sign { message, private_key } => self
                .api
                .ed25519_sign(message.as_slice(), private_key.as_slice())
                .map(|signature| Binary(signature).to_base64())
                .map_err(told)?,
            _ => return Err(StdError::generic_err("not cryptography")),
        };
        self.output(text);
        Ok(())
    }
}

fn told(err: impl std::fmt::Display) -> StdError {
    StdError::generic_err(err.to_string())
}

fn slices(list: &[Binary]) -> Vec<&[u8]> {
    list.iter().map(Binary::as_slice).collect()
}
