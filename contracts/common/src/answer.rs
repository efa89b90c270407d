//! Answers and errors of one length. The chain encrypts them, but shows how long they are.

use cosmwasm_std::{to_vec, Api, Binary, Response, StdError, StdResult, Uint64};
use serde::Serialize;

use crate::gas::evaporate;

pub const ANSWER_SIZE: usize = 256;

/// The chain shows an error of a contract as this and its text.
const ERROR_PREFIX: &str = "Generic error: ";

/// JSON filled with spaces to exactly 256 bytes. A longer answer is an error: its length would show.
pub fn answer(answer: &impl Serialize) -> StdResult<Binary> {
    exactly(to_vec(answer)?, ANSWER_SIZE)
}

/// JSON filled with spaces to a multiple of `block` bytes; at most `block` where the length is secret:
/// then use `fixed_query_answer`.
pub fn query_answer(answer: &impl Serialize, block: usize) -> StdResult<Binary> {
    Ok(pad(to_vec(answer)?, block))
}

/// JSON filled with spaces to exactly `size` bytes; longer is an error.
pub fn fixed_query_answer(answer: &impl Serialize, size: usize) -> StdResult<Binary> {
    exactly(to_vec(answer)?, size)
}

/// Fills with spaces to a multiple of `block`, which JSON ignores.
pub fn pad(mut bytes: Vec<u8>, block: usize) -> Binary {
    let block = block.max(1);
    bytes.resize(bytes.len().div_ceil(block) * block, b' ');
    Binary(bytes)
}

fn exactly(bytes: Vec<u8>, size: usize) -> StdResult<Binary> {
    if bytes.len() > size {
        return Err(StdError::generic_err(format!("an answer is longer than {size} bytes")));
    }
    Ok(pad(bytes, size))
}

/// The end of every execute: the answer or the error gets 256 bytes, and the gas used reaches
/// `max(work, gas_target)`. `work` is 10 % above the worst path of the message's family.
pub fn finish(
    api: &dyn Api,
    work: u64,
    gas_target: Option<Uint64>,
    result: StdResult<Response>,
) -> StdResult<Response> {
    let result = match result {
        Ok(mut response) => {
            let data = response.data.take().unwrap_or_else(|| Binary(b"{}".to_vec()));
            exactly(data.0, ANSWER_SIZE).map(|data| response.set_data(data))
        }
        Err(error) => Err(error),
    }
    .map_err(padded_error);
    let target = gas_target.map_or(work, |target| target.u64().max(work));
    evaporate(api, Some(target.into())).map_err(padded_error)?;
    result
}

/// An error whose text on the chain has exactly 256 bytes; longer texts are cut.
pub fn padded_error(error: StdError) -> StdError {
    let text = match error {
        StdError::GenericErr { msg } => msg,
        other => other.to_string(),
    };
    let size = ANSWER_SIZE - ERROR_PREFIX.len();
    let mut padded = String::with_capacity(size);
    for character in text.chars() {
        // JSON writes these longer, and the length of the JSON shows too.
        let character = match character {
            '"' | '\\' => '\'',
            control if control < ' ' || control == '\u{7f}' => ' ',
            other => other,
        };
        if padded.len() + character.len_utf8() > size {
            break;
        }
        padded.push(character);
    }
    padded.extend(std::iter::repeat(' ').take(size - padded.len()));
    StdError::generic_err(padded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockApi;

    #[test]
    fn answers_have_one_size_or_fail() {
        assert_eq!(answer(&"x").unwrap().len(), 256);
        assert_eq!(answer(&"x".repeat(254)).unwrap().len(), 256);
        assert!(answer(&"x".repeat(255)).unwrap_err().to_string().contains("longer than 256"));
        assert_eq!(query_answer(&"x".repeat(255), 256).unwrap().len(), 512);
        assert_eq!(fixed_query_answer(&"x", 1024).unwrap().len(), 1024);
        assert!(fixed_query_answer(&"x".repeat(1024), 1024).is_err());
    }

    #[test]
    fn finish_pads_answers_and_errors_alike() {
        let api = MockApi::default();
        let ok = |bytes: &[u8]| finish(&api, 0, None, Ok(Response::new().set_data(bytes)));
        assert_eq!(ok(b"{}").unwrap().data.unwrap().len(), 256);
        assert_eq!(finish(&api, 0, None, Ok(Response::new())).unwrap().data.unwrap().len(), 256);
        assert_eq!(ok(&[b'x'; 257]).unwrap_err().to_string().len(), 256);
        let errors = [
            StdError::generic_err(""),
            StdError::generic_err("short"),
            StdError::generic_err("ä".repeat(300)),
            StdError::generic_err("\"\\\n".repeat(99)),
            StdError::not_found("something"),
        ];
        for error in errors {
            let text = finish(&api, 0, None, Err(error)).unwrap_err().to_string();
            assert_eq!((text.len(), cosmwasm_std::to_vec(&text).unwrap().len()), (256, 258), "{text:?}");
        }
    }

    /// That gas is burnt is tested in the engine, the mock has none.
    #[test]
    fn a_target_that_no_call_can_reach_is_an_error() {
        let error = finish(&MockApi::default(), 0, Some(Uint64::MAX), Ok(Response::new())).unwrap_err();
        assert!(error.to_string().contains("gas_target is too high"));
    }
}
