//! Finds phone numbers, e-mail addresses, postcodes and addresses in a piece of text.

use super::clean::{Span, trimmed};
use crate::patient::{EmailAddress, PhoneNumber, Postcode};

/// All phone numbers of a piece of text, with where they stand.
pub fn phones_in(text: &str, span: &Span) -> Vec<(PhoneNumber, Span)> {
    let piece = text.get(span.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = piece
        .get(at..)
        .and_then(|rest| rest.find(|c: char| c.is_ascii_digit() || c == '+'))
    {
        let start = at + offset;
        let before = piece.get(..start).unwrap_or_default();
        let glued = before.ends_with(|c: char| c.is_alphanumeric());
        match phone_at(piece, start).filter(|_| !glued) {
            Some((phone, end)) => {
                let bracket = usize::from(before.ends_with('('));
                found.push((phone, span.start + start - bracket..span.start + end));
                at = end;
            }
            None => {
                at = start
                    + piece
                        .get(start..)
                        .map_or(1, |rest| {
                            rest.len()
                                - rest
                                    .trim_start_matches(|c: char| c.is_ascii_digit() || c == '+')
                                    .len()
                        })
                        .max(1);
            }
        }
    }
    found
}

/// The phone number that begins here: groups of digits with single marks between them, as many as make a number.
fn phone_at(piece: &str, start: usize) -> Option<(PhoneNumber, usize)> {
    let rest = piece.get(start..)?;
    if !rest.starts_with(['0', '+']) && !rest.starts_with("44") {
        return None;
    }
    let length = rest
        .char_indices()
        .take(24)
        .take_while(|(at, c)| c.is_ascii_digit() || " -.()".contains(*c) || (*c == '+' && *at == 0))
        .map(|(at, c)| at + c.len_utf8())
        .last()?;
    let mut end = length;
    // The longest run that is a number; a shorter one where another number follows it.
    while end >= 9 {
        let candidate = rest.get(..end)?;
        let next = rest.get(end..)?.chars().next();
        let whole = candidate.ends_with(|c: char| c.is_ascii_digit())
            && !next.is_some_and(|c| c.is_ascii_digit());
        let tidy =
            !candidate.contains("   ") && !candidate.contains(". ") && !candidate.contains("--");
        if whole && tidy {
            let with_country = if candidate.starts_with("44") {
                format!("+{candidate}")
            } else {
                candidate.to_owned()
            };
            if let Ok(phone) = PhoneNumber::parse(&with_country) {
                return Some((phone, start + end));
            }
        }
        end -= 1;
    }
    None
}

/// All e-mail addresses of a piece of text.
pub fn emails_in(text: &str, span: &Span) -> Vec<(EmailAddress, Span)> {
    let piece = text.get(span.clone()).unwrap_or_default();
    let part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let mut found = Vec::new();
    for (at, _) in piece.match_indices('@') {
        let local = piece.get(at.saturating_sub(64)..at).unwrap_or_default();
        let local_length = local.chars().rev().take_while(|c| part(*c)).count();
        let host = piece.get(at + 1..).unwrap_or_default();
        let host_length = host
            .bytes()
            .take(254)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
            .count();
        let written = at - local_length..at + 1 + host_length;
        let written = trimmed(
            piece,
            &written,
            &['.', '\'', '-', '=', '|', '{', '}', '/', '*'],
        );
        if let Some(Ok(email)) = piece.get(written.clone()).map(EmailAddress::parse) {
            found.push((email, span.start + written.start..span.start + written.end));
        }
    }
    found
}

/// All postcodes of a piece of text.
pub fn postcodes_in(text: &str, span: &Span) -> Vec<(Postcode, Span)> {
    let piece = text.get(span.clone()).unwrap_or_default();
    let bytes = piece.as_bytes();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
    };
    let mut found: Vec<(Postcode, Span)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts =
            bytes.get(at).is_some_and(u8::is_ascii_alphabetic) && !is_word(at.checked_sub(1));
        let end = if starts {
            (5..=9).rev().map(|length| at + length).find(|end| {
                !is_word(Some(*end)) && piece.get(at..*end).is_some_and(is_written_postcode)
            })
        } else {
            None
        };
        if let Some(end) = end {
            if let Some(Ok(postcode)) = piece.get(at..end).map(Postcode::parse) {
                found.push((postcode, span.start + at..span.start + end));
            }
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// At most two spaces, all between the two halves.
fn is_written_postcode(text: &str) -> bool {
    let mut halves = text.split(' ').filter(|half| !half.is_empty());
    let (first, second, third) = (halves.next(), halves.next(), halves.next());
    let divided = match (first, second, third) {
        (Some(_), None, _) => true,
        (Some(_), Some(inward), None) => inward.len() == 3,
        _ => false,
    };
    divided && !text.ends_with(' ') && Postcode::parse(text).is_ok()
}

/// The lines of an address: pieces between commas, line ends, wide gaps. The postcode and the words before it go apart.
pub fn address_lines(text: &str, span: &Span) -> Vec<Span> {
    let piece = text.get(span.clone()).unwrap_or_default();
    let mut lines = Vec::new();
    let mut start = 0;
    let ends = [',', ';', '.', '-', '"', '|', '(', ')', ':'];
    let mut push = |from: usize, to: usize| {
        let line = trimmed(text, &(span.start + from..span.start + to), &ends);
        if !line.is_empty() {
            lines.push(line);
        }
    };
    let bytes = piece.as_bytes();
    for (at, c) in piece.char_indices() {
        let wide = c == ' ' && bytes.get(at + 1) == Some(&b' ');
        if matches!(c, ',' | '\n' | ';' | '\t' | '|' | '^' | '~') || wide {
            push(start, at);
            start = at + 1;
        }
    }
    push(start, piece.len());
    lines
}

const STREETS: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "lane",
    "ln",
    "avenue",
    "ave",
    "close",
    "drive",
    "way",
    "court",
    "gardens",
    "crescent",
    "terrace",
    "place",
    "square",
    "hill",
    "grove",
    "walk",
    "park",
    "rise",
    "view",
    "row",
    "mews",
    "green",
    "bank",
    "cottage",
    "house",
    "farm",
    "flat",
    "apartment",
    "cottages",
    "villas",
    "mill",
    "yard",
    "meadow",
    "meadows",
    "fold",
    "croft",
    "parade",
    "drove",
    "wharf",
    "lodge",
    "barn",
    "bungalow",
    "caravan",
    "bridge",
    "end",
];

/// A house number with a street, a flat, or a named house: what an address begins with.
pub fn begins_an_address(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let number = first.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let numbered = !number.is_empty()
        && number.len() <= 5
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'-' || b == b'/');
    let words = text.split_whitespace().count();
    (numbered
        && (2..=8).contains(&words)
        && text
            .split_whitespace()
            .nth(1)
            .is_some_and(|w| w.starts_with(char::is_alphabetic)))
        || is_flat(text)
        || (words <= 6 && has_street(text))
}

pub fn is_flat(text: &str) -> bool {
    let first = text
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    matches!(
        first.as_str(),
        "flat" | "apartment" | "apt" | "unit" | "room" | "c/o" | "plot" | "caravan"
    ) && text.split_whitespace().count() <= 6
}

pub fn has_street(text: &str) -> bool {
    text.split_whitespace()
        .skip(1)
        .any(|word| STREETS.contains(&word.trim_end_matches(['.', ',']).to_lowercase().as_str()))
}
