use cosmwasm_std::{
    from_slice, to_vec, Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, Storage, SubMsgResult,
};

use crate::error::ProbeError;
use crate::msg::{Op, Ops, ReplyRecord};
use crate::run::Run;

const REPLIES: &[u8] = b"\0replies";

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: Ops) -> Result<Response, ProbeError> {
    execute_ops(deps, env, Some(info), msg.ops)
}

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, op: Op) -> Result<Response, ProbeError> {
    execute_ops(deps, env, Some(info), vec![op])
}

pub fn migrate(deps: DepsMut, env: Env, msg: Ops) -> Result<Response, ProbeError> {
    execute_ops(deps, env, None, msg.ops)
}

pub fn sudo(deps: DepsMut, env: Env, msg: Ops) -> Result<Response, ProbeError> {
    execute_ops(deps, env, None, msg.ops)
}

pub fn reply(deps: DepsMut, env: Env, msg: Reply) -> Result<Response, ProbeError> {
    let id = msg.id;
    let record = match msg.result {
        SubMsgResult::Ok(ok) => ReplyRecord { id, error: None, data: ok.data, events: ok.events },
        SubMsgResult::Err(text) => ReplyRecord { id, error: Some(text), data: None, events: vec![] },
    };
    let mut records = replies(deps.storage)?;
    records.push(record);
    deps.storage.set(REPLIES, &to_vec(&records)?);
    let then: Vec<Op> = match deps.storage.get(&then_key(id)) {
        Some(bytes) => from_slice(&bytes)?,
        None => vec![],
    };
    execute_ops(deps, env, None, then)
}

pub fn query(deps: Deps, env: Env, op: Op) -> Result<Binary, ProbeError> {
    let mut storage = query_storage(deps.storage);
    let mut run = Run::new(&mut storage, deps.api, deps.querier, env, None);
    run.op(op)?;
    Ok(run.into_query_result()?)
}

fn execute_ops(
    deps: DepsMut,
    env: Env,
    info: Option<MessageInfo>,
    ops: Vec<Op>,
) -> Result<Response, ProbeError> {
    let mut run = Run::new(deps.storage, deps.api, deps.querier, env, info);
    for op in ops {
        run.op(op)?;
    }
    Ok(run.into_response()?)
}

pub fn replies(storage: &dyn Storage) -> Result<Vec<ReplyRecord>, ProbeError> {
    match storage.get(REPLIES) {
        Some(bytes) => Ok(from_slice(&bytes)?),
        None => Ok(vec![]),
    }
}

pub fn then_key(id: u64) -> Vec<u8> {
    format!("\0then{id}").into_bytes()
}

/// On the chain a query really calls db_write, so that tests see the host refuse it.
#[cfg(target_arch = "wasm32")]
fn query_storage(_: &dyn Storage) -> cosmwasm_std::ExternalStorage {
    cosmwasm_std::ExternalStorage::new()
}

#[cfg(not(target_arch = "wasm32"))]
fn query_storage(storage: &dyn Storage) -> ReadOnly<'_> {
    ReadOnly(storage)
}

#[cfg(not(target_arch = "wasm32"))]
struct ReadOnly<'a>(&'a dyn Storage);

#[cfg(not(target_arch = "wasm32"))]
impl Storage for ReadOnly<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key)
    }

    fn set(&mut self, _: &[u8], _: &[u8]) {
        panic!("write in a query");
    }

    fn remove(&mut self, _: &[u8]) {
        panic!("remove in a query");
    }
}
