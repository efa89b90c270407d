//! What a publisher offers.
use common::account::account_of;
use common::phase::MIN_SECONDS;
use cosmwasm_std::{Binary, StdResult};

use super::{error, need, Call};
use crate::answer::{numbered, DONE};
use crate::config::{load_info, save_info};
use crate::msg::{Delivery, ItemAct, ItemInfo, Kind, ListItem, Price, Share, Transferable};
use crate::rows::{self, Item, Royalty, MAX_ITEMS, MAX_ROYALTIES};
use crate::rules::{no_witnesses, DAY, MAX_PRICE, MAX_ROYALTY};

const SHORTEST: u32 = MIN_SECONDS as u32;
const MAX_REFUND_AFTER: u32 = 30 * DAY as u32;
const MAX_RENT: u32 = 3_650 * DAY as u32;
const MAX_SEGMENTS: u32 = 1 << 20;

pub fn list(call: &mut Call, msg: &ListItem) -> StdResult<Binary> {
    no_witnesses(msg.witnesses.as_ref())?;
    let publishers = &call.config.publishers;
    if !publishers.is_empty() && !publishers.contains(&call.account) {
        return error("only the named publishers may list items");
    }
    let at = usize::from(call.state.listed);
    if at >= MAX_ITEMS {
        return error("the contract has 32 items and takes no more");
    }
    check_info(&msg.item, call.config.marked())?;
    let mut item = Item { publisher: call.account, listed: 1, version: 1, ..Item::default() };
    item.revocable = u8::from(msg.revocable);
    item.supply = msg.supply.unwrap_or(u32::MAX);
    if item.supply == 0 {
        return error("supply must be at least 1");
    }
    set_price(call, &mut item, msg.price.as_ref())?;
    set_terms(&mut item, &msg.licence, msg.transfer, &msg.delivery)?;
    set_royalties(call, &mut item, &msg.royalties)?;
    save_master(call, at as u8, &msg.master)?;
    save_info(call.storage, at as u8, &msg.item);
    call.state.items[at] = item;
    call.state.listed += 1;
    call.act("list_item", &[at as u8]);
    numbered("list_item", DONE, "item_id", at as u64)
}

pub fn new_version(call: &mut Call, act: ItemAct) -> StdResult<Binary> {
    let id = act.item_id;
    let (at, item) = call.own_item(id)?;
    let (uri, sha256) = (need(act.uri, "uri")?, need(act.sha256, "sha256")?);
    let info = ItemInfo { uri, sha256, ..load_info(call.storage, at)? };
    check_info(&info, call.config.marked())?;
    save_master(call, at, &need(act.master, "master")?)?;
    save_info(call.storage, at, &info);
    let Some(version) = item.version.checked_add(1) else {
        return error("the item has too many versions");
    };
    call.state.items[usize::from(at)].version = version;
    call.act("new_version", &[&[at][..], &version.to_be_bytes()].concat());
    numbered("new_version", DONE, "item_id", id.0)
}

fn save_master(call: &mut Call, at: u8, master: &Binary) -> StdResult<()> {
    let Ok(master) = <[u8; 32]>::try_from(master.as_slice()) else {
        return error("master must have 32 bytes");
    };
    let mut masters = rows::load_masters(call.storage)?;
    if master == [0; 32] || masters.contains(&master) {
        return error("master must be random; this one is zero or already used");
    }
    masters[usize::from(at)] = master;
    rows::save_masters(call.storage, &masters)
}

fn check_info(info: &ItemInfo, marked: usize) -> StdResult<()> {
    if !(1..=120).contains(&info.title.len()) {
        return error("title must have 1 to 120 bytes");
    }
    if !(3..=60).contains(&info.media_type.len()) || !info.media_type.contains('/') {
        return error("media_type must be like audio/wav, 3 to 60 bytes");
    }
    if !(1..=200).contains(&info.uri.len()) {
        return error("uri must have 1 to 200 bytes");
    }
    if info.sha256.len() != 32 {
        return error("sha256 must have 32 bytes");
    }
    if info.size.0 == 0 {
        return error("size must be at least 1");
    }
    if (info.segments as usize) < marked || info.segments > MAX_SEGMENTS {
        return error(&format!("segments must be {marked} to {MAX_SEGMENTS}"));
    }
    Ok(())
}

fn set_price(call: &Call, item: &mut Item, price: Option<&Price>) -> StdResult<()> {
    let Some(price) = price else {
        return Ok(());
    };
    let tokens = call.vault.len();
    let place = match (price.token, &price.coin) {
        (Some(token), None) if usize::from(token) < tokens => token,
        (None, Some(denom)) if call.config.coin.as_ref() == Some(denom) => tokens as u8,
        (Some(_), Some(_)) | (None, None) => return error("a price names a token or a coin"),
        (Some(_), None) => return error("the price is in a token that the contract does not list"),
        (None, Some(_)) => return error("the price is in a coin that the contract does not take"),
    };
    if !(1..=MAX_PRICE).contains(&price.amount.0) {
        return error("the price must be at least 1 and below 2^96");
    }
    item.for_sale = 1;
    item.token = place;
    item.price = price.amount.0;
    Ok(())
}

fn set_terms(item: &mut Item, kind: &Kind, transfer: Transferable, delivery: &Delivery) -> StdResult<()> {
    item.transfer = match transfer {
        Transferable::None => rows::TRANSFER_NONE,
        Transferable::Free => rows::TRANSFER_FREE,
        Transferable::ResaleOnly => rows::TRANSFER_RESALE,
    };
    if let Kind::Rent { seconds } = kind {
        if !(SHORTEST..=MAX_RENT).contains(seconds) {
            return error("a rent lasts 600 seconds to 3,650 days");
        }
        if item.transfer != rows::TRANSFER_NONE {
            return error("a rented licence cannot be transferred: transfer must be none");
        }
        item.rent = *seconds;
    }
    match delivery {
        Delivery::Instant => item.instant = 1,
        Delivery::Confirmed { refund_after } => {
            if !(SHORTEST..=MAX_REFUND_AFTER).contains(refund_after) {
                return error("refund_after must be 600 seconds to 30 days");
            }
            item.refund_after = *refund_after;
        }
    }
    Ok(())
}

fn set_royalties(call: &Call, item: &mut Item, royalties: &[Share]) -> StdResult<()> {
    if royalties.len() > MAX_ROYALTIES {
        return error("at most 2 royalties");
    }
    let total: u32 = royalties.iter().map(|share| u32::from(share.bps)).sum();
    if total > u32::from(MAX_ROYALTY) {
        return error("royalties are at most 2000 in total");
    }
    for (to, share) in item.royalties.iter_mut().zip(royalties) {
        *to = Royalty { to: account_of(call.api, &share.to)?, bps: share.bps };
    }
    Ok(())
}
