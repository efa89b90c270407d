mod confirm;
mod listing;
mod owner;
mod sale;
mod trace;

use common::account::{account_of, Account};
use common::admin::Powers;
use common::amount::Id;
use common::bind::Bind;
use common::hook::Receive;
use common::status::{self, Entry};
use common::vault::{Purse, Vault};
use common::{coins, permit, seed};
use cosmwasm_std::{
    Addr, Api, Attribute, Binary, CosmosMsg, Env, MessageInfo, Response, StdError, StdResult, Storage, Uint64,
};

use crate::answer::{verdict, DONE};
use crate::config::Config;
use crate::msg::{AccountAct, ExecuteMsg, Hook, TokenMsg};
use crate::rows::{self, find_licence, Item, Licence, State};

/// One execution: what it read, and what it will write.
pub struct Call<'a> {
    pub storage: &'a mut dyn Storage,
    pub api: &'a dyn Api,
    pub env: &'a Env,
    pub sender: Addr,
    pub account: Account,
    pub config: Config,
    pub powers: Powers,
    pub seed: [u8; 32],
    pub vault: Vault,
    pub state: State,
    pub messages: Vec<CosmosMsg>,
    attribute: Option<Attribute>,
}

pub fn error<T>(text: &str) -> StdResult<T> {
    Err(StdError::generic_err(text))
}

impl Call<'_> {
    pub fn now(&self) -> u64 {
        self.env.block.time.seconds()
    }

    /// Fails for an item that is not listed, which is public.
    pub fn item(&self, id: Id) -> StdResult<(u8, Item)> {
        let found = usize::try_from(id.0).ok().and_then(|at| self.state.items.get(at));
        match found {
            Some(item) if item.listed == 1 => Ok((id.0 as u8, *item)),
            _ => error("unknown item"),
        }
    }

    /// The same, for its publisher only.
    pub fn own_item(&self, id: Id) -> StdResult<(u8, Item)> {
        let (at, item) = self.item(id)?;
        if item.publisher != self.account {
            return error("only the publisher of the item may do this");
        }
        Ok((at, item))
    }

    pub fn licence(&self, id: Id) -> StdResult<(u32, Licence)> {
        let number = u32::try_from(id.0).unwrap_or_default();
        match find_licence(self.storage, number)? {
            Some(licence) => Ok((number, licence)),
            None => error("unknown licence"),
        }
    }

    /// Takes the number of a new licence.
    pub fn number(&mut self) -> StdResult<u32> {
        let number = self.state.next;
        match number.checked_add(1) {
            Some(next) => self.state.next = next,
            None => return error("no more licences fit into this contract"),
        }
        Ok(number)
    }

    /// Takes money from the escrow for the sender: a transfer at every token, and a payment of coins if
    /// there are any, which the bank shows anyhow. With `only`, at the token of this place alone.
    pub fn pay(&mut self, amounts: &Purse, only: Option<u8>) -> StdResult<()> {
        let tokens = self.vault.len();
        let places = tokens + usize::from(self.config.coin.is_some());
        if only.is_some_and(|only| usize::from(only) >= places) {
            return error("only must be the place of a token, or of the coin after them");
        }
        self.state.escrow.pay_out(amounts)?;
        let payments = (0..).zip(self.vault.payout(&self.sender, &amounts[..tokens])?);
        let asked = payments.filter(|(place, _)| only.map_or(true, |only| only == *place));
        self.messages = asked.map(|(_, payment)| payment).collect();
        let coins = amounts.get(tokens).filter(|amount| **amount > 0);
        if let (Some(denom), Some(amount)) = (&self.config.coin, coins) {
            self.messages.push(coins::pay(&self.sender, denom, *amount));
        }
        Ok(())
    }

    /// Appends the act to the head; answers the leaf. Called once, after all changes.
    pub fn act(&mut self, name: &str, record: &[u8]) -> [u8; 32] {
        let mut payload = self.account.to_vec();
        payload.extend_from_slice(&[name.len() as u8]);
        payload.extend_from_slice(name.as_bytes());
        payload.extend_from_slice(record);
        let leaf = self.state.head.append(&self.seed, &self.account, &payload);
        self.attribute = Some(leaf.attribute());
        leaf.leaf
    }
}

