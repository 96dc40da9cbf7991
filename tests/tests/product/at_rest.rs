//! What lies on the disk in the end: erased when it is due and really gone, copied whole for the patient who asks, backed up while all goes on.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use aes::Aes256;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use jiff::SignedDuration;
use product_tests::leaks::Canaries;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, form};
use product_tests::program::Program;
use referrals::access::{self, WhoIsAsked};
use referrals::desk::UnknownDecision;
use referrals::draft::PatientField;
use referrals::patient::{DateOfBirth, NhsNumber};
use referrals::retention::{HoldReason, Retention};
use store::{Act, EventType, NewEvent, audit_table, event_table};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const ZEBRA: &str = "QANARYZEBRA, Qanarygiven (Mx)  Born 03-Mar-1961 (65y)  Gender Female  NHS No. 999 000 0034\n\
    Address: 71 Qanarystreet\nLeek\nST13 5AB\nMobile: 07700 900817\n";
const WORDS: [&str; 9] = [
    "QANARYZEBRA",
    "Qanaryzebra",
    "Qanarygiven",
    "9990000034",
    "1961-03-03",
    "Qanarystreet",
    "07700900817",
    "qanary-reason",
    "qanary-withdrawn",
];

fn says(practice: &Practice, id: &str, what: EventType) {
    let event = NewEvent::new(what, id, ACTOR, practice.engine.store.clock.now());
    let written = practice
        .engine
        .store
        .practice
        .write(move |tx| event_table::append(tx, &event));
    written.unwrap();
}

/// A referral of the canary patient whose reason and note are canaries too.
fn canary_referral(practice: &Practice) -> String {
    let begun = practice.desk().new_draft().unwrap();
    let draft = practice.desk().paste(&begun.id, ZEBRA).unwrap();
    let mut filled = form(PAIN_PLATFORM);
    "qanary-reason, in her own words".clone_into(&mut filled.reason_text);
    let draft = practice.fill(&draft.id, filled);
    let id = practice.queue(&draft).unwrap().referral_id;
    practice.desk().send_now(&id).unwrap();
    id
}

/// Every page of an encrypted database, decrypted one by one as SQLCipher 4 wrote it: freed pages and all, without asking SQLite.
/// A page is 4,096 bytes, of which the last 80 are the vector and the checksum; the first page begins with the salt.
fn decrypted_pages(data: &Path, name: &str) -> Vec<u8> {
    const PAGE: usize = 4096;
    const RESERVED: usize = 80;
    let key = std::fs::read_to_string(data.join("demonstration.key")).unwrap();
    let key = BASE64_STANDARD.decode(key.trim()).unwrap();
    let bytes = std::fs::read(data.join(name)).unwrap();
    assert!(!bytes.is_empty() && bytes.len().is_multiple_of(PAGE));
    let mut plain = Vec::with_capacity(bytes.len());
    for (number, page) in bytes.chunks(PAGE).enumerate() {
        let begin = if number == 0 { 16 } else { 0 };
        let (content, reserved) = page.split_at(PAGE - RESERVED);
        let mut cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key, &reserved[..16]).unwrap();
        for block in content[begin..].chunks(16) {
            let mut block = aes::Block::try_from(block).unwrap();
            cipher.decrypt_block(&mut block);
            plain.extend_from_slice(&block);
        }
    }
    plain
}

/// The canary words in the decrypted pages of `practice.db`.
fn in_pages(practice: &Practice) -> Vec<String> {
    practice.engine.store.practice.empty_journal().unwrap();
    let plain = decrypted_pages(&practice.data(), "practice.db");
    assert!(
        Canaries::new(&["CREATE TABLE referrals"])
            .within(&plain)
            .len()
            == 1,
        "decrypted wrongly: nothing could be found in it"
    );
    let canaries = Canaries::new(&WORDS);
    let found = canaries.within(&plain);
    found.into_iter().map(str::to_owned).collect()
}

fn erase(practice: &Practice) -> referrals::retention_table::Erased {
    practice.desk().erase_due(ACTOR).unwrap()
}

