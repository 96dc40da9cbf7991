//! How the patient can be reached: address, phones, e-mail; not those of the people around them.

use super::clean::Span;
use super::contact::emails_in;
use super::contact::phones_in;
use super::labels::{Label, Other};
use super::names::NameSpans;
use super::read::{Reading, one_spaced};
use super::scan::{Entry, Owner, Region};
use super::words::words;
use super::{Found, ReadPatient, place};
use crate::patient::{EmailAddress, PhoneNumber};

impl Reading<'_> {
    pub(super) fn set_contact(&self, patient: &mut ReadPatient, taken: &[Span], name: &NameSpans) {
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

    pub(super) fn phones(&self, taken: &[Span]) -> Vec<Found<PhoneNumber>> {
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
    pub(super) fn phones_of(&self, value: &Span) -> Vec<(PhoneNumber, Span)> {
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
    pub(super) fn is_said_to_be_anothers(&self, span: &Span) -> bool {
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
    pub(super) fn in_own_lines(&self, taken: &[Span]) -> Vec<Span> {
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

    pub(super) fn unclaimed(&self, line: usize) -> Vec<Span> {
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

    pub(super) fn speaks_of_another(&self, piece: &Span) -> bool {
        words(self.text(), piece).iter().any(|w| {
            super::words::is_relative(&w.plain)
                || matches!(
                    w.plain.as_str(),
                    "dr" | "surgery" | "practice" | "secretary" | "hospital" | "fax" | "consultant"
                )
        })
    }

    pub(super) fn email(
        &self,
        patient: &ReadPatient,
        taken: &[Span],
    ) -> Option<Found<EmailAddress>> {
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
