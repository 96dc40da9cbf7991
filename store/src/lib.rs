//! The store: the two databases of a data folder, the key that opens the one with patients in it, one writer thread each,
//! ordered migrations per component, the event log, and the chain of what people did.

pub mod audit;
pub mod audit_head;
pub mod audit_table;
pub mod backup;
pub mod clock;
mod codes;
pub mod daily_backup;
pub mod database;
pub mod error;
pub mod event;
pub mod event_table;
pub mod facts_table;
pub mod fail_point;
pub mod folder;
pub mod generations;
mod hex;
pub mod key;
pub mod migrations;
pub mod open;
pub mod place;
pub mod recovery;

pub use audit::{Act, NewAct};
pub use clock::Clock;
pub use database::Database;
pub use error::StoreError;
pub use event::{Event, EventType, NewEvent};
pub use folder::{DataFolder, UseMode};
pub use hex::hex;
pub use migrations::Migration;
pub use open::Store;
pub use uuid::Uuid;
