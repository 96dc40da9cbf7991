//! The outbox: frozen messages, one sender, four outcomes.

pub mod daily;
pub mod daily_table;
pub mod lock;
pub mod outbox_table;
pub mod policy;
pub mod recovery;
pub mod sender;

pub use lock::SenderLock;
pub use outbox_table::{OutboxMessage, OutboxState};
pub use sender::{AddressNow, EndpointNow, Sender, Unsettled, Wake};
