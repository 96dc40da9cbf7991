//! The directory that ships keeps the promises that its README makes: it holds to the schema, hangs together, and reaches nobody.

use jsonschema::Validator;
use serde_json::Value;
use services_directory::model::{
    Channel, CriterionRule, DirectoryRecord, Endpoint, HealthcareService, ReferralMethod,
    ServiceStatus,
};
use std::collections::{BTreeMap, BTreeSet};

const STARTER: &str = include_str!("../../data/starter.jsonl");
const SCHEMA: &str = include_str!("../../schema/record.schema.json");
const EXAMPLES: [&str; 7] = [
    include_str!("../../schema/examples/directory.json"),
    include_str!("../../schema/examples/area.json"),
    include_str!("../../schema/examples/practice.json"),
    include_str!("../../schema/examples/organization.json"),
    include_str!("../../schema/examples/service.json"),
    include_str!("../../schema/examples/endpoint.json"),
    include_str!("../../schema/examples/tombstone.json"),
];

/// Never in any text that ships (nhs-rules: MHRA wording, content style, words that hurt).
const NEVER: [&str; 12] = [
    "suitab",
    "recommend",
    " risk",
    "in the mind",
    "psychosomatic",
    "nothing wrong",
    "just anxiety",
    "live with it",
    "suffer",
    "telephone",
    "committed suicide",
    "mentally ill",
];
/// Never in what a patient hears or reads.
const NEVER_TO_PATIENTS: [&str; 4] = ["chronic", "clinician", " cure", "gp practice"];

