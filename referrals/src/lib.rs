//! Everything that touches a patient: intake, draft, render, outbox, transport, status.

pub mod render;
pub mod transport;
