//! Symmetric scores of a trace, in fixed point (cs/0607131).
use common::select::{equal, less, Choice};

use crate::word::bias;

/// What was found of a marked segment: variant 0, variant 1, nothing, or both.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Found {
    Zero,
    One,
    Absent,
    Both,
}

/// Two bits a position, from the low bits of the first byte on; None for another length.
pub fn parse(evidence: &[u8], marked: usize) -> Option<Vec<Found>> {
    if evidence.len() != marked / 4 {
        return None;
    }
    let at = |i: usize| match evidence[i / 4] >> (i % 4 * 2) & 3 {
        0 => Found::Zero,
        1 => Found::One,
        2 => Found::Absent,
        _ => Found::Both,
    };
    Some((0..marked).map(at).collect())
}

/// Positions that tell one variant.
pub fn positions(found: &[Found]) -> usize {
    found.iter().map(|found| usize::from((*found as u8) < Found::Absent as u8)).sum()
}

/// Positions that an accusation needs.
pub fn least(colluders: u8) -> usize {
    if colluders == 2 {
        48
    } else {
        512
    }
}

/// 1 in scores.
const UNIT: i64 = 1 << 16;
/// sqrt((1 - p) / p) and sqrt(p / (1 - p)) for p = 54/256, times 2^16.
const RARE: i64 = 126_753;
const FREQUENT: i64 = 33_885;

/// Points of a licence whose bit at a place is 0 or 1, where its own variant was found.
fn sizes(bias: u16) -> [i64; 2] {
    match bias {
        128 => [UNIT; 2],
        54 => [FREQUENT, RARE],
        _ => [RARE, FREQUENT],
    }
}

/// The same work for all words and all evidence.
pub fn score(colluders: u8, word: &[u8], found: &[Found]) -> i64 {
    let of = [sizes(bias(colluders, 0)), sizes(bias(colluders, 1))];
    let each = found.iter().zip(word).enumerate().map(|(i, (found, bit))| {
        let (found, bit) = (*found as u8, bit & 1);
        let tells_one = i64::from(found < Found::Absent as u8);
        let sign = 1 - 2 * i64::from((found ^ bit) & 1);
        tells_one * sign * of[i % 2][usize::from(bit)]
    });
    each.sum()
}

/// score > 6.4 * sqrt(positions). An innocent owner is accused with a chance below 2 in 10^9 (two
/// colluders, Hoeffding's bound) or 3 in 10^8 (three and four, Bernstein's).
pub fn is_accused(score: i64, positions: usize) -> Choice {
    // 6.4 squared is 4,096 / 100. Both sides are below 2^63: a score is at most 1,700 * RARE.
    let least = 4_096 * positions as i64 * UNIT * UNIT;
    equal((score >> 63) as u64, 0) & less(least as u64, (score * score * 100) as u64)
}
