//! A private fungible token: SNIP-20, 21, 22, 23, 24, 25, 26, 50 and 52.

pub mod answer;
pub mod contract;
mod execute;
mod ledger;
pub mod msg;
mod notices;
mod query;
mod store;
