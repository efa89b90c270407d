//! The leaking and the cured form of each message.

use std::hint::black_box;

use cosmwasm_std::{
    to_binary, Binary, DepsMut, Env, QueryRequest, Response, StdError, StdResult, WasmMsg, WasmQuery,
};

use crate::msg::{ExecuteMsg, QueryMsg};

/// Bytes of a cured answer and of a cured attribute.
const BLOCK: usize = 256;
const ROWS: u64 = 8;
/// SDK gas of a row that `row_count` leaves out: 200, and 5 for each byte of key and value (67 and 64).
/// Minus the 5 for each of the 8 bytes that a written row gets back after the evaporation.
const ROW_GAS: u64 = 200 + 5 * (67 + 64) - 5 * 8;

pub fn is_odd(secret: u64) -> bool {
    secret & 1 == 1
}

fn filled(length: u64) -> String {
    "x".repeat(length as usize % BLOCK)
}

/// All ones when `left < right`, else zero; both below 2^63. No branch.
fn less(left: u64, right: u64) -> u8 {
    ((left.wrapping_sub(right) >> 63) as u8).wrapping_neg()
}

/// `filled` with another letter up to `BLOCK` bytes. Its work does not depend on the length, nor does the
/// work of writing it as JSON: a space costs less than a letter there.
fn filled_block(length: u64) -> String {
    let length = length % BLOCK as u64;
    let bytes = (0..BLOCK as u64).map(|at| b'_' + (less(at, length) & (b'x' - b'_'))).collect();
    String::from_utf8(bytes).unwrap_or_default()
}

/// One of several texts, with spaces up to `BLOCK` bytes. The work does not depend on `which`.
fn one_of<const N: usize>(texts: [&str; N], which: u64) -> String {
    let mut block = vec![0; BLOCK];
    for (at, text) in texts.iter().enumerate() {
        let is_it = less(at as u64, which + 1) & less(which, at as u64 + 1);
        for (i, byte) in block.iter_mut().enumerate() {
            *byte |= text.as_bytes().get(i).unwrap_or(&b' ') & is_it;
        }
    }
    String::from_utf8(block).unwrap_or_default()
}

fn answer(text: &str) -> Response {
    Response::new().set_data(Binary::from(text.as_bytes()))
}

/// Not inlined: the compiler may not make different code for different numbers.
#[inline(never)]
pub fn work(rounds: u32) -> u32 {
    (0..rounds).fold(1, |sum, round| black_box(sum.wrapping_mul(1_664_525).wrapping_add(round)))
}

pub fn answer_length(secret: u64, cured: bool) -> Response {
    let text = if cured { filled_block(secret) } else { filled(secret) };
    answer(&text)
}

/// The number with ten digits, by the same work for each number.
fn digits(mut number: u32) -> String {
    let mut text = [0; 10];
    for digit in text.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    String::from_utf8(text.to_vec()).unwrap_or_default()
}

/// Both sides are computed, and a mask selects.
pub fn gas(secret: u64, cured: bool) -> Response {
    let odd = secret & 1;
    let result = if cured {
        let mask = (odd as u32).wrapping_neg();
        (work(2_000) & mask) | (work(1) & !mask)
    } else if odd == 1 {
        work(2_000)
    } else {
        work(1)
    };
    answer(&digits(result))
}

/// Returns the gas that the rows left out would cost.
pub fn row_count(deps: DepsMut, secret: u64, cured: bool) -> u64 {
    let rows = if cured { ROWS } else { 1 + secret % ROWS };
    for row in 0..rows {
        deps.storage.set(&[b'n', row as u8], &secret.to_be_bytes());
    }
    (ROWS - rows) * ROW_GAS
}

pub fn row_size(deps: DepsMut, secret: u64, cured: bool) {
    let text = if cured { filled_block(secret) } else { filled(secret) };
    deps.storage.set(b"size", text.as_bytes());
}

pub fn row_order(deps: DepsMut, secret: u64, cured: bool) {
    let rows: [&[u8]; 2] = [b"first", b"other"];
    let begin = if cured { 0 } else { (secret & 1) as usize };
    deps.storage.get(rows[begin]);
    deps.storage.get(rows[1 - begin]);
}

/// Work that is one of two amounts, for `evaporate` to even.
pub fn evaporated(secret: u64) -> Response {
    answer(&digits(if is_odd(secret) { work(1_000 + (secret % 64) as u32) } else { work(1) }))
}

