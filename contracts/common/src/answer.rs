//! Answers and errors of one length. The chain encrypts them, but shows how long they are.

use cosmwasm_std::{Api, Binary, Response, StdError, StdResult, Uint64};

use crate::amount::Id;
use crate::gas::evaporate;
use crate::head::Leaf;
use crate::json::{to_vec, ToJson};

pub const ANSWER_SIZE: usize = 256;

/// The chain shows an error of a contract as this and its text.
const ERROR_PREFIX: &str = "Generic error: ";

/// JSON filled with spaces to exactly 256 bytes. A longer answer is an error: its length would show.
pub fn answer(answer: &dyn ToJson) -> StdResult<Binary> {
    exactly(to_vec(answer), ANSWER_SIZE)
}

/// JSON filled with spaces to a multiple of `block` bytes; at most `block` where the length is secret:
/// then use `fixed_query_answer`.
pub fn query_answer(answer: &dyn ToJson, block: usize) -> StdResult<Binary> {
    Ok(pad(to_vec(answer), block))
}

/// JSON filled with spaces to exactly `size` bytes; longer is an error.
pub fn fixed_query_answer(answer: &dyn ToJson, size: usize) -> StdResult<Binary> {
    exactly(to_vec(answer), size)
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

/// Status and reason of an act as JSON of one size. A serializer's work depends on the text, and hosts
/// see it in thousandths of gas; such bytes are copied as they are.
pub type Outcome = [u8; OUTCOME_SIZE];

/// A multiple of 16: all outcomes of a table have one alignment, on which the work of a copy depends.
pub const OUTCOME_SIZE: usize = 128;

/// `"status":"…","reason":"…"`, spaces after it. For tables of constants: a text that is too long (98 bytes
/// of reason with the status `refused`), or that JSON would escape, does not compile.
pub const fn outcome(status: &str, reason: &str) -> Outcome {
    let parts = [r#""status":""#, status, r#"","reason":""#, reason, "\""];
    let (mut bytes, mut end, mut part) = ([b' '; OUTCOME_SIZE], 0, 0);
    while part < parts.len() {
        let text = parts[part].as_bytes();
        let mut at = 0;
        while at < text.len() {
            let is_escaped = text[at] < b' ' || text[at] == b'"' || text[at] == b'\\';
            assert!(part % 2 == 0 || !is_escaped, "JSON escapes a byte of this text");
            bytes[end] = text[at];
            end += 1;
            at += 1;
        }
        part += 1;
    }
    bytes
}

/// `{"NAME":{OUTCOME,"n":"20 digits","salt":"base64"}}` for an act with a leaf: the same work for every
/// outcome of a table.
pub fn act_answer(name: &str, outcome: &Outcome, leaf: &Leaf) -> StdResult<Binary> {
    let (n, salt) = (Id(leaf.n).text(), Binary::from(leaf.salt).to_base64());
    copied(name, &[outcome, b",\"n\":\"", n.as_bytes(), b"\",\"salt\":\"", salt.as_bytes(), b"\""])
}

/// `{"NAME":{OUTCOME}}`: the same work for every outcome of a table.
pub fn verdict_answer(name: &str, outcome: &Outcome) -> StdResult<Binary> {
    copied(name, &[outcome])
}

/// `{"NAME":{PARTS}}`: the parts joined and filled with spaces; longer than 256 bytes is an error.
pub fn copied(name: &str, content: &[&[u8]]) -> StdResult<Binary> {
    let mut bytes = Vec::with_capacity(ANSWER_SIZE);
    for part in [&[b"{\"", name.as_bytes(), b"\":{"], content, &[b"}}".as_slice()]].concat() {
        bytes.extend_from_slice(part);
    }
    exactly(bytes, ANSWER_SIZE)
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

    const LONGEST: &str =
        "98 bytes are the longest reason that an outcome with the status refused has a place for, 012345678";
    const OUTCOMES: [Outcome; 3] =
        [outcome("accepted", ""), outcome("refused", "too low"), outcome("refused", LONGEST)];

    #[test]
    fn copied_answers_are_the_json_that_a_serializer_writes() {
        let leaf = Leaf { n: 7, salt: [250; 32], leaf: [0; 32] };
        let salt = Binary::from(leaf.salt).to_base64();
        for (bytes, reason) in OUTCOMES.iter().zip(["", "too low", LONGEST]) {
            let status = if reason.is_empty() { "accepted" } else { "refused" };
            let act = act_answer("act", bytes, &leaf).unwrap();
            let verdict = verdict_answer("withdraw", bytes).unwrap();
            assert_eq!((act.len(), verdict.len()), (ANSWER_SIZE, ANSWER_SIZE));
            let read = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).unwrap();
            let n = "00000000000000000007";
            let expected = serde_json::json!({ "status": status, "reason": reason, "n": n, "salt": salt });
            assert_eq!(read(&act), serde_json::json!({ "act": expected }));
            let expected = serde_json::json!({ "status": status, "reason": reason });
            assert_eq!(read(&verdict), serde_json::json!({ "withdraw": expected }));
        }
        assert!(verdict_answer(&"x".repeat(200), &OUTCOMES[0]).is_err());
    }

    /// That gas is burnt is tested in the engine, the mock has none.
    #[test]
    fn a_target_that_no_call_can_reach_is_an_error() {
        let error = finish(&MockApi::default(), 0, Some(Uint64::MAX), Ok(Response::new())).unwrap_err();
        assert!(error.to_string().contains("gas_target is too high"));
    }
}
