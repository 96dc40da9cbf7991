//! What is done to Onward until something would give, with every figure printed: `cargo xtask torture` in full, the product's tests in short.

#![allow(
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "it is a test, which panics where something is not as it should be and prints its figures"
)]

pub mod chance;
pub mod copies;
pub mod fail_points;
pub mod flipped_beside;
pub mod flipped_bytes;
mod judged;
pub mod kills;
pub mod latency;
pub mod many_copies;
pub mod mutations;
pub mod naive;
pub mod phases;
pub mod simulated;
mod simulated_server;
pub mod table;
