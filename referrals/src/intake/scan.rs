//! Reads the whole text into entries: a label, its value, and whose it is. Letters name many people besides the patient.

use super::clean::{Line, Span, trimmed};
use super::contact::postcodes_in;
use super::date::date_at_start;
use super::hits::{Gap, Hit, Place, Whose, hits_in};
use super::labels::{Label, Other};
use super::words::{names_an_organisation, words};
use jiff::civil::Date;

/// Whose a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Patient,
    /// The patient's only where the text has no other: after "Usual GP: …" a phone may be either's.
    Unsure,
    Of(Other),
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub label: Label,
    pub owner: Owner,
    /// Where the label begins; the value's start where there is none.
    pub start: usize,
    pub value: Span,
    /// The value with its escapes undone, where it was written in JSON or XML.
    pub decoded: Option<String>,
    pub line: usize,
    pub place: Place,
    /// The label itself says that it is the patient's.
    pub said_patient: bool,
}

/// What a line is for, as far as it may speak of the patient without saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// No letter: a form, a banner, a row.
    Form,
    /// The lines of a letter or form that are about the patient.
    Patient,
    /// Above, below and between them.
    Elsewhere,
    /// The running text of a letter.
    Body,
}

pub struct Scan {
    pub lines: Vec<Line>,
    pub entries: Vec<Entry>,
    pub regions: Vec<Region>,
    /// Whom an unlabelled piece of the line belongs to.
    pub line_owners: Vec<Owner>,
    /// The line with the name of the person whom the letter greets, above the greeting.
    pub addressee: Option<usize>,
}

impl Scan {
    pub fn line_of(&self, at: usize) -> usize {
        self.lines
            .partition_point(|line| line.span.start <= at)
            .saturating_sub(1)
    }

    /// The entries whose labels stand on a line.
    pub fn entries_on(&self, line: usize) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.line < line);
        let end = self.entries.partition_point(|entry| entry.line <= line);
        self.entries.get(start..end).unwrap_or_default()
    }

    /// The value without escapes, where the span is all of one that had some.
    pub fn decoded_at(&self, span: &Span) -> Option<String> {
        let line = self.line_of(span.start);
        self.entries_on(line)
            .iter()
            .find(|entry| entry.value == *span)
            .and_then(|entry| entry.decoded.clone())
    }
}

pub fn scan(text: &str, lines: Vec<Line>, today: Date) -> Scan {
    let hits: Vec<Vec<Hit>> = lines
        .iter()
        .map(|line| hits_in(text, &line.span, today))
        .collect();
    let mut regions = regions(text, &lines, &hits);
    let addressee = addressee(text, &lines);
    if let Some(first) = addressee {
        let block = lines.get(first).map(|line| line.block);
        for (region, line) in regions.iter_mut().zip(&lines).skip(first) {
            if Some(line.block) == block {
                *region = Region::Patient;
            }
        }
    }
    let mut state = Sections::default();
    let mut entries = Vec::new();
    let mut line_owners = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let region = regions.get(at).copied().unwrap_or(Region::Form);
        let of_line = hits.get(at).map_or(&[][..], Vec::as_slice);
        state.begin_line(text, line, region, of_line);
        let mut in_line = None;
        for (nth, hit) in of_line.iter().enumerate() {
            let end = of_line
                .get(nth + 1)
                .map_or(line.span.end, |next| next.start);
            let mut value = value_span(text, hit, end);
            if value.is_empty() && nth + 1 == of_line.len() {
                value = value_below(text, &lines, &hits, at, hit);
            }
            if matches!(hit.label, Label::Of(_)) {
                state.address_said = !postcodes_in(text, &value).is_empty();
            }
            let owner = state.owner_of(hit, region, &mut in_line, value.is_empty());
            entries.push(Entry {
                label: hit.label,
                owner,
                start: hit.start,
                value,
                decoded: None,
                line: at,
                place: hit.place,
                said_patient: hit.whose == Whose::Patient,
            });
        }
        line_owners.push(state.line_owner(region));
    }
    Scan {
        lines,
        entries,
        regions,
        line_owners,
        addressee,
    }
}

