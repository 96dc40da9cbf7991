//! An entry that nobody has checked is found and read, says what it is, and cannot be sent to, whoever tries.

use engine::PatientFacts;
use product_tests::directories::STARTER;
use product_tests::patients::SMITH;
use product_tests::practice::{PAIN_PLATFORM, Practice};
use referrals::ReferralError;
use services_directory::directory_table;
use services_directory::feed::{Directory, FeedLimits};
use services_directory::model::Tier;
use std::sync::Arc;
use store::{Database, database::Durability};

fn codes(practice: &Practice, service: &str) -> Vec<String> {
    match practice.queue(&practice.draft(SMITH, service)) {
        Ok(_) => Vec::new(),
        Err(ReferralError::Incomplete(problems)) => problems
            .into_iter()
            .map(|problem| problem.code.to_owned())
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

/// The starter directory with its Pain Platform as a feed would have it: unassured, and without a way that is sent.
fn imported() -> Directory {
    let mut text = String::new();
    for line in STARTER.lines() {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let of_platform = record["id"] == PAIN_PLATFORM;
        if record["service_id"] == PAIN_PLATFORM {
            continue;
        }
        if of_platform {
            record["onward"]["tier"] = "unassured".into();
            record["onward"]["referral_methods"] =
                serde_json::json!([{ "method": "phone", "words": "Ask the service." }]);
        }
        if record["kind"] == "directory" {
            record["version"] = 2.into();
        }
        text.push_str(&record.to_string());
        text.push('\n');
    }
    Directory::read(text.as_bytes(), FeedLimits::default()).unwrap()
}

#[test]
fn h02_wrong_address_an_imported_entry_cannot_be_queued() {
    let practice = Practice::open();
    assert_eq!(
        codes(&practice, PAIN_PLATFORM),
        Vec::<String>::new(),
        "the control: curated, it is queued"
    );
    practice.engine.load_directory(imported()).unwrap();
    let problems = codes(&practice, PAIN_PLATFORM);
    assert!(
        problems.iter().any(|code| code == "not-sent-from-here"),
        "{problems:?}"
    );
    // With an address it is no directory at all.
    let category = "\"category\":\"pain-platform\",";
    let unassured = format!("{category}\"tier\":\"unassured\",");
    let with_address = STARTER.replacen(category, &unassured, 1);
    assert_ne!(with_address, STARTER);
    let read = Directory::read(with_address.as_bytes(), FeedLimits::default());
    assert!(read.is_err(), "an entry that nobody checked has an address");
}

#[test]
fn an_entry_that_became_unassured_is_not_sent_to_even_with_an_address_in_memory() {
    let mut directory = Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap();
    let facts = PatientFacts::default();
    let today = "2026-11-22".parse().unwrap();
    let applied_at = "2026-11-22T09:00:00Z".parse().unwrap();
    let address = |directory: &Directory| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.db");
        let database = Database::open(&path, None, Durability::Normal, &directory_table::SCHEMA);
        let (database, directory) = (database.unwrap(), directory.clone());
        database
            .write(move |tx| directory_table::apply(tx, &directory, applied_at))
            .unwrap();
        let catalogue = engine::Catalogue::read(&database, Vec::new());
        let catalogue = catalogue.unwrap().unwrap();
        let card = catalogue.card(PAIN_PLATFORM, &facts, today).unwrap();
        card.endpoint.map(|endpoint| endpoint.address.clone())
    };
    assert!(address(&directory).is_some());
    let platform = directory
        .services
        .iter_mut()
        .find(|service| service.id.as_str() == PAIN_PLATFORM)
        .unwrap();
    Arc::make_mut(platform).onward.tier = Tier::Unassured;
    assert_eq!(address(&directory), None);
}

#[test]
fn search_and_card_say_that_nobody_has_checked_it() {
    let practice = Practice::open();
    let program =
        product_tests::program::Program::over(&practice.data(), &practice.data().join("home"));
    practice.engine.load_directory(imported()).unwrap();
    let found = program.json(&["search", "pain platform"]);
    let hits = found["hits"].as_array().unwrap();
    let unassured: Vec<&str> = hits
        .iter()
        .filter(|hit| hit["unassured"] == true)
        .filter_map(|hit| hit["id"].as_str())
        .collect();
    assert_eq!(unassured, [PAIN_PLATFORM]);
    let words = program.run(&["search", "pain platform"]).out;
    assert!(
        words.contains("public entry, not checked by a curator"),
        "{words}"
    );
    let card = program.run(&["show", PAIN_PLATFORM]).out;
    assert!(
        card.contains("PUBLIC ENTRY, NOT CHECKED BY A CURATOR"),
        "{card}"
    );
    assert!(card.contains("Referrals are not sent from here."), "{card}");
}
