//! From sums to a result. Sums are secret, so that each step does the same work for all of them.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess};

use crate::tally::MAX_OPTIONS;

/// What decides a poll; fixed when voting begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    pub options: u8,
    /// More than one option on a ballot.
    pub approval: bool,
    pub abstain: Option<u8>,
    /// Votes must have at least this weight.
    pub quorum: Quorum,
    /// With it option 0 passes or is rejected, without it the largest option wins.
    pub threshold_bps: Option<u16>,
    pub min_counted: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quorum {
    /// Hundredths of a percent of the listed weight.
    Bps {
        bps: u16,
        listed: u128,
    },
    Weight(u128),
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Count {
    /// Voters with a vote.
    pub voters: u32,
    /// Their weight.
    pub weight: u128,
    pub totals: [u128; MAX_OPTIONS],
}

common::json! { [write]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Outcome {
        Passed,
        Rejected,
        NoQuorum,
        TooFew,
        Tie,
        Option(u8),
    }
}

impl Rules {
    /// 1 for a ballot that can be counted.
    pub fn is_valid(&self, choice: u64) -> u8 {
        let known = (choice >> self.options == 0) as u8;
        let some = (choice != 0) as u8;
        let one = (choice & choice.wrapping_sub(1) == 0) as u8;
        known & some & (one | self.approval as u8)
    }

    fn is_quorum(&self, weight: u128) -> bool {
        match self.quorum {
            Quorum::Bps { bps, listed } => weight * 10_000 >= listed * u128::from(bps),
            Quorum::Weight(least) => weight >= least,
        }
    }
}

/// Equality meets the quorum and does not pass the threshold.
pub fn decide(rules: &Rules, count: &Count) -> Outcome {
    let choice = match rules.threshold_bps {
        Some(bps) => {
            let abstained = rules.abstain.map_or(0, |option| count.totals[usize::from(option)]);
            let against = (count.weight - abstained) * u128::from(bps);
            let passed = (count.totals[0] * 10_000).ct_gt(&against);
            [Outcome::Rejected, Outcome::Passed][usize::from(passed.unwrap_u8())]
        }
        None => largest(rules, count),
    };
    if count.voters < u32::from(rules.min_counted) {
        Outcome::TooFew
    } else if !rules.is_quorum(count.weight) {
        Outcome::NoQuorum
    } else {
        choice
    }
}

fn largest(rules: &Rules, count: &Count) -> Outcome {
    let (mut best, mut winner, mut tie) = (0_u128, 0_u8, Choice::from(1));
    for option in (0..rules.options).filter(|option| rules.abstain != Some(*option)) {
        let total = count.totals[usize::from(option)];
        let (more, equal) = (total.ct_gt(&best), total.ct_eq(&best));
        best.conditional_assign(&total, more);
        winner.conditional_assign(&option, more);
        tie = (tie | equal) & !more;
    }
    if bool::from(tie) {
        Outcome::Tie
    } else {
        Outcome::Option(winner)
    }
}

/// Whole percent of the counted weight, rounded down: by comparisons, because the steps of a
/// division depend on its numbers.
pub fn percents(count: &Count) -> [u8; MAX_OPTIONS] {
    core::array::from_fn(|option| {
        let hundredfold = count.totals[option] * 100;
        let counted = !count.weight.ct_eq(&0);
        (1..=100_u128)
            .map(|percent| (!hundredfold.ct_lt(&(percent * count.weight)) & counted).unwrap_u8())
            .sum()
    })
}
