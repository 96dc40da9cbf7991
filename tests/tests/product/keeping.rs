//! Keeping the directory true: what needs a check and why, what each service went through, and what changed since it was last used.

use engine::{AddressAct, Engine, PatientFacts, TimelineWhat};
use jiff::SignedDuration;
use jiff::civil::date;
use product_tests::directories::{STARTER, changed_directory};
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, Time};
use product_tests::program::Program;
use referrals::desk::Reply;
use services_directory::directory_table;
use services_directory::feed::{Directory, FeedLimits};
use services_directory::ids::ServiceId;
use services_directory::layer::due::{Due, Standing};
use services_directory::layer::fields::ServiceField;
use services_directory::layer::history::Change;
use services_directory::layer::{CheckedHow, LayerKind};
use services_directory::model::{Tombstone, TombstoneReason};

const TALKING: &str = "talking-therapies";

fn due(engine: &Engine, id: &str) -> Vec<&'static str> {
    let (rows, _) = engine.directory_list("").unwrap();
    let row = rows.into_iter().find(|row| row.service_id == id);
    row.map(|row| row.due.into_iter().map(Due::code).collect())
        .unwrap_or_default()
}

fn order(engine: &Engine) -> Vec<String> {
    let (rows, _) = engine.directory_list("").unwrap();
    rows.into_iter().map(|row| row.service_id).collect()
}

fn without(id: &str) -> Directory {
    let dropped = |line: &&str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let names_it = line.contains(&format!("\"{id}\""));
        !(record["id"] == id || (record["kind"] == "endpoint" && names_it))
    };
    let text: String = STARTER
        .lines()
        .filter(dropped)
        .map(|line| {
            let line = line.replace("\"version\":1,", "\"version\":2,");
            // Whoever names it names nobody.
            let line = line.replace(&format!("\"{id}\","), "");
            let line = line.replace(&format!(",\"{id}\""), "");
            line.replace(&format!("\"{id}\""), "") + "\n"
        })
        .collect();
    Directory::read(text.as_bytes(), FeedLimits::default()).unwrap()
}

#[test]
fn the_most_used_entries_come_first_with_every_reason() {
    let practice = Practice::open();
    let engine = &practice.engine;
    assert!(!order(engine).is_empty(), "old entries ask for a check");
    assert_eq!(due(engine, PAIN_PLATFORM), [""; 0]);

    let rejected = practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.send_due();
    practice
        .desk()
        .record_reply(
            &rejected.referral_id,
            Reply::Rejected,
            "not our area",
            ACTOR,
        )
        .unwrap();
    practice.refer_at_once(DOE, PAIN_PLATFORM);
    practice.send_due();
    assert_eq!(due(engine, PAIN_PLATFORM), ["rejected"]);
    assert_eq!(order(engine)[0], PAIN_PLATFORM, "two referrals went there");

    let bounced = practice.refer_at_once(SMITH, TALKING);
    let faults = practice.mail.server.faults();
    faults.next(demo::mail_server::Fault::reply(
        demo::mail_server::Moment::Data,
        "554 5.6.0 no",
    ));
    practice.send_due();
    assert_eq!(practice.state(&bounced.referral_id), "failed");
    assert_eq!(due(engine, TALKING), ["bounced"]);
    assert_eq!(order(engine)[1], TALKING);

    practice.time.pass(SignedDuration::from_mins(5));
    engine
        .verify_service(TALKING, CheckedHow::Phone, "the duty practitioner")
        .unwrap();
    assert_eq!(due(engine, TALKING), [""; 0], "it was asked since");
    assert_eq!(
        due(engine, PAIN_PLATFORM),
        ["rejected"],
        "and nothing else was"
    );
}

#[test]
fn a_pause_that_has_ended_asks_for_a_check() {
    let practice = Practice::open_at(Time::at("2027-01-11T12:00:00Z"));
    let engine = &practice.engine;
    assert!(!due(engine, "arts-on-prescription").contains(&"pause-ended"));
    practice.time.pass(SignedDuration::from_hours(24));
    assert!(due(engine, "arts-on-prescription").contains(&"pause-ended"));
}

