//! The entry points by hand, because an op may replace the result region by hostile bytes.

use cosmwasm_std::{do_handle, do_init, do_migrate, do_query, ExternalApi, ExternalQuerier, ExternalStorage};

use crate::contract;
use crate::hostile::replaced_result;

#[no_mangle]
extern "C" fn init(env: u32, msg: u32) -> u32 {
    replaced_result(do_init(&contract::init::<ExternalStorage, ExternalApi, ExternalQuerier>, env, msg))
}

#[no_mangle]
extern "C" fn handle(env: u32, msg: u32) -> u32 {
    replaced_result(do_handle(&contract::handle::<ExternalStorage, ExternalApi, ExternalQuerier>, env, msg))
}

#[no_mangle]
extern "C" fn migrate(env: u32, msg: u32) -> u32 {
    replaced_result(do_migrate(&contract::migrate::<ExternalStorage, ExternalApi, ExternalQuerier>, env, msg))
}

#[no_mangle]
extern "C" fn query(msg: u32) -> u32 {
    replaced_result(do_query(&contract::query::<ExternalStorage, ExternalApi, ExternalQuerier>, msg))
}
