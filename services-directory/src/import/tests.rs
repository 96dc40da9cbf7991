//! What is dirty in real feeds, one fault a test; every record is made up.

mod dirty;
mod gone;
mod never_an_endpoint;
mod pairs;
mod rows;

use super::open_referral::{Mapped, Mapping};
use super::repair::{Repair, Why};
use super::source::Source;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use store::clock::england;

const FEED: &str = "https://feed.example.gov.uk/openreferral";
const TODAY: Date = date(2026, 11, 22);

/// A clean record: no repair is made in it.
fn clean() -> Value {
    json!({
        "id": "0f1f2a9e-4b5a-4a55-8f0e-0a6d1d0c1a01",
        "name": "Walk and Talk Moorlands",
        "description": "A gentle walk each week, for people whose pain goes on.",
        "status": "active",
        "url": "https://walk.example.org/talk",
        "email": "hello@walk.example.org",
        "assurer_email": "kim@council.example.org",
        "minimum_age": 16,
        "maximum_age": 99,
        "last_modified": "2026-05-01T10:30:45.123Z",
        "assured_date": "2026-04-01",
        "organization": {
            "id": "7b0a5f6e-0e0e-4d7c-9d8f-0a6d1d0c1a02", "name": "Moorlands Walkers", "description": "Walkers.",
            "website": "https://walk.example.org",
            "organization_identifiers": [{ "id": "x", "identifier_scheme": "GB-CHC", "identifier_type": "Charity", "identifier": "0000001" }],
        },
        "contacts": [{ "id": "c", "title": "Walk leader", "name": "Kim Example", "phones": [{ "number": "01632 960400" }] }],
        "service_at_locations": [{ "id": "l", "location": {
            "id": "p", "location_type": "physical", "external_identifier": "10000000001", "external_identifier_type": "UPRN",
            "addresses": [{ "address_1": "1 High Street", "city": "Leek", "postal_code": "ST13 5AA" }],
        } }],
    })
}

fn with(pointer: &str, value: impl Into<Value>) -> Value {
    let mut raw = clean();
    *raw.pointer_mut(pointer).unwrap() = value.into();
    raw
}

fn with_new(key: &str, value: impl Into<Value>) -> Value {
    let mut raw = clean();
    raw[key] = value.into();
    raw
}

fn map(raw: &Value) -> (Mapped, Vec<Repair>) {
    let (mapped, repairs) = try_map(raw);
    (mapped.unwrap_or_else(|why| panic!("{why}")), repairs)
}

fn try_map(raw: &Value) -> (Result<Mapped, String>, Vec<Repair>) {
    let source = Source::named(FEED);
    let mapping = Mapping {
        source: &source,
        today: TODAY,
        england: england(),
        licence: None,
    };
    let (mapped, repairs) = mapping.map(raw);
    (mapped.map_err(|refused| refused.why), repairs)
}

/// Field and reason of each repair.
fn told(repairs: &[Repair]) -> Vec<(&str, Why)> {
    repairs
        .iter()
        .map(|repair| (repair.field.as_str(), repair.why))
        .collect()
}
