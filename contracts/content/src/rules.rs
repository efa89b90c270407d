//! Rules without storage: parts of a price, limits in time, what a revoked owner gets back.
use common::amount::divided;
use common::phase::Phase;
use cosmwasm_std::{StdError, StdResult};

use crate::rows::{Item, Licence, MAX_ROYALTIES};

pub const DAY: u64 = 86_400;
pub const WINDOW: u64 = 30 * DAY;
pub const TRACES: u8 = 64;
pub const DEVICE_CHANGES: u8 = 2;
/// Hundredths of a percent.
pub const WHOLE: u16 = 10_000;
pub const MAX_FEE: u16 = 500;
pub const MAX_ROYALTY: u16 = 2_000;
/// Prices stay below 2^96, so that a price times seconds fits 128 bits.
pub const MAX_PRICE: u128 = (1 << 96) - 1;

/// How a price is divided; the parts add up to it.
#[derive(Debug, PartialEq)]
pub struct Split {
    pub fee: u128,
    pub royalties: [u128; MAX_ROYALTIES],
    pub rest: u128,
}

fn part(price: u128, bps: u16) -> u128 {
    divided::<{ WHOLE as u64 }>(price * u128::from(bps))
}

/// Fee and royalties are rounded down, the rest is the seller's. Limits: a price below 2^96, a fee of
/// 500 and royalties of 2,000 in total.
pub fn split(price: u128, fee_bps: u16, royalties_bps: [u16; MAX_ROYALTIES]) -> Split {
    let fee = part(price, fee_bps);
    let royalties = royalties_bps.map(|bps| part(price, bps));
    let rest = price - fee - royalties.iter().sum::<u128>();
    Split { fee, royalties, rest }
}

/// Counts one use in a window of 30 days that starts with its first use; false when `limit` is used up.
pub fn count(since: &mut u64, used: &mut u8, now: u64, limit: u8) -> bool {
    if now >= since.saturating_add(WINDOW) {
        *since = now;
        *used = 0;
    }
    if *used >= limit {
        return false;
    }
    *used += 1;
    true
}

/// Witnesses confirm of which acts of others a result is made (ADR 93).
pub fn no_witnesses(named: Option<&Vec<String>>) -> StdResult<()> {
    if named.is_none() {
        return Ok(());
    }
    let text = "no result here depends on hidden acts, and confirmers see each purchase: leave witnesses out";
    Err(StdError::generic_err(text))
}

/// A phase of so many seconds from now on.
pub fn from_now(now: u64, seconds: u32) -> Phase {
    Phase { starts_at: now, ends_at: now + u64::from(seconds) }
}

/// What the owner gets at least when the publisher revokes: nothing for a grant, the listed price for
/// an owned licence, the part of the rest of the time for a rented one, rounded up.
pub fn due(item: &Item, licence: &Licence, now: u64) -> u128 {
    if licence.granted == 1 {
        return 0;
    }
    if item.rent == 0 {
        return item.price;
    }
    let left = licence.term.ends_at.saturating_sub(now).min(u64::from(item.rent));
    (item.price * u128::from(left)).div_ceil(u128::from(item.rent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Status;
    use common::testing::Random;

    fn licence(ends_at: u64, granted: u8) -> Licence {
        let term = Phase { starts_at: 0, ends_at };
        Licence { term, granted, ..Licence::new(0, [0; 20], Status::Active) }
    }

    #[test]
    fn parts_round_down_and_add_up() {
        assert_eq!(
            split(10_000, 500, [1_000, 500]),
            Split { fee: 500, royalties: [1_000, 500], rest: 8_000 }
        );
        assert_eq!(split(19, 500, [1_000, 1_000]), Split { fee: 0, royalties: [1, 1], rest: 17 });
        for price in [0, 1, 9, 9_999, 10_001, 1 << 64, (1 << 70) + 12_345, MAX_PRICE - 1, MAX_PRICE] {
            assert_eq!(part(price, 1_993), price * 1_993 / 10_000);
            let Split { fee, royalties, rest } = split(price, MAX_FEE, [MAX_ROYALTY - 7, 7]);
            assert_eq!(fee + royalties[0] + royalties[1] + rest, price);
            assert!(rest >= price / 100 * 75);
        }
        let mut random = Random(3);
        for _ in 0..20_000 {
            let (price, bps) = (random.bits(96), random.below(WHOLE + 1));
            assert_eq!(part(price, bps), price * u128::from(bps) / 10_000);
        }
    }

    #[test]
    fn a_limit_ends_after_thirty_days() {
        let (mut since, mut used) = (0, 0);
        let now = 1_700_000_000;
        for _ in 0..TRACES {
            assert!(count(&mut since, &mut used, now, TRACES));
        }
        assert!(!count(&mut since, &mut used, now, TRACES));
        assert!(!count(&mut since, &mut used, now + WINDOW - 1, TRACES));
        assert!(count(&mut since, &mut used, now + WINDOW, TRACES));
    }

    #[test]
    fn a_revoked_owner_gets_the_unused_part_rounded_up() {
        let own = Item { price: 100, ..Item::default() };
        assert_eq!(due(&own, &licence(0, 0), 5), 100);
        assert_eq!(due(&own, &licence(0, 1), 5), 0);
        let rent = Item { price: 100, rent: 30, ..Item::default() };
        assert_eq!(due(&rent, &licence(1_030, 0), 1_000), 100);
        assert_eq!(due(&rent, &licence(1_030, 0), 1_029), 4);
        assert_eq!(due(&rent, &licence(1_030, 0), 1_030), 0);
        assert_eq!(due(&rent, &licence(1_030, 0), 2_000), 0);
        let dear = Item { price: MAX_PRICE, rent: u32::MAX, ..Item::default() };
        assert_eq!(due(&dear, &licence(u64::from(u32::MAX), 0), 0), MAX_PRICE);
    }
}
