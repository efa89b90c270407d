//! Every message with each field missing, huge, negative and of a wrong type; wrong terms; permits.

mod support;

use common::testing::{is_item, name_of, places, replaced, without};
use serde_json::{json, Value};
use support::chain::*;

fn messages(ballot: &Ballot) -> Vec<(&'static str, Value)> {
    let full_terms = with(
        terms(),
        json!({
            "max_weight": amount(9), "min_weight": amount(1), "publish": "totals",
            "witnesses": { "addresses": ["wilma"], "threshold": 1, "grace": 600 },
            "on_pass": { "contract": "treasury", "code_hash": TOKEN_HASH, "msg": "e30=" }
        }),
    );
    let lock = json!({ "lock": { "poll_id": id(1), "bind": ballot.bind("anna") } });
    let lock = cosmwasm_std::Binary(lock.to_string().into_bytes());
    vec![
        (ORGANISER, json!({ "create_poll": full_terms })),
        (
            ORGANISER,
            json!({ "add_voters": {
                "poll_id": id(1), "voters": [{ "address": "anna", "weight": amount(1) }],
                "bind": ballot.bind(ORGANISER)
            } }),
        ),
        (ORGANISER, json!({ "seal_list": { "poll_id": id(1) } })),
        ("anna", ballot.register_msg(1, "anna")),
        ("anna", ballot.cast_msg(1, "anna", credential("anna", 0), None, 1)),
        (TOKEN, json!({ "receive": { "sender": "anna", "from": "anna", "amount": amount(5), "msg": lock } })),
        ("anna", json!({ "unlock": { "poll_id": id(1) } })),
        ("anna", json!({ "freeze": { "poll_id": id(1) } })),
        ("anna", json!({ "confirm": { "poll_id": id(1), "n": id(1), "head": ballot.start(1) } })),
        ("anna", json!({ "tally": { "poll_id": id(1) } })),
        ("anna", json!({ "execute_outcome": { "poll_id": id(1) } })),
        ("admin", json!({ "set_contract_status": { "level": "stop_new" } })),
        ("anna", json!({ "revoke_permit": { "permit_name": "mine" } })),
        ("anna", json!({ "evaporate": { "gas_target": "5" } })),
    ]
}

const OPTIONAL: [&str; 11] = [
    "witnesses",
    "grace",
    "abstain",
    "max_weight",
    "min_weight",
    "quorum_bps",
    "threshold_bps",
    "min_counted",
    "publish",
    "on_pass",
    "gas_target",
];

#[test]
fn a_missing_field_is_named_unless_it_is_optional() {
    let mut ballot = Ballot::new();
    for (sender, msg) in messages(&ballot) {
        for place in places(&msg).iter().skip(1) {
            let name = name_of(place);
            if OPTIONAL.contains(&name) && name != "gas_target" || is_item(place) {
                continue;
            }
            let error = ballot.err(sender, without(&msg, place));
            let is_named = error.contains(&format!("missing field `{name}`"));
            assert!(is_named || (name == "msg" && error.contains("without a message")), "{place}: {error}");
        }
    }
}

