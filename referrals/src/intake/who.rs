//! Finds the patient's name: labelled, after "Re:", in a banner, or in front of the date of birth.

use super::clean::Span;
use super::hits::Place;
use super::labels::{Label, Other};
use super::names::{NameSpans, name_after_title, name_at_end, name_in_front, whole_name};
use super::scan::{Owner, Region, Scan};

/// The name, and every other full name that the text says is a patient's.
pub fn name(text: &str, scan: &Scan, anchors: &[usize]) -> (NameSpans, Vec<Span>) {
    let mut said = full_names(text, scan);
    let parts = NameSpans {
        family: part(text, scan, Label::Family),
        given: part(text, scan, Label::Given),
        title: part(text, scan, Label::Title),
    };
    let first = said.first().map(|(name, _)| name.clone());
    let unsaid = if first.is_none() && parts.family.is_none() {
        before_anchors(text, scan, anchors)
    } else {
        None
    };
    let full = first.or(unsaid).unwrap_or_default();
    let name = NameSpans {
        family: parts.family.or(full.family),
        given: parts.given.or(full.given),
        title: parts.title.or(full.title),
    };
    (name, said.drain(..).map(|(_, span)| span).collect())
}

/// Names behind "Name:", "Patient:", "Re:". Plain "Name:" in front of a doctor's is the doctor's.
fn full_names(text: &str, scan: &Scan) -> Vec<(NameSpans, Span)> {
    let mut found = Vec::new();
    let labels: [&[Label]; 3] = [&[Label::FullName], &[Label::Patient], &[Label::Re]];
    for labels in labels {
        for entry in scan
            .entries
            .iter()
            .filter(|entry| labels.contains(&entry.label) && entry.owner == Owner::Patient)
        {
            let value = skip_words(text, &entry.value);
            let front = text.get(value.clone()).unwrap_or_default().to_lowercase();
            let doctor = ["dr ", "dr.", "prof"]
                .iter()
                .any(|title| front.starts_with(title))
                && !entry.said_patient
                && entry.label == Label::FullName
                && !found.is_empty();
            if let Some(name) =
                name_in_front(text, &value, entry.label == Label::FullName).filter(|_| !doctor)
            {
                found.push((name, entry.value.clone()));
            }
        }
    }
    found
}

/// "Re: patient Mr John Smith", "Re: referral of John Smith".
fn skip_words(text: &str, span: &Span) -> Span {
    const SKIPPED: [&str; 14] = [
        "re:", "patient:", "patient", "pt:", "pt", "name:", "referral", "of", "for", "your", "our",
        "mutual", "this", "-",
    ];
    let mut span = span.clone();
    loop {
        let piece = text.get(span.clone()).unwrap_or_default();
        let front = piece.trim_start();
        let word = front.split(' ').next().unwrap_or_default();
        let plain = word.trim_end_matches(['-', ',']).to_lowercase();
        if word.is_empty() || !(SKIPPED.contains(&plain.as_str()) || plain.is_empty()) {
            return span;
        }
        span.start += piece.len() - front.len() + word.len();
    }
}

/// A part with a label of its own: the value up to a comma or bracket.
fn part(text: &str, scan: &Scan, label: Label) -> Option<Span> {
    scan.entries
        .iter()
        .filter(|entry| entry.label == label && entry.owner == Owner::Patient)
        .find_map(|entry| {
            let value = text.get(entry.value.clone())?;
            let end = value.find([',', '(', '/', ';', '[']).unwrap_or(value.len());
            let words: Vec<&str> = value.get(..end)?.split_whitespace().collect();
            let letters = |word: &&str| {
                word.starts_with(char::is_alphabetic) && !word.chars().any(|c| c.is_ascii_digit())
            };
            let named = !words.is_empty() && words.len() <= 5 && words.iter().all(letters);
            let right = named
                && (label != Label::Title || crate::patient::is_title(words.first()?))
                && !is_no_value(value);
            let end = if label == Label::Title {
                words.first()?.len()
            } else {
                value.get(..end)?.trim_end().len()
            };
            right.then(|| entry.value.start..entry.value.start + end)
        })
}