#[test]
fn h14_what_is_over_is_erased_when_it_is_due_and_is_really_gone() {
    let practice = Practice::open();
    let id = canary_referral(&practice);
    let other = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    practice
        .desk()
        .withdraw(&id, "qanary-withdrawn, she said", ACTOR)
        .unwrap();
    let aside = practice.desk().begin_with(ZEBRA).unwrap();
    practice.time.pass(DAY * 29);
    assert_eq!(
        erase(&practice),
        referrals::retention_table::Erased::default()
    );
    let before = in_pages(&practice);
    assert!(
        before.len() >= 7 && before.iter().any(|word| word == "qanary-withdrawn"),
        "the negative control: {before:?}"
    );

    // Touched today, so it stays although the referral goes.
    practice
        .desk()
        .edit_patient(&aside.id, PatientField::Language, "Polish")
        .unwrap();
    practice.time.pass(DAY * 2);
    let erased = erase(&practice);
    assert_eq!(
        (
            erased.referrals,
            erased.patients,
            erased.letters,
            erased.notes,
            erased.messages,
            erased.drafts
        ),
        (1, 1, 1, 1, 1, 1)
    );
    assert!(
        !in_pages(&practice).is_empty(),
        "the draft that was touched"
    );
    practice.time.pass(DAY * 29);
    assert_eq!(erase(&practice).drafts, 1);
    assert_eq!(in_pages(&practice), [""; 0]);

    // What is left says what happened, and to nobody.
    let detail = practice.referral(&id);
    assert!(detail.patient.is_none() && detail.letter_text.is_empty());
    assert_eq!(detail.row.patient, "");
    assert!(!detail.row.to_file);
    assert_eq!(practice.state(&id), "withdrawn");
    assert!(practice.timeline(&id).len() >= 4);
    let rows = practice.desk().worklist().unwrap();
    assert_eq!(rows.len(), 2);
    practice.desk().to_file_count().unwrap();
    assert!(practice.desk().try_again(&id, ACTOR).is_err());
    assert!(
        practice
            .desk()
            .decide_unknown(&id, UnknownDecision::SendAgain, ACTOR)
            .is_err()
    );
    // The other one is open, however old, and whole.
    practice.time.pass(DAY * 400);
    assert_eq!(erase(&practice).referrals, 0);
    assert!(practice.referral(&other).patient.is_some());
    let acts = practice
        .engine
        .store
        .practice
        .read(|c| audit_table::about(c, &id))
        .unwrap();
    assert_eq!(acts.last().unwrap().act, Act::Erased);
    assert_eq!(acts.last().unwrap().detail["letters"], 1);
    assert!(practice.engine.store.verify_audit().unwrap().is_whole());
}

#[test]
fn nothing_under_legal_hold_is_erased_until_it_is_lifted_and_a_draft_in_use_is_kept() {
    let practice = Practice::open();
    practice
        .desk()
        .set_retention(Retention::of_days(7).unwrap(), ACTOR)
        .unwrap();
    let kept = canary_referral(&practice);
    practice.send_due();
    says(&practice, &kept, EventType::Ended);
    // Undone: its draft is open again, and is edited from time to time.
    let undone = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let draft = practice.desk().undo(&undone, ACTOR).unwrap();
    practice
        .desk()
        .hold_from_erasure(&kept, HoldReason::Complaint, ACTOR)
        .unwrap();
    practice.time.pass(DAY * 6);
    practice
        .desk()
        .edit_patient(&draft, PatientField::Language, "Polish")
        .unwrap();
    practice.time.pass(DAY * 2);
    let erased = erase(&practice);
    assert_eq!((erased.referrals, erased.drafts), (1, 0));
    assert!(practice.referral(&undone).patient.is_none());
    assert!(practice.desk().draft(&draft).is_ok());
    assert!(practice.referral(&kept).patient.is_some());
    let hold = practice.desk().hold_of(&kept).unwrap().unwrap();
    assert_eq!(
        (hold.reason, hold.set_by.as_str()),
        (HoldReason::Complaint, ACTOR)
    );
    practice.desk().lift_hold(&kept, ACTOR).unwrap();
    assert_eq!(erase(&practice).referrals, 1);
    assert!(practice.referral(&kept).patient.is_none());
    assert!(practice.desk().lift_hold(&kept, ACTOR).is_err());
}

