//! What the tests of this crate share.
#![allow(dead_code)]

pub mod chain;
pub mod slow;
