//! A second tally, written for the reader: with branches, lists and division.

use ballot::{Entry, Kind, Outcome, Quorum, Rules};

#[derive(Clone)]
struct Voter {
    credential: [u8; 32],
    weight: u128,
    vote: Option<u64>,
}

#[derive(Debug, PartialEq)]
pub struct Result {
    pub outcome: Outcome,
    pub voters: u32,
    pub weight: u128,
    pub totals: Vec<u128>,
    pub percents: Vec<u8>,
}

pub fn tally(log: &[Entry], rules: &Rules) -> Result {
    let mut voters: Vec<Voter> = vec![];
    for entry in log {
        match entry.kind {
            Kind::Nothing => {}
            Kind::Registration => {
                voters.push(Voter { credential: entry.credential, weight: entry.weight, vote: None })
            }
            Kind::Cast => {
                for voter in voters.iter_mut().filter(|voter| voter.credential == entry.credential) {
                    if entry.new_credential != [0; 32] {
                        voter.credential = entry.new_credential;
                    }
                    if is_ballot(entry.choice, rules) {
                        voter.vote = Some(entry.choice);
                    }
                }
            }
        }
    }
    result(&voters, rules)
}

fn is_ballot(choice: u64, rules: &Rules) -> bool {
    let chosen: Vec<u32> = (0..64).filter(|option| choice & (1 << option) != 0).collect();
    let known = chosen.iter().all(|option| *option < u32::from(rules.options));
    known && (chosen.len() == 1 || (rules.approval && !chosen.is_empty()))
}

fn result(voters: &[Voter], rules: &Rules) -> Result {
    let counted: Vec<&Voter> = voters.iter().filter(|voter| voter.vote.is_some()).collect();
    let weight: u128 = counted.iter().map(|voter| voter.weight).sum();
    let chose = |voter: &Voter, option: u8| voter.vote.unwrap() & (1 << option) != 0;
    let total = |option: u8| {
        counted.iter().filter(|voter| chose(voter, option)).map(|voter| voter.weight).sum::<u128>()
    };
    let totals: Vec<u128> = (0..rules.options).map(total).collect();
    let percents =
        totals.iter().map(|total| if weight == 0 { 0 } else { (total * 100 / weight) as u8 }).collect();
    let outcome = outcome(counted.len() as u32, weight, &totals, rules);
    Result { outcome, voters: counted.len() as u32, weight, totals, percents }
}

fn outcome(voters: u32, weight: u128, totals: &[u128], rules: &Rules) -> Outcome {
    if voters < u32::from(rules.min_counted) {
        return Outcome::TooFew;
    }
    let has_quorum = match rules.quorum {
        Quorum::Weight(least) => weight >= least,
        Quorum::Bps { bps, listed } => weight * 10_000 >= listed * u128::from(bps),
    };
    if !has_quorum {
        return Outcome::NoQuorum;
    }
    if let Some(bps) = rules.threshold_bps {
        let abstained = rules.abstain.map_or(0, |option| totals[usize::from(option)]);
        let passes = totals[0] * 10_000 > u128::from(bps) * (weight - abstained);
        return if passes { Outcome::Passed } else { Outcome::Rejected };
    }
    let standing: Vec<usize> =
        (0..totals.len()).filter(|option| rules.abstain != Some(*option as u8)).collect();
    let best = standing.iter().map(|option| totals[*option]).max().unwrap();
    let winners: Vec<usize> = standing.into_iter().filter(|option| totals[*option] == best).collect();
    if best == 0 || winners.len() > 1 {
        return Outcome::Tie;
    }
    Outcome::Option(winners[0] as u8)
}
