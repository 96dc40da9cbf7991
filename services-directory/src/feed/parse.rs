//! One line of a directory file: its limits, its texts, and the record that it is.

use super::{FeedProblem, LineProblem, checks};
use crate::model::DirectoryRecord;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::{borrow::Cow, fmt};

/// A line with all that is wrong with it in itself.
pub(super) struct Parsed {
    pub id: Option<String>,
    /// None where it is no record at all.
    pub record: Option<DirectoryRecord>,
    pub problems: Vec<FeedProblem>,
}

/// The record, or the first that is wrong with it.
pub(super) fn parse_line(text: &str, deepest: usize) -> Result<DirectoryRecord, LineProblem> {
    let parsed = parse_fully(text, deepest);
    match (parsed.problems.into_iter().next(), parsed.record) {
        (None, Some(record)) => Ok(record),
        (Some(problem), _) => Err((parsed.id, problem)),
        (None, None) => Err((parsed.id, FeedProblem::Schema("no record".into()))),
    }
}

pub(super) fn parse_fully(text: &str, deepest: usize) -> Parsed {
    let mut problems = Vec::new();
    let schema = |e: &serde_json::Error| FeedProblem::Schema(checks::shown(&e.to_string()));
    let unreadable = |problem| Parsed {
        id: None,
        record: None,
        problems: vec![problem],
    };
    if nesting_depth(text) > deepest {
        return unreadable(FeedProblem::NestedTooDeep(deepest));
    }
    if let Err(e) = check_texts(text, &mut problems) {
        return unreadable(schema(&e));
    }
    let record = match record_of(text) {
        Ok(record) => {
            checks::check_record(&record, &mut problems);
            Some(record)
        }
        Err(e) => {
            problems.push(schema(&e));
            None
        }
    };
    Parsed {
        id: if problems.is_empty() {
            None
        } else {
            id_in(text)
        },
        record,
        problems,
    }
}

/// The record that a line is. Which kind it is stands first in whatever this program writes, and is then read without looking at all of the line twice.
pub(crate) fn record_of(text: &str) -> Result<DirectoryRecord, serde_json::Error> {
    let of_kind = |begins: &str| text.strip_prefix(begins).map(|rest| format!("{{{rest}"));
    if let Some(service) = of_kind(r#"{"kind":"service","#)
        && let Ok(service) = serde_json::from_str(&service)
    {
        return Ok(DirectoryRecord::Service(service));
    }
    if let Some(endpoint) = of_kind(r#"{"kind":"endpoint","#)
        && let Ok(endpoint) = serde_json::from_str(&endpoint)
    {
        return Ok(DirectoryRecord::Endpoint(endpoint));
    }
    serde_json::from_str(text)
}

/// The id of a record with which something is wrong.
fn id_in(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    let id = ["id", "ods_code"].iter();
    id.filter_map(|key| value.get(key)?.as_str())
        .map(checks::shown)
        .next()
}

/// The deepest nesting of brackets outside strings, without parsing.
fn nesting_depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Every text of a line, whatever its field: length and characters; and the length of every list.
fn check_texts(line: &str, found: &mut Vec<FeedProblem>) -> Result<(), serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_str(line);
    let walk = Texts {
        field: "record",
        found,
    };
    walk.deserialize(&mut parser)?;
    parser.end()
}

/// Goes through a value without keeping it.
struct Texts<'a> {
    field: &'a str,
    found: &'a mut Vec<FeedProblem>,
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        checks::check_text(self.field, text, self.found);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (field, found) = (self.field, self.found);
        let mut entries = 0;
        loop {
            let entry = Texts {
                field,
                found: &mut *found,
            };
            if list.next_element_seed(entry)?.is_none() {
                break;
            }
            entries += 1;
        }
        checks::check_entries(field, entries, found);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(field) = fields.next_key_seed(Name)? {
            fields.next_value_seed(Texts {
                field: &field,
                found: &mut *self.found,
            })?;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The name of a field, copied only where it has escapes in it.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
