//! What the command line prints of a patient that was read: fixed keys in a fixed order.

use super::{Found, ReadPatient};
use serde::Serialize;
use std::collections::BTreeMap;

/// The keys stand in the order of the fields.
#[derive(Clone, Serialize)]
pub struct PatientJson {
    pub nhs_number: Option<String>,
    pub nhs_number_valid: Option<bool>,
    pub family: Option<String>,
    pub given: Option<String>,
    pub title: Option<String>,
    pub dob: Option<String>,
    pub sex: Option<&'static str>,
    pub address_lines: Option<Vec<String>>,
    pub postcode: Option<String>,
    pub phones: Option<Vec<String>>,
    pub email: Option<String>,
    pub language: Option<String>,
    pub interpreter_needed: Option<bool>,
    pub communication_needs: Option<String>,
    pub safe_contact_note: Option<String>,
    pub practice_ods: Option<String>,
    pub deceased: bool,
    pub expect: &'static str,
    /// Field to the piece of the text that it came from; for phones and other lists, the first one's.
    pub sources: BTreeMap<&'static str, String>,
}

crate::patient::redacted_debug!(PatientJson);

impl From<&ReadPatient> for PatientJson {
    fn from(read: &ReadPatient) -> Self {
        let invalid = read.invalid_nhs_number.as_ref();
        let nhs_number = read
            .nhs_number
            .as_ref()
            .map(|found| found.value.digits().to_owned());
        let ten_digits = invalid
            .map(|(found, _)| found.value.clone())
            .filter(|digits| digits.len() == 10);
        Self {
            nhs_number_valid: nhs_number.as_ref().map(|_| true).or(invalid.map(|_| false)),
            nhs_number: nhs_number.or(ten_digits),
            family: text(read.family.as_ref()),
            given: text(read.given.as_ref()),
            title: text(read.title.as_ref()),
            dob: read
                .born
                .as_ref()
                .map(|found| found.value.date().to_string()),
            sex: read.gender.as_ref().map(|found| found.value.fhir_code()),
            address_lines: read.address_lines.as_ref().map(|found| found.value.clone()),
            postcode: text(read.postcode.as_ref()),
            phones: (!read.phones.is_empty()).then(|| {
                read.phones
                    .iter()
                    .map(|found| found.value.to_string())
                    .collect()
            }),
            email: text(read.email.as_ref()),
            language: text(read.language.as_ref()),
            interpreter_needed: read.interpreter_needed.as_ref().map(|found| found.value),
            communication_needs: text(read.communication_needs.as_ref()),
            safe_contact_note: text(read.safe_contact_note.as_ref()),
            practice_ods: text(read.practice_ods.as_ref()),
            deceased: read.deceased.is_some(),
            expect: read.expect.as_str(),
            sources: sources(read),
        }
    }
}

fn text<T: ToString>(found: Option<&Found<T>>) -> Option<String> {
    found.map(|found| found.value.to_string())
}

fn source<T>(found: Option<&Found<T>>) -> Option<String> {
    found.map(|found| found.source.clone())
}

fn sources(read: &ReadPatient) -> BTreeMap<&'static str, String> {
    let invalid = read
        .invalid_nhs_number
        .as_ref()
        .map(|(found, _)| found.source.clone());
    [
        ("nhs_number", source(read.nhs_number.as_ref()).or(invalid)),
        ("family", source(read.family.as_ref())),
        ("given", source(read.given.as_ref())),
        ("title", source(read.title.as_ref())),
        ("dob", source(read.born.as_ref())),
        ("sex", source(read.gender.as_ref())),
        ("address_lines", source(read.address_lines.as_ref())),
        ("postcode", source(read.postcode.as_ref())),
        ("phones", source(read.phones.first())),
        ("email", source(read.email.as_ref())),
        ("language", source(read.language.as_ref())),
        (
            "interpreter_needed",
            source(read.interpreter_needed.as_ref()),
        ),
        (
            "communication_needs",
            source(read.communication_needs.as_ref()),
        ),
        ("safe_contact_note", source(read.safe_contact_note.as_ref())),
        ("practice_ods", source(read.practice_ods.as_ref())),
        ("deceased", read.deceased.clone()),
    ]
    .into_iter()
    .filter_map(|(field, source)| source.map(|source| (field, source)))
    .collect()
}
