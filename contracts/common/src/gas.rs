use cosmwasm_std::{Api, StdError, StdResult, Uint64};

/// SNIP-50: burns gas up to the target, so that the gas used does not tell what was done.
pub fn evaporate(api: &dyn Api, target: Option<Uint64>) -> StdResult<()> {
    let Some(target) = target else {
        return Ok(());
    };
    let missing = target.u64().saturating_sub(api.check_gas()?);
    if missing == 0 {
        return Ok(());
    }
    // The host reads a signed 32-bit number.
    let missing = i32::try_from(missing).map_err(|_| StdError::generic_err("gas_target is too high"))?;
    api.gas_evaporate(missing as u32)
}
