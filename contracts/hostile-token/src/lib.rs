//! A token that attacks the contracts that list it: it reports deposits that nobody made, calls the
//! product back in the middle of a payment, or refuses payments. For tests of products. Not for use.

pub mod contract;
