//! Planted leaks: each message depends on its secret in one way that outsiders can see, and has a cured
//! form that does the same without the leak. The tester of leaks is tested with it. Not for use.

pub mod contract;
pub mod forms;
pub mod msg;
pub mod number;
pub mod refund;
