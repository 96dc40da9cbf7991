//! Arguments by chance: some right, some nearly, most of them anything at all.

use product_tests::torture::chance::Chance;
use serde_json::{Map, Value, json};

/// An argument of a command, as its function in Rust takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// As the window says it: "draftId".
    pub name: String,
    /// As Rust says it: "String".
    pub kind: String,
}

/// What there is in the records, so that some of what is asked for is there.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub drafts: Vec<String>,
    pub referrals: Vec<String>,
    pub services: Vec<String>,
    pub staff: Vec<String>,
    /// What stands beside services: entries, corrections, and services that only this practice knows.
    pub entries: Vec<String>,
    pub corrections: Vec<String>,
    pub local: Vec<String>,
    /// A form with which a draft is complete.
    pub form: Value,
}

/// How long one text may be; a few are far longer.
const TEXT_CHARACTERS: usize = 300;
const LONG_TEXT_CHARACTERS: usize = 60_000;
/// Deeper JSON is refused before it comes to a command (`serde_json`'s own limit is 128).
const DEEPEST: usize = 120;

const ODD: [&str; 22] = [
    "",
    " ",
    "\0",
    "null",
    "NaN",
    "-1",
    "../../practice.db",
    "C:\\Windows\\System32",
    "'; DELETE FROM events; --",
    "\" OR 1=1 --",
    "%s%n%x",
    "\r\nBcc: elsewhere@example.nhs.uk\r\n\r\n",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A0",
    "\u{202e}\u{2066}txet",
    "👩🏽‍⚕️🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "İıſﬃß",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{feff}\u{200b}\u{7f}\u{85}",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "{\"draftId\":1}",
    "0199f0aa-0000-7000-8000-000000000001",
];
const CODES: [&str; 30] = [
    "nhsNumber",
    "noNhsNumberReason",
    "title",
    "given",
    "family",
    "birthDate",
    "gender",
    "address",
    "postcode",
    "phones",
    "email",
    "language",
    "interpreterNeeded",
    "communicationNeeds",
    "safeContactNote",
    "sendNow",
    "keepAsDraft",
    "stay",
    "itArrived",
    "sendAgain",
    "pain",
    "fatigue",
    "low-mood",
    "other",
    "patientInPerson",
    "onTheirBehalf",
    "askedNone",
    "presentDealtWith",
    "notAsked",
    "SendNow",
];
/// A paste that a clinical system could have made.
const PASTE: &str = "SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0018";

/// The whole of what the window hands over for one call.
pub fn payload(arguments: &[Argument], known: &Known, chance: &mut Chance) -> Value {
    if chance.in_a_hundred(4) {
        return anything(chance, 0);
    }
    let mut payload = Map::new();
    for argument in arguments {
        match chance.below(100) {
            0..=4 => {}
            5..=64 => {
                payload.insert(argument.name.clone(), likely(argument, known, chance));
            }
            _ => {
                payload.insert(argument.name.clone(), anything(chance, 0));
            }
        }
    }
    if chance.in_a_hundred(5) {
        payload.insert(text(chance), anything(chance, 0));
    }
    Value::Object(payload)
}

/// Of the right shape, and now and then right.
pub fn likely(argument: &Argument, known: &Known, chance: &mut Chance) -> Value {
    let id = |of: &[String], chance: &mut Chance| match chance.below(10) {
        0 => json!(text(chance)),
        // An id of something else.
        1 => json!(one_of(&known.services, chance)),
        2 => json!(one_of(&known.referrals, chance)),
        3 => json!(one_of(&known.drafts, chance)),
        4 => json!(one_of(of, chance).map(|id| mutated(&id, chance))),
        _ => json!(one_of(of, chance)),
    };
    match (argument.name.as_str(), argument.kind.as_str()) {
        ("draftId", _) => id(&known.drafts, chance),
        ("referralId", _) => id(&known.referrals, chance),
        ("serviceId", _) => id(&known.services, chance),
        ("staffId", _) => id(&known.staff, chance),
        ("entryId", _) => id(&known.entries, chance),
        ("correctionId", _) => id(&known.corrections, chance),
        ("localId", _) => id(&known.local, chance),
        ("text", _) if chance.in_a_hundred(30) => json!(paste(chance)),
        (_, "String") => json!(text(chance)),
        (_, "bool") => json!(chance.in_a_hundred(50)),
        (_, "u32") => json!(chance.below(6)),
        (_, "ReferralForm") => form(&known.form, chance),
        (_, kind) if kind.starts_with("Vec<") => {
            let count = chance.below(4);
            (0..count).map(|_| json!(code(chance))).collect()
        }
        _ => json!(code(chance)),
    }
}

