//! Made-up pastes of many shapes, beside what a careful reader finds in each; and what holds for any text at all.

use super::*;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Map, Value};

const TODAY: Date = date(2026, 11, 21);

struct Paste {
    name: &'static str,
    text: &'static str,
    expected: Map<String, Value>,
}

/// `=== name`, the text, `--- {what is not null}`. `expect` is "ok" and `nhs_number_valid` follows the number unless said;
/// fields named in `_any` are not judged.
fn pastes() -> Vec<Paste> {
    include_str!("pastes.txt")
        .split("=== ")
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once('\n').unwrap();
            let (text, expected) = rest.rsplit_once("\n--- ").unwrap();
            let expected =
                serde_json::from_str(expected).unwrap_or_else(|error| panic!("{name}: {error}"));
            Paste {
                name,
                text,
                expected,
            }
        })
        .collect()
}

fn wrong_fields(text: &str, expected: &Map<String, Value>) -> (usize, Vec<String>) {
    let read = serde_json::to_value(PatientJson::from(&read(text, TODAY))).unwrap();
    let read = read.as_object().unwrap();
    let any = expected
        .get("_any")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut judged = 0;
    let mut wrong = Vec::new();
    for (field, value) in read
        .iter()
        .filter(|(field, _)| *field != "sources" && !any.contains(&Value::from(field.as_str())))
    {
        let default = match field.as_str() {
            "expect" => Value::from("ok"),
            "deceased" => Value::from(false),
            "nhs_number_valid" => expected
                .get("nhs_number")
                .map_or(Value::Null, |_| Value::from(true)),
            _ => Value::Null,
        };
        let right = expected.get(field).unwrap_or(&default);
        judged += 1;
        if value != right {
            wrong.push(format!("{field}: {value} and not {right}"));
        }
    }
    (judged, wrong)
}

#[test]
fn every_paste_is_read_as_a_careful_person_reads_it() {
    let (mut judged, mut wrong) = (0, Vec::new());
    let pastes = pastes();
    for paste in &pastes {
        let (fields, of_paste) = wrong_fields(paste.text, &paste.expected);
        judged += fields;
        wrong.extend(
            of_paste
                .into_iter()
                .map(|field| format!("{}: {field}", paste.name)),
        );
    }
    println!(
        "{} of {judged} fields right in {} pastes",
        judged - wrong.len(),
        pastes.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn line_ends_and_spaces_change_nothing() {
    for paste in pastes() {
        let variants = [
            paste.text.replace('\n', "\r\n"),
            paste.text.replace(' ', "\u{a0}"),
            format!("\u{feff}{}\n\n", paste.text),
        ];
        for text in variants {
            let (_, wrong) = wrong_fields(&text, &paste.expected);
            assert!(wrong.is_empty(), "{}: {wrong:?}", paste.name);
        }
    }
}

#[test]
fn every_source_is_a_piece_of_the_paste() {
    for paste in pastes() {
        let json = PatientJson::from(&read(paste.text, TODAY));
        let found = json.sources.len();
        for (field, source) in json.sources {
            assert!(
                paste.text.contains(&source) && !source.is_empty(),
                "{}: {field}: {source:?}",
                paste.name
            );
        }
        let is_one_patient = !matches!(
            paste.expected.get("expect").and_then(Value::as_str),
            Some("error" | "conflict")
        );
        assert!(
            found > 1 || !is_one_patient || paste.name == "number_only",
            "{}",
            paste.name
        );
    }
}

#[test]
fn the_keys_stand_in_their_order() {
    let json = serde_json::to_string(&PatientJson::from(&read(
        "Name: John Smith DOB: 14/07/1945",
        TODAY,
    )))
    .unwrap();
    let keys = [
        "nhs_number",
        "nhs_number_valid",
        "family",
        "given",
        "title",
        "dob",
        "sex",
        "address_lines",
        "postcode",
        "phones",
        "email",
        "language",
        "interpreter_needed",
        "communication_needs",
        "safe_contact_note",
        "practice_ods",
        "deceased",
        "expect",
        "sources",
    ];
    let places: Vec<usize> = keys
        .iter()
        .map(|key| json.find(&format!("\"{key}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{json}");
}

#[test]
fn the_reason_is_kept_for_the_referral_and_conflicts_keep_their_candidates() {
    let text = "Name: Jane Doe\nDOB: 02/02/1980\nReason for referral: Pain for four years.\nWants to work again.\n\nGP: Dr A Patel";
    assert_eq!(
        read(text, TODAY).reason.unwrap().value,
        "Pain for four years.\nWants to work again."
    );
    let two = read(
        "NHS No 999 000 0018 NHS No 999 000 0026 DOB 1/2/1980 DOB 2/1/1980",
        TODAY,
    );
    assert_eq!(
        (two.nhs_number_candidates.len(), two.born_candidates.len()),
        (2, 2)
    );
    assert!(two.nhs_number.is_none() && two.born.is_none());
    let wrong = read("Name: Jane Doe DOB: 07/14/1945", TODAY);
    assert_eq!(wrong.born_problem.unwrap().value, BirthProblem::NotADate);
}

#[test]
fn what_was_read_is_not_printed() {
    let read = read("Name: Jane Canary DOB: 02/02/1980", TODAY);
    assert_eq!(read.family.as_ref().unwrap().value, "Canary");
    for printed in [
        format!("{read:?}"),
        format!("{:?}", read.family),
        format!("{:?}", PatientJson::from(&read)),
    ] {
        assert!(
            !printed.contains("Canary") && printed.contains(crate::patient::REDACTED),
            "{printed}"
        );
    }
}

/// Pieces that the reader looks for, in any order and any company.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "NHS No",
        "DOB",
        "Name:",
        "Re:",
        "Dear Dr X",
        "\n",
        "\r\n",
        "\n\n",
        "\t",
        "  ",
        ":",
        ",",
        "(",
        ")",
        "|",
        "14/07/1945",
        "999 000 0018",
        "9990000026",
        "ST13 5AB",
        "é",
        "O’Brien",
        "\u{200b}",
        "\u{202e}",
        "\u{a0}",
        "Ａ",
        "１",
        "Address:",
        "12 Mill Lane",
        "Tel",
        "07700 900123",
        "a@b.example",
        "died",
        "(Deceased)",
        "81M",
        "Surname",
        "SMITH,",
        "John",
        "{",
        "}",
        "\"",
        "<a>",
        "</a>",
        "PID|",
        "^",
        "~",
        "Next of kin",
        "Interpreter:",
        "Yes",
        "-",
        ".",
        "🦀",
        "e\u{301}",
        "ß",
        "İ",
        "ǆ",
        "Yours sincerely",
        "voicemail",
        "not leave",
        "\u{0}",
        "=",
        "lives at",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40)
        .prop_map(|pieces| pieces.concat())
}

fn sources_hold(text: &str) {
    let read = read(text, TODAY);
    for (field, source) in PatientJson::from(&read).sources {
        assert!(text.contains(&source), "{field}: {source:?}");
    }
    if let Some(reason) = read.reason {
        assert!(text.contains(&reason.source));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        sources_hold(&text);
    }

    #[test]
    fn any_mixture_of_what_is_looked_for_is_read_without_a_panic(text in soup()) {
        sources_hold(&text);
    }

    #[test]
    fn a_cut_paste_is_read_without_a_panic(which in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let pastes = pastes();
        let characters: Vec<char> = which.get(&pastes).text.chars().collect();
        let (from, to) = (from.index(characters.len()), to.index(characters.len()));
        sources_hold(&characters[from.min(to)..from.max(to)].iter().collect::<String>());
    }
}
