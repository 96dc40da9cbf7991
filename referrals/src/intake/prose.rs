//! What running text says of a patient without a label: age and sex, language, interpreter, how it is safe to call.

use super::clean::{Span, trimmed};
use super::scan::{Owner, Region, Scan};
use super::words::{Word, is_relative, words};
use crate::patient::Gender;

/// "81M", "81 year old woman", "(81y, male)": the words that say the sex, and where the age before them begins.
pub struct AgeAndSex {
    pub gender: Gender,
    pub source: Span,
}

pub fn age_and_sex(text: &str, scan: &Scan) -> Option<AgeAndSex> {
    scan.lines
        .iter()
        .enumerate()
        .filter(|(at, _)| of_patient(scan, *at))
        .find_map(|(_, line)| {
            let all = words(text, &line.span);
            (0..all.len()).find_map(|at| age_and_sex_at(text, &all, at))
        })
}

/// A line of a letter's body speaks of the patient unless it names another; the head and the foot do not.
fn of_patient(scan: &Scan, line: usize) -> bool {
    scan.regions.get(line) == Some(&Region::Body)
        || !matches!(scan.line_owners.get(line), Some(Owner::Of(_)))
}

fn age_and_sex_at(text: &str, all: &[Word], at: usize) -> Option<AgeAndSex> {
    let word = all.get(at)?;
    let near_relative = all
        .get(at.saturating_sub(4)..at + 8.min(all.len() - at))
        .unwrap_or_default()
        .iter()
        .take(10)
        .any(|w| is_relative(&w.plain));
    let letters = word.plain.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.plain.len() - letters.len();
    if letters.len() == word.plain.len() {
        // "M81", "F 45".
        let age = word.plain.get(1..).unwrap_or_default();
        let coded = matches!(word.plain.get(..1), Some("m" | "f"))
            && (2..=3).contains(&age.len())
            && age.bytes().all(|b| b.is_ascii_digit());
        let capital = text
            .get(word.span.clone())
            .is_some_and(|w| w.starts_with(['M', 'F']));
        let gender = sex_word(word.plain.get(..1)?)?;
        return (coded
            && capital
            && age
                .parse::<u16>()
                .is_ok_and(|age| (16..=115).contains(&age)))
        .then(|| AgeAndSex {
            gender,
            source: word.span.clone(),
        });
    }
    if !(1..=3).contains(&digits) || near_relative {
        return None;
    }
    if let Some(gender) = sex_word(letters).filter(|_| digits > 1 && letters.len() <= 6) {
        return Some(AgeAndSex {
            gender,
            source: word.span.clone(),
        });
    }
    // "81 year old retired man": an age, its unit, then at most two words before the sex.
    let is_unit = |w: &str| {
        matches!(
            w,
            "y" | "yo"
                | "yr"
                | "yrs"
                | "year"
                | "years"
                | "old"
                | "o"
                | "yro"
                | "aged"
                | "age"
                | "of"
        )
    };
    let mut end = at + 1;
    let mut united = is_unit(letters);
    while all.get(end).is_some_and(|w| is_unit(&w.plain)) {
        united = true;
        end += 1;
    }
    let code = all.get(end).filter(|w| {
        text.get(w.span.clone())
            .is_some_and(|w| matches!(w, "M" | "F"))
    });
    let adjacent = code.is_some_and(|w| {
        all.get(end - 1)
            .is_some_and(|last| w.span.start - last.span.end <= 2)
    });
    if let Some(word_of_sex) = code.filter(|_| adjacent && (letters.is_empty() || united)) {
        return Some(AgeAndSex {
            gender: sex_word(&word_of_sex.plain)?,
            source: word.span.start..word_of_sex.span.end,
        });
    }
    if !united {
        return None;
    }
    all.iter().skip(end).take(3).find_map(|w| {
        let gender = sex_word(&w.plain).filter(|_| w.plain.len() > 1)?;
        Some(AgeAndSex {
            gender,
            source: word.span.start..w.span.end,
        })
    })
}

