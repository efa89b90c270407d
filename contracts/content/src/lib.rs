//! Paid digital content: licences, keys of each owner, and the trace of a leak. See README.md.
pub mod hpke;
pub mod keys;
pub mod score;
pub mod word;
