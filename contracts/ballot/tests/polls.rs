//! The life of polls: lists, phases, times, results, the message of a passed poll, the stop.

mod support;

use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use support::chain::*;

const VOTERS: [(&str, u128); 3] = [("anna", 1), ("bert", 1), ("cleo", 1)];

#[test]
fn a_list_is_written_sealed_voted_on_and_counted() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    assert_eq!(ballot.poll(poll)["status"], "open");
    assert_eq!(ballot.poll(poll)["listed"], json!({ "voters": 3, "weight": amount(3) }));
    for (voter, choice) in [("anna", 1), ("bert", 1), ("cleo", 2)] {
        assert_eq!(ballot.register(poll, voter)["status"], "recorded");
        assert_eq!(ballot.cast(poll, voter, choice)["status"], "recorded");
    }
    let result = ballot.close(poll);
    let totals = [amount(2), amount(1), amount(0)];
    assert_eq!(result, json!({ "outcome": "passed", "totals": totals, "counted": amount(3) }));
    assert_eq!(ballot.poll(poll)["status"], "done");
    assert_eq!(ballot.poll(poll)["terms"]["title"], "Board");
}

#[test]
fn a_poll_without_entries_closes_with_too_few() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    assert_eq!(ballot.close(poll), json!({ "outcome": "too_few" }));
}

#[test]
fn an_election_names_the_option_and_publishes_as_the_terms_say() {
    let changes = |publish: &str| json!({ "options": ["red", "green", "blue"], "abstain": null, "threshold_bps": null, "publish": publish });
    for (publish, shown) in [
        ("totals", json!({ "totals": [amount(1), amount(0), amount(2)], "counted": amount(3) })),
        ("shares", json!({ "shares": [33, 0, 66], "rest": 1 })),
        ("outcome", json!({})),
    ] {
        let mut ballot = Ballot::new();
        let poll = ballot.list_poll(changes(publish), &VOTERS);
        for (voter, choice) in [("anna", 1), ("bert", 4), ("cleo", 4)] {
            ballot.register(poll, voter);
            ballot.cast(poll, voter, choice);
        }
        assert_eq!(ballot.close(poll), with(json!({ "outcome": { "option": 2 } }), shown));
    }
}

#[test]
fn lists_of_unequal_weights_and_locks_publish_shares_unless_asked() {
    let mut ballot = Ballot::new();
    let equal = ballot.list_poll(json!({}), &VOTERS);
    let unequal = ballot.list_poll(json!({}), &[("anna", 1), ("bert", 2), ("cleo", 2)]);
    let asked = ballot.list_poll(json!({ "publish": "totals" }), &[("anna", 1), ("bert", 2)]);
    let locked = ballot.create_poll(lock_terms());
    let publish = |poll| ballot.poll(poll)["publish"].clone();
    assert_eq!([equal, unequal, asked, locked].map(publish), ["totals", "shares", "totals", "shares"]);
}

#[test]
fn registered_twice_or_not_on_the_list_is_refused_inside_and_counts_nothing() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    assert_eq!(ballot.register(poll, "anna")["status"], "recorded");
    assert_eq!(
        ballot.register(poll, "anna")["reason"].as_str().unwrap(),
        "this account is registered already"
    );
    assert_eq!(
        ballot.register(poll, "eve")["reason"].as_str().unwrap(),
        "this account has too little weight in the poll"
    );
    ballot.cast(poll, "anna", 1);
    ballot.cast(poll, "eve", 2);
    assert_eq!(ballot.close(poll)["totals"], json!([amount(1), amount(0), amount(0)]));
}

#[test]
fn registration_ends_at_the_very_second() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    ballot.at(REGISTER_UNTIL - 1);
    assert_eq!(ballot.register(poll, "anna")["status"], "recorded");
    ballot.at(REGISTER_UNTIL);
    let msg = ballot.register_msg(poll, "bert");
    assert_eq!(ballot.err("bert", msg), "Generic error: registration is over");
}

#[test]
fn a_cast_at_the_end_is_late_and_one_second_before_it_counts() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    ballot.register(poll, "anna");
    ballot.at(ENDS_AT - 1);
    ballot.cast(poll, "anna", 1);
    ballot.at(ENDS_AT);
    let msg = ballot.cast_msg(poll, "anna", credential("anna", 0), None, 2);
    assert_eq!(ballot.err("anna", msg), "Generic error: the poll is over");
    assert_eq!(ballot.close(poll)["totals"][0], amount(1));
}

