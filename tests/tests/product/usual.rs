//! What the card and the empty search say beside the words: "My usual", favourites, links, measures, and needs that nothing met.

use engine::{MyUsual, PatientFacts};
use jiff::{SignedDuration, ToSpan};
use product_tests::directories::changed_directory;
use product_tests::patients::SMITH;
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, form};
use product_tests::program::Program;
use referrals::ReferralError;
use referrals::draft::Reason;
use services_directory::criteria::NotOpen;

const DE_STRESS: &str = "de-stress-pain";
const TALKING: &str = "talking-therapies";
const OT: &str = "leek-biddulph-ot";
const GENTLE: &str = "gentle-movers";

/// Queued for this service with these reasons ticked; answers the referral's id.
fn refer(practice: &Practice, service: &str, reasons: &[Reason]) -> String {
    let draft = practice.draft(SMITH, service);
    let ticked = referrals::draft::ReferralForm {
        reasons: reasons.to_vec(),
        ..form(service)
    };
    let draft = practice.fill(&draft.id, ticked);
    // Two in one moment have no order.
    practice.time.pass(SignedDuration::from_secs(1));
    practice.queue(&draft).unwrap().referral_id
}

fn usual(practice: &Practice) -> MyUsual {
    practice.engine.my_usual(&PatientFacts::default()).unwrap()
}

fn hits(usual: &MyUsual) -> Vec<(&str, bool, Vec<&str>)> {
    let codes = |reasons: &[Reason]| reasons.iter().map(|reason| reason.code()).collect();
    let hits = usual.hits.iter();
    hits.map(|hit| (hit.service.id.as_str(), hit.favourite, codes(&hit.reasons)))
        .collect()
}

fn choose(practice: &Practice, staff: &'static str) {
    let store = &practice.engine.store.practice;
    let chosen = store.write(move |tx| referrals::practice_table::choose_referrer(tx, staff));
    assert!(chosen.unwrap(), "{staff}");
}

#[test]
fn my_usual_is_what_was_sent_most_with_its_commonest_reasons() {
    let practice = Practice::open();
    assert!(hits(&usual(&practice)).is_empty(), "nothing was sent yet");

    let (work, distress) = ([Reason::Work], [Reason::PainDistress, Reason::PoorSleep]);
    refer(&practice, DE_STRESS, &distress);
    refer(&practice, DE_STRESS, &work);
    // The same set, ticked the other way round.
    refer(
        &practice,
        DE_STRESS,
        &[Reason::PoorSleep, Reason::PainDistress],
    );
    refer(&practice, PAIN_PLATFORM, &[Reason::LowMood]);
    refer(&practice, PAIN_PLATFORM, &[Reason::LowMood]);
    refer(&practice, OT, &[Reason::Fatigue]);
    for _ in 0..4 {
        let undone = refer(&practice, TALKING, &[Reason::Anxiety]);
        practice.desk().undo(&undone, ACTOR).unwrap();
    }
    let commonest = vec!["pain-distress", "poor-sleep"];
    let expected = [
        (DE_STRESS, false, commonest.clone()),
        (PAIN_PLATFORM, false, vec!["low-mood"]),
        (OT, false, vec!["fatigue"]),
    ];
    assert_eq!(
        hits(&usual(&practice)),
        expected,
        "what was undone is no use"
    );

    // A fourth is one too many, until it is used more.
    for _ in 0..3 {
        refer(&practice, GENTLE, &work);
    }
    refer(&practice, GENTLE, &work);
    let found = usual(&practice);
    let ids: Vec<&str> = hits(&found).iter().map(|hit| hit.0).collect();
    assert_eq!(ids, [GENTLE, DE_STRESS, PAIN_PLATFORM]);

    // The command line says the same without words.
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let said = program.json(&["search"]);
    assert_eq!(
        (&said["usual"], &said["hits"][1]["id"]),
        (&true.into(), &DE_STRESS.into())
    );
    assert_eq!(said["hits"][1]["reasons"], serde_json::json!(commonest));
    assert_eq!(program.json(&["search", "pain"])["usual"], false);

    // A year later it is no habit any more.
    let a_year_on = practice
        .engine
        .store
        .clock
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        + 1.year().days(1);
    practice.time.set(&a_year_on.timestamp().to_string());
    assert!(hits(&usual(&practice)).is_empty());
}

