//! Calls an import with raw arguments (null or wild pointers).

use cosmwasm_std::{StdError, StdResult};

#[cfg(not(target_arch = "wasm32"))]
pub fn call(_: &str, _: &[u32]) -> StdResult<u64> {
    Err(StdError::generic_err("no host here"))
}

#[cfg(target_arch = "wasm32")]
mod imports {
    extern "C" {
        pub fn db_read(key: u32) -> u32;
        pub fn db_write(key: u32, value: u32);
        pub fn db_remove(key: u32);
        pub fn canonicalize_address(source: u32, destination: u32) -> u32;
        pub fn humanize_address(source: u32, destination: u32) -> u32;
        pub fn secp256k1_verify(hash: u32, signature: u32, public_key: u32) -> u32;
        pub fn secp256k1_recover_pubkey(hash: u32, signature: u32, recovery_param: u32) -> u64;
        pub fn ed25519_verify(message: u32, signature: u32, public_key: u32) -> u32;
        pub fn ed25519_batch_verify(messages: u32, signatures: u32, public_keys: u32) -> u32;
        pub fn query_chain(request: u32) -> u32;
        pub fn secp256k1_sign(message: u32, private_key: u32) -> u64;
        pub fn ed25519_sign(message: u32, private_key: u32) -> u64;
    }
}

#[cfg(target_arch = "wasm32")]
pub fn call(name: &str, args: &[u32]) -> StdResult<u64> {
    use imports::*;
    let at = |index: usize| args.get(index).copied().unwrap_or(0);
    let (a, b, c) = (at(0), at(1), at(2));
    // SAFETY: the host checks every pointer; proving that is what this op is for.
    let answer: u64 = unsafe {
        match name {
            "db_read" => db_read(a).into(),
            "db_write" => {
                db_write(a, b);
                0
            }
            "db_remove" => {
                db_remove(a);
                0
            }
            "canonicalize_address" => canonicalize_address(a, b).into(),
            "humanize_address" => humanize_address(a, b).into(),
            "secp256k1_verify" => secp256k1_verify(a, b, c).into(),
            "secp256k1_recover_pubkey" => secp256k1_recover_pubkey(a, b, c),
            "ed25519_verify" => ed25519_verify(a, b, c).into(),
            "ed25519_batch_verify" => ed25519_batch_verify(a, b, c).into(),
            "query_chain" => query_chain(a).into(),
            "secp256k1_sign" => secp256k1_sign(a, b),
            "ed25519_sign" => ed25519_sign(a, b),
            _ => return Err(StdError::generic_err(format!("unknown import {name}"))),
        }
    };
    Ok(answer)
}