/// A field that this message needs.
pub fn need<T>(field: Option<T>, name: &str) -> StdResult<T> {
    field.ok_or_else(|| StdError::generic_err(format!("the field {name} is missing")))
}

/// Gas of a call and its rows to which each message is filled: a tenth more than the costliest path. So
/// readers see by gas neither which act it is, nor a first sale from a resale. A test compares.
const ACT_WORK: u64 = 52_000;
const PAYMENT_WORK: u64 = 58_000;
const CONFIRM_WORK: u64 = 42_000;
/// A resale has two licences and the seller's account.
const CONFIRMED_WORK: u64 = 7_500;

pub fn work(msg: &ExecuteMsg) -> u64 {
    match msg {
        ExecuteMsg::Receive(_) | ExecuteMsg::Buy(_) | ExecuteMsg::BuyResale(_) => PAYMENT_WORK,
        // The number of purchases is public.
        ExecuteMsg::Confirm(msg) => {
            CONFIRM_WORK + CONFIRMED_WORK * msg.purchases.len().min(confirm::MOST) as u64
        }
        _ => ACT_WORK,
    }
}

pub fn gas_target(msg: &ExecuteMsg) -> Option<Uint64> {
    match msg {
        ExecuteMsg::ListItem(msg) => msg.gas_target,
        ExecuteMsg::Receive(msg) => msg.gas_target,
        ExecuteMsg::Confirm(msg) => msg.gas_target,
        _ => act_of(msg).and_then(|(_, target)| target),
    }
}

/// `bind` and `gas_target` of the messages that have one of the common forms.
fn act_of(msg: &ExecuteMsg) -> Option<(&Bind, Option<Uint64>)> {
    match msg {
        ExecuteMsg::Act(act) => Some((&act.bind, act.gas_target)),
        ExecuteMsg::Refund(act) | ExecuteMsg::Transfer(act) => Some((&act.bind, act.gas_target)),
        ExecuteMsg::Grant(act) | ExecuteMsg::NewVersion(act) | ExecuteMsg::Trace(act) => {
            Some((&act.bind, act.gas_target))
        }
        ExecuteMsg::Collect(act) | ExecuteMsg::RevokePermit(act) | ExecuteMsg::SetStatus(act) => {
            Some((&act.bind, act.gas_target))
        }
        ExecuteMsg::Buy(payment) | ExecuteMsg::BuyResale(payment) | ExecuteMsg::Revoke(payment) => {
            Some((&payment.bind, payment.gas_target))
        }
        ExecuteMsg::ListItem(msg) => Some((&msg.bind, msg.gas_target)),
        ExecuteMsg::Receive(_) | ExecuteMsg::Confirm(_) => None,
    }
}

/// New business stops when the admin says so; every way to money and keys stays open.
fn entry(msg: &ExecuteMsg) -> Entry {
    match msg {
        ExecuteMsg::ListItem(_)
        | ExecuteMsg::Receive(_)
        | ExecuteMsg::Buy(_)
        | ExecuteMsg::BuyResale(_)
        | ExecuteMsg::Revoke(_)
        | ExecuteMsg::Grant(_)
        | ExecuteMsg::Transfer(_)
        | ExecuteMsg::NewVersion(_) => Entry::New,
        _ => Entry::Exit,
    }
}

pub fn run(
    storage: &mut dyn Storage,
    api: &dyn Api,
    env: &Env,
    info: &MessageInfo,
    msg: ExecuteMsg,
) -> StdResult<Response> {
    if let Some((bind, _)) = act_of(&msg) {
        bind.check(env, &info.sender)?;
    }
    let takes_coins =
        matches!(msg, ExecuteMsg::Buy(_) | ExecuteMsg::BuyResale(_) | ExecuteMsg::Revoke(_));
    if !takes_coins {
        coins::none(info)?;
    }
    status::check(storage, env, entry(&msg))?;
    let mut call = Call {
        api,
        env,
        sender: info.sender.clone(),
        account: account_of(api, info.sender.as_str())?,
        config: Config::load(storage)?,
        powers: Powers::load(storage)?,
        seed: seed::load(storage)?,
        vault: Vault::load(storage)?,
        state: rows::load_state(storage)?,
        messages: vec![],
        attribute: None,
        storage,
    };
    let data = dispatch(&mut call, info, msg)?;
    rows::save_state(call.storage, &call.state)?;
    let response = Response::new().add_messages(call.messages).set_data(data);
    Ok(response.add_attributes(call.attribute))
}