#[test]
fn once_a_day_by_itself_and_no_more() {
    let practice = Practice::open();
    assert!(practice.desk().erase_due_today().unwrap().is_some());
    assert!(practice.desk().erase_due_today().unwrap().is_none());
    practice.time.pass(DAY);
    assert!(practice.desk().erase_due_today().unwrap().is_some());
}

#[test]
fn the_copy_for_a_patient_holds_all_of_theirs_and_nothing_of_anybody_else() {
    let practice = Practice::open();
    let id = canary_referral(&practice);
    let other = practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id;
    practice.send_due();
    practice
        .desk()
        .withdraw(&id, "qanary-withdrawn by her", ACTOR)
        .unwrap();
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    practice.desk().begin_with(ZEBRA).unwrap();
    practice.draft(SMITH, PAIN_PLATFORM);
    // A paste that names two: nobody has chosen yet, so it is nobody's.
    let two = format!("{ZEBRA}\n{DOE}");
    let _ = practice.desk().begin_with(&two);

    let who = WhoIsAsked::Number(NhsNumber::parse("999 000 0034").unwrap());
    let all = practice.desk().everything_about(&who, ACTOR).unwrap();
    assert_eq!(
        (all.referrals.len(), all.drafts.len()),
        (1, 2),
        "the sent one's draft, and the one begun"
    );
    let page = access::html(&all);
    let json = serde_json::to_string_pretty(&all).unwrap();
    for (form, text) in [("page", &page), ("JSON", &json)] {
        for word in [
            "Qanarygiven",
            "Qanarystreet",
            "qanary-reason",
            "qanary-withdrawn",
            "999 000 0034",
            "Dr Nia Okafor",
            "03-Mar-1961",
        ] {
            assert!(text.contains(word), "{form} lacks {word}");
        }
        for other in [
            "SMITH",
            "Smith",
            "DOE",
            "Jane",
            "0018",
            "0026",
            "14-Jul-1945",
            "02-Feb-1980",
            "Mill Lane",
        ] {
            assert!(
                !text.contains(other),
                "{form} holds {other}, of somebody else"
            );
        }
    }
    assert!(page.contains("A mail server took it") && page.contains("DEMONSTRATION"));
    // The next copy says that this one was made, and the trail has it at the referral.
    let again = practice.desk().everything_about(&who, ACTOR).unwrap();
    let seen = &again.referrals[0].seen;
    assert!(
        seen.iter()
            .any(|act| act.code == "exported" && act.by == "Dr Nia Okafor")
    );
    let other_acts = practice
        .engine
        .store
        .practice
        .read(|c| audit_table::about(c, &other));
    assert!(other_acts.unwrap().is_empty());
    // By name and birth the same, and of nobody who is not here nothing.
    let today = practice.engine.store.clock.today();
    let named = WhoIsAsked::NameAndBirth {
        family: "qanaryzebra".into(),
        given: "QANARYGIVEN".into(),
        born: DateOfBirth::parse("1961-03-03", today).unwrap(),
    };
    let by_name = practice.desk().everything_about(&named, ACTOR).unwrap();
    assert_eq!(by_name.referrals.len(), 1);
    let nobody = WhoIsAsked::Number(NhsNumber::parse("999 000 0018").unwrap());
    let drafts = practice.desk().everything_about(&nobody, ACTOR).unwrap();
    assert!(drafts.referrals.is_empty() && drafts.drafts.len() == 1);
    assert!(practice.engine.store.verify_audit().unwrap().is_whole());
}

#[test]
fn two_people_of_one_name_and_birthday_are_not_put_into_one_copy() {
    let practice = Practice::open();
    practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.refer_at_once(
        &SMITH.replace("999 000 0018", "999 000 0026"),
        PAIN_PLATFORM,
    );
    let today = practice.engine.store.clock.today();
    let named = WhoIsAsked::NameAndBirth {
        family: "Smith".into(),
        given: "John".into(),
        born: DateOfBirth::parse("1945-07-14", today).unwrap(),
    };
    let refused = practice.desk().everything_about(&named, ACTOR).unwrap_err();
    assert_eq!(refused.code(), "more-than-one-person");
    let one = WhoIsAsked::Number(NhsNumber::parse("999 000 0026").unwrap());
    let all = practice.desk().everything_about(&one, ACTOR).unwrap();
    assert_eq!(all.referrals.len(), 1);
}

