//! What a practice puts beside the published services: it never touches them, it outlives them, and it can only tighten sending.

use engine::{CorrectionDecision, Engine, EngineError, PatientFacts};
use jiff::SignedDuration;
use product_tests::directories::{STARTER, changed_directory};
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{PAIN_PLATFORM, Practice};
use product_tests::real_practice::{BLOOM, HALE, LISTER, RealPractice};
use referrals::ReferralError;
use services_directory::directory_table;
use services_directory::feed::{Directory, FeedLimits};
use services_directory::layer::fields::ServiceField;
use services_directory::layer::local::{LocalForm, LocalMethod};
use services_directory::layer::{CheckedHow, CorrectionState, LayerKind};
use services_directory::model::{Category, ReferralMethod};

const OLD_LINE: &str = "01632 960301";
const NEW_LINE: &str = "01632 960391";

fn code<T: std::fmt::Debug>(refused: Result<T, EngineError>) -> &'static str {
    refused.unwrap_err().code()
}

fn put(engine: &Engine, kind: LayerKind, words: &str) {
    engine.add_to_layer(PAIN_PLATFORM, kind, words).unwrap();
}

/// The published records as they lie in the directory's database.
fn published(engine: &Engine) -> Directory {
    let read = engine.store.directory.read(directory_table::read);
    read.unwrap().unwrap().0
}

fn version(number: u64, from: &str, to: &str) -> Directory {
    assert!(STARTER.contains(from), "{from}");
    let header = format!("\"version\":{number},");
    let text = STARTER
        .replace(from, to)
        .replacen("\"version\":1,", &header, 1);
    Directory::read(text.as_bytes(), FeedLimits::default()).unwrap()
}

fn correct(engine: &Engine, field: ServiceField, proposed: &str) {
    engine
        .suggest_correction(PAIN_PLATFORM, field, proposed, "They told us on the phone.")
        .unwrap();
}

fn states(engine: &Engine) -> Vec<CorrectionState> {
    let (live, taken_up) = engine.corrections().unwrap();
    let all = live.into_iter().chain(taken_up);
    all.map(|correction| correction.state).collect()
}

#[test]
fn what_is_written_beside_a_service_never_touches_it_and_outlives_it() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let before = published(engine);
    put(engine, LayerKind::Note, "They ring back in the evening.");
    put(engine, LayerKind::Pin, "");
    correct(engine, ServiceField::DutyLine, NEW_LINE);
    engine
        .verify_service(PAIN_PLATFORM, CheckedHow::Phone, "the duty therapist")
        .unwrap();
    assert_eq!(
        published(engine),
        before,
        "not a letter of what was published"
    );

    engine
        .load_directory(changed_directory("Pain Platform", "Pain Hub"))
        .unwrap();
    let layer = engine.service_layer(PAIN_PLATFORM).unwrap();
    assert_eq!(layer.entries.len(), 2);
    let note = &layer.entries[0];
    assert_eq!(note.words, "They ring back in the evening.");
    assert_ne!(
        note.base_digest, layer.record_digest,
        "the entry it was based on is another one now"
    );
    assert!(layer.own_check.is_some());
    let service = published(engine);
    let mut named = service.services.iter();
    let verified = named
        .find(|service| service.id.as_str() == PAIN_PLATFORM)
        .and_then(|service| service.onward.verified.clone());
    let mut then = before.services.iter();
    let verified_before = then
        .find(|service| service.id.as_str() == PAIN_PLATFORM)
        .and_then(|service| service.onward.verified.clone());
    assert_eq!(
        verified, verified_before,
        "our check is apart from the published one"
    );
}

#[test]
fn do_not_refer_stops_send_and_says_who_when_and_why_until_it_is_lifted() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    assert!(
        engine
            .would_wait(&draft, &practice.chosen(&draft))
            .unwrap()
            .is_none()
    );
    assert_eq!(
        code(engine.add_to_layer(PAIN_PLATFORM, LayerKind::DoNotRefer, "  ")),
        "words-missing"
    );
    put(engine, LayerKind::DoNotRefer, "Triage has stopped.");
    let waits = engine
        .would_wait(&draft, &practice.chosen(&draft))
        .unwrap()
        .unwrap();
    assert_eq!(waits.why, "do-not-refer");
    let said = "Dr Nia Okafor, 21-Nov-2026: Triage has stopped.";
    assert_eq!(waits.detail.as_deref(), Some(said));
    let Err(ReferralError::Incomplete(problems)) = practice.queue(&draft) else {
        panic!("it was queued");
    };
    let problems: Vec<_> = problems
        .iter()
        .map(|problem| (problem.code, problem.detail.as_deref()))
        .collect();
    assert_eq!(problems, [("do-not-refer", Some(said))]);

    let layer = engine.service_layer(PAIN_PLATFORM).unwrap();
    engine.end_layer_entry(&layer.entries[0].id).unwrap();
    practice.queue(&draft).unwrap();
}

