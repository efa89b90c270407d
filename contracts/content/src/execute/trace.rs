//! Who leaked: a publisher shows which variants were found, the contract names licences.
use common::account::{address_of, Account};
use common::amount::Id;
use common::answer::copied;
use common::select::{equal, less, pick, Choice};
use cosmwasm_std::{Api, Binary, CosmosMsg, Empty, StdResult};

use super::{error, need, Call};
use crate::msg::ItemAct;
use crate::rows::find_licence;
use crate::rules::{count, TRACES};
use crate::score::{is_accused, least, parse, positions, score};
use crate::word::Words;

/// Licences that one call reads.
const PAGE: u32 = 256;
/// Accused licences that fit into an answer.
const NAMED: usize = 3;

/// An execute, because a query would be an oracle without a count; and the last message of its
/// transaction, so that no later one can fail and undo the count. It answers no scores, which would teach how to make up evidence. All licences are read, also of other items.
pub fn trace(call: &mut Call, act: ItemAct) -> StdResult<Binary> {
    let (at, _) = call.own_item(act.item_id)?;
    let evidence = need(act.evidence, "evidence")?;
    let colluders = call.config.colluders;
    let marked = call.config.marked();
    let Some(found) = parse(&evidence, marked) else {
        return error(&format!("evidence must have {} bytes, two bits a position", marked / 4));
    };
    let positions = positions(&found);
    if positions < least(colluders) {
        return error(&format!("at least {} positions must tell one variant", least(colluders)));
    }
    let now = call.now();
    let item = &mut call.state.items[usize::from(at)];
    if !count(&mut item.traces_since, &mut item.traces, now, TRACES) {
        return error("64 traces of an item in 30 days are the most");
    }
    let first = act.from.map_or(1, |from| u32::try_from(from.0).unwrap_or(u32::MAX).max(1));
    let end = call.state.next.min(first.saturating_add(PAGE));
    let words = Words::new(&call.seed, colluders);
    let mut accused = Accused::default();
    for number in first..end {
        let Some(licence) = find_licence(call.storage, number)? else {
            continue;
        };
        let score = score(colluders, &words.of(number.into()), &found);
        accused.add(is_accused(score, positions) & equal(licence.item, at), number, licence.owner);
    }
    call.act("trace", &[&[at][..], &evidence].concat());
    call.messages.push(CosmosMsg::FinalizeTx(Empty {}));
    let next = if end < call.state.next { end } else { 0 };
    accused.answer(call.api, next)
}

/// The first accused licences of a call. The same work for any number of them.
#[derive(Default)]
struct Accused {
    count: u64,
    named: [(u32, Account); NAMED],
}

impl Accused {
    fn add(&mut self, is_accused: Choice, number: u32, owner: Account) {
        for (place, named) in (0..).zip(&mut self.named) {
            let here = is_accused & equal(self.count, place);
            *named = (pick(here, named.0, number), pick(here, named.1, owner));
        }
        self.count = pick(is_accused, self.count, self.count.wrapping_add(1));
    }

    /// `{"trace":{"accused":[["10 digits","address"]…],"more":"3 digits","next":"10 digits"}}`, spaces in
    /// place of licences that are not there.
    fn answer(&self, api: &dyn Api, next: u32) -> StdResult<Binary> {
        let mut list = vec![];
        for (place, (number, owner)) in (0..).zip(&self.named) {
            let comma = if place == 0 { " " } else { "," };
            let number = &Id((*number).into()).text()[10..];
            let text = [comma, "[\"", number, "\",\"", address_of(api, owner)?.as_str(), "\"]"].concat();
            let is_there = less(place, self.count);
            list.extend(text.bytes().map(|byte| pick(is_there, b' ', byte)));
        }
        let more = Id(pick(less(NAMED as u64, self.count), 0, self.count.wrapping_sub(NAMED as u64))).text();
        let next = Id(next.into()).text();
        let [more, next] = [more[17..].as_bytes(), next[10..].as_bytes()];
        copied("trace", &[b"\"accused\":[", &list, b"],\"more\":\"", more, b"\",\"next\":\"", next, b"\""])
    }
}
