//! Native tests use cosmwasm's mock, whose canonical addresses have 54 bytes. Here names of 3 to 20
//! bytes get the 20 bytes that accounts have on the chain.

use cosmwasm_std::{Addr, StdError, StdResult};

use crate::account::Account;
use crate::head::hex;

const UNNAMED: &str = "account_";

/// The account of a name of 3 to 20 lower-case letters, digits or `_`, or of `account_` with 40 hex digits.
pub fn account_of_name(name: &str) -> StdResult<Account> {
    let wrong = || StdError::generic_err(format!("{name:?} is no address for native tests"));
    let mut account = [0; 20];
    if let Some(digits) = name.strip_prefix(UNNAMED).filter(|digits| digits.len() == 40) {
        for (byte, at) in account.iter_mut().zip((0..40).step_by(2)) {
            *byte = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| wrong())?;
        }
        return Ok(account);
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(3..=20).contains(&name.len()) || !name.bytes().all(plain) {
        return Err(wrong());
    }
    account[..name.len()].copy_from_slice(name.as_bytes());
    Ok(account)
}

pub fn name_of_account(account: &Account) -> Addr {
    let size = account.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let name = std::str::from_utf8(&account[..size]).unwrap_or_default();
    let named = account_of_name(name).is_ok_and(|named| named == *account);
    Addr::unchecked(if named { name.to_string() } else { format!("{UNNAMED}{}", hex(account)) })
}

/// The account of a name, for expectations.
pub fn account(name: &str) -> Account {
    account_of_name(name).expect("a name of 3 to 20 letters")
}
