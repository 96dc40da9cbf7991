//! A PHQ-9 as a record says it: "PHQ-9 18 item 9: 1". Only what stands there is taken, and nothing is worked out from it.

/// None where the text does not say, or says two different things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phq9 {
    /// 0 to 27.
    pub total: Option<u8>,
    /// 0 to 3: thoughts of being better off dead, or of hurting oneself.
    pub item9: Option<u8>,
}

const NAMES: [&str; 3] = ["phq-9", "phq9", "phq 9"];
const ITEM_NAMES: [&str; 4] = ["item 9", "question 9", "item9", "q9"];
/// What may stand between the name and the number.
const BETWEEN: [&str; 7] = ["total", "score", "was", "is", "of", "today", "now"];
/// An item belongs to the name that stands so near before it, whatever else stands in the line.
const LONGEST_AFTER_NAME: usize = 120;

pub fn phq9(text: &str) -> Phq9 {
    let text = text.to_ascii_lowercase();
    let mut totals = Vec::new();
    let mut items = Vec::new();
    for line in text.lines() {
        for tail in after_each(line, &NAMES) {
            totals.extend(number_at_start(tail, 27));
            let near = tail
                .char_indices()
                .nth(LONGEST_AFTER_NAME)
                .map_or(tail, |(end, _)| tail.get(..end).unwrap_or(tail));
            items.extend(after_each(near, &ITEM_NAMES).filter_map(|rest| number_at_start(rest, 3)));
        }
    }
    Phq9 {
        total: the_only(&totals),
        item9: the_only(&items),
    }
}

fn the_only(numbers: &[u8]) -> Option<u8> {
    let first = *numbers.first()?;
    numbers.iter().all(|other| *other == first).then_some(first)
}

/// What follows each of the names, up to the end of the line.
fn after_each<'a>(line: &'a str, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
    names.iter().flat_map(move |name| {
        line.match_indices(name)
            .filter_map(move |(at, found)| line.get(at + found.len()..))
    })
}

/// A number of at most `most`, past signs and the words between; the parts of a date are none.
fn number_at_start(tail: &str, most: u8) -> Option<u8> {
    let mut rest = tail.trim_start_matches([' ', ':', '=', '(', '-', ',', '\t']);
    while let Some(next) = BETWEEN.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = next.trim_start_matches([' ', ':', '=', '(', '-', ',', '\t']);
    }
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let number: u8 = digits.parse().ok().filter(|number| *number <= most)?;
    let after = rest.get(digits.len()..)?;
    let out_of = format!("/{most}");
    let after = after.strip_prefix(out_of.as_str()).unwrap_or(after);
    let mut next = after.chars();
    let (first, second) = (next.next(), next.next());
    let goes_on = first.is_some_and(char::is_alphanumeric)
        || (matches!(first, Some('-' | '/' | '.' | ':'))
            && second.is_some_and(char::is_alphanumeric));
    // "18 Nov": a day.
    let month = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let is_day = month
        .iter()
        .any(|name| after.trim_start().starts_with(name));
    (!goes_on && !is_day).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<u8>, Option<u8>) {
        let read = phq9(text);
        (read.total, read.item9)
    }

    #[test]
    fn a_phq_9_is_taken_as_it_stands() {
        for (text, expected) in [
            ("PHQ-9 18 item 9: 1", (Some(18), Some(1))),
            ("phq9 total score: 7/27, Q9 = 0", (Some(7), Some(0))),
            ("PHQ 9 was 21 (question 9: 3/3)", (Some(21), Some(3))),
            ("PHQ-9 item 9: 2", (None, Some(2))),
            ("PHQ-9: 12", (Some(12), None)),
            ("Low mood, GAD-7 14", (None, None)),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_such_number_or_is_said_twice_is_left_to_a_person() {
        for text in [
            "PHQ-9 28",
            "PHQ-9 done 12-Nov-2026",
            "PHQ-9 12/11/2026",
            "PHQ-9 12 Nov 2026",
            "PHQ-9 12.5",
            "PHQ-9 18, in March PHQ-9 11",
            "PHQ-9 — not done",
            "PHQ-9 item 9: 4",
        ] {
            assert_eq!(read(text), (None, None), "{text}");
        }
    }
}
