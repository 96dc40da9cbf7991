//! What a published directory consists of: the roles, who signs, how long each signature lives, and the names of the files.
//!
//! The words are those of TUF (theupdateframework.io, specification 1.0). All files are static; metadata has versioned names, so that a reader never
//! sees half of a publication (consistent snapshots).

use jiff::{SignedDuration, Timestamp};

/// The delegated role, 1 of n, that signs services and the stop-list. It has no say over endpoints.
pub const SERVICES_ROLE: &str = "services";
/// What that role may sign.
pub const SERVICES_PATHS: [&str; 2] = ["services-*.jsonl.zst", "revoked-*.json"];

/// Of at least this many people's keys for the root, this many must sign.
pub const ROOT_THRESHOLD: u64 = 2;
/// Endpoints hang below the top-level `targets`: whoever delegates sets the delegate's threshold, and only the root may set this one. A reader refuses less.
pub const TARGETS_THRESHOLD: u64 = 2;

/// How long a signature lives. A heartbeat renews the first.
pub const TIMESTAMP_AND_SNAPSHOT_LIVE: SignedDuration = SignedDuration::from_hours(14 * 24);
pub const TARGETS_LIVE: SignedDuration = SignedDuration::from_hours(90 * 24);
pub const ROOT_LIVES: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Areas, practices, organisations, services and tombstones of one version, without endpoints.
pub fn services_target(version: u64) -> String {
    format!("services-{version}.jsonl.zst")
}

/// The endpoints of one version: top-level `targets` signs them.
pub fn endpoints_target(version: u64) -> String {
    format!("endpoints-{version}.jsonl.zst")
}

/// Endpoints and addresses to which nothing is sent from the moment that this is read.
pub fn revoked_target(number: u64) -> String {
    format!("revoked-{number}.json")
}

/// The end of a life that begins now; the last moment there is when it lies beyond.
pub fn until(now: Timestamp, life: SignedDuration) -> Timestamp {
    now.checked_add(life).unwrap_or(Timestamp::MAX)
}
