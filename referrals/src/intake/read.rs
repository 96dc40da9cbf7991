//! From entries to a patient: which value a field gets, and what the whole may be used for.

use super::births::Birth;
use super::clean::{Line, Plain, Span, lines};
use super::labels::{Label, Other};
use super::names::{NameSpans, in_title_case, name_in_front};
use super::numbers::{Candidate, candidates};
use super::scan::{Entry, Owner, Region, Scan, scan};
use super::who::is_no_value;
use super::{Expect, Found, ReadPatient, deceased, phq9, prose, structured, table, who};
use crate::patient::NhsNumber;
use jiff::civil::Date;

/// Reads a patient out of pasted text. Always answers; `expect` says what the answer is good for.
pub fn read(text: &str, today: Date) -> ReadPatient {
    let plain = Plain::of(text);
    if plain.text.trim().is_empty() || plain.is_binary() {
        return nobody();
    }
    let all_lines = lines(&plain.text);
    let scanned = match structured::entries(&plain.text) {
        Some(entries) => without_prose(entries, all_lines),
        None => table::with_rows(&plain.text, scan(&plain.text, all_lines, today)),
    };
    Reading {
        plain: &plain,
        scan: &scanned,
        today,
    }
    .patient()
}

fn nobody() -> ReadPatient {
    ReadPatient {
        nhs_number: None,
        invalid_nhs_number: None,
        nhs_number_candidates: Vec::new(),
        family: None,
        given: None,
        title: None,
        name_candidates: Vec::new(),
        born: None,
        born_candidates: Vec::new(),
        born_problem: None,
        gender: None,
        address_lines: None,
        postcode: None,
        phones: Vec::new(),
        email: None,
        language: None,
        interpreter_needed: None,
        communication_needs: None,
        safe_contact_note: None,
        practice_ods: None,
        reason: None,
        phq9: super::Phq9::default(),
        deceased: None,
        expect: Expect::Error,
    }
}

/// JSON, XML and HL7 say everything by label.
fn without_prose(entries: Vec<Entry>, lines: Vec<Line>) -> Scan {
    let count = lines.len();
    Scan {
        lines,
        entries,
        regions: vec![Region::Elsewhere; count],
        line_owners: vec![Owner::Of(Other::Hospital); count],
        addressee: None,
    }
}

pub struct Reading<'a> {
    pub plain: &'a Plain<'a>,
    pub scan: &'a Scan,
    pub today: Date,
}

