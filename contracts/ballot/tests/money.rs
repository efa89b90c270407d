//! Locks and unlocks: what the token holds for the contract is the sum of all locks, always.

mod support;

use std::collections::BTreeMap;

use common::testing::Random;
use serde_json::{json, Value};
use support::chain::*;

#[test]
fn locked_tokens_are_free_after_the_result_and_not_before() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    ballot.lock(poll, "anna", 7).unwrap();
    ballot.register(poll, "anna");
    let unlock = json!({ "unlock": { "poll_id": id(poll) } });
    for time in [REGISTER_UNTIL, ENDS_AT - 1, ENDS_AT, ENDS_AT + 30 * 86_400 - 1] {
        ballot.at(time);
        assert!(ballot.err("anna", unlock.clone()).contains("free after the result"));
    }
    ballot.at(ENDS_AT);
    ballot.close(poll);
    assert_eq!(ballot.unlock(poll, "anna")["status"], "success");
    assert_eq!((ballot.held(), ballot.token["anna"]), (0, 7));
    let again = ballot.unlock(poll, "anna");
    assert_eq!(again["reason"], "this account has no tokens in this poll");
    assert_eq!(ballot.token["anna"], 7);
}

#[test]
fn a_poll_that_nobody_tallies_frees_its_tokens_after_30_days() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    ballot.lock(poll, "anna", 7).unwrap();
    ballot.register(poll, "anna");
    ballot.cast(poll, "anna", 1);
    ballot.at(ENDS_AT + 30 * 86_400);
    assert_eq!(ballot.unlock(poll, "anna")["status"], "success");
    assert_eq!(ballot.close(poll)["outcome"], "passed");
}

#[test]
fn an_unlock_calls_the_token_with_39_digits_also_for_nothing() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    ballot.lock(poll, "anna", 7).unwrap();
    ballot.close(poll);
    let mut sizes = vec![];
    for voter in ["anna", "eve"] {
        let response = ballot.run(voter, json!({ "unlock": { "poll_id": id(poll) } })).unwrap();
        assert_eq!(response.messages.len(), 1);
        sizes.push(response.data.unwrap().len());
    }
    assert_eq!(sizes, [256, 256]);
}

#[test]
fn a_hook_from_a_stranger_or_without_a_known_message_is_an_error() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    let lock = json!({ "lock": { "poll_id": id(poll), "bind": ballot.bind("anna") } });
    for stranger in ["anna", "eve", "ballot", "admin"] {
        let error = ballot.receive(stranger, "anna", 9, Some(lock.clone())).unwrap_err().to_string();
        assert!(error.contains("not a listed token"), "{error}");
    }
    assert!(ballot.receive(TOKEN, "anna", 9, None).is_err());
    assert!(ballot.receive(TOKEN, "anna", 9, Some(json!({ "deposit": {} }))).is_err());
    assert!(ballot.receive(TOKEN, "anna", 9, Some(json!("lock"))).is_err());
    assert_eq!(ballot.held(), 0);
}

#[test]
fn a_lock_of_a_list_of_an_unknown_poll_or_too_late_is_undone() {
    let mut ballot = Ballot::new();
    let list = ballot.list_poll(json!({}), &[("anna", 1)]);
    let poll = ballot.create_poll(lock_terms());
    let error = |result: cosmwasm_std::StdResult<_>| {
        result.map(|_: cosmwasm_std::Response| ()).unwrap_err().to_string()
    };
    assert!(error(ballot.lock(list, "anna", 1)).contains("come from a list"));
    assert!(error(ballot.lock(99, "anna", 1)).contains("no poll with this poll_id"));
    ballot.at(REGISTER_UNTIL - 1);
    ballot.lock(poll, "anna", 1).unwrap();
    ballot.at(REGISTER_UNTIL);
    assert!(error(ballot.lock(poll, "anna", 1)).contains("registration is over"));
    assert_eq!(ballot.held(), 1);
}

#[test]
fn a_token_that_reports_too_much_cannot_overflow_a_lock() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(lock_terms());
    ballot.lock(poll, "anna", u128::MAX).unwrap();
    assert!(ballot
        .lock(poll, "anna", 1)
        .unwrap_err()
        .to_string()
        .contains("more tokens than can be counted"));
    ballot.register(poll, "anna");
    ballot.cast(poll, "anna", 1);
    assert_eq!(ballot.close(poll)["outcome"], "passed");
}

