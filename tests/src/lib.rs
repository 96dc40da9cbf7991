//! What the whole-product tests share: a practice with its mail server, the built program, and servers at the edge.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "it serves only tests, which say by their failure what was missing"
)]

pub mod directories;
pub mod forged;
pub mod leaks;
/// Debian's, as the mail peer is.
#[cfg(unix)]
pub mod nginx;
pub mod open_referral_feed;
pub mod patients;
/// Postfix and Dovecot run as system users, and are Debian's: there is no such peer elsewhere.
#[cfg(unix)]
pub mod postfix_dovecot;
pub mod practice;
pub mod program;
pub mod published;
pub mod real_practice;
pub mod records;
pub mod torture;
pub mod web_server;
