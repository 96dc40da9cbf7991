//! A person who was referred before: shown when the patient is pasted, pointed out at the same service, and never in the way.

use jiff::SignedDuration;
use product_tests::leaks::Canaries;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};
use referrals::desk::EarlierReferral;
use referrals::draft::PatientField;
use store::{EventType, NewEvent, event_table};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What the window is told of a person who has just been pasted.
fn pasted(practice: &Practice, patient: &str) -> Vec<EarlierReferral> {
    let begun = practice.desk().new_draft().unwrap();
    let draft = practice.desk().paste(&begun.id, patient).unwrap();
    practice.desk().earlier(&draft).unwrap()
}

/// A reply of the service, as it will be written when replies are read.
fn service_says(practice: &Practice, id: &str, what: EventType) {
    let event = NewEvent::new(what, id, ACTOR, practice.engine.store.clock.now());
    let written = practice
        .engine
        .store
        .practice
        .write(move |tx| event_table::append(tx, &event));
    written.unwrap();
}

#[test]
fn a_pasted_patient_with_an_open_referral_shows_where_it_stands_and_for_how_long() {
    let practice = Practice::open();
    assert_eq!(pasted(&practice, SMITH), []);
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    practice.time.pass(DAY * 22);
    service_says(&practice, &id, EventType::Accepted);
    let earlier = pasted(&practice, SMITH);
    let [one] = &earlier[..] else {
        panic!("{earlier:?}")
    };
    assert_eq!(
        (one.service_name.as_str(), one.state.as_str(), one.days),
        ("Pain Platform", "accepted", 22)
    );
    assert!(one.open && one.recent && one.referral_id == id);
    assert_eq!(pasted(&practice, DOE), [], "somebody else");
    // What has ended is shown no more; an open one is, however old.
    practice.time.pass(DAY * 200);
    let old = pasted(&practice, SMITH);
    assert!(old.len() == 1 && old[0].open && !old[0].recent, "{old:?}");
    service_says(&practice, &id, EventType::Ended);
    assert_eq!(pasted(&practice, SMITH), []);
}

#[test]
fn h05_sent_twice_the_same_patient_and_service_within_90_days_is_pointed_out_and_never_blocks() {
    let practice = Practice::open();
    let id = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    service_says(&practice, &id, EventType::Ended);
    practice.time.pass(DAY * 90);
    let earlier = pasted(&practice, SMITH);
    assert!(
        earlier.len() == 1 && earlier[0].recent && !earlier[0].open,
        "{earlier:?}"
    );
    assert_eq!(earlier[0].service_id, PAIN_PLATFORM);
    practice.time.pass(DAY);
    assert_eq!(pasted(&practice, SMITH), [], "on the 91st day");
    // Nothing stands in the way of a second one on the same day.
    practice.refer(SMITH, PAIN_PLATFORM);
    let second = practice.draft(SMITH, PAIN_PLATFORM);
    assert_eq!(practice.desk().earlier(&second).unwrap().len(), 1);
    practice.queue(&second).unwrap();
    assert_eq!(practice.outbox().len(), 3);
}

#[test]
fn what_was_undone_or_withdrawn_is_not_pointed_out() {
    let practice = Practice::open();
    let undone = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    assert_eq!(pasted(&practice, SMITH).len(), 1);
    practice.desk().undo(&undone, ACTOR).unwrap();
    assert_eq!(pasted(&practice, SMITH), []);
}

#[test]
fn h01_wrong_patient_two_numbers_are_two_people_and_without_one_name_and_birth_date_decide() {
    let practice = Practice::open();
    practice.refer(SMITH, PAIN_PLATFORM);
    let named = "SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male\n";
    assert_eq!(
        pasted(&practice, named).len(),
        1,
        "no number: name and birth date"
    );
    let brother = "SMITH, James (Mr)  Born 14-Jul-1945 (81y)  Gender Male\n";
    assert_eq!(pasted(&practice, brother), [], "a twin");
    let other = "SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0034\n";
    assert_eq!(
        pasted(&practice, other),
        [],
        "the same name and day, another number"
    );
    let renamed = "JONES, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0018\n";
    assert_eq!(
        pasted(&practice, renamed).len(),
        1,
        "the same number under a new name"
    );
    // It follows what is typed, too.
    let draft = practice.desk().new_draft().unwrap();
    let typed = practice
        .desk()
        .edit_patient(&draft.id, PatientField::NhsNumber, "999 000 0018")
        .unwrap();
    assert_eq!(practice.desk().earlier(&typed).unwrap().len(), 1);
}

#[test]
fn h14_what_is_known_of_earlier_referrals_holds_nothing_that_identifies_and_writes_nothing() {
    const PASTE: &str =
        "QANARYFAM, Qanarygiv (Mx)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026\n";
    let practice = Practice::open();
    practice.refer(PASTE, PAIN_PLATFORM);
    let earlier = pasted(&practice, PASTE);
    assert_eq!(earlier.len(), 1);
    let canaries = Canaries::new(&[
        "QANARYFAM",
        // As it is kept.
        "Qanaryfam",
        "Qanarygiv",
        "9990000026",
        "999 000 0026",
        "02-Feb-1980",
        "1980-02-02",
    ]);
    assert_eq!(canaries.within(format!("{earlier:?}").as_bytes()), [""; 0]);
    let (hits, files) = canaries.below(&practice.data());
    assert!(hits.is_empty() && files > 2, "{hits:?}");
    assert_eq!(
        canaries.within(PASTE.as_bytes()).len(),
        4,
        "a leak would be seen"
    );
}
