//! Everything that touches a patient: intake, draft, render, outbox, transport, status.

pub mod access;
pub mod approval_table;
pub mod concern_table;
pub mod desk;
pub mod draft;
pub mod earlier_table;
pub mod error;
pub mod filing;
pub mod filing_table;
mod instant;
pub mod intake;
pub mod keeping_table;
pub mod mailbox_table;
pub mod outbox;
pub mod patient;
pub mod people;
pub mod practice_table;
pub mod referral_table;
pub mod render;
pub mod retention;
pub mod retention_table;
pub mod staff_table;
pub mod status;
pub mod transport;
pub mod unmet_table;
pub mod usual_table;

pub use desk::Desk;
pub use error::ReferralError;