/// From the label to the next one, or to the end of its column.
fn value_span(text: &str, hit: &Hit, end: usize) -> Span {
    let start = hit.value_start.min(end);
    let piece = text.get(start..end).unwrap_or_default();
    let column = piece.find(['\t', '|', '•']).unwrap_or(piece.len());
    let wide = if hit.label == Label::Address {
        None
    } else {
        piece.find("   ")
    };
    trimmed(
        text,
        &(start..start + column.min(wide.unwrap_or(piece.len()))),
        &[',', ';', '|', '*', '_', '"', '<'],
    )
}

/// The next line, where a label ends its own and that line does not begin with another.
fn value_below(text: &str, lines: &[Line], hits: &[Vec<Hit>], at: usize, hit: &Hit) -> Span {
    let empty = hit.value_start..hit.value_start;
    let may_skip = usize::from(
        hit.label == Label::Reason
            || matches!(hit.label, Label::CommunicationNeeds | Label::SafeContact),
    );
    let next = lines
        .iter()
        .enumerate()
        .skip(at + 1)
        .take(1 + may_skip)
        .find(|(_, line)| !line.is_empty(text));
    let Some((next, line)) = next else {
        return empty;
    };
    let labelled = hits
        .get(next)
        .and_then(|hits| hits.first())
        .is_some_and(|hit| hit.place == Place::Start);
    let first = lines.get(at).is_some_and(|line| {
        text.get(line.span.start..hit.start)
            .unwrap_or_default()
            .trim()
            .is_empty()
    });
    if labelled || !first || matches!(hit.label, Label::Of(_) | Label::Patient | Label::Unread) {
        return empty;
    }
    trimmed(text, &line.span, &[',', ';', '|', '*', '"'])
}

impl Line {
    fn is_empty(&self, text: &str) -> bool {
        text.get(self.span.clone())
            .is_none_or(|line| line.trim().is_empty())
    }
}

/// Which section of the text we are in, by its headings and its blocks.
#[derive(Default)]
struct Sections {
    /// Set by a heading ("Next of kin"), until another, or an empty line and a label that only a patient has.
    heading: Option<Other>,
    /// Set by a labelled line ("Usual GP: Dr …"), until an empty line.
    inline: Option<Other>,
    /// The labelled line had their address in it: the next address is not theirs.
    address_said: bool,
    block: Option<usize>,
    new_block: bool,
}

impl Sections {
    fn begin_line(&mut self, text: &str, line: &Line, region: Region, hits: &[Hit]) {
        self.new_block = self.block != Some(line.block);
        if self.new_block {
            self.inline = None;
            self.block = Some(line.block);
        }
        if hits.is_empty()
            && region == Region::Form
            && names_an_organisation(&words(text, &line.span))
            && line.span.len() < 80
        {
            self.inline = Some(Other::Practice);
        }
    }

    fn line_owner(&self, region: Region) -> Owner {
        match (self.heading.or(self.inline), region) {
            (Some(other), _) => Owner::Of(other),
            (None, Region::Elsewhere | Region::Body) => Owner::Of(Other::Hospital),
            (None, _) => Owner::Patient,
        }
    }

    fn owner_of(
        &mut self,
        hit: &Hit,
        region: Region,
        in_line: &mut Option<Other>,
        is_heading: bool,
    ) -> Owner {
        if let Label::Of(other) = hit.label {
            *in_line = Some(other);
            if is_heading && hit.place == Place::Start {
                self.heading = Some(other);
            } else if hit.place == Place::Start && (self.heading.is_none() || self.new_block) {
                self.heading = None;
                self.inline = Some(other);
            }
            return Owner::Of(other);
        }
        match hit.whose {
            Whose::Of(other) => {
                if hit.place == Place::Start {
                    self.inline = Some(other);
                }
                *in_line = Some(other);
                return Owner::Of(other);
            }
            Whose::Patient => {
                self.leave();
                *in_line = None;
                return Owner::Patient;
            }
            Whose::Unsaid => {}
        }
        if hit.label == Label::Patient {
            self.leave();
            *in_line = None;
            return Owner::Patient;
        }
        if let Some(owner) = Self::named_in_sentence(hit, *in_line) {
            return owner;
        }
        *in_line = None;
        self.owner_by_section(hit.label, region, hit)
    }