pub fn sex_word(word: &str) -> Option<Gender> {
    match word {
        "m" | "male" | "man" | "gentleman" | "gent" | "boy" => Some(Gender::Male),
        "f" | "female" | "woman" | "lady" | "girl" => Some(Gender::Female),
        _ => None,
    }
}

/// "needs a Polish interpreter", "does not need an interpreter".
pub fn interpreter(text: &str, scan: &Scan) -> Option<(bool, Span)> {
    in_sentences(text, scan, |sentence, span| {
        let has = |list: &[&str]| sentence.iter().any(|w| list.contains(&w.plain.as_str()));
        if !has(&["interpreter", "translator", "interpreters"]) {
            return None;
        }
        let refused = has(&[
            "no", "not", "without", "doesnt", "declines", "declined", "nil",
        ]);
        let needed = has(&[
            "needs",
            "need",
            "needed",
            "requires",
            "require",
            "required",
            "requested",
            "requests",
            "book",
            "via",
            "with",
            "through",
            "using",
            "please",
        ]);
        (refused || needed).then(|| (!refused, span.clone()))
    })
}

const LANGUAGES: &[&str] = &[
    "Polish",
    "Urdu",
    "Punjabi",
    "Panjabi",
    "Bengali",
    "Sylheti",
    "Gujarati",
    "Hindi",
    "Arabic",
    "Romanian",
    "Portuguese",
    "Spanish",
    "French",
    "Italian",
    "German",
    "Turkish",
    "Kurdish",
    "Sorani",
    "Farsi",
    "Persian",
    "Dari",
    "Pashto",
    "Somali",
    "Tigrinya",
    "Amharic",
    "Cantonese",
    "Mandarin",
    "Chinese",
    "Vietnamese",
    "Ukrainian",
    "Russian",
    "Lithuanian",
    "Latvian",
    "Slovak",
    "Czech",
    "Hungarian",
    "Bulgarian",
    "Albanian",
    "Greek",
    "Tamil",
    "Telugu",
    "Malayalam",
    "Nepali",
    "Sinhala",
    "Tagalog",
    "Swahili",
    "Yoruba",
    "Igbo",
    "Hausa",
    "Shona",
    "Welsh",
    "English",
    "BSL",
    "Mirpuri",
    "Pahari",
    "Thai",
    "Japanese",
    "Korean",
    "Dutch",
    "Croatian",
    "Serbian",
    "Bosnian",
    "Estonian",
    "Hebrew",
    "Yiddish",
    "Twi",
    "Lingala",
    "Malay",
    "Indonesian",
    "Marathi",
    "Romani",
    "Kinyarwanda",
    "Oromo",
    "Mongolian",
];

fn language_named(word: &str) -> Option<&'static str> {
    LANGUAGES
        .iter()
        .copied()
        .find(|name| name.eq_ignore_ascii_case(word))
}

/// "speaks Polish", "Polish speaking", "needs a Polish interpreter". Not "speaks some English".
pub fn language(text: &str, scan: &Scan) -> Option<(String, Span)> {
    in_sentences(text, scan, |sentence, _| {
        sentence.iter().enumerate().find_map(|(at, word)| {
            let name = language_named(&word.plain)?;
            let near = |step: isize| {
                at.checked_add_signed(step)
                    .and_then(|at| sentence.get(at))
                    .map_or("", |w| w.plain.as_str())
            };
            let spoken = matches!(near(-1), "speaks" | "speaking")
                || matches!(near(1), "speaking" | "speaker" | "interpreter")
                || (near(-1) == "only" && near(-2) == "speaks");
            let negated = matches!(
                near(-1),
                "no" | "little" | "some" | "limited" | "non" | "not"
            ) || near(-2) == "not";
            (spoken && !negated).then(|| (name.to_owned(), word.span.clone()))
        })
    })
}

