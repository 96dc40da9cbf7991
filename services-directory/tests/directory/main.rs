//! The directory through its public face: the one that ships, and how well it is searched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says by its failure what was missing"
)]

mod export;
mod search_quality;
mod starter_directory;