#[test]
fn what_was_published_anew_is_told_to_whoever_used_it_and_in_the_timeline() {
    let practice = Practice::open();
    let engine = &practice.engine;
    practice.refer(SMITH, PAIN_PLATFORM);
    let before = engine.service_layer(PAIN_PLATFORM).unwrap();
    assert!(before.since_used.is_none());
    practice.time.pass(SignedDuration::from_hours(1));
    let new = changed_directory("01632 960301", "01632 960391");
    engine.load_directory(new).unwrap();

    let layer = engine.service_layer(PAIN_PLATFORM).unwrap();
    let since = layer.since_used.unwrap();
    let told: Vec<_> = since.changes.iter().map(|change| &change.change).collect();
    let duty_line = Change::Field {
        field: ServiceField::DutyLine,
        before: "01632 960301".to_owned(),
        after: "01632 960391".to_owned(),
    };
    assert!(told.contains(&&duty_line), "{told:?}");
    assert_eq!(since.changes[0].version, 2);
    assert_eq!(due(engine, PAIN_PLATFORM), ["changed"]);

    practice.time.pass(SignedDuration::from_hours(1));
    engine
        .add_to_layer(PAIN_PLATFORM, LayerKind::Note, "New number.")
        .unwrap();
    practice.time.pass(SignedDuration::from_hours(1));
    engine
        .verify_service(PAIN_PLATFORM, CheckedHow::Phone, "Jo")
        .unwrap();
    assert_eq!(due(engine, PAIN_PLATFORM), [""; 0]);
    let timeline = engine.service_timeline(PAIN_PLATFORM).unwrap();
    let kinds: Vec<&str> = timeline
        .iter()
        .map(|entry| match entry.what {
            TimelineWhat::Checked { .. } => "checked",
            TimelineWhat::Put { .. } => "put",
            TimelineWhat::Published { .. } => "published",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds.first(), Some(&"checked"));
    assert_eq!(kinds.get(1), Some(&"put"));
    assert!(kinds.iter().skip(2).all(|kind| *kind == "published"));

    practice.refer(DOE, PAIN_PLATFORM);
    let after = engine.service_layer(PAIN_PLATFORM).unwrap();
    assert!(after.since_used.is_none(), "it has been used since");
}

/// The directory's own database can be thrown away; what it said of the services that matter here cannot.
/// What stands in the timeline about referrals and addresses, the oldest first, with who did it.
fn told(engine: &Engine, id: &str) -> Vec<(String, String)> {
    let lines = engine.service_timeline(id).unwrap().into_iter().rev();
    let told = lines.filter_map(|line| match line.what {
        TimelineWhat::Address {
            act,
            address,
            words,
        } => Some((format!("{} {address} {words}", act.code()), line.by)),
        TimelineWhat::Trouble(trouble) => {
            let why = trouble.problem.map_or("", |problem| problem.as_str());
            let said = format!("{} {} {why}", trouble.event.as_str(), trouble.reference);
            Some((said, line.by))
        }
        _ => None,
    });
    told.map(|(said, by)| (said.trim().to_owned(), by))
        .collect()
}

#[test]
fn what_went_wrong_with_referrals_to_a_service_is_in_its_timeline_without_the_patient() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let well = practice.refer_at_once(DOE, PAIN_PLATFORM);
    practice.send_due();
    let rejected = practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.send_due();
    assert_eq!(told(engine, PAIN_PLATFORM), []);

    practice.time.pass(SignedDuration::from_mins(5));
    let reason = "Mr Smith lives in Buxton";
    let reply = |words: &str| {
        let desk = practice.desk();
        desk.record_reply(&rejected.referral_id, Reply::Rejected, words, ACTOR)
    };
    reply(reason).unwrap();
    practice.time.pass(SignedDuration::from_mins(5));
    // What is done about it is another event of the same type.
    practice
        .desk()
        .acknowledge(&rejected.referral_id, "rang him", ACTOR)
        .unwrap();
    let failed = practice.refer_at_once(DOE, PAIN_PLATFORM);
    practice
        .mail
        .server
        .faults()
        .next(demo::mail_server::Fault::reply(
            demo::mail_server::Moment::Rcpt,
            "550 5.1.1 no such mailbox",
        ));
    practice.send_due();
    assert_eq!(practice.state(&failed.referral_id), "failed");
    let lines = told(engine, PAIN_PLATFORM);
    let said: Vec<&str> = lines.iter().map(|(said, _)| said.as_str()).collect();
    assert_eq!(
        said,
        [
            format!("rejected {}", rejected.reference),
            format!("failed {} address-refused", failed.reference),
        ]
    );
    assert_eq!(lines[0].1, ACTOR);
    let whole = format!("{:?}", engine.service_timeline(PAIN_PLATFORM).unwrap());
    assert!(!whole.contains("Buxton") && !whole.to_lowercase().contains("smith"));
    assert!(!whole.contains(&well.reference), "nothing is wrong with it");
    assert_eq!(told(engine, TALKING), []);
}