    fn leave(&mut self) {
        self.heading = None;
        self.inline = None;
    }

    /// Somebody else is named on the same line before it.
    fn named_in_sentence(hit: &Hit, in_line: Option<Other>) -> Option<Owner> {
        let identity = is_identity(hit.label);
        if let Some(other) = in_line {
            let theirs = other == Other::Relative || !(identity || is_patients_own(hit.label));
            return theirs.then_some(Owner::Of(other));
        }
        if hit.place == Place::Start {
            return None;
        }
        if hit.after_relative && !matches!(hit.label, Label::NhsNumber) {
            return Some(Owner::Of(Other::Relative));
        }
        (hit.after_organisation && is_contact(hit.label)).then_some(Owner::Of(Other::Doctor))
    }

    fn owner_by_section(&mut self, label: Label, region: Region, hit: &Hit) -> Owner {
        let identity = is_identity(label);
        if let Some(other) = self.heading {
            let back = self.new_block
                && (identity || (other != Other::Relative && is_patients_own(label)));
            if !back {
                return Owner::Of(other);
            }
            self.leave();
        }
        if matches!(label, Label::PracticeOds | Label::Unread) {
            return Owner::Patient;
        }
        if self.address_said
            && matches!(label, Label::Address | Label::AddressLine | Label::Postcode)
            && self.inline != Some(Other::Relative)
        {
            return self.back_to_patient();
        }
        if let Some(other) = self.inline {
            let theirs = match other {
                Other::Relative => is_contact(label) || label == Label::FullName,
                Other::Doctor => {
                    return if is_contact(label) {
                        Owner::Unsure
                    } else {
                        self.back_to_patient()
                    };
                }
                _ => is_contact(label) && label != Label::OwnPhone,
            };
            return if theirs {
                Owner::Of(other)
            } else {
                self.back_to_patient()
            };
        }
        let lone_contact = is_contact(label) || matches!(label, Label::FullName | Label::Title);
        match region {
            Region::Elsewhere if lone_contact => Owner::Of(Other::Hospital),
            Region::Body
                if lone_contact
                    && hit.place == Place::Middle
                    && hit.gap != Gap::Is
                    && label != Label::OwnPhone =>
            {
                Owner::Of(Other::Hospital)
            }
            _ => Owner::Patient,
        }
    }

    fn back_to_patient(&mut self) -> Owner {
        self.inline = None;
        Owner::Patient
    }
}

fn is_identity(label: Label) -> bool {
    matches!(
        label,
        Label::NhsNumber | Label::NhsAlone | Label::BirthDate | Label::Born
    )
}

/// What no organisation has.
fn is_patients_own(label: Label) -> bool {
    is_identity(label)
        || matches!(
            label,
            Label::OwnPhone
                | Label::Sex
                | Label::BirthSex
                | Label::Language
                | Label::Interpreter
                | Label::CommunicationNeeds
                | Label::SafeContact
                | Label::PracticeOds
                | Label::Reason
                | Label::DeathDate
                | Label::Deceased
                | Label::Re
        )
}

fn is_contact(label: Label) -> bool {
    matches!(
        label,
        Label::Address
            | Label::AddressLine
            | Label::Postcode
            | Label::Phone
            | Label::OwnPhone
            | Label::ShortPhone
            | Label::Email
    )
}

