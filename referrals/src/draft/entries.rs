//! The fields of a patient as texts: what stands on the screen, where it came from, and what is wrong with it.

use crate::{
    intake,
    patient::{
        Address, AddressError, DateOfBirth, DateOfBirthError, EmailAddress, Gender, NameError,
        NhsNumber, NhsNumberError, NhsNumberOrReason, Patient, PersonName, PhoneNumber, Postcode,
    },
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! fields {
    ($($name:ident = $code:literal,)*) => {
        /// In the order in which they are shown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum PatientField { $($name,)* }

        impl PatientField {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

fields! {
    NhsNumber = "nhsNumber",
    NoNhsNumberReason = "noNhsNumberReason",
    Title = "title",
    Given = "given",
    Family = "family",
    BirthDate = "birthDate",
    Gender = "gender",
    Address = "address",
    Postcode = "postcode",
    Phones = "phones",
    Email = "email",
    Language = "language",
    InterpreterNeeded = "interpreterNeeded",
    CommunicationNeeds = "communicationNeeds",
    SafeContactNote = "safeContactNote",
}

/// No field of a patient is longer; a letter's worth of text belongs into the reason.
const LONGEST_ENTRY: usize = 2_000;

/// One field as it stands on the screen.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub text: String,
    /// The piece of the pasted text that it came from.
    pub source: Option<String>,
    /// Different values in one paste; a person chooses.
    pub choices: Vec<String>,
}

/// All fields; those never filled are absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientEntries(BTreeMap<PatientField, Entry>);

impl std::fmt::Debug for PatientEntries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(crate::patient::REDACTED)
    }
}

impl PatientEntries {
    pub fn is_empty(&self) -> bool {
        self.0
            .values()
            .all(|entry| entry.text.is_empty() && entry.choices.is_empty())
    }

    pub fn entry(&self, field: PatientField) -> Option<&Entry> {
        self.0.get(&field)
    }

    pub fn text(&self, field: PatientField) -> &str {
        self.0.get(&field).map_or("", |entry| entry.text.trim())
    }

    /// Typed or chosen by a person: from then on it comes from nowhere else, and no conflict is left.
    pub fn set(&mut self, field: PatientField, text: &str) {
        let entry = self.0.entry(field).or_default();
        let chosen = entry.choices.iter().any(|choice| choice == text);
        text.clone_into(&mut entry.text);
        entry.choices.clear();
        if !chosen {
            entry.source = None;
        }
    }

    /// Read from a paste.
    pub fn put(&mut self, field: PatientField, text: String, source: Option<String>) {
        self.0.insert(
            field,
            Entry {
                text,
                source,
                choices: Vec::new(),
            },
        );
    }

    /// A paste that held different values.
    pub fn put_choices(&mut self, field: PatientField, choices: Vec<String>) {
        self.0.insert(
            field,
            Entry {
                text: String::new(),
                source: None,
                choices,
            },
        );
    }

    /// What is wrong with one field as it stands; none when it is right or may stay empty.
    pub fn problem(&self, field: PatientField, today: Date) -> Option<&'static str> {
        let text = self.text(field);
        if self
            .0
            .get(&field)
            .is_some_and(|entry| !entry.choices.is_empty())
        {
            // A paste gives one note at most: two choices are the one from before, and that there is nothing now.
            return Some(match field {
                PatientField::SafeContactNote => "ask-again",
                _ => "conflict",
            });
        }
        if text.chars().count() > LONGEST_ENTRY {
            return Some("too-long");
        }
        match field {
            PatientField::NhsNumber | PatientField::NoNhsNumberReason => {
                self.identity_problem(field)
            }
            PatientField::Family | PatientField::Gender if text.is_empty() => Some("missing"),
            PatientField::Family | PatientField::Given | PatientField::Title => {
                self.name_problem(field)
            }
            PatientField::BirthDate => birth(text, today).err(),
            PatientField::Gender => Gender::parse(text).err().map(|_| "not-valid"),
            PatientField::Address | PatientField::Postcode => self
                .address()
                .err()
                .filter(|(wrong, _)| *wrong == field)
                .map(|(_, code)| code),
            PatientField::Phones => self.phones().err(),
            PatientField::Email => optional(text, |text| {
                EmailAddress::parse(text).map_err(|_| "not-valid")
            })
            .err(),
            PatientField::InterpreterNeeded => yes_or_no(text).err(),
            PatientField::Language
            | PatientField::CommunicationNeeds
            | PatientField::SafeContactNote => None,
        }
    }

    /// An NHS number, or a reason why there is none.
    fn identity_problem(&self, field: PatientField) -> Option<&'static str> {
        let number = self.text(PatientField::NhsNumber);
        let reason = self.text(PatientField::NoNhsNumberReason);
        match field {
            PatientField::NhsNumber if number.is_empty() && reason.is_empty() => Some("missing"),
            PatientField::NhsNumber if number.is_empty() => None,
            PatientField::NhsNumber => NhsNumber::parse(number).err().map(|error| match error {
                NhsNumberError::Placeholder => "placeholder",
                NhsNumberError::CheckDigit => "check-digit",
                NhsNumberError::Length | NhsNumberError::Character => "not-valid",
            }),
            _ => None,
        }
    }

    fn name_problem(&self, field: PatientField) -> Option<&'static str> {
        let only = |wanted: PatientField| {
            if wanted == field {
                self.text(wanted)
            } else {
                ""
            }
        };
        let family = if field == PatientField::Family {
            self.text(PatientField::Family)
        } else {
            "X"
        };
        let title = only(PatientField::Title);
        let name = PersonName::new(
            family,
            only(PatientField::Given),
            (!title.is_empty()).then_some(title),
        );
        name.err().map(|error| match error {
            NameError::NoFamilyName => "missing",
            NameError::TooLong => "too-long",
            NameError::Character => "not-valid",
        })
    }

    fn address(&self) -> Result<Option<Address>, (PatientField, &'static str)> {
        let postcode = optional(self.text(PatientField::Postcode), |text| {
            Postcode::parse(text).map_err(|_| "not-valid")
        })
        .map_err(|code| (PatientField::Postcode, code))?;
        let lines: Vec<String> = self
            .text(PatientField::Address)
            .lines()
            .map(str::to_owned)
            .collect();
        match Address::new(&lines, postcode) {
            Ok(address) => Ok(Some(address)),
            Err(AddressError::Empty) => Ok(None),
            Err(AddressError::TooLong) => Err((PatientField::Address, "too-long")),
            Err(AddressError::Character) => Err((PatientField::Address, "not-valid")),
        }
    }

    fn phones(&self) -> Result<Vec<PhoneNumber>, &'static str> {
        let lines = self
            .text(PatientField::Phones)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        lines
            .map(|line| PhoneNumber::parse(line).map_err(|_| "not-valid"))
            .collect()
    }

    /// The patient, when no field has a problem.
    pub fn to_patient(&self, today: Date) -> Option<Patient> {
        if PatientField::ALL
            .iter()
            .any(|field| self.problem(*field, today).is_some())
        {
            return None;
        }
        let some = |field: PatientField| {
            Some(self.text(field))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let nhs_number = match some(PatientField::NhsNumber) {
            Some(number) => NhsNumberOrReason::Known(NhsNumber::parse(&number).ok()?),
            None => NhsNumberOrReason::Missing(some(PatientField::NoNhsNumberReason)?),
        };
        let title = some(PatientField::Title);
        Some(Patient {
            nhs_number,
            name: PersonName::new(
                self.text(PatientField::Family),
                self.text(PatientField::Given),
                title.as_deref(),
            )
            .ok()?,
            born: birth(self.text(PatientField::BirthDate), today).ok()?,
            gender: Gender::parse(self.text(PatientField::Gender)).ok()?,
            address: self.address().ok()?,
            phones: self.phones().ok()?,
            email: some(PatientField::Email).and_then(|text| EmailAddress::parse(&text).ok()),
            language: some(PatientField::Language),
            interpreter_needed: yes_or_no(self.text(PatientField::InterpreterNeeded)).ok()?,
            communication_needs: some(PatientField::CommunicationNeeds),
            safe_contact_note: some(PatientField::SafeContactNote),
            practice_ods: None,
        })
    }

    /// For the banner, which shows what there is.
    pub fn name(&self) -> Option<PersonName> {
        let title = self.text(PatientField::Title);
        let name = |given: &str, title: Option<&str>| {
            PersonName::new(self.text(PatientField::Family), given, title).ok()
        };
        name(
            self.text(PatientField::Given),
            (!title.is_empty()).then_some(title),
        )
        .or_else(|| name("", None))
    }

    pub fn born(&self, today: Date) -> Option<DateOfBirth> {
        birth(self.text(PatientField::BirthDate), today).ok()
    }

    pub fn gender(&self) -> Option<Gender> {
        Gender::parse(self.text(PatientField::Gender)).ok()
    }

    pub fn nhs_number(&self) -> Option<NhsNumber> {
        NhsNumber::parse(self.text(PatientField::NhsNumber)).ok()
    }
}

fn birth(text: &str, today: Date) -> Result<DateOfBirth, &'static str> {
    if text.is_empty() {
        return Err("missing");
    }
    let date = intake::typed_date(text, today).ok_or("not-a-date")?;
    DateOfBirth::new(date, today).map_err(|error| match error {
        DateOfBirthError::Future => "future",
        DateOfBirthError::TooLongAgo => "too-old",
        DateOfBirthError::NotADate => "not-a-date",
    })
}

fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Result<Option<T>, &'static str> {
    if text.is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some)
    }
}

fn yes_or_no(text: &str) -> Result<Option<bool>, &'static str> {
    match text.to_lowercase().as_str() {
        "" => Ok(None),
        "yes" => Ok(Some(true)),
        "no" => Ok(Some(false)),
        _ => Err("not-valid"),
    }
}
