//! Whether the text says that the patient has died. That somebody else has does not count.

use super::clean::{Line, Span};
use super::date::date_at_start;
use super::hits::{after_word, first_word};
use super::labels::{Label, Other};
use super::scan::{Entry, Owner, Scan, date_in_front};
use super::words::{Word, is_other_who_died, words};
use jiff::civil::Date;

/// Where the text says it, if it does.
pub fn death(text: &str, scan: &Scan, today: Date) -> Option<Span> {
    labelled(text, scan, today).or_else(|| written(text, scan, today))
}

fn labelled(text: &str, scan: &Scan, today: Date) -> Option<Span> {
    scan.entries
        .iter()
        .filter(|entry| !matches!(entry.owner, Owner::Of(Other::Relative)))
        .find_map(|entry| {
            let value = entry
                .decoded
                .as_deref()
                .unwrap_or_else(|| text.get(entry.value.clone()).unwrap_or_default());
            let died = match entry.label {
                Label::DeathDate => date_in_front(value, today).is_some() || says_yes(value),
                Label::Deceased => says_yes(value) || date_at_start(value, today).is_some(),
                Label::FullName => super::words::words(value, &(0..value.len()))
                    .iter()
                    .any(|word| word.plain == "deceased"),
                _ => false,
            };
            died.then_some(entry.start..entry.value.end)
        })
}

fn says_yes(value: &str) -> bool {
    let word = first_word(value)
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    matches!(
        word.as_str(),
        "yes" | "y" | "true" | "deceased" | "dead" | "died" | "death" | "1"
    )
}

/// "Deceased", "RIP", "died on 3 March 2024" in running text.
fn written(text: &str, scan: &Scan, today: Date) -> Option<Span> {
    let mut sentence_before = Vec::new();
    for (at, line) in scan.lines.iter().enumerate() {
        let theirs = matches!(scan.line_owners.get(at), Some(Owner::Of(Other::Relative)));
        let all = words(text, &line.span);
        for sentence in sentences(text, &all) {
            let other = theirs
                || speaks_of_another(sentence)
                || (begins_with_pronoun(sentence) && speaks_of_another(&sentence_before));
            if let Some(span) = sentence_death(text, line, sentence, today).filter(|_| !other) {
                let mut near = scan.entries_on(at).iter().chain(
                    at.checked_sub(1)
                        .map_or(&[][..], |above| scan.entries_on(above)),
                );
                let values = near.any(|entry| is_value_of_no_patient(entry, &span));
                if !values {
                    return Some(span);
                }
            }
            sentence_before = sentence
                .iter()
                .map(|word| Word {
                    plain: word.plain.clone(),
                    span: word.span.clone(),
                })
                .collect();
        }
    }
    None
}

/// In "Date of death: N/A" the words are a label; in "Next of kin: deceased" the value is about another.
fn is_value_of_no_patient(entry: &Entry, span: &Span) -> bool {
    let in_label = entry.start <= span.start && span.start < entry.value.start;
    let in_value = entry.value.start <= span.start && span.start < entry.value.end;
    match entry.label {
        Label::DeathDate | Label::Deceased => in_label || in_value,
        Label::Of(_) => in_value,
        Label::Unread | Label::Address | Label::AddressLine | Label::Email => {
            in_value && entry.place == super::hits::Place::Start
        }
        _ => matches!(entry.owner, Owner::Of(_)) && in_value,
    }
}

fn sentences<'w>(text: &str, all: &'w [Word]) -> Vec<&'w [Word]> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, pair) in all.windows(2).enumerate() {
        if let [before, after] = pair {
            let gap = text
                .get(before.span.end..after.span.start)
                .unwrap_or_default();
            let stop = gap.starts_with('.') && gap.len() > 1 && before.plain.chars().count() > 2;
            if stop || gap.contains([';', '|', '\t', '!']) || gap.contains("   ") {
                parts.extend(all.get(start..=at));
                start = at + 1;
            }
        }
    }
    parts.extend(all.get(start..).filter(|rest| !rest.is_empty()));
    parts
}

fn speaks_of_another(sentence: &[Word]) -> bool {
    sentence.iter().any(|word| is_other_who_died(&word.plain))
}

fn begins_with_pronoun(sentence: &[Word]) -> bool {
    sentence.first().is_some_and(|word| {
        matches!(
            word.plain.as_str(),
            "he" | "she" | "they" | "who" | "sadly" | "died" | "this" | "both"
        )
    })
}

fn sentence_death(text: &str, line: &Line, sentence: &[Word], today: Date) -> Option<Span> {
    sentence.iter().enumerate().find_map(|(at, word)| {
        let before: Vec<&str> = sentence
            .get(at.saturating_sub(4)..at)?
            .iter()
            .map(|word| word.plain.as_str())
            .collect();
        let after = sentence.get(at + 1).map_or("", |word| word.plain.as_str());
        if before.iter().any(|word| {
            matches!(
                *word,
                "not"
                    | "never"
                    | "nearly"
                    | "almost"
                    | "if"
                    | "when"
                    | "isnt"
                    | "could"
                    | "would"
                    | "might"
                    | "wish"
                    | "wishes"
                    | "wished"
                    | "had"
            )
        }) {
            return None;
        }
        let written = text.get(word.span.clone())?;
        let rest = text.get(word.span.end..line.span.end)?;
        let dated = date_at_start(
            after_word(rest.trim_start_matches([' ', ':', '-', '(']), "on "),
            today,
        )
        .is_some();
        let subject = before.iter().any(|word| {
            matches!(
                *word,
                "he" | "she" | "they" | "patient" | "mr" | "mrs" | "ms" | "miss" | "pt" | "sadly"
            )
        });
        let died = match word.plain.as_str() {
            "deceased" => is_marked_deceased(
                text,
                line,
                word,
                rest,
                subject
                    || before
                        .last()
                        .is_some_and(|word| matches!(*word, "is" | "now" | "recorded" | "as")),
            ),
            "rip" | "rip'd" => written == "RIP",
            "r" => written == "R" && rest.starts_with(".I.P"),
            "died" => dated || subject,
            "passed" => after == "away" && subject,
            "dead" => subject && before.last() == Some(&"is"),
            "late" => {
                before.last() == Some(&"the") && matches!(after, "mr" | "mrs" | "ms" | "miss")
            }
            _ => false,
        };
        died.then_some(word.span.start..word.span.end)
    })
}

/// "(Deceased)", "*** DECEASED ***", a line or cell of its own, at the end of a banner, or said of a subject.
fn is_marked_deceased(text: &str, line: &Line, word: &Word, rest: &str, said: bool) -> bool {
    let before = text
        .get(line.span.start..word.span.start)
        .unwrap_or_default();
    let apart_before = before.trim().is_empty()
        || before.ends_with(['(', '[', '*', '-', '|', '\t', ',', '/', '<', '!', '"'])
        || before.ends_with("  ")
        || before.ends_with("- ")
        || before.ends_with(", ")
        || before.ends_with("* ")
        || before.ends_with("| ");
    let apart_after = rest.trim().is_empty()
        || rest.starts_with([
            ')', ']', '*', '|', '\t', ',', '>', '!', ':', '.', ' ', '-', '"',
        ]);
    let in_capitals = text
        .get(word.span.clone())
        .is_some_and(|word| word == "DECEASED");
    said || in_capitals || (apart_before && apart_after)
}
