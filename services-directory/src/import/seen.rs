//! What earlier imports saw of a feed: kept beside the directory file, so that what is gone can be told from what was merely not there once.

use crate::ids::ServiceId;
use crate::model::HealthcareService;
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One complete list without it proves nothing (feeds fail quietly): two of them, at least so far apart, do.
pub const MISSING_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// All feeds that were imported into one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenFeeds {
    #[serde(default)]
    pub feeds: BTreeMap<String, Seen>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// When complete lists were taken; the newest last.
    #[serde(default)]
    pub complete_at: Vec<Timestamp>,
    /// By the id in the feed.
    #[serde(default)]
    pub entries: BTreeMap<String, Entry>,
    /// What the feed was found to honour, as the crawl wrote it down.
    #[serde(default)]
    pub capabilities: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub service: ServiceId,
    pub last_seen_at: Timestamp,
    /// The first complete list in which it was missing.
    #[serde(default)]
    pub missing_since: Option<Timestamp>,
    #[serde(default)]
    pub retired_on: Option<Date>,
    /// What the feed said when a person last could compare it.
    pub told: Told,
}

/// What makes a curated record worth another look when the feed changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub name: String,
    pub status: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
}

impl Told {
    pub fn of(service: &HealthcareService) -> Self {
        let contact = service.onward.named_contact.as_ref();
        Self {
            name: service.name.clone(),
            status: format!("{:?}", service.status).to_lowercase(),
            url: service.url.clone(),
            phone: contact.and_then(|contact| contact.phone.clone()),
        }
    }

    /// Field, before, now.
    pub fn changes(&self, now: &Self) -> Vec<(&'static str, String, String)> {
        let shown = |text: &Option<String>| text.clone().unwrap_or_default();
        let pairs = [
            ("name", self.name.clone(), now.name.clone()),
            ("status", self.status.clone(), now.status.clone()),
            ("url", shown(&self.url), shown(&now.url)),
            ("phone", shown(&self.phone), shown(&now.phone)),
        ];
        pairs
            .into_iter()
            .filter(|(_, before, now)| before != now)
            .collect()
    }
}

/// What a complete list without an entry means for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// For the first time.
    Since(Timestamp),
    NotLongEnough,
    /// For the second time, and long enough after the first.
    Gone,
}

impl Entry {
    pub fn missing_at(&self, now: Timestamp) -> Missing {
        match self.missing_since {
            None => Missing::Since(now),
            Some(since) if now.duration_since(since) >= MISSING_FOR => Missing::Gone,
            Some(_) => Missing::NotLongEnough,
        }
    }
}