#[test]
fn what_was_done_about_an_address_is_in_the_timeline_of_its_service_with_who_did_it() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let wait = || practice.time.pass(SignedDuration::from_mins(5));
    let catalogue = engine.catalogue().unwrap();
    let mut endpoints = catalogue.endpoints().iter();
    let endpoint = endpoints
        .find(|endpoint| endpoint.service_id.as_str() == PAIN_PLATFORM)
        .unwrap();
    let (id, address) = (endpoint.id.to_string(), endpoint.address.clone());
    // All is approved in a demonstration, by nobody.
    assert_eq!(told(engine, PAIN_PLATFORM), []);
    engine.refuse_address(&id).unwrap();
    let shown = || {
        let waiting = engine.addresses_to_approve().unwrap();
        let mut of_it = waiting.into_iter().filter(|it| it.endpoint_id == id);
        of_it.next().unwrap()
    };
    wait();
    let proposed = (shown().endpoint_id, shown().digest);
    engine
        .propose_addresses(std::slice::from_ref(&proposed))
        .unwrap();
    wait();
    let second = "the second person";
    practice
        .desk()
        .approve_addresses(vec![shown()], second)
        .unwrap();
    let me = engine.actor().unwrap();
    let lines = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(said, by): &(&str, &str)| ((*said).to_owned(), (*by).to_owned());
        all.iter().map(owned).collect()
    };
    let approved = format!("approved {address}");
    let so_far = [
        ("refused", me.as_str()),
        ("proposed", &me),
        (&approved, second),
    ];
    assert_eq!(told(engine, PAIN_PLATFORM), lines(&so_far));

    // A refusal takes the approval away with all that was said of it; that somebody approved stays.
    wait();
    engine.refuse_address(&id).unwrap();
    wait();
    engine
        .approve_by_phone(&proposed, "01632 960301", "Jo")
        .unwrap();
    let by_phone = format!(
        "{} {address} Jo at 01632 960301",
        AddressAct::ApprovedByPhone.code()
    );
    let now = [
        ("refused", me.as_str()),
        ("proposed", &me),
        ("approved", second),
        ("refused", &me),
        (&by_phone, &me),
    ];
    assert_eq!(told(engine, PAIN_PLATFORM), lines(&now));
    assert_eq!(told(engine, TALKING), [], "another's address");
}

