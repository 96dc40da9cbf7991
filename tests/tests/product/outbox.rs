//! What must never happen between Send and the service's mailbox: lost, doubled, gone to another address, gone after too long a wait.

use std::sync::Barrier;

use demo::mail_server::{Cut, Fault, Moment};
use engine::Engine;
use jiff::SignedDuration;
use product_tests::directories::{changed_directory, superseded};
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};
use referrals::desk::UnknownDecision;
use services_directory::feed::{Directory, FeedLimits};
use store::{StoreError, UseMode};

#[test]
fn h03_queued_but_never_sent_does_not_happen_through_an_outage_and_restarts() {
    let mut practice = Practice::open();
    let mut nowhere = practice.mail.mailbox();
    // The discard service's port: nobody listens there.
    nowhere.port = 9;
    practice.use_mailbox(nowhere);
    let queued = practice.refer(SMITH, PAIN_PLATFORM);
    let id = queued.referral_id;
    assert_eq!(
        practice.send_due(),
        Some(queued.not_before_at),
        "not before its minute is over"
    );
    assert_eq!(practice.timeline(&id), ["queued"]);
    practice.time.pass(SignedDuration::from_secs(60));
    let mut waits = Vec::new();
    for _ in 0..20 {
        let next = practice.send_due().expect("it waits");
        let now = practice.engine.store.clock.now();
        waits.push(next.duration_since(now));
        assert_eq!(practice.state(&id), "queued");
        assert_eq!(
            practice.channel_problem().as_deref(),
            Some("cannot-connect")
        );
        practice.time.pass(next.duration_since(now));
        // Each time the program is closed and opened again.
        let (data, clock) = (practice.data(), practice.time.clock());
        practice.engine = Engine::open(&data, UseMode::Demonstration, clock)
            .unwrap()
            .0;
    }
    let longest = SignedDuration::from_mins(15);
    assert!(
        waits
            .iter()
            .all(|wait| wait.is_positive() && *wait <= longest),
        "{waits:?}"
    );
    practice.use_mailbox(practice.mail.mailbox());
    practice.send_due();
    practice.mail.only_message();
    assert_eq!(practice.state(&id), "sent");
    println!("{} attempts while nobody listened", waits.len());
}

#[test]
fn h05_sent_twice_never_by_itself_and_a_person_decides_what_is_uncertain() {
    let mut practice = Practice::open();
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let other = practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id;
    practice
        .mail
        .server
        .faults()
        .next_connections(2, Fault::cut(Moment::AfterStoring, Cut::Reset));
    practice.send_due();
    for id in [&id, &other] {
        assert_eq!(
            practice.timeline(id),
            ["queued", "sending", "unknown (connection-lost)"]
        );
        let detail = practice.referral(id);
        assert!(detail.row.needs_attention);
        assert_eq!(detail.actions, ["it-arrived", "send-again", "withdraw"]);
        assert!(detail.referral.service_phone.is_some(), "whom to ask");
    }
    // Days, restarts and wrong buttons send nothing.
    for _ in 0..3 {
        practice.time.pass(SignedDuration::from_hours(26));
        let (data, clock) = (practice.data(), practice.time.clock());
        practice.engine = Engine::open(&data, UseMode::Demonstration, clock)
            .unwrap()
            .0;
        practice.send_all();
        for refused in [
            practice.desk().try_again(&id, ACTOR).unwrap_err(),
            practice.desk().send_now(&id).unwrap_err(),
            practice.desk().undo(&id, ACTOR).map(|_| ()).unwrap_err(),
        ] {
            assert!(
                ["not-allowed", "too-late"].contains(&refused.code()),
                "{refused}"
            );
        }
    }
    assert_eq!(practice.mail.messages().len(), 2);
    assert_eq!(practice.mail.times_kept(&practice.message_id(&id)), 1);

    // They phoned: it is there.
    let arrived = UnknownDecision::ItArrived;
    practice
        .desk()
        .decide_unknown(&other, arrived, ACTOR)
        .unwrap();
    assert_eq!(practice.state(&other), "sent");
    assert_eq!(practice.timeline(&other).last().unwrap(), "decided-arrived");

    // They phoned: it is not there, as far as they can see. The computer's clock has been set back meanwhile.
    practice.time.pass(SignedDuration::from_hours(-24 * 7));
    let first = practice.message_id(&id);
    let again = UnknownDecision::SendAgain;
    practice.desk().decide_unknown(&id, again, ACTOR).unwrap();
    let twice = practice
        .desk()
        .decide_unknown(&id, again, ACTOR)
        .unwrap_err();
    assert_eq!(twice.code(), "not-allowed");
    practice.send_all();
    let second = practice.message_id(&id);
    assert_ne!(first, second);
    let reference = practice.referral(&id).row.reference;
    let messages = practice.mail.messages();
    assert_eq!(messages.len(), 3);
    let mut of_it = messages
        .iter()
        .filter(|message| message.subject.contains(&reference));
    let (old, new) = (of_it.next().unwrap(), of_it.next().unwrap());
    assert_eq!(old.subject, new.subject);
    assert!(new.subject.contains(&reference) && new.text.contains(&reference));
    assert_eq!(old.to, new.to);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&new.text).contains(&format!("POSSIBLE DUPLICATE: you may already have had this referral, with the same reference {reference}.")));
    assert!(!old.text.contains("POSSIBLE DUPLICATE"));
    assert_eq!(practice.state(&id), "sent");
    practice.send_all();
    assert_eq!(practice.mail.messages().len(), 3);
}

