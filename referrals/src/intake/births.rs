//! The date of birth: labelled, or the only date of a row; never an appointment's.

use super::clean::{Line, Span};
use super::date::ReadDate;
use super::labels::{Label, Other};
use super::names::name_in_front;
use super::numbers::Candidate;
use super::read::Reading;
use super::scan::{Entry, Owner, date_in_front};
use super::words::words;
use super::{BirthProblem, ReadPatient};
use crate::patient::DateOfBirth;
use jiff::civil::Date;

impl Reading<'_> {
    pub(super) fn births(&self) -> Vec<Birth> {
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
    pub(super) fn of_age(&self, read: ReadDate, after: &str) -> ReadDate {
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
    pub(super) fn unlabelled_birth(&self, numbers: &[Candidate]) -> Option<Birth> {
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
    pub(super) fn banner_lines(&self, numbers: &[Candidate]) -> Vec<usize> {
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
                let in_block = blocks.contains(&line.block);
                let named = in_block && name_in_front(self.text(), &line.span, false).is_some();
                let bare = |only: &Birth| in_block && self.plain.get(&line.span).trim().len() == only.span.len();
                named || matches!(self.free_dates(&line.span).as_slice(), [only] if bare(only) || self.has_its_age(only, line))
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// "14 Jul 1945 (81 y)".
    pub(super) fn has_its_age(&self, birth: &Birth, line: &Line) -> bool {
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
    pub(super) fn free_dates(&self, line: &Span) -> Vec<Birth> {
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

    pub(super) fn set_birth(&self, patient: &mut ReadPatient, births: &[Birth]) {
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
                    patient.born_candidates.push(self.found(born, &birth.span));
                }
                Ok(_) => {}
                Err(problem) => {
                    patient.born_problem = patient
                        .born_problem
                        .take()
                        .or(Some(self.found(problem, &birth.span)));
                }
            }
        }
        if let [only] = patient.born_candidates.as_slice() {
            patient.born = Some(only.clone());
        }
    }
}

/// A date that stands where a date of birth does.
pub struct Birth {
    pub read: ReadDate,
    pub span: Span,
}
