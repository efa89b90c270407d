//! Symmetric scores of a trace, in fixed point (cs/0607131).
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
    found.iter().filter(|found| matches!(found, Found::Zero | Found::One)).count()
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

/// Points for a position where the licence's bit is `bit`, a one has chance `bias` and `one` was found.
fn points(bias: u16, bit: u8, one: bool) -> i64 {
    let size = match (bias, bit) {
        (128, _) => UNIT,
        (54, 1) | (202, 0) => RARE,
        _ => FREQUENT,
    };
    if (bit == 1) == one {
        size
    } else {
        -size
    }
}

pub fn score(colluders: u8, word: &[u8], found: &[Found]) -> i64 {
    let each = found.iter().zip(word).enumerate().map(|(i, (found, bit))| match found {
        Found::Zero => points(bias(colluders, i), *bit, false),
        Found::One => points(bias(colluders, i), *bit, true),
        Found::Absent | Found::Both => 0,
    });
    each.sum()
}

/// score > 6.4 * sqrt(positions). An innocent owner is accused with a chance below 2 in 10^9 (two
/// colluders, Hoeffding's bound) or 3 in 10^8 (three and four, Bernstein's).
pub fn is_accused(score: i64, positions: usize) -> bool {
    let score = i128::from(score);
    let unit = i128::from(UNIT);
    // 6.4 squared is 4,096 / 100.
    score > 0 && score * score * 100 > 4_096 * positions as i128 * unit * unit
}
