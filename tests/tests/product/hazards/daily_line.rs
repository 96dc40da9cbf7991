//! One line a day to the practice's own mailbox, read from the real mail server: what needs attention, and nothing of anybody.

use demo::mail_server::{Cut, Fault, Moment};
use jiff::{SignedDuration, Timestamp};
use product_tests::leaks::Canaries;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, FROM, PAIN_PLATFORM, Practice, Time, computer_time};
use product_tests::program::Program;
use product_tests::published::{Area, STARTER, days, enrol, refresh};
use referrals::desk::Reply;
use serde_json::json;
use store::clock::england;

/// What the process that sends does when its minute has come.
fn look(practice: &Practice) -> bool {
    let sender = practice.sender();
    practice.runtime.block_on(async {
        let _lock = sender
            .take_over()
            .await
            .unwrap()
            .expect("nobody else sends");
        let waits = || practice.engine.directory_waits().unwrap();
        sender.daily_line(practice.desk(), &waits).await.unwrap()
    })
}

/// Two that need somebody, and their own messages gone from the count.
fn with_work() -> (Practice, usize) {
    let practice = Practice::open();
    for patient in [SMITH, DOE] {
        let id = practice.refer_at_once(patient, PAIN_PLATFORM).referral_id;
        practice.send_due();
        practice
            .desk()
            .record_reply(&id, Reply::Rejected, "Full until Candlemas", ACTOR)
            .unwrap();
    }
    practice.time.set("2026-11-24T08:00:00Z");
    let before = practice.mail.messages().len();
    (practice, before)
}

#[test]
fn h21_stranded_work_the_daily_line_counts_what_needs_somebody_and_names_nobody() {
    let (practice, before) = with_work();
    practice.time.set("2026-11-24T07:59:00Z");
    assert!(!look(&practice), "the practice is closed");
    practice.time.set("2026-11-24T08:00:00Z");
    assert!(look(&practice));
    assert!(!look(&practice), "one a day");
    practice.time.set("2026-11-24T23:00:00Z");
    assert!(!look(&practice), "one a day");
    let messages = practice.mail.messages();
    assert_eq!(messages.len(), before + 1);
    let line = messages.last().unwrap();
    assert_eq!(line.to, [FROM]);
    assert_eq!(line.from, [FROM]);
    assert_eq!(
        line.subject,
        "DEMONSTRATION: Onward: 2 need attention, on one computer"
    );
    assert!(line.attachment_names().is_empty());
    for said in [
        "- not accepted by the service: 2, the oldest for 3 days",
        "on the computer that sent this",
        "24-Nov-2026",
    ] {
        assert!(line.text.contains(said), "{said}: {}", line.text);
    }
    let canaries = Canaries::new(&[
        "9990000018",
        "999 000 0018",
        "999 000 0026",
        "SMITH, John",
        "DOE, Jane",
        "14-Jul-1945",
        "1945-07-14",
        "Pain Platform",
        "Candlemas",
        "Dr Nia Okafor",
    ]);
    let letter = messages.first().unwrap();
    assert!(
        canaries.within(&letter.raw).len() > 3,
        "the search finds them where they stand"
    );
    assert!(canaries.within(&line.raw).is_empty());
    let references = line.text.matches("ONW-").count();
    assert_eq!(references, 0, "a reference is an identifier");

    practice.time.set("2026-11-25T09:00:00Z");
    assert!(look(&practice), "the next day has its own");
    for row in practice.desk().worklist().unwrap() {
        practice.desk().acknowledge(&row.id, "Seen", ACTOR).unwrap();
    }
    practice.time.set("2026-11-26T09:00:00Z");
    assert!(!look(&practice), "nothing needs anybody");
    assert_eq!(practice.mail.messages().len(), before + 2);
}

