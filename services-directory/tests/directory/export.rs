//! What is exported as Open Referral UK 3.0 passes the schemas that the standard publishes, and has nothing that is not public.

use jsonschema::Validator;
use serde_json::Value;
use services_directory::{
    export::open_referral::{ExportError, Page, pages, uuid},
    feed::{Directory, FeedLimits},
    model::Tier,
};
use std::{collections::BTreeSet, sync::Arc};

const STARTER: &str = include_str!("../../data/starter.jsonl");
/// In the state in which the profile publishes them; their README has source and licence.
const SERVICE: &str = include_str!("../open-referral-uk/service_with_definitions.json");
const LISTED: &str = include_str!("../open-referral-uk/service_list.json");
const OPENAPI: &str = include_str!("../open-referral-uk/openapi.json");

fn validator(schema: &Value) -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

fn of(text: &str) -> Validator {
    validator(&serde_json::from_str(text).unwrap())
}

fn broken(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect()
}

fn starter() -> Directory {
    Directory::read(STARTER.as_bytes(), FeedLimits::default()).unwrap()
}

fn exported(directory: &Directory) -> Vec<Page> {
    pages(directory, 25).unwrap()
}

fn is_list(page: &Page) -> bool {
    page.path.starts_with("services/page-")
}

#[test]
fn the_exported_pages_pass_the_published_schemas() {
    let (service, listed) = (of(SERVICE), of(LISTED));
    let openapi: Value = serde_json::from_str(OPENAPI).unwrap();
    let envelope = validator(&openapi["components"]["schemas"]["Page"]);
    let pages = exported(&starter());
    let (mut lists, mut services) = (0, 0);
    for page in &pages {
        if is_list(page) {
            lists += 1;
            assert_eq!(
                broken(&envelope, &page.body),
                Vec::<String>::new(),
                "{}",
                page.path
            );
            for entry in page.body["contents"].as_array().unwrap() {
                assert_eq!(
                    broken(&listed, entry),
                    Vec::<String>::new(),
                    "{}",
                    page.path
                );
            }
        } else if page.path.starts_with("services/") {
            services += 1;
            assert_eq!(
                broken(&service, &page.body),
                Vec::<String>::new(),
                "{}",
                page.path
            );
        }
    }
    assert_eq!((lists, services, pages.len()), (4, 98, 103));
    // The schemas do refuse: an id that is none, another status, no name, an address that is none.
    let right = pages
        .iter()
        .find(|page| !is_list(page) && page.path.starts_with("services/"))
        .unwrap();
    for (pointer, wrong) in [
        ("/id", Value::from("pain-platform")),
        ("/status", Value::from("open")),
        ("/name", Value::Null),
        ("/organization/id", Value::from(7)),
        ("/attributes/0/taxonomy_term/name", Value::Null),
        ("/last_modified", Value::from("yesterday")),
    ] {
        let mut value = right.body.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert_ne!(broken(&service, &value), Vec::<String>::new(), "{pointer}");
    }
}

