//! A secret ballot in which a receipt proves nothing: credentials, a log of entries, a late tally.

pub mod contract;
mod execute;
pub mod msg;
mod outcome;
mod query;
pub mod rows;
mod tally;

pub use outcome::{decide, percents, Count, Outcome, Quorum, Rules};
pub use tally::{Entry, Kind, Work, CHUNK, ENTRY_PAYLOAD, MAX_OPTIONS, MAX_WEIGHT};
