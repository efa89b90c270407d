//! How licences come to be, and what the payer of tokens can do.
use common::account::account_of;
use common::amount::Id;
use common::phase::Phase;
use cosmwasm_std::{Binary, StdError, StdResult};

use super::{error, need, Call};
use crate::answer::{numbered, Verdict, DONE};
use crate::hpke;
use crate::msg::{ItemAct, Payment};
use crate::rows::{self, Item, Licence, Status};
use crate::rules::{due, from_now, split};

/// Money that came with a message.
pub struct Paid {
    /// Place in the vault, or of the coin after its tokens.
    pub token: usize,
    pub amount: u128,
}

pub fn device_of(device: &Binary) -> StdResult<[u8; 32]> {
    let Ok(device) = <[u8; 32]>::try_from(device.as_slice()) else {
        return error("device must be an X25519 public key of 32 bytes");
    };
    if !hpke::is_usable(&device) {
        return error("the device key is zero or of low order; make a new key pair");
    }
    Ok(device)
}

fn overflow() -> StdError {
    StdError::generic_err("an amount is too large")
}

pub fn credit(balance: &mut u128, amount: u128) -> StdResult<()> {
    *balance = balance.checked_add(amount).ok_or_else(overflow)?;
    Ok(())
}

/// Counts one more licence against the supply.
fn take_from_supply(call: &mut Call, at: u8) -> StdResult<()> {
    let item = &mut call.state.items[usize::from(at)];
    if item.sold >= item.supply {
        return error("sold out");
    }
    item.sold += 1;
    Ok(())
}

/// Always writes the owner's row. A licence that never was the owner's is not listed there: strangers
/// could push the owner's own licences out of the list.
fn add_to_owner(call: &mut Call, licence: &Licence, number: u32) -> StdResult<()> {
    let owner = &licence.owner;
    let mut row = rows::load_owner(call.storage, owner)?;
    if licence.status != Status::Moved {
        row.add(number);
    }
    rows::save_owner(call.storage, owner, &row)
}

/// Stores a new licence with the leaf of the act that made it.
pub fn open(
    call: &mut Call,
    name: &str,
    number: u32,
    mut licence: Licence,
    verdict: Verdict,
) -> StdResult<Binary> {
    licence.leaf = call.act(name, &licence.record(number));
    rows::save_licence(call.storage, number, &licence)?;
    add_to_owner(call, &licence, number)?;
    numbered(name, verdict, "licence", number.into())
}

/// The fee and the rest of a first sale go to their places in the state.
fn settle_sale(call: &mut Call, at: u8, paid: u128) -> StdResult<()> {
    let parts = split(paid, call.config.fee_bps, [0; 2]);
    let item = &mut call.state.items[usize::from(at)];
    credit(&mut item.earned, parts.rest)?;
    credit(&mut call.state.fees[usize::from(item.token)], parts.fee)
}

/// Fee, royalties, and the rest to the seller, whose licence ends.
fn settle_resale(call: &mut Call, at: u8, paid: u128, parent: &mut Licence) -> StdResult<()> {
    let item = &mut call.state.items[usize::from(at)];
    let token = usize::from(item.token);
    let parts = split(paid, call.config.fee_bps, item.royalties.map(|royalty| royalty.bps));
    for (earned, royalty) in item.royalties_earned.iter_mut().zip(parts.royalties) {
        credit(earned, royalty)?;
    }
    credit(&mut call.state.fees[token], parts.fee)?;
    parent.status = Status::Moved;
    let mut seller = rows::load_owner(call.storage, &parent.owner)?;
    credit(&mut seller.purse[token], parts.rest)?;
    rows::save_owner(call.storage, &parent.owner, &seller)
}

/// Makes a purchase final: money to the seller, keys to the buyer.
pub fn settle(call: &mut Call, licence: &mut Licence, parent: Option<&mut Licence>) -> StdResult<()> {
    let item = call.state.items[usize::from(licence.item)];
    licence.status = Status::Active;
    if item.rent > 0 {
        licence.term = from_now(call.now(), item.rent);
    }
    match parent {
        Some(parent) => settle_resale(call, licence.item, licence.paid, parent),
        None => settle_sale(call, licence.item, licence.paid),
    }
}

