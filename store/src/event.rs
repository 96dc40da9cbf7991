//! The envelope of an event and every type of event, fixed from the start: append-only, with no identity and no letter text in them.

use crate::{StoreError, codes::codes};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened to a referral, to the people or to the directory of a practice, as it is stored and could be relayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// A `UUIDv7`.
    pub id: Uuid,
    /// The installation that wrote it.
    pub origin: String,
    /// 1, 2, 3, … of that origin, without gaps.
    pub origin_seq: i64,
    /// A Lamport clock: greater than that of every event known when it was written.
    pub clock: i64,
    /// The member of staff, or "onward" for the program itself.
    pub actor: String,
    pub at: Timestamp,
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// Of the payload's form.
    pub version: u32,
    /// What it is about: a referral's id.
    pub subject: String,
    /// References and codes; never identity, never letter text.
    pub payload: serde_json::Value,
}

/// An event still to be written; the log adds its id, origin, sequence and clock.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub actor: String,
    pub at: Timestamp,
    pub event_type: EventType,
    pub subject: String,
    pub payload: serde_json::Value,
}

impl NewEvent {
    pub fn new(
        event_type: EventType,
        subject: impl Into<String>,
        actor: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            actor: actor.into(),
            at,
            event_type,
            subject: subject.into(),
            payload: serde_json::json!({}),
        }
    }

    #[must_use]
    pub fn with(mut self, payload: serde_json::Value) -> Self {
        self.payload = payload;
        self
    }
}

/// A new `UUIDv7` (RFC 9562) of that moment; its other bits are random.
pub fn new_id(at: Timestamp) -> Uuid {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        seconds,
        nanoseconds,
    ))
}

codes! {
    "event type";
    /// Every type of event.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum EventType;
    Draft = "draft",
    /// Not now: to be offered again on a date.
    Parked = "parked",
    Declined = "declined",
    Queued = "queued",
    Undone = "undone",
    Sending = "sending",
    /// A server accepted it; nothing says delivered.
    Sent = "sent",
    /// The connection went after the point of no return.
    Unknown = "unknown",
    Failed = "failed",
    Held = "held",
    Received = "received",
    InformationRequested = "information-requested",
    /// By which child service stands in the payload.
    Accepted = "accepted",
    Redirected = "redirected",
    SteppedUp = "stepped-up",
    SteppedDown = "stepped-down",
    CouldNotContact = "could-not-contact",
    Started = "started",
    /// With its outcome.
    Ended = "ended",
    /// With a reason and a suggestion.
    Rejected = "rejected",
    Withdrawn = "withdrawn",
    NoGoodLocalService = "no-good-local-service",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_as_it_was_written_and_others_are_refused() {
        assert_eq!(EventType::ALL.len(), 22);
        for event_type in EventType::ALL {
            assert_eq!(EventType::parse(event_type.as_str()).unwrap(), *event_type);
            assert_eq!(
                serde_json::to_value(event_type).unwrap(),
                event_type.as_str()
            );
        }
        assert!(EventType::parse("delivered").is_err());
    }
}
