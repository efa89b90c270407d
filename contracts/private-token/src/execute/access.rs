use cosmwasm_std::{to_binary, Binary, StdError, StdResult};

use super::Call;
use crate::answer::{success, ExecuteAnswer};
use crate::random::Random;
use crate::store::{config, keys};

pub fn register_receive(call: &mut Call, code_hash: &str) -> StdResult<Binary> {
    if code_hash.len() != 64 || !code_hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StdError::generic_err("a code hash has 64 hex digits"));
    }
    keys::set_receiver(call.storage, &call.sender, code_hash);
    Ok(success("register_receive"))
}

pub fn create_viewing_key(call: &mut Call, entropy: Option<String>) -> StdResult<Binary> {
    let seed = config::seed(call.storage);
    let entropy = entropy.unwrap_or_default();
    let mut random = Random::new(&call.env, &[b"viewing key", &seed, &call.sender, entropy.as_bytes()]);
    let key = format!("api_key_{}", Binary(random.bytes().to_vec()).to_base64());
    config::save_seed(call.storage, &random.bytes());
    keys::set_viewing_key(call.storage, &call.sender, &key);
    to_binary(&ExecuteAnswer::CreateViewingKey { key })
}

pub fn set_viewing_key(call: &mut Call, key: &str) -> StdResult<Binary> {
    keys::set_viewing_key(call.storage, &call.sender, key);
    Ok(success("set_viewing_key"))
}

pub fn revoke_permit(call: &mut Call, name: &str) -> StdResult<Binary> {
    keys::revoke_permit(call.storage, &call.sender, name);
    Ok(success("revoke_permit"))
}
