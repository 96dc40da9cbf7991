//! Finds the labels in a line, and decides which words that look like one are one.

use super::clean::Span;
use super::date::date_at_start;
use super::labels::{Label, Other, begins_a_phrase, longest};
use super::words::{Word, words};
use crate::patient::{Gender, Postcode};
use jiff::civil::Date;

/// What stands between a label and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// A colon, an equals sign, a tab, a dash with spaces, a question mark.
    Mark,
    /// Two or more spaces.
    Wide,
    /// "is".
    Is,
    Space,
    /// Nothing more on the line.
    End,
}

/// Where in its line a label stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Start,
    /// After a comma, a bracket, a tab, two spaces, or the end of a sentence.
    AfterGap,
    Middle,
}

/// Whose a label says that its value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Unsaid,
    Patient,
    Of(Other),
}

#[derive(Debug, Clone, Copy)]
pub struct Hit {
    pub label: Label,
    pub whose: Whose,
    pub start: usize,
    pub value_start: usize,
    pub gap: Gap,
    pub place: Place,
    /// A relative, or somebody of an organisation, is named before it in the same sentence.
    pub after_relative: bool,
    pub after_organisation: bool,
}

/// All labels of a line, from left to right.
pub fn hits_in(text: &str, line: &Span, today: Date) -> Vec<Hit> {
    let all = words(text, line);
    let mut hits: Vec<Hit> = Vec::new();
    let mut sentence = Sentence::default();
    let mut at = 0;
    while at < all.len() {
        sentence.goes_on_to(text, &all, at);
        match hit_at(text, line, &all, at, &sentence) {
            Some((hit, count)) if is_a_label(text, line, &hit, today) => {
                sentence.counts_words(&all, at, count, hit.label);
                hits.push(hit);
                at += count;
            }
            _ => {
                sentence.counts_words(&all, at, 1, Label::Unread);
                at += 1;
            }
        }
    }
    with_unknown_labels(text, line, hits)
}

/// Who has been named since the sentence, or the cell, began.
#[derive(Default)]
struct Sentence {
    relative: bool,
    organisation: bool,
}

impl Sentence {
    fn goes_on_to(&mut self, text: &str, all: &[Word], at: usize) {
        let (Some(before), Some(word)) =
            (at.checked_sub(1).and_then(|at| all.get(at)), all.get(at))
        else {
            return;
        };
        let between = text
            .get(before.span.end..word.span.start)
            .unwrap_or_default();
        let full_stop = between.starts_with(". ") && before.plain.chars().count() > 3;
        if full_stop || between.contains([';', '|', '\t', '•', '!', '?']) || between.contains("  ")
        {
            *self = Self::default();
        }
    }

    fn counts_words(&mut self, all: &[Word], at: usize, count: usize, label: Label) {
        for word in all.iter().skip(at).take(count) {
            self.relative |= super::words::is_relative(&word.plain);
            // "NHS number", "home address" name no organisation.
            self.organisation |= matches!(label, Label::Unread | Label::Of(_))
                && super::words::is_of_an_organisation(&word.plain);
        }
    }
}

/// The label at a word, with the words before it that say whose it is ("GP tel", "patient's address").
fn hit_at(
    text: &str,
    line: &Span,
    all: &[Word],
    at: usize,
    sentence: &Sentence,
) -> Option<(Hit, usize)> {
    let (mut label, mut count) = phrase_at(text, all, at)?;
    let mut whose = Whose::Unsaid;
    while let Label::Of(_) | Label::Patient = label {
        let last = all.get(at + count - 1)?;
        let next = all.get(at + count);
        let adjacent = next.is_some_and(|next| {
            text.get(last.span.end..next.span.start)
                .is_some_and(|gap| matches!(gap, " " | "_" | "/" | " / "))
        });
        let Some((after, more)) = phrase_at(text, all, at + count).filter(|_| adjacent) else {
            break;
        };
        whose = match label {
            Label::Of(other) => Whose::Of(other),
            _ => Whose::Patient,
        };
        label = after;
        count += more;
    }
    let first = all.get(at)?;
    let last = all.get(at + count - 1)?;
    let (value_start, gap) = gap_after(text, line, last.span.end)?;
    let hit = Hit {
        label,
        whose,
        start: first.span.start,
        value_start,
        gap,
        place: place_of(text, line, first.span.start),
        after_relative: sentence.relative,
        after_organisation: sentence.organisation,
    };
    Some((hit, count))
}

