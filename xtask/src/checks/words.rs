//! Words that Onward does not say: it is a directory and a sender, so it never judges a person, and it speaks plainly to patients.
//!
//! Sources: MHRA's line between a directory and a medical device (docs/safety/hazards.md, preface) and the NHS content style guide.
//! A line of code that must name such a word says why in a comment: `// words-allowed: …`.

use super::rust_source::{RustSource, is_test_file};
use super::tree::{SourceFile, Tree};
use super::{Checked, Finding};
use serde_json::Value;

/// Nowhere in what a user or a patient reads.
const FORBIDDEN: [&str; 10] = [
    "suitable",
    "unsuitable",
    "suitability",
    "recommended",
    "risk score",
    "high risk",
    "low risk",
    "all in the mind",
    "should be treated",
    "committed suicide",
];
/// Not in what a patient reads.
const FORBIDDEN_TO_PATIENTS: [&str; 3] =
    ["psychosomatic", "suffering from", "learn to live with it"];
/// "Chronic" is read as "bad" or "serious", so the same sentence must say what is meant.
const CHRONIC_EXPLAINED: [&str; 5] = [
    "does not go away",
    "goes on for",
    "lasted",
    "lasts",
    "more than 3 months",
];
const ALLOWED: &str = "words-allowed:";

/// The crates whose texts reach a person.
const CRATES: [&str; 6] = [
    "services-directory/",
    "referrals/",
    "src-tauri/",
    "engine/",
    "cli/",
    "demo/",
];
/// Names of fields of a service that the patient reads or hears.
const PATIENT_FIELDS: [&str; 3] = ["patient_sheet", "say", "if_in_my_head"];

pub fn check(tree: &Tree) -> Checked {
    let mut checked = Checked::default();
    let mut seen = [0_usize; 4];
    let [pages, data, letters, rust] = &mut seen;
    for file in &tree.files {
        let found = if file.path.starts_with("ui/src/")
            && !file.ends_with_any(&[".test.ts", ".spec.ts"])
        {
            *pages += 1;
            in_lines(file, &without_script_comments(&file.text))
        } else if file.path.starts_with("services-directory/data/") && !file.ends_with_any(&[".md"])
        {
            *data += 1;
            in_data(file)
        } else if file.ends_with_any(&[".typ"]) {
            *letters += 1;
            in_lines(file, &without_script_comments(&file.text))
        } else if file.ends_with_any(&[".rs"])
            && file.starts_with_any(&CRATES)
            && !is_test_file(&file.path)
        {
            *rust += 1;
            in_rust(file)
        } else {
            Vec::new()
        };
        checked.findings.extend(found);
    }
    for (count, what) in
        seen.into_iter()
            .zip(["files of pages", "of data", "of letters", "of Rust"])
    {
        checked.saw(count, what);
    }
    checked
}

/// Whether a whole file is read by patients, by its name.
fn is_for_patients(file: &SourceFile) -> bool {
    file.name().to_lowercase().contains("sheet")
}

fn in_lines(file: &SourceFile, text: &str) -> Vec<Finding> {
    let originals: Vec<&str> = file.text.lines().collect();
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let allowed = originals
            .get(index)
            .is_some_and(|original| original.contains(ALLOWED));
        if !allowed {
            findings.extend(said(file, index + 1, line, is_for_patients(file)));
        }
    }
    findings
}

fn in_rust(file: &SourceFile) -> Vec<Finding> {
    let source = RustSource::read(&file.text);
    let lines: Vec<&str> = file.text.lines().collect();
    let allowed = |line: usize| {
        lines
            .get(line - 1)
            .is_some_and(|text| text.contains(ALLOWED))
    };
    let texts = source.product_texts().filter(|text| !allowed(text.line));
    texts
        .flat_map(|text| said(file, text.line, &text.text, is_for_patients(file)))
        .collect()
}

/// Data is one JSON value, or one on each line; anything else is taken as text.
fn in_data(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in file.lines() {
        findings.extend(said(file, line, text, is_for_patients(file)));
    }
    let by_line = |(line, text): (usize, &str)| {
        serde_json::from_str::<Value>(text)
            .ok()
            .map(|value| (line, value))
    };
    let values: Vec<(usize, Value)> = match serde_json::from_str(&file.text) {
        Ok(whole) => vec![(1, whole)],
        Err(_) => file.lines().filter_map(by_line).collect(),
    };
    for (line, value) in values {
        for text in patient_texts(&value) {
            findings.extend(said_to_patient(file, line, text));
        }
    }
    findings
}

