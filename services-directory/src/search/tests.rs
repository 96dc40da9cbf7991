//! What the search promises whatever is typed: hard rules hold, crisis is seen, the order follows its rule, and nothing fails.
use super::*;
use crate::criteria;
use crate::feed::FeedLimits;
use crate::model::HealthcareService;
use jiff::civil::date;
use proptest::prelude::*;
use std::sync::LazyLock;

const DIRECTORY: &str = include_str!("../../tests/fixtures/search_directory.jsonl");
const TODAY: Date = date(2026, 11, 20);

static FIXTURE: LazyLock<Directory> =
    LazyLock::new(|| Directory::read(DIRECTORY.as_bytes(), FeedLimits::default()).unwrap());
static INDEX: LazyLock<SearchIndex> =
    LazyLock::new(|| SearchIndex::build(&FIXTURE, &Synonyms::shipped().unwrap()).unwrap());

static IN_PARTS: LazyLock<SearchIndex> = LazyLock::new(|| {
    IndexBuilder::of(&FIXTURE)
        .looking_at_whole(&Synonyms::shipped().unwrap(), 0)
        .unwrap()
});

fn query(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        age: None,
        practice: None,
        today: TODAY,
        limit: 200,
    }
}

fn practice(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

fn found(results: &SearchResults) -> Vec<&str> {
    results
        .hits
        .iter()
        .map(|hit| hit.service_id.as_str())
        .collect()
}

fn words() -> impl Strategy<Value = String> {
    let known: Vec<String> = FIXTURE
        .services
        .iter()
        .flat_map(|service| {
            let more = &service.onward;
            let texts = more
                .aliases
                .iter()
                .chain(&more.helps_with)
                .chain(&more.interventions);
            texts
                .cloned()
                .chain([service.name.clone(), service.description.clone()])
                .collect::<Vec<_>>()
        })
        .chain(
            [
                "suicidal",
                "fibro low mood",
                "IAPT",
                "pain",
                "can't sleep",
                "end it all",
            ]
            .map(str::to_owned),
        )
        .collect();
    let known = prop::sample::select(known);
    prop_oneof![
        4 => known.clone(),
        2 => (known.clone(), known).prop_map(|(a, b)| format!("{a} {b}")),
        1 => "\\PC{0,40}",
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// No age, area or closed service is ever offered, nor one greyed that is open, nor one shown twice.
    #[test]
    fn hard_rules_hold_whatever_is_typed(
        text in words(),
        age in prop::option::of(0_u8..=110),
        place in prop::option::of(prop::sample::select(vec!["W10001", "V10001", "F10001", "Z99999"])),
        day in 0_i32..500,
    ) {
        let today = date(2026, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let practice = place.map(practice);
        let facts = KnownFacts {
            age,
            areas: practice.as_ref().and_then(|practice| FIXTURE.areas_of(practice)),
            practice: practice.clone(),
            ..KnownFacts::default()
        };
        let results = INDEX.search(&Query { age, practice, today, ..query(&text) });
        for hit in &results.hits {
            let service = FIXTURE.service(&hit.service_id).unwrap();
            prop_assert_eq!(criteria::open_to(service, &facts, today), Ok(()));
        }
        for greyed in &results.not_open {
            let service = FIXTURE.service(&greyed.service_id).unwrap();
            prop_assert_eq!(criteria::open_to(service, &facts, today), Err(greyed.reason.clone()));
        }
        let ids = found(&results);
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        prop_assert_eq!(ids.len(), distinct.len());
        // What the rules hide is exactly what is missing beside a search without them.
        let hidden = results.hidden.age + results.hidden.area + results.hidden.closed;
        let unknown = INDEX.search(&Query { today, ..query(&text) });
        prop_assert_eq!(ids.len() + hidden, unknown.hits.len() + unknown.hidden.closed);
    }

    /// The same where services of other areas are not looked at: what is offered is open, and a whole name is greyed though it is elsewhere.
    #[test]
    fn hard_rules_hold_in_a_part_of_the_directory(
        text in words(),
        age in prop::option::of(0_u8..=110),
        place in prop::sample::select(vec!["W10001", "V10001", "F10001", "Z99999"]),
    ) {
        let practice = practice(place);
        let facts = KnownFacts { age, areas: FIXTURE.areas_of(&practice), practice: Some(practice.clone()), ..KnownFacts::default() };
        let results = IN_PARTS.search(&Query { age, practice: Some(practice), ..query(&text) });
        for hit in &results.hits {
            let service = FIXTURE.service(&hit.service_id).unwrap();
            prop_assert_eq!(criteria::open_to(service, &facts, TODAY), Ok(()));
        }
        prop_assert!(results.hidden.elsewhere_not_counted);
        for service in &FIXTURE.services {
            if text == service.name {
                let open = criteria::open_to(service.as_ref(), &facts, TODAY).is_ok();
                prop_assert!(open || results.not_open.iter().any(|greyed| greyed.service_id == service.id));
            }
        }
    }

    /// Words of crisis are seen wherever they stand.
    #[test]
    fn crisis_is_seen_in_any_company(before in "[a-z ]{0,30}", after in "[a-z ]{0,30}") {
        for words in ["suicidal", "sucidal", "end it all", "self harm", "kill herself"] {
            let results = INDEX.search(&query(&format!("{before} {words} {after}")));
            prop_assert!(results.crisis);
            prop_assert_eq!(results.hits[0].category, Category::Crisis);
        }
    }
}

/// A letter lost, doubled or swapped in a name: all but a few still find the service among the first five.
#[test]
fn a_slip_in_a_name_still_finds_the_service() {
    let (mut typed_count, mut missed) = (0, Vec::new());
    let open = |service: &&Arc<HealthcareService>| {
        criteria::open_to(service.as_ref(), &KnownFacts::default(), TODAY).is_ok()
    };
    for service in FIXTURE.services.iter().filter(open) {
        let letters: Vec<char> = service.name.chars().collect();
        let places =
            (0..letters.len() - 1).filter(|at| letters[*at] != ' ' && letters[at + 1] != ' ');
        for (at, how) in places.step_by(2).zip((0..3).cycle()) {
            let mut letters = letters.clone();
            match how {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                _ => letters.swap(at, at + 1),
            }
            let typed: String = letters.into_iter().collect();
            typed_count += 1;
            let results = INDEX.search(&query(&typed));
            if !found(&results)
                .iter()
                .take(5)
                .any(|id| *id == service.id.as_str())
            {
                missed.push(typed);
            }
        }
    }
    assert!(typed_count > 300);
    assert!(
        missed.len() * 100 <= typed_count * 3,
        "{} of {typed_count}: {missed:?}",
        missed.len()
    );
}

#[test]
fn an_unknown_age_or_practice_hides_nothing() {
    let results = INDEX.search(&query("carers"));
    assert!(found(&results).contains(&"young"));
    assert_eq!((results.hidden.age, results.hidden.area), (0, 0));
    let elsewhere = INDEX.search(&Query {
        practice: Some(practice("Z99999")),
        ..query("carers")
    });
    assert_eq!(
        found(&elsewhere),
        found(&results),
        "a practice that the directory does not know hides nothing"
    );
    let grown = INDEX.search(&Query {
        age: Some(18),
        ..query("carers")
    });
    assert!(!found(&grown).contains(&"young"));
    assert_eq!(grown.hidden.age, 1);
}

#[test]
fn a_service_that_is_not_offered_is_shown_greyed_when_it_is_named() {
    let closed = INDEX.search(&query("hilside pain freinds"));
    let [greyed] = closed.not_open.as_slice() else {
        panic!("{:?}", closed.not_open)
    };
    let NotOpen::Closed {
        replaced_by,
        reason,
        ..
    } = &greyed.reason
    else {
        panic!("{greyed:?}")
    };
    assert_eq!(replaced_by.as_ref().map(ServiceId::as_str), Some("cafe"));
    assert_eq!(reason.as_deref(), Some("The organisers retired"));

    let paused = INDEX.search(&query("aqua ease"));
    assert!(matches!(
        paused.not_open[0].reason,
        NotOpen::Paused { until: Some(_), .. }
    ));
    let back = INDEX.search(&Query {
        today: date(2027, 2, 1),
        ..query("aqua ease")
    });
    assert_eq!((found(&back)[0], back.not_open.len()), ("pause", 0));

    let young = INDEX.search(&Query {
        age: Some(40),
        ..query("steady on")
    });
    assert_eq!(
        young.not_open[0].reason,
        NotOpen::Age {
            min: Some(65),
            max: None
        }
    );
    let far = INDEX.search(&Query {
        practice: Some(practice("F10001")),
        ..query("Better Nights")
    });
    assert!(matches!(far.not_open[0].reason, NotOpen::Area { .. }));
    assert!(
        INDEX.search(&query("pain")).not_open.is_empty(),
        "one word of a name does not name it"
    );
}

#[test]
fn what_words_were_taken_for_is_told() {
    let results = INDEX.search(&query("OT"));
    assert_eq!(results.understood_as[0].taken_for, ["occupational therapy"]);
    let fibro = INDEX.search(&query("fibro low mood"));
    let hub = fibro
        .hits
        .iter()
        .find(|hit| hit.service_id.as_str() == "hub")
        .unwrap();
    assert!(
        hub.why
            .iter()
            .any(|why| why == "low mood → depression" || why == "low mood"),
        "{:?}",
        hub.why
    );
    assert!(hub.why.iter().all(|why| why.chars().count() < 80));
}

#[test]
fn direct_routes_stand_above_the_hospital_clinic() {
    let results = INDEX.search(&query("pain psychology"));
    let found = found(&results);
    let place = |id| found.iter().position(|found| *found == id).unwrap();
    assert!(
        ["hub", "tt", "pmp"]
            .iter()
            .all(|route| place(*route) < place("clinic")),
        "{found:?}"
    );
    let asked = INDEX.search(&query("pain clinic"));
    assert_eq!(asked.hits[0].service_id.as_str(), "clinic");
}

#[test]
fn among_equals_step_then_wait_then_name_decide_and_an_old_wait_is_no_wait() {
    let record = |id: &str, name: &str, step: u8, weeks: u16, stated_on: &str| {
        format!(
            r#"{{"kind":"service","id":"{id}","organization_id":"o","name":"{name}","description":"","status":"active","last_modified":"2026-01-01",
            "onward":{{"category":"other","helps_with":["wobbles"],"steps":[{step}],"wait":{{"weeks":{weeks},"stated_by":"x","stated_on":"{stated_on}"}},"referral_methods":[]}}}}"#
        )
        .replace('\n', " ")
    };
    let lines = [
        r#"{"kind":"directory","id":"d","name":"D","version":1,"published_on":"2026-11-01"}"#
            .to_owned(),
        r#"{"kind":"organization","id":"o","name":"O","organisation_kind":"other"}"#.to_owned(),
        record("high", "Amber", 3, 1, "2026-11-01"),
        record("stale", "Beryl", 2, 1, "2026-08-21"),
        record("slow", "Coral", 2, 9, "2026-11-01"),
        record("edge", "Delft", 2, 8, "2026-08-22"),
        record("twin", "Denim", 2, 8, "2026-11-01"),
        record("low", "Ebony", 1, 30, "2026-11-01"),
    ];
    let directory = Directory::read(lines.join("\n").as_bytes(), FeedLimits::default()).unwrap();
    let index = SearchIndex::build(&directory, &Synonyms::none()).unwrap();
    let results = index.search(&query("wobbles"));
    assert_eq!(
        found(&results),
        ["low", "edge", "twin", "slow", "stale", "high"],
        "90 days hold, 91 do not"
    );
    assert_eq!(
        index
            .search(&Query {
                limit: 2,
                ..query("wobbles")
            })
            .hits
            .len(),
        2
    );
}

#[test]
fn odd_input_is_harmless() {
    let long = "pain ".repeat(10_000);
    let unbroken = "a".repeat(10_000);
    let unbroken_signs = "痛".repeat(10_000);
    for text in [
        "",
        "   ",
        "\u{202E}\u{0000}\n",
        "\"*:^~(AND OR NOT",
        "боль",
        "痛み",
        "😀😀",
        "%s%n'; DROP",
        "a",
        long.as_str(),
        unbroken.as_str(),
        unbroken_signs.as_str(),
    ] {
        let results = INDEX.search(&query(text));
        assert!(!results.crisis, "{text}");
    }
    assert!(INDEX.search(&query("")).hits.is_empty());
    let empty =
        r#"{"kind":"directory","id":"d","name":"D","version":1,"published_on":"2026-11-01"}"#;
    let empty = Directory::read(empty.as_bytes(), FeedLimits::default()).unwrap();
    let index = SearchIndex::build(&empty, &Synonyms::shipped().unwrap()).unwrap();
    assert!(index.search(&query("pain")).hits.is_empty());
}
