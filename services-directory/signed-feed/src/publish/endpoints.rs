//! The endpoints of a publication, and how they differ from those of another.

use super::error::PublishError;
use serde::{Deserialize, Serialize};
use services_directory::model::{DirectoryRecord, Endpoint};
use std::collections::{BTreeMap, BTreeSet};

/// The endpoints of a published file.
pub fn endpoints_in(text: &str) -> Result<Vec<Endpoint>, PublishError> {
    let mut endpoints = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let unreadable = |why: String| PublishError::Damaged {
            file: "the list of endpoints".into(),
            why,
        };
        let record = serde_json::from_str(line).map_err(|e| unreadable(e.to_string()))?;
        let DirectoryRecord::Endpoint(endpoint) = record else {
            return Err(unreadable("it holds other records too".into()));
        };
        endpoints.push(endpoint);
    }
    Ok(endpoints)
}

/// One endpoint that two people are to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum EndpointChange {
    New { now: Endpoint },
    Changed { was: Endpoint, now: Endpoint },
    Gone { was: Endpoint },
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointChanges(pub Vec<EndpointChange>);

impl EndpointChanges {
    /// By id: new ones, changed ones, gone ones.
    pub fn between(was: &[Endpoint], now: &[Endpoint]) -> Self {
        let by_id = |endpoints: &[Endpoint]| -> BTreeMap<String, Endpoint> {
            endpoints
                .iter()
                .map(|endpoint| (endpoint.id.to_string(), endpoint.clone()))
                .collect()
        };
        let (mut was, now) = (by_id(was), by_id(now));
        let mut changes = Vec::new();
        let stays: BTreeSet<String> = now.keys().cloned().collect();
        for (id, now) in now {
            // A changed address has a new id, and says which one it supersedes (schema/README.md).
            let before = now.supersedes.as_ref().map(ToString::to_string);
            let before = before.filter(|before| !stays.contains(before));
            match was.remove(&id).or_else(|| was.remove(&before?)) {
                None => changes.push(EndpointChange::New { now }),
                Some(was) if was != now => changes.push(EndpointChange::Changed { was, now }),
                Some(_) => {}
            }
        }
        changes.extend(was.into_values().map(|was| EndpointChange::Gone { was }));
        Self(changes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
