//! Into the patient's record: the text of a referral, the tick that says it was filed, and what the events and files know of it.

use product_tests::leaks::Canaries;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};

fn to_file(practice: &Practice) -> u32 {
    practice.desk().to_file_count().unwrap()
}

/// The reference is random.
fn text(practice: &Practice, id: &str) -> String {
    let detail = practice.referral(id);
    detail
        .record_text
        .replace(&detail.row.reference, "ONW-REFE-RENC")
}

#[test]
fn the_text_for_the_record_says_what_was_done_to_whom_when_why_and_the_reference() {
    let practice = Practice::open();
    let queued = practice.refer(SMITH, PAIN_PLATFORM);
    insta::assert_snapshot!("queued", text(&practice, &queued.referral_id));
    practice.desk().send_now(&queued.referral_id).unwrap();
    practice.send_due();
    insta::assert_snapshot!("sent", text(&practice, &queued.referral_id));
}

#[test]
fn only_a_referral_to_social_prescribing_has_a_code_because_only_its_codes_were_given() {
    let practice = Practice::open();
    let social = practice.refer(SMITH, "de-stress-pain").referral_id;
    assert!(text(&practice, &social).contains("\nSNOMED CT: 871731000000106\n"));
    let other = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    assert!(!text(&practice, &other).contains("SNOMED"));
}

#[test]
fn h10_sent_taken_for_accepted_the_record_says_who_is_responsible_and_what_was_not_sent() {
    let practice = Practice::open();
    let id = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let queued = text(&practice, &id);
    assert!(queued.contains("on its way, not yet sent"), "{queued}");
    assert!(queued.contains("until the service accepts"), "{queued}");
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 0);
    // The record says that it went: undone, it has to be corrected.
    practice.desk().undo(&id, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 1);
    assert!(practice.desk().worklist().unwrap()[0].to_file);
    assert!(text(&practice, &id).contains("Referral NOT SENT, undone: Pain Platform"));
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 0);
}

#[test]
fn it_is_asked_for_until_somebody_ticks_it_and_a_tick_can_be_taken_back() {
    let practice = Practice::open();
    let first = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let second = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    assert_eq!(to_file(&practice), 2);
    // Undone before anybody filed it: there is nothing to say.
    practice.desk().undo(&second, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 1);
    practice.send_due();
    assert_eq!(to_file(&practice), 1, "being sent does not file it");
    practice.desk().set_filed(&first, true, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 0);
    let filed = practice.referral(&first).filed.unwrap();
    assert_eq!((filed.by.as_str(), filed.deed.code()), (ACTOR, "referred"));
    practice.desk().set_filed(&first, false, ACTOR).unwrap();
    assert_eq!(to_file(&practice), 1);
    assert!(
        practice
            .desk()
            .set_filed("no-such-referral", true, ACTOR)
            .is_err()
    );
}

#[test]
fn h14_what_is_filed_leaves_nothing_of_a_patient_in_events_or_files() {
    const PASTE: &str =
        "QANARYFAM, Qanarygiv (Mx)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n";
    let practice = Practice::open();
    let id = practice.refer_at_once(PASTE, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert!(practice.referral(&id).record_text.contains("QANARYFAM"));
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    let canaries = Canaries::new(&[
        "QANARYFAM",
        "Qanarygiv",
        "9990000026",
        "999 000 0026",
        "02-Feb-1980",
    ]);
    let events = practice
        .engine
        .store
        .practice
        .read(|c| store::event_table::about(c, &id));
    let events = format!("{:?}", events.unwrap());
    assert_eq!(canaries.within(events.as_bytes()), [""; 0]);
    let shown = format!("{:?}", practice.referral(&id).filed);
    assert_eq!(canaries.within(shown.as_bytes()), [""; 0]);
    let log = std::fs::read(practice.data().join("onward.log")).unwrap();
    assert_eq!(canaries.within(&log), [""; 0]);
    // With its log, in which what was just written stands first.
    let (hits, files) = canaries.below(&practice.data());
    assert!(hits.is_empty() && files > 2, "{hits:?}");
    assert_eq!(
        canaries.within(PASTE.as_bytes()).len(),
        4,
        "a leak would be seen"
    );
}