fn dispatch(call: &mut Call, info: &MessageInfo, msg: ExecuteMsg) -> StdResult<Binary> {
    match msg {
        ExecuteMsg::ListItem(msg) => listing::list(call, &msg),
        ExecuteMsg::Receive(hook) => receive(call, info, hook),
        ExecuteMsg::Buy(payment) => pay_coins(call, info, TokenMsg::Buy(payment)),
        ExecuteMsg::BuyResale(payment) => pay_coins(call, info, TokenMsg::BuyResale(payment)),
        ExecuteMsg::Revoke(payment) => pay_coins(call, info, TokenMsg::Revoke(payment)),
        ExecuteMsg::Confirm(msg) => confirm::confirm(call, &msg.purchases),
        ExecuteMsg::Act(act) => owner::act(call, &act),
        ExecuteMsg::Refund(act) => confirm::refund(call, act.licence, act.only),
        ExecuteMsg::Transfer(act) => owner::transfer(call, act),
        ExecuteMsg::Grant(act) => sale::grant(call, act),
        ExecuteMsg::NewVersion(act) => listing::new_version(call, act),
        ExecuteMsg::Trace(act) => trace::trace(call, act),
        ExecuteMsg::Collect(act) => confirm::collect(call, act.only),
        ExecuteMsg::RevokePermit(act) => revoke_permit(call, act),
        ExecuteMsg::SetStatus(act) => set_status(call, act),
    }
}

fn revoke_permit(call: &mut Call, act: AccountAct) -> StdResult<Binary> {
    let name = need(act.permit_name, "permit_name")?;
    if !(1..=128).contains(&name.len()) {
        return error("the name of a permit has 1 to 128 bytes");
    }
    permit::revoke(call.storage, &call.account, &name);
    call.act("revoke_permit", &[]);
    verdict("revoke_permit", DONE)
}

fn set_status(call: &mut Call, act: AccountAct) -> StdResult<Binary> {
    call.powers.require_admin(&call.account)?;
    status::set(call.storage, call.env, need(act.level, "level")?)?;
    call.act("set_status", &[]);
    verdict("set_status", DONE)
}

/// The user is whose tokens came; only a listed token gets here.
fn receive(call: &mut Call, info: &MessageInfo, hook: Hook) -> StdResult<Binary> {
    let Hook { sender, from, amount, memo, msg, .. } = hook;
    let hook = Receive { sender, from, amount, memo, msg };
    let received = hook.received(call.api, &call.vault, info)?;
    let message: TokenMsg = hook.message()?;
    if matches!(message, TokenMsg::Revoke(_)) && hook.sender != hook.from {
        return error("only the publisher's own send can revoke, no allowance");
    }
    let (TokenMsg::Buy(payment) | TokenMsg::BuyResale(payment) | TokenMsg::Revoke(payment)) = &message;
    payment.bind.check(call.env, &received.from)?;
    call.account = received.user;
    call.sender = received.from;
    paid_for(call, sale::Paid { token: received.token, amount: received.amount }, message)
}

/// The same with coins, of which none are a payment of 0. The bank shows them, so the price.
fn pay_coins(call: &mut Call, info: &MessageInfo, message: TokenMsg) -> StdResult<Binary> {
    let amount = match &call.config.coin {
        Some(denom) if !info.funds.is_empty() => coins::only(info, denom)?,
        _ => coins::none(info).map(|()| 0)?,
    };
    paid_for(call, sale::Paid { token: call.vault.len(), amount }, message)
}

fn paid_for(call: &mut Call, paid: sale::Paid, message: TokenMsg) -> StdResult<Binary> {
    // Without a coin there is no place for it, and nothing came.
    if paid.amount > 0 {
        call.state.escrow.take_in(paid.token, paid.amount)?;
    }
    match message {
        TokenMsg::Buy(payment) => sale::buy(call, paid, payment),
        TokenMsg::BuyResale(payment) => sale::buy_resale(call, paid, payment),
        TokenMsg::Revoke(payment) => sale::revoke(call, paid, need(payment.licence, "licence")?),
    }
}
