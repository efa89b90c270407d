//! A private fungible token: SNIP-20, 21, 22, 23 (available amounts), 24, 25 and 26.

pub mod answer;
pub mod contract;
mod execute;
mod gas;
mod ledger;
pub mod msg;
pub mod permit;
mod query;
mod random;
mod store;
