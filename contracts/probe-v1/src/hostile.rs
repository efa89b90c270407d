//! What a contract must not be able to do to a node.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use cosmwasm_std::{
    Api, ConversionOverflowError, DivideByZeroError, OverflowError, OverflowOperation, RecoverPubkeyError,
    StdError, Storage, VerificationError,
};

use crate::error::ProbeError;
use crate::msg::{Failure, LoopKind};

pub fn failure(error: Failure) -> ProbeError {
    let std = match error {
        Failure::Text { text } => return ProbeError::Text(text),
        Failure::GenericErr { msg } => StdError::generic_err(msg),
        Failure::InvalidBase64 { msg } => StdError::invalid_base64(msg),
        Failure::InvalidDataSize { expected, actual } => {
            StdError::invalid_data_size(expected as usize, actual as usize)
        }
        Failure::InvalidHex { msg } => StdError::invalid_hex(msg),
        Failure::InvalidUtf8 { msg } => StdError::invalid_utf8(msg),
        Failure::NotFound { kind } => StdError::not_found(kind),
        Failure::ParseErr { target, msg } => StdError::parse_err(target, msg),
        Failure::SerializeErr { source, msg } => StdError::serialize_err(source, msg),
        Failure::Overflow {} => StdError::overflow(OverflowError::new(OverflowOperation::Sub, 1, 2)),
        Failure::DivideByZero {} => StdError::divide_by_zero(DivideByZeroError::new(7)),
        Failure::ConversionOverflow {} => {
            StdError::from(ConversionOverflowError::new("Uint256", "Uint128", "3"))
        }
        Failure::VerificationErr { code } => StdError::verification_err(VerificationError::unknown_err(code)),
        Failure::RecoverPubkeyErr { code } => {
            StdError::recover_pubkey_err(RecoverPubkeyError::unknown_err(code))
        }
    };
    ProbeError::Std(std)
}

pub fn endless(storage: &mut dyn Storage, api: &dyn Api, kind: LoopKind) {
    let mut round: u64 = 0;
    let mut hoard: Vec<Vec<u8>> = vec![];
    loop {
        round = black_box(round.wrapping_add(1));
        match kind {
            LoopKind::Cpu => {}
            LoopKind::Storage => storage.set(b"loop", &round.to_be_bytes()),
            LoopKind::Read => drop(black_box(storage.get(b"loop"))),
            LoopKind::Memory => hoard.push(vec![1; 65_536]),
            LoopKind::Host => api.debug("again"),
        }
    }
}

pub fn count(rounds: u64) -> u64 {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for round in 0..rounds {
        state = (state ^ (state >> 12)).rotate_left(25).wrapping_mul(0x2545_f491_4f6c_dd1d) ^ round;
    }
    state
}

/// `memory` recursion fills the stack in linear memory, the other one only the engine's own stack.
pub fn recurse(depth: Option<u32>, memory: bool) -> u32 {
    let limit = depth.unwrap_or(u32::MAX);
    if memory {
        dive_memory(limit)
    } else {
        dive(limit)
    }
}

#[inline(never)]
fn dive(left: u32) -> u32 {
    if left == 0 {
        return 1;
    }
    // A rotation between the calls keeps the optimiser from making a loop of it.
    dive(left - 1).rotate_left(7) ^ left
}

#[inline(never)]
fn dive_memory(left: u32) -> u32 {
    let mut frame = [left; 64];
    black_box(&mut frame);
    if left == 0 {
        return 1;
    }
    dive_memory(left - 1).wrapping_add(frame[63])
}

pub fn allocate(bytes: u32, times: u32) -> u64 {
    let mut hoard = vec![];
    for round in 0..times {
        hoard.push(black_box(vec![round as u8 | 1; bytes as usize]));
    }
    hoard.iter().map(|part| part.len() as u64).sum()
}

/// Answers of memory.grow: the last old size in pages, or -1.
#[cfg(target_arch = "wasm32")]
pub fn grow(pages: u32, times: u32) -> i32 {
    let mut answer = 0;
    for _ in 0..times {
        answer = core::arch::wasm32::memory_grow(0, pages as usize) as i32;
    }
    answer
}

#[cfg(not(target_arch = "wasm32"))]
pub fn grow(_: u32, _: u32) -> i32 {
    -1
}

const NOT_REPLACED: u32 = u32::MAX;
static REPLACEMENT: AtomicU32 = AtomicU32::new(NOT_REPLACED);

pub fn replace_by_bytes(bytes: Vec<u8>) {
    let bytes: &'static [u8] = bytes.leak();
    let length = bytes.len() as u32;
    let region: &'static [u32; 3] = Box::leak(Box::new([bytes.as_ptr() as u32, length, length]));
    replace_by_pointer(region.as_ptr() as u32);
}

pub fn replace_by_pointer(pointer: u32) {
    REPLACEMENT.store(pointer, Ordering::Relaxed);
}

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
pub fn replaced_result(honest: u32) -> u32 {
    match REPLACEMENT.load(Ordering::Relaxed) {
        NOT_REPLACED => honest,
        pointer => pointer,
    }
}
