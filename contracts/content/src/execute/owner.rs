//! What an owner does with a licence. Refusals succeed with the same rows: hosts do not see them.
use common::account::account_of;
use common::amount::Id;
use common::phase::Moment;
use cosmwasm_std::{BlockInfo, StdResult};

use super::sale::{device_of, open};
use super::{error, need, Call, Verdict};
use crate::msg::{Body, LicenceAct};
use crate::rows::{self, Item, Licence, Status};
use crate::rules::{count, DEVICE_CHANGES, MAX_PRICE};

/// Loads, decides, stores: the same rows whatever the verdict is. A refused licence is unchanged.
fn change(
    call: &mut Call,
    name: &str,
    id: Id,
    rule: impl FnOnce(&Item, &mut Licence, &BlockInfo) -> Verdict,
) -> StdResult<Body> {
    let (number, before) = call.licence(id)?;
    let item = call.state.items[usize::from(before.item)];
    let mut after = before.clone();
    let verdict = owned(call, &before).and_then(|()| rule(&item, &mut after, &call.env.block));
    let licence = if verdict.is_ok() { after } else { before };
    call.act(name, &licence.record(number));
    rows::save_licence(call.storage, number, &licence)?;
    Ok(call.verdict(verdict))
}

fn owned(call: &Call, licence: &Licence) -> Verdict {
    if licence.owner != call.account {
        return Err("the licence is not yours");
    }
    Ok(())
}

fn active(licence: &Licence) -> Verdict {
    if licence.status != Status::Active {
        return Err("the licence is not active");
    }
    Ok(())
}

pub fn set_device(call: &mut Call, act: LicenceAct) -> StdResult<Body> {
    let device = device_of(&need(act.device, "device")?)?;
    change(call, "set_device", act.licence, |_, licence, block| {
        if !matches!(licence.status, Status::Active | Status::Pending) {
            return Err("the licence is over");
        }
        let first = licence.device == [0; 32];
        if !first && !count(&mut licence.changes_since, &mut licence.changes, block.time.seconds(), DEVICE_CHANGES) {
            return Err("two device changes in 30 days are the most");
        }
        licence.device = device;
        Ok(())
    })
}

pub fn open_session(call: &mut Call, id: Id) -> StdResult<Body> {
    change(call, "open_session", id, |item, licence, block| {
        active(licence)?;
        if item.rent == 0 {
            return Err("an owned licence needs no session");
        }
        if licence.term.moment(block) != Moment::Within {
            return Err("the rent is over");
        }
        licence.session = 1;
        Ok(())
    })
}

/// An amount of zero withdraws the offer.
pub fn offer_resale(call: &mut Call, act: LicenceAct) -> StdResult<Body> {
    let amount = need(act.amount, "amount")?.0;
    if amount > MAX_PRICE {
        return error("the price must be below 2^96");
    }
    change(call, "offer_resale", act.licence, |item, licence, _| {
        active(licence)?;
        if item.transfer == rows::TRANSFER_NONE || item.for_sale == 0 {
            return Err("licences of this item cannot be resold");
        }
        licence.offer = amount;
        Ok(())
    })
}

/// The new owner gets a licence of an own number, so other keys and another word: keys that leaked
/// before still name the old owner. A refused transfer uses up a number too.
pub fn transfer(call: &mut Call, act: LicenceAct) -> StdResult<Body> {
    let to = account_of(call.api, &need(act.to, "to")?)?;
    let (number, mut licence) = call.licence(act.licence)?;
    let item = call.state.items[usize::from(licence.item)];
    let verdict = owned(call, &licence).and_then(|()| active(&licence)).and_then(|()| {
        match (item.transfer == rows::TRANSFER_FREE, to == call.account) {
            (false, _) => Err("licences of this item cannot be given away"),
            (true, true) => Err("the licence is yours already"),
            (true, false) => Ok(()),
        }
    });
    let status = if verdict.is_ok() { Status::Active } else { Status::Moved };
    let made = Licence::new(licence.item, to, status);
    let new = Licence { granted: licence.granted, parent: number, ..made };
    if verdict.is_ok() {
        licence.status = Status::Moved;
        licence.offer = 0;
    }
    rows::save_licence(call.storage, number, &licence)?;
    let next = call.number()?;
    let opened = open(call, "transfer", next, new)?;
    Ok(Body { licence: opened.licence.filter(|_| verdict.is_ok()), ..call.verdict(verdict) })
}
