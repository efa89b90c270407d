//! The entry points by hand, because an op may replace the result region by hostile bytes.

use cosmwasm_std::{do_execute, do_instantiate, do_migrate, do_query, do_reply, do_sudo};

use crate::contract;
use crate::hostile::replaced_result;

#[no_mangle]
extern "C" fn instantiate(env: u32, info: u32, msg: u32) -> u32 {
    replaced_result(do_instantiate(&contract::instantiate, env, info, msg))
}

#[no_mangle]
extern "C" fn execute(env: u32, info: u32, msg: u32) -> u32 {
    replaced_result(do_execute(&contract::execute, env, info, msg))
}

#[no_mangle]
extern "C" fn migrate(env: u32, msg: u32) -> u32 {
    replaced_result(do_migrate(&contract::migrate, env, msg))
}

#[no_mangle]
extern "C" fn sudo(env: u32, msg: u32) -> u32 {
    replaced_result(do_sudo(&contract::sudo, env, msg))
}

#[no_mangle]
extern "C" fn reply(env: u32, msg: u32) -> u32 {
    replaced_result(do_reply(&contract::reply, env, msg))
}

#[no_mangle]
extern "C" fn query(env: u32, msg: u32) -> u32 {
    replaced_result(do_query(&contract::query, env, msg))
}
