mod calls;
pub mod contract;
mod crypto;
mod error;
mod host;
mod hostile;
pub mod msg;
mod queries;
mod run;

#[cfg(target_arch = "wasm32")]
mod exports;
