//! What can go wrong with a referral; the window acts on the code.

use crate::{draft::Problem, people::PinError, render::email::RenderError};
use store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    #[error("something is missing: {}", .0.iter().map(|problem| format!("{} ({})", problem.field, problem.code)).collect::<Vec<_>>().join(", "))]
    Incomplete(Vec<Problem>),
    #[error(
        "a demonstration takes only test patients, whose NHS numbers begin with 999; nothing of this one was kept"
    )]
    NotATestPatient,
    #[error("what stands on the screen is not what was saved; look at it and send again")]
    DraftChanged,
    #[error("there is no such draft; it may have been sent. Look under Referrals.")]
    NoSuchDraft,
    #[error("that is too much text for one patient; paste the patient's banner or one letter")]
    PasteTooLarge,
    #[error(
        "there was no text to read; copy the patient's details in the clinical system, then paste again"
    )]
    PasteEmpty,
    #[error("no patient could be read from that text; type the details instead")]
    PasteUnreadable,
    #[error("there is no such referral on this computer")]
    NoSuchReferral,
    #[error("it is already being sent, or has been sent, and cannot be undone. Phone the service.")]
    TooLate,
    #[error("this cannot be done to a referral that stands where this one does")]
    NotPossibleNow,
    #[error("that is not a day ahead; choose one from tomorrow on, and within two years")]
    NotADayAhead,
    #[error("say it in words, so that whoever reads it next can act")]
    WordsMissing,
    #[error("this practice's details and staff are not set up yet")]
    PracticeNotSet,
    #[error("no mailbox to send from is set up")]
    MailboxNotSet,
    #[error("that is not the PIN of this person; {tries_left} tries are left before a wait")]
    WrongPin { tries_left: u32 },
    #[error("too many wrong PINs for this person; wait {seconds} seconds")]
    PinWait { seconds: i64 },
    #[error("{0}")]
    Pin(#[from] PinError),
    #[error("nobody of that name is on the staff list, or they have no PIN")]
    NoSuchPerson,
    #[error("a second person must approve what one person has looked at")]
    SamePerson,
    #[error(
        "one of the two chose the other's PIN, and so is no second person; they choose a PIN of their own first, somebody else approves, or the service is phoned"
    )]
    PinOfTheOther,
    #[error("nobody else could change people and set-up any more; add somebody who can, first")]
    LastKeeper,
    #[error("there is no such address in the directory, or it has changed while you looked at it")]
    NoSuchAddress,
    #[error(
        "more than one person has this name and date of birth here; ask by the NHS number instead"
    )]
    MoreThanOnePerson,
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
        Self::Store(error.into())
    }
}

impl ReferralError {
    /// What the window acts on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Incomplete(_) => "incomplete",
            Self::PasteTooLarge => "too-large",
            Self::PasteEmpty => "empty",
            Self::PasteUnreadable => "unreadable",
            Self::NotATestPatient => "not-a-test-patient",
            Self::DraftChanged => "draft-changed",
            Self::NoSuchDraft | Self::NoSuchReferral => "not-found",
            Self::TooLate => "too-late",
            Self::NotPossibleNow => "not-allowed",
            Self::NotADayAhead => "not-a-day-ahead",
            Self::WordsMissing => "words-missing",
            Self::PracticeNotSet => "practice-not-set",
            Self::MoreThanOnePerson => "more-than-one-person",
            Self::MailboxNotSet => "mailbox-not-set",
            Self::WrongPin { .. } => "wrong-pin",
            Self::PinWait { .. } => "pin-wait",
            Self::Pin(PinError::Weak) => "pin-weak",
            Self::NoSuchPerson => "no-such-person",
            Self::SamePerson => "same-person",
            Self::PinOfTheOther => "pin-of-the-other",
            Self::LastKeeper => "last-keeper",
            Self::NoSuchAddress => "no-such-address",
            Self::Render(_) | Self::Letter(_) => "letter",
            Self::Store(_) | Self::Lock(_) | Self::Pin(PinError::NotKept) => "store",
        }
    }

    /// What the words for the code need besides; nothing of a patient.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::WrongPin { tries_left } => Some(tries_left.to_string()),
            Self::PinWait { seconds } => Some(seconds.to_string()),
            _ => None,
        }
    }
}
