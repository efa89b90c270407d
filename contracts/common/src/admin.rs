//! What an admin may do at most: stop new business for a while (`status`), name who gets the fees, and
//! give the powers away. No power to read, to move money, or to change rules of what is running.

use cosmwasm_std::{Api, StdError, StdResult, Storage};

use crate::account::{account_of, Account};
use crate::rows::{self, key, Reader, Row, Writer};
use crate::space;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Powers {
    /// Without an admin nobody has the powers, for ever.
    pub admin: Option<Account>,
    pub fee_receiver: Option<Account>,
}

impl Row for Powers {
    const SIZE: usize = 42;

    fn write(&self, out: &mut Writer) {
        for account in [self.admin, self.fee_receiver] {
            out.u8(u8::from(account.is_some()));
            out.bytes(&account.unwrap_or_default());
        }
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let mut account = || -> StdResult<Option<Account>> {
            let is_there = from.u8()? == 1;
            let account = from.bytes()?;
            Ok(is_there.then_some(account))
        };
        Ok(Powers { admin: account()?, fee_receiver: account()? })
    }
}

impl Powers {
    /// At instantiation. Fails for text that is no address.
    pub fn create(
        storage: &mut dyn Storage,
        api: &dyn Api,
        admin: Option<&str>,
        fee_receiver: Option<&str>,
    ) -> StdResult<Powers> {
        let account = |address: Option<&str>| address.map(|address| account_of(api, address)).transpose();
        let powers = Powers { admin: account(admin)?, fee_receiver: account(fee_receiver)? };
        powers.save(storage)?;
        Ok(powers)
    }

    /// No powers before `create`.
    pub fn load(storage: &dyn Storage) -> StdResult<Powers> {
        Ok(rows::load(storage, &key(space::POWERS, &[]))?.unwrap_or_default())
    }

    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        rows::save(storage, &key(space::POWERS, &[]), self)
    }

    pub fn require_admin(&self, sender: &Account) -> StdResult<()> {
        if self.admin.as_ref() == Some(sender) {
            return Ok(());
        }
        Err(StdError::generic_err("only the admin may do this"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;
    use cosmwasm_std::testing::{MockApi, MockStorage};

    #[test]
    fn only_the_admin_has_the_powers() {
        let mut storage = MockStorage::new();
        let api = MockApi::default();
        assert!(Powers::load(&storage).unwrap().require_admin(&[0; 20]).is_err());
        let powers = Powers::create(&mut storage, &api, Some("alice"), Some("bob")).unwrap();
        assert_eq!(Powers::load(&storage).unwrap(), powers);
        powers.require_admin(&account("alice")).unwrap();
        assert!(powers.require_admin(&account("bob")).is_err());
        assert_eq!(powers.fee_receiver, Some(account("bob")));
        assert!(Powers::create(&mut storage, &api, Some("No Address"), None).is_err());
    }

    #[test]
    fn without_an_admin_nobody_has_them() {
        let mut storage = MockStorage::new();
        Powers::create(&mut storage, &MockApi::default(), None, None).unwrap();
        assert!(Powers::load(&storage).unwrap().require_admin(&[0; 20]).is_err());
    }
}