fn patient_texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(patient_texts).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| match field.as_str() {
                Some(text) if PATIENT_FIELDS.contains(&name.as_str()) => vec![text],
                _ => patient_texts(field),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn said(file: &SourceFile, line: usize, text: &str, to_patient: bool) -> Vec<Finding> {
    let plain = plain(text);
    let found = FORBIDDEN.iter().filter(|phrase| has_phrase(&plain, phrase));
    let mut findings: Vec<Finding> = found
        .map(|phrase| Finding::new(&file.path, line, format!("says \"{phrase}\"")))
        .collect();
    if to_patient {
        findings.extend(said_to_patient(file, line, text));
    }
    findings
}

fn said_to_patient(file: &SourceFile, line: usize, text: &str) -> Vec<Finding> {
    let plain = plain(text);
    let found = FORBIDDEN_TO_PATIENTS
        .iter()
        .filter(|phrase| has_phrase(&plain, phrase));
    let mut findings: Vec<Finding> = found
        .map(|phrase| Finding::new(&file.path, line, format!("says \"{phrase}\" to a patient")))
        .collect();
    let unexplained = |sentence: &&str| {
        has_phrase(sentence, "chronic")
            && !CHRONIC_EXPLAINED
                .iter()
                .any(|words| sentence.contains(words))
    };
    if plain
        .split(['.', '!', '?'])
        .any(|sentence| unexplained(&sentence))
    {
        findings.push(Finding::new(
            &file.path,
            line,
            "says \"chronic\" to a patient without explaining it",
        ));
    }
    findings
}

/// Lower case, with single spaces: a phrase may be broken over lines.
fn plain(text: &str) -> String {
    text.replace("\\n", " ")
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn has_phrase(plain: &str, phrase: &str) -> bool {
    plain.match_indices(phrase).any(|(at, _)| {
        let before = plain.get(..at).and_then(|text| text.chars().next_back());
        let after = plain
            .get(at + phrase.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Blanks the comments of scripts, styles, markup and Typst, and keeps the lines. `//` is a comment only after white space, so that an address is not.
fn without_script_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let at_start = plain.chars().next_back().is_none_or(char::is_whitespace);
        let comment = [("<!--", "-->"), ("/*", "*/"), ("//", "\n")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open) && (*open != "//" || at_start));
        let skipped = match comment {
            Some((_, "\n")) => rest.find('\n').unwrap_or(rest.len()),
            Some((_, close)) => rest.find(close).map_or(rest.len(), |at| at + close.len()),
            None => {
                plain.push(character);
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        let (comment, after) = rest.split_at_checked(skipped).unwrap_or((rest, ""));
        plain.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&Tree::of(&[(path, text)]))
            .findings
            .into_iter()
            .map(|finding| (finding.line, finding.what))
            .collect()
    }

    fn lines(path: &str, text: &str) -> Vec<usize> {
        found(path, text)
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    }

    const NONE: [usize; 0] = [];

    #[test]
    fn a_judging_word_is_caught_wherever_a_person_reads_it() {
        assert_eq!(
            lines(
                "ui/src/messages/card.ts",
                "\nexport const a = 'This service is Suitable.';"
            ),
            [2]
        );
        assert_eq!(
            lines("ui/src/screens/Card.svelte", "<p>Recommended</p>"),
            [1]
        );
        assert_eq!(
            lines(
                "services-directory/data/starter.jsonl",
                "{}\n{\"description\":\"for people at low risk\"}"
            ),
            [2]
        );
        assert_eq!(
            lines(
                "referrals/letter/templates/letter.typ",
                "= This person should be treated"
            ),
            [1]
        );
        assert_eq!(
            lines(
                "referrals/src/render.rs",
                "let a = \"It is all in \\\n  the mind\";"
            ),
            [1]
        );
    }

    #[test]
    fn comments_tests_and_longer_words_are_left_alone() {
        assert_eq!(
            lines(
                "ui/src/messages/card.ts",
                "// never says suitable\n/* nor\nrecommended */ const a = 'https://example.nhs.uk';<!-- high risk -->"
            ),
            NONE
        );
        assert_eq!(
            lines(
                "referrals/src/render.rs",
                "// suitable\nlet unsuitability_code = 1;\n#[cfg(test)]\nmod tests { const A: &str = \"suitable\"; }"
            ),
            NONE
        );
        assert_eq!(
            lines("ui/src/a.test.ts", "expect(text).not.toContain('suitable')"),
            NONE
        );
        assert_eq!(lines("store/src/open.rs", "let a = \"suitable\";"), NONE);
    }

    #[test]
    fn a_line_that_says_why_may_name_a_word() {
        assert_eq!(
            lines(
                "referrals/src/intake.rs",
                "let a = \"unsuitable\"; // words-allowed: read from a service's own rejection"
            ),
            NONE
        );
        assert_eq!(
            lines(
                "ui/src/a.ts",
                "const a = 'unsuitable'; // words-allowed: shown as the service wrote it"
            ),
            NONE
        );
    }

    #[test]
    fn chronic_needs_its_explanation_where_patients_read() {
        let record = |sheet: &str| {
            format!(
                "{{\"onward\":{{\"patient_sheet\":\"{sheet}\",\"conditions\":[\"chronic pain\"]}}}}"
            )
        };
        let path = "services-directory/data/starter.jsonl";
        assert_eq!(
            lines(
                path,
                &record("Living with chronic pain. It does not go away.")
            ),
            [1]
        );
        assert_eq!(
            lines(path, &record("Chronic pain is pain that does not go away.")),
            NONE
        );
        assert_eq!(lines(path, &record("Pain that does not go away.")), NONE);
        assert_eq!(
            lines("referrals/letter/sheet.typ", "You have chronic pain"),
            [1]
        );
        assert_eq!(
            lines(path, "{\n\"say\":\"You are suffering from pain\"\n}"),
            [1]
        );
    }
}
