//! What an owner does with a licence. Refusals succeed with the same rows: hosts do not see them.
use common::account::{account_of, Account};
use common::phase::Moment;
use common::select::{equal, less, pick, when, Choice};
use cosmwasm_std::{Binary, BlockInfo, StdResult};

use super::sale::open;
use super::{error, need, Call};
use crate::answer::{
    first_broken, verdict, Verdict, DONE, LOW_ORDER, NOT_ACTIVE, NOT_YOURS, NO_GIFT, NO_MORE_CHANGES,
    NO_RESALE, NO_SESSION, OVER, RENT_OVER, TOO_DEAR, YOURS,
};
use crate::hpke;
use crate::msg::{Act, LicenceAct};
use crate::rows::{self, Item, Licence, Status};
use crate::rules::{DEVICE_CHANGES, MAX_PRICE, WINDOW};

/// What `Act::do` may say.
#[derive(Clone, Copy)]
enum Do {
    Device = 1,
    Access,
    Resale,
    Delete,
}

const WORDS: [&[u8; 6]; 4] = [b"device", b"access", b"resale", b"delete"];

/// The place of the word, from 1. Compares it with all of them.
fn place_of(word: &str) -> StdResult<u8> {
    let word: Option<[u8; 6]> = word.as_bytes().try_into().ok();
    let places = (1..).zip(WORDS);
    let place = word.map(|word| places.fold(0, |at, (place, known)| pick(equal(word, *known), at, place)));
    place.filter(|place| *place > 0).map_or_else(|| error("do must be device, access, resale or delete"), Ok)
}

fn has(licence: &Licence, status: Status) -> Choice {
    equal(licence.status as u8, status as u8)
}

/// One message for four acts, whose work is the same to the last instruction, done or refused.
pub fn act(call: &mut Call, act: &Act) -> StdResult<Binary> {
    let Ok(device) = <[u8; 32]>::try_from(act.device.as_slice()) else {
        return error("device must have 32 bytes, zeros where no device is set");
    };
    let what = place_of(&act.r#do)?;
    let (number, mut licence) = call.licence(act.licence)?;
    let item = call.state.items[usize::from(licence.item)];
    let refusal = refusal(what, act.amount.0, &device, &item, &licence, &call.account, &call.env.block);
    let done = |kind: Do| equal(refusal, DONE) & equal(what, kind as u8);
    let counted = done(Do::Device) & !is_first(&licence);
    let fresh = is_fresh(&licence, call.now());
    licence.changes = pick(counted, licence.changes, pick(fresh, licence.changes, 0).wrapping_add(1));
    licence.changes_since = pick(counted & fresh, licence.changes_since, call.now());
    licence.device = pick(done(Do::Device), licence.device, device);
    licence.session = pick(done(Do::Access), licence.session, 1);
    licence.offer = pick(done(Do::Resale), licence.offer, act.amount.0);
    licence.offer = pick(done(Do::Delete), licence.offer, 0);
    licence.status = Status::of(pick(done(Do::Delete), licence.status as u8, Status::Burnt as u8))?;
    call.act("act", &licence.record(number));
    rows::save_licence(call.storage, number, &licence)?;
    verdict("act", refusal)
}

fn is_first(licence: &Licence) -> Choice {
    equal(licence.device, [0; 32])
}

/// Changes of a device count in windows of 30 days; this one begins another.
fn is_fresh(licence: &Licence, now: u64) -> Choice {
    !less(now, licence.changes_since.saturating_add(WINDOW))
}

fn refusal(
    what: u8,
    amount: u128,
    device: &[u8; 32],
    item: &Item,
    licence: &Licence,
    account: &Account,
    block: &BlockInfo,
) -> Verdict {
    let does = |kind: Do| equal(what, kind as u8);
    let is_active = has(licence, Status::Active);
    let used_up = !is_fresh(licence, block.time.seconds()) & !less(licence.changes, DEVICE_CHANGES);
    let never_sold = equal(item.transfer, rows::TRANSFER_NONE) | equal(item.for_sale, 0);
    first_broken(&[
        (!equal(licence.owner, *account), NOT_YOURS),
        (does(Do::Device) & !is_active & !has(licence, Status::Pending), OVER),
        (!does(Do::Device) & !is_active, NOT_ACTIVE),
        (does(Do::Device) & when(!hpke::is_usable(device)), LOW_ORDER),
        (does(Do::Device) & !is_first(licence) & used_up, NO_MORE_CHANGES),
        (does(Do::Access) & equal(item.rent, 0), NO_SESSION),
        (does(Do::Access) & when(licence.term.moment(block) != Moment::Within), RENT_OVER),
        (does(Do::Resale) & never_sold, NO_RESALE),
        (does(Do::Resale) & less(MAX_PRICE, amount), TOO_DEAR),
    ])
}

/// The new owner gets a licence of an own number, so other keys and another word: keys that leaked
/// before still name the old owner. A refused transfer uses up a number too.
pub fn transfer(call: &mut Call, act: LicenceAct) -> StdResult<Binary> {
    let to = account_of(call.api, &need(act.to, "to")?)?;
    let (number, mut licence) = call.licence(act.licence)?;
    let item = call.state.items[usize::from(licence.item)];
    let refusal = first_broken(&[
        (!equal(licence.owner, call.account), NOT_YOURS),
        (!has(&licence, Status::Active), NOT_ACTIVE),
        (!equal(item.transfer, rows::TRANSFER_FREE), NO_GIFT),
        (equal(to, call.account), YOURS),
    ]);
    let status = if refusal == DONE { Status::Active } else { Status::Moved };
    let made = Licence::new(licence.item, to, status);
    let new = Licence { granted: licence.granted, parent: number, ..made };
    if refusal == DONE {
        licence.status = Status::Moved;
        licence.offer = 0;
    }
    rows::save_licence(call.storage, number, &licence)?;
    let next = call.number()?;
    open(call, "transfer", next, new, refusal)
}
