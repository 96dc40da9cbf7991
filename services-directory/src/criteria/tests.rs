//! The hard rules at their edges, and what the soft ones say of things that nobody asked.
use super::CriterionOutcome::{Met, NotKnown, NotMet};
use super::*;
use crate::model::DirectoryRecord;
use jiff::civil::date;

fn service(fields: &str, onward: &str) -> HealthcareService {
    let json = format!(
        r#"{{"kind":"service","id":"s","organization_id":"o","name":"N","description":"","status":"active","last_modified":"2026-01-01"{fields},
        "onward":{{"category":"other","referral_methods":[]{onward}}}}}"#
    );
    match serde_json::from_str(&json).unwrap() {
        DirectoryRecord::Service(service) => *service,
        _ => unreachable!(),
    }
}

const TODAY: Date = date(2026, 11, 20);

#[test]
fn ages_are_inclusive_and_an_unknown_age_hides_nothing() {
    let service = service(r#","minimum_age":18,"maximum_age":65"#, "");
    let open = |age| {
        open_to(
            &service,
            &KnownFacts {
                age,
                ..KnownFacts::default()
            },
            TODAY,
        )
        .is_ok()
    };
    assert_eq!(
        [None, Some(17), Some(18), Some(65), Some(66)].map(open),
        [true, false, true, true, false]
    );
    let refused = open_to(
        &service,
        &KnownFacts {
            age: Some(17),
            ..KnownFacts::default()
        },
        TODAY,
    );
    assert_eq!(
        refused,
        Err(NotOpen::Age {
            min: Some(18),
            max: Some(65)
        })
    );
}

#[test]
fn areas_hold_for_known_practices_only() {
    let service = service(r#","service_areas":[{"id":"pcn-1","name":"Vale"}]"#, "");
    let facts = |areas: Option<&[&str]>| KnownFacts {
        areas: areas.map(|ids| ids.iter().map(|id| AreaId::parse(id).unwrap()).collect()),
        ..KnownFacts::default()
    };
    assert!(open_to(&service, &facts(None), TODAY).is_ok());
    assert!(open_to(&service, &facts(Some(&["icb", "pcn-1"])), TODAY).is_ok());
    let refused = open_to(&service, &facts(Some(&["icb", "pcn-2"])), TODAY);
    assert_eq!(
        refused,
        Err(NotOpen::Area {
            names: vec!["Vale".to_owned()]
        })
    );
}

#[test]
fn registered_with_is_hard_and_speaks_in_the_services_words() {
    let rule = r#","criteria":[{"sentence":"Patients of Vale Surgery","rule":{"type":"registered-with","practices":["A12345"]}}]"#;
    let service = service("", rule);
    let facts = |code: &str| KnownFacts {
        practice: Some(OdsCode::parse(code).unwrap()),
        ..KnownFacts::default()
    };
    assert!(open_to(&service, &facts("A12345"), TODAY).is_ok());
    assert!(open_to(&service, &KnownFacts::default(), TODAY).is_ok());
    let names = vec!["Patients of Vale Surgery".to_owned()];
    assert_eq!(
        open_to(&service, &facts("B12345"), TODAY),
        Err(NotOpen::Area { names })
    );
}

#[test]
fn closed_from_the_day_whatever_the_status_says() {
    let closing = service("", r#","closed_on":"2026-11-20","replaced_by":"new""#);
    assert!(open_to(&closing, &KnownFacts::default(), date(2026, 11, 19)).is_ok());
    let on = Some(TODAY);
    let replaced_by = Some(ServiceId::parse("new").unwrap());
    let refused = open_to(&closing, &KnownFacts::default(), TODAY);
    assert_eq!(
        refused,
        Err(NotOpen::Closed {
            on,
            replaced_by,
            reason: None
        })
    );
}

#[test]
fn paused_up_to_and_including_the_day() {
    let mut paused = service(
        "",
        r#","paused_until":"2026-11-20","status_reason":"No staff""#,
    );
    paused.status = ServiceStatus::TemporarilyClosed;
    assert!(matches!(
        open_to(&paused, &KnownFacts::default(), TODAY),
        Err(NotOpen::Paused { .. })
    ));
    assert!(open_to(&paused, &KnownFacts::default(), date(2026, 11, 21)).is_ok());
    paused.onward.paused_until = None;
    assert!(
        open_to(&paused, &KnownFacts::default(), date(2030, 1, 1)).is_err(),
        "a pause without an end has no end"
    );
}

#[test]
fn soft_rules_are_shown_and_close_nothing() {
    let rules = r#","criteria":[
        {"sentence":"Pain for more than 3 months","rule":{"type":"pain-duration","months":3}},
        {"sentence":"Fibromyalgia or CWP","rule":{"type":"condition","any_of":["fibromyalgia","CWP"]}},
        {"sentence":"Not in crisis","rule":{"type":"exclusion","of":"in crisis"}},
        {"sentence":"PHQ-9 under 20","rule":{"type":"measure","name":"PHQ-9","maximum":19}},
        {"sentence":"Wants it","rule":{"type":"question"}}]"#;
    let service = service(r#","minimum_age":16"#, rules);
    let nothing = check(&service, &KnownFacts::default(), TODAY);
    assert_eq!(nothing[0].sentence, "Aged 16 or over");
    assert!(
        nothing
            .iter()
            .all(|check| check.outcome == CriterionOutcome::NotKnown && check.known.is_none())
    );

    let facts = KnownFacts {
        age: Some(81),
        pain_at_least_months: Some(2),
        conditions: vec!["Fibromyalgia".to_owned(), "in  crisis".to_owned()],
        measures: vec![KnownMeasure {
            name: "phq-9".to_owned(),
            total: 19,
        }],
        ..KnownFacts::default()
    };
    let outcomes: Vec<_> = check(&service, &facts, TODAY)
        .iter()
        .map(|check| check.outcome)
        .collect();
    assert_eq!(outcomes, [Met, NotKnown, Met, NotMet, Met, NotKnown]);
    assert!(
        open_to(&service, &facts, TODAY).is_ok(),
        "soft rules close nothing"
    );

    let asked = KnownFacts {
        ruled_out: vec!["in crisis".to_owned(), "fibromyalgia".to_owned()],
        ..KnownFacts::default()
    };
    let outcomes: Vec<_> = check(&service, &asked, TODAY)
        .iter()
        .map(|check| check.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [NotKnown, NotKnown, NotKnown, Met, NotKnown, NotKnown],
        "CWP was not asked about"
    );
}
