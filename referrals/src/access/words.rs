//! The words of the copy for a patient: plain English for whoever has never seen the program.

use crate::patient::cui_date;
use crate::status::local_time;
use jiff::Timestamp;
use store::{Act, clock::local_date};

/// "22-Nov-2026 14:02", in England.
pub fn moment(at: Timestamp) -> String {
    format!("{} {}", cui_date(local_date(at)), local_time(at))
}

/// A kind of event; one that has no words here is shown by its code.
pub fn state_words(kind: &str) -> String {
    match kind {
        "draft" => "The offer was taken up again",
        "parked" => "Not now: to be offered again later",
        "declined" => "The patient said no to the offer",
        "queued" => "The referral was made and put in line to be sent",
        "postponed" => "It could not be sent just then and was put off",
        "tried-again" => "Somebody asked for it to be sent again",
        "decided-send-again" => "Somebody decided to send it again",
        "decided-arrived" => "The service said that it had arrived",
        "undone" => "It was taken back before it was sent",
        "sending" => "It was being sent",
        "sent" => "A mail server took it",
        "unknown" => "It was not known whether it had been sent",
        "failed" => "It could not be sent",
        "held" => "It was held back until somebody had looked at it",
        "received" => "The service said that it has it",
        "information-requested" => "The service asked for more information",
        "accepted" => "The service accepted it",
        "redirected" => "The service passed it on",
        "stepped-up" => "The service moved it to more support",
        "stepped-down" => "The service moved it to less support",
        "could-not-contact" => "The service could not reach the patient",
        "started" => "Treatment began",
        "ended" => "Treatment ended",
        "rejected" => "The service said no",
        "withdrawn" => "The practice took it back",
        "no-good-local-service" => "No good local service was found",
        other => return other.to_owned(),
    }
    .to_owned()
}

pub fn act_words(act: Act) -> String {
    match act {
        Act::LetterOpened => "Opened the letter",
        Act::CopiedForRecord => "Copied the text for the patient's record",
        Act::Exported => "Made a copy of everything for the patient",
        Act::Erased => "Erased what identifies the patient",
        Act::LegalHold => "Held it back from erasure",
        Act::LegalHoldLifted => "Let it be erased again",
        Act::SafetyConcern => "Reported a safety concern",
        other => return other.as_str().to_owned(),
    }
    .to_owned()
}