#[test]
fn a_tally_before_the_freeze_and_a_freeze_before_the_end_are_refused() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    let (freeze, tally) =
        (json!({ "freeze": { "poll_id": id(poll) } }), json!({ "tally": { "poll_id": id(poll) } }));
    ballot.at(ENDS_AT - 1);
    assert_eq!(ballot.err("anyone", freeze.clone()), "Generic error: the poll is not over");
    assert!(ballot.err(ORGANISER, tally.clone()).contains("must be over and frozen"));
    ballot.at(ENDS_AT);
    assert!(ballot.err("anyone", tally.clone()).contains("must be over and frozen"));
    ballot.freeze(poll);
    assert_eq!(ballot.err("anyone", freeze), "Generic error: the poll is frozen already");
    ballot.ok("anyone", tally.clone());
    assert_eq!(ballot.err("anyone", tally), "Generic error: the tally is done");
}

#[test]
fn voters_are_added_by_the_organiser_until_the_list_is_sealed() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(terms());
    let (organisers, eves) = (ballot.bind(ORGANISER), ballot.bind("eve"));
    let add_by = |bind: &Value, address: &str| {
        let voters = json!([{ "address": address, "weight": "1" }]);
        json!({ "add_voters": { "poll_id": id(1), "voters": voters, "bind": bind } })
    };
    let add = |address: &str| add_by(&organisers, address);
    let seal = json!({ "seal_list": { "poll_id": id(poll) } });
    assert!(ballot.err(ORGANISER, seal.clone()).contains("the list has no voters"));
    assert!(ballot.err("eve", add_by(&eves, "eve")).contains("only the organiser"));
    ballot.ok(ORGANISER, add("anna"));
    assert!(ballot.err(ORGANISER, add("anna")).contains("listed already"));
    assert!(ballot.err("eve", seal.clone()).contains("only the organiser"));
    let msg = ballot.register_msg(poll, "anna");
    assert!(ballot.err("anna", msg).contains("not sealed"));
    assert_eq!(ballot.poll(poll)["listed"], Value::Null);
    ballot.ok(ORGANISER, seal.clone());
    assert_eq!(ballot.err(ORGANISER, add("bert")), "Generic error: the list is sealed");
    assert_eq!(ballot.err(ORGANISER, seal), "Generic error: the list is sealed");
}

#[test]
fn a_list_that_was_never_sealed_has_no_result() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(terms());
    ballot.add(poll, &VOTERS).unwrap();
    ballot.at(REGISTER_UNTIL);
    assert!(ballot
        .err(ORGANISER, json!({ "seal_list": { "poll_id": id(poll) } }))
        .contains("registration is over"));
    ballot.at(ENDS_AT);
    assert!(ballot.err("anyone", json!({ "freeze": { "poll_id": id(poll) } })).contains("never sealed"));
}

#[test]
fn a_full_poll_refuses_inside() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    for voter in 0..257 {
        let name = format!("voter{voter}");
        ballot.lock(poll, &name, 5).unwrap();
        let answer = ballot.register(poll, &name);
        assert_eq!(answer["status"], if voter < 256 { "recorded" } else { "refused" });
    }
    let result = ballot.close(poll);
    assert_eq!(result, json!({ "outcome": "too_few" }));
}

#[test]
fn the_log_needs_several_steps_and_gives_the_result_with_the_last() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    ballot.register(poll, "anna");
    for choice in 0..599 {
        ballot.cast(poll, "anna", 1 + choice % 2);
    }
    ballot.at(ENDS_AT);
    ballot.freeze(poll);
    for (status, next) in [("running", 256), ("running", 512), ("done", 600)] {
        assert_eq!(ballot.poll(poll)["result"], Value::Null);
        let answer = ballot.ok("anyone", json!({ "tally": { "poll_id": id(poll) } }));
        assert_eq!(answer, json!({ "status": status, "next": id(next) }));
    }
    assert_eq!(ballot.poll(poll)["result"]["totals"][0], amount(1));
}