/// The complete form, with something in it changed or taken out.
fn form(complete: &Value, chance: &mut Chance) -> Value {
    let mut form = complete.clone();
    let Some(fields) = form.as_object_mut() else {
        return form;
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    for _ in 0..chance.below(4) {
        let Some(name) = one_of(&names, chance) else {
            break;
        };
        match chance.below(4) {
            0 => {
                fields.remove(&name);
            }
            1 => {
                fields.insert(name, json!(text(chance)));
            }
            2 => {
                fields.insert(name, json!(code(chance)));
            }
            _ => {
                fields.insert(name, anything(chance, 0));
            }
        }
    }
    form
}

fn paste(chance: &mut Chance) -> String {
    match chance.below(4) {
        0 => PASTE.replace("999 000 0018", &outside_number(chance)),
        1 => mutated(PASTE, chance),
        _ => PASTE.to_owned(),
    }
}

/// A well-formed NHS number that is nobody's test number: its check digit by modulus 11 (NHS Data Dictionary, "NHS NUMBER").
pub fn outside_number(chance: &mut Chance) -> String {
    loop {
        let digits: Vec<usize> = (0..9).map(|_| chance.below(10)).collect();
        let weighted: usize = digits
            .iter()
            .enumerate()
            .map(|(at, digit)| digit * (10 - at))
            .sum();
        let check = (11 - weighted % 11) % 11;
        if check < 10 && digits.first() != Some(&9) {
            let all = digits.iter().chain([&check]);
            return all.map(ToString::to_string).collect();
        }
    }
}

pub fn anything(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth < 3 { 12 } else { 8 }) {
        0 => Value::Null,
        1 => json!(chance.in_a_hundred(50)),
        2 => json!(chance.below(1_000)),
        3 => {
            let least = chance.one_of(&[i64::MIN, i64::MAX, -1, i64::from(u32::MAX) + 1]);
            json!(least)
        }
        4 => json!(chance.one_of(&[0.5, -0.0, 1e308, 5e-324, 1e20])),
        5 => json!(code(chance)),
        6 | 7 => json!(text(chance)),
        8 => (0..chance.below(5))
            .map(|_| anything(chance, depth + 1))
            .collect(),
        9 => {
            let count = chance.below(5);
            let field = |_| (text(chance), anything(chance, depth + 1));
            Value::Object((0..count).map(field).collect())
        }
        10 => nested(chance),
        _ => json!(u64::MAX),
    }
}

fn nested(chance: &mut Chance) -> Value {
    let mut value = json!(1);
    for _ in 0..chance.below(DEEPEST) {
        value = if chance.in_a_hundred(50) {
            json!([value])
        } else {
            json!({ "draftId": value })
        };
    }
    value
}

pub fn text(chance: &mut Chance) -> String {
    match chance.below(1_000) {
        0 => "a".repeat(chance.below(LONG_TEXT_CHARACTERS)),
        1 => "\u{1f9e0}\n".repeat(chance.below(LONG_TEXT_CHARACTERS) / 2),
        2..=399 => chance.one_of(&ODD).to_owned(),
        400..=599 => code(chance).to_owned(),
        600..=699 => outside_number(chance),
        _ => {
            let count = chance.below(TEXT_CHARACTERS);
            (0..count).map(|_| character(chance)).collect()
        }
    }
}

fn character(chance: &mut Chance) -> char {
    let point = match chance.below(10) {
        0 => chance.below(0x20),
        1 => chance.below(0x11_0000),
        2 => 0x80 + chance.below(0x800),
        _ => 0x20 + chance.below(0x5f),
    };
    u32::try_from(point)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or('?')
}

fn code(chance: &mut Chance) -> &'static str {
    chance.one_of(&CODES)
}

fn one_of(all: &[String], chance: &mut Chance) -> Option<String> {
    all.get(chance.below(all.len().max(1))).cloned()
}

/// One character another, or gone.
fn mutated(text: &str, chance: &mut Chance) -> String {
    let at = chance.below(text.chars().count().max(1));
    let altered = |(number, c)| match (number == at, chance.in_a_hundred(50)) {
        (false, _) => Some(c),
        (true, true) => Some(character(chance)),
        (true, false) => None,
    };
    text.chars().enumerate().filter_map(altered).collect()
}
