//! Paid digital content: licences, keys of each owner, and the trace of a leak. See README.md.
pub mod answer;
pub mod config;
pub mod contract;
pub mod execute;
pub mod hpke;
pub mod keys;
pub mod msg;
pub mod query;
pub mod rows;
pub mod rules;
pub mod score;
pub mod word;