#[test]
fn favourites_are_each_referrers_own_and_stand_first() {
    let practice = Practice::open();
    refer(&practice, DE_STRESS, &[Reason::Work]);
    refer(&practice, PAIN_PLATFORM, &[Reason::LowMood]);
    refer(&practice, PAIN_PLATFORM, &[Reason::LowMood]);
    let engine = &practice.engine;
    engine.set_favourite(DE_STRESS, true).unwrap();
    practice.time.pass(SignedDuration::from_secs(1));
    engine.set_favourite(OT, true).unwrap();
    engine.set_favourite(OT, true).unwrap();
    let mine = [
        (DE_STRESS, true, vec!["work"]),
        (OT, true, vec![]),
        (PAIN_PLATFORM, false, vec!["low-mood"]),
    ];
    assert_eq!(hits(&usual(&practice)), mine, "first, and none twice");
    assert!(!usual(&practice).of_practice);

    let staff = engine.store.practice.read(referrals::staff_table::here);
    let other = staff.unwrap().into_iter().find(|member| member.id != ACTOR);
    let other: &'static str = Box::leak(other.unwrap().id.into_boxed_str());
    choose(&practice, other);
    assert!(engine.favourites().unwrap().is_empty());
    // Whoever has sent nothing yet sees what the practice uses, and no reason of a colleague's is ticked for them.
    let theirs = [(PAIN_PLATFORM, false, vec![]), (DE_STRESS, false, vec![])];
    let found = usual(&practice);
    assert_eq!(hits(&found), theirs);
    assert!(found.of_practice);
    choose(&practice, ACTOR);

    engine.set_favourite(OT, false).unwrap();
    let found = usual(&practice);
    assert!(hits(&found).iter().all(|hit| hit.0 != OT));
    assert!(engine.set_favourite("nowhere", true).is_err());
}

#[test]
fn what_is_not_open_to_the_patient_is_greyed_and_never_offered() {
    let practice = Practice::open();
    refer(&practice, DE_STRESS, &[Reason::Work]);
    practice
        .engine
        .set_favourite("household-support", true)
        .unwrap();
    assert_eq!(hits(&usual(&practice))[0].0, "household-support");
    // From the first day of the year it is closed, with a successor.
    practice.time.set("2027-01-02T09:00:00Z");
    let closed = usual(&practice);
    assert_eq!(hits(&closed), [(DE_STRESS, false, vec!["work"])]);
    let [(id, NotOpen::Closed { replaced_by, .. })] = closed.not_open.as_slice() else {
        panic!("{:?}", closed.not_open)
    };
    assert_eq!(
        (id.as_str(), replaced_by.as_ref().unwrap().as_str()),
        ("household-support", "plain-advice-drop-in")
    );
    let child = PatientFacts {
        age: Some(12),
        ..PatientFacts::default()
    };
    let for_child = practice.engine.my_usual(&child).unwrap();
    assert!(for_child.hits.is_empty(), "{:?}", for_child.hits);
    assert_eq!(for_child.not_open.len(), 2);
}

#[test]
fn no_good_local_service_is_counted_by_codes_and_by_nothing_else() {
    let practice = Practice::open();
    let desk = practice.desk();
    let record = |needs: &[&str]| {
        let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
        desk.record_unmet_need(&needs, ACTOR)
    };
    for refused in ["SMITH, John", "Work", "no-such-need", ""] {
        let answer = record(&["work", refused]);
        assert!(
            matches!(answer, Err(ReferralError::NotPossibleNow)),
            "{refused}"
        );
    }
    assert_eq!(
        desk.unmet_needs().unwrap(),
        [],
        "what was refused is not counted"
    );
    assert_eq!(record(&["work", "housing", "work"]).unwrap(), 1);
    practice.time.set("2027-02-01T10:00:00Z");
    assert_eq!(record(&["work"]).unwrap(), 2);
    assert_eq!(record(&[]).unwrap(), 3);

    let program = Program::over(&practice.data(), &practice.beside("home"));
    // The command line reads the computer's clock, so it is asked only for what it can count itself.
    let said = program.run(&["unmet", "--record", "SMITH"]);
    assert!(!said.succeeded && !said.err.contains("SMITH"), "{said:?}");

    let counted: Vec<(String, u32, String)> = desk
        .unmet_needs()
        .unwrap()
        .into_iter()
        .map(|row| (row.need, row.count, row.last_on.to_string()))
        .collect();
    let row = |need: &str, count, on: &str| (need.to_owned(), count, on.to_owned());
    assert_eq!(
        counted,
        [
            row("work", 2, "2027-02-01"),
            row("other", 1, "2027-02-01"),
            row("housing", 1, "2026-11-21"),
        ]
    );
    // Twelve months after the first one only the later ones count.
    practice.time.set("2027-11-22T10:00:00Z");
    let needs: Vec<String> = desk
        .unmet_needs()
        .unwrap()
        .into_iter()
        .map(|row| row.need)
        .collect();
    assert_eq!(needs, ["other", "work"]);
    assert_eq!(record(&["money"]).unwrap(), 3);
}

