use common::json::to_vec;
use common::notify::{self, UpdateSeed};
use common::seed::Stream;
use cosmwasm_std::{Binary, StdError, StdResult};

use super::Call;
use crate::answer::{success, ExecuteAnswer};
use crate::msg::UpdateSeedMsg;
use crate::store::{account, config, keys};

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
    let mut random = Stream::of_block(&call.env, &[b"viewing key", &seed, &call.sender, entropy.as_bytes()]);
    let key = format!("api_key_{}", Binary(random.bytes::<32>().to_vec()).to_base64());
    config::save_seed(call.storage, &random.bytes::<32>());
    keys::VIEWING_KEYS.set(call.storage, &call.sender, &key);
    Ok(Binary(to_vec(&ExecuteAnswer::CreateViewingKey { key })))
}

pub fn set_viewing_key(call: &mut Call, key: &str) -> StdResult<Binary> {
    keys::VIEWING_KEYS.set(call.storage, &call.sender, key);
    Ok(success("set_viewing_key"))
}

pub fn revoke_permit(call: &mut Call, name: &str) -> StdResult<Binary> {
    keys::REVOKED.revoke(call.storage, &call.sender, name);
    Ok(success("revoke_permit"))
}

/// SNIP-52: the sender's notification seed becomes the hash of its signature of the last one.
pub fn update_seed(call: &mut Call, msg: UpdateSeedMsg) -> StdResult<Binary> {
    let message = UpdateSeed { signed_doc: msg.signed_doc, signature: msg.signature };
    let secret = config::notification_secret(call.storage)?;
    let mut row = account::load(call.storage, &call.sender)?;
    let previous = row.recipient.seed(&secret, &call.sender);
    let seed = notify::updated_seed(call.api, &call.env, &call.sender, &previous, &message)?;
    row.recipient.set_seed(seed);
    account::save(call.storage, &call.sender, &row)?;
    notify::seed_answer(&seed)
}
