//! The practice's own layer over the published services: notes, pins, hidden, "do not refer", checks, corrections and local services.
//!
//! It never touches a published record. It lies in `practice.db`, so that it outlives the directory, which is thrown away and fetched anew.

pub mod correction_table;
pub mod due;
pub mod fields;
pub mod history;
pub mod history_table;
pub mod layer_table;
pub mod local;
pub mod local_table;
pub mod merge;
pub mod refresh;

use jiff::Timestamp;
use store::{Migration, StoreError};

/// The component of `practice.db`.
pub const SCHEMA: Migration = Migration {
    component: "layer",
    version: 1,
    sql: include_str!("../migrations/layer_001.sql"),
};

/// Words about a service are read beside its card: a few sentences.
pub const LONGEST_WORDS: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("say why in a few words")]
    WordsMissing,
    #[error("that is too long: {LONGEST_WORDS} characters at most")]
    TooLong,
    #[error("the entry says that already")]
    NothingChanged,
    #[error("that is not there any more; look again")]
    NotThere,
}

/// What a practice can put beside a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    Note,
    /// On top of the list, wherever it is found.
    Pin,
    /// Not in the lists of this practice; still found by its name, with who hid it.
    Hidden,
    /// Nothing is sent there from this practice.
    DoNotRefer,
}

impl LayerKind {
    pub const ALL: [Self; 4] = [Self::Note, Self::Pin, Self::Hidden, Self::DoNotRefer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Pin => "pin",
            Self::Hidden => "hidden",
            Self::DoNotRefer => "do-not-refer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// A note is its words; whoever keeps a service from others says why.
    pub fn needs_words(self) -> bool {
        self != Self::Pin
    }
}

/// One thing that somebody put beside a service, as long as it holds and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerEntry {
    pub id: String,
    pub service_id: String,
    pub kind: LayerKind,
    pub words: String,
    /// The id of a member of staff.
    pub author: String,
    pub at: Timestamp,
    /// The digest of the published record that its author saw; "" for a service that is not published.
    pub base_digest: String,
    /// Who took it away, and when.
    pub ended: Option<(String, Timestamp)>,
}

/// That somebody of this practice asked the service whether its entry is right. It never changes the published `verified`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCheck {
    pub id: String,
    pub service_id: String,
    /// The digest of the published record that was checked.
    pub record_digest: String,
    pub author: String,
    pub at: Timestamp,
    pub how: CheckedHow,
    pub who_answered: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckedHow {
    Phone,
    Email,
    InPerson,
}

impl CheckedHow {
    pub const ALL: [Self; 3] = [Self::Phone, Self::Email, Self::InPerson];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::InPerson => "in-person",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == text)
    }
}

/// What somebody says an entry should say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub id: String,
    pub service_id: String,
    pub service_name: String,
    pub field: fields::ServiceField,
    /// What was published when it was suggested, or when somebody last said "still ours".
    pub base: String,
    pub proposed: String,
    pub words: String,
    pub author: String,
    pub at: Timestamp,
    pub base_digest: String,
    pub state: CorrectionState,
    /// What was published when it was last compared, where that differs from the base.
    pub published: Option<String>,
    /// Who ended it, and when; the program itself where the curator took it up.
    pub settled: Option<(String, Timestamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionState {
    Open,
    /// Something else than either was published since.
    Conflict,
    /// Published as it was proposed: retired.
    TakenUp,
    Withdrawn,
    /// The service has left the directory.
    Gone,
}

impl CorrectionState {
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Conflict,
        Self::TakenUp,
        Self::Withdrawn,
        Self::Gone,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Conflict => "conflict",
            Self::TakenUp => "taken-up",
            Self::Withdrawn => "withdrawn",
            Self::Gone => "gone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Compared with each new version, and still to be told to the curator.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Conflict | Self::Gone)
    }
}

/// Trimmed, without characters that change the direction of text or are invisible; refused when it is too long.
pub fn clean_words(text: &str) -> Result<String, LayerError> {
    let kept: String = text
        .chars()
        .filter(|c| *c == '\n' || !crate::feed::is_forbidden(*c))
        .collect();
    let kept = kept.trim();
    if kept.chars().nth(LONGEST_WORDS).is_some() {
        return Err(LayerError::TooLong);
    }
    Ok(kept.to_owned())
}

/// A stored number outside what a moment can be reads as the nearest moment that can.
fn from_millis(milliseconds: i64) -> Timestamp {
    let (lowest, highest) = (
        Timestamp::MIN.as_millisecond(),
        Timestamp::MAX.as_millisecond(),
    );
    Timestamp::from_millisecond(milliseconds.clamp(lowest, highest)).unwrap_or_default()
}
