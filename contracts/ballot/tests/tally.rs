//! The count, its edges, and a comparison with the slow tally over random logs.

mod support;

use ballot::{decide, percents, Count, Entry, Kind, Outcome, Quorum, Rules, Work, MAX_WEIGHT};
use common::testing::Random;
use sha2::{Digest, Sha256};
use support::slow;

const YES: u64 = 1;
const NO: u64 = 2;
const ABSTAIN: u64 = 4;

fn decision() -> Rules {
    let quorum = Quorum::Weight(0);
    Rules {
        options: 3,
        approval: false,
        abstain: Some(2),
        quorum,
        threshold_bps: Some(5_000),
        min_counted: 1,
    }
}

fn election(options: u8) -> Rules {
    let quorum = Quorum::Weight(0);
    Rules { options, approval: false, abstain: None, quorum, threshold_bps: None, min_counted: 1 }
}

fn entry(kind: Kind) -> Entry {
    let [credential, new_credential, salt] = [[0; 32]; 3];
    Entry { kind, sender: [0; 20], weight: 0, credential, new_credential, choice: 0, salt }
}

fn register(credential: u8, weight: u128) -> Entry {
    Entry { weight, credential: [credential; 32], ..entry(Kind::Registration) }
}

fn cast(credential: u8, choice: u64) -> Entry {
    change(credential, 0, choice)
}

fn change(credential: u8, new: u8, choice: u64) -> Entry {
    Entry { credential: [credential; 32], new_credential: [new; 32], choice, ..entry(Kind::Cast) }
}

fn count(log: &[Entry], rules: &Rules) -> Count {
    let mut work = Work::new(256, [0; 32]);
    log.iter().for_each(|entry| work.apply(entry, rules));
    work.count()
}

fn outcome(log: &[Entry], rules: &Rules) -> Outcome {
    decide(rules, &count(log, rules))
}

#[test]
fn a_ballot_without_votes_has_too_few() {
    assert_eq!(outcome(&[], &decision()), Outcome::TooFew);
    assert_eq!(outcome(&[register(1, 5), register(2, 5)], &election(3)), Outcome::TooFew);
    assert_eq!(percents(&Count::default()), [0; 16]);
}

#[test]
fn the_last_valid_vote_counts_and_an_invalid_one_leaves_it() {
    let log = [register(1, 7), cast(1, YES), cast(1, NO), cast(1, 0), cast(1, 8), cast(1, YES | NO)];
    let counted = count(&log, &decision());
    assert_eq!((counted.voters, counted.weight), (1, 7));
    assert_eq!(counted.totals[..3], [0, 7, 0]);
}

#[test]
fn a_cast_before_the_registration_or_with_an_invented_credential_counts_nothing() {
    let log = [cast(1, YES), register(1, 7), cast(9, YES)];
    assert_eq!(count(&log, &decision()), Count::default());
}

#[test]
fn a_changed_credential_takes_the_vote_along_and_the_old_one_counts_no_more() {
    let log = [register(1, 7), cast(1, YES), change(1, 2, 0), cast(1, NO)];
    assert_eq!(count(&log, &decision()).totals[..2], [7, 0]);
    let log = [register(1, 7), change(1, 2, NO), cast(1, YES), cast(2, ABSTAIN)];
    assert_eq!(count(&log, &decision()).totals[..3], [0, 0, 7]);
}

#[test]
fn of_two_entries_that_change_one_credential_the_first_wins() {
    let log = [register(1, 7), change(1, 2, 0), change(1, 3, 0), cast(3, NO), cast(2, YES)];
    assert_eq!(count(&log, &decision()).totals[..2], [7, 0]);
}

#[test]
fn two_credentials_of_one_voter_never_both_count() {
    let log = [register(1, 7), cast(1, YES), change(1, 2, NO), cast(1, YES), cast(2, NO)];
    let counted = count(&log, &decision());
    assert_eq!((counted.voters, counted.weight), (1, 7));
}

#[test]
fn a_copied_credential_hides_no_voter() {
    let log = [register(1, 7), register(2, 5), change(1, 2, 0), cast(2, NO)];
    assert_eq!(count(&log, &decision()).totals[..2], [0, 12]);
}

#[test]
fn a_refused_registration_joins_nobody() {
    let refused = Entry { credential: [1; 32], weight: 9, ..entry(Kind::Nothing) };
    assert_eq!(count(&[refused, cast(1, YES)], &decision()), Count::default());
}

#[test]
fn threshold_at_equality_does_not_pass_and_one_more_does() {
    let log = [register(1, 50), register(2, 50), cast(1, YES), cast(2, NO)];
    assert_eq!(outcome(&log, &decision()), Outcome::Rejected);
    let log = [register(1, 51), register(2, 50), cast(1, YES), cast(2, NO)];
    assert_eq!(outcome(&log, &decision()), Outcome::Passed);
    let rules = Rules { threshold_bps: Some(6_667), ..decision() };
    let log = [register(1, 6_667), register(2, 3_333), cast(1, YES), cast(2, NO)];
    assert_eq!(outcome(&log, &rules), Outcome::Rejected);
}

