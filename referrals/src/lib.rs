//! Everything that touches a patient: intake, draft, render, outbox, transport, status.

pub mod intake;
pub mod patient;
pub mod render;
pub mod transport;
