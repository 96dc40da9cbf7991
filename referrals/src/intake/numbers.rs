//! NHS numbers in a text, told apart from the other long numbers that stand in letters.

use super::clean::Span;
use super::labels::Label;
use super::scan::{Entry, Owner, Scan};
use crate::patient::{NhsNumber, NhsNumberError};

/// What stands where an NHS number should: a number, or digits that are none.
pub struct Candidate {
    pub number: Result<NhsNumber, NhsNumberError>,
    /// The digits as written.
    pub digits: String,
    pub span: Span,
    pub labelled: bool,
}

pub fn candidates(text: &str, scan: &Scan) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = scan
        .entries
        .iter()
        .filter(|entry| {
            matches!(entry.label, Label::NhsNumber | Label::NhsAlone)
                && !matches!(entry.owner, Owner::Of(super::labels::Other::Relative))
        })
        .filter_map(|entry| labelled(text, entry))
        .collect();
    let all_digits = unlabelled(text, scan);
    found.extend(all_digits);
    found
}

/// The digits of a labelled value; words such as "(verified)" may stand before them.
fn labelled(text: &str, entry: &Entry) -> Option<Candidate> {
    let value = text.get(entry.value.clone())?;
    let front = value.find(|c: char| c.is_ascii_digit())?;
    let skipped = value.get(..front)?;
    if skipped.len() > 30 || skipped.contains([',', ';']) {
        return None;
    }
    let digits_end = grouped_digits(value.get(front..)?);
    let piece = value.get(front..front + digits_end)?;
    let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
    // Words, then a short number: "not known, ward 4".
    if digits.len() < 6 && skipped.chars().filter(|c| c.is_alphabetic()).count() > 2 {
        return None;
    }
    let start = entry.value.start + front;
    Some(Candidate {
        number: NhsNumber::parse(&digits),
        digits,
        span: start..start + digits_end,
        labelled: true,
    })
}

/// How long the number is: ten digits, however they are spaced, or as many as stand together. A date or a word ends it.
fn grouped_digits(value: &str) -> usize {
    let (mut digits, mut end, mut gap) = (0, 0, 0);
    for (at, c) in value.char_indices() {
        if c.is_ascii_digit() {
            if digits == 10 && gap > 0 {
                break;
            }
            digits += 1;
            end = at + 1;
            gap = 0;
        } else if " -.".contains(c) && gap < 3 && digits < 10 {
            gap += 1;
        } else {
            break;
        }
    }
    end
}

/// Ten digits together or as 3-3-4, with no label. England's numbers begin with 4, 6, 7 or 9 (Scotland's CHI begins with the
/// date of birth), so that others are passed over.
fn unlabelled(text: &str, scan: &Scan) -> Vec<Candidate> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let run = (at..bytes.len()).take_while(|at| digit(*at)).count();
        let end = match run {
            10 => Some(at + 10),
            3 => three_three_four(bytes, at),
            _ => None,
        };
        let alone = |end: usize| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(end..).and_then(|t| t.chars().next());
            !before.is_some_and(|c| c.is_alphanumeric() || "+-_/".contains(c))
                && !after.is_some_and(|c| c.is_alphanumeric() || "-_/@".contains(c))
        };
        if let Some(end) = end.filter(|end| alone(*end)) {
            let span = at..end;
            if bytes.get(at).is_some_and(|b| b"4679".contains(b)) && is_free(scan, &span) {
                let digits: String = text
                    .get(span.clone())
                    .unwrap_or_default()
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect();
                found.push(Candidate {
                    number: NhsNumber::parse(&digits),
                    digits,
                    span,
                    labelled: false,
                });
            }
            at = end;
        } else {
            at += run;
        }
    }
    found
}

fn three_three_four(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 3;
    for size in [3, 4] {
        if !bytes.get(end).is_some_and(|b| b" -".contains(b)) {
            return None;
        }
        end += 1;
        let run = (end..end + 5)
            .take_while(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit))
            .count();
        if run != size {
            return None;
        }
        end += size;
    }
    Some(end)
}

/// Not the value of a label that says it is something else, and not somebody else's.
fn is_free(scan: &Scan, span: &Span) -> bool {
    let after = scan
        .entries
        .partition_point(|entry| entry.start <= span.start);
    let inside = after
        .checked_sub(1)
        .and_then(|at| scan.entries.get(at))
        .filter(|entry| entry.value.end >= span.end && entry.value.start <= span.start);
    let free = match inside.map(|entry| (entry.label, entry.owner)) {
        Some((
            Label::Re
            | Label::FullName
            | Label::Patient
            | Label::Given
            | Label::Family
            | Label::Reason
            | Label::Born
            | Label::BirthDate
            | Label::Sex,
            owner,
        )) => !matches!(owner, Owner::Of(_)),
        Some((_, _)) => false,
        None => true,
    };
    let line = scan.line_of(span.start);
    free && !matches!(
        scan.line_owners.get(line),
        Some(Owner::Of(super::labels::Other::Relative))
    )
}
