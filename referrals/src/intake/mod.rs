//! Intake: reads the patient out of whatever text was pasted, each field with the piece of text that it came from.
//!
//! Nothing is worked out that the text does not say: a title gives no gender, a hospital's phone is not the patient's, and
//! a date that cannot be is a problem, not a guess.

#![allow(
    clippy::similar_names,
    reason = "the scan and its spans are the two nouns of this module"
)]

mod births;
mod clean;
mod contact;
mod date;
mod deceased;
mod hits;
mod labels;
mod names;
mod needs;
mod numbers;
mod output;
mod phq9;
mod place;
mod prose;
mod reach;
mod read;
mod scan;
mod structured;
mod table;
#[cfg(test)]
mod tests;
mod typed;
mod who;
mod words;

pub use output::PatientJson;
pub use phq9::Phq9;
pub use read::read;
pub use typed::typed_date;

use crate::patient::{
    DateOfBirth, DateOfBirthError, EmailAddress, Gender, NhsNumber, NhsNumberError, PhoneNumber,
    Postcode, redacted_debug,
};
use services_directory::ids::OdsCode;

/// A value, and the exact piece of the pasted text that it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub value: T,
    pub source: String,
}

impl<T> std::fmt::Debug for Found<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(crate::patient::REDACTED)
    }
}

/// What may be done with what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Ok,
    /// Two different NHS numbers, dates of birth or patients: a person chooses, or pastes again.
    Conflict,
    InvalidNhsNumber,
    /// The text says that the patient has died.
    Refuse,
    /// No patient in it.
    Error,
}

impl Expect {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Conflict => "conflict",
            Self::InvalidNhsNumber => "invalid_nhs_number",
            Self::Refuse => "refuse",
            Self::Error => "error",
        }
    }
}

/// What is wrong with a date of birth that the text gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthProblem {
    /// 07/14/1945: it is not turned round.
    NotADate,
    Impossible(DateOfBirthError),
}

/// What the text says of a patient. A field is None, or empty, where it does not say.
#[derive(Clone)]
pub struct ReadPatient {
    pub nhs_number: Option<Found<NhsNumber>>,
    /// A labelled number that is none, as ten digits or as it was written.
    pub invalid_nhs_number: Option<(Found<String>, NhsNumberError)>,
    /// All different valid numbers: more than one is a conflict.
    pub nhs_number_candidates: Vec<Found<NhsNumber>>,
    pub family: Option<Found<String>>,
    pub given: Option<Found<String>>,
    pub title: Option<Found<String>>,
    /// The names of two different patients; empty where there is one.
    pub name_candidates: Vec<Found<String>>,
    pub born: Option<Found<DateOfBirth>>,
    pub born_candidates: Vec<Found<DateOfBirth>>,
    pub born_problem: Option<Found<BirthProblem>>,
    pub gender: Option<Found<Gender>>,
    pub address_lines: Option<Found<Vec<String>>>,
    pub postcode: Option<Found<Postcode>>,
    pub phones: Vec<Found<PhoneNumber>>,
    pub email: Option<Found<EmailAddress>>,
    pub language: Option<Found<String>>,
    pub interpreter_needed: Option<Found<bool>>,
    pub communication_needs: Option<Found<String>>,
    pub safe_contact_note: Option<Found<String>>,
    pub practice_ods: Option<Found<OdsCode>>,
    /// "Reason for referral: …", to begin the referral's own text with.
    pub reason: Option<Found<String>>,
    /// "PHQ-9 18 item 9: 1".
    pub phq9: Phq9,
    /// The words that say that the patient has died.
    pub deceased: Option<String>,
    pub expect: Expect,
}

redacted_debug!(ReadPatient);
