//! Witnesses: what they open, and what a host gets without them. Rows of `ballot.rows` are what a host serves.

mod support;

use common::testing::Rows;
use serde_json::{json, Value};
use support::chain::*;

const VOTERS: [(&str, u128); 2] = [("anna", 1), ("bert", 1)];
const GRACE: u64 = 86_400;
/// First bytes of keys: the poll's row, which holds the head, its terms, its witnesses.
const POLL: u8 = b'h';
const TERMS: u8 = b't';
const WITNESSES: u8 = common::space::WITNESSES;

fn option() -> Value {
    let addresses = ["wilma", "wanda", "willi"];
    json!({ "witnesses": { "addresses": addresses, "threshold": 2, "grace": GRACE } })
}

/// A poll in which anna says yes and, in the last entry, bert no; and the rows before that entry.
fn voted(ballot: &mut Ballot) -> (u64, Rows) {
    let poll = ballot.list_poll(option(), &VOTERS);
    for (voter, _) in VOTERS {
        ballot.register(poll, voter);
    }
    ballot.cast(poll, "anna", 1);
    let prefix = ballot.rows.clone();
    ballot.cast(poll, "bert", 2);
    ballot.at(ENDS_AT);
    (poll, prefix)
}

/// What a witness makes from the public leaves, here from the poll's query of the chain.
fn confirmation(ballot: &Ballot, poll: u64) -> Value {
    let shown = ballot.poll(poll);
    let head = bytes_of(shown["head"].as_str().unwrap());
    json!({ "confirm": { "poll_id": id(poll), "n": shown["n"], "head": head } })
}

fn tally(poll: u64) -> Value {
    json!({ "tally": { "poll_id": id(poll) } })
}

/// Rows of another state in place of the own ones, by the first byte of their keys.
fn serve(ballot: &mut Ballot, first: u8, from: &Rows) {
    let rows = from.0.iter().filter(|(key, _)| key[0] == first);
    ballot.rows.0.extend(rows.map(|(key, row)| (key.clone(), row.clone())));
}

#[test]
fn the_tally_waits_for_the_threshold() {
    let mut ballot = Ballot::new();
    let (poll, _) = voted(&mut ballot);
    let confirm = confirmation(&ballot, poll);
    assert!(ballot.err("wilma", confirm.clone()).contains("nothing is frozen yet"));
    ballot.freeze(poll);
    assert!(ballot.err("anyone", tally(poll)).contains("0 of 2 witnesses have confirmed"));
    assert!(ballot.err("anna", confirm.clone()).contains("only a witness"));
    ballot.ok("wilma", confirm.clone());
    assert!(ballot.err("wilma", confirm.clone()).contains("confirmed already"));
    assert!(ballot.err("anyone", tally(poll)).contains("1 of 2 witnesses have confirmed"));
    let shown = ballot.poll(poll)["witnesses"].clone();
    assert_eq!(shown["confirmed"], json!(["wilma"]));
    assert_eq!(shown["frozen"]["grace_ends_at"], json!(ENDS_AT + GRACE));
    ballot.ok("willi", confirm.clone());
    assert_eq!(ballot.ok("anyone", tally(poll))["status"], "done");
    assert_eq!(ballot.poll(poll)["result"]["totals"], json!([amount(1), amount(1), amount(0)]));
    assert!(ballot.err("wanda", confirm).contains("the tally is done"));
}

#[test]
fn silent_witnesses_delay_the_tally_by_the_grace_and_not_longer() {
    let mut ballot = Ballot::new();
    let (poll, _) = voted(&mut ballot);
    ballot.at(ENDS_AT + 5).freeze(poll);
    ballot.at(ENDS_AT + 5 + GRACE - 1);
    assert!(ballot.err("anyone", tally(poll)).contains("0 of 2 witnesses"));
    ballot.at(ENDS_AT + 5 + GRACE);
    assert_eq!(ballot.ok("anyone", tally(poll))["status"], "done");
}

#[test]
fn another_n_or_head_confirms_nothing() {
    let mut ballot = Ballot::new();
    let (poll, _) = voted(&mut ballot);
    ballot.freeze(poll);
    let good = confirmation(&ballot, poll);
    for (field, value) in [
        ("n", json!(id(3))),
        ("head", json!(ballot.start(poll))),
        ("head", json!("")),
        ("head", json!("AAAA")),
    ] {
        let mut wrong = good.clone();
        wrong["confirm"][field] = value;
        assert!(ballot.err("wilma", wrong).contains("another n and head were frozen"), "{field}");
    }
    assert!(ballot.err("anyone", tally(poll)).contains("0 of 2 witnesses"));
    let open =
        ballot.list_poll(json!({ "ends_at": ENDS_AT + 5_000, "register_until": ENDS_AT + 1_000 }), &VOTERS);
    let confirm = confirmation(&ballot, open);
    assert!(ballot.err("wilma", confirm).contains("has no witnesses"));
}

