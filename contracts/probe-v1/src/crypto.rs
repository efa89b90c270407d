use cosmwasm_std::{Binary, StdError};

use crate::error::ProbeError;
use crate::msg::Op;
use crate::run::Run;

impl Run<'_> {
    pub fn crypto_op(&mut self, op: Op) -> Result<(), ProbeError> {
        let text = match op {
            Op::AddrValidate { address } => self.api.addr_validate(&address)?.to_string(),
            Op::AddrCanonicalize { address } => self.api.addr_canonicalize(&address)?.0.to_base64(),
            Op::AddrHumanize { canonical } => self.api.addr_humanize(&canonical.into())?.to_string(),
            Op::Secp256k1Verify { hash, signature, public_key, times } => {
                let mut valid = false;
                for _ in 0..times {
                    valid = self
                        .api
                        .secp256k1_verify(&hash, &signature, &public_key)
                        .map_err(StdError::verification_err)?;
                }
                valid.to_string()
            }
            Op::Secp256k1Recover { hash, signature, recovery_param } => {
                let key = self
                    .api
                    .secp256k1_recover_pubkey(&hash, &signature, recovery_param)
                    .map_err(StdError::recover_pubkey_err)?;
                Binary(key).to_base64()
            }
            Op::Secp256k1Sign { message, private_key } => {
                Binary(self.api.secp256k1_sign(&message, &private_key).map_err(told)?).to_base64()
            }
            Op::Ed25519Verify { message, signature, public_key } => self
                .api
                .ed25519_verify(&message, &signature, &public_key)
                .map_err(StdError::verification_err)?
                .to_string(),
            Op::Ed25519BatchVerify { messages, signatures, public_keys } => self
                .api
                .ed25519_batch_verify(&slices(&messages), &slices(&signatures), &slices(&public_keys))
                .map_err(StdError::verification_err)?
                .to_string(),
            Op::Ed25519Sign { message, private_key } => {
                Binary(self.api.ed25519_sign(&message, &private_key).map_err(told)?).to_base64()
            }
            _ => return Err(ProbeError::Text("not cryptography".to_string())),
        };
        self.output(text);
        Ok(())
    }
}

fn told(err: impl std::fmt::Display) -> ProbeError {
    ProbeError::Text(format!("Signing error: {err}"))
}

fn slices(list: &[Binary]) -> Vec<&[u8]> {
    list.iter().map(Binary::as_slice).collect()
}
