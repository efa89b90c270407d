//! Who leaked: a publisher shows which variants were found, the contract names licences.
use common::account::address_of;
use cosmwasm_std::{CosmosMsg, Empty, StdResult};

use super::{done, error, need, Call};
use crate::msg::{Body, ItemAct};
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
pub fn trace(call: &mut Call, act: ItemAct) -> StdResult<Body> {
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
    let (mut accused, mut more) = (vec![], 0);
    for number in first..end {
        let Some(licence) = find_licence(call.storage, number)? else {
            continue;
        };
        let score = score(colluders, &words.of(number.into()), &found);
        if !is_accused(score, positions) || licence.item != at {
            continue;
        }
        if accused.len() < NAMED {
            accused.push((number, address_of(call.api, &licence.owner)?.to_string()));
        } else {
            more += 1;
        }
    }
    call.act("trace", &[&[at][..], &evidence].concat());
    call.messages.push(CosmosMsg::FinalizeTx(Empty {}));
    let next = (end < call.state.next).then_some(end);
    Ok(Body { accused: Some(accused), more: (more > 0).then_some(more), next, ..done() })
}