#[test]
fn abstentions_meet_the_quorum_and_do_not_weigh_in_the_threshold() {
    let rules = Rules { quorum: Quorum::Weight(100), ..decision() };
    let log = [register(1, 2), register(2, 1), register(3, 97), cast(1, YES), cast(2, NO), cast(3, ABSTAIN)];
    assert_eq!(outcome(&log, &rules), Outcome::Passed);
    assert_eq!(outcome(&log[..5], &rules), Outcome::NoQuorum);
}

#[test]
fn quorum_at_equality_holds_and_fails_by_one_vote() {
    let log: Vec<Entry> = (1..=5).flat_map(|id| [register(id, 1), cast(id, YES)]).collect();
    let listed = |listed| Rules { quorum: Quorum::Bps { bps: 5_000, listed }, ..decision() };
    assert_eq!(outcome(&log, &listed(10)), Outcome::Passed);
    assert_eq!(outcome(&log, &listed(11)), Outcome::NoQuorum);
    let least = |least| Rules { quorum: Quorum::Weight(least), ..decision() };
    assert_eq!(outcome(&log, &least(5)), Outcome::Passed);
    assert_eq!(outcome(&log, &least(6)), Outcome::NoQuorum);
}

#[test]
fn too_few_voters_hide_everything_else() {
    let rules = Rules { min_counted: 3, quorum: Quorum::Weight(1_000), ..decision() };
    let log = [register(1, 5), register(2, 5), register(3, 5), cast(1, YES), cast(2, YES)];
    assert_eq!(outcome(&log, &rules), Outcome::TooFew);
    let log = [&log[..], &[cast(3, YES)]].concat();
    assert_eq!(outcome(&log, &rules), Outcome::NoQuorum);
}

#[test]
fn the_largest_option_wins_and_equal_ones_tie() {
    let log = [register(1, 3), register(2, 2), register(3, 1), cast(1, 1), cast(2, 2), cast(3, 4)];
    assert_eq!(outcome(&log, &election(3)), Outcome::Option(0));
    let tied = [&log[..], &[cast(3, 2)]].concat();
    assert_eq!(outcome(&tied, &election(3)), Outcome::Tie);
    let last = [&log[..], &[cast(1, 4)]].concat();
    assert_eq!(outcome(&last, &election(3)), Outcome::Option(2));
    let abstained = Rules { abstain: Some(2), ..election(3) };
    assert_eq!(outcome(&last, &abstained), Outcome::Option(1));
    assert_eq!(outcome(&[register(1, 3), cast(1, 4)], &abstained), Outcome::Tie);
}

#[test]
fn an_approval_ballot_counts_for_each_of_its_options() {
    let rules = Rules { approval: true, ..election(4) };
    let log = [register(1, 3), register(2, 2), cast(1, 0b0101), cast(2, 0b1100)];
    let counted = count(&log, &rules);
    assert_eq!((counted.weight, &counted.totals[..4]), (5, &[3, 0, 5, 2][..]));
    assert_eq!(percents(&counted)[..4], [60, 0, 100, 40]);
    assert_eq!(outcome(&log, &rules), Outcome::Option(2));
}

#[test]
fn the_largest_weights_of_1024_voters_do_not_overflow() {
    let rules = Rules { quorum: Quorum::Bps { bps: 10_000, listed: 1_024 * MAX_WEIGHT }, ..decision() };
    let mut work = Work::new(1_024, [0; 32]);
    for voter in 0..1_024_u32 {
        let credential = Sha256::digest(voter.to_be_bytes()).into();
        work.apply(&Entry { credential, weight: MAX_WEIGHT, ..entry(Kind::Registration) }, &rules);
        work.apply(&Entry { credential, choice: YES, ..entry(Kind::Cast) }, &rules);
    }
    let counted = work.count();
    assert_eq!(counted.totals[0], 1_024 * MAX_WEIGHT);
    assert_eq!((decide(&rules, &counted), percents(&counted)[0]), (Outcome::Passed, 100));
}

#[test]
fn a_row_of_another_size_or_version_is_refused() {
    let mut bytes = Work::new(256, [0; 32]).to_bytes();
    assert_eq!(bytes.len(), Work::size(256));
    assert!(Work::from_bytes(&bytes, 1_024).is_err());
    bytes[0] = 2;
    assert!(Work::from_bytes(&bytes, 256).is_err());
}