#[test]
fn h05_sent_twice_not_by_pressing_send_twice() {
    let practice = Practice::open();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let chosen = practice.chosen(&draft);
    let barrier = Barrier::new(2);
    let press = || {
        barrier.wait();
        practice
            .desk()
            .queue(&draft, &draft.form, &chosen, ACTOR)
            .is_ok()
    };
    let pressed = std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(press), scope.spawn(press));
        [one.join().unwrap(), two.join().unwrap()]
    });
    assert_eq!(pressed.iter().filter(|queued| **queued).count(), 1);
    practice.time.pass(SignedDuration::from_secs(61));
    practice.send_all();
    practice.mail.only_message();
}

type Change<'a> = &'a dyn Fn(&Practice);

#[test]
fn h02_wrong_address_a_changed_unapproved_or_edited_address_is_held_and_never_re_aimed() {
    let address = "referrals@pain-platform.example.nhs.uk";
    let elsewhere = "referrals@elsewhere.example.nhs.uk";
    let edit = |practice: &Practice, sql: &'static str| {
        let directory = &practice.engine.store.directory;
        let changed = directory.write(move |tx| Ok::<_, StoreError>(tx.execute(sql, [])?));
        assert_eq!(changed.unwrap(), 1, "{sql}");
    };
    let changes: [(&str, &str, Change<'_>); 5] = [
        (
            "published anew with another address",
            "address-changed",
            &|practice| {
                let directory = changed_directory(address, elsewhere);
                practice.engine.load_directory(directory).unwrap();
            },
        ),
        (
            "published anew without the address",
            "address-changed",
            &|practice| {
                let directory = changed_directory(
                    "\"valid_from\":\"2026-04-01\"",
                    "\"valid_from\":\"2027-04-01\"",
                );
                practice.engine.load_directory(directory).unwrap();
            },
        ),
        (
            "edited by hand in directory.db",
            "address-changed",
            &|practice| {
                edit(
                practice,
                "UPDATE records SET body = replace(body, 'referrals@pain-platform.example.nhs.uk', 'referrals@elsewhere.example.nhs.uk')
                 WHERE kind = 'endpoint' AND id = 'endpoint-pain-platform'",
            );
            },
        ),
        (
            "deleted by hand in directory.db",
            "address-changed",
            &|practice| {
                edit(
                    practice,
                    "DELETE FROM records WHERE kind = 'endpoint' AND id = 'endpoint-pain-platform'",
                );
            },
        ),
        ("approval taken back", "address-not-approved", &|practice| {
            let sql = "DELETE FROM approvals WHERE endpoint_id = 'endpoint-pain-platform'";
            let practice = &practice.engine.store.practice;
            let gone = practice.write(move |tx| Ok::<_, StoreError>(tx.execute(sql, [])?));
            assert_eq!(gone.unwrap(), 1);
        }),
    ];
    let count = changes.len();
    for (what, problem, change) in changes {
        let practice = Practice::open();
        let held = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
        let other = practice.refer_at_once(DOE, "talking-therapies").referral_id;
        change(&practice);
        // And again, when somebody only presses "try again".
        for _ in 0..2 {
            practice.send_due();
            assert_eq!(
                practice.timeline(&held).last().unwrap(),
                &format!("held ({problem})"),
                "{what}"
            );
            let detail = practice.referral(&held);
            assert!(
                detail.row.needs_attention && detail.row.next.is_some(),
                "{what}"
            );
            assert_eq!(detail.referral.address, address, "{what}");
            practice.desk().try_again(&held, ACTOR).unwrap();
        }
        let to: Vec<String> = practice
            .mail
            .messages()
            .into_iter()
            .flat_map(|m| m.envelope.to)
            .collect();
        if what.contains("without the address") {
            // That version moved every address of that day.
            assert_eq!(practice.state(&other), "held", "{what}");
            assert!(to.is_empty(), "{what}: {to:?}");
        } else {
            assert_eq!(practice.state(&other), "sent", "{what}");
            assert_eq!(to, ["referrals@talking-therapies.example.nhs.uk"], "{what}");
        }
    }
    println!("{count} ways in which an address was not the approved one");
}

