//! An import never makes, changes or points to an endpoint, whatever stands in the feed; and the directory takes none for an entry nobody checked.

use super::{FEED, TODAY, clean, map, with};
use crate::feed::{Directory, FeedLimits};
use crate::import::file::DirectoryFile;
use crate::import::seen::Seen;
use crate::import::source::Source;
use crate::import::take_over::{Arrived, take_over};
use crate::model::ReferralMethod;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const STARTER: &str = include_str!("../../../data/starter.jsonl");

fn endpoint_lines(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.contains("\"kind\":\"endpoint\""))
        .collect()
}

/// The starter directory with this record taken over.
fn imported(raw: &Value) -> String {
    let (mapped, _) = map(raw);
    let arrived = Arrived {
        listed: BTreeSet::from([mapped.id.clone()]),
        services: vec![mapped],
        gone: BTreeSet::new(),
        complete: true,
        at: "2026-11-22T09:00:00Z".parse().unwrap(),
        today: TODAY,
    };
    let file = DirectoryFile::read(STARTER).unwrap();
    let (file, _, changes) = take_over(
        &file,
        &Seen::default(),
        &arrived,
        &Source::named(FEED),
        false,
    )
    .unwrap();
    assert_eq!(changes.new, 1);
    file.text()
}

fn sent_by(method: &ReferralMethod) -> bool {
    matches!(
        method,
        ReferralMethod::SecureEmail { .. }
            | ReferralMethod::Fhir { .. }
            | ReferralMethod::Webhook { .. }
    )
}

#[test]
fn every_endpoint_of_the_file_stays_byte_for_byte_and_none_comes() {
    let before = endpoint_lines(STARTER);
    assert_eq!(before.len(), 45);
    let mut raw = clean();
    raw["endpoint"] =
        json!({ "id": "endpoint-pain-platform", "address": "thief@elsewhere.example.org" });
    raw["telecom"] = json!([{ "system": "email", "value": "thief@elsewhere.example.org" }]);
    raw["onward"] = json!({ "referral_methods": [{ "method": "secure-email", "endpoint": "endpoint-pain-platform" }] });
    raw["referral_methods"] = raw["onward"]["referral_methods"].clone();
    let text = imported(&raw);
    assert_eq!(endpoint_lines(&text), before);
    assert!(!text.contains("thief"));
    let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
    let new = directory
        .services
        .iter()
        .find(|service| service.name == "Walk and Talk Moorlands")
        .unwrap();
    assert!(!new.onward.referral_methods.iter().any(sent_by));
}

#[test]
fn a_feed_that_uses_the_id_of_a_curated_service_changes_nothing_of_it() {
    let before: Vec<&str> = STARTER
        .lines()
        .filter(|line| line.contains("\"id\":\"pain-platform\""))
        .collect();
    let text = imported(&with("/id", "pain-platform"));
    for line in before {
        assert!(text.lines().any(|kept| kept == line));
    }
}

#[test]
fn a_directory_with_an_endpoint_for_an_unassured_entry_is_refused() {
    let read = |text: &str| Directory::read(text.as_bytes(), FeedLimits::default());
    let curated = "\"category\":\"pain-platform\",";
    assert!(STARTER.contains(curated) && read(STARTER).is_ok());
    let unassured = STARTER.replacen(
        curated,
        "\"category\":\"pain-platform\",\"tier\":\"unassured\",",
        1,
    );
    let refused = read(&unassured).unwrap_err().to_string();
    assert!(refused.contains("unassured"), "{refused}");
    // Without the method, the endpoint that still belongs to it is refused too.
    let mut methodless = String::new();
    for line in unassured.lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        if record.pointer("/onward/tier").is_some() {
            record["onward"]["referral_methods"] = json!([]);
        }
        methodless.push_str(&record.to_string());
        methodless.push('\n');
    }
    let refused = read(&methodless).unwrap_err().to_string();
    assert!(refused.contains("an unassured entry"), "{refused}");
}

/// As often a plain address as anything else: a field that is copied is to be met.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![address(), any_json()]
}

fn address() -> impl Strategy<Value = Value> {
    "[a-z]{1,8}@[a-z]{1,8}\\.example\\.org".prop_map(Value::from)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        address(),
        ".{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            Just("email"),
            Just("endpoint"),
            Just("endpoints"),
            Just("telecom"),
            Just("address"),
            Just("referral_methods"),
            Just("method"),
            Just("onward"),
            Just("number"),
            Just("name"),
            Just("location"),
            Just("organization"),
            Just("application_process"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn h02_wrong_address_no_feed_makes_an_endpoint(
        fields in prop::collection::btree_map(prop_oneof![
            Just("email"), Just("assurer_email"), Just("telecom"), Just("contacts"), Just("phones"), Just("endpoint"), Just("endpoints"), Just("referral_methods"),
            Just("onward"), Just("organization"), Just("service_at_locations"), Just("kind"), Just("tier"),
        ], any_value(), 1..6),
    ) {
        let mut raw = clean();
        for (key, value) in fields {
            raw[key] = value;
        }
        let text = imported(&raw);
        prop_assert_eq!(endpoint_lines(&text), endpoint_lines(STARTER));
        let directory = Directory::read(text.as_bytes(), FeedLimits::default());
        prop_assert!(directory.is_ok());
        let ways = |directory: &Directory| directory.services.iter().flat_map(|s| s.onward.referral_methods.clone()).filter(sent_by).count();
        let starter = Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap();
        prop_assert_eq!(ways(&directory.unwrap()), ways(&starter));
    }
}
