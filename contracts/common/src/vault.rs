//! Money of the listed SNIP-20 tokens: who may pay in, free balances, payments out, and what is owed.

use cosmwasm_std::{Addr, Api, CosmosMsg, Env, StdError, StdResult, Storage, WasmMsg};

use crate::amount::Amount;
use crate::answer::pad;
use crate::head::hex;
use crate::json::to_vec;
use crate::rows::{self, key, Reader, Row, Writer};
use crate::select::{add_if, equal, less, pick, sub_if, when, Choice};
use crate::space;

pub const MAX_TOKENS: usize = 4;

/// Messages to tokens are filled to a multiple of this, in bytes.
const MESSAGE_BLOCK: usize = 256;

/// Free balances, one for each listed token in order; products put it into their own rows.
pub type Purse = [u128; MAX_TOKENS];

crate::json! { [read write]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct TokenRef {
        pub address: String,
        pub code_hash: String,
    }
}

/// The tokens that were listed at instantiation. Later nobody can list another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vault {
    tokens: Vec<(Addr, [u8; 32])>,
}

impl Vault {
    /// Stores the list. Fails without tokens, with more than 4, with one twice, with a wrong address or hash.
    pub fn create(storage: &mut dyn Storage, api: &dyn Api, list: &[TokenRef]) -> StdResult<Vault> {
        if list.is_empty() || list.len() > MAX_TOKENS {
            return Err(StdError::generic_err(format!("1 to {MAX_TOKENS} tokens must be listed")));
        }
        let mut vault = Vault { tokens: vec![] };
        for token in list {
            let address = api.addr_validate(&token.address)?;
            if vault.tokens.iter().any(|(listed, _)| *listed == address) {
                return Err(StdError::generic_err("a token is listed twice"));
            }
            vault.tokens.push((address, hash_of(&token.code_hash)?));
        }
        storage.set(&key(space::VAULT, &[]), &vault.encode());
        Ok(vault)
    }

    pub fn load(storage: &dyn Storage) -> StdResult<Vault> {
        let bytes = storage.get(&key(space::VAULT, &[])).ok_or_else(|| StdError::not_found("vault"))?;
        Vault::decode(&bytes).ok_or_else(|| StdError::generic_err("the list of tokens is broken"))
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// For public queries.
    pub fn tokens(&self) -> Vec<TokenRef> {
        let token = |(address, hash): &(Addr, [u8; 32])| TokenRef {
            address: address.to_string(),
            code_hash: hex(hash),
        };
        self.tokens.iter().map(token).collect()
    }

    /// Registers the hook at each token; for the response of `instantiate`.
    pub fn registrations(&self, env: &Env) -> StdResult<Vec<CosmosMsg>> {
        let code_hash = env.contract.code_hash.clone();
        let message = TokenMsg::RegisterReceive { code_hash };
        self.tokens.iter().map(|token| call(token, &message)).collect()
    }

    /// The index of the token that calls a hook. Anyone else is an error.
    pub fn token_of(&self, sender: &Addr) -> StdResult<usize> {
        let place = self.tokens.iter().position(|(address, _)| address == sender);
        place.ok_or_else(|| StdError::generic_err("the sender is not a listed token"))
    }

    /// A transfer at every listed token in order, zeros included, so that the amounts do not show.
    /// Missing amounts are 0; an amount at an index without a token is an error.
    pub fn payout(&self, to: &Addr, amounts: &[u128]) -> StdResult<Vec<CosmosMsg>> {
        let count = self.tokens.len().min(amounts.len());
        if amounts[count..].iter().any(|amount| *amount != 0) {
            return Err(StdError::generic_err("an amount of a token that is not listed"));
        }
        let amount = |index| Amount(amounts.get(index).copied().unwrap_or(0));
        let transfer = |index| TokenMsg::Transfer { recipient: to.to_string(), amount: amount(index) };
        self.tokens.iter().enumerate().map(|(index, token)| call(token, &transfer(index))).collect()
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![];
        for (address, hash) in &self.tokens {
            out.push(address.as_str().len() as u8);
            out.extend_from_slice(address.as_bytes());
            out.extend_from_slice(hash);
        }
        out
    }

    fn decode(mut rest: &[u8]) -> Option<Vault> {
        let mut tokens = vec![];
        while let Some((size, tail)) = rest.split_first() {
            let size = usize::from(*size);
            let address = String::from_utf8(tail.get(..size)?.to_vec()).ok()?;
            let hash = tail.get(size..size + 32)?.try_into().ok()?;
            tokens.push((Addr::unchecked(address), hash));
            rest = &tail[size + 32..];
        }
        Some(Vault { tokens })
    }
}

crate::json! { [write]
    enum TokenMsg {
        RegisterReceive { code_hash: String },
        Transfer { recipient: String, amount: Amount },
    }
}

fn call(token: &(Addr, [u8; 32]), message: &TokenMsg) -> StdResult<CosmosMsg> {
    let (address, hash) = token;
    let msg = pad(to_vec(message), MESSAGE_BLOCK);
    let message =
        WasmMsg::Execute { contract_addr: address.to_string(), code_hash: hex(hash), msg, funds: vec![] };
    Ok(message.into())
}

fn hash_of(text: &str) -> StdResult<[u8; 32]> {
    let wrong = || StdError::generic_err("a code hash has 64 hex digits");
    let digit = |byte: u8| char::from(byte).to_digit(16).ok_or_else(wrong);
    if text.len() != 64 {
        return Err(wrong());
    }
    let mut hash = [0; 32];
    for (out, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *out = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Ok(hash)
}

/// Adds what a hook reported. Fails above 2^128 - 1, so that the token undoes the transfer.
pub fn credit(purse: &mut Purse, token: usize, amount: u128) -> StdResult<()> {
    let balance = purse.get_mut(token).ok_or_else(|| StdError::generic_err("no token of this index"))?;
    *balance =
        balance.checked_add(amount).ok_or_else(|| StdError::generic_err("a balance above 2^128 - 1"))?;
    Ok(())
}

/// Takes `amount` of the token if the purse has it; else leaves it as it is and answers false. A token
/// index may be secret: every balance is touched.
pub fn debit(purse: &mut Purse, token: usize, amount: u128) -> Choice {
    let mut done = when(false);
    for (index, balance) in purse.iter_mut().enumerate() {
        let this = equal(index as u64, token as u64);
        done |= sub_if(this, balance, amount);
    }
    done
}

/// What a withdrawal pays: the amounts if the purse covers all of them, which leave it; else zeros.
pub fn withdraw(purse: &mut Purse, amounts: &Purse) -> (Choice, Purse) {
    let mut enough = when(true);
    for (balance, amount) in purse.iter().zip(amounts) {
        enough &= !less(*balance, *amount);
    }
    let mut paid = [0; MAX_TOKENS];
    for ((balance, amount), paid) in purse.iter_mut().zip(amounts).zip(&mut paid) {
        *paid = pick(enough, 0, *amount);
        sub_if(enough, balance, *amount);
    }
    (enough, paid)
}

/// The sum of two purses when the choice is true; true when every sum fits and was added.
pub fn merge(choice: Choice, purse: &mut Purse, more: &Purse) -> Choice {
    let mut sum = *purse;
    let mut done = choice;
    for (balance, amount) in sum.iter_mut().zip(more) {
        done &= add_if(when(true), balance, *amount);
    }
    *purse = pick(done, *purse, sum);
    done
}

/// What the contract holds for others, for each token: everything that came by hooks less everything
/// that was paid out. Its own row, or a part of a product's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Escrow {
    pub held: Purse,
}

impl Escrow {
    /// Zeros before the first deposit.
    pub fn load(storage: &dyn Storage) -> StdResult<Escrow> {
        Ok(rows::load(storage, &key(space::ESCROW, &[]))?.unwrap_or_default())
    }

    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        rows::save(storage, &key(space::ESCROW, &[]), self)
    }

