//! The leaking and the cured form of each message.

use std::hint::black_box;

use cosmwasm_std::{to_binary, Binary, DepsMut, Env, QueryRequest, Response, StdError, StdResult, WasmMsg, WasmQuery};

use crate::msg::{ExecuteMsg, QueryMsg};

/// Bytes of a cured answer and of a cured attribute.
const BLOCK: usize = 256;
const ROWS: u64 = 8;
/// SDK gas of a row that `row_count` leaves out: 200, and 5 for each byte of key and value (66 and 64). The import's own price and the
/// refund of written bytes are wasm gas, which `evaporate` evens: 5 for each of the 8 bytes comes back.
const ROW_GAS: u64 = 200 + 5 * (66 + 64) + 5 * 8;

pub fn is_odd(secret: u64) -> bool {
    secret & 1 == 1
}

fn filled(length: u64) -> String {
    "x".repeat(length as usize % BLOCK)
}

/// A text that is `BLOCK` bytes long.
fn block(text: &str) -> String {
    format!("{text:<BLOCK$}")
}

fn answer(text: &str) -> Response {
    Response::new().set_data(Binary::from(text.as_bytes()))
}

fn work(rounds: u32) -> u32 {
    (0..rounds).fold(1, |sum, round| black_box(sum.wrapping_mul(1_664_525).wrapping_add(round)))
}

pub fn answer_length(secret: u64, cured: bool) -> Response {
    let text = filled(secret);
    answer(if cured { block(&text) } else { text }.as_str())
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
    answer(&format!("{result:010}"))
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
    let text = filled(secret);
    deps.storage.set(b"size", if cured { block(&text) } else { text }.as_bytes());
}

pub fn row_order(deps: DepsMut, secret: u64, cured: bool) {
    let rows: [&[u8]; 2] = [b"first", b"other"];
    let begin = if cured { 0 } else { (secret & 1) as usize };
    deps.storage.get(rows[begin]);
    deps.storage.get(rows[1 - begin]);
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

pub fn error_kind(secret: u64, cured: bool) -> StdResult<Response> {
    let refusal = match secret % 3 {
        0 => return Ok(answer(&block("done"))),
        1 => "too low",
        _ => "not enough of your tokens are free",
    };
    if cured {
        return Ok(answer(&block(refusal)));
    }
    Err(StdError::generic_err(refusal))
}

pub fn attribute(secret: u64, cured: bool) -> Response {
    let value = if cured { "act" } else if is_odd(secret) { "buy" } else { "bid" };
    Response::new().add_attribute_plaintext("kind", value)
}

pub fn attribute_length(secret: u64, cured: bool) -> Response {
    let text = filled(secret);
    Response::new().add_attribute("text", if cured { block(&text) } else { text })
}

fn call_own(env: &Env, text: String) -> StdResult<WasmMsg> {
    let msg = to_binary(&ExecuteMsg::Called { text })?;
    let (contract_addr, code_hash) = (env.contract.address.to_string(), env.contract.code_hash.clone());
    Ok(WasmMsg::Execute { contract_addr, code_hash, msg, funds: vec![] })
}

pub fn sub_message(env: &Env, secret: u64, cured: bool) -> StdResult<Response> {
    let odd = is_odd(secret);
    if !cured && !odd {
        return Ok(Response::new());
    }
    Ok(Response::new().add_message(call_own(env, u8::from(odd).to_string())?))
}

pub fn sub_length(env: &Env, secret: u64, cured: bool) -> StdResult<Response> {
    let text = filled(secret);
    Ok(Response::new().add_message(call_own(env, if cured { block(&text) } else { text })?))
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