/// Nobody opens the place where a held version and a new address wait, unless somebody says so.
#[test]
fn the_daily_line_and_the_command_line_count_what_of_the_directory_waits() {
    let mut area = Area::publishing(STARTER);
    let practice = Practice::open_at(Time::from(computer_time()));
    let engine = &practice.engine;
    enrol(engine, &area);
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let of_the_directory = || program.json(&["outbox"])["directory"].clone();
    let waits =
        |held: u32, addresses: u32| json!({ "held": held, "addresses": addresses, "to_phone": 0 });
    assert_eq!(of_the_directory(), waits(0, 0));
    practice.time.set(&tomorrow_at_nine().to_string());
    assert!(!look(&practice), "nothing waits");

    // Every service renamed: so much at once is held. And one address is not approved any more.
    area.publish(&STARTER.replace("\"name\":\"", "\"name\":\"Our "));
    assert_eq!(refresh(engine, &area), "held");
    engine.refuse_address("endpoint-pain-platform").unwrap();
    assert_eq!(engine.waiting_for_keepers().unwrap(), 2);
    assert_eq!(of_the_directory(), waits(1, 1));
    let words = program.run(&["outbox"]).out;
    for said in [
        "new versions held",
        "addresses to approve (onward-cli addresses): 1",
    ] {
        assert!(words.contains(said), "{words}");
    }
    assert!(look(&practice));
    let line = practice.mail.only_message();
    assert_eq!(
        line.subject,
        "DEMONSTRATION: Onward: 2 need attention, on one computer"
    );
    for said in [
        "- new versions of the directory, held for a yes or a no: 1",
        "- addresses of services to approve: 1",
        "stands under Practice",
    ] {
        assert!(line.text.contains(said), "{said}: {}", line.text);
    }

    // A no ends the one; a directory too old to believe makes calls of the addresses.
    let held = engine.feed_status().unwrap().unwrap().held.unwrap();
    engine
        .decide_held_changes(&held.publication, false)
        .unwrap();
    assert_eq!(of_the_directory(), waits(0, 1));
    practice.time.pass(days(29));
    let now = engine.directory_waits().unwrap();
    let approved = engine.phone_checks_needed().unwrap().len();
    assert!(approved > 20, "{approved}");
    assert_eq!(
        (now.held, now.addresses, now.to_phone),
        (0, 1, u32::try_from(approved).unwrap())
    );
    assert_eq!(engine.waiting_for_keepers().unwrap(), now.count());
}

fn tomorrow_at_nine() -> Timestamp {
    let now = computer_time().to_zoned(england());
    let nine = now.tomorrow().unwrap().date().at(9, 0, 0, 0);
    nine.to_zoned(england()).unwrap().timestamp()
}

#[test]
fn a_daily_line_that_fails_is_tried_again_and_touches_nothing_of_the_referrals() {
    let (practice, before) = with_work();
    let mut nowhere = practice.mail.mailbox();
    nowhere.port = 9;
    practice.use_mailbox(nowhere);
    let outbox = practice.outbox();
    assert!(look(&practice));
    assert!(!look(&practice), "not at once");
    assert_eq!(practice.channel_problem(), None, "no referral waits for it");
    assert_eq!(practice.outbox(), outbox);
    practice.use_mailbox(practice.mail.mailbox());
    practice.time.pass(SignedDuration::from_mins(16));
    assert!(look(&practice));
    assert_eq!(practice.mail.messages().len(), before + 1);
    assert!(!look(&practice));

    // The connection goes after the point of no return: it may have arrived, so no second one follows that day.
    practice.time.set("2026-11-25T09:00:00Z");
    practice.ill(Fault::cut(Moment::AfterStoring, Cut::Reset));
    look(&practice);
    practice.well();
    practice.time.pass(SignedDuration::from_hours(4));
    assert!(!look(&practice));
    practice.time.set("2026-11-26T09:00:00Z");
    assert!(look(&practice));
}

#[test]
fn h23_demonstration_taken_for_real_every_message_and_every_text_for_the_record_says_what_it_is() {
    let (practice, _) = with_work();
    assert!(look(&practice));
    let messages = practice.mail.messages();
    assert_eq!(messages.len(), 3);
    for message in &messages {
        assert!(
            message.subject.starts_with("DEMONSTRATION: "),
            "{}",
            message.subject
        );
        assert!(
            message.text.contains("DEMONSTRATION. Made-up people"),
            "{}",
            message.text
        );
    }
    for row in practice.desk().worklist().unwrap() {
        let text = practice.referral(&row.id).record_text;
        assert!(text.starts_with("DEMONSTRATION. "), "{text}");
    }
}
