//! Why a publication is not believed: one line for people, one code for the window.

use crate::source::TransferError;
use jiff::Timestamp;
use services_directory::{feed::FeedError, trust_table::TrustedMetadata};

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{0}")]
    Transfer(#[from] TransferError),
    #[error("the directory at this address is not the one with that fingerprint")]
    OtherRoot,
    #[error("the directory is not signed as it must be")]
    NotGenuine,
    #[error("the keys or roles of the directory are not as they must be: {0}")]
    Roles(&'static str),
    #[error("the directory's signatures ended{}", on.map(|at| format!(" on {}", at.strftime("%-d-%b-%Y"))).unwrap_or_default())]
    Expired { on: Option<Timestamp> },
    #[error("the server gives an older directory than this computer has seen")]
    Older,
    #[error("there are two different directories under the same version number")]
    Forked,
    #[error("a file of the directory is not the one that was signed")]
    Damaged,
    #[error("a file of the directory does not unpack, or is too large when it does")]
    Unpacking,
    #[error("the directory's contents are refused: {0}")]
    Content(#[from] FeedError),
    #[error("the refresh failed on this computer")]
    Internal,
}

/// A refresh that failed, with what is believed all the same.
#[derive(Debug, thiserror::Error)]
#[error("{refusal}")]
pub struct Failure {
    pub refusal: Refusal,
    /// A root that follows from the trusted one.
    pub newer_root: Option<TrustedMetadata>,
}

impl From<Refusal> for Box<Failure> {
    fn from(refusal: Refusal) -> Self {
        Box::new(Failure {
            refusal,
            newer_root: None,
        })
    }
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transfer(error) => error.code(),
            Self::OtherRoot => "feed-other-root",
            Self::NotGenuine => "feed-not-genuine",
            Self::Roles(_) => "feed-roles",
            Self::Expired { .. } => "feed-expired",
            Self::Older => "feed-older",
            Self::Forked => "feed-forked",
            Self::Damaged | Self::Unpacking => "feed-damaged",
            Self::Content(_) => "feed-content",
            Self::Internal => "feed-internal",
        }
    }

    /// From the kind of the error, never from its words.
    pub(super) fn of(error: &tough::error::Error) -> Self {
        use tough::error::Error as E;
        match error {
            E::ExpiredMetadata { .. } => Self::Expired { on: None },
            E::OlderMetadata { .. }
            | E::OlderSnapshotInTimestamp { .. }
            | E::SnapshotRoleRollback { .. } => Self::Older,
            E::SnapshotRoleMissing { .. }
            | E::SnapshotTargetsMetaMissing { .. }
            | E::MetaMissing { .. } => Self::Roles("a role is left out"),
            // Its own failures were reported before; what is left is a file that does not have the signed digest, or is not there.
            E::Transport { .. } => Self::Damaged,
            _ => Self::NotGenuine,
        }
    }
}