const LONGEST_PHRASE: usize = 8;

fn phrase_at(text: &str, all: &[Word], at: usize) -> Option<(Label, usize)> {
    if !all.get(at).is_some_and(|word| begins_a_phrase(&word.plain)) {
        return None;
    }
    let mut plain: Vec<&str> = Vec::with_capacity(LONGEST_PHRASE);
    let mut end = None;
    for word in all.iter().skip(at).take(LONGEST_PHRASE) {
        let joined = end.is_none_or(|end| {
            text.get(end..word.span.start)
                .is_some_and(|gap| gap.len() <= 3 && gap.chars().all(|c| " ./_-()&+".contains(c)))
        });
        if !joined {
            break;
        }
        plain.push(&word.plain);
        end = Some(word.span.end);
    }
    longest(&plain)
}

/// Where the value begins, and what stands before it. None where the word goes on with a hyphen ("home-made").
fn gap_after(text: &str, line: &Span, end: usize) -> Option<(usize, Gap)> {
    let rest = text.get(end..line.end)?;
    let mut skipped = 0;
    if let Some(bracket) = bracket_before_colon(rest) {
        skipped = bracket;
    } else if rest.starts_with("(s)") {
        skipped = 3;
    } else if rest.starts_with(')') {
        skipped = 1;
    }
    let (mut gap, mut spaces) = (Gap::Space, 0);
    let after = rest.get(skipped..)?;
    for (at, c) in after.char_indices() {
        match c {
            ' ' => spaces += 1,
            ':' | '=' | '|' | '\t' | '>' | '?' | '#' | '~' => gap = Gap::Mark,
            '.' | '*' | '_' => {}
            '-' => {
                let spaced = spaces > 0
                    || gap == Gap::Mark
                    || after
                        .get(at + 1..)
                        .is_none_or(|next| next.starts_with([' ', '-']));
                if spaced {
                    gap = Gap::Mark;
                } else if after.get(at + 1..)?.starts_with(char::is_alphabetic) {
                    return None;
                }
            }
            _ => {
                if gap == Gap::Space
                    && after
                        .get(at..at + 3)
                        .is_some_and(|word| word.eq_ignore_ascii_case("is "))
                {
                    return Some((end + skipped + at + 3, Gap::Is));
                }
                let gap = if gap == Gap::Space && spaces > 1 {
                    Gap::Wide
                } else {
                    gap
                };
                return Some((end + skipped + at, gap));
            }
        }
    }
    Some((
        line.end,
        if gap == Gap::Mark {
            Gap::Mark
        } else {
            Gap::End
        },
    ))
}

/// "Name (in full):", "Tel (day):": how much to skip.
fn bracket_before_colon(rest: &str) -> Option<usize> {
    let bracket = rest.trim_start_matches(' ');
    if !bracket.starts_with('(') {
        return None;
    }
    let close = bracket.bytes().take(40).position(|b| b == b')')? + 1;
    let after = bracket.get(close..)?;
    after
        .trim_start_matches([' ', '.'])
        .starts_with([':', '=', '?'])
        .then_some(rest.len() - after.len())
}

fn place_of(text: &str, line: &Span, start: usize) -> Place {
    let before = text.get(line.start..start).unwrap_or_default();
    let mark = |c: char| " *-•>#|_\t\"'([{.".contains(c);
    // Only the last few characters decide, so that a very long line stays cheap.
    if before.len() < 200
        && before.chars().all(|c| mark(c) || c.is_ascii_digit())
        && !before.ends_with(|c: char| c.is_ascii_digit())
    {
        return Place::Start;
    }
    let trimmed = before.trim_end_matches(' ');
    let spaces = before.len() - trimmed.len();
    if spaces > 1
        || trimmed.ends_with([
            ',', ';', '|', '\t', '(', '[', '•', '.', '*', '/', '"', '-', ')',
        ])
    {
        Place::AfterGap
    } else {
        Place::Middle
    }
}

