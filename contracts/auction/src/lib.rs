//! A house of sealed-bid auctions, first price and second price. README: rules, rows, leaks.

mod act;
pub mod contract;
mod end;
pub mod leaf;
mod lots;
mod money;
pub mod msg;
mod proof;
mod query;
pub mod rows;
pub mod rules;
pub mod store;
mod terms;