#[test]
fn a_change_is_seen_although_the_former_directory_was_deleted() {
    let practice = Practice::open();
    practice
        .engine
        .add_to_layer(PAIN_PLATFORM, LayerKind::Note, "A note.")
        .unwrap();
    let time = practice.time.clone();
    let data = practice.data();
    let folder = practice.close();
    for name in ["directory.db", "directory.db-wal", "directory.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    assert!(!data.join("directory.db").exists());
    let practice = Practice::open_in(folder, time);
    let engine = &practice.engine;
    let changes = |engine: &Engine| {
        let timeline = engine.service_timeline(PAIN_PLATFORM).unwrap();
        let published =
            |entry: &&engine::TimelineEntry| matches!(entry.what, TimelineWhat::Published { .. });
        timeline.iter().filter(published).count()
    };
    engine.service_layer(PAIN_PLATFORM).unwrap();
    assert_eq!(changes(engine), 0, "the same version came back");
    // Another program applies another version, while here the one before is still searched.
    let (new, now) = (
        changed_directory("01632 960301", "01632 960391"),
        practice.time.clock().now(),
    );
    let apply = move |tx: &rusqlite::Transaction<'_>| directory_table::apply(tx, &new, now);
    engine.store.directory.write(apply).unwrap();
    engine.service_layer(PAIN_PLATFORM).unwrap();
    assert_eq!(changes(engine), 0, "nothing is compared backwards");
    let time = practice.time.clone();
    let practice = Practice::open_in(practice.close(), time);
    let engine = &practice.engine;
    for _ in 0..2 {
        engine.service_layer(PAIN_PLATFORM).unwrap();
        assert_eq!(
            changes(engine),
            2,
            "its duty line, and the number of its contact or words; once"
        );
    }
}

#[test]
fn what_has_left_the_directory_stands_there_until_nothing_here_is_about_it() {
    let practice = Practice::open();
    let engine = &practice.engine;
    engine
        .add_to_layer("tai-chi", LayerKind::Note, "Wednesdays are full.")
        .unwrap();
    engine.load_directory(without("tai-chi")).unwrap();
    assert_eq!(due(engine, "tai-chi"), ["gone"]);
    let (rows, _) = engine.directory_list("").unwrap();
    let row = rows.iter().find(|row| row.service_id == "tai-chi").unwrap();
    assert!(row.facts.standing == Standing::Gone && !row.facts.name.is_empty());
    let entry = engine.service_layer("tai-chi").unwrap().entries.remove(0);
    engine.end_layer_entry(&entry.id).unwrap();
    assert_eq!(due(engine, "tai-chi"), [""; 0]);
}

/// The next version, without tai chi: merged into what has left itself, and whose place another took.
fn with_tai_chi_merged() -> Directory {
    let id = |id: &str| ServiceId::parse(id).unwrap();
    let mut directory = without("tai-chi");
    let chain = [
        ("tai-chi", TombstoneReason::Merged, "chair-yoga"),
        ("chair-yoga", TombstoneReason::Closed, PAIN_PLATFORM),
    ];
    for (left, reason, successor) in chain {
        directory.tombstones.push(Tombstone {
            id: id(left),
            reason,
            successor: Some(id(successor)),
            on: date(2027, 2, 1),
        });
    }
    directory
}

#[test]
fn what_has_left_says_why_and_what_took_its_place_wherever_somebody_meets_it() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let facts = PatientFacts::default();
    let today = engine.store.clock.today();
    let name = engine.entry_name("tai-chi").unwrap();
    engine
        .add_to_layer("tai-chi", LayerKind::Note, "Wednesdays are full.")
        .unwrap();
    let card = |id: &str| {
        let catalogue = engine.catalogue().unwrap();
        let refused = catalogue.card(id, &facts, today).err();
        refused.map(|error| engine.why_gone(error))
    };
    assert!(card("tai-chi").is_none() && engine.left("tai-chi").is_none());
    engine.set_favourite("tai-chi", true).unwrap();
    assert_eq!(engine.my_usual(&facts).unwrap().left, []);

    // Without a tombstone nobody knows why.
    engine.load_directory(without("tai-chi")).unwrap();
    assert_eq!(card("tai-chi").unwrap().code(), "directory-changed");
    let left_in_list = || {
        let (rows, _) = engine.directory_list("").unwrap();
        let row = rows.into_iter().find(|row| row.service_id == "tai-chi");
        row.unwrap().left
    };
    assert_eq!(left_in_list(), None);

    engine.load_directory(with_tai_chi_merged()).unwrap();
    let left = left_in_list().unwrap();
    assert_eq!(
        (left.reason, left.on),
        (TombstoneReason::Merged, date(2027, 2, 1))
    );
    assert_eq!(left.successor.as_ref().unwrap().id.as_str(), PAIN_PLATFORM);
    assert_eq!(engine.left("tai-chi"), Some(left));
    let refused = card("tai-chi").unwrap();
    assert_eq!(refused.code(), "service-left");
    let usual = engine.my_usual(&facts).unwrap();
    assert_eq!(
        usual.left,
        [(name.clone(), engine.left("tai-chi").unwrap())]
    );
    engine.set_favourite("tai-chi", false).unwrap();
    assert_eq!(engine.my_usual(&facts).unwrap().left, []);
    let said = format!(
        "{name} is not in the directory any more: merged into Pain Platform [{PAIN_PLATFORM}] on 01-Feb-2027"
    );
    assert_eq!(refused.to_string(), said);
    assert_eq!(card("nowhere").unwrap().code(), "directory-changed");

    let (data, home) = (practice.data(), practice.beside("home"));
    let _folder = practice.close();
    let shown = Program::over(&data, &home).run(&["show", "tai-chi"]);
    assert!(!shown.succeeded && shown.out.is_empty());
    assert_eq!(shown.err, format!("onward-cli: {said}\n"));
}

#[test]
fn entries_are_found_by_part_of_their_name_whether_or_not_they_need_a_check() {
    let practice = Practice::open();
    let (rows, more) = practice.engine.directory_list("PAIN PLAT").unwrap();
    assert!(rows.len() > 2 && more == 0);
    assert!(
        rows.iter()
            .all(|row| row.facts.name.to_lowercase().contains("pain plat"))
    );
    assert!(rows.iter().any(|row| row.due.is_empty()));
    assert!(practice.engine.directory_list("zzzz").unwrap().0.is_empty());
}
