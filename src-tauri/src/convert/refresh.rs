//! The published directory, as the window shows it.

use crate::views::{HeldChanges, PublishedDirectory, RefreshDoing, RefreshStep};
use engine::{Engine, EngineError};
use services_directory::trust_table::HeldVersion;
use signed_feed::source::Step;

/// None before the practice follows one.
pub fn published_directory(engine: &Engine) -> Result<Option<PublishedDirectory>, EngineError> {
    let text = |at: jiff::Timestamp| at.to_string();
    Ok(engine.feed_status()?.map(|status| {
        let (failing_since, failing_why) = status.failing.unzip();
        PublishedDirectory {
            address: status.address,
            fingerprint: status.fingerprint,
            version: status.version,
            published_on: status.published_on.map(|day| day.to_string()),
            last_checked_at: status.last_checked_at.map(text),
            last_good_at: status.last_good_at.map(text),
            failing_since: failing_since.map(text),
            failing_why,
            expires_at: status.expires_at.map(text),
            expired: status.expired,
            too_old_since: status.too_old_since.map(text),
            clock_warning: status.clock_warning,
            held: status.held.map(held),
        }
    }))
}

/// None of what the window does not show: each small file by itself.
pub fn refresh_step(step: &Step) -> Option<RefreshStep> {
    let plain = |doing| RefreshStep {
        doing,
        bytes: 0,
        of_bytes: 0,
        services: 0,
    };
    Some(match step {
        Step::Fetched { .. } => return None,
        Step::Asking => plain(RefreshDoing::Asking),
        Step::Verified => plain(RefreshDoing::Verified),
        Step::Fetching { bytes, of_bytes } => RefreshStep {
            bytes: *bytes,
            of_bytes: *of_bytes,
            ..plain(RefreshDoing::Fetching)
        },
        Step::Applying { services } => RefreshStep {
            services: u32::try_from(*services).unwrap_or(u32::MAX),
            ..plain(RefreshDoing::Applying)
        },
    })
}

fn held(version: HeldVersion) -> HeldChanges {
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    let changes = version.changes;
    HeldChanges {
        publication: version.publication,
        held_at: version.held_at.to_string(),
        refused: version.refused,
        version: changes.version,
        services_before: count(changes.services_before),
        services_new: count(changes.services_new),
        services_changed: count(changes.services_changed),
        services_gone: count(changes.services_gone),
        endpoints_before: count(changes.endpoints_before),
        endpoints_new: count(changes.endpoints_new),
        endpoints_changed: count(changes.endpoints_changed),
        endpoints_gone: count(changes.endpoints_gone),
    }
}
