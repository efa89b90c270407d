use cosmwasm_std::{
    Api, Env, Extern, HandleResponse, HandleResult, InitResponse, InitResult, MigrateResponse, MigrateResult,
    Querier, QueryResult, StdResult, Storage,
};

use crate::msg::{Op, Ops};
use crate::run::Run;

pub fn init<S: Storage, A: Api, Q: Querier>(deps: &mut Extern<S, A, Q>, env: Env, msg: Ops) -> InitResult {
    let done = run_ops(deps, env, msg.ops)?;
    Ok(InitResponse { messages: done.messages, log: done.log })
}

pub fn handle<S: Storage, A: Api, Q: Querier>(deps: &mut Extern<S, A, Q>, env: Env, op: Op) -> HandleResult {
    run_ops(deps, env, vec![op])
}

pub fn migrate<S: Storage, A: Api, Q: Querier>(
    deps: &mut Extern<S, A, Q>,
    env: Env,
    msg: Ops,
) -> MigrateResult {
    let done = run_ops(deps, env, msg.ops)?;
    Ok(MigrateResponse { messages: done.messages, log: done.log, data: done.data })
}

pub fn query<S: Storage, A: Api, Q: Querier>(deps: &Extern<S, A, Q>, op: Op) -> QueryResult {
    let mut storage = query_storage(&deps.storage);
    let mut run = Run::new(&mut storage, deps.api, &deps.querier, None);
    run.op(op)?;
    run.into_query_result()
}

fn run_ops<S: Storage, A: Api, Q: Querier>(
    deps: &mut Extern<S, A, Q>,
    env: Env,
    ops: Vec<Op>,
) -> StdResult<HandleResponse> {
    let mut run = Run::new(&mut deps.storage, deps.api, &deps.querier, Some(env));
    for op in ops {
        run.op(op)?;
    }
    run.into_response()
}

/// On the chain a query really calls db_write, so that tests see the host refuse it.
#[cfg(target_arch = "wasm32")]
fn query_storage<S: Storage>(_: &S) -> cosmwasm_std::ExternalStorage {
    cosmwasm_std::ExternalStorage::new()
}

#[cfg(not(target_arch = "wasm32"))]
fn query_storage<S: Storage>(storage: &S) -> ReadOnly<'_, S> {
    ReadOnly(storage)
}

#[cfg(not(target_arch = "wasm32"))]
struct ReadOnly<'a, S>(&'a S);

#[cfg(not(target_arch = "wasm32"))]
impl<S: Storage> cosmwasm_std::ReadonlyStorage for ReadOnly<'_, S> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl<S: Storage> Storage for ReadOnly<'_, S> {
    fn set(&mut self, _: &[u8], _: &[u8]) {
        panic!("write in a query");
    }

    fn remove(&mut self, _: &[u8]) {
        panic!("remove in a query");
    }
}