#[test]
fn a_token_that_calls_back_during_an_unlock_finds_the_lock_gone() {
    let mut ballot = Ballot::new();
    let polls = [ballot.create_poll(lock_terms()), ballot.create_poll(lock_terms())];
    for poll in polls {
        ballot.lock(poll, "anna", 7).unwrap();
        ballot.lock(poll, "bert", 9).unwrap();
        ballot.close(poll);
        ballot.at(START);
    }
    ballot.at(ENDS_AT);
    let unlock = json!({ "unlock": { "poll_id": id(polls[0]) } });
    let response = ballot.run_before_the_token("anna", unlock.clone()).unwrap();
    assert_eq!(response.messages.len(), 1, "the token has not run yet");
    assert_eq!(ballot.ok("anna", unlock)["status"], "refused");
    // Nor can the token lock in a poll that is over what it has not sent.
    assert!(ballot.lock(polls[0], "anna", 7).is_err());
    for (poll, user) in [(polls[0], "bert"), (polls[1], "anna"), (polls[1], "bert")] {
        assert_eq!(ballot.unlock(poll, user)["status"], "success");
    }
    assert_eq!(ballot.held(), 7, "what the token still has to pay");
}

#[test]
fn weights_are_bounded_by_the_terms() {
    let mut ballot = Ballot::new();
    let bounds = json!({ "min_weight": "5", "max_weight": "10", "publish": "totals" });
    let poll = ballot.create_poll(with(lock_terms(), bounds));
    for (voter, value, status) in
        [("anna", 4, "refused"), ("bert", 5, "recorded"), ("cleo", 1_000, "recorded")]
    {
        ballot.lock(poll, voter, value).unwrap();
        assert_eq!(ballot.register(poll, voter)["status"], status, "{voter}");
        ballot.cast(poll, voter, 1);
    }
    // A later lock is kept, and weighs nothing after the registration.
    ballot.lock(poll, "bert", 3).unwrap();
    assert_eq!(ballot.close(poll)["totals"][0], amount(15));
    for voter in ["anna", "bert", "cleo"] {
        ballot.unlock(poll, voter);
    }
    assert_eq!((ballot.held(), ballot.token["cleo"], ballot.token["bert"]), (0, 1_000, 8));
}

/// Random messages of many users over a few polls; the model knows each lock.
fn session(seed: u64) {
    const USERS: [&str; 4] = ["anna", "bert", "cleo", "dora"];
    let mut random = Random(seed);
    let mut ballot = Ballot::new();
    let polls: Vec<u64> = (0..2).map(|_| ballot.create_poll(lock_terms())).collect();
    let mut locks: BTreeMap<(u64, &str), u128> = BTreeMap::new();
    for _ in 0..40 {
        let (poll, user) = (random.pick(&polls), random.pick(&USERS));
        match random.below(8) {
            0 | 1 => {
                let value = u128::from(random.next() >> random.below(64));
                if ballot.lock(poll, user, value).is_ok() {
                    *locks.entry((poll, user)).or_default() += value;
                }
            }
            2 => drop(ballot.receive(
                user,
                user,
                5,
                Some(json!({ "lock": { "poll_id": id(poll), "bind": ballot.bind(user) } })),
            )),
            3 => drop(ballot.run(user, ballot.register_msg(poll, user))),
            4 => {
                let msg = ballot.cast_msg(
                    poll,
                    user,
                    credential(user, random.below(2)),
                    None,
                    1 << random.below(3),
                );
                drop(ballot.run(user, msg));
            }
            5 => {
                if ballot.run(user, json!({ "unlock": { "poll_id": id(poll) } })).is_ok() {
                    locks.remove(&(poll, user));
                }
            }
            6 => {
                drop(ballot.run(user, json!({ random.pick(&["freeze", "tally"]): { "poll_id": id(poll) } })))
            }
            _ => {
                let next = ballot.now() + random.below(200) as u64;
                ballot.at(next);
            }
        }
        assert_eq!(ballot.held(), locks.values().sum::<u128>(), "seed {seed}");
    }
    // In the end everyone can leave, in any order, whether or not anybody tallied.
    ballot.at(ENDS_AT + 31 * 86_400);
    let mut owners: Vec<(u64, &str)> =
        polls.iter().flat_map(|poll| USERS.map(|user| (*poll, user))).collect();
    random.shuffle(&mut owners);
    for (poll, user) in owners {
        let before = ballot.token.get(user).copied().unwrap_or_default();
        let owed = locks.remove(&(poll, user)).unwrap_or_default();
        let answer: Value = ballot.unlock(poll, user);
        assert_eq!(answer["status"], if owed == 0 { "refused" } else { "success" });
        assert_eq!(ballot.token[user], before + owed, "seed {seed}");
    }
    assert_eq!(ballot.held(), 0, "seed {seed}");
}

#[test]
fn the_sum_of_locks_is_the_balance_over_a_thousand_random_sessions() {
    for seed in 0..1_000 {
        session(seed);
    }
}
