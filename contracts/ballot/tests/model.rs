//! Random messages to the contract against a model with branches and lists: 12,000 operations.

mod support;

use std::collections::BTreeSet;

use ballot::{Entry, Kind, Outcome, Quorum, Rules};
use common::testing::Random;
use cosmwasm_std::Binary;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use support::chain::*;
use support::slow;

const NAMES: [&str; 8] = ["anna", "bert", "cleo", "dora", "emil", "fred", "gina", "hans"];

struct Model {
    log: Vec<Entry>,
    registered: BTreeSet<&'static str>,
    /// Credentials that somebody ever used.
    known: Vec<[u8; 32]>,
}

fn entry(kind: Kind, credential: [u8; 32]) -> Entry {
    let [new_credential, salt] = [[0; 32]; 2];
    let credential = Sha256::digest(credential).into();
    Entry { kind, sender: [0; 20], weight: 0, credential, new_credential, choice: 0, salt }
}

impl Model {
    fn register(&mut self, ballot: &mut Ballot, name: &'static str, weight: Option<u128>) {
        let is_new = weight.is_some() && self.registered.insert(name);
        let answer = ballot.register(1, name);
        assert_eq!(answer["status"], if is_new { "recorded" } else { "refused" });
        let kind = if is_new { Kind::Registration } else { Kind::Nothing };
        let first = credential(name, 0);
        self.known.push(first);
        self.log.push(Entry { weight: if is_new { weight.unwrap() } else { 0 }, ..entry(kind, first) });
        assert_eq!(answer["n"], id(self.log.len() as u64));
    }

    fn cast(&mut self, ballot: &mut Ballot, random: &mut Random) {
        let old = if random.percent(85) { random.pick(&self.known) } else { random.bytes() };
        let new = random.percent(25).then(|| random.bytes());
        let choice =
            if random.percent(80) { 1 << random.below(4) } else { random.next() >> random.below(64) };
        let by = random.pick(&["anna", "carrier", "stranger"]);
        let msg = ballot.cast_msg(1, by, old, new, choice);
        assert_eq!(ballot.ok(by, msg)["n"], id(self.log.len() as u64 + 1));
        let new_credential = new.map_or([0; 32], |new| Sha256::digest(new).into());
        self.known.extend(new);
        self.log.push(Entry { new_credential, choice, ..entry(Kind::Cast, old) });
    }
}

fn shown(outcome: Outcome) -> Value {
    serde_json::from_slice(&common::json::to_vec(&outcome)).unwrap()
}

#[test]
fn the_contract_equals_the_model() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let listed: Vec<(&str, u128)> =
            NAMES[..6].iter().map(|name| (*name, 1 + random.below(9) as u128)).collect();
        let threshold = random.percent(50).then(|| random.below(10_000) as u16);
        let bps = random.below(10_001) as u16;
        let min_counted = 1 + random.below(4) as u16;
        let terms = json!({
            "threshold_bps": threshold, "quorum_bps": bps, "publish": "totals", "min_counted": min_counted
        });
        let mut ballot = Ballot::new();
        let poll = ballot.list_poll(terms, &listed);
        let mut model = Model { log: vec![], registered: BTreeSet::new(), known: vec![random.bytes()] };
        for _ in 0..200 {
            if random.percent(10) {
                let name = random.pick(&NAMES);
                let weight = listed.iter().find(|(listed, _)| *listed == name).map(|(_, weight)| *weight);
                model.register(&mut ballot, name, weight);
            } else {
                model.cast(&mut ballot, &mut random);
            }
        }
        let rules = Rules {
            options: 3,
            approval: false,
            abstain: Some(2),
            quorum: Quorum::Bps { bps, listed: listed.iter().map(|(_, weight)| weight).sum() },
            threshold_bps: threshold,
            min_counted,
        };
        let expected = slow::tally(&model.log, &rules);
        let mut result = json!({ "outcome": shown(expected.outcome) });
        if expected.outcome != Outcome::TooFew {
            let totals: Vec<String> = expected.totals.iter().map(|total| amount(*total)).collect();
            result = with(result, json!({ "totals": totals, "counted": amount(expected.weight) }));
        }
        assert_eq!(ballot.close(poll), result, "seed {seed}");
        assert!(expected.voters as usize <= model.registered.len());
    }
}

#[test]
fn no_row_holds_a_credential_in_clear_or_a_total_that_is_not_published() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({ "publish": "outcome" }), &[("anna", 1_000_003), ("bert", 7)]);
    for name in ["anna", "bert"] {
        ballot.register(poll, name);
        ballot.cast(poll, name, 1);
    }
    ballot.close(poll);
    let holds = |needle: &[u8]| {
        ballot.rows.0.values().any(|row| row.windows(needle.len()).any(|part| part == needle))
    };
    assert!(holds(&Sha256::digest(credential("anna", 0))));
    assert!(!holds(&credential("anna", 0)));
    let result: Vec<_> = ballot.rows.0.iter().filter(|(key, _)| key[0] == b'r').collect();
    assert_eq!(result.len(), 1);
    assert!(result[0].1[6..].iter().all(|byte| *byte == 0), "{:?}", Binary(result[0].1.clone()));
    assert!(!ballot.rows.0.keys().any(|key| key[0] == b'w'), "the tally's work is gone");
}