impl Reading<'_> {
    pub(super) fn text(&self) -> &str {
        &self.plain.text
    }

    pub(super) fn found<T>(&self, value: T, span: &Span) -> Found<T> {
        Found {
            value,
            source: self.plain.source(span),
        }
    }

    /// The value as it reads, its escapes undone.
    pub(super) fn value<'e>(&'e self, entry: &'e Entry) -> &'e str {
        entry
            .decoded
            .as_deref()
            .unwrap_or_else(|| self.plain.get(&entry.value))
    }

    pub(super) fn of_patient(&self, wanted: &'static [Label]) -> impl Iterator<Item = &Entry> {
        self.scan
            .entries
            .iter()
            .filter(move |e| wanted.contains(&e.label) && e.owner == Owner::Patient)
    }

    pub(super) fn patient(&self) -> ReadPatient {
        let numbers = candidates(self.text(), self.scan);
        let mut births = self.births();
        if births.is_empty() {
            births.extend(self.unlabelled_birth(&numbers));
        }
        let age_and_sex = prose::age_and_sex(self.text(), self.scan);
        let taken = self.taken(&numbers, &births, age_and_sex.as_ref());
        let alone = numbers
            .iter()
            .filter(|n| n.number.is_err())
            .take(5)
            .filter(|n| self.stands_alone(self.plain.get(&n.span)))
            .map(|n| n.span.start);
        let anchors: Vec<usize> = taken
            .iter()
            .map(|span| span.start)
            .chain(alone)
            .chain(self.addressee_end())
            .collect();
        let (name, said) = who::name(self.text(), self.scan, &anchors);
        let mut patient = nobody();
        self.set_number(
            &mut patient,
            &numbers,
            !births.is_empty() || name.family.is_some(),
        );
        self.set_birth(&mut patient, &births);
        self.set_name(&mut patient, &name, &said);
        patient.gender = self
            .labelled_gender()
            .or_else(|| age_and_sex.map(|found| self.found(found.gender, &found.source)));
        self.set_contact(&mut patient, &taken, &name);
        self.set_needs(&mut patient);
        patient.practice_ods = self.practice_ods();
        patient.reason = self.reason();
        patient.phq9 = phq9::phq9(self.text());
        patient.deceased = deceased::death(self.text(), self.scan, self.today)
            .map(|span| self.plain.source(&span));
        patient.expect = expect(&patient, !said.is_empty());
        patient
    }

    pub(super) fn addressee_end(&self) -> Option<usize> {
        let line = self.scan.lines.get(self.scan.addressee?)?;
        Some(line.span.end)
    }

    /// Spans that are known to be the patient's: the name stands before one, the address near one.
    pub(super) fn taken(
        &self,
        numbers: &[Candidate],
        births: &[Birth],
        age_and_sex: Option<&prose::AgeAndSex>,
    ) -> Vec<Span> {
        let labels = self
            .of_patient(&[
                Label::NhsNumber,
                Label::NhsAlone,
                Label::BirthDate,
                Label::Born,
                Label::Sex,
                Label::Family,
                Label::Given,
            ])
            .map(|e| e.start..e.value.end);
        let names = self
            .of_patient(&[Label::FullName, Label::Re, Label::Patient])
            .filter_map(|e| {
                let name = name_in_front(self.text(), &e.value, false)?;
                Some(e.start..name.family?.end)
            });
        labels
            .chain(names)
            .chain(
                numbers
                    .iter()
                    .filter(|n| n.number.is_ok())
                    .map(|n| n.span.clone()),
            )
            .chain(births.iter().map(|b| b.span.clone()))
            .chain(age_and_sex.map(|found| found.source.clone()))
            .collect()
    }

    pub(super) fn set_number(
        &self,
        patient: &mut ReadPatient,
        numbers: &[Candidate],
        has_identity: bool,
    ) {
        for candidate in numbers {
            if let Ok(number) = &candidate.number
                && patient
                    .nhs_number_candidates
                    .iter()
                    .all(|known| known.value != *number)
            {
                patient
                    .nhs_number_candidates
                    .push(self.found(number.clone(), &candidate.span));
            }
        }
        let wrong = |labelled: bool| {
            numbers
                .iter()
                .filter(move |n| n.labelled == labelled)
                .find_map(|n| {
                    let error = n.number.as_ref().err()?;
                    Some((self.found(n.digits.clone(), &n.span), *error))
                })
        };
        patient.invalid_nhs_number = wrong(true);
        if numbers.len() == 1 && patient.nhs_number_candidates.is_empty() && has_identity {
            let alone = numbers
                .iter()
                .all(|n| self.stands_alone(self.plain.get(&n.span)));
            patient.invalid_nhs_number = patient
                .invalid_nhs_number
                .take()
                .or(wrong(false).filter(|_| alone));
        }
        if let ([only], None) = (
            patient.nhs_number_candidates.as_slice(),
            &patient.invalid_nhs_number,
        ) {
            patient.nhs_number = Some(only.clone());
        }
    }

    /// Written as 3-3-4, or all that a line or a cell has.
    pub(super) fn stands_alone(&self, written: &str) -> bool {
        written.contains([' ', '-'])
            || self.text().lines().any(|line| {
                line.split(['\t', ',', '|', ';'])
                    .any(|cell| cell.trim() == written)
            })
    }

    pub(super) fn set_name(&self, patient: &mut ReadPatient, name: &NameSpans, said: &[Span]) {
        let part = |span: &Option<Span>| {
            span.as_ref().map(|span| {
                let written = self
                    .scan
                    .decoded_at(span)
                    .unwrap_or_else(|| self.plain.get(span).to_owned());
                self.found(in_title_case(&written), span)
            })
        };
        patient.family = part(&name.family);
        patient.given = part(&name.given);
        patient.title = part(&name.title);
        let full: Vec<(String, String, &Span)> = said
            .iter()
            .take(50)
            .filter_map(|span| {
                let name = name_in_front(self.text(), span, true)?;
                let lower = |span: Option<Span>| {
                    span.map(|s| self.plain.get(&s).to_lowercase())
                        .unwrap_or_default()
                };
                Some((lower(name.family), lower(name.given), span))
            })
            .collect();
        let parted = self.different_parts();
        if let Some((family, given, first)) = full.first() {
            let differs = |other: &(String, String, &Span)| {
                other.0 != *family
                    && !shares_a_word(&other.1, given)
                    && !shares_a_word(&other.0, given)
                    && !shares_a_word(&other.1, family)
            };
            if let Some((.., second)) = full.iter().find(|other| differs(other)) {
                patient.name_candidates = [first, second]
                    .into_iter()
                    .map(|span| self.found(self.plain.get(span).to_owned(), span))
                    .collect();
            }
        }
        if patient.name_candidates.is_empty() {
            patient.name_candidates = parted;
        }
        // Neither is picked: a person chooses.
        if patient.name_candidates.len() > 1 {
            (patient.family, patient.given, patient.title) = (None, None, None);
        }
    }

    /// Two family names and two given names, each with its label: two rows of a list.
    pub(super) fn different_parts(&self) -> Vec<Found<String>> {
        let distinct = |wanted: &'static [Label]| {
            let mut all: Vec<(String, &Entry)> = Vec::new();
            for entry in self
                .of_patient(wanted)
                .filter(|e| !is_no_value(self.value(e)))
                .take(100)
            {
                let value = self.value(entry).to_lowercase();
                if all.iter().all(|(known, _)| *known != value) {
                    all.push((value, entry));
                }
            }
            all
        };
        let (families, givens) = (distinct(&[Label::Family]), distinct(&[Label::Given]));
        if families.len() < 2 || givens.len() < 2 {
            return Vec::new();
        }
        families
            .iter()
            .map(|(_, entry)| self.found(self.value(entry).to_owned(), &entry.value))
            .collect()
    }
}

