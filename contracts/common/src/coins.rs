//! Native coins in and out. Their amounts are public: the bank logs them.

use cosmwasm_std::{Addr, BankMsg, Coin, CosmosMsg, MessageInfo, StdError, StdResult, Uint128};

/// Fails when any coins came: a message that expects none would keep them for ever.
pub fn none(info: &MessageInfo) -> StdResult<()> {
    if info.funds.is_empty() {
        return Ok(());
    }
    Err(StdError::generic_err("this message takes no coins"))
}

/// The amount when coins of this one denomination came, and no others.
pub fn only(info: &MessageInfo, denom: &str) -> StdResult<u128> {
    match info.funds.as_slice() {
        [coin] if coin.denom == denom && !coin.amount.is_zero() => Ok(coin.amount.u128()),
        _ => Err(StdError::generic_err(format!("this message takes coins of {denom} and no others"))),
    }
}

/// Fails unless exactly this came.
pub fn exactly(info: &MessageInfo, denom: &str, amount: u128) -> StdResult<()> {
    if only(info, denom)? == amount {
        return Ok(());
    }
    Err(StdError::generic_err(format!("this message takes exactly {amount} {denom}")))
}

pub fn pay(to: &Addr, denom: &str, amount: u128) -> CosmosMsg {
    let coin = Coin { denom: denom.to_string(), amount: Uint128::new(amount) };
    BankMsg::Send { to_address: to.to_string(), amount: vec![coin] }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::mock_info;
    use cosmwasm_std::{coin, coins};

    #[test]
    fn takes_the_right_coins_only() {
        let with = |funds: &[Coin]| mock_info("alice", funds);
        none(&with(&[])).unwrap();
        assert!(none(&with(&coins(1, "uscrt"))).is_err());
        assert_eq!(only(&with(&coins(7, "uscrt")), "uscrt").unwrap(), 7);
        for wrong in [vec![], coins(0, "uscrt"), coins(7, "other"), vec![coin(7, "uscrt"), coin(1, "other")]]
        {
            assert!(only(&with(&wrong), "uscrt").is_err());
        }
        exactly(&with(&coins(7, "uscrt")), "uscrt", 7).unwrap();
        assert!(exactly(&with(&coins(8, "uscrt")), "uscrt", 7).is_err());
        let paid = pay(&Addr::unchecked("alice"), "uscrt", 7);
        assert_eq!(paid, BankMsg::Send { to_address: "alice".to_string(), amount: coins(7, "uscrt") }.into());
    }
}
