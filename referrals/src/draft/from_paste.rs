//! From what a paste says to the fields of a draft, each with its source; what is in conflict is left open with its choices.

use super::{PatientField as Field, ReferralDraft};
use crate::intake::{Found, ReadPatient};
use std::fmt::Display;

impl ReferralDraft {
    /// Fills a draft without a patient from one paste.
    pub fn fill(&mut self, read: &ReadPatient) {
        self.deceased = read.deceased.is_some();
        self.fill_identity(read);
        self.fill_contact(read);
        if let Some(reason) = &read.reason
            && self.form.reason_text.is_empty()
        {
            self.form.reason_text.clone_from(&reason.value);
        }
        for (field, found) in [
            (&mut self.form.phq9_total, read.phq9.total),
            (&mut self.form.phq9_item9, read.phq9.item9),
        ] {
            if let Some(number) = found.filter(|_| field.is_empty()) {
                *field = number.to_string();
            }
        }
    }

    fn fill_identity(&mut self, read: &ReadPatient) {
        if read.nhs_number_candidates.len() > 1 {
            self.patient
                .put_choices(Field::NhsNumber, texts(&read.nhs_number_candidates));
        } else if let Some((wrong, _)) = &read.invalid_nhs_number
            && read.nhs_number.is_none()
        {
            self.put(Field::NhsNumber, Some(wrong));
        } else {
            self.put(Field::NhsNumber, read.nhs_number.as_ref());
        }
        if read.name_candidates.len() > 1 {
            self.patient
                .put_choices(Field::Family, texts(&read.name_candidates));
        } else {
            self.put(Field::Family, read.family.as_ref());
            self.put(Field::Given, read.given.as_ref());
            self.put(Field::Title, read.title.as_ref());
        }
        if read.born_candidates.len() > 1 {
            self.patient
                .put_choices(Field::BirthDate, texts(&read.born_candidates));
        } else if let Some(born) = &read.born {
            self.put(Field::BirthDate, Some(born));
        } else if let Some(problem) = &read.born_problem {
            // As it was written: a person reads it and types what is meant.
            self.patient.put(
                Field::BirthDate,
                problem.source.clone(),
                Some(problem.source.clone()),
            );
        }
        self.put(Field::Gender, read.gender.as_ref());
    }

    fn fill_contact(&mut self, read: &ReadPatient) {
        if let Some(lines) = &read.address_lines {
            self.patient.put(
                Field::Address,
                lines.value.join("\n"),
                Some(lines.source.clone()),
            );
        }
        self.put(Field::Postcode, read.postcode.as_ref());
        if !read.phones.is_empty() {
            let sources: Vec<&str> = read
                .phones
                .iter()
                .map(|phone| phone.source.as_str())
                .collect();
            self.patient.put(
                Field::Phones,
                texts(&read.phones).join("\n"),
                Some(sources.join(" … ")),
            );
        }
        self.put(Field::Email, read.email.as_ref());
        self.put(Field::Language, read.language.as_ref());
        if let Some(needed) = &read.interpreter_needed {
            let text = if needed.value { "yes" } else { "no" };
            self.patient.put(
                Field::InterpreterNeeded,
                text.to_owned(),
                Some(needed.source.clone()),
            );
        }
        self.put(Field::CommunicationNeeds, read.communication_needs.as_ref());
        self.put(Field::SafeContactNote, read.safe_contact_note.as_ref());
    }

    fn put(&mut self, field: Field, found: Option<&Found<impl Display>>) {
        if let Some(found) = found {
            self.patient
                .put(field, found.value.to_string(), Some(found.source.clone()));
        }
    }
}

fn texts(found: &[Found<impl Display>]) -> Vec<String> {
    found.iter().map(|found| found.value.to_string()).collect()
}