    pub fn take_in(&mut self, token: usize, amount: u128) -> StdResult<()> {
        credit(&mut self.held, token, amount)
    }

    /// An error when more leaves than is held: a product's mistake, and the message undoes everything.
    pub fn pay_out(&mut self, amounts: &Purse) -> StdResult<()> {
        if bool::from(withdraw(&mut self.held, amounts).0) {
            return Ok(());
        }
        Err(StdError::generic_err("more would be paid than is held"))
    }

    /// The invariant, for tests: held is the sum of what is owed, token by token.
    pub fn check(&self, owed: impl IntoIterator<Item = Purse>) -> StdResult<()> {
        let mut sum = [0; MAX_TOKENS];
        for purse in owed {
            for (token, amount) in purse.iter().enumerate() {
                credit(&mut sum, token, *amount)?;
            }
        }
        if sum == self.held {
            return Ok(());
        }
        Err(StdError::generic_err(format!("held {:?}, owed {sum:?}", self.held)))
    }
}

impl Row for Escrow {
    const SIZE: usize = 16 * MAX_TOKENS;

    fn write(&self, out: &mut Writer) {
        out.row(&self.held);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Escrow { held: from.row()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Stream;
    use cosmwasm_std::testing::{mock_dependencies, mock_env, MockApi, MockStorage};
    use serde_json::{json, Value};

    fn token(name: &str) -> TokenRef {
        TokenRef { address: name.to_string(), code_hash: "ab".repeat(32) }
    }

    fn two() -> (MockStorage, Vault) {
        let mut deps = mock_dependencies();
        let vault = Vault::create(&mut deps.storage, &deps.api, &[token("one"), token("two")]).unwrap();
        (deps.storage, vault)
    }

    fn sent(message: &CosmosMsg) -> (String, usize, Value) {
        let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, code_hash, msg, funds }) = message else {
            panic!("not an execute");
        };
        assert!(funds.is_empty());
        assert_eq!(*code_hash, "ab".repeat(32));
        (contract_addr.clone(), msg.len(), serde_json::from_slice(msg).unwrap())
    }