#[test]
fn a_log_with_an_entry_changed_exchanged_or_missing_is_not_counted() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    for (voter, _) in VOTERS {
        ballot.register(poll, voter);
        ballot.cast(poll, voter, 1);
    }
    ballot.at(ENDS_AT);
    ballot.freeze(poll);
    let tally = json!({ "tally": { "poll_id": id(poll) } });
    let entries: Vec<Vec<u8>> = ballot.rows.0.keys().filter(|key| key[0] == b'e').cloned().collect();
    assert_eq!(entries.len(), 6);
    let rows = ballot.rows.clone();
    ballot.rows.0.get_mut(&entries[5]).unwrap()[109] ^= 3;
    assert!(ballot.err("anyone", tally.clone()).contains("not the one that was frozen"));
    ballot.rows = rows.clone();
    let (first, second) = (rows.0[&entries[1]].clone(), rows.0[&entries[3]].clone());
    ballot.rows.0.insert(entries[1].clone(), second);
    assert!(ballot.err("anyone", tally.clone()).contains("not the one that was frozen"));
    ballot.rows.0.insert(entries[3].clone(), first);
    assert!(ballot.err("anyone", tally.clone()).contains("not the one that was frozen"));
    ballot.rows = rows.clone();
    ballot.rows.0.remove(&entries[2]);
    assert!(ballot.err("anyone", tally.clone()).contains("misses an entry"));
    ballot.rows = rows;
    ballot.ok("anyone", tally);
}

#[test]
fn the_message_of_a_passed_poll_is_sent_once_by_anyone() {
    let mut ballot = Ballot::new();
    let on_pass = json!({ "contract": "treasury", "code_hash": TOKEN_HASH, "msg": "e30=" });
    let poll = ballot.list_poll(json!({ "on_pass": on_pass }), &VOTERS);
    let send = json!({ "execute_outcome": { "poll_id": id(poll) } });
    ballot.register(poll, "anna");
    ballot.cast(poll, "anna", 1);
    assert!(ballot.err("eve", send.clone()).contains("has no result yet"));
    ballot.close(poll);
    let sent = ballot.run("eve", send.clone()).unwrap();
    assert_eq!(sent.messages.len(), 1);
    assert!(format!("{:?}", sent.messages[0].msg).contains("treasury"));
    assert_eq!(ballot.poll(poll)["outcome_sent"], true);
    assert!(ballot.err("eve", send).contains("sent already"));
}

#[test]
fn a_rejected_poll_sends_nothing() {
    let mut ballot = Ballot::new();
    let on_pass = json!({ "contract": "treasury", "code_hash": TOKEN_HASH, "msg": "e30=" });
    let poll = ballot.list_poll(json!({ "on_pass": on_pass }), &VOTERS);
    ballot.register(poll, "anna");
    ballot.cast(poll, "anna", 2);
    ballot.close(poll);
    assert!(ballot
        .err("eve", json!({ "execute_outcome": { "poll_id": id(poll) } }))
        .contains("did not pass"));
}

#[test]
fn on_pass_cannot_reach_the_token_nor_the_contract_itself() {
    let mut ballot = Ballot::new();
    for target in [TOKEN, "ballot"] {
        let on_pass = json!({ "contract": target, "code_hash": TOKEN_HASH, "msg": "e30=" });
        let poll = with(terms(), json!({ "on_pass": on_pass }));
        assert!(ballot.err(ORGANISER, json!({ "create_poll": poll })).contains("could move locked tokens"));
    }
}

#[test]
fn the_leaf_and_the_head_can_be_recomputed() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    let msg = ballot.register_msg(poll, "anna");
    let response = ballot.run("anna", msg).unwrap();
    let clear: Vec<(&str, bool)> =
        response.attributes.iter().map(|attribute| (attribute.key.as_str(), attribute.encrypted)).collect();
    assert_eq!(clear, [("poll_id", false), ("leaf", false)]);
    assert_eq!(response.attributes[0].value, id(poll));
    let shown = ballot.poll(poll);
    let start = bytes_of(shown["start"].as_str().unwrap());
    let leaf = bytes_of(&response.attributes[1].value);
    let head = common::head::next(&start.to_array().unwrap(), &leaf.to_array().unwrap());
    assert_eq!(common::head::hex(&head), shown["head"].as_str().unwrap());
    assert_eq!(shown["n"], id(1));
}

