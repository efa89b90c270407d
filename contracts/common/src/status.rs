//! The stop that an admin may set: no new business for at most 14 days, then 14 days without. It can
//! delay, it cannot keep anything.

use cosmwasm_std::{Env, StdError, StdResult, Storage};

use crate::rows::{self, key, Reader, Row, Writer};
use crate::space;

/// Longest stop, and the shortest time between two, in seconds.
pub const STOP_SECONDS: u64 = 14 * 24 * 60 * 60;

crate::json! { [read write]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Level {
        NormalRun,
        /// No deposits, bids, orders, purchases, registrations. Every way out stays open.
        StopNew,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    New,
    Exit,
}

/// Times in seconds since 1970.
#[derive(Default)]
struct StatusRow {
    /// Stopped before this time.
    stopped_until: u64,
    /// The next stop can be set from this time on.
    free_until: u64,
}

impl Row for StatusRow {
    const SIZE: usize = 16;

    fn write(&self, out: &mut Writer) {
        out.u64(self.stopped_until);
        out.u64(self.free_until);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(StatusRow { stopped_until: from.u64()?, free_until: from.u64()? })
    }
}

fn load(storage: &dyn Storage) -> StdResult<StatusRow> {
    Ok(rows::load(storage, &key(space::STATUS, &[]))?.unwrap_or_default())
}

/// The caller has checked that the sender is the admin.
pub fn set(storage: &mut dyn Storage, env: &Env, level: Level) -> StdResult<()> {
    let now = env.block.time.seconds();
    let mut row = load(storage)?;
    let stopped = now < row.stopped_until;
    match level {
        Level::StopNew if stopped => {
            return Err(StdError::generic_err("already stopped; a stop cannot be made longer"))
        }
        Level::StopNew if now < row.free_until => {
            let text = format!("the next stop can be set at {} (seconds since 1970)", row.free_until);
            return Err(StdError::generic_err(text));
        }
        Level::StopNew => row.stopped_until = now + STOP_SECONDS,
        Level::NormalRun if stopped => row.stopped_until = now,
        Level::NormalRun => return Err(StdError::generic_err("nothing is stopped")),
    }
    row.free_until = row.stopped_until + STOP_SECONDS;
    rows::save(storage, &key(space::STATUS, &[]), &row)
}

/// Public. A stop ends by itself.
pub fn level(storage: &dyn Storage, env: &Env) -> StdResult<Level> {
    let stopped = env.block.time.seconds() < load(storage)?.stopped_until;
    Ok(if stopped { Level::StopNew } else { Level::NormalRun })
}

/// Fails for new business during a stop. Reads the same row for both, so that hosts see no difference.
/// Where the kind of act is secret, use `level` and refuse inside.
pub fn check(storage: &dyn Storage, env: &Env, entry: Entry) -> StdResult<()> {
    if level(storage, env)? == Level::StopNew && entry == Entry::New {
        return Err(StdError::generic_err("stopped: nothing new is taken, every way out is open"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::{mock_env, MockStorage};
    use cosmwasm_std::Timestamp;

    const START: u64 = 1_700_000_000;

    fn at(seconds: u64) -> Env {
        let mut env = mock_env();
        env.block.time = Timestamp::from_seconds(START + seconds);
        env
    }

    #[test]
    fn a_stop_ends_by_itself_and_leaves_the_exits_open() {
        let mut storage = MockStorage::new();
        check(&storage, &at(0), Entry::New).unwrap();
        set(&mut storage, &at(0), Level::StopNew).unwrap();
        assert!(check(&storage, &at(0), Entry::New).is_err());
        assert!(check(&storage, &at(STOP_SECONDS - 1), Entry::New).is_err());
        check(&storage, &at(0), Entry::Exit).unwrap();
        check(&storage, &at(STOP_SECONDS), Entry::New).unwrap();
        assert_eq!(level(&storage, &at(0)).unwrap(), Level::StopNew);
        assert_eq!(level(&storage, &at(STOP_SECONDS)).unwrap(), Level::NormalRun);
    }

    #[test]
    fn stops_are_fourteen_days_apart_and_never_longer() {
        let mut storage = MockStorage::new();
        assert!(set(&mut storage, &at(0), Level::NormalRun).is_err());
        set(&mut storage, &at(0), Level::StopNew).unwrap();
        for second in [0, 5, STOP_SECONDS - 1, STOP_SECONDS, 2 * STOP_SECONDS - 1] {
            assert!(set(&mut storage, &at(second), Level::StopNew).is_err());
        }
        set(&mut storage, &at(2 * STOP_SECONDS), Level::StopNew).unwrap();
        // Ended by hand, the time without a stop counts from then.
        set(&mut storage, &at(2 * STOP_SECONDS + 9), Level::NormalRun).unwrap();
        check(&storage, &at(2 * STOP_SECONDS + 9), Entry::New).unwrap();
        assert!(set(&mut storage, &at(3 * STOP_SECONDS + 8), Level::StopNew).is_err());
        set(&mut storage, &at(3 * STOP_SECONDS + 9), Level::StopNew).unwrap();
    }
}