#[test]
fn h03_queued_but_never_sent_a_backup_is_made_each_day_while_referrals_are_sent() {
    let practice = Practice::open();
    practice.refer_at_once(SMITH, PAIN_PLATFORM);
    let program = Program::over(&practice.data(), &practice.beside("home"));
    assert_eq!(
        practice.engine.backup_state().unwrap().shown().last_good_at,
        None
    );
    let sending = practice.engine.start_sending(Arc::new(|_| {})).unwrap();
    let (_nobody, heard) = mpsc::channel::<()>();
    let mut tries = 0;
    while practice
        .engine
        .backup_state()
        .unwrap()
        .shown()
        .last_good_at
        .is_none()
    {
        assert!(tries < 6_000, "no backup was made");
        tries += 1;
        let _ = heard.recv_timeout(Duration::from_millis(20));
    }
    drop(sending);
    let state = practice.engine.backup_state().unwrap();
    assert_eq!(state.problem(), None);
    let found = engine::Engine::newest_backup(&practice.data()).unwrap();
    assert!(found.path.ends_with("backups/2026-11-21"), "{found:?}");
    // The command line finds the trail whole, with the backup in it; and fails when it is not.
    let said = program.json(&["audit"]);
    assert_eq!(said["verdict"]["whole"], true, "{said}");
    assert!(
        said["acts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|act| act["act"] == "backed-up")
    );
    std::fs::remove_file(practice.data().join("practice.head")).unwrap();
    let said = program.run(&["audit"]);
    assert!(
        !said.succeeded && said.out.contains("head-missing"),
        "{said:?}"
    );
}

#[test]
fn the_command_line_erases_and_exports_without_a_number_in_its_arguments() {
    let practice = Practice::open();
    let id = canary_referral(&practice);
    practice.send_due();
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let into = practice.beside("copy");
    let export = [
        "export",
        "--nhs-number-file",
        "-",
        "--into",
        into.to_str().unwrap(),
    ];
    let said = program.run_with(&export, "999 000 0034\n");
    assert!(
        said.succeeded && said.out.contains("1 referrals and 1 drafts"),
        "{said:?}"
    );
    assert!(!said.out.contains("999"), "{said:?}");
    let page = std::fs::read_to_string(into.join("everything.html")).unwrap();
    assert!(page.contains("Qanarystreet"));
    let wrong = program.run_with(&["export", "--nhs-number-file", "-"], "999 000 0035");
    assert!(!wrong.succeeded && !wrong.err.contains("0035"), "{wrong:?}");
    let json = program
        .run_with(&["export", "--nhs-number-file", "-"], "9990000018")
        .json();
    assert_eq!(json["referrals"], serde_json::json!([]));

    // Long over, by the computer's own clock.
    says(&practice, &id, EventType::Ended);
    let erased = program.json(&["erase", "--due"]);
    let due =
        practice.engine.store.clock.now() + DAY * 30 <= product_tests::practice::computer_time();
    assert_eq!(erased["referrals"], u8::from(due), "{erased}");
    assert!(!program.run(&["erase"]).succeeded);
}

#[test]
fn h05_sent_twice_not_by_records_that_lost_their_end_what_waits_in_them_is_held() {
    let sent_again = |with_head: bool| {
        let practice = Practice::open();
        let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
        practice.engine.store.practice.empty_journal().unwrap();
        let (data, time) = (practice.data(), practice.time.clone());
        let older = std::fs::read(data.join("practice.db")).unwrap();
        practice.send_due();
        assert_eq!(practice.state(&id), "sent");
        let folder = practice.close();
        // As when the journal was damaged, or somebody put an older file back.
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(data.join(format!("practice.db{ending}")));
        }
        std::fs::write(data.join("practice.db"), &older).unwrap();
        if !with_head {
            std::fs::remove_file(data.join("practice.head")).unwrap();
        }
        let practice = Practice::open_in(folder, time);
        practice.send_due();
        let state = practice.state(&id);
        (state, practice.mail.messages().len())
    };
    assert_eq!(
        sent_again(false),
        ("sent", 2),
        "the negative control: sent a second time"
    );
    assert_eq!(sent_again(true), ("held", 1));
}