/// Words that stand where a value would, and say that there is none.
pub fn is_no_value(value: &str) -> bool {
    let plain: String = value
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    matches!(
        plain.as_str(),
        "" | "na"
            | "none"
            | "nil"
            | "unknown"
            | "notknown"
            | "notrecorded"
            | "notstated"
            | "notapplicable"
            | "nonerecorded"
            | "noneknown"
            | "nk"
            | "tbc"
            | "notgiven"
            | "notprovided"
            | "blank"
            | "notavailable"
            | "notspecified"
            | "nothingrecorded"
            | "null"
            | "no"
            | "notdisclosed"
            | "noneidentified"
            | "nonenoted"
            | "noneneeded"
            | "nonerequired"
            | "notasked"
            | "undefined"
            | "noneofnote"
            | "noneatpresent"
            | "nospecialneeds"
            | "noneknownof"
            | "nonereported"
            | "nonegiven"
            | "noneidentifiedatpresent"
    )
}

/// The name in front of the first date of birth, NHS number or age, on its line or the line above it.
fn before_anchors(text: &str, scan: &Scan, anchors: &[usize]) -> Option<NameSpans> {
    let mut sorted = anchors.to_vec();
    sorted.sort_unstable();
    sorted.iter().take(6).find_map(|anchor| {
        let at = scan.line_of(*anchor);
        let line = scan.lines.get(at)?;
        // Up to the anchor, but not from before another entry's label; 300 bytes hold any name.
        let from = line.span.start.max(anchor.saturating_sub(300));
        let from = (from..=*anchor).find(|at| text.is_char_boundary(*at))?;
        let previous = scan
            .entries_on(at)
            .iter()
            .filter(|e| e.value.end <= *anchor && e.start > from)
            .map(|e| e.value.end)
            .max();
        on_line(text, &(previous.unwrap_or(from)..*anchor))
            .or_else(|| above_or_below(text, scan, at))
    })
}

fn on_line(text: &str, before: &Span) -> Option<NameSpans> {
    let cut = super::clean::trimmed(
        text,
        before,
        &['-', ',', '(', ':', '[', '|', ';', '"', '*', '.', '/', '<'],
    );
    // A bracket that belongs to the name, "(Mr)", is kept by the tokens.
    let piece = text.get(cut.clone())?;
    let columns = piece.rfind(['\t', '|', ';']).map_or(0, |at| at + 1);
    name_at_end(text, &(cut.start + columns..cut.end))
        .or_else(|| name_after_title(text, &cut))
        .or_else(|| {
            let cells: Vec<&str> = piece.split(['\t', '|', ';']).collect();
            (cells.len() > 1)
                .then(|| name_in_front(text, &cut, false))
                .flatten()
        })
}

/// A whole line that is a name, in the same block: the nearest above, then below.
fn above_or_below(text: &str, scan: &Scan, at: usize) -> Option<NameSpans> {
    let block = scan.lines.get(at)?.block;
    let near = |line: &usize| {
        scan.lines.get(*line).is_some_and(|l| l.block == block)
            && scan.regions.get(*line) != Some(&Region::Body)
    };
    let labelled = |line: usize| {
        scan.entries_on(line)
            .iter()
            .any(|e| e.place == Place::Start)
    };
    let above = (at.saturating_sub(8)..at).rev().take_while(near);
    let below = (at + 1..at + 3).take_while(near);
    above
        .chain(below)
        .filter(|line| {
            !labelled(*line)
                && !matches!(
                    scan.line_owners.get(*line),
                    Some(Owner::Of(Other::Relative | Other::Practice | Other::Doctor))
                )
        })
        .find_map(|line| {
            whole_name(
                text,
                &super::clean::trimmed(text, &scan.lines.get(line)?.span, &[',', '*', '-', '"']),
            )
        })
}
