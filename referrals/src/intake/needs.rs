//! What a service has to know of the patient besides who it is: gender, language, needs, practice, reason.

use super::clean::{Span, trimmed};
use super::labels::{Label, Other};
use super::read::{Reading, one_spaced};
use super::scan::{Entry, Owner};
use super::who::is_no_value;
use super::words::words;
use super::{Found, ReadPatient, prose};
use crate::patient::Gender;
use services_directory::ids::OdsCode;

impl Reading<'_> {
    pub(super) fn labelled_gender(&self) -> Option<Found<Gender>> {
        let of = |wanted: &'static [Label]| {
            self.of_patient(wanted)
                .find_map(|entry| self.gender_of(entry))
        };
        of(&[Label::Sex]).or_else(|| of(&[Label::BirthSex]))
    }

    pub(super) fn gender_of(&self, entry: &Entry) -> Option<Found<Gender>> {
        let value = self.value(entry);
        let front = value.len()
            - value
                .trim_start_matches(|c: char| !c.is_alphanumeric())
                .len();
        let word: String = value
            .get(front..)?
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
        let two: String = value
            .get(front..)?
            .split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        let coded = match word.to_lowercase().as_str() {
            // NHS Data Dictionary, PERSON STATED GENDER CODE; U, I and X as systems write them.
            "1" => Some(Gender::Male),
            "2" => Some(Gender::Female),
            "0" | "u" => Some(Gender::NotKnown),
            "9" | "i" | "o" | "nonbinary" | "non" => Some(Gender::NotSpecified),
            plain => prose::sex_word(plain),
        };
        let (gender, length) = match (
            coded,
            Gender::parse(two.trim_matches(|c: char| !c.is_alphanumeric())),
        ) {
            (Some(gender), _) => (gender, word.len()),
            (None, Ok(gender)) => (gender, two.len()),
            (None, Err(_)) => (Gender::parse(&word).ok()?, word.len()),
        };
        let start = entry.value.start + front;
        let span = trimmed(
            self.text(),
            &(start..(start + length).min(entry.value.end)),
            &[',', '.', ')', ';'],
        );
        Some(self.found(gender, &span))
    }

    pub(super) fn set_needs(&self, patient: &mut ReadPatient) {
        let text = self.text();
        let labelled = self
            .of_patient(&[Label::Interpreter])
            .find_map(|entry| Some((interpreter_answer(self.value(entry))?, entry.value.clone())));
        let asked = |wanted: &'static [Label], span: &Span| {
            self.of_patient(wanted)
                .any(|e| e.start < span.end && span.start < e.value.end.max(e.start + 1))
        };
        let written = || {
            prose::interpreter(text, self.scan)
                .filter(|(_, span)| !asked(&[Label::Interpreter], span))
        };
        patient.interpreter_needed = labelled
            .or_else(written)
            .map(|(needed, span)| self.found(needed, &span));
        let language = self
            .of_patient(&[Label::Language])
            .find_map(|entry| self.language_of(entry));
        let in_interpreter = || {
            self.of_patient(&[Label::Interpreter])
                .find_map(|e| prose::language_within(text, &e.value))
        };
        patient.language = language.or_else(|| {
            in_interpreter()
                .or_else(|| prose::language(text, self.scan))
                .map(|(name, span)| self.found(name, &span))
        });
        let needs: Vec<Span> = self
            .of_patient(&[Label::CommunicationNeeds])
            .filter_map(|entry| self.note(entry))
            .take(5)
            .collect();
        patient.communication_needs = self.joined(&needs);
        let mut notes: Vec<Span> = self
            .of_patient(&[Label::SafeContact])
            .filter_map(|entry| self.note(entry))
            .take(5)
            .collect();
        let blank = |span: &Span| {
            self.of_patient(&[Label::SafeContact])
                .any(|e| e.start < span.end && span.start < e.value.end.max(e.start + 1))
        };
        if let Some(sentence) = prose::safe_contact(text, self.scan).filter(|span| !blank(span)) {
            let apart = notes
                .iter()
                .chain(&needs)
                .all(|note| sentence.end <= note.start || note.end <= sentence.start);
            if apart {
                notes.push(sentence);
            }
        }
        patient.safe_contact_note = self.joined(&notes);
    }

    /// A note's value; "Voicemail: no" means nothing without its label.
    pub(super) fn note(&self, entry: &Entry) -> Option<Span> {
        let value = self.value(entry);
        let plain = value
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        if entry.label == Label::SafeContact
            && matches!(plain.as_str(), "yes" | "no" | "y" | "n" | "ok")
        {
            return Some(entry.start..entry.value.end);
        }
        let line = self
            .scan
            .lines
            .get(entry.line)
            .map_or(entry.start, |line| line.span.start);
        let before = trimmed(self.text(), &(line..entry.start), &['-', '•', '*']);
        let negated = words(self.text(), &before).last().is_some_and(|w| {
            matches!(
                w.plain.as_str(),
                "not" | "dont" | "no" | "never" | "cannot" | "cant"
            )
        });
        // "Do not leave voicemail: shared phone": without its first words it would say the opposite.
        if entry.label == Label::SafeContact && negated && before.len() < 60 {
            return Some(before.start..entry.value.end.max(entry.value.start));
        }
        (!is_no_value(value)).then(|| entry.value.clone())
    }

    pub(super) fn joined(&self, spans: &[Span]) -> Option<Found<String>> {
        let first = spans.first()?;
        let mut parts: Vec<String> = Vec::new();
        for span in spans {
            let part = self
                .scan
                .decoded_at(span)
                .unwrap_or_else(|| one_spaced(self.plain.get(span)));
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        Some(self.found(parts.join("; "), first))
    }

    pub(super) fn language_of(&self, entry: &Entry) -> Option<Found<String>> {
        let value = self.plain.get(&entry.value);
        let end = value
            .find(['(', ',', ';', '.', '/', '-', '[', '|'])
            .unwrap_or(value.len());
        let span = trimmed(
            self.text(),
            &(entry.value.start..entry.value.start + end),
            &['"'],
        );
        let written = self.plain.get(&span);
        let right = written.starts_with(char::is_alphabetic)
            && written.split_whitespace().count() <= 4
            && !is_no_value(written);
        right.then(|| self.found(one_spaced(written), &span))
    }

    pub(super) fn practice_ods(&self) -> Option<Found<OdsCode>> {
        let labelled = self.scan.entries.iter().filter(|e| {
            e.label == Label::PracticeOds
                && !matches!(e.owner, Owner::Of(Other::Hospital | Other::Relative))
        });
        let coded = labelled
            .flat_map(|e| words(self.text(), &e.value))
            .find(|w| {
                w.plain.bytes().any(|b| b.is_ascii_digit()) && OdsCode::parse(&w.plain).is_ok()
            });
        // A practice's code: a letter and five digits (NHS Data Dictionary, GENERAL PRACTICE CODE).
        let is_code = |plain: &str| {
            plain.len() == 6
                && plain.starts_with(|c: char| c.is_ascii_alphabetic())
                && plain.bytes().skip(1).all(|b| b.is_ascii_digit())
        };
        let practices = self.scan.entries.iter().filter(|e| {
            matches!(
                (e.label, e.owner),
                (Label::Of(Other::Practice | Other::Doctor), _)
                    | (Label::FullName, Owner::Of(Other::Practice))
            )
        });
        let found = coded.or_else(|| {
            practices
                .flat_map(|e| words(self.text(), &e.value))
                .find(|w| is_code(&w.plain))
        })?;
        Some(self.found(OdsCode::parse(&found.plain).ok()?, &found.span))
    }

    /// The value and the lines below it, to the next empty line or label.
    pub(super) fn reason(&self) -> Option<Found<String>> {
        let entry = self
            .of_patient(&[Label::Reason])
            .find(|entry| !is_no_value(self.value(entry)))?;
        let mut span = entry.value.clone();
        let line = self.scan.line_of(span.start);
        for at in line + 1..line + 30 {
            let Some(next) = self.scan.lines.get(at) else {
                break;
            };
            let labelled = self
                .scan
                .entries_on(at)
                .first()
                .is_some_and(|e| e.place == super::hits::Place::Start);
            if entry.decoded.is_some() || self.plain.get(&next.span).trim().is_empty() || labelled {
                break;
            }
            span.end = next.span.end;
        }
        let span = trimmed(self.text(), &span, &[]);
        let value = self
            .scan
            .decoded_at(&span)
            .unwrap_or_else(|| self.plain.get(&span).to_owned());
        Some(self.found(value, &span))
    }
}

fn interpreter_answer(value: &str) -> Option<bool> {
    let plain = value
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    let word = plain
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    match word {
        "no" | "n" | "not" | "none" | "false" | "nil" | "0"
            if !plain.starts_with("not known")
                && !plain.starts_with("not recorded")
                && !plain.starts_with("not stated")
                && !plain.starts_with("not asked") =>
        {
            Some(false)
        }
        "yes" | "y" | "true" | "required" | "needed" | "1" | "needs" => Some(true),
        _ => prose::is_language(word).then_some(true),
    }
}