#[test]
fn a_field_of_the_wrong_type_negative_or_huge_is_an_error_and_changes_nothing() {
    let mut ballot = Ballot::new();
    let wrong = [
        json!(-1),
        json!(1e39 as i128 as f64),
        json!(true),
        json!({}),
        json!([[]]),
        json!("-1"),
        json!("x".repeat(5_000)),
        json!("99999999999999999999999999999999999999999"),
        json!(u64::MAX),
    ];
    let mut tried = 0;
    for (sender, msg) in messages(&ballot) {
        for place in &places(&msg) {
            for value in &wrong {
                let name = name_of(place);
                let takes_text =
                    ["title", "permit_name", "sender", "0", "1", "2"].contains(&name) && value.is_string();
                if takes_text || (name == "on_pass" && value == &json!({})) {
                    continue;
                }
                let rows = ballot.rows.0.clone();
                let error = ballot.err(sender, replaced(&msg, place, value.clone()));
                assert!(!error.is_empty(), "{place} {value}");
                assert_eq!(ballot.rows.0, rows);
                tried += 1;
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

#[test]
fn terms_that_make_no_poll_are_refused_in_words() {
    let mut ballot = Ballot::new();
    let long = "x".repeat(257);
    let many: Vec<String> = (0..17).map(|option| option.to_string()).collect();
    let on_pass = |contract: &str, hash: &str, bytes: usize| json!({ "contract": contract, "code_hash": hash, "msg": cosmwasm_std::Binary(vec![32; bytes]) });
    let cases = [
        (json!({ "title": "" }), "title must have"),
        (json!({ "title": long }), "title must have"),
        (json!({ "options": ["yes"] }), "2 to 16 options"),
        (json!({ "options": many, "abstain": null, "threshold_bps": null }), "2 to 16 options"),
        (json!({ "options": ["yes", ""] }), "an option must have"),
        (json!({ "options": ["yes", "yes", "no"] }), "an option stands twice"),
        (json!({ "ends_at": START }), "in the future"),
        (json!({ "ends_at": u64::MAX }), "at most 366 days"),
        (json!({ "register_until": START + 599 }), "at least 600 seconds from now"),
        (json!({ "register_until": 0 }), "at least 600 seconds from now"),
        (json!({ "register_until": ENDS_AT - 599 }), "at least 600 seconds before ends_at"),
        (json!({ "register_until": u64::MAX }), "seconds before ends_at"),
        (
            json!({ "register_until": START + 9_001, "ends_at": START + 10_000 }),
            "at least 1000 seconds before",
        ),
        (json!({ "witnesses": { "addresses": [], "threshold": 1 } }), "witnesses.addresses must name"),
        (json!({ "witnesses": { "addresses": ["anna", "anna"], "threshold": 1 } }), "names anna twice"),
        (json!({ "witnesses": { "addresses": ["anna"], "threshold": 2 } }), "witnesses.threshold must be"),
        (json!({ "witnesses": { "addresses": ["anna"], "threshold": 1, "grace": 599 } }), "witnesses.grace"),
        (json!({ "witnesses": { "addresses": ["anna"] } }), "missing field `threshold`"),
        (
            json!({ "witnesses": { "addresses": ["anna"], "threshold": 1, "wait": 1 } }),
            "unknown field `wait`",
        ),
        (json!({ "max_voters": 257 }), "256 or 1024"),
        (json!({ "max_voters": 0 }), "256 or 1024"),
        (json!({ "min_weight": "0" }), "min_weight <= max_weight"),
        (json!({ "min_weight": "5", "max_weight": "4" }), "min_weight <= max_weight"),
        (json!({ "max_weight": "10000000000000000000000000000001" }), "<= 10^31"),
        (json!({ "min_counted": 0 }), "min_counted must be"),
        (json!({ "min_counted": 257 }), "min_counted must be"),
        (json!({ "quorum": "1" }), "one of quorum_bps and quorum"),
        (json!({ "quorum_bps": null }), "one of quorum_bps and quorum"),
        (json!({ "quorum_bps": 10_001 }), "at most 10000"),
        (json!({ "weights": "token_lock" }), "quorum_bps needs a list"),
        (json!({ "abstain": 3 }), "number of an option"),
        (json!({ "ballot": "approval", "threshold_bps": null }), "option of a single ballot"),
        (json!({ "options": ["yes", "abstain"], "abstain": 1 }), "two options beside abstain"),
        (json!({ "threshold_bps": 10_000 }), "at most 9999"),
        (json!({ "abstain": 0 }), "yes first"),
        (json!({ "abstain": null }), "yes first"),
        (
            json!({ "threshold_bps": null, "on_pass": on_pass("treasury", TOKEN_HASH, 1) }),
            "on_pass needs threshold_bps",
        ),
        (json!({ "on_pass": on_pass("treasury", TOKEN_HASH, 1_025) }), "at most 1024 bytes"),
        (json!({ "on_pass": on_pass("treasury", "ab", 1) }), "64 hex digits"),
        (json!({ "on_pass": on_pass("x", TOKEN_HASH, 1) }), "no address"),
    ];
    for (changes, expected) in cases {
        let error = ballot.err(ORGANISER, json!({ "create_poll": with(terms(), changes.clone()) }));
        assert!(error.contains(expected), "{changes}: {error}");
    }
    assert!(ballot.query(json!({ "poll": { "poll_id": id(1) } })).is_err());
}

#[test]
fn a_misspelt_term_is_refused_and_not_left_out() {
    let mut ballot = Ballot::new();
    for name in ["treshold_bps", "min_wieght", "on_passs", "min_count"] {
        let terms = with(terms(), json!({ name: 5 }));
        let error = ballot.err(ORGANISER, json!({ "create_poll": terms }));
        assert!(error.contains("unknown field") && error.contains(name), "{error}");
    }
    let error = ballot.create(json!({ "admn": "admin" })).unwrap_err().to_string();
    assert!(error.contains("unknown field"), "{error}");
    let padded = with(terms(), json!({ "bind": ballot.bind(ORGANISER), "padding": "   " }));
    ballot.create_poll(padded);
}

#[test]
fn voters_that_cannot_be_listed_are_refused_and_none_of_the_message_is() {
    let mut ballot = Ballot::new();
    let poll = ballot.create_poll(with(terms(), json!({ "max_weight": "9" })));
    let error = |ballot: &mut Ballot, voters: &[(&str, u128)]| {
        let rows = ballot.rows.0.clone();
        let error = ballot.add(poll, voters).unwrap_err().to_string();
        assert_eq!(ballot.rows.0, rows);
        error
    };
    assert!(error(&mut ballot, &[]).contains("1 to 64 voters"));
    assert!(error(&mut ballot, &[("anna", 1); 65]).contains("1 to 64 voters"));
    assert!(error(&mut ballot, &[("anna", 1), ("bert", 0)]).contains("the weight of bert"));
    assert!(error(&mut ballot, &[("anna", 1), ("bert", 10)]).contains("the weight of bert"));
    assert!(error(&mut ballot, &[("anna", 1), ("anna", 1)]).contains("anna is listed already"));
    assert!(error(&mut ballot, &[("anna", 1), ("x", 1)]).contains("no address"));
    for chunk in 0..4 {
        let names: Vec<String> = (0..64).map(|voter| format!("voter{}", chunk * 64 + voter)).collect();
        let voters: Vec<(&str, u128)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        ballot.add(poll, &voters).unwrap();
    }
    assert!(error(&mut ballot, &[("anna", 1)]).contains("max_voters"));
}

#[test]
fn credentials_of_a_wrong_length_and_zeros_are_refused() {
    let mut ballot = Ballot::new();
    let poll = ballot.list_poll(json!({}), &[("anna", 1)]);
    let changed = |msg: &Value, place: &str, bytes: usize| {
        replaced(msg, place, json!(cosmwasm_std::Binary(vec![0; bytes])))
    };
    let register = ballot.register_msg(poll, "anna");
    let cast = ballot.cast_msg(poll, "anna", credential("anna", 0), None, 1);
    for bytes in [0, 31, 33, 400] {
        for (msg, place) in [
            (&register, "/act/entry/credential"),
            (&cast, "/act/entry/credential"),
            (&cast, "/act/entry/new_credential"),
        ] {
            assert!(ballot.err("anna", changed(msg, place, bytes)).contains("must have 32 bytes"));
        }
    }
    assert!(ballot.err("anna", changed(&register, "/act/entry/credential", 32)).contains("not zeros"));
    assert_eq!(ballot.ok("anna", changed(&cast, "/act/entry/credential", 32))["status"], "recorded");
}

#[test]
fn an_instance_needs_entropy_and_a_true_token() {
    let mut ballot = Ballot::with(json!({}));
    let error = |ballot: &mut Ballot, changes| ballot.create(changes).unwrap_err().to_string();
    assert!(error(&mut ballot, json!({ "entropy": "AAAA" })).contains("at least 32 bytes"));
    assert!(error(&mut ballot, json!({ "entropy": 5 })).contains("text is needed"));
    assert!(error(&mut ballot, json!({ "min_phase": 0 })).contains("at least 1 second"));
    assert!(error(&mut ballot, json!({ "min_phase": -1 })).contains("a number is not whole, is negative or too high"));
    assert!(error(&mut ballot, json!({ "admin": "x" })).contains("no address"));
    let token = |hash: &str| json!({ "token": { "address": TOKEN, "code_hash": hash } });
    assert!(error(&mut ballot, token("ab")).contains("64 hex digits"));
}

#[test]
fn unknown_polls_and_queries_are_errors() {
    let mut ballot = Ballot::new();
    for msg in [
        ballot.register_msg(1, "anna"),
        ballot.cast_msg(1, "anna", [1; 32], None, 1),
        json!({ "freeze": { "poll_id": id(1) } }),
        json!({ "confirm": { "poll_id": id(1), "n": id(0), "head": "" } }),
        json!({ "tally": { "poll_id": id(u64::MAX) } }),
        json!({ "execute_outcome": { "poll_id": "0" } }),
        json!({ "unlock": { "poll_id": id(1) } }),
        json!({ "seal_list": { "poll_id": id(1) } }),
    ] {
        assert!(ballot.err("anna", msg).contains("no poll with this poll_id"));
    }
    assert!(ballot.query(json!({ "poll": { "poll_id": id(1) } })).is_err());
    for query in ["votes", "credentials", "entries", "registered", "my_vote", "tally", "work"] {
        let error = ballot.query(json!({ query: { "poll_id": id(1) } })).unwrap_err().to_string();
        assert!(error.contains("unknown variant"), "{error}");
    }
}