fn is_a_label(text: &str, line: &Span, hit: &Hit, today: Date) -> bool {
    let value = text.get(hit.value_start..line.end).unwrap_or_default();
    let marked = hit.gap == Gap::Mark || (hit.gap == Gap::Wide && hit.place != Place::Middle);
    let said = marked || hit.gap == Gap::Is;
    let ends_line = hit.gap == Gap::End && hit.place == Place::Start;
    let early = hit.place != Place::Middle;
    match hit.label {
        Label::NhsNumber | Label::BirthDate | Label::DeathDate => is_not_a_verb(text, hit),
        Label::NhsAlone => begins_with_digits(value, 3),
        Label::Born => {
            date_at_start(after_word(value, "on"), today).is_some()
                || (marked && value.trim().is_empty())
        }
        Label::Phone | Label::OwnPhone => {
            said || ends_line
                || begins_with_digits(value.trim_start_matches(['(', '+']), 2)
                || (early && matches!(hit.whose, Whose::Of(_)))
        }
        Label::ShortPhone => {
            hit.gap == Gap::Mark && early && value.trim_start_matches('(').starts_with(['0', '+'])
        }
        Label::Email => said || ends_line || first_word(value).contains('@'),
        Label::Postcode => {
            said || ends_line
                || value
                    .get(..8)
                    .or(Some(value))
                    .is_some_and(starts_with_postcode)
        }
        Label::Sex | Label::BirthSex => {
            said || ends_line
                || Gender::parse(first_word(value)).is_ok()
                || matches!(first_word(value).trim_matches(','), "M" | "F")
        }
        Label::Family | Label::Given | Label::FullName => {
            said || ends_line
                || (early
                    && hit.gap == Gap::Space
                    && is_long_label(hit)
                    && value.starts_with(char::is_uppercase))
        }
        Label::Address => {
            said || ends_line
                || is_living_at(text, hit)
                || (early && value.starts_with(|c: char| c.is_ascii_digit()))
        }
        Label::Re => {
            hit.place == Place::Start
                && (marked
                    || (text.get(hit.start..hit.start + 2) == Some("RE")
                        || value.starts_with(char::is_uppercase)))
        }
        Label::Interpreter => {
            said || ends_line
                || (early
                    && hit.gap == Gap::Space
                    && matches!(
                        first_word(value).to_lowercase().trim_matches(['.', ',']),
                        "yes" | "no" | "y" | "n"
                    ))
        }
        Label::Patient | Label::Of(_) => {
            (hit.gap == Gap::Mark)
                || ends_line
                || (hit.gap == Gap::Wide && hit.place == Place::Start)
        }
        Label::Unread => marked || ends_line || begins_with_digits(value, 1),
        Label::Language | Label::CommunicationNeeds | Label::SafeContact | Label::PracticeOds => {
            said || ends_line
                || (hit.label == Label::PracticeOds && early && begins_with_code(value))
        }
        Label::Title | Label::AddressLine | Label::Reason => marked || ends_line,
        Label::Deceased => is_asked(text, hit, value),
    }
}

/// "Patient name", "Surname": more than the bare word "name".
fn is_long_label(hit: &Hit) -> bool {
    hit.label != Label::FullName || hit.value_start - hit.start > 8
}

/// "(Deceased)" and "DECEASED" in a cell are no labels but the news itself.
fn is_asked(text: &str, hit: &Hit, value: &str) -> bool {
    let between = text.get(hit.start..hit.value_start).unwrap_or_default();
    let answer = first_word(value)
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    between.contains([':', '=', '?'])
        || (!between.contains(')')
            && matches!(answer.as_str(), "yes" | "no" | "y" | "n" | "true" | "false"))
}

/// "died" and "birthday" are labels where a date or a mark follows.
fn is_not_a_verb(text: &str, hit: &Hit) -> bool {
    let word = text
        .get(hit.start..hit.value_start)
        .unwrap_or_default()
        .to_lowercase();
    let verb = [
        "died",
        "deceased",
        "patient died",
        "birthday",
        "date birth",
        "nnn",
    ]
    .iter()
    .any(|verb| word.starts_with(verb));
    !verb || hit.gap == Gap::Mark || (hit.label == Label::BirthDate && hit.gap == Gap::Is)
}

fn is_living_at(text: &str, hit: &Hit) -> bool {
    let label = text
        .get(hit.start..hit.value_start)
        .unwrap_or_default()
        .trim_end()
        .to_lowercase();
    label.ends_with(" at")
}

fn begins_with_code(value: &str) -> bool {
    let word = first_word(value);
    word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().any(|b| b.is_ascii_digit())
}

fn starts_with_postcode(start: &str) -> bool {
    (5..=8).any(|length| {
        start
            .get(..length)
            .is_some_and(|text| Postcode::parse(text).is_ok())
    })
}