/// A sentence that says how it is safe, or not safe, to reach the patient.
pub fn safe_contact(text: &str, scan: &Scan) -> Option<Span> {
    const SAYS: &[&str] = &[
        "not leave voicemail",
        "not leave a voicemail",
        "not leave voicemails",
        "not leave any voicemail",
        "not leave message",
        "not leave messages",
        "not leave a message",
        "not leave any messages",
        "not leave any message",
        "dont leave",
        "no voicemail",
        "no voicemails",
        "no messages",
        "not safe to",
        "unsafe to",
        "safe to leave",
        "safe to call",
        "safe to contact",
        "safe to phone",
        "safe to ring",
        "safe to text",
        "ok to leave",
        "okay to leave",
        "happy for voicemail",
        "happy for messages",
        "do not call",
        "do not phone",
        "do not ring",
        "do not contact",
        "do not telephone",
        "dont call",
        "dont phone",
        "dont ring",
        "do not text",
        "text only",
        "texts only",
        "mobile only",
        "do not write",
        "do not send letters",
        "no letters",
        "never leave",
        "call only",
        "only call",
        "only ring",
        "only contact",
        "only phone",
        "voicemail ok",
        "can leave voicemail",
        "can leave a voicemail",
        "may leave a voicemail",
        "may leave voicemail",
        "not to leave voicemail",
        "not to leave a voicemail",
        "not to leave messages",
        "not to leave a message",
        "prefers text",
        "prefers texts",
        "leave a voicemail",
        "not leave a voice",
        "do not disclose",
        "please text",
    ];
    in_sentences(text, scan, |sentence, span| {
        let joined = format!(
            " {} ",
            sentence
                .iter()
                .map(|w| w.plain.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        );
        let says = SAYS
            .iter()
            .any(|phrase| joined.contains(&format!(" {phrase} ")));
        let theirs = [
            " surgery ",
            " practice ",
            " us ",
            " secretary ",
            " our ",
            " clinic ",
        ]
        .iter()
        .any(|word| joined.contains(word))
            && !joined.contains(" patient ");
        (says && !theirs && sentence.len() <= 60).then(|| span.clone())
    })
}

/// The first sentence that says something. A sentence ends with a full stop, a semicolon, a wide gap or the line.
fn in_sentences<T>(
    text: &str,
    scan: &Scan,
    says: impl Fn(&[Word], &Span) -> Option<T>,
) -> Option<T> {
    scan.lines
        .iter()
        .enumerate()
        .filter(|(at, _)| of_patient(scan, *at))
        .find_map(|(_, line)| {
            let all = words(text, &line.span);
            let mut start = 0;
            (0..all.len()).find_map(|at| {
                let word = all.get(at)?;
                let end = all
                    .get(at + 1)
                    .map_or(line.span.end, |next| next.span.start);
                let gap = text.get(word.span.end..end).unwrap_or_default();
                let stops = at + 1 == all.len()
                    || gap.starts_with(". ")
                    || gap.contains([';', '|', '\t', '!', '•'])
                    || gap.contains("  ")
                    || gap.contains("- ") && gap.starts_with(' ');
                if !stops {
                    return None;
                }
                let sentence = all.get(start..=at)?;
                start = at + 1;
                let span = trimmed(
                    text,
                    &(sentence.first()?.span.start
                        ..word.span.end + gap.len().min(usize::from(gap.starts_with(')')))),
                    &[],
                );
                says(sentence, &span)
            })
        })
}

/// "Yes - Polish": the language in an answer.
pub fn language_within(text: &str, span: &Span) -> Option<(String, Span)> {
    words(text, span)
        .into_iter()
        .find_map(|word| Some((language_named(&word.plain)?.to_owned(), word.span)))
}

pub fn is_language(word: &str) -> bool {
    language_named(word).is_some()
}
