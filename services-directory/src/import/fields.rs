//! Reading the fields of a raw record, whatever kind of value stands there; what has to be repaired is told.

use super::contacts;
use super::dates;
use super::repair::{Repairs, Why};
use super::text::{Length, plain};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Map, Value};

/// As many entries of a list as are read.
const MOST_ENTRIES: usize = 40;

/// An object of a raw record, and where in it.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: &'a str,
    repairs: &'a Repairs,
}

impl<'a> Fields<'a> {
    pub fn new(object: &'a Map<String, Value>, path: &'a str, repairs: &'a Repairs) -> Self {
        Self {
            object,
            path,
            repairs,
        }
    }

    pub fn repair(&self, key: &str, from: &str, to: Option<&str>, why: Why) {
        let field = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        self.repairs.add(&field, from, to, why);
    }

    /// The value under the standard's key, or under the same key in camel case.
    fn value(&self, key: &str) -> Option<&'a Value> {
        if let Some(value) = self.object.get(key) {
            return Some(value);
        }
        let camel = camel(key);
        let value = self.object.get(&camel).filter(|_| camel != key)?;
        self.repair(key, &camel, Some(key), Why::KeyForm);
        Some(value)
    }

    /// What stands for nothing is nothing.
    fn present(&self, key: &str) -> Option<&'a Value> {
        let value = self.value(key)?;
        let stand_in = match value {
            Value::Null => return None,
            Value::String(text) => is_stand_in(text),
            Value::Number(number) => number.as_f64() == Some(-1.0),
            Value::Array(entries) => return (!entries.is_empty()).then_some(value),
            _ => false,
        };
        if stand_in {
            self.repair(key, &value.to_string(), None, Why::EmptyValue);
            return None;
        }
        Some(value)
    }

    pub fn text(&self, key: &str, length: Length) -> Option<String> {
        let raw = match self.present(key)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            other => {
                self.repair(key, &other.to_string(), None, Why::WrongKind);
                return None;
            }
        };
        let (text, whys) = plain(&raw, length);
        for why in whys {
            self.repair(key, &raw, Some(&text), why);
        }
        (!text.is_empty()).then_some(text)
    }

    /// A number, also where it is written as a text.
    pub fn number(&self, key: &str) -> Option<f64> {
        let value = self.present(key)?;
        if let Some(number) = value.as_f64() {
            return Some(number);
        }
        let text = value.as_str().unwrap_or_default().trim();
        let bare = text.trim_start_matches('£').replace(',', "");
        let number = bare.parse::<f64>().ok().filter(|number| number.is_finite());
        let kept = number.map(|number| number.to_string());
        self.repair(key, &value.to_string(), kept.as_deref(), Why::WrongKind);
        number.filter(|number| (*number + 1.0).abs() > f64::EPSILON)
    }

    /// Years, 0 to 130. A lower limit of 0, or any limit of nothing, is none.
    pub fn age(&self, key: &str) -> Option<u8> {
        let number = self.number(key)?;
        let whole = number.floor();
        if !(0.0..=130.0).contains(&whole) {
            self.repair(key, &number.to_string(), None, Why::OutOfRange);
            return None;
        }
        // Within 0 to 130 and without a fraction.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let years = whole as u8;
        if years == 0 && key == "maximum_age" {
            self.repair(key, "0", None, Why::OutOfRange);
        }
        (years > 0).then_some(years)
    }

    pub fn day(&self, key: &str, england: &TimeZone) -> Option<Date> {
        let raw = self.text(key, Length::Name)?;
        match dates::day(&raw, england) {
            Some((day, None)) => Some(day),
            Some((day, Some(why))) => {
                self.repair(key, &raw, Some(&day.to_string()), why);
                Some(day)
            }
            None => {
                self.repair(key, &raw, None, Why::NoDate);
                None
            }
        }
    }

    pub fn link(&self, key: &str) -> Option<String> {
        let raw = self.text(key, Length::Line)?;
        let link = contacts::link(&raw);
        match &link {
            None => self.repair(key, &raw, None, Why::BadLink),
            Some(kept) if *kept != raw => self.repair(key, &raw, Some(kept), Why::LinkForm),
            Some(_) => {}
        }
        link
    }

    pub fn phone(&self, key: &str) -> Option<contacts::Phone> {
        let raw = self.text(key, Length::Line)?;
        let phone = contacts::phone(&raw);
        match &phone {
            None => self.repair(key, &raw, None, Why::NotAPhone),
            Some(found) if found.label.is_some() => {
                self.repair(key, &raw, Some(&found.number), Why::LabelInPhone);
            }
            Some(_) => {}
        }
        phone
    }

    /// Nothing of an e-mail address is kept in a record: it is for enquiries, and never one for referrals. What is wrong with it is told all the same.
    pub fn email_is_left_out(&self, key: &str) {
        let Some(Value::String(raw)) = self.present(key) else {
            return;
        };
        if !contacts::is_one_email(raw) {
            self.repair(key, raw, None, Why::NotOneEmail);
        }
    }

    pub fn object<T>(&self, key: &str, read: impl FnOnce(Fields<'_>) -> T) -> Option<T> {
        match self.present(key)? {
            Value::Object(object) => {
                let path = self.inside(key);
                Some(read(Fields::new(object, &path, self.repairs)))
            }
            other => {
                self.repair(key, &other.to_string(), None, Why::WrongKind);
                None
            }
        }
    }

    /// The entries of a list that are objects; one object without its list is taken as a list of one.
    pub fn list<T>(&self, key: &str, mut read: impl FnMut(Fields<'_>) -> T) -> Vec<T> {
        let entries = match self.present(key) {
            None => return Vec::new(),
            Some(Value::Array(entries)) => entries.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            Some(other) => {
                self.repair(key, &other.to_string(), None, Why::WrongKind);
                return Vec::new();
            }
        };
        if entries.len() > MOST_ENTRIES {
            let kept = format!("{MOST_ENTRIES} entries");
            self.repair(
                key,
                &format!("{} entries", entries.len()),
                Some(&kept),
                Why::TooLong,
            );
        }
        let path = self.inside(key);
        let mut read_all = Vec::new();
        for entry in entries.into_iter().take(MOST_ENTRIES) {
            match entry {
                Value::Object(object) => {
                    read_all.push(read(Fields::new(object, &path, self.repairs)));
                }
                Value::Null => {}
                other => self.repair(key, &other.to_string(), None, Why::WrongKind),
            }
        }
        read_all
    }

    fn inside(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

fn is_stand_in(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "" | "-1" | "null" | "undefined" | "nan" | "n/a" | "nil"
    )
}

/// `organization_id` → `organizationId`.
fn camel(key: &str) -> String {
    let mut camel = String::with_capacity(key.len());
    let mut upper = false;
    for c in key.chars() {
        if c == '_' {
            upper = true;
        } else {
            camel.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    camel
}