pub fn begins_with_digits(value: &str, count: usize) -> bool {
    value.bytes().take(count).filter(u8::is_ascii_digit).count() == count
}

pub fn first_word(value: &str) -> &str {
    let value = value.trim_start();
    value
        .split([' ', '\t', '\n', '('])
        .next()
        .unwrap_or_default()
}

/// The text behind a word that it may begin with.
pub fn after_word<'a>(value: &'a str, word: &str) -> &'a str {
    match value.get(..word.len()) {
        Some(start) if start.eq_ignore_ascii_case(word) => {
            value.get(word.len()..).unwrap_or_default().trim_start()
        }
        _ => value,
    }
}

/// Adds the labels that we do not know ("Housing status:"): they end the value before them.
fn with_unknown_labels(text: &str, line: &Span, hits: Vec<Hit>) -> Vec<Hit> {
    let piece = text.get(line.clone()).unwrap_or_default();
    let mut all: Vec<Hit> = Vec::new();
    let mut known = hits.into_iter().peekable();
    let mut from = line.start;
    for (colon, _) in piece.match_indices(':') {
        let colon = line.start + colon;
        while let Some(hit) = known.next_if(|hit| hit.start < colon) {
            from = from.max(hit.value_start);
            all.push(hit);
        }
        let inside_known = all.last().is_some_and(|hit| colon < hit.value_start);
        let after = text.get(colon + 1..line.end).unwrap_or_default();
        let is_time_or_link = after.starts_with("//")
            || (after.starts_with(|c: char| c.is_ascii_digit())
                && text
                    .get(..colon)
                    .is_some_and(|t| t.ends_with(|c: char| c.is_ascii_digit())));
        if !inside_known && !is_time_or_link {
            let after_known = all.last().map(|hit| hit.label);
            if let Some(start) = unknown_label_before(text, from, colon, after_known) {
                let value_start = colon + 1 + (after.len() - after.trim_start().len());
                let place = place_of(text, line, start);
                all.push(Hit {
                    label: Label::Unread,
                    whose: Whose::Unsaid,
                    start,
                    value_start,
                    gap: Gap::Mark,
                    place,
                    after_relative: false,
                    after_organisation: false,
                });
            }
        }
        from = from.max(colon + 1);
    }
    all.extend(known);
    all
}

/// Where the words before a colon begin: after the last comma, tab or double space, four words at most; else the one word
/// before it. A comma within a name ("Smith, John") is no such end.
fn unknown_label_before(
    text: &str,
    from: usize,
    colon: usize,
    after: Option<Label>,
) -> Option<usize> {
    let near = colon.saturating_sub(60).max(from);
    let near = (near..colon).find(|at| text.is_char_boundary(*at))?;
    let before = text.get(near..colon)?;
    let in_name = matches!(
        after,
        Some(Label::FullName | Label::Family | Label::Given | Label::Re)
    );
    let cut = before
        .rfind(|c| (!in_name && ",.()".contains(c)) || ";\t|•".contains(c))
        .map_or(0, |at| {
            at + before
                .get(at..)
                .and_then(|s| s.chars().next())
                .map_or(1, char::len_utf8)
        });
    let cut = before.rfind("  ").map_or(cut, |at| cut.max(at + 2));
    let phrase = before.get(cut..)?;
    let bounded = cut > 0 || (near == from && after.is_none());
    let start = if bounded && phrase.split_whitespace().count() <= 4 {
        cut + (phrase.len() - phrase.trim_start().len())
    } else {
        before.trim_end().rfind(' ').map_or(0, |at| at + 1)
    };
    let label = before.get(start..)?;
    label
        .starts_with(char::is_alphabetic)
        .then_some(near + start)
}

/// The label that a piece of text is, all of it: the head of a column.
pub fn label_of_all(text: &str, span: &Span) -> Option<(Label, Whose)> {
    if span.len() > 60 {
        return None;
    }
    let all = words(text, span);
    let (mut whose, mut at) = (Whose::Unsaid, 0);
    loop {
        let (label, count) = phrase_at(text, &all, at)?;
        at += count;
        if at == all.len() {
            return Some((label, whose));
        }
        whose = match label {
            Label::Of(other) => Whose::Of(other),
            Label::Patient => Whose::Patient,
            _ => return None,
        };
    }
}
