//! The audit trail's words: every act of a person or of the program that is kept, and what can be found wrong with the chain.

use crate::{StoreError, codes::codes};
use jiff::Timestamp;
use serde::Serialize;

codes! {
    "act";
    /// Every act that is written down.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Act;
    /// The first row of a chain.
    ChainBegun = "chain-begun",
    /// An administrator has seen what was found wrong, and the chain goes on from what is there.
    ChainAccepted = "chain-accepted",
    /// An event that was there before there was a chain; its digest stands in the detail.
    EarlierEvent = "earlier-event",
    /// An event was written; its digest stands in the detail.
    Event = "event",

    SignedIn = "signed-in",
    WrongPin = "wrong-pin",
    SignedOut = "signed-out",
    /// The PIN given again, after idle minutes.
    Unveiled = "unveiled",
    PinSet = "pin-set",
    StaffAdded = "staff-added",
    StaffChanged = "staff-changed",
    StaffLeft = "staff-left",
    ReferrerChosen = "referrer-chosen",

    PracticeSet = "practice-set",
    MailboxSet = "mailbox-set",
    MailboxTested = "mailbox-tested",
    BackupFolderSet = "backup-folder-set",
    RetentionSet = "retention-set",

    DirectoryLoaded = "directory-loaded",
    /// The practice follows a published directory from here on; its fingerprint stands in the detail.
    DirectoryEnrolled = "directory-enrolled",
    /// A published version was applied: its number and how much it changed.
    DirectoryRefreshed = "directory-refreshed",
    /// So much would change that a person is asked first.
    ChangesHeld = "changes-held",
    ChangesAccepted = "changes-accepted",
    ChangesRefused = "changes-refused",
    /// The stop-list is another: how many it names.
    StopListChanged = "stop-list-changed",
    /// A service was phoned because the directory is too old to send by.
    ServicePhoned = "service-phoned",
    /// A note, a pin, hidden, "do not refer", a correction or a local service, put there or taken away.
    LayerChanged = "layer-changed",
    /// Somebody asked a service whether its entry is right.
    ServiceChecked = "service-checked",
    AddressProposed = "address-proposed",
    AddressApproved = "address-approved",
    AddressRefused = "address-refused",

    LetterOpened = "letter-opened",
    CopiedForRecord = "copied-for-record",
    /// Everything about one patient, for their request (UK GDPR article 15).
    Exported = "exported",
    Erased = "erased",
    LegalHold = "legal-hold",
    LegalHoldLifted = "legal-hold-lifted",

    BackedUp = "backed-up",
    Restored = "restored",
    /// Opened with the printed recovery key.
    Recovered = "recovered",
    SafetyConcern = "safety-concern",
}

/// An act still to be written; the table adds its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAct {
    /// The member of staff, or "onward" for the program itself.
    pub actor: String,
    pub at: Timestamp,
    pub act: Act,
    /// What it is about: an id, never identity; "" where there is nothing.
    pub subject: String,
    /// Codes, counts and ids; never identity, never words that somebody typed.
    pub detail: serde_json::Value,
}

impl NewAct {
    pub fn new(
        act: Act,
        subject: impl Into<String>,
        actor: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            actor: actor.into(),
            at,
            act,
            subject: subject.into(),
            detail: serde_json::json!({}),
        }
    }

    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }
}

/// A row of the chain, as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub act: Act,
    pub subject: String,
    pub detail: serde_json::Value,
}

/// The newest row of a chain: how many there are, and the hash that stands for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
}

/// What stands before the first row.
pub(crate) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Head {
    /// Of a chain without rows.
    pub fn none() -> Self {
        Self {
            seq: 0,
            hash: NO_HASH.to_owned(),
        }
    }
}

/// What a check of the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Whole {
        head: Head,
        events: i64,
    },
    /// The first place where it is not as it was written.
    Tampered {
        /// The row; 0 for an event that no row knows.
        at_seq: i64,
        what: Tampering,
        /// The id of the event that it is about, if it is about one.
        event: Option<String>,
    },
}

impl Verdict {
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole { .. })
    }
}

/// In which way records are not as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tampering {
    RowMissing,
    RowChanged,
    /// A row that does not follow from the row before: that one was replaced, or this one was put between.
    NotNext,
    EventChanged,
    EventMissing,
    /// An event that was written past the program.
    EventNotInChain,
    /// The chain was once longer: its end was cut off, or an older database was put in its place.
    CutOff,
    /// The chain has the length, but is another one than was last seen here.
    OtherChain,
    /// The file with the newest row's hash is gone, or has been changed by somebody without the key.
    HeadMissing,
    HeadChanged,
}

impl Tampering {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowMissing => "row-missing",
            Self::RowChanged => "row-changed",
            Self::NotNext => "row-not-next",
            Self::EventChanged => "event-changed",
            Self::EventMissing => "event-missing",
            Self::EventNotInChain => "event-not-in-chain",
            Self::CutOff => "cut-off",
            Self::OtherChain => "other-chain",
            Self::HeadMissing => "head-missing",
            Self::HeadChanged => "head-changed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_reads_back_as_it_was_written_and_others_are_refused() {
        assert!(Act::ALL.len() > 30);
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()).unwrap(), *act);
        }
        assert!(Act::parse("looked-away").is_err());
    }
}
