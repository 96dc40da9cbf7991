//! Finds where the patient lives: the labelled address, or the words before a postcode that stands in the patient's lines.

use super::clean::{Span, trimmed};
use super::contact::{
    address_lines, begins_an_address, has_street, is_flat, phones_in, postcodes_in,
};
use super::hits::Place;
use super::labels::Label;
use super::scan::{Entry, Owner, Region, Scan};
use super::words::{names_an_organisation, words};
use crate::patient::Postcode;

/// The lines of the address and its postcode, each where it stands.
#[derive(Default)]
pub struct Home {
    pub lines: Vec<Span>,
    pub postcode: Option<(Postcode, Span)>,
}

const MOST_LINES: usize = 7;
/// So that a megabyte of postcodes is read in a moment: a patient's is among the first.
const MOST_POSTCODES: usize = 30;

pub fn home(text: &str, scan: &Scan, taken: &[Span]) -> Home {
    let of_patient = |label: Label| {
        scan.entries
            .iter()
            .filter(move |e| e.label == label && matches!(e.owner, Owner::Patient | Owner::Unsure))
    };
    let mut home = of_patient(Label::Address)
        .map(|entry| labelled(text, scan, entry))
        .find(|home| !home.lines.is_empty() || home.postcode.is_some())
        .unwrap_or_default();
    if home.lines.is_empty() {
        home.lines = of_patient(Label::AddressLine)
            .flat_map(|entry| without_postcode(text, address_lines(text, &entry.value)))
            .filter(|line| !super::who::is_no_value(text.get(line.clone()).unwrap_or_default()))
            .take(MOST_LINES)
            .collect();
        home.lines.sort_by_key(|line| line.start);
        let in_lines =
            of_patient(Label::AddressLine).find_map(|entry| postcodes_in(text, &entry.value).pop());
        home.postcode = home.postcode.or(in_lines);
    }
    let stated = of_patient(Label::Postcode)
        .find_map(|entry| postcodes_in(text, &entry.value).into_iter().next());
    home.postcode = stated.or(home.postcode);
    if home.lines.is_empty()
        && let Some(unlabelled) = unlabelled(text, scan, taken, home.postcode.as_ref())
    {
        return unlabelled;
    }
    home
}

/// From the label to the postcode, or as far as the lines go on.
fn labelled(text: &str, scan: &Scan, entry: &Entry) -> Home {
    let first = scan.line_of(entry.value.start.max(entry.start));
    let line_end = scan
        .lines
        .get(first)
        .map_or(entry.value.end, |line| line.span.end);
    let mut end = entry.value.end;
    let on_line = text
        .get(entry.value.end..line_end)
        .is_none_or(|rest| rest.trim_matches([' ', ',', '"', '*']).is_empty());
    let complete = !postcodes_in(text, &entry.value).is_empty();
    if on_line && !complete && !entry.value.is_empty() {
        for (at, line) in scan
            .lines
            .iter()
            .enumerate()
            .skip(first + 1)
            .take(MOST_LINES)
        {
            let piece = text.get(line.span.clone()).unwrap_or_default();
            let labelled = scan.entries_on(at).iter().any(|e| e.place == Place::Start);
            let other = piece.trim().is_empty()
                || labelled
                || piece.contains('@')
                || !phones_in(text, &line.span).is_empty()
                || piece.trim().len() > 60;
            if other {
                break;
            }
            end = line.span.end;
            if !postcodes_in(text, &line.span).is_empty() {
                break;
            }
        }
    }
    let span = entry.value.start..end;
    let postcode = postcodes_in(text, &span).into_iter().next();
    let lines_end = postcode.as_ref().map_or(end, |(_, at)| at.start);
    let lines = address_lines(
        text,
        &(entry.value.start..sentence_end(text, &(entry.value.start..lines_end))),
    );
    let none = text
        .get(entry.value.clone())
        .is_some_and(super::who::is_no_value);
    let lines = if none {
        Vec::new()
    } else {
        lines
            .into_iter()
            .filter(|line| is_line(text, line))
            .take(MOST_LINES)
            .collect()
    };
    Home { lines, postcode }
}

/// "lives at 12 Mill Lane. He works …": the address ends with the sentence.
fn sentence_end(text: &str, span: &Span) -> usize {
    let piece = text.get(span.clone()).unwrap_or_default();
    let ends = piece.match_indices(". ").find(|(at, _)| {
        let word = piece
            .get(..*at)
            .unwrap_or_default()
            .rsplit([' ', ','])
            .next()
            .unwrap_or_default();
        word.chars().count() > 3 && !word.ends_with(|c: char| c.is_ascii_digit())
    });
    let joined = [" and ", " with ", " who ", " - ", " but ", " since "]
        .iter()
        .filter_map(|word| piece.find(word))
        .min();
    let end = ends
        .map_or(piece.len(), |(at, _)| at)
        .min(joined.unwrap_or(piece.len()));
    span.start + end
}

fn is_line(text: &str, line: &Span) -> bool {
    let piece = text.get(line.clone()).unwrap_or_default();
    piece.chars().count() <= 100 && piece.chars().any(char::is_alphanumeric)
}