#[test]
fn what_waits_to_be_sent_is_held_when_somebody_says_not_to_refer_there() {
    let practice = Practice::open();
    let queued = practice.refer_at_once(SMITH, PAIN_PLATFORM);
    let other = practice.refer_at_once(DOE, "talking-therapies");
    put(
        &practice.engine,
        LayerKind::DoNotRefer,
        "Triage has stopped.",
    );
    practice.send_due();
    assert_eq!(practice.state(&queued.referral_id), "held");
    assert_eq!(
        practice.timeline(&queued.referral_id).last().unwrap(),
        "held (do-not-refer)"
    );
    assert_eq!(
        practice.state(&other.referral_id),
        "sent",
        "nothing else waits for it"
    );
    // A person who tries again does not get past it; who lifts it does.
    practice.desk().try_again(&queued.referral_id, "x").unwrap();
    practice.send_due();
    assert_eq!(practice.state(&queued.referral_id), "held");
    let layer = practice.engine.service_layer(PAIN_PLATFORM).unwrap();
    practice
        .engine
        .end_layer_entry(&layer.entries[0].id)
        .unwrap();
    practice.desk().try_again(&queued.referral_id, "x").unwrap();
    practice.send_due();
    assert_eq!(practice.state(&queued.referral_id), "sent");
}

/// Whatever is put beside a service, nothing that was stopped before may be sent because of it.
#[test]
fn the_layer_only_ever_tightens_sending() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let services: Vec<String> = published(engine)
        .services
        .iter()
        .map(|service| service.id.to_string())
        .collect();
    let sendable = |engine: &Engine| {
        let facts = PatientFacts::default();
        let open = services.iter().filter(|id| {
            let draft = practice.draft(SMITH, id);
            let chosen = engine.to_refer(Some(id), &facts).unwrap();
            draft
                .check(&chosen, true, "2026-11-21".parse().unwrap())
                .is_ok()
        });
        open.cloned().collect::<Vec<_>>()
    };
    let before = sendable(engine);
    assert!(before.len() > 20, "{}", before.len());
    for id in services.iter().step_by(4) {
        for kind in LayerKind::ALL {
            engine.add_to_layer(id, kind, "for a reason").unwrap();
        }
    }
    let after = sendable(engine);
    assert!(after.iter().all(|id| before.contains(id)));
    assert!(after.len() < before.len());
}

#[test]
fn each_role_writes_what_is_its_own_and_a_leaver_nothing() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    let note = |engine: &Engine| engine.add_to_layer(PAIN_PLATFORM, LayerKind::Note, "A note.");
    assert_eq!(code(note(engine)), "sign-in-needed");
    practice.sign_in(HALE);
    note(engine).unwrap();
    for kind in [LayerKind::Pin, LayerKind::Hidden] {
        let refused = engine.add_to_layer(PAIN_PLATFORM, kind, "why");
        assert_eq!(code(refused), "not-your-role", "{kind:?}");
    }
    put(engine, LayerKind::DoNotRefer, "Nobody answers.");
    correct(engine, ServiceField::DutyLine, NEW_LINE);
    for refused in [
        engine.verify_service(PAIN_PLATFORM, CheckedHow::Phone, "Jo"),
        engine.directory_list("").map(drop),
        engine.corrections().map(drop),
        engine.remove_local_service("local:1"),
    ] {
        assert_eq!(code(refused), "not-your-role");
    }
    practice.sign_in(LISTER);
    put(engine, LayerKind::Note, "Sam's note.");
    engine
        .verify_service(PAIN_PLATFORM, CheckedHow::Phone, "Jo")
        .unwrap();
    let layer = engine.service_layer(PAIN_PLATFORM).unwrap();
    let by = |author: &str| {
        let mut entries = layer.entries.iter();
        let found = entries.find(|entry| entry.author == author).unwrap();
        found.id.clone()
    };
    practice.sign_in(HALE);
    assert_eq!(code(engine.end_layer_entry(&by(LISTER))), "not-your-role");
    engine.end_layer_entry(&by(HALE)).unwrap();
    assert_eq!(code(engine.end_layer_entry(&by(HALE))), "not-found");
    practice.sign_in(BLOOM);
    engine.end_layer_entry(&by(LISTER)).unwrap();
    let stands = engine.service_layer(PAIN_PLATFORM).unwrap();
    assert_eq!(stands.entries.len(), 1, "do not refer still holds");
}