/// Where in a letter the patient is spoken of. A text without "Dear", a greeting at its end or "Re:" is a form.
fn regions(text: &str, lines: &[Line], hits: &[Vec<Hit>]) -> Vec<Region> {
    let is_dear = |line: &Line| starts_with_any(text, line, &["dear "]);
    let is_end = |line: &Line| is_sign_off(text, line);
    let anchors: Vec<bool> = lines
        .iter()
        .zip(hits)
        .map(|(_, hits)| hits.iter().any(|hit| is_anchor(text, hit)))
        .collect();
    let has_re = hits.iter().flatten().any(|hit| hit.label == Label::Re);
    let last_dear = lines.iter().rposition(is_dear);
    if last_dear.is_none() && !has_re && !lines.iter().any(is_end) {
        return vec![Region::Form; lines.len()];
    }
    let mut regions = Vec::with_capacity(lines.len());
    let (mut region, mut block, mut after_dear) = (Region::Elsewhere, 0, false);
    for (at, line) in lines.iter().enumerate() {
        let begins_labelled = hits
            .get(at)
            .and_then(|hits| hits.first())
            .is_some_and(|hit| {
                hit.place == Place::Start
                    && hit.gap == Gap::Mark
                    && !matches!(hit.label, Label::Of(_) | Label::Unread)
            });
        if is_dear(line) {
            (region, after_dear) = (Region::Body, true);
        } else if is_end(line) {
            (region, after_dear) = (Region::Elsewhere, false);
        } else if anchors.get(at) == Some(&true) {
            region = Region::Patient;
        } else if region == Region::Patient
            && line.block != block
            && !begins_labelled
            && !line.is_empty(text)
        {
            region = if after_dear || last_dear.is_none() {
                Region::Body
            } else {
                Region::Elsewhere
            };
        }
        block = if region == Region::Patient && line.is_empty(text) {
            block
        } else {
            line.block
        };
        regions.push(region);
    }
    regions
}

/// "Dear Mr Smith" below "Mr John Smith": the letter is to the patient. A doctor who is greeted is a colleague.
fn addressee(text: &str, lines: &[Line]) -> Option<usize> {
    let dear = lines.iter().position(|line| {
        starts_with_any(text, line, &["dear mr", "dear ms", "dear miss", "dear mx"])
    })?;
    let greeting = words(text, &lines.get(dear)?.span);
    let surname = greeting.last()?.plain.clone();
    let is_name = |line: &Line| {
        let all = words(text, &line.span);
        line.span.len() < 60
            && all.len() > 1
            && all.last().is_some_and(|word| word.plain == surname)
            && !all
                .iter()
                .any(|w| w.plain.bytes().any(|b| b.is_ascii_digit()))
    };
    lines
        .get(dear.saturating_sub(12)..dear)?
        .iter()
        .position(is_name)
        .map(|at| dear.saturating_sub(12) + at)
}

fn is_anchor(text: &str, hit: &Hit) -> bool {
    let value = text.get(hit.value_start..).unwrap_or_default();
    let doctor = ["dr ", "dr.", "prof", "doctor"].iter().any(|title| {
        value
            .get(..title.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(title))
    });
    let theirs =
        matches!(hit.whose, Whose::Of(_)) || (hit.after_relative && hit.place != Place::Start);
    let labelled = hit.place == Place::Start && hit.gap == Gap::Mark;
    match hit.label {
        Label::NhsNumber | Label::NhsAlone | Label::BirthDate | Label::Born | Label::Re => !theirs,
        Label::Patient => labelled,
        Label::FullName | Label::Family | Label::Given => {
            !theirs && (hit.whose == Whose::Patient || (labelled && !doctor))
        }
        _ => false,
    }
}

fn is_sign_off(text: &str, line: &Line) -> bool {
    const ENDS: [&str; 12] = [
        "yours ",
        "kind regards",
        "best wishes",
        "with best wishes",
        "regards",
        "with kind regards",
        "best regards",
        "warm regards",
        "many thanks",
        "with thanks",
        "with many thanks",
        "thanks,",
    ];
    line.span.len() < 60
        && starts_with_any(text, line, &ENDS)
        && !text
            .get(line.span.clone())
            .unwrap_or_default()
            .contains(" for ")
}

fn starts_with_any(text: &str, line: &Line, starts: &[&str]) -> bool {
    let line = text.get(line.span.clone()).unwrap_or_default().trim_start();
    starts.iter().any(|start| {
        line.get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    })
}

/// A date at the front of a value, behind brackets, quotes and the like.
pub fn date_in_front(value: &str, today: Date) -> Option<(usize, super::date::ReadDate)> {
    let front = value.len()
        - value
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .len();
    let rest = value.get(front..)?;
    let mut word = super::hits::after_word(super::hits::after_word(rest, "is "), "on ");
    for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
        if word
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(day))
        {
            word = word
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .trim_start_matches([' ', ',', '.']);
        }
    }
    let skipped = front + (rest.len() - word.len());
    date_at_start(word, today).map(|date| (skipped, date))
}
