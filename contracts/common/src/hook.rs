//! The call of a token after `send`: the only entry that may credit money.

use cosmwasm_std::{Addr, Api, Binary, MessageInfo, StdError, StdResult};

use crate::account::{account_of, Account};
use crate::amount::Amount;
use crate::coins;
use crate::json::{from_binary, FromJson};
use crate::vault::Vault;

crate::json! { [read]
    /// The body of `{"receive":{…}}` by SNIP-20. A product has no field for an amount of its own.
    #[derive(Clone, Debug)]
    pub struct Receive {
        /// Who sent the message to the token: the owner, or a spender by allowance. Not the user.
        pub sender: String,
        /// Whose tokens came: the user.
        pub from: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub msg: Option<Binary>,
    }
}

/// Money that really came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Index of the token in the vault.
    pub token: usize,
    pub user: Account,
    /// The same as an address, for `Bind::check`.
    pub from: Addr,
    pub amount: u128,
}

impl Receive {
    /// What the hook wants. Absent or unknown is an error, so that the token undoes the transfer.
    pub fn message<T: FromJson>(&self) -> StdResult<T> {
        let msg = self.msg.as_ref().ok_or_else(|| {
            StdError::generic_err("tokens came without a message that says what they are for")
        })?;
        from_binary(msg)
    }

    /// Fails unless a listed token calls, without coins.
    pub fn received(&self, api: &dyn Api, vault: &Vault, info: &MessageInfo) -> StdResult<Received> {
        let token = vault.token_of(&info.sender)?;
        coins::none(info)?;
        let user = account_of(api, &self.from)?;
        Ok(Received { token, user, from: Addr::unchecked(&self.from), amount: self.amount.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;
    use crate::testing::account;
    use crate::vault::TokenRef;
    use cosmwasm_std::coins;
    use cosmwasm_std::testing::{mock_dependencies, mock_info};

    crate::json! { [read]
        #[derive(Debug, PartialEq)]
        enum Inner {
            Deposit {},
        }
    }

    fn receive(json: &str) -> StdResult<Receive> {
        from_slice(json.as_bytes())
    }

    #[test]
    fn the_user_is_from_and_the_amount_is_the_tokens() {
        let mut deps = mock_dependencies();
        let token = TokenRef { address: "token".to_string(), code_hash: "ab".repeat(32) };
        let vault = Vault::create(&mut deps.storage, &deps.api, &[token]).unwrap();
        let hook = receive(r#"{"sender":"spender","from":"alice","amount":"7"}"#).unwrap();
        let received = hook.received(&deps.api, &vault, &mock_info("token", &[])).unwrap();
        let expected =
            Received { token: 0, user: account("alice"), from: Addr::unchecked("alice"), amount: 7 };
        assert_eq!(received, expected);
        for stranger in ["alice", "spender", "other_token"] {
            assert!(hook.received(&deps.api, &vault, &mock_info(stranger, &[])).is_err());
        }
        assert!(hook.received(&deps.api, &vault, &mock_info("token", &coins(1, "uscrt"))).is_err());
    }

    #[test]
    fn a_message_must_be_there_and_known() {
        let mut hook = receive(r#"{"sender":"a","from":"a","amount":"7","memo":"x"}"#).unwrap();
        assert!(hook.message::<Inner>().unwrap_err().to_string().contains("without a message"));
        hook.msg = Some(Binary(br#"{"deposit":{}}"#.to_vec()));
        assert_eq!(hook.message::<Inner>().unwrap(), Inner::Deposit {});
        hook.msg = Some(Binary(br#"{"withdraw":{}}"#.to_vec()));
        assert!(hook.message::<Inner>().is_err());
        hook.msg = Some(Binary(vec![]));
        assert!(hook.message::<Inner>().is_err());
    }

    #[test]
    fn incomplete_hooks_are_errors() {
        for json in [
            "{}",
            r#"{"sender":"a","from":"a"}"#,
            r#"{"sender":"a","from":"a","amount":7}"#,
            r#"{"sender":"a","from":"a","amount":"-7"}"#,
            r#"{"sender":"a","amount":"7"}"#,
        ] {
            assert!(receive(json).is_err(), "{json}");
        }
    }
}
