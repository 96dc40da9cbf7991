//! How a frozen message leaves this computer, and what is known of it afterwards.

pub mod mailbox;
pub mod outcome;
pub mod smtp;
mod starttls;
mod tls;

pub use mailbox::{Mailbox, Security, Trust};
pub use outcome::{Phase, Reply, Scope, SendOutcome, SendProblem};
pub use smtp::{Deadlines, Envelope, send};