#[test]
fn a_correction_goes_on_is_taken_up_or_stands_in_conflict_with_what_was_published() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let refused = engine.suggest_correction(PAIN_PLATFORM, ServiceField::DutyLine, OLD_LINE, "");
    assert_eq!(code(refused), "nothing-changed");
    correct(engine, ServiceField::DutyLine, NEW_LINE);
    // Another part is published anew: it goes on.
    engine
        .load_directory(version(2, "\"Polish\"", "\"Punjabi\""))
        .unwrap();
    assert_eq!(states(engine), [CorrectionState::Open]);
    // Something else than either: side by side.
    engine
        .load_directory(version(3, OLD_LINE, "01632 960300"))
        .unwrap();
    assert_eq!(states(engine), [CorrectionState::Conflict]);
    let (conflict, _) = engine.corrections().unwrap();
    assert_eq!(
        (
            conflict[0].base.as_str(),
            conflict[0].proposed.as_str(),
            conflict[0].published.as_deref()
        ),
        (OLD_LINE, NEW_LINE, Some("01632 960300"))
    );
    let why = due_of(engine, PAIN_PLATFORM);
    assert!(why.contains(&"in-conflict"), "{why:?}");
    engine
        .settle_correction(&conflict[0].id, CorrectionDecision::KeepOurs)
        .unwrap();
    assert_eq!(states(engine), [CorrectionState::Open]);
    // As proposed, spaced another way: retired, and told.
    let news = {
        engine
            .load_directory(version(4, OLD_LINE, "(01632) 960391"))
            .unwrap();
        engine.corrections().unwrap()
    };
    assert_eq!((news.0.len(), news.1.len()), (0, 1));
    assert_eq!(news.1[0].settled.as_ref().unwrap().0, "onward");
    let again = engine.settle_correction(&conflict[0].id, CorrectionDecision::Withdraw);
    assert_eq!(code(again), "not-found");
}

fn due_of(engine: &Engine, id: &str) -> Vec<&'static str> {
    let (rows, _) = engine.directory_list("").unwrap();
    let row = rows.into_iter().find(|row| row.service_id == id);
    row.map(|row| {
        row.due
            .into_iter()
            .map(services_directory::layer::due::Due::code)
            .collect()
    })
    .unwrap_or_default()
}

#[test]
fn corrections_go_to_the_curator_without_a_person_in_them() {
    let practice = Practice::open();
    let engine = &practice.engine;
    practice.refer(SMITH, PAIN_PLATFORM);
    correct(engine, ServiceField::Wait, "8 weeks");
    let (path, count) = engine
        .export_corrections(&practice.beside("to the curator"))
        .unwrap();
    assert_eq!(count, 1);
    let text = std::fs::read_to_string(path).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let one = &file["corrections"][0];
    assert_eq!(one["service"], PAIN_PLATFORM);
    assert_eq!(
        (&one["published"], &one["proposed"]),
        (&"3 weeks".into(), &"8 weeks".into())
    );
    assert_eq!(one["record_sha256"].as_str().unwrap().len(), 64);
    for never in ["Okafor", "SMITH", "Smith", "9990000018"] {
        assert!(!text.contains(never), "{never}: {text}");
    }
}

