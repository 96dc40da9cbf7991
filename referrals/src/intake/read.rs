//! From entries to a patient: which value a field gets, and what the whole may be used for.

use super::clean::{Line, Plain, Span, lines, trimmed};
use super::contact::{emails_in, phones_in};
use super::date::ReadDate;
use super::labels::{Label, Other};
use super::names::{NameSpans, in_title_case, name_in_front};
use super::numbers::{Candidate, candidates};
use super::scan::{Entry, Owner, Region, Scan, date_in_front, scan};
use super::who::is_no_value;
use super::words::words;
use super::{
    BirthProblem, Expect, Found, ReadPatient, deceased, place, prose, structured, table, who,
};
use crate::patient::{DateOfBirth, EmailAddress, Gender, NhsNumber, PhoneNumber};
use jiff::civil::Date;
use services_directory::ids::OdsCode;

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

struct Reading<'a> {
    plain: &'a Plain<'a>,
    scan: &'a Scan,
    today: Date,
}

impl Reading<'_> {
    fn text(&self) -> &str {
        &self.plain.text
    }

    fn found<T>(&self, value: T, span: &Span) -> Found<T> {
        Found {
            value,
            source: self.plain.source(span),
        }
    }

    /// The value as it reads, its escapes undone.
    fn value<'e>(&'e self, entry: &'e Entry) -> &'e str {
        entry
            .decoded
            .as_deref()
            .unwrap_or_else(|| self.plain.get(&entry.value))
    }

    fn of_patient(&self, wanted: &'static [Label]) -> impl Iterator<Item = &Entry> {
        self.scan
            .entries
            .iter()
            .filter(move |e| wanted.contains(&e.label) && e.owner == Owner::Patient)
    }

    fn patient(&self) -> ReadPatient {
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
        patient.deceased = deceased::death(self.text(), self.scan, self.today)
            .map(|span| self.plain.source(&span));
        patient.expect = expect(&patient, !said.is_empty());
        patient
    }

    fn addressee_end(&self) -> Option<usize> {
        let line = self.scan.lines.get(self.scan.addressee?)?;
        Some(line.span.end)
    }

    /// Spans that are known to be the patient's: the name stands before one, the address near one.
    fn taken(
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

    fn births(&self) -> Vec<Birth> {
        let labelled = |e: &&Entry| {
            matches!(e.label, Label::BirthDate | Label::Born)
                && e.owner != Owner::Of(Other::Relative)
        };
        self.scan
            .entries
            .iter()
            .filter(labelled)
            .filter_map(|entry| {
                let value = self.plain.get(&entry.value);
                let (front, read) = date_in_front(value, self.today)?;
                let start = entry.value.start + front;
                let after = value.get(front + read.length..).unwrap_or_default();
                Some(Birth {
                    read: self.of_age(read, after),
                    span: start..start + read.length,
                })
            })
            .collect()
    }

    /// "03/02/25 (101y)": the age says which century.
    fn of_age(&self, read: ReadDate, after: &str) -> ReadDate {
        let age: String = after
            .trim_start_matches([' ', '(', ',', '['])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let earlier = read
            .date
            .and_then(|date| Date::new(date.year() - 100, date.month(), date.day()).ok());
        match (age.parse::<i16>(), read.date, earlier) {
            (Ok(age), Some(date), Some(earlier))
                if age >= 90
                    && self.today.year() - date.year() < 31
                    && (self.today.year() - earlier.year() - age).abs() <= 1 =>
            {
                ReadDate {
                    date: Some(earlier),
                    ..read
                }
            }
            _ => read,
        }
    }

    /// A row or a "Re:" line without a label: its only date, where it also has a number or a name.
    fn unlabelled_birth(&self, numbers: &[Candidate]) -> Option<Birth> {
        let with_number = numbers
            .iter()
            .filter(|n| n.number.is_ok())
            .map(|n| self.scan.line_of(n.span.start));
        let with_name = self
            .of_patient(&[Label::Re, Label::FullName, Label::Patient])
            .filter(|e| name_in_front(self.text(), &e.value, false).is_some())
            .map(|e| e.line);
        let banner = self.banner_lines(numbers);
        with_number
            .chain(with_name)
            .chain(banner)
            .take(20)
            .find_map(|line| {
                let span = self.scan.lines.get(line)?.span.clone();
                let dates = self.free_dates(&span);
                match dates.as_slice() {
                    [only] => Some(Birth {
                        read: only.read,
                        span: only.span.clone(),
                    }),
                    _ => None,
                }
            })
    }

    /// Lines that begin with a name in the block of a number, and lines with a date and the age that goes with it.
    fn banner_lines(&self, numbers: &[Candidate]) -> Vec<usize> {
        let blocks: Vec<usize> = numbers
            .iter()
            .filter_map(|n| self.scan.lines.get(self.scan.line_of(n.span.start)))
            .map(|l| l.block)
            .take(3)
            .collect();
        let lines = self
            .scan
            .lines
            .iter()
            .enumerate()
            .take(200)
            .filter(|(at, _)| !matches!(self.scan.line_owners.get(*at), Some(Owner::Of(_))));
        lines
            .filter(|(_, line)| {
                let named = blocks.contains(&line.block) && name_in_front(self.text(), &line.span, false).is_some();
                named || matches!(self.free_dates(&line.span).as_slice(), [only] if self.has_its_age(only, line))
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// "14 Jul 1945 (81 y)".
    fn has_its_age(&self, birth: &Birth, line: &Line) -> bool {
        let after = self
            .text()
            .get(birth.span.end..line.span.end)
            .unwrap_or_default()
            .trim_start_matches([' ', '(', ',', '[']);
        let after = super::hits::after_word(super::hits::after_word(after, "aged"), "age");
        let age: String = after.chars().take_while(char::is_ascii_digit).collect();
        let born = birth
            .read
            .date
            .and_then(|date| DateOfBirth::new(date, self.today).ok());
        matches!((age.parse::<i16>(), born), (Ok(age), Some(born)) if (born.age_years(self.today) - age).abs() <= 1 && age > 0)
    }

    /// Dates of a line that no label and no word such as "dated" claims.
    fn free_dates(&self, line: &Span) -> Vec<Birth> {
        let all = words(self.text(), line);
        let mut found: Vec<Birth> = Vec::new();
        for (at, word) in all.iter().enumerate().take(200) {
            if found
                .last()
                .is_some_and(|last| word.span.start < last.span.end)
            {
                continue;
            }
            let rest = self
                .text()
                .get(word.span.start..line.end)
                .unwrap_or_default();
            let Some(read) = super::date::date_at_start(rest, self.today) else {
                continue;
            };
            let span = word.span.start..word.span.start + read.length;
            let before = at
                .checked_sub(1)
                .and_then(|at| all.get(at))
                .map_or("", |w| w.plain.as_str());
            let claimed = matches!(
                before,
                "dated"
                    | "on"
                    | "seen"
                    | "letter"
                    | "clinic"
                    | "appointment"
                    | "since"
                    | "date"
                    | "from"
                    | "until"
                    | "to"
                    | "typed"
                    | "reviewed"
                    | "admitted"
                    | "discharged"
                    | "referred"
                    | "of"
            );
            let labelled = self
                .scan
                .entries_on(self.scan.line_of(span.start))
                .iter()
                .any(|e| {
                    e.value.start <= span.start
                        && span.end <= e.value.end
                        && !matches!(
                            e.label,
                            Label::Re
                                | Label::FullName
                                | Label::Patient
                                | Label::NhsNumber
                                | Label::NhsAlone
                                | Label::Sex
                        )
                });
            if !claimed && !labelled && read.date.is_some() {
                found.push(Birth { read, span });
            }
        }
        found
    }

    fn set_birth(&self, patient: &mut ReadPatient, births: &[Birth]) {
        for birth in births {
            let checked = birth
                .read
                .date
                .ok_or(BirthProblem::NotADate)
                .and_then(|date| {
                    DateOfBirth::new(date, self.today).map_err(BirthProblem::Impossible)
                });
            match checked {
                Ok(born)
                    if patient
                        .born_candidates
                        .iter()
                        .all(|known| known.value != born) =>
                {
                    patient.born_candidates.push(self.found(born, &birth.span))
                }
                Ok(_) => {}
                Err(problem) => {
                    patient.born_problem = patient
                        .born_problem
                        .take()
                        .or(Some(self.found(problem, &birth.span)))
                }
            }
        }
        if let [only] = patient.born_candidates.as_slice() {
            patient.born = Some(only.clone());
        }
    }

    fn set_number(&self, patient: &mut ReadPatient, numbers: &[Candidate], has_identity: bool) {
        for candidate in numbers {
            if let Ok(number) = &candidate.number {
                if patient
                    .nhs_number_candidates
                    .iter()
                    .all(|known| known.value != *number)
                {
                    patient
                        .nhs_number_candidates
                        .push(self.found(number.clone(), &candidate.span));
                }
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
    fn stands_alone(&self, written: &str) -> bool {
        written.contains([' ', '-'])
            || self.text().lines().any(|line| {
                line.split(['\t', ',', '|', ';'])
                    .any(|cell| cell.trim() == written)
            })
    }

    fn set_name(&self, patient: &mut ReadPatient, name: &NameSpans, said: &[Span]) {
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
    }

    /// Two family names and two given names, each with its label: two rows of a list.
    fn different_parts(&self) -> Vec<Found<String>> {
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

    fn labelled_gender(&self) -> Option<Found<Gender>> {
        let of = |wanted: &'static [Label]| {
            self.of_patient(wanted)
                .find_map(|entry| self.gender_of(entry))
        };
        of(&[Label::Sex]).or_else(|| of(&[Label::BirthSex]))
    }

    fn gender_of(&self, entry: &Entry) -> Option<Found<Gender>> {
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

    fn set_contact(&self, patient: &mut ReadPatient, taken: &[Span], name: &NameSpans) {
        let home = place::home(self.text(), self.scan, &with_name(taken, name));
        if let (Some(first), Some(last)) = (home.lines.first(), home.lines.last()) {
            let value = home
                .lines
                .iter()
                .map(|line| {
                    self.scan
                        .decoded_at(line)
                        .unwrap_or_else(|| one_spaced(self.plain.get(line)))
                })
                .collect();
            patient.address_lines =
                Some(self.found(value, &(first.start..last.end.max(first.end))));
        }
        patient.postcode = home
            .postcode
            .map(|(postcode, span)| self.found(postcode, &span));
        patient.phones = self.phones(taken);
        patient.email = self.email(patient, taken);
    }

    fn phones(&self, taken: &[Span]) -> Vec<Found<PhoneNumber>> {
        const PHONES: &[Label] = &[Label::Phone, Label::OwnPhone, Label::ShortPhone];
        let of = |owner: Owner| {
            self.scan
                .entries
                .iter()
                .filter(move |e| PHONES.contains(&e.label) && e.owner == owner)
                .flat_map(|e| self.phones_of(&e.value))
                .collect::<Vec<_>>()
        };
        let mut all = of(Owner::Patient);
        all.extend(
            self.in_own_lines(taken)
                .iter()
                .flat_map(|span| phones_in(self.text(), span))
                .take(20),
        );
        if all.is_empty() {
            all = of(Owner::Unsure);
        }
        all.sort_by_key(|(_, span)| span.start);
        let mut found: Vec<Found<PhoneNumber>> = Vec::new();
        for (phone, span) in all.into_iter().take(50) {
            let theirs = self.is_said_to_be_anothers(&span);
            if !theirs && found.iter().all(|known| known.value != phone) {
                found.push(self.found(phone, &span));
            }
        }
        found
    }

    /// The numbers of a labelled value, as long as few words stand between them.
    fn phones_of(&self, value: &Span) -> Vec<(PhoneNumber, Span)> {
        let mut end = value.start;
        let near = |(_, span): &(PhoneNumber, Span)| {
            let gap = end..span.start;
            end = span.end;
            let letters = self
                .plain
                .get(&gap)
                .chars()
                .filter(|c| c.is_alphabetic())
                .count();
            let theirs = words(self.text(), &gap).iter().any(|w| {
                super::words::is_of_an_organisation(&w.plain)
                    || (gap.start == value.start && super::words::is_relative(&w.plain))
            });
            letters <= 20 && !theirs
        };
        phones_in(self.text(), value)
            .into_iter()
            .take_while(near)
            .collect()
    }

    /// "07700 900123 (daughter)".
    fn is_said_to_be_anothers(&self, span: &Span) -> bool {
        let line = self
            .scan
            .lines
            .get(self.scan.line_of(span.start))
            .map_or(span.end, |line| line.span.end);
        let after = self
            .text()
            .get(span.end..line)
            .unwrap_or_default()
            .trim_start_matches([' ', '-', '(', ')']);
        let note = span.end..line.min(span.end + 40);
        let bracketed = self
            .text()
            .get(span.end..line)
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '-']));
        let note = (note.start..=note.end)
            .rev()
            .find(|end| self.text().is_char_boundary(*end))
            .map_or(span.clone(), |end| span.end..end);
        bracketed
            && !after.is_empty()
            && words(self.text(), &note)
                .iter()
                .take(3)
                .any(|w| super::words::is_relative(&w.plain))
    }

    /// Pieces of the patient's own lines that no label claims.
    fn in_own_lines(&self, taken: &[Span]) -> Vec<Span> {
        let mut own: Vec<usize> = taken
            .iter()
            .map(|span| self.scan.line_of(span.start))
            .collect();
        own.dedup();
        let mut spans = Vec::new();
        let mut last = None;
        for line in own.into_iter().take(100) {
            let Some(block) = self.scan.lines.get(line).map(|l| l.block) else {
                continue;
            };
            let near = (line..line + 8)
                .take_while(|at| self.scan.lines.get(*at).is_some_and(|l| l.block == block));
            for at in near {
                if last.is_some_and(|last| at <= last)
                    || matches!(self.scan.line_owners.get(at), Some(Owner::Of(_)))
                    || self.scan.regions.get(at) == Some(&Region::Body)
                {
                    continue;
                }
                last = Some(at);
                spans.extend(self.unclaimed(at));
            }
        }
        spans
    }

    fn unclaimed(&self, line: usize) -> Vec<Span> {
        let Some(span) = self.scan.lines.get(line).map(|l| l.span.clone()) else {
            return Vec::new();
        };
        let mut start = span.start;
        let mut free = Vec::new();
        let open = |e: &Entry| {
            matches!(
                e.label,
                Label::Re
                    | Label::FullName
                    | Label::Patient
                    | Label::Address
                    | Label::NhsNumber
                    | Label::NhsAlone
                    | Label::BirthDate
                    | Label::Born
                    | Label::Sex
                    | Label::Postcode
            ) && e.owner == Owner::Patient
        };
        for entry in self.scan.entries_on(line) {
            if open(entry) {
                continue;
            }
            free.push(start..entry.start.max(start));
            start = entry.value.end.max(start);
            if matches!(entry.owner, Owner::Of(_)) {
                start = span.end.max(start);
            }
        }
        free.push(start..span.end.max(start));
        free.into_iter()
            .filter(|piece| !self.speaks_of_another(piece))
            .collect()
    }

    fn speaks_of_another(&self, piece: &Span) -> bool {
        words(self.text(), piece).iter().any(|w| {
            super::words::is_relative(&w.plain)
                || matches!(
                    w.plain.as_str(),
                    "dr" | "surgery" | "practice" | "secretary" | "hospital" | "fax" | "consultant"
                )
        })
    }

    fn email(&self, patient: &ReadPatient, taken: &[Span]) -> Option<Found<EmailAddress>> {
        let of = |owner: Owner| {
            self.scan
                .entries
                .iter()
                .filter(move |e| e.label == Label::Email && e.owner == owner)
                .flat_map(|e| emails_in(self.text(), &e.value))
        };
        let own = self.in_own_lines(taken);
        let unlabelled = own
            .iter()
            .flat_map(|span| emails_in(self.text(), span))
            .filter(|(email, _)| !is_of_staff(email));
        let unsure = of(Owner::Unsure).filter(|(email, _)| !is_of_staff(email));
        let named = of(Owner::Of(Other::Practice))
            .filter(|(email, _)| !is_of_staff(email) && names_patient(email, patient));
        let found = of(Owner::Patient)
            .chain(unlabelled)
            .chain(unsure)
            .chain(named)
            .next();
        found.map(|(email, span)| self.found(email, &span))
    }

    fn set_needs(&self, patient: &mut ReadPatient) {
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
    fn note(&self, entry: &Entry) -> Option<Span> {
        let value = self.value(entry);
        let plain = value
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        if entry.label == Label::SafeContact
            && matches!(plain.as_str(), "yes" | "no" | "y" | "n" | "ok")
        {
            return Some(entry.start..entry.value.end);
        }
        (!is_no_value(value)).then(|| entry.value.clone())
    }

    fn joined(&self, spans: &[Span]) -> Option<Found<String>> {
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

    fn language_of(&self, entry: &Entry) -> Option<Found<String>> {
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

    fn practice_ods(&self) -> Option<Found<OdsCode>> {
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
    fn reason(&self) -> Option<Found<String>> {
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

struct Birth {
    read: ReadDate,
    span: Span,
}

fn with_name(taken: &[Span], name: &NameSpans) -> Vec<Span> {
    taken
        .iter()
        .cloned()
        .chain(name.family.clone())
        .chain(name.given.clone())
        .chain(name.title.clone())
        .collect()
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shares_a_word(a: &str, b: &str) -> bool {
    a.split([' ', '-'])
        .any(|word| !word.is_empty() && b.split([' ', '-']).any(|other| other == word))
}

/// An address of an organisation or of its staff.
fn is_of_staff(email: &EmailAddress) -> bool {
    let lower = email.as_str().to_lowercase();
    let (local, host) = lower.split_once('@').unwrap_or_default();
    let shared = [
        "reception",
        "admin",
        "enquir",
        "info",
        "office",
        "secretar",
        "surgery",
        "practice",
        "clinic",
        "referral",
        "team",
        "contact",
        "pals",
        "booking",
        "appointment",
    ];
    host.ends_with("nhs.net")
        || host.ends_with("nhs.uk")
        || shared.iter().any(|word| local.contains(word))
        || [
            "surgery", "practice", "hospital", "clinic", "medical", "health",
        ]
        .iter()
        .any(|word| host.contains(word))
}

fn names_patient(email: &EmailAddress, patient: &ReadPatient) -> bool {
    let local = email
        .as_str()
        .split('@')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    [&patient.family, &patient.given]
        .into_iter()
        .flatten()
        .any(|name| name.value.len() > 2 && local.contains(&name.value.to_lowercase()))
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

fn expect(patient: &ReadPatient, name_is_labelled: bool) -> Expect {
    let named = patient.family.is_some();
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
