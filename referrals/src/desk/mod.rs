//! The desk: what a practice does with drafts and referrals. Each method is one whole step, durable when it returns.

mod access;
mod approvals;
mod attention;
mod concerns;
mod drafts;
mod earlier;
mod filing;
mod offers;
mod people;
mod replies;
mod retention;
mod sending;
mod usual;
mod worklist;

pub use approvals::AddressToApprove;
pub use attention::{AttentionCount, DirectoryWaits};
pub use concerns::{ConcernSource, SafetyConcern};
pub use earlier::EarlierReferral;
pub use offers::Offer;
pub use replies::Reply;
pub use sending::{Queued, UnknownDecision};
pub use usual::{OTHER_NEED, UnmetNeed, UsualService};
pub use worklist::{ReferralDetail, ReferralRow, TimelineEntry};

use crate::outbox::Wake;
use store::{Clock, Database, Migration};

/// The component of `practice.db` that is this crate's.
pub const SCHEMA: [Migration; 9] = [
    migration(1, include_str!("../../migrations/001_referrals.sql")),
    migration(2, include_str!("../../migrations/002_my_usual.sql")),
    migration(3, include_str!("../../migrations/003_record.sql")),
    migration(4, include_str!("../../migrations/004_people.sql")),
    migration(5, include_str!("../../migrations/005_retention.sql")),
    migration(6, include_str!("../../migrations/006_hazards.sql")),
    migration(7, include_str!("../../migrations/007_approvals_end.sql")),
    migration(8, include_str!("../../migrations/008_approvals_name.sql")),
    migration(9, include_str!("../../migrations/009_pin_set_by.sql")),
];

const fn migration(version: u32, sql: &'static str) -> Migration {
    Migration {
        component: "referrals",
        version,
        sql,
    }
}

#[derive(Clone)]
pub struct Desk {
    pub practice: Database,
    pub clock: Clock,
    pub demonstration: bool,
    pub wake: Wake,
}
