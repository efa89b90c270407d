//! What follows a purchase: confirmation, refund, and the money of all who earn.
use common::amount::Id;
use common::phase::Moment;
use common::select::{equal, when};
use common::vault::MAX_TOKENS;
use cosmwasm_std::{Binary, StdResult};

use super::sale::{credit, settle};
use super::{error, Call};
use crate::answer::{first_broken, numbered, verdict, DONE, ELSEWHERE, NOT_PENDING, NOT_YOURS, TOO_EARLY};
use crate::msg::Confirmation;
use crate::rows::{self, Licence, Status};

/// Purchases in one message.
pub const MOST: usize = 32;

/// A purchase gets keys and pays its seller only when a confirmer saw its leaf in a block. A leaf of
/// another history changes nothing.
pub fn confirm(call: &mut Call, purchases: &[Confirmation]) -> StdResult<Binary> {
    if !call.config.confirmers.contains(&call.account) {
        return error("only a confirmer may do this");
    }
    if !(1..=MOST).contains(&purchases.len()) {
        return error("1 to 32 purchases");
    }
    let (mut confirmed, mut record) = (0, vec![]);
    for (bit, purchase) in purchases.iter().enumerate() {
        if purchase.leaf.len() != 32 {
            return error("a leaf has 32 bytes");
        }
        let (number, mut licence) = call.licence(purchase.licence)?;
        let mut parent = parent_of(call, &licence)?;
        if licence.status == Status::Pending && purchase.leaf.as_slice() == licence.leaf {
            settle(call, &mut licence, parent.as_mut())?;
            confirmed |= 1u32 << bit;
        }
        save_both(call, number, &licence, parent.as_ref())?;
        record.extend_from_slice(&licence.record(number));
    }
    call.act("confirm", &record);
    numbered("confirm", DONE, "confirmed", confirmed.into())
}

fn parent_of(call: &Call, licence: &Licence) -> StdResult<Option<Licence>> {
    match licence.parent {
        0 => Ok(None),
        parent => call.licence(Id(parent.into())).map(|(_, parent)| Some(parent)),
    }
}

fn save_both(call: &mut Call, number: u32, licence: &Licence, parent: Option<&Licence>) -> StdResult<()> {
    if let Some(parent) = parent {
        rows::save_licence(call.storage, licence.parent, parent)?;
    }
    rows::save_licence(call.storage, number, licence)
}

pub fn refund(call: &mut Call, id: Id, only: Option<u8>) -> StdResult<Binary> {
    let (number, mut licence) = call.licence(id)?;
    let mut parent = parent_of(call, &licence)?;
    let item = call.state.items[usize::from(licence.item)];
    let refusal = first_broken(&[
        (!equal(licence.owner, call.account), NOT_YOURS),
        (when(licence.status != Status::Pending), NOT_PENDING),
        (when(licence.hold.moment(&call.env.block) != Moment::After), TOO_EARLY),
        (when(only.is_some_and(|only| only != item.token)), ELSEWHERE),
    ]);
    let mut amounts = [0; MAX_TOKENS];
    if refusal == DONE {
        licence.status = Status::Refunded;
        amounts[usize::from(item.token)] = licence.paid;
        match parent.as_mut() {
            Some(parent) => parent.status = Status::Active,
            None => call.state.items[usize::from(licence.item)].sold -= 1,
        }
    }
    save_both(call, number, &licence, parent.as_ref())?;
    call.act("refund", &licence.record(number));
    call.pay(&amounts, only)?;
    verdict("refund", refusal)
}

/// Pays out what the sender earned as publisher, seller, receiver of royalties or of the fee.
pub fn collect(call: &mut Call, only: Option<u8>) -> StdResult<Binary> {
    let account = call.account;
    let mut owner = rows::load_owner(call.storage, &account)?;
    let asked = |place: u8| only.map_or(true, |only| only == place);
    let mut amounts = [0; MAX_TOKENS];
    for (place, (to, free)) in (0..).zip(amounts.iter_mut().zip(&mut owner.purse)) {
        if asked(place) {
            *to = std::mem::take(free);
        }
    }
    for item in call.state.items.iter_mut().filter(|item| asked(item.token)) {
        let to = &mut amounts[usize::from(item.token)];
        if item.publisher == account {
            credit(to, std::mem::take(&mut item.earned))?;
        }
        for (royalty, earned) in item.royalties.iter().zip(&mut item.royalties_earned) {
            if royalty.to == account {
                credit(to, std::mem::take(earned))?;
            }
        }
    }
    if call.powers.fee_receiver == Some(account) {
        for (place, (to, fee)) in (0..).zip(amounts.iter_mut().zip(&mut call.state.fees)) {
            if asked(place) {
                credit(to, std::mem::take(fee))?;
            }
        }
    }
    rows::save_owner(call.storage, &account, &owner)?;
    let record: Vec<u8> = amounts.iter().flat_map(|amount| amount.to_be_bytes()).collect();
    call.act("collect", &record);
    call.pay(&amounts, only)?;
    verdict("collect", DONE)
}
