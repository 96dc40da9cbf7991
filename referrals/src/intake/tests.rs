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

/// `=== name`, the text, `--- {what is not null}`. "expect" is "ok" and "nhs_number_valid" follows the number unless said;
/// fields named in "_any" are not judged.
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