#[test]
fn the_pages_of_the_list_hang_together() {
    let pages = exported(&starter());
    let lists: Vec<&Page> = pages.iter().filter(|page| is_list(page)).collect();
    let mut ids = BTreeSet::new();
    for (number, page) in (1_u64..).zip(&lists) {
        let body = &page.body;
        assert_eq!(page.path, format!("services/page-{number}.json"));
        assert_eq!(
            (
                &body["total_items"],
                &body["total_pages"],
                &body["page_number"]
            ),
            (&98.into(), &4.into(), &number.into())
        );
        assert_eq!(
            (&body["first_page"], &body["last_page"]),
            (&(number == 1).into(), &(number == 4).into())
        );
        ids.extend(
            body["contents"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
    }
    let whole: BTreeSet<String> = pages
        .iter()
        .filter(|page| !is_list(page) && page.path.starts_with("services/"))
        .map(|page| {
            page.path
                .trim_start_matches("services/")
                .trim_end_matches(".json")
                .to_owned()
        })
        .collect();
    assert_eq!((ids.len(), ids), (98, whole));
}

#[test]
fn no_address_duty_line_or_named_person_is_exported() {
    let directory = starter();
    let text: String = exported(&directory)
        .iter()
        .map(|page| page.body.to_string())
        .collect();
    assert!(text.contains("Pain Platform"), "the judge reads the pages");
    for endpoint in &directory.endpoints {
        assert!(
            !text.contains(&endpoint.address) && !text.contains(endpoint.id.as_str()),
            "{}",
            endpoint.id
        );
    }
    let mut judged = 0;
    for service in &directory.services {
        let contact = service.onward.named_contact.iter();
        let hidden = contact
            .flat_map(|contact| [contact.name.as_ref(), contact.phone.as_ref()])
            .flatten();
        for words in hidden.chain(&service.onward.duty_line) {
            judged += 1;
            // A text for everybody may give a number that the duty line has too.
            if !service.description.contains(words.as_str()) {
                let own = exported_of(&directory, service.id.as_str());
                assert!(!own.contains(words.as_str()), "{}: {words}", service.id);
            }
        }
    }
    assert!(judged > 50, "{judged}");
}

fn exported_of(directory: &Directory, id: &str) -> String {
    let path = format!("services/{}.json", uuid("service", id));
    let pages = exported(directory);
    pages
        .iter()
        .find(|page| page.path == path)
        .unwrap()
        .body
        .to_string()
}

#[test]
fn an_address_inside_a_public_text_stops_the_export() {
    let mut directory = starter();
    let endpoint = directory.endpoints[0].clone();
    let service = directory
        .services
        .iter_mut()
        .find(|service| service.id == endpoint.service_id)
        .unwrap();
    let service = Arc::make_mut(service);
    service.description = format!("Write to {}.", endpoint.address.to_uppercase());
    assert_eq!(
        pages(&directory, 25),
        Err(ExportError::AddressInText {
            service: endpoint.service_id.to_string(),
            endpoint: endpoint.id.to_string()
        })
    );
}

#[test]
fn of_several_addresses_in_a_text_the_first_of_the_directory_is_named_however_they_stand() {
    let whole = starter();
    let address = |at: usize| whole.endpoints[at].address.clone();
    let texts = [
        (format!("{} or {}", address(7), address(4)), 4),
        (format!("Write to x{}x.", address(9)), 9),
        (format!("{}{}", address(2), address(3)), 2),
    ];
    for (text, first) in texts {
        let mut directory = whole.clone();
        let service = Arc::make_mut(&mut directory.services[0]);
        service.description = text;
        let expected = ExportError::AddressInText {
            service: service.id.to_string(),
            endpoint: whole.endpoints[first].id.to_string(),
        };
        assert_eq!(pages(&directory, 25), Err(expected));
    }
}

#[test]
fn what_nobody_has_checked_is_not_passed_on() {
    let mut directory = starter();
    Arc::make_mut(&mut directory.services[0]).onward.tier = Tier::Unassured;
    let pages = exported(&directory);
    assert_eq!(pages.len(), 102);
    let name = &directory.services[0].id;
    let path = format!("services/{}.json", uuid("service", name.as_str()));
    assert!(pages.iter().all(|page| page.path != path));
}

#[test]
fn ids_are_uuids_and_always_the_same() {
    let own = "0f1f2a9e-4b5a-4a55-8f0e-0a6d1d0c1a01";
    assert_eq!(uuid("service", own), own);
    let made = uuid("service", "pain-platform");
    assert_eq!(made, uuid("service", "pain-platform"));
    assert_ne!(made, uuid("organization", "pain-platform"));
    // RFC 9562: version 8, variant 10.
    assert_eq!((made.as_bytes()[14], made.len()), (b'8', 36));
    assert!(matches!(made.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
}
