//! What is done to Onward until something would give, with every figure printed: `cargo xtask torture` in full, the product's tests in short.

#![allow(
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "it is a test, which panics where something is not as it should be and prints its figures"
)]

pub mod chance;
pub mod flipped_bytes;
pub mod simulated;
mod simulated_server;
