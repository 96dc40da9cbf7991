//! The whole product, through its public faces, with real servers at the edge.

// Clippy's leave for tests does not reach the functions beside them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing, clippy::string_slice, clippy::print_stdout)]

mod at_rest;
mod canaries;
mod changed_address;
mod cli;
mod clocks;
mod criteria;
mod earlier;
mod faults;
mod feed_attacks;
mod feed_deletions;
mod golden;
mod hazards;
mod importing;
mod keeping;
mod kill;
mod layer;
#[cfg(unix)]
mod mail_peer;
#[cfg(unix)]
mod nginx;
mod outbox;
mod people;
mod promises;
mod publishing;
mod real_use;
mod record;
mod refresh;
mod refresh_by_itself;
mod refresh_kills;
mod safety;
mod senders;
mod sign_ins;
mod torture;
mod undo;
mod usual;