#[test]
fn the_start_is_the_hash_of_all_that_decides_the_result() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    let terms = ballot.rows.0.iter().find(|(key, _)| key[0] == b't').unwrap().1.clone();
    let (voters, weight) = (VOTERS.len() as u16, VOTERS.iter().map(|(_, weight)| weight).sum::<u128>());
    let sum = |bytes: &[u8]| -> [u8; 32] { Sha256::digest(bytes).into() };
    let totals = 1;
    let publish = if VOTERS.iter().all(|(_, weight)| *weight == VOTERS[0].1) { totals } else { totals + 1 };
    let parts = [&sum(&terms)[..], &voters.to_be_bytes(), &weight.to_be_bytes(), &[publish]].concat();
    assert_eq!(ballot.start(poll).as_slice(), sum(&parts));
}

#[test]
fn a_message_for_another_contract_sender_or_chain_is_refused_before_any_row() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    let register = ballot.register_msg(poll, "anna");
    let cast = ballot.cast_msg(poll, "anna", credential("anna", 0), None, 1);
    for msg in [register, cast] {
        assert_eq!(ballot.err("eve", msg.clone()), "Generic error: not for this contract");
        ballot.env.contract.address = cosmwasm_std::Addr::unchecked("evesballot");
        let rows = std::mem::take(&mut ballot.rows);
        assert_eq!(ballot.err("anna", msg.clone()), "Generic error: not for this contract");
        ballot.rows = rows;
        ballot.env.contract.address = cosmwasm_std::Addr::unchecked("ballot");
        let chain_id = std::mem::replace(&mut ballot.env.block.chain_id, "other".into());
        assert_eq!(ballot.err("anna", msg), "Generic error: not for this contract");
        ballot.env.block.chain_id = chain_id;
    }
    // With a list of the same code, Eve could try who is in another's list, and with which weight.
    let own = ballot.create_poll(terms());
    let voters = json!([{ "address": "anna", "weight": "1" }]);
    let list = |bind: Value| json!({ "add_voters": { "poll_id": id(own), "voters": voters, "bind": bind } });
    let copied = list(ballot.bind("eve"));
    assert_eq!(ballot.err(ORGANISER, copied), "Generic error: not for this contract");
    let true_one = list(ballot.bind(ORGANISER));
    ballot.ok(ORGANISER, true_one);
    let lock = json!({ "lock": { "poll_id": id(poll), "bind": ballot.bind("anna") } });
    let error = ballot.receive(TOKEN, "eve", 1, Some(lock)).unwrap_err().to_string();
    assert_eq!(error.trim_end(), "Generic error: not for this contract");
}

#[test]
fn a_stop_keeps_out_new_polls_and_locks_and_nothing_else() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    let locked = ballot.create_poll(lock_terms());
    ballot.lock(locked, "dora", 5).unwrap();
    let stop = json!({ "set_contract_status": { "level": "stop_new" } });
    assert!(ballot.err("eve", stop.clone()).contains("only the admin"));
    ballot.ok("admin", stop);
    assert!(ballot.err(ORGANISER, json!({ "create_poll": terms() })).contains("stopped"));
    assert!(ballot.lock(locked, "dora", 5).unwrap_err().to_string().contains("stopped"));
    ballot.register(poll, "anna");
    ballot.register(locked, "dora");
    ballot.cast(poll, "anna", 1);
    assert_eq!(ballot.close(poll)["outcome"], "passed");
    ballot.close(locked);
    assert_eq!(ballot.unlock(locked, "dora")["status"], "success");
    assert_eq!(ballot.held(), 0);
}

#[test]
fn no_message_of_an_admin_reads_moves_or_changes_anything() {
    let mut ballot = Ballot::new();
    let locked = ballot.create_poll(lock_terms());
    ballot.lock(locked, "dora", 5).unwrap();
    let poll = id(locked);
    let refused = [
        json!({ "add_voters": { "poll_id": poll, "voters": [], "bind": ballot.bind("admin") } }),
        json!({ "seal_list": { "poll_id": poll } }),
        json!({ "unlock": { "poll_id": poll } }),
        json!({ "freeze": { "poll_id": poll } }),
        json!({ "confirm": { "poll_id": poll, "n": id(0), "head": ballot.start(locked) } }),
        json!({ "tally": { "poll_id": poll } }),
        json!({ "execute_outcome": { "poll_id": poll } }),
    ];
    for msg in refused {
        ballot.err("admin", msg);
    }
    let names = ["withdraw", "recover_funds", "change_admin", "migrate", "cancel"];
    for name in names {
        assert!(ballot.err("admin", json!({ name: {} })).contains("unknown variant"));
    }
    assert_eq!(ballot.held(), 5);
}

