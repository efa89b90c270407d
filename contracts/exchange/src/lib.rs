//! A private exchange: a pool and an order book, cleared in batches at one price. See the README.

pub mod book;
pub mod contract;
pub mod market;
pub mod msg;
pub mod query;
pub mod rows;
pub mod wide;