/// A log as users make it: true, old and invented credentials, changes, copies, wrong choices.
fn random_log(random: &mut Random, rules: &Rules, length: usize) -> Vec<Entry> {
    let mut known: Vec<[u8; 32]> = vec![random.bytes()];
    let mut voters = 0;
    let mut log = vec![];
    for _ in 0..length {
        let fresh = random.bytes();
        let salt = random.bytes();
        let credential = if random.percent(90) { random.pick(&known) } else { fresh };
        let weight = if random.percent(30) { u128::from(random.next()) } else { random.below(5) as u128 };
        let choice = match random.below(8) {
            0 => random.next(),
            1 => 0,
            2 => 1 << random.below(64),
            _ => 1 << random.below(usize::from(rules.options)),
        };
        let choice = if rules.approval { choice | 1 << random.below(4) } else { choice };
        let kind = match random.below(10) {
            0..=2 if voters < 256 => Kind::Registration,
            3 => Kind::Nothing,
            _ => Kind::Cast,
        };
        if kind == Kind::Registration {
            voters += 1;
            let credential = if random.percent(95) { fresh } else { credential };
            known.push(credential);
            log.push(Entry { credential, weight, salt, ..entry(kind) });
            continue;
        }
        let changes = random.percent(25);
        let new_credential = if changes { random.bytes() } else { [0; 32] };
        if changes {
            known.push(new_credential);
        }
        log.push(Entry { credential, new_credential, choice, salt, ..entry(kind) });
    }
    log
}

fn random_rules(random: &mut Random) -> Rules {
    let options = 3 + random.below(14) as u8;
    let decides = random.percent(50);
    let quorum = match random.below(3) {
        0 => Quorum::Weight(u128::from(random.next())),
        1 => Quorum::Bps { bps: random.below(10_001) as u16, listed: u128::from(random.next()) },
        _ => Quorum::Weight(0),
    };
    Rules {
        options: if decides { 3 } else { options },
        approval: !decides && random.percent(50),
        abstain: if decides || random.percent(50) { Some(2) } else { None },
        quorum,
        threshold_bps: if decides { Some(random.below(10_001) as u16) } else { None },
        min_counted: 1 + random.below(6) as u16,
    }
}

#[test]
fn random_logs_equal_the_slow_tally_in_chunks_of_any_size() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let rules = random_rules(&mut random);
        let log = random_log(&mut random, &rules, 100);
        let (mut work, mut whole) = (Work::new(256, [7; 32]), Work::new(256, [7; 32]));
        for entry in &log {
            whole.apply(entry, &rules);
            work.apply(entry, &rules);
            if random.percent(5) {
                work = Work::from_bytes(&work.to_bytes(), 256).unwrap();
            }
        }
        assert_eq!(work.to_bytes(), whole.to_bytes(), "seed {seed}");
        let counted = work.count();
        let slow = slow::tally(&log, &rules);
        let options = usize::from(rules.options);
        let fast = slow::Result {
            outcome: decide(&rules, &counted),
            voters: counted.voters,
            weight: counted.weight,
            totals: counted.totals[..options].to_vec(),
            percents: percents(&counted)[..options].to_vec(),
        };
        assert_eq!(fast, slow, "seed {seed}");
    }
}

#[test]
fn the_order_between_voters_changes_no_sum() {
    for seed in 0..100 {
        let mut random = Random(seed);
        let rules = election(4);
        let voters: Vec<Vec<Entry>> = (0..20)
            .map(|_| {
                let (first, second) = (random.bytes(), random.bytes());
                let new_credential = if random.percent(50) { second } else { [0; 32] };
                let vote = |credential, new_credential, choice| Entry {
                    credential,
                    new_credential,
                    choice: 1_u64 << choice,
                    ..entry(Kind::Cast)
                };
                vec![
                    Entry { credential: first, weight: random.below(9) as u128, ..entry(Kind::Registration) },
                    vote(first, new_credential, random.below(4)),
                    vote(random.pick(&[first, second]), [0; 32], random.below(4)),
                ]
            })
            .collect();
        let mixed = |random: &mut Random| {
            let mut places: Vec<usize> = (0..60).map(|place| place % 20).collect();
            random.shuffle(&mut places);
            let mut next = [0; 20];
            let take = |voter: usize| {
                next[voter] += 1;
                voters[voter][next[voter] - 1].clone()
            };
            places.into_iter().map(take).collect::<Vec<Entry>>()
        };
        assert_eq!(count(&mixed(&mut random), &rules), count(&mixed(&mut random), &rules), "seed {seed}");
    }
}

#[test]
fn an_entry_left_out_doubled_exchanged_or_changed_gives_another_head() {
    let mut random = Random(1);
    let rules = decision();
    let log = random_log(&mut random, &rules, 20);
    let head = |log: &[Entry]| {
        let mut work = Work::new(256, [7; 32]);
        log.iter().for_each(|entry| work.apply(entry, &rules));
        work.hash
    };
    let expected = head(&log);
    for at in 0..log.len() - 1 {
        let mut without = log.clone();
        let entry = without.remove(at);
        assert_ne!(head(&without), expected);
        let mut doubled = log.clone();
        doubled.insert(at, entry);
        assert_ne!(head(&doubled), expected);
        let mut exchanged = log.clone();
        exchanged.swap(at, at + 1);
        assert_ne!(head(&exchanged), expected);
        let mut changed = log.clone();
        changed[at].choice ^= 1;
        assert_ne!(head(&changed), expected);
    }
}
