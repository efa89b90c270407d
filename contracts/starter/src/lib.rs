//! A private notebook: the author of a note chooses a key, and only that key opens it.

use cosmwasm_std::{
    entry_point, from_binary, to_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response, StdError,
    StdResult,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct InstantiateMsg {
    /// Longest note, in bytes.
    pub limit: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    /// Replaces the sender's note. `key` opens it in queries.
    Write { text: String, key: String },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// A query has no sender: the key authorises the reader.
    Read { address: String, key: String },
    /// How many people have a note. Everybody may know.
    Count {},
}

#[derive(Serialize, Deserialize)]
pub struct ReadAnswer {
    pub text: String,
}

#[derive(Serialize, Deserialize)]
pub struct CountAnswer {
    pub count: u32,
}

#[derive(Serialize, Deserialize)]
struct Note {
    text: String,
    key: String,
}

const LIMIT: &[u8] = b"limit";
const COUNT: &[u8] = b"count";

// The chain encrypts keys and values of rows: only this contract can read what it stores.
fn note_of(address: &str) -> Vec<u8> {
    [b"note/", address.as_bytes()].concat()
}

fn number(deps: Deps, key: &[u8]) -> StdResult<u32> {
    match deps.storage.get(key) {
        Some(bytes) => from_binary(&Binary(bytes)),
        None => Ok(0),
    }
}

#[entry_point]
pub fn instantiate(deps: DepsMut, _env: Env, _info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    deps.storage.set(LIMIT, &to_binary(&msg.limit)?);
    Ok(Response::new())
}

#[entry_point]
pub fn execute(deps: DepsMut, _env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let ExecuteMsg::Write { text, key } = msg;
    let limit = number(deps.as_ref(), LIMIT)?;
    if text.len() > limit as usize {
        return Err(StdError::generic_err(format!("a note has at most {limit} bytes")));
    }
    let row = note_of(info.sender.as_str());
    if deps.storage.get(&row).is_none() {
        let count = number(deps.as_ref(), COUNT)? + 1;
        deps.storage.set(COUNT, &to_binary(&count)?);
    }
    deps.storage.set(&row, &to_binary(&Note { text, key })?);
    Ok(Response::new().add_attribute("wrote", "a note"))
}

#[entry_point]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Count {} => to_binary(&CountAnswer { count: number(deps, COUNT)? }),
        QueryMsg::Read { address, key } => {
            // The same answer for a wrong key and for no note: a query must not show which addresses have one.
            let refused = || StdError::generic_err("no note opens with this key");
            let bytes = deps.storage.get(&note_of(&address)).ok_or_else(refused)?;
            let note: Note = from_binary(&Binary(bytes))?;
            if note.key != key {
                return Err(refused());
            }
            to_binary(&ReadAnswer { text: note.text })
        }
    }
}