    #[test]
    fn the_list_is_stored_as_given() {
        let (storage, vault) = two();
        assert_eq!(Vault::load(&storage).unwrap(), vault);
        assert_eq!(vault.tokens(), [token("one"), token("two")]);
        assert_eq!(vault.token_of(&Addr::unchecked("two")).unwrap(), 1);
        assert!(vault.token_of(&Addr::unchecked("three")).is_err());
        assert!(Vault::load(&MockStorage::new()).is_err());
    }

    #[test]
    fn wrong_lists_are_refused() {
        let wrong_hash = |hash: &str| TokenRef { code_hash: hash.to_string(), ..token("one") };
        let lists = [
            vec![],
            ["aaa", "bbb", "ccc", "ddd", "eee"].map(token).to_vec(),
            vec![token("one"), token("one")],
            vec![token("Not An Address")],
            vec![wrong_hash("")],
            vec![wrong_hash(&"a".repeat(63))],
            vec![wrong_hash(&"g".repeat(64))],
        ];
        for list in lists {
            assert!(Vault::create(&mut MockStorage::new(), &MockApi::default(), &list).is_err(), "{list:?}");
        }
    }

    #[test]
    fn registers_at_each_token() {
        let mut env = mock_env();
        env.contract.code_hash = "cd".repeat(32);
        let messages = two().1.registrations(&env).unwrap();
        let expected = json!({ "register_receive": { "code_hash": "cd".repeat(32) } });
        assert_eq!(sent(&messages[0]), ("one".to_string(), 256, expected.clone()));
        assert_eq!(sent(&messages[1]), ("two".to_string(), 256, expected));
    }

    #[test]
    fn pays_at_every_token_in_order_and_one_length() {
        let (_, vault) = two();
        let to = Addr::unchecked("alice");
        let transfer =
            |amount: u128| json!({ "transfer": { "recipient": "alice", "amount": format!("{amount:039}") } });
        for amounts in [[5, 0], [0, 5], [0, 0], [u128::MAX, 1]] {
            let messages = vault.payout(&to, &amounts).unwrap();
            assert_eq!(sent(&messages[0]), ("one".to_string(), 256, transfer(amounts[0])));
            assert_eq!(sent(&messages[1]), ("two".to_string(), 256, transfer(amounts[1])));
        }
        assert_eq!(vault.payout(&to, &[7]).unwrap().len(), 2);
        assert_eq!(vault.payout(&to, &[7, 0, 0, 0]).unwrap().len(), 2);
        assert!(vault.payout(&to, &[0, 0, 1, 0]).is_err());
    }

    #[test]
    fn purses_give_only_what_they_have() {
        let mut purse = [0; MAX_TOKENS];
        credit(&mut purse, 1, 10).unwrap();
        assert!(credit(&mut purse, 1, u128::MAX).is_err());
        assert!(credit(&mut purse, 4, 1).is_err());
        assert!(!bool::from(debit(&mut purse, 1, 11)));
        assert!(!bool::from(debit(&mut purse, 4, 0)));
        assert!(bool::from(debit(&mut purse, 1, 4)));
        assert_eq!(purse, [0, 6, 0, 0]);
        let (enough, paid) = withdraw(&mut purse, &[0, 6, 0, 1]);
        assert!(!bool::from(enough) && paid == [0; 4] && purse == [0, 6, 0, 0]);
        let (enough, paid) = withdraw(&mut purse, &[0, 5, 0, 0]);
        assert!(bool::from(enough) && paid == [0, 5, 0, 0] && purse == [0, 1, 0, 0]);
        assert!(!bool::from(merge(when(true), &mut purse, &[1, u128::MAX, 0, 0])) && purse == [0, 1, 0, 0]);
        assert!(!bool::from(merge(when(false), &mut purse, &[1, 1, 0, 0])) && purse == [0, 1, 0, 0]);
        assert!(bool::from(merge(when(true), &mut purse, &[1, 1, 0, 0])) && purse == [1, 2, 0, 0]);
    }

    #[test]
    fn escrow_is_what_is_owed_in_any_sequence() {
        let mut stream = Stream::new(&[3; 32], &[b"escrow"]);
        let mut storage = MockStorage::new();
        let mut purses = [[0; MAX_TOKENS]; 5];
        for _ in 0..5_000 {
            let (who, token) = (stream.below(5) as usize, stream.below(4) as usize);
            let amount = u128::from_be_bytes(stream.bytes()) >> (stream.below(64) + 40);
            let mut escrow = Escrow::load(&storage).unwrap();
            if stream.below(2) == 0 {
                escrow.take_in(token, amount).unwrap();
                credit(&mut purses[who], token, amount).unwrap();
            } else {
                let mut asked = [0; MAX_TOKENS];
                asked[token] = amount;
                let (_, paid) = withdraw(&mut purses[who], &asked);
                escrow.pay_out(&paid).unwrap();
            }
            escrow.save(&mut storage).unwrap();
            escrow.check(purses).unwrap();
        }
        let escrow = Escrow::load(&storage).unwrap();
        purses[0][0] += 1;
        assert!(escrow.check(purses).is_err());
        assert!(Escrow::default().pay_out(&[0, 0, 0, 1]).is_err());
    }
}