#[test]
fn the_command_line_prints_the_unmet_needs() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::over(&folder.path().join("data"), &folder.path().join("home"));
    assert_eq!(program.json(&["unmet"]), serde_json::json!([]));
    let recorded = program.json(&["unmet", "--record", "work", "--record", "other"]);
    let needs: Vec<&str> = recorded
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["need"].as_str().unwrap())
        .collect();
    assert_eq!(needs, ["other", "work"]);
    let words = program.run(&["unmet"]);
    assert!(words.out.contains("1  work  (last "), "{words:?}");
}

#[test]
fn what_fewer_than_five_cases_measured_is_shown_nowhere() {
    let practice = Practice::open();
    let today = practice.engine.store.clock.today();
    for (n, shown) in [(0, false), (1, false), (4, false), (5, true), (17, true)] {
        let directory = changed_directory("\"n\":17,", &format!("\"n\":{n},"));
        practice.engine.load_directory(directory).unwrap();
        let catalogue = practice.engine.catalogue().unwrap();
        let card = catalogue.card(PAIN_PLATFORM, &PatientFacts::default(), today);
        let measured = card.unwrap().measured().map(|measured| measured.n);
        assert_eq!(measured, shown.then_some(n), "{n}");
        let program = Program::over(&practice.data(), &practice.beside("home"));
        let said = program.json(&["show", PAIN_PLATFORM]);
        assert_eq!(!said["measured"].is_null(), shown, "{n}");
        assert_eq!(
            !said["service"]["onward"]["measured"].is_null(),
            shown,
            "{n}"
        );
        let words = program.run(&["show", PAIN_PLATFORM]).out;
        assert_eq!(words.contains("94%"), shown, "{n}: {words}");
    }
}

#[test]
fn a_card_names_the_services_up_down_beside_and_after_it() {
    let practice = Practice::open();
    let today = practice.engine.store.clock.today();
    let catalogue = practice.engine.catalogue().unwrap();
    let child = PatientFacts {
        age: Some(17),
        ..PatientFacts::default()
    };
    let card = |id: &str| catalogue.card(id, &child, today).unwrap().links;
    let ids = |linked: &[engine::LinkedService]| -> Vec<String> {
        linked.iter().map(|linked| linked.id.to_string()).collect()
    };
    assert_eq!(ids(&card(TALKING).also_offered), [PAIN_PLATFORM]);
    assert_eq!(ids(&card(DE_STRESS).also_offered), [TALKING]);
    assert!(ids(&card(GENTLE).also_offered).is_empty());
    assert!(ids(&card(GENTLE).step_up).len() + ids(&card(DE_STRESS).step_up).len() > 0);
    let closed = card("lets-talk-moorlands").replaced_by.unwrap();
    assert_eq!((closed.id.as_str(), closed.not_open), (TALKING, None));
    // A linked service that is not open to this patient says so.
    let listed = catalogue.listed().iter();
    let links: Vec<_> = listed
        .flat_map(|service| card(service.id.as_str()).step_up)
        .collect();
    let by_age = links
        .iter()
        .filter(|link| matches!(link.not_open, Some(NotOpen::Age { .. })))
        .count();
    assert!(
        by_age > 0 && by_age < links.len(),
        "{by_age} of {}",
        links.len()
    );
}
