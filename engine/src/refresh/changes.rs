//! How much one version differs from another: counted by records, so that nobody has to trust the publisher's own summary.

use services_directory::{directory_table::endpoint_digest, feed::Directory, trust_table::Changes};
use std::collections::HashMap;

/// What would change if `new` took the place of `old`.
pub(super) fn between(old: Option<&Directory>, new: &Directory) -> Changes {
    let mut changes = Changes {
        version: new.header.version,
        ..Changes::default()
    };
    let services = |directory: &Directory| -> Vec<_> { directory.services.clone() };
    let before = old.map(services).unwrap_or_default();
    let known: HashMap<_, _> = before.iter().map(|it| (&it.id, it)).collect();
    let mut still = 0;
    for service in &new.services {
        match known.get(&service.id) {
            None => changes.services_new += 1,
            Some(was) => {
                still += 1;
                changes.services_changed += usize::from(*was != service);
            }
        }
    }
    changes.services_before = before.len();
    changes.services_gone = before.len() - still;

    let before = old.map(|old| old.endpoints.as_slice()).unwrap_or_default();
    let known: HashMap<_, _> = before.iter().map(|it| (&it.id, it)).collect();
    let mut still = 0;
    for endpoint in &new.endpoints {
        match known.get(&endpoint.id) {
            None => changes.endpoints_new += 1,
            Some(was) => {
                still += 1;
                // That it was checked once more is no change of an address.
                let moved = endpoint_digest(was) != endpoint_digest(endpoint);
                changes.endpoints_changed += usize::from(moved);
            }
        }
    }
    changes.endpoints_before = before.len();
    changes.endpoints_gone = before.len() - still;
    changes
}

/// For the audit trail: counts and no names.
pub(super) fn detail(changes: &Changes) -> serde_json::Value {
    serde_json::to_value(changes).unwrap_or_default()
}