#[test]
fn h02_wrong_address_one_that_has_ended_while_the_referral_waited_is_held() {
    let practice = Practice::open();
    let ends_today = changed_directory(
        "\"address\":\"referrals@pain-platform.example.nhs.uk\",",
        "\"address\":\"referrals@pain-platform.example.nhs.uk\",\"valid_to\":\"2026-11-21\",",
    );
    practice.engine.load_directory(ends_today).unwrap();
    let in_time = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(practice.state(&in_time), "sent", "its last day is a day");
    let late = practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id;
    practice.time.set("2026-11-22T00:00:01Z");
    practice.send_due();
    assert_eq!(
        practice.timeline(&late),
        ["queued", "held (address-changed)"]
    );
    practice.mail.only_message();
}

#[test]
fn h02_wrong_address_one_that_another_has_superseded_is_held_though_its_record_stands() {
    let practice = Practice::open();
    let held = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let other = practice.refer_at_once(DOE, "talking-therapies").referral_id;
    let newer = Directory::read(superseded().as_bytes(), FeedLimits::default()).unwrap();
    practice.engine.load_directory(newer).unwrap();
    practice.send_due();
    assert_eq!(
        practice.timeline(&held),
        ["queued", "held (address-changed)"]
    );
    assert_eq!(practice.state(&other), "sent", "the negative control");
    // What is queued now goes to the newer one.
    let next = practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(practice.state(&next), "sent");
    assert_eq!(
        practice.referral(&next).referral.address,
        "post@pain-platform.example.nhs.uk"
    );
}

#[test]
fn h17_patient_moved_or_died_what_waited_over_a_day_is_held_until_confirmed() {
    let practice = Practice::open();
    let young = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    practice.time.pass(SignedDuration::from_hours(24));
    practice.send_due();
    assert_eq!(practice.state(&young), "sent", "a day is not over a day");

    let old = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    practice
        .time
        .pass(SignedDuration::from_hours(24) + SignedDuration::from_secs(1));
    practice.send_due();
    assert_eq!(
        practice.timeline(&old),
        ["queued", "held (waited-over-a-day)"]
    );
    practice.time.pass(SignedDuration::from_hours(24 * 7));
    practice.send_all();
    assert_eq!(practice.state(&old), "held");
    assert_eq!(practice.mail.times_kept(&practice.message_id(&old)), 0);
    practice.desk().try_again(&old, ACTOR).unwrap();
    practice.send_due();
    assert_eq!(practice.state(&old), "sent");
    assert_eq!(practice.mail.times_kept(&practice.message_id(&old)), 1);
}