pub fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shares_a_word(a: &str, b: &str) -> bool {
    a.split([' ', '-'])
        .any(|word| !word.is_empty() && b.split([' ', '-']).any(|other| other == word))
}

fn expect(patient: &ReadPatient, name_is_labelled: bool) -> Expect {
    let named = patient.family.is_some() || patient.name_candidates.len() > 1;
    let reachable =
        patient.postcode.is_some() || patient.address_lines.is_some() || !patient.phones.is_empty();
    let found = patient.nhs_number.is_some()
        || (named && (patient.born.is_some() || (name_is_labelled && reachable)));
    if patient.deceased.is_some()
        && (found
            || named
            || patient.born.is_some()
            || patient.invalid_nhs_number.is_some()
            || !patient.nhs_number_candidates.is_empty())
    {
        Expect::Refuse
    } else if patient.nhs_number_candidates.len() > 1
        || patient.born_candidates.len() > 1
        || patient.name_candidates.len() > 1
    {
        Expect::Conflict
    } else if patient.invalid_nhs_number.is_some() {
        Expect::InvalidNhsNumber
    } else if found {
        Expect::Ok
    } else {
        Expect::Error
    }
}

/// The valid number of a patient, for whoever asks for no more.
impl ReadPatient {
    pub fn number(&self) -> Option<&NhsNumber> {
        self.nhs_number.as_ref().map(|found| &found.value)
    }
}