#[test]
fn polls_are_listed_from_the_newest() {
    let mut ballot = Ballot::new();
    for _ in 0..5 {
        ballot.create_poll(terms());
    }
    let ids = |query: Value| -> Vec<Value> {
        let answer = ballot.query(json!({ "polls": query })).unwrap();
        answer["polls"]["polls"].as_array().unwrap().iter().map(|poll| poll["poll_id"].clone()).collect()
    };
    assert_eq!(ids(json!({})), [5, 4, 3, 2, 1].map(id));
    assert_eq!(ids(json!({ "page": 1, "page_size": 2 })), [3, 2].map(id));
    assert_eq!(ids(json!({ "page": 2, "page_size": 2 })), [id(1)]);
    assert!(ids(json!({ "page": 4_000_000_000_u32, "page_size": 50 })).is_empty());
    assert!(ballot.query(json!({ "polls": { "page_size": 51 } })).is_err());
}

#[test]
fn a_contract_without_a_token_has_lists_only() {
    let mut ballot = Ballot::with(json!({}));
    assert!(ballot.err(ORGANISER, json!({ "create_poll": lock_terms() })).contains("has no token"));
    let poll = ballot.list_poll(json!({}), &VOTERS);
    assert!(ballot.err("anna", json!({ "unlock": { "poll_id": id(poll) } })).contains("has no token"));
    assert!(ballot.lock(poll, "anna", 1).is_err());
    let info = ballot.query(json!({ "info": {} })).unwrap();
    assert_eq!(
        info["info"],
        json!({ "token": null, "admin": null, "min_phase": 600, "status": "normal_run" })
    );
}

#[test]
fn an_answer_says_the_same_for_true_false_and_old_credentials_and_any_choice() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    ballot.register(poll, "anna");
    let change = ballot.cast_msg(poll, "carrier", credential("anna", 0), Some(credential("anna", 1)), 1);
    ballot.ok("carrier", change);
    let rows = ballot.rows.clone();
    let mut answers = vec![];
    for (change, choice) in [(0, 1), (1, 1), (2, 1), (1, 2), (1, 99)] {
        ballot.rows = rows.clone();
        let msg = ballot.cast_msg(poll, "carrier", credential("anna", change), None, choice);
        answers.push(ballot.run("carrier", msg).unwrap().data.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

/// Debt L1 of the README: it turns round when the platform proves rows against the state root.
#[test]
fn l1_a_host_that_runs_the_closing_on_older_rows_gets_the_tally_of_a_prefix() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &VOTERS);
    for (voter, _) in VOTERS {
        ballot.register(poll, voter);
    }
    ballot.cast(poll, "anna", 1);
    let prefix = ballot.rows.clone();
    ballot.cast(poll, "bert", 2);
    let whole = ballot.rows.clone();
    let real = (ballot.close(poll), ballot.poll(poll)["head"].clone());
    ballot.rows = prefix;
    let fork = (ballot.close(poll), ballot.poll(poll)["head"].clone());
    // Bert's vote is the difference, and the head tells everybody else that this is another log.
    assert_eq!([&real.0["totals"][1], &fork.0["totals"][1]], [&amount(1), &amount(0)]);
    assert_ne!(real.1, fork.1);
    // A mix of rows gives nothing: the chain of hashes breaks.
    ballot.rows = whole;
    let entries: Vec<Vec<u8>> = ballot.rows.0.keys().filter(|key| key[0] == b'e').cloned().collect();
    ballot.rows.0.remove(&entries[4]);
    ballot.freeze(poll);
    assert!(ballot.err("host", json!({ "tally": { "poll_id": id(poll) } })).contains("misses an entry"));
}

#[test]
fn who_holds_all_votes_but_one_learns_the_last_one_by_difference() {
    let totals = |choice| {
        let mut ballot = Ballot::new();
        let own = ["bert", "cleo", "dora", "emil"].map(|name| (name, 1));
        let poll = ballot.list_poll(json!({ "min_counted": 5 }), &[&own[..], &[("anna", 1)]].concat());
        for (name, _) in own {
            ballot.register(poll, name);
            ballot.cast(poll, name, 1);
        }
        ballot.register(poll, "anna");
        ballot.cast(poll, "anna", choice);
        ballot.close(poll)["totals"].clone()
    };
    assert_eq!(totals(1), json!([amount(5), amount(0), amount(0)]));
    assert_eq!(totals(2), json!([amount(4), amount(1), amount(0)]));
}
