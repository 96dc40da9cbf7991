//! Dates as people in the United Kingdom write them: the day first, unless the year is.

use jiff::civil::Date;

/// A date at the start of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDate {
    /// None where the digits are no date, such as the 14th month: it is not guessed.
    pub date: Option<Date>,
    pub length: usize,
}

#[derive(Clone, Copy)]
enum Part {
    Number { value: u32, digits: usize },
    Month(u32),
}

/// The date that a text begins with, if it begins with something of a date's shape. Two-digit years are the latest that
/// are not after `today`.
pub fn date_at_start(text: &str, today: Date) -> Option<ReadDate> {
    eight_digits(text).or_else(|| three_parts(text, today))
}

/// `19450714` or `14071945`: the month is never 18 to 21, so that one of the two readings falls away. HL7 may add the time.
fn eight_digits(text: &str) -> Option<ReadDate> {
    let length = text.bytes().take(15).take_while(u8::is_ascii_digit).count();
    let digits = text.get(..8).filter(|_| matches!(length, 8 | 12 | 14))?;
    let number =
        |range: std::ops::Range<usize>| digits.get(range).and_then(|d| d.parse::<u32>().ok());
    let year_first = civil(number(0..4)?, number(4..6)?, number(6..8)?);
    let day_first = civil(number(4..8)?, number(2..4)?, number(0..2)?).filter(|_| length == 8);
    Some(ReadDate {
        date: year_first.or(day_first),
        length,
    })
}

fn three_parts(text: &str, today: Date) -> Option<ReadDate> {
    use Part::{Month, Number};
    let (first, mut at) = part(text, 0)?;
    at = between(text, at)?;
    let (second, after) = part(text, at)?;
    at = between(text, after)?;
    let (third, end) = part(text, at)?;
    if text
        .get(end..)
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let date = match (first, second, third) {
        (
            Number {
                value: year,
                digits: 4,
            },
            Month(month) | Number { value: month, .. },
            day,
        ) => civil(year, month, short(day)?),
        (
            day,
            Month(month)
            | Number {
                value: month,
                digits: 1 | 2,
            },
            Number {
                value: year,
                digits,
            },
        )
        | (
            Month(month),
            day,
            Number {
                value: year,
                digits,
            },
        ) => in_year(year, digits, month, short(day)?, today)?,
        _ => return None,
    };
    Some(ReadDate { date, length: end })
}

/// A day, of one or two digits.
fn short(part: Part) -> Option<u32> {
    match part {
        Part::Number {
            value,
            digits: 1 | 2,
        } => Some(value),
        _ => None,
    }
}

/// The outer option: whether it has a year's shape. The inner: whether it is a date.
#[allow(clippy::option_option)]
fn in_year(year: u32, digits: usize, month: u32, day: u32, today: Date) -> Option<Option<Date>> {
    match digits {
        4 => Some(civil(year, month, day)),
        2 => {
            let this_century = civil(2000 + year, month, day).filter(|date| *date <= today);
            Some(this_century.or_else(|| civil(1900 + year, month, day)))
        }
        _ => None,
    }
}

pub fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    if !(1800..=2200).contains(&year) {
        return None;
    }
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

/// A number of up to four digits (with st, nd, rd, th), or a month's name.
fn part(text: &str, at: usize) -> Option<(Part, usize)> {
    let rest = text.get(at..)?;
    let digits = rest.bytes().take(5).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let value = rest.get(..digits).filter(|_| digits <= 4)?.parse().ok()?;
        let suffix = rest.get(digits..digits + 2).map(str::to_ascii_lowercase);
        let ordinal = suffix.is_some_and(|s| matches!(s.as_str(), "st" | "nd" | "rd" | "th"));
        return Some((
            Part::Number { value, digits },
            at + digits + if ordinal { 2 } else { 0 },
        ));
    }
    let letters = rest
        .bytes()
        .take(10)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let month = month(rest.get(..letters)?)?;
    Some((Part::Month(month), at + letters))
}

pub fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let word = if word == "sept" { "sep" } else { &word };
    let at = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && (*name == word || name.get(..3) == Some(word)))?;
    u32::try_from(at + 1).ok()
}

/// What stands between the parts of a date: a mark with spaces about it, spaces, nothing, or "of".
fn between(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let marks = rest
        .bytes()
        .take(4)
        .take_while(|b| b" /.-,'".contains(b))
        .count();
    let gap = rest.get(..marks)?;
    if gap.bytes().filter(|b| *b != b' ').count() > 1 && gap.trim() != ".," {
        return None;
    }
    let after = rest.get(marks..)?;
    let of = if after
        .get(..3)
        .is_some_and(|word| word.eq_ignore_ascii_case("of "))
    {
        3
    } else {
        0
    };
    let joined = marks == 0
        && !after.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.get(..at)?.ends_with(|c: char| c.is_ascii_alphabetic());
    (!joined).then_some(at + marks + of)
}