fn without_postcode(text: &str, lines: Vec<Span>) -> Vec<Span> {
    lines
        .into_iter()
        .filter_map(|line| match postcodes_in(text, &line).first() {
            Some((_, at)) => {
                let before = trimmed(text, &(line.start..at.start), &[',']);
                (!before.is_empty()).then_some(before)
            }
            None => Some(line),
        })
        .collect()
}

/// The address that ends with a postcode in the patient's own lines, walked backwards from it.
fn unlabelled(
    text: &str,
    scan: &Scan,
    taken: &[Span],
    stated: Option<&(Postcode, Span)>,
) -> Option<Home> {
    let mut best: Option<Home> = None;
    let mut looked_at = 0;
    for (at, line) in scan.lines.iter().enumerate() {
        if !matches!(scan.regions.get(at), Some(Region::Form | Region::Patient))
            || matches!(scan.line_owners.get(at), Some(Owner::Of(_)))
        {
            continue;
        }
        for (postcode, span) in postcodes_in(text, &line.span) {
            let near_stated = stated.is_none_or(|(known, _)| *known == postcode);
            let theirs = scan.entries_on(at).iter().any(|e| {
                e.value.start <= span.start
                    && span.end <= e.value.end
                    && matches!(e.owner, Owner::Of(_))
            });
            if !near_stated || theirs || !in_patients_lines(scan, at, taken) {
                continue;
            }
            looked_at += 1;
            if looked_at > MOST_POSTCODES {
                return best;
            }
            let lines = walked_back(text, scan, at, span.start, taken);
            let organisation = lines
                .iter()
                .any(|line| names_an_organisation(&words(text, line)));
            if organisation {
                continue;
            }
            let home = Home {
                lines,
                postcode: Some((postcode, span)),
            };
            if !home.lines.is_empty() {
                return Some(home);
            }
            best = best.or(Some(home));
        }
    }
    best
}

/// Within a few lines of something that is known to be the patient's.
fn in_patients_lines(scan: &Scan, line: usize, taken: &[Span]) -> bool {
    let block = scan.lines.get(line).map(|l| l.block);
    taken.iter().take(1000).any(|span| {
        let at = scan.line_of(span.start);
        scan.lines.get(at).map(|l| l.block) == block
            || (at < line && line - at <= 6 && scan.regions.get(line) == Some(&Region::Form))
            || scan.regions.get(line) == Some(&Region::Patient)
    })
}

fn walked_back(text: &str, scan: &Scan, at: usize, end: usize, taken: &[Span]) -> Vec<Span> {
    let first = at.saturating_sub(6);
    let block = scan.lines.get(at).map(|l| l.block);
    let start = scan
        .lines
        .iter()
        .enumerate()
        .skip(first)
        .find(|(_, l)| Some(l.block) == block && !l.span.is_empty())
        .map_or(end, |(_, l)| l.span.start);
    // Nothing before the last piece that is known to be something else.
    let known = taken
        .iter()
        .map(|s| s.end)
        .chain(
            scan.entries
                .iter()
                .filter(|e| !matches!(e.label, Label::Re | Label::FullName | Label::Patient))
                .map(|e| e.value.end.max(e.start)),
        )
        .filter(|known| *known <= end && *known > start)
        .max();
    let from = known
        .unwrap_or(start)
        .max(start)
        .max(end.saturating_sub(300));
    let Some(from) = (from..=end).find(|at| text.is_char_boundary(*at)) else {
        return Vec::new();
    };
    let pieces = address_lines(text, &(from..end));
    let mut lines: Vec<Span> = Vec::new();
    for piece in pieces.into_iter().rev() {
        let words = text.get(piece.clone()).unwrap_or_default();
        let begun = lines
            .first()
            .is_some_and(|line| begins_an_address(text.get(line.clone()).unwrap_or_default()));
        let goes_before = is_flat(words)
            || (has_street(words) && !words.starts_with(|c: char| c.is_ascii_digit()));
        if (begun && !goes_before) || words.contains('@') || lines.len() >= MOST_LINES {
            break;
        }
        lines.insert(0, from_the_number(text, piece));
    }
    // What does not begin like an address is a sentence or a name before the postcode.
    let begins = lines
        .iter()
        .position(|line| begins_an_address(text.get(line.clone()).unwrap_or_default()));
    begins.map_or_else(Vec::new, |at| lines.split_off(at))
}

/// "of 12 Mill Lane": the words before the house number are not part of it.
fn from_the_number(text: &str, piece: Span) -> Span {
    let words = text.get(piece.clone()).unwrap_or_default();
    let lower = words.to_lowercase();
    for lead in [
        " at ",
        " of ",
        "lives at ",
        "lives ",
        "living at ",
        "of ",
        "at ",
        "address ",
    ] {
        if let Some(found) = lower.find(lead).filter(|found| {
            words.is_char_boundary(*found) && (lead.starts_with(' ') || *found == 0)
        }) {
            let start = found + lead.len();
            if words
                .get(start..)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) || is_flat(rest))
            {
                return piece.start + start..piece.end;
            }
        }
    }
    piece
}