/// L1 of the README with witnesses; without them: `polls.rs`.
#[test]
fn l1_a_host_that_runs_the_closing_on_older_rows_gets_no_tally() {
    let mut ballot = Ballot::new();
    let (poll, prefix) = voted(&mut ballot);
    ballot.freeze(poll);
    for witness in ["wilma", "wanda"] {
        let confirm = confirmation(&ballot, poll);
        ballot.ok(witness, confirm);
    }
    let (chain, confirm) = (ballot.rows.clone(), confirmation(&ballot, poll));
    ballot.rows = prefix;
    ballot.freeze(poll);
    // The messages of the witnesses, which stand in blocks, are for the chain's head.
    assert!(ballot.err("wilma", confirm).contains("another n and head were frozen"));
    assert!(ballot.err("host", tally(poll)).contains("0 of 2 witnesses"));
    // Nor do rows of the chain help, one by one.
    let fork = ballot.rows.clone();
    for first in [POLL, WITNESSES] {
        ballot.rows = fork.clone();
        serve(&mut ballot, first, &chain);
        let error = ballot.err("host", tally(poll));
        assert!(error.contains("witnesses") || error.contains("misses an entry"), "{error}");
    }
    // The row of witnesses as absent.
    ballot.rows = fork;
    ballot.rows.0.retain(|key, _| key[0] != WITNESSES);
    assert!(ballot.err("host", tally(poll)).contains("witnesses"));
    assert!(!ballot.rows.0.keys().any(|key| key[0] == b'r'), "a result");
}

/// A host makes a poll of the same id with a witness of its own on older rows, and serves that row of
/// witnesses when the organiser seals the list. Without a check the prefix would get its tally.
#[test]
fn l1_a_list_is_sealed_with_the_witnesses_of_its_poll_alone() {
    let mut ballot = Ballot::new();
    let older = ballot.rows.clone();
    let own = json!({ "witnesses": { "addresses": ["host"], "threshold": 1 } });
    let poll = ballot.create_poll(with(terms(), own));
    let hosts = std::mem::replace(&mut ballot.rows, older);
    assert_eq!(ballot.create_poll(with(terms(), option())), poll);
    ballot.add(poll, &VOTERS).unwrap();
    let chain = ballot.rows.clone();
    serve(&mut ballot, WITNESSES, &hosts);
    let seal = json!({ "seal_list": { "poll_id": id(poll) } });
    assert!(ballot.err(ORGANISER, seal.clone()).contains("a mix of rows"));
    ballot.rows = chain;
    ballot.ok(ORGANISER, seal);
}

/// The organiser and a host make the poll a second time on older rows, and run the voters' messages there.
#[test]
fn entries_are_for_one_poll_with_its_witnesses_list_and_publishing() {
    let make = |changes: Value, voters: &[(&str, u128)]| {
        let mut ballot = Ballot::new();
        let poll = ballot.list_poll(changes, voters);
        (ballot, poll)
    };
    let (chain, poll) = make(option(), &VOTERS);
    let (join, vote) = (chain.register_msg(poll, "anna"), chain.cast_msg(poll, "anna", [1; 32], None, 1));
    let mut shares = option();
    shares["publish"] = json!("shares");
    let mut fewer = option();
    fewer["witnesses"]["threshold"] = json!(1);
    let forks = [
        make(json!({}), &VOTERS),
        make(shares, &VOTERS),
        make(fewer, &VOTERS),
        make(option(), &[("anna", 1), ("bert", 2)]),
        make(option(), &VOTERS[..1]),
    ];
    for (mut fork, id) in forks {
        assert_eq!(id, poll);
        for msg in [&join, &vote] {
            assert!(fork.err("anna", msg.clone()).contains("start is not that of this poll"));
        }
    }
    // Nor does a voter see the terms of the chain beside the start of a fork.
    let (mut fork, id) = make(json!({}), &VOTERS);
    serve(&mut fork, TERMS, &chain.rows);
    let error = fork.query(json!({ "poll": { "poll_id": support::chain::id(id) } })).unwrap_err().to_string();
    assert!(error.contains("a mix of rows"), "{error}");
    let (mut same, _) = make(option(), &VOTERS);
    same.ok("anna", join);
    let locks = |publish: &str| {
        let mut terms = with(lock_terms(), option());
        terms["publish"] = json!(publish);
        let mut ballot = Ballot::new();
        let poll = ballot.create_poll(terms);
        ballot.start(poll)
    };
    assert_ne!(locks("outcome"), locks("totals"));
}
