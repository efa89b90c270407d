//! Deadlines by block time: phases are half open, `[starts_at, ends_at)`.

use std::ops::RangeInclusive;

use cosmwasm_std::{BlockInfo, StdError, StdResult};

use crate::rows::{Reader, Row, Writer};

/// Block time is good to the minute, so shorter phases would depend on a proposer.
pub const MIN_SECONDS: u64 = 600;

/// Seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    pub starts_at: u64,
    pub ends_at: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Before,
    Within,
    After,
}

impl Phase {
    /// `seconds`: how short and how long it may be, from its start, or from now if it has started before. A
    /// start far in the past is a start now.
    pub fn new(
        block: &BlockInfo,
        starts_at: u64,
        ends_at: u64,
        seconds: &RangeInclusive<u64>,
    ) -> StdResult<Phase> {
        let refuse = |text: String| Err(StdError::generic_err(text));
        let Some(length) = ends_at.checked_sub(starts_at.max(block.time.seconds())) else {
            return refuse("ends_at is before starts_at or now: both are seconds since 1970".to_string());
        };
        if length < *seconds.start() {
            return refuse(format!(
                "from starts_at or now to ends_at are at least {} seconds",
                seconds.start()
            ));
        }
        if length > *seconds.end() {
            return refuse(format!("from starts_at or now to ends_at are at most {} seconds", seconds.end()));
        }
        Ok(Phase { starts_at, ends_at })
    }

    pub fn moment(&self, block: &BlockInfo) -> Moment {
        let now = block.time.seconds();
        if now < self.starts_at {
            Moment::Before
        } else if now < self.ends_at {
            Moment::Within
        } else {
            Moment::After
        }
    }
}

impl Row for Phase {
    const SIZE: usize = 16;

    fn write(&self, out: &mut Writer) {
        out.u64(self.starts_at);
        out.u64(self.ends_at);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Phase { starts_at: from.u64()?, ends_at: from.u64()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::mock_env;
    use cosmwasm_std::Timestamp;

    fn at(seconds: u64) -> BlockInfo {
        BlockInfo { time: Timestamp::from_seconds(seconds), ..mock_env().block }
    }

    #[test]
    fn phases_are_half_open() {
        let phase = Phase::new(&at(0), 1000, 2000, &(600..=1000)).unwrap();
        let expected =
            [(999, Moment::Before), (1000, Moment::Within), (1999, Moment::Within), (2000, Moment::After)];
        for (second, moment) in expected {
            assert_eq!(phase.moment(&at(second)), moment);
        }
    }

    #[test]
    fn too_short_too_long_and_over_are_refused() {
        let bounds = MIN_SECONDS..=9000;
        let error = |now, starts_at, ends_at| {
            Phase::new(&at(now), starts_at, ends_at, &bounds).err().map(|error| error.to_string())
        };
        let fails = [
            (0, 1000, 1599, "at least 600 seconds"),
            (0, 1000, 10_001, "at most 9000 seconds"),
            (0, 0, u64::MAX, "at most 9000 seconds"),
            (0, 2000, 1000, "before starts_at or now"),
            (2001, 1000, 2000, "before starts_at or now"),
            // Time that is over does not count.
            (1401, 1000, 2000, "at least 600 seconds"),
        ];
        for (now, starts_at, ends_at, expected) in fails {
            let error = error(now, starts_at, ends_at).unwrap();
            assert!(error.contains(expected), "{error}");
        }
        for (now, starts_at, ends_at) in
            [(0, 1000, 1600), (0, 1000, 10_000), (1400, 1000, 2000), (5000, 0, 14_000)]
        {
            assert_eq!(error(now, starts_at, ends_at), None);
        }
    }
}