pub fn branch(deps: DepsMut, secret: u64, cured: bool) {
    let odd = is_odd(secret);
    if cured || odd {
        deps.storage.set(b"left ", &[u8::from(odd)]);
    }
    if cured || !odd {
        deps.storage.set(b"right", &[u8::from(!odd)]);
    }
}

pub fn random_row(deps: DepsMut, env: &Env, secret: u64, cured: bool) -> StdResult<()> {
    let random = env.block.random.as_ref().ok_or_else(|| StdError::generic_err("no random number"))?;
    let number = random.as_slice()[0];
    let row = if cured { number & 7 } else { number & 3 | ((secret & 1) as u8) << 2 };
    deps.storage.set(&[b'r', row], b"x");
    Ok(())
}

const TOO_LOW: &str = "too low";
const NOT_FREE: &str = "not enough of your tokens are free";

pub fn error_kind(secret: u64, cured: bool) -> StdResult<Response> {
    let which = secret % 3;
    if cured {
        return Ok(answer(&one_of(["done", TOO_LOW, NOT_FREE], which)));
    }
    match which {
        0 => Ok(answer(&one_of(["done"], 0))),
        1 => Err(StdError::generic_err(TOO_LOW)),
        _ => Err(StdError::generic_err(NOT_FREE)),
    }
}

pub fn attribute(secret: u64, cured: bool) -> Response {
    let value = if cured {
        "act"
    } else if is_odd(secret) {
        "buy"
    } else {
        "bid"
    };
    Response::new().add_attribute_plaintext("kind", value)
}

pub fn attribute_length(secret: u64, cured: bool) -> Response {
    Response::new().add_attribute("text", if cured { filled_block(secret) } else { filled(secret) })
}

fn call_own(env: &Env, text: String) -> StdResult<WasmMsg> {
    let msg = to_binary(&ExecuteMsg::Called { text })?;
    let (contract_addr, code_hash) = (env.contract.address.to_string(), env.contract.code_hash.clone());
    Ok(WasmMsg::Execute { contract_addr, code_hash, msg, funds: vec![] })
}

pub fn sub_message(env: &Env, secret: u64, cured: bool) -> StdResult<Response> {
    if !cured && !is_odd(secret) {
        return Ok(Response::new());
    }
    let text = if is_odd(secret) { "1" } else { "0" };
    Ok(Response::new().add_message(call_own(env, text.to_string())?))
}

pub fn sub_length(env: &Env, secret: u64, cured: bool) -> StdResult<Response> {
    let text = if cured { filled_block(secret) } else { filled(secret) };
    Ok(Response::new().add_message(call_own(env, text)?))
}

pub fn query(deps: DepsMut, env: &Env, secret: u64, cured: bool) -> StdResult<()> {
    if !cured && !is_odd(secret) {
        return Ok(());
    }
    let msg = to_binary(&QueryMsg::Peek { cured: false, key: String::new() })?;
    let (contract_addr, code_hash) = (env.contract.address.to_string(), env.contract.code_hash.clone());
    let request = QueryRequest::Wasm(WasmQuery::Smart { contract_addr, code_hash, msg });
    deps.querier.query::<String>(&request).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_compare_as_numbers_do() {
        for (left, right) in [(0, 0), (0, 1), (1, 0), (255, 256), (256, 255), (1 << 62, (1 << 62) + 1)] {
            assert_eq!(less(left, right) == 0xff, left < right);
            assert_eq!(less(left, right) == 0, left >= right);
        }
    }

    #[test]
    fn blocks_hold_the_text_and_have_one_length() {
        for length in [0, 1, 100, 255] {
            let block = filled_block(length);
            assert_eq!(block.len(), BLOCK);
            assert_eq!(block.trim_end_matches('_'), filled(length));
        }
        for (which, text) in ["done", "too low", "no"].iter().enumerate() {
            let block = one_of(["done", "too low", "no"], which as u64);
            assert_eq!((block.len(), block.trim_end()), (BLOCK, *text));
        }
    }

    #[test]
    fn both_forms_compute_the_same() {
        for secret in [0, 1, 2, 3] {
            assert_eq!(gas(secret, false).data, gas(secret, true).data);
        }
        assert_eq!(digits(u32::MAX), "4294967295");
        assert_eq!(digits(7), "0000000007");
    }
}
