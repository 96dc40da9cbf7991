//! x
pub mod intake;
pub mod patient;
