//! Rows below a header: tabs, bars, semicolons, commas or wide gaps between the cells.

use super::clean::{Span, trimmed};
use super::hits::{Place, Whose, label_of_all};
use super::labels::{Label, Other};
use super::scan::{Entry, Owner, Scan};

/// The scan, with the cells of tables read by their header and not by what stands in their line.
pub fn with_rows(text: &str, mut scan: Scan) -> Scan {
    let mut rows: Vec<(usize, Entry)> = Vec::new();
    let mut table_lines = vec![false; scan.lines.len()];
    let mut at = 0;
    while let Some(line) = scan.lines.get(at) {
        let Some((mark, header)) = header(text, &line.span) else {
            at += 1;
            continue;
        };
        let mut row = at + 1;
        while let Some(cells) = scan
            .lines
            .get(row)
            .map(|line| cells(text, &line.span, mark))
            .filter(|cells| is_row(cells, &header))
        {
            rows.extend(
                header
                    .iter()
                    .zip(cells)
                    .map(|((label, whose), value)| (row, entry(row, *label, *whose, value))),
            );
            if let Some(slot) = table_lines.get_mut(row) {
                *slot = true;
            }
            row += 1;
        }
        if row > at + 1
            && let Some(slot) = table_lines.get_mut(at)
        {
            *slot = true;
        }
        at = row;
    }
    if rows.is_empty() {
        return scan;
    }
    scan.entries
        .retain(|entry| table_lines.get(entry.line) != Some(&true));
    scan.entries
        .extend(rows.into_iter().map(|(_, entry)| entry));
    scan.entries.sort_by_key(|entry| (entry.line, entry.start));
    for (owner, _) in scan
        .line_owners
        .iter_mut()
        .zip(&table_lines)
        .filter(|(_, in_table)| **in_table)
    {
        *owner = Owner::Of(Other::Hospital);
    }
    scan
}

fn entry(line: usize, label: Label, whose: Whose, value: Span) -> Entry {
    let owner = match (whose, label) {
        (Whose::Of(other), _) | (_, Label::Of(other)) => Owner::Of(other),
        _ => Owner::Patient,
    };
    let label = if label == Label::NhsAlone {
        Label::NhsNumber
    } else {
        label
    };
    Entry {
        label,
        owner,
        start: value.start,
        value,
        decoded: None,
        line,
        place: Place::Start,
        said_patient: false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Char(char),
    Wide,
}

type Header = Vec<(Label, Whose)>;

/// More than half of the cells are labels, two of them of a patient's fields.
fn header(text: &str, line: &Span) -> Option<(Mark, Header)> {
    let piece = text.get(line.clone())?;
    if piece.len() > 2000 || piece.bytes().filter(u8::is_ascii_digit).count() > 6 {
        return None;
    }
    [
        Mark::Char('\t'),
        Mark::Char('|'),
        Mark::Char(';'),
        Mark::Char(','),
        Mark::Wide,
    ]
    .into_iter()
    .find_map(|mark| {
        let cells = cells(text, line, mark);
        let labels: Header = cells
            .iter()
            .map(|cell| {
                label_of_all(text, cell).unwrap_or((Label::Unread, Whose::Of(Other::Hospital)))
            })
            .collect();
        let known = cells
            .iter()
            .filter(|cell| label_of_all(text, cell).is_some())
            .count();
        let read = labels
            .iter()
            .filter(|(label, _)| !matches!(label, Label::Unread | Label::Of(_) | Label::Patient))
            .count();
        (cells.len() > 1 && known * 2 > cells.len() && read > 1).then_some((mark, labels))
    })
}

fn is_row(cells: &[Span], header: &Header) -> bool {
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    cells.len() <= header.len() && cells.len() + 1 >= header.len() && filled > 1
}

/// The cells of a line; a bar at its two ends makes no cell, and quotes hold commas together.
fn cells(text: &str, line: &Span, mark: Mark) -> Vec<Span> {
    let ends: &[char] = if mark == Mark::Char('|') { &['|'] } else { &[] };
    let line = if ends.is_empty() {
        line.clone()
    } else {
        trimmed(text, line, ends)
    };
    let piece = text.get(line.clone()).unwrap_or_default();
    let mut all = Vec::new();
    let (mut start, mut quoted, mut spaces) = (0, false, 0);
    for (at, c) in piece.char_indices() {
        if c == '"' {
            quoted = !quoted;
        }
        let divides = !quoted
            && match mark {
                Mark::Char(mark) => c == mark,
                Mark::Wide => c != ' ' && spaces > 1 && at > spaces,
            };
        spaces = if c == ' ' { spaces + 1 } else { 0 };
        if divides {
            all.push(trimmed(
                text,
                &(line.start + start..line.start + at),
                &['"', '*'],
            ));
            start = if mark == Mark::Wide {
                at
            } else {
                at + c.len_utf8()
            };
        }
    }
    all.push(trimmed(text, &(line.start + start..line.end), &['"', '*']));
    all
}
