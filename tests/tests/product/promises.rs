//! Smaller promises of the desk and the outbox: what stands on the screen is what is sent, and what is not certain waits for a person.

use demo::mail_server::{Fault, Moment};
use engine::Engine;
use jiff::SignedDuration;
use product_tests::directories::changed_directory;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};
use referrals::ReferralError;
use referrals::draft::PatientField;
use referrals::outbox::outbox_table;
use store::UseMode;

#[test]
fn h02_wrong_address_one_that_changed_under_the_open_card_is_said_before_it_is_queued() {
    let practice = Practice::open();
    let seen = practice.draft(SMITH, PAIN_PLATFORM);
    let other = changed_directory("referrals@pain-platform.", "other@pain-platform.");
    practice.engine.load_directory(other).unwrap();
    let refused = practice.queue(&seen);
    let Err(ReferralError::Incomplete(problems)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (problems[0].field.as_str(), problems[0].code),
        ("serviceId", "address-changed")
    );
    // Chosen anew, with the new address on the card, it goes there.
    let mut form = seen.form.clone();
    form.service_id = None;
    practice.fill(&seen.id, form);
    let chosen_again = practice.fill(&seen.id, seen.form.clone());
    let queued = practice.queue(&chosen_again).unwrap();
    assert_eq!(
        practice.referral(&queued.referral_id).referral.address,
        "other@pain-platform.example.nhs.uk"
    );
}

#[test]
fn h01_wrong_patient_a_form_that_is_not_what_was_saved_is_not_queued() {
    let practice = Practice::open();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let mut on_screen = draft.form.clone();
    on_screen.may_leave_voicemail = true;
    let chosen = practice.chosen(&draft);
    let queue = |form| practice.desk().queue(&draft, form, &chosen, ACTOR);
    assert!(matches!(
        queue(&on_screen),
        Err(ReferralError::DraftChanged)
    ));
    assert!(queue(&draft.form).is_ok());
}

#[test]
fn changes_to_the_patient_and_to_the_form_at_once_do_not_undo_each_other() {
    let practice = Practice::open();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    for round in 0..25 {
        let note = format!("Only by letter, {round}");
        let mut form = draft.form.clone();
        form.best_times = format!("after {round}");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                practice
                    .desk()
                    .edit_patient(&draft.id, PatientField::SafeContactNote, &note)
                    .unwrap()
            });
            scope.spawn(|| {
                practice
                    .desk()
                    .save_form(&draft.id, form.clone(), None)
                    .unwrap()
            });
        });
        let both = practice.desk().draft(&draft.id).unwrap();
        assert_eq!(both.patient.text(PatientField::SafeContactNote), note);
        assert_eq!(both.form.best_times, format!("after {round}"));
    }
}

#[test]
fn a_refused_sign_in_is_not_tried_again_by_pressing_send_now() {
    let practice = Practice::open();
    practice.ill(Fault::reply(Moment::Auth, "535 5.7.8 no"));
    practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.send_due();
    let tried = practice.mail.server.records().all().len();
    let second = practice.refer(DOE, PAIN_PLATFORM);
    practice.desk().send_now(&second.referral_id).unwrap();
    practice.send_due();
    assert_eq!(
        practice.mail.server.records().all().len(),
        tried,
        "each try counts against the practice's account"
    );
    assert_eq!(
        practice.channel_problem().as_deref(),
        Some("sign-in-refused")
    );
    practice.well();
    practice.time.pass(SignedDuration::from_mins(15));
    practice.send_due();
    assert_eq!(
        practice.mail.messages().len(),
        2,
        "after its quarter of an hour it is"
    );
}

#[test]
fn h05_sent_twice_not_by_a_restored_backup_what_waited_in_it_is_held_for_a_person() {
    let mut practice = Practice::open();
    let waiting = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    std::fs::write(practice.engine.store.folder.restored_marker(), "restored").unwrap();
    let (data, clock) = (practice.data(), practice.time.clock());
    practice.engine = Engine::open(&data, UseMode::Demonstration, clock)
        .unwrap()
        .0;
    practice.time.pass(SignedDuration::from_mins(5));
    practice.send_due();
    assert_eq!(practice.mail.messages().len(), 0);
    assert_eq!(practice.state(&waiting), "held");
    practice.desk().try_again(&waiting, ACTOR).unwrap();
    practice.send_due();
    assert_eq!(practice.mail.messages().len(), 1, "a person decides");
    assert!(!practice.engine.store.folder.restored_marker().exists());
}

#[test]
fn h03_queued_but_never_sent_what_waits_too_long_is_shown_whatever_keeps_it() {
    let practice = Practice::open();
    let id = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let attention = || {
        let now = practice.engine.store.clock.now();
        let counts = practice
            .engine
            .store
            .practice
            .read(|c| outbox_table::counts(c, now))
            .unwrap();
        (
            counts.needs_attention,
            practice.referral(&id).row.needs_attention,
        )
    };
    assert_eq!(attention(), (0, false));
    practice.time.pass(SignedDuration::from_mins(17));
    assert_eq!(attention(), (1, true), "nobody sends, and the list says so");
}