#[test]
fn corrections_name_the_curators_address_where_the_directory_gives_one() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let to = || {
        let folder = practice.beside("to the curator");
        let (path, _) = engine.export_corrections(&folder).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        file["corrections_to"].clone()
    };
    correct(engine, ServiceField::Wait, "8 weeks");
    assert_eq!(to(), serde_json::Value::Null);
    let header = "\"demonstration\":true";
    let given = |address: &str| {
        assert!(STARTER.contains(header));
        let more = format!("{header},\"corrections_to\":\"{address}\"");
        let text =
            STARTER
                .replacen(header, &more, 1)
                .replacen("\"version\":1,", "\"version\":2,", 1);
        Directory::read(text.as_bytes(), FeedLimits::default())
    };
    let address = "corrections@directory.example";
    engine.load_directory(given(address).unwrap()).unwrap();
    assert_eq!(to(), address);
    for wrong in [
        "",
        "nobody",
        "a@directory.example, b@directory.example",
        "A <a@directory.example>",
        "a@Directory.example",
        "a@dіrectory.example",
        "a@directory.example\\r\\nBcc: b@directory.example",
        "a@directory.example?subject=x",
    ] {
        let refused = given(wrong).unwrap_err();
        assert!(refused.to_string().contains("corrections_to"), "{refused}");
    }
}

#[test]
fn a_correction_that_is_kept_goes_to_the_curator_with_the_record_that_it_is_compared_with_now() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let digest = || {
        let services = published(engine).services;
        let mut named = services.iter().filter(|it| it.id.as_str() == PAIN_PLATFORM);
        directory_table::service_digest(named.next().unwrap())
    };
    let told = || {
        let folder = practice.beside("to the curator");
        let (path, _) = engine.export_corrections(&folder).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let one = file["corrections"][0].clone();
        let field = |name: &str| one[name].as_str().unwrap().to_owned();
        (field("published"), field("record_sha256"))
    };
    let first = digest();
    correct(engine, ServiceField::DutyLine, NEW_LINE);
    assert_eq!(told(), (OLD_LINE.to_owned(), first.clone()));
    let other = "01632 960300";
    engine.load_directory(version(2, OLD_LINE, other)).unwrap();
    let (conflict, _) = engine.corrections().unwrap();
    let seen = told();
    assert_eq!(seen, (OLD_LINE.to_owned(), first.clone()), "nobody decided");
    let keep = || engine.settle_correction(&conflict[0].id, CorrectionDecision::KeepOurs);
    keep().unwrap();
    assert_ne!(digest(), first);
    assert_eq!(told(), (other.to_owned(), digest()));
    // It is kept once: what was read before is not what stands there now.
    assert_eq!(code(keep()), "not-found");
}

#[test]
fn h24_what_the_practice_hid_is_counted_and_found_by_its_name_and_pins_come_first() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let catalogue = engine.catalogue().unwrap();
    let today = engine.store.clock.today();
    let search = |text: &str| {
        let facts = PatientFacts::default();
        engine.search_here(&catalogue, text, &facts, today).unwrap()
    };
    let ids = |text: &str| -> Vec<String> {
        let hits = search(text).results.hits.into_iter();
        hits.map(|hit| hit.service_id.to_string()).collect()
    };
    let plain = ids("fibro");
    assert!(plain.len() > 2);
    let last = plain.last().unwrap().clone();
    engine.add_to_layer(&last, LayerKind::Pin, "").unwrap();
    let pinned = ids("fibro");
    assert_eq!(pinned[0], last);
    let rest: Vec<_> = plain.iter().filter(|id| **id != last).collect();
    let others: Vec<_> = pinned.iter().skip(1).take(rest.len()).collect();
    assert_eq!(others, rest, "the others keep the search's own order");

    engine
        .add_to_layer(&plain[0], LayerKind::Hidden, "Ours only on Mondays.")
        .unwrap();
    let found = search("fibro");
    assert_eq!(found.hidden_count, 1);
    let hits = found.results.hits.iter();
    assert!(
        hits.map(|hit| hit.service_id.as_str())
            .all(|id| id != plain[0])
    );
    let name = catalogue.service(&plain[0]).unwrap().unwrap().name;
    let named = search(&name);
    assert_eq!(named.hidden_count, 0);
    assert_eq!(named.hidden.len(), 1);
    assert_eq!(
        named.hidden[0].said,
        "Dr Nia Okafor, 21-Nov-2026: Ours only on Mondays."
    );
}

fn walking_group() -> LocalForm {
    LocalForm {
        name: "Biddulph canal walkers".to_owned(),
        category: Category::Exercise,
        description: "A slow walk by the canal on Tuesdays.".to_owned(),
        helps_with: "pain, low mood".to_owned(),
        contact: "Jo".to_owned(),
        phone: "01632 960177".to_owned(),
        method: LocalMethod::Phone,
        how: "Ring Jo; no letter is needed.".to_owned(),
    }
}

