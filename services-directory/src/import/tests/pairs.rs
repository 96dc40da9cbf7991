//! Two entries that may be one: what speaks for it is told, and a merge moves ids and nothing else.

use crate::feed::{Directory, FeedLimits};
use crate::ids::ServiceId;
use crate::import::duplicates::{Evidence, proposals};
use crate::import::file::DirectoryFile;
use crate::import::merge::{MergeError, merge};
use crate::model::{HealthcareService, ServiceStatus, Tier};
use jiff::civil::date;
use serde_json::{Value, json};

const STARTER: &str = include_str!("../../../data/starter.jsonl");

fn id(text: &str) -> ServiceId {
    ServiceId::parse(text).unwrap()
}

/// The starter directory and, beside it, an imported copy of one of its services with these fields of `onward` and of itself.
fn with_copy(of: &str, own: &Value, more: &Value) -> String {
    let line = STARTER
        .lines()
        .find(|line| line.contains(&format!("\"kind\":\"service\",\"id\":\"{of}\"")))
        .unwrap();
    let original: Value = serde_json::from_str(line).unwrap();
    let mut copy = json!({
        "kind": "service", "id": "imported:copy", "organization_id": original["organization_id"], "name": original["name"], "description": "",
        "status": "active", "last_modified": "2026-11-01",
        "onward": { "category": "other", "referral_methods": [], "tier": "unassured", "external_ids": [{ "scheme": "https://feed.example.gov.uk", "id": "7" }] },
    });
    for (target, fields) in [("", own), ("/onward", more)] {
        let there = copy.pointer_mut(target).unwrap().as_object_mut().unwrap();
        there.extend(fields.as_object().unwrap().clone());
    }
    let mut file = DirectoryFile::read(STARTER).unwrap();
    let service: HealthcareService = {
        copy.as_object_mut().unwrap().remove("kind");
        serde_json::from_value(copy).unwrap()
    };
    file.put_service(service);
    file.text()
}

fn proposed(text: &str) -> Vec<Vec<Evidence>> {
    let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
    proposals(&directory)
        .into_iter()
        .filter(|found| {
            [&found.first, &found.second]
                .iter()
                .any(|side| side.id == id("imported:copy"))
        })
        .map(|found| found.evidence)
        .collect()
}

#[test]
fn a_copy_is_proposed_with_what_speaks_for_it() {
    let evidence = proposed(&with_copy(
        "pain-platform",
        &json!({}),
        &json!({ "duty_line": "+44 1632 960000" }),
    ));
    assert!(evidence.is_empty() || evidence[0].len() > 1);
    let directory = Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap();
    let original = directory.service(&id("pain-platform")).unwrap();
    let phone = original
        .onward
        .duty_line
        .clone()
        .or_else(|| original.onward.named_contact.clone()?.phone)
        .unwrap();
    let own = json!({ "name": "The Pain Platform service", "url": original.url });
    let more = json!({ "duty_line": phone.replacen('0', "+44 ", 1), "travel": "Leek ST135AA" });
    let evidence = proposed(&with_copy("pain-platform", &own, &more));
    let has =
        |wanted: fn(&Evidence) -> bool| evidence.iter().any(|of_pair| of_pair.iter().any(wanted));
    assert!(has(|e| matches!(e, Evidence::Register(_))), "{evidence:?}");
    assert!(has(|e| matches!(e, Evidence::Phone(_))), "{evidence:?}");
    assert!(has(|e| matches!(e, Evidence::Name(100))), "{evidence:?}");
}

#[test]
fn places_and_websites_speak_for_it_too() {
    let (text, _) = two("Walk and Talk", "Walk & Talk Leek");
    let directory = Directory::read(text.as_bytes(), FeedLimits::default()).unwrap();
    let found = proposals(&directory);
    assert_eq!(found.len(), 1);
    let kinds: Vec<String> = found[0].evidence.iter().map(Evidence::words).collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    assert!(
        kinds.contains(&"the same postcode (ST13 5AA)".to_owned()),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&"the same property (UPRN 10000000001)".to_owned()),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&"the same website (walk.example.org)".to_owned()),
        "{kinds:?}"
    );
}

#[test]
fn a_name_alone_or_a_postcode_alone_is_no_reason() {
    let (text, _) = two("Walk and Talk", "Welfare rights desk");
    let alone = text
        .replace("https://www.walk.example.org/b", "https://desk.example.org")
        .replacen(
            "{\"id\":\"10000000001\",\"scheme\":\"UPRN\"}",
            "{\"id\":\"10000000002\",\"scheme\":\"UPRN\"}",
            1,
        );
    let directory = Directory::read(alone.as_bytes(), FeedLimits::default()).unwrap();
    assert_eq!(proposals(&directory), []);
    let (text, _) = two("Walk and Talk", "Walk and Talk");
    let far = text
        .replace("ST13 5AA\",\"x", "")
        .replacen("ST13 5AA", "ST8 6AA", 1)
        .replace("https://www.walk.example.org/b", "https://desk.example.org");
    let far = far.replacen(
        "{\"id\":\"10000000001\",\"scheme\":\"UPRN\"}",
        "{\"id\":\"10000000002\",\"scheme\":\"UPRN\"}",
        1,
    );
    let directory = Directory::read(far.as_bytes(), FeedLimits::default()).unwrap();
    assert_eq!(proposals(&directory), []);
}

