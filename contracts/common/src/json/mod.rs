//! JSON of messages and answers, with little code for each type: a type is a list of names, and one reader
//! and one writer serve all of them. ADR 116 says why this is not serde.

mod read;
mod shape;
#[cfg(test)]
mod tests;
mod write;

pub use read::{field, from_binary, from_slice, object, place_of, text, unknown_variant, variant};
pub use read::{FromJson, Ignored, Parsed, Text};
pub use shape::{name_of, snake, snake_len};
pub use write::{to_vec, Fields, ToJson};
