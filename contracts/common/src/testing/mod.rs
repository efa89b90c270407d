//! Parts of native tests: addresses, random numbers, and storage that can go back.

mod addresses;
mod random;
mod storage;

pub use addresses::{account, account_of_name, name_of_account};
pub use random::Random;
pub use storage::{Journal, Rows};
