//! A secret message names its contract, sender and chain, so that a copy of its ciphertext is worth
//! nothing in another instance of the same code, for another sender or on another chain.

use cosmwasm_std::{Addr, Env, StdError, StdResult};

crate::json! { [read]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Bind {
        pub contract: String,
        pub sender: String,
        pub chain_id: String,
    }
}

impl Bind {
    /// The first act after parsing, before any row is read. `sender` is `info.sender`, in a hook `from`.
    pub fn check(&self, env: &Env, sender: &Addr) -> StdResult<()> {
        let right = (self.contract == env.contract.address.as_str())
            & (self.sender == sender.as_str())
            & (self.chain_id == env.block.chain_id);
        if right {
            return Ok(());
        }
        Err(StdError::generic_err("not for this contract"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::mock_env;

    #[test]
    fn every_part_must_be_right() {
        let env = mock_env();
        let alice = Addr::unchecked("alice");
        let right = Bind {
            contract: env.contract.address.to_string(),
            sender: "alice".to_string(),
            chain_id: env.block.chain_id.clone(),
        };
        right.check(&env, &alice).unwrap();
        let changes: [fn(&mut Bind); 3] =
            [|bind| bind.contract.push('x'), |bind| bind.sender.push('x'), |bind| bind.chain_id.clear()];
        for change in changes {
            let mut bind = right.clone();
            change(&mut bind);
            let error = bind.check(&env, &alice).unwrap_err();
            assert_eq!(error.to_string(), "Generic error: not for this contract");
        }
        assert!(right.check(&env, &Addr::unchecked("bob")).is_err());
    }
}
