//! What can go wrong with a referral; the window acts on the code.

use crate::{draft::Problem, render::RenderError};
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    #[error("something is missing: {}", .0.iter().map(|problem| format!("{} ({})", problem.field, problem.code)).collect::<Vec<_>>().join(", "))]
    Incomplete(Vec<Problem>),
    #[error("there is no such draft; it may have been sent. Look under Referrals.")]
    NoSuchDraft,
    #[error("there is no such referral on this computer")]
    NoSuchReferral,
    #[error("it is already being sent, or has been sent, and cannot be undone. Phone the service.")]
    TooLate,
    #[error("this cannot be done to a referral that stands where this one does")]
    NotPossibleNow,
    #[error("a demonstration takes only test patients, whose NHS numbers begin with 999")]
    NotATestPatient,
    #[error("no mailbox to send from is set up")]
    MailboxNotSet,
    #[error("{0}")]
    Render(#[from] RenderError),
    #[error("{0}")]
    Letter(#[from] letter::LetterError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the outbox's lock: {0}")]
    Lock(std::io::Error),
}

impl From<rusqlite::Error> for ReferralError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sqlite(error))
    }
}

impl ReferralError {
    /// What the window acts on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Incomplete(_) => "incomplete",
            Self::NoSuchDraft => "no-such-draft",
            Self::NoSuchReferral => "no-such-referral",
            Self::TooLate => "too-late",
            Self::NotPossibleNow => "not-possible-now",
            Self::NotATestPatient => "not-a-test-patient",
            Self::MailboxNotSet => "mailbox-not-set",
            Self::Render(_) | Self::Letter(_) => "letter",
            Self::Store(_) | Self::Lock(_) => "store",
        }
    }
}