fn purchase(call: &Call, at: u8, paid: u128, device: [u8; 32]) -> Licence {
    let hold = from_now(call.now(), call.state.items[usize::from(at)].refund_after);
    Licence { paid, device, hold, ..Licence::new(at, call.account, Status::Pending) }
}

/// Wrong tokens fail, so that the token undoes the payment.
fn check_price(item: &Item, paid: &Paid, price: u128) -> StdResult<()> {
    if item.for_sale == 0 {
        return error("the item is not for sale");
    }
    if paid.token != usize::from(item.token) {
        return error("the price is in another token or coin");
    }
    if paid.amount != price {
        return error("the amount is not the price");
    }
    Ok(())
}

pub fn buy(call: &mut Call, paid: Paid, payment: Payment) -> StdResult<Binary> {
    let device = device_of(&need(payment.device, "device")?)?;
    let (at, item) = call.item(need(payment.item_id, "item_id")?)?;
    check_price(&item, &paid, item.price)?;
    take_from_supply(call, at)?;
    let mut licence = purchase(call, at, paid.amount, device);
    if item.instant == 1 {
        settle(call, &mut licence, None)?;
    }
    let number = call.number()?;
    open(call, "buy", number, licence, DONE)
}

pub fn grant(call: &mut Call, act: ItemAct) -> StdResult<Binary> {
    let device = act.device.as_ref().map_or(Ok([0; 32]), device_of)?;
    let owner = account_of(call.api, &need(act.to, "to")?)?;
    let (at, item) = call.own_item(act.item_id)?;
    take_from_supply(call, at)?;
    let term = if item.rent > 0 { from_now(call.now(), item.rent) } else { Phase::default() };
    let made = Licence::new(at, owner, Status::Active);
    let licence = Licence { granted: 1, device, term, ..made };
    let number = call.number()?;
    open(call, "grant", number, licence, DONE)
}

/// `item_id` is what the buyer believes to buy.
pub fn buy_resale(call: &mut Call, paid: Paid, payment: Payment) -> StdResult<Binary> {
    let device = device_of(&need(payment.device, "device")?)?;
    let (at, item) = call.item(need(payment.item_id, "item_id")?)?;
    let (parent_number, mut parent) = call.licence(need(payment.licence, "licence")?)?;
    if parent.status != Status::Active || parent.offer == 0 || parent.item != at {
        return error("this licence is not offered");
    }
    if parent.owner == call.account {
        return error("the licence is your own");
    }
    check_price(&item, &paid, parent.offer)?;
    parent.status = Status::Sold;
    parent.offer = 0;
    let mut licence = Licence { parent: parent_number, ..purchase(call, at, paid.amount, device) };
    if item.instant == 1 {
        settle(call, &mut licence, Some(&mut parent))?;
    }
    rows::save_licence(call.storage, parent_number, &parent)?;
    let number = call.number()?;
    open(call, "buy_resale", number, licence, DONE)
}

/// The publisher ends a licence and pays its owner back.
pub fn revoke(call: &mut Call, paid: Paid, id: Id) -> StdResult<Binary> {
    let (number, mut licence) = call.licence(id)?;
    let item = call.state.items[usize::from(licence.item)];
    if item.publisher != call.account {
        return error("only the publisher of the item may do this");
    }
    if item.revocable == 0 && licence.granted == 0 {
        return error("the item is not listed as revocable");
    }
    if licence.status != Status::Active {
        return error("the licence is not active");
    }
    let due = due(&item, &licence, call.now());
    let is_other = paid.token != usize::from(item.token) && paid.amount > 0;
    if is_other || paid.amount < due {
        return error(&format!("the owner must get back at least {due} of the price's token or coin"));
    }
    licence.status = Status::Revoked;
    let mut owner = rows::load_owner(call.storage, &licence.owner)?;
    credit(&mut owner.purse[usize::from(item.token)], paid.amount)?;
    rows::save_owner(call.storage, &licence.owner, &owner)?;
    call.act("revoke", &licence.record(number));
    rows::save_licence(call.storage, number, &licence)?;
    numbered("revoke", DONE, "licence", number.into())
}
