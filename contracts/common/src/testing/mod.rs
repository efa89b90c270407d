//! Parts of native tests: addresses, places in JSON, random numbers, and storage that can go back.

mod addresses;
mod fields;
mod random;
mod storage;

pub use addresses::{account, account_of_name, name_of_account};
pub use fields::{is_item, name_of, places, replaced, without};
pub use random::Random;
pub use storage::{Journal, Rows};
