//! Deadlines by block time: phases are half open, `[starts_at, ends_at)`.

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
    /// Fails when shorter than 10 minutes, longer than `max_seconds`, or already over.
    pub fn new(block: &BlockInfo, starts_at: u64, ends_at: u64, max_seconds: u64) -> StdResult<Phase> {
        let seconds = ends_at.checked_sub(starts_at).unwrap_or_default();
        if seconds < MIN_SECONDS || seconds > max_seconds {
            let text = format!("a phase lasts {MIN_SECONDS} to {max_seconds} seconds");
            return Err(StdError::generic_err(text));
        }
        let phase = Phase { starts_at, ends_at };
        if phase.moment(block) == Moment::After {
            return Err(StdError::generic_err("the phase is already over"));
        }
        Ok(phase)
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
        let phase = Phase::new(&at(0), 1000, 2000, 1000).unwrap();
        let expected =
            [(999, Moment::Before), (1000, Moment::Within), (1999, Moment::Within), (2000, Moment::After)];
        for (second, moment) in expected {
            assert_eq!(phase.moment(&at(second)), moment);
        }
    }

    #[test]
    fn too_short_too_long_and_over_are_refused() {
        assert!(Phase::new(&at(0), 1000, 1599, 9000).is_err());
        assert!(Phase::new(&at(0), 1000, 1600, 9000).is_ok());
        assert!(Phase::new(&at(0), 1000, 10_001, 9000).is_err());
        assert!(Phase::new(&at(0), 2000, 1000, 9000).is_err());
        assert!(Phase::new(&at(0), 0, u64::MAX, 9000).is_err());
        assert!(Phase::new(&at(2000), 1000, 2000, 9000).is_err());
        assert!(Phase::new(&at(1999), 1000, 2000, 9000).is_ok());
    }
}
