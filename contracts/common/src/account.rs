//! Accounts in canonical form, so that one account has one key however its address is written.

use cosmwasm_std::{Addr, Api, StdResult};

pub type Account = [u8; 20];

/// Fails for text that is no address of this chain.
#[cfg(target_arch = "wasm32")]
pub fn account_of(api: &dyn Api, address: &str) -> StdResult<Account> {
    use cosmwasm_std::StdError;
    let canonical = api.addr_canonicalize(address)?;
    canonical.as_slice().try_into().map_err(|_| StdError::generic_err("an address has 20 bytes"))
}

#[cfg(target_arch = "wasm32")]
pub fn address_of(api: &dyn Api, account: &Account) -> StdResult<Addr> {
    api.addr_humanize(&account.as_slice().into())
}

/// Native tests: see `testing`.
#[cfg(not(target_arch = "wasm32"))]
pub fn account_of(_api: &dyn Api, address: &str) -> StdResult<Account> {
    crate::testing::account_of_name(address)
}

#[cfg(not(target_arch = "wasm32"))]
pub fn address_of(_api: &dyn Api, account: &Account) -> StdResult<Addr> {
    Ok(crate::testing::name_of_account(account))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockApi;

    #[test]
    fn names_and_raw_accounts_go_there_and_back() {
        let api = MockApi::default();
        let raw = "account_e855a00fe13ef005051a1d7ceac7ef21c5606cfd";
        for address in ["bob", "a_name_of_20_letters", raw] {
            assert_eq!(address_of(&api, &account_of(&api, address).unwrap()).unwrap(), address);
        }
        assert_eq!(account_of(&api, raw).unwrap()[..2], [0xe8, 0x55]);
        for wrong in ["", "ab", "Alice", "a name", "a_name_of_21_letters_"] {
            assert!(account_of(&api, wrong).is_err(), "{wrong}");
        }
        let zero = address_of(&api, &[0; 20]).unwrap();
        assert_eq!(account_of(&api, zero.as_str()).unwrap(), [0; 20]);
    }
}