fn records() -> Vec<DirectoryRecord> {
    STARTER
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn services() -> Vec<HealthcareService> {
    let service = |record| {
        if let DirectoryRecord::Service(service) = record {
            Some(*service)
        } else {
            None
        }
    };
    records().into_iter().filter_map(service).collect()
}

fn endpoints() -> BTreeMap<String, Endpoint> {
    let endpoint = |record| {
        if let DirectoryRecord::Endpoint(e) = record {
            Some((e.id.to_string(), e))
        } else {
            None
        }
    };
    records().into_iter().filter_map(endpoint).collect()
}

/// Everything that a patient hears or reads about the service.
fn patient_texts(service: &HealthcareService) -> Vec<&str> {
    let words = service
        .onward
        .words
        .iter()
        .flat_map(|w| [Some(w.say.as_str()), w.if_in_my_head.as_deref()])
        .flatten();
    words
        .chain(service.onward.patient_sheet.as_deref())
        .collect()
}

fn contract() -> Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

/// Clauses of the contract that a value breaks.
fn broken(contract: &Validator, value: &Value) -> Vec<String> {
    contract
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect()
}

#[test]
fn schema_and_types_take_every_line_and_example() {
    let contract = contract();
    for line in STARTER.lines().chain(EXAMPLES) {
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(broken(&contract, &value), Vec::<String>::new(), "{value}");
        serde_json::from_value::<DirectoryRecord>(value).unwrap();
    }
}

#[test]
fn schema_and_types_refuse_the_same_mistakes() {
    let contract = contract();
    let right: Value = serde_json::from_str(EXAMPLES[4]).unwrap();
    for (pointer, wrong) in [
        ("/id", Value::from("two words")),
        ("/status", Value::from("open")),
        ("/minimum_age", Value::from(-1)),
        ("/service_areas", Value::from("Leek")),
        ("/onward/category", Value::from("magic")),
        ("/onward/steps", serde_json::json!([5])),
        ("/onward/criteria/0/rule/type", Value::from("income")),
        ("/onward/referral_methods/0/method", Value::from("fax")),
        ("/onward/wait/weeks", Value::from("three")),
    ] {
        let mut value = right.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert_ne!(
            broken(&contract, &value),
            Vec::<String>::new(),
            "the schema takes a wrong {pointer}"
        );
        assert!(
            serde_json::from_value::<DirectoryRecord>(value).is_err(),
            "the types take a wrong {pointer}"
        );
    }
    let mut misspelt = right;
    misspelt["onward"]["helps"] = Value::from("pain");
    assert_ne!(broken(&contract, &misspelt), Vec::<String>::new());
    assert!(serde_json::from_value::<DirectoryRecord>(misspelt).is_err());
}

#[test]
fn the_file_is_a_demonstration_in_the_order_of_the_contract() {
    let place = |record: &DirectoryRecord| match record {
        DirectoryRecord::Directory(_) => 0,
        DirectoryRecord::Area(_) => 1,
        DirectoryRecord::Practice(_) => 2,
        DirectoryRecord::Organization(_) => 3,
        DirectoryRecord::Service(_) => 4,
        DirectoryRecord::Tombstone(_) => 5,
        DirectoryRecord::Endpoint(_) => 6,
    };
    let records = records();
    assert!(records.is_sorted_by_key(place));
    let headers: Vec<_> = records
        .iter()
        .filter_map(|r| {
            if let DirectoryRecord::Directory(h) = r {
                Some(h)
            } else {
                None
            }
        })
        .collect();
    assert!(matches!(headers.as_slice(), [header] if header.demonstration));
}

#[test]
fn every_id_is_used_once_and_every_reference_is_there() {
    let mut known = BTreeSet::new();
    for record in records() {
        let id = match &record {
            DirectoryRecord::Directory(r) => format!("directory {}", r.id),
            DirectoryRecord::Area(r) => format!("area {}", r.id),
            DirectoryRecord::Practice(r) => format!("practice {}", r.ods_code),
            DirectoryRecord::Organization(r) => format!("organization {}", r.id),
            DirectoryRecord::Service(r) => format!("service {}", r.id),
            DirectoryRecord::Endpoint(r) => format!("endpoint {}", r.id),
            DirectoryRecord::Tombstone(r) => format!("tombstone {}", r.id),
        };
        assert!(known.insert(id.clone()), "{id} twice");
    }
    let mut needed = BTreeSet::new();
    for record in records() {
        match record {
            DirectoryRecord::Area(r) => needed.extend(r.part_of.map(|a| format!("area {a}"))),
            DirectoryRecord::Practice(r) => {
                needed.extend(r.areas.iter().map(|a| format!("area {a}")));
            }
            DirectoryRecord::Service(r) => {
                let o = &r.onward;
                needed.insert(format!("organization {}", r.organization_id));
                needed.extend(r.service_areas.iter().map(|a| format!("area {}", a.id)));
                let linked = [
                    &o.child_services,
                    &o.step_up_to,
                    &o.step_down_to,
                    &o.also_offered_from,
                ];
                needed.extend(
                    linked
                        .into_iter()
                        .flatten()
                        .chain(&o.replaced_by)
                        .map(|s| format!("service {s}")),
                );
                for criterion in &o.criteria {
                    if let CriterionRule::RegisteredWith { practices } = &criterion.rule {
                        needed.extend(practices.iter().map(|p| format!("practice {p}")));
                    }
                }
            }
            DirectoryRecord::Endpoint(r) => needed.extend([format!("service {}", r.service_id)]),
            DirectoryRecord::Tombstone(r) => {
                needed.extend(r.successor.map(|s| format!("service {s}")));
            }
            DirectoryRecord::Directory(_) | DirectoryRecord::Organization(_) => {}
        }
    }
    assert_eq!(
        needed.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn each_secure_email_has_one_endpoint_of_its_own_service_which_reaches_nobody() {
    let mut endpoints = endpoints();
    let mut addresses = BTreeSet::new();
    for service in services() {
        for method in &service.onward.referral_methods {
            let ReferralMethod::SecureEmail { endpoint } = method else {
                continue;
            };
            let endpoint = endpoints
                .remove(endpoint.as_str())
                .unwrap_or_else(|| panic!("no {endpoint}"));
            assert_eq!(endpoint.service_id, service.id);
            assert_eq!(endpoint.channel, Channel::SecureEmail);
            let address = &endpoint.address;
            let (mailbox, host) = address.split_once('@').unwrap();
            let allowed =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
            assert!(
                mailbox.chars().all(allowed) && host.chars().all(allowed),
                "{address}"
            );
            // RFC 2606 section 2: nobody can own a name under .example; example.nhs.uk is the project's own rule.
            assert!(
                host.ends_with(".example") || host.ends_with(".example.nhs.uk"),
                "{address}"
            );
            assert!(addresses.insert(address.clone()), "{address} twice");
        }
    }
    assert!(
        endpoints.is_empty(),
        "no service names {:?}",
        endpoints.keys()
    );
}

#[test]
fn every_phone_number_is_one_of_ofcoms_for_drama() {
    let drama = ["01632960", "07700900", "02079460", "08081570"];
    let mut seen = 0;
    for text in STARTER.split(|c: char| !(c.is_ascii_digit() || c == ' ')) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 11 && digits.starts_with('0') {
            seen += 1;
            assert!(
                drama.iter().any(|range| digits.starts_with(range)),
                "{digits}"
            );
        }
    }
    assert!(seen > 100, "only {seen} numbers were found");
}

#[test]
fn words_are_short_kind_and_say_that_the_pain_is_real() {
    for service in services()
        .iter()
        .filter(|s| s.status == ServiceStatus::Active)
    {
        let words = service
            .onward
            .words
            .as_ref()
            .unwrap_or_else(|| panic!("{} has no words", service.id));
        let count = words.say.split_whitespace().count();
        assert!(count <= 40, "{}: {count} words to say", service.id);
        assert!(
            words.say.contains("real") || words.say.contains("I believe you"),
            "{}: {}",
            service.id,
            words.say
        );
        let sheet = service
            .onward
            .patient_sheet
            .as_ref()
            .unwrap_or_else(|| panic!("{} has no sheet", service.id));
        assert!(
            sheet.split_whitespace().count() <= 350,
            "{}: the sheet is longer than a side",
            service.id
        );
        for text in patient_texts(service) {
            let text = text.to_lowercase();
            let found = NEVER_TO_PATIENTS
                .into_iter()
                .find(|word| text.contains(word));
            assert_eq!(found, None, "{}: {text}", service.id);
        }
    }
    let all = STARTER.to_lowercase().replace("telephone cbt", "");
    assert_eq!(NEVER.into_iter().find(|word| all.contains(word)), None);
}

#[test]
fn status_agrees_with_its_dates() {
    for service in services() {
        let o = &service.onward;
        let closed = matches!(
            service.status,
            ServiceStatus::Inactive | ServiceStatus::Defunct
        );
        let paused = service.status == ServiceStatus::TemporarilyClosed;
        assert_eq!(paused, o.paused_until.is_some(), "{}", service.id);
        assert!(
            !closed || (o.closed_on.is_some() && o.replaced_by.is_some()),
            "{}",
            service.id
        );
        assert!(
            service.status == ServiceStatus::Active || o.status_reason.is_some(),
            "{}",
            service.id
        );
    }
}

#[test]
fn hard_rules_stand_where_their_limits_do() {
    for service in services()
        .iter()
        .filter(|s| s.status == ServiceStatus::Active)
    {
        let has = |rule| service.onward.criteria.iter().any(|c| c.rule == rule);
        let aged = service.minimum_age.is_some() || service.maximum_age.is_some();
        assert_eq!(aged, has(CriterionRule::Age {}), "{}", service.id);
        assert_eq!(
            !service.service_areas.is_empty(),
            has(CriterionRule::Area {}),
            "{}",
            service.id
        );
    }
}
