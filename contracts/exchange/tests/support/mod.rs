//! Exact arithmetic and random numbers for the tests, independent of the contract's own arithmetic.
#![allow(dead_code)]

pub mod exact;
pub mod world;
