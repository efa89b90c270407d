//! Seeded simulations: owners who leak keys are found, alone or together, and nobody else ever is.
use common::testing::Random;
use content::score::{is_accused, least, parse, positions, score, Found};
use content::word::{marked, Words};

const fn found(bit: u8) -> Found {
    if bit == 1 {
        Found::One
    } else {
        Found::Zero
    }
}

/// How colluders choose a variant where theirs differ: from the number of ones among them.
type Strategy = fn(&mut Random, ones: usize, of: usize) -> Found;

const STRATEGIES: [(&str, Strategy); 7] = [
    (
        "majority",
        |draws, ones, of| {
            if ones * 2 == of {
                found(draws.below(2) as u8)
            } else {
                found((ones * 2 > of) as u8)
            }
        },
    ),
    (
        "minority",
        |draws, ones, of| {
            if ones * 2 == of {
                found(draws.below(2) as u8)
            } else {
                found((ones * 2 < of) as u8)
            }
        },
    ),
    ("random", |draws, ones, of| found((draws.below(of as u64) < ones as u64) as u8)),
    ("all one", |_, _, _| Found::One),
    ("all zero", |_, _, _| Found::Zero),
    ("erased", |_, _, _| Found::Absent),
    ("both", |_, _, _| Found::Both),
];

fn collude(draws: &mut Random, words: &[Vec<u8>], strategy: Strategy) -> Vec<Found> {
    let at = |i: usize, draws: &mut Random| {
        let ones = words.iter().filter(|word| word[i] == 1).count();
        match ones {
            0 => Found::Zero,
            _ if ones == words.len() => Found::One,
            _ => strategy(draws, ones, words.len()),
        }
    };
    (0..words[0].len()).map(|i| at(i, draws)).collect()
}

/// Licences of `first..last` that the evidence accuses.
fn accused(words: &Words, colluders: u8, evidence: &[Found], licences: std::ops::Range<u64>) -> Vec<u64> {
    let m = positions(evidence);
    assert!(m >= least(colluders), "{m} positions");
    licences.filter(|licence| is_accused(score(colluders, &words.of(*licence), evidence), m).into()).collect()
}

#[test]
fn one_leaker_with_30_percent_of_the_keys_is_found() {
    let mut draws = Random(1);
    for trial in 0..300 {
        let words = Words::new(&draws.bytes(), 2);
        let word = words.of(trial);
        let evidence: Vec<Found> =
            word.iter().map(|bit| if draws.below(10) < 3 { found(*bit) } else { Found::Absent }).collect();
        if positions(&evidence) < least(2) {
            continue;
        }
        assert_eq!(accused(&words, 2, &evidence, 0..300), [trial], "trial {trial}");
    }
}

#[test]
fn of_two_colluders_at_least_one_is_found_and_no_innocent_of_10_000() {
    let mut draws = Random(2);
    for (name, strategy) in STRATEGIES {
        for trial in 0..20 {
            let words = Words::new(&draws.bytes(), 2);
            let evidence = collude(&mut draws, &[words.of(0), words.of(1)], strategy);
            let of = if trial == 0 { 10_000 } else { 200 };
            let accused = accused(&words, 2, &evidence, 0..of);
            assert!(!accused.is_empty(), "{name} {trial}: nobody is found");
            assert!(
                accused.iter().all(|licence| *licence < 2),
                "{name} {trial}: an innocent owner, {accused:?}"
            );
        }
    }
}

#[test]
fn of_three_and_four_colluders_at_least_one_is_found_and_no_innocent() {
    let mut draws = Random(3);
    for colluders in [3, 4] {
        for (name, strategy) in STRATEGIES {
            for trial in 0..5 {
                let words = Words::new(&draws.bytes(), colluders);
                let theirs: Vec<Vec<u8>> =
                    (0..u64::from(colluders)).map(|licence| words.of(licence)).collect();
                let evidence = collude(&mut draws, &theirs, strategy);
                if positions(&evidence) < least(colluders) {
                    continue;
                }
                let accused = accused(&words, colluders, &evidence, 0..300);
                assert!(!accused.is_empty(), "{colluders} {name} {trial}: nobody is found");
                assert!(
                    accused.iter().all(|licence| *licence < u64::from(colluders)),
                    "{name} {trial}: {accused:?}"
                );
            }
        }
    }
}

#[test]
fn made_up_evidence_accuses_nobody_in_10_000_words() {
    let mut draws = Random(4);
    let words: Vec<Vec<u8>> = (0..20).map(|licence| Words::new(&[4; 32], 2).of(licence)).collect();
    for _ in 0..10_000 {
        let evidence: Vec<u8> = (0..64).map(|_| draws.below(256) as u8).collect();
        let evidence = parse(&evidence, 256).unwrap();
        let m = positions(&evidence);
        assert!(words.iter().all(|word| !bool::from(is_accused(score(2, word, &evidence), m))));
    }
}

#[test]
fn evidence_of_another_length_is_not_read() {
    assert!(parse(&[0; 63], 256).is_none() && parse(&[0; 65], 256).is_none() && parse(&[], 256).is_none());
    for colluders in [2, 3, 4] {
        let marked = marked(colluders).unwrap();
        assert_eq!(
            parse(&vec![0b11_10_01_00; marked / 4], marked).unwrap()[..4],
            [Found::Zero, Found::One, Found::Absent, Found::Both]
        );
    }
}