/// Two imported entries at one place, of two organisations.
fn two(first: &str, second: &str) -> (String, [ServiceId; 2]) {
    let header = json!({ "kind": "directory", "id": "x", "name": "x", "version": 1, "published_on": "2026-11-22" });
    let organization = |id: &str| json!({ "kind": "organization", "id": id, "name": id, "organisation_kind": "charity" });
    let service = |id: &str, name: &str, url: &str| {
        json!({
            "kind": "service", "id": id, "organization_id": format!("org-{id}"), "name": name, "description": "", "status": "active", "url": url,
            "last_modified": "2026-11-01",
            "onward": { "category": "other", "referral_methods": [], "tier": "unassured", "travel": "1 High Street, Leek, st13 5aa".to_uppercase(),
                "external_ids": [{ "id": id, "scheme": "https://feed.example.gov.uk" }, { "id": "10000000001", "scheme": "UPRN" }] },
        })
    };
    let lines = [
        header,
        organization("org-a"),
        organization("org-b"),
        service("a", first, "https://walk.example.org/a"),
        service("b", second, "https://www.walk.example.org/b"),
    ];
    let text = lines.map(|line| line.to_string()).join("\n");
    (text, [id("a"), id("b")])
}

#[test]
fn h02_wrong_address_a_merge_keeps_both_ids_and_moves_no_endpoint() {
    let text = with_copy("pain-platform", &json!({}), &json!({}));
    let endpoints = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.contains("\"kind\":\"endpoint\""))
            .map(str::to_owned)
            .collect()
    };
    let mut file = DirectoryFile::read(&text).unwrap();
    let (keep, gone) = (id("pain-platform"), id("imported:copy"));
    let methods = file.service(&keep).unwrap().onward.referral_methods.clone();
    merge(&mut file, &keep, &gone, date(2026, 11, 22)).unwrap();
    let after = file.text();
    assert_eq!(endpoints(&after), endpoints(STARTER));
    let directory = Directory::read(after.as_bytes(), FeedLimits::default()).unwrap();
    let kept = directory.service(&keep).unwrap();
    assert_eq!(kept.onward.referral_methods, methods);
    assert!(
        kept.onward
            .external_ids
            .iter()
            .any(|external| external.id == "7"),
        "its ids in feeds come along"
    );
    let closed = directory.service(&gone).unwrap();
    assert_eq!(
        (closed.status, &closed.onward.replaced_by),
        (ServiceStatus::Inactive, &Some(keep.clone()))
    );
    assert_eq!(
        merge(&mut file, &keep, &gone, date(2026, 11, 22)),
        Err(MergeError::AlreadyMerged(gone))
    );
}

#[test]
fn a_service_with_an_address_merged_into_another_gives_it_none() {
    let mut file = DirectoryFile::read(STARTER).unwrap();
    let (keep, gone) = (id("pain-platform"), id("talking-therapies"));
    let before = file.service(&keep).unwrap().onward.referral_methods.clone();
    let of_gone = file.service(&gone).unwrap().onward.referral_methods.clone();
    merge(&mut file, &keep, &gone, date(2026, 11, 22)).unwrap();
    assert_ne!(before, of_gone);
    assert_eq!(file.service(&keep).unwrap().onward.referral_methods, before);
    assert_eq!(
        file.service(&gone).unwrap().onward.referral_methods,
        of_gone
    );
    for line in STARTER
        .lines()
        .filter(|line| line.contains("\"kind\":\"endpoint\""))
    {
        assert!(file.text().lines().any(|kept| kept == line));
    }
}

#[test]
fn a_curated_service_is_not_merged_into_an_unassured_one() {
    let mut file =
        DirectoryFile::read(&with_copy("pain-platform", &json!({}), &json!({}))).unwrap();
    let before = file.text();
    let (keep, gone) = (id("imported:copy"), id("pain-platform"));
    assert_eq!(file.service(&keep).unwrap().onward.tier, Tier::Unassured);
    let refused = merge(&mut file, &keep, &gone, date(2026, 11, 22));
    assert!(matches!(
        refused,
        Err(MergeError::CuratedIntoUnassured { .. })
    ));
    assert!(matches!(
        merge(&mut file, &gone, &gone, date(2026, 11, 22)),
        Err(MergeError::Itself(_))
    ));
    assert!(matches!(
        merge(&mut file, &id("nobody"), &gone, date(2026, 11, 22)),
        Err(MergeError::NoSuchService(_))
    ));
    assert_eq!(file.text(), before);
}