#[test]
fn a_service_of_our_own_is_found_and_never_sent_to() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let before = published(engine);
    let id = engine.save_local_service(None, &walking_group()).unwrap();
    assert!(id.starts_with("local:"));
    assert_eq!(published(engine), before);
    let catalogue = engine.catalogue().unwrap();
    let (facts, today) = (PatientFacts::default(), engine.store.clock.today());
    let found = catalogue.search("canal walkers", &facts, today);
    assert_eq!(found.hits[0].service_id.as_str(), id);
    let card = catalogue.card(&id, &facts, today).unwrap();
    assert!(card.organisation.contains("not published"));
    let (method, words) = catalogue.method(&card.service, today);
    assert_eq!(
        (method, words.as_deref()),
        ("phone", Some("Ring Jo; no letter is needed."))
    );
    let draft = practice.draft(SMITH, &id);
    let Err(ReferralError::Incomplete(problems)) = practice.queue(&draft) else {
        panic!("it was queued");
    };
    assert_eq!(problems[0].code, "not-sent-from-here");
    // It stays through a refresh, and goes when it is removed.
    engine
        .load_directory(changed_directory("Polish", "Punjabi"))
        .unwrap();
    assert!(engine.catalogue().unwrap().card(&id, &facts, today).is_ok());
    engine.remove_local_service(&id).unwrap();
    assert!(
        engine
            .catalogue()
            .unwrap()
            .card(&id, &facts, today)
            .is_err()
    );
    assert_eq!(code(engine.remove_local_service(&id)), "not-found");
}

/// Whatever a row of the practice's database says: no address is ever in a service of our own.
#[test]
fn h02_wrong_address_a_row_edited_by_hand_gives_a_local_service_no_address() {
    let practice = Practice::open();
    let engine = &practice.engine;
    let id = engine.save_local_service(None, &walking_group()).unwrap();
    let mut own = engine
        .store
        .practice
        .read(services_directory::layer::local_table::all)
        .unwrap();
    let mut planted = own.remove(0);
    let endpoint = published(engine).endpoints[0].id.clone();
    planted
        .onward
        .referral_methods
        .insert(0, ReferralMethod::SecureEmail { endpoint });
    let now = engine.store.clock.now();
    engine
        .store
        .practice
        .write(move |tx| services_directory::layer::local_table::put(tx, &planted, "x", now))
        .unwrap();
    engine
        .load_directory(changed_directory("Polish", "Punjabi"))
        .unwrap();
    let draft = practice.draft(SMITH, &id);
    let Err(ReferralError::Incomplete(problems)) = practice.queue(&draft) else {
        panic!("it was queued");
    };
    assert_eq!(problems[0].code, "not-sent-from-here");
    // Not only because that address is another service's: no way that is sent is left.
    let catalogue = engine.catalogue().unwrap();
    let listed = catalogue.listed().iter();
    assert_eq!(listed.filter(|it| it.id.as_str() == id).count(), 1);
    let own = catalogue.service(&id).unwrap().unwrap();
    let ways = &own.onward.referral_methods;
    assert!(
        matches!(ways.as_slice(), [ReferralMethod::Phone { .. }]),
        "{ways:?}"
    );
}

#[test]
fn h06_stale_directory_our_own_check_counts_from_the_day_it_was_made() {
    let practice = RealPractice::set_up();
    let engine = &practice.engine;
    practice.sign_in(LISTER);
    practice.time.pass(SignedDuration::from_hours(24 * 200));
    practice.sign_in(LISTER);
    let facts = PatientFacts::default();
    let phones = || match engine.to_refer(Some(PAIN_PLATFORM), &facts).unwrap() {
        referrals::draft::ServiceToRefer::Found(found) => found.phone_first,
        other => panic!("{other:?}"),
    };
    assert!(phones(), "nobody has asked the service for over 180 days");
    engine
        .verify_service(PAIN_PLATFORM, CheckedHow::Phone, "the duty therapist")
        .unwrap();
    assert!(!phones(), "somebody has just phoned");
    practice.time.pass(SignedDuration::from_hours(24 * 181));
    assert!(phones());
}
