//! "Not now" and "no": written down without being sent, brought back on their day, and asked anew.

use jiff::{SignedDuration, civil::Date};
use product_tests::leaks::Canaries;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, form};
use referrals::ReferralError;
use referrals::desk::Offer;
use referrals::draft::{CriterionAnswer, PatientField, ReferralDraft, ReferralForm};
use store::event_table;

const NOTE: &str = "Never ring the landline";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Everything answered, with a note on safe contact.
fn answered(practice: &Practice, service: &str) -> ReferralDraft {
    let draft = practice.draft(SMITH, service);
    let field = PatientField::SafeContactNote;
    practice
        .desk()
        .edit_patient(&draft.id, field, NOTE)
        .unwrap();
    let full = ReferralForm {
        consent_note: "asked twice".to_owned(),
        crisis_note: "none".to_owned(),
        red_flags_note: "none".to_owned(),
        may_leave_voicemail: true,
        may_text: true,
        best_times: "mornings".to_owned(),
        phq9_total: "18".to_owned(),
        phq9_item9: "1".to_owned(),
        criteria: vec![CriterionAnswer {
            key: "exclusion:in crisis".to_owned(),
            met: Some(true),
            reason: String::new(),
        }],
        ..form(service)
    };
    practice.fill(&draft.id, full)
}

fn park(
    practice: &Practice,
    draft: &ReferralDraft,
    on: &str,
    words: &str,
) -> Result<String, ReferralError> {
    let draft = practice.desk().draft(&draft.id).unwrap();
    let chosen = practice.chosen(&draft);
    let offer = Offer {
        draft: &draft,
        on_screen: &draft.form,
        chosen: &chosen,
        words,
    };
    practice.desk().park(&offer, day(on), ACTOR)
}

fn decline(practice: &Practice, draft: &ReferralDraft) -> Result<String, ReferralError> {
    let draft = practice.desk().draft(&draft.id).unwrap();
    let chosen = practice.chosen(&draft);
    let offer = Offer {
        draft: &draft,
        on_screen: &draft.form,
        chosen: &chosen,
        words: "Would rather see the physiotherapist first",
    };
    practice.desk().decline(&offer, ACTOR)
}

#[test]
fn h26_parked_offer_revived_is_asked_anew_and_cannot_be_sent_until_it_was() {
    let practice = Practice::open();
    let draft = answered(&practice, PAIN_PLATFORM);
    let id = park(&practice, &draft, "2027-01-11", "After Christmas").unwrap();
    assert_eq!(practice.state(&id), "parked");
    assert!(
        practice.desk().draft(&draft.id).is_err(),
        "it is put away with its offer, so that nothing sends it as it was"
    );
    practice.time.set("2027-01-11T09:00:00Z");
    assert_eq!(practice.desk().recall(&id, ACTOR).unwrap(), draft.id);
    let recalled = practice.desk().draft(&draft.id).unwrap();
    let asked_anew = ReferralForm {
        service_id: Some(PAIN_PLATFORM.to_owned()),
        reason_text: draft.form.reason_text.clone(),
        ..ReferralForm::default()
    };
    assert_eq!(recalled.form, asked_anew);
    let safe = recalled
        .patient
        .entry(PatientField::SafeContactNote)
        .unwrap();
    assert_eq!(safe.text, "", "nobody has said yet that it still holds");
    assert_eq!(safe.choices, [NOTE, "Asked again: nothing to know"]);

    let refused = practice.queue(&recalled).unwrap_err();
    let ReferralError::Incomplete(problems) = refused else {
        panic!("{refused}")
    };
    let problems: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} ({})", problem.field, problem.code))
        .collect();
    assert_eq!(
        problems,
        [
            "safeContactNote (ask-again)",
            "consent (missing)",
            "crisis (missing)",
            "redFlags (missing)"
        ]
    );

    // Asked and answered, it goes, as the same offer: one reference and one timeline.
    let before = practice.referral(&id).row.reference;
    let field = PatientField::SafeContactNote;
    practice
        .desk()
        .edit_patient(&draft.id, field, NOTE)
        .unwrap();
    let again = practice.fill(&draft.id, form(PAIN_PLATFORM));
    let again = practice.desk().draft(&again.id).unwrap();
    let queued = practice.queue(&again).unwrap();
    assert_eq!((&queued.referral_id, &queued.reference), (&id, &before));
    practice.desk().send_now(&id).unwrap();
    practice.send_due();
    assert_eq!(
        practice.timeline(&id),
        ["parked", "recalled", "queued", "sending", "sent"]
    );
    let letter = practice.referral(&id).letter_text;
    assert!(
        letter.contains("Leave a voicemail: No, not agreed"),
        "{letter}"
    );
    assert!(
        !letter.contains("PHQ-9"),
        "the old answers are gone: {letter}"
    );
    practice.mail.only_message();
}

#[test]
fn h26_parked_offer_comes_up_on_its_day_and_stays_until_somebody_acts() {
    let practice = Practice::open();
    practice.refer(DOE, PAIN_PLATFORM);
    practice.time.pass(SignedDuration::from_secs(1));
    let draft = answered(&practice, PAIN_PLATFORM);
    for wrong in ["2026-11-21", "2026-11-20", "2029-01-01"] {
        let refused = park(&practice, &draft, wrong, "").unwrap_err();
        assert_eq!(refused.code(), "not-a-day-ahead", "{wrong}");
    }
    let id = park(&practice, &draft, "2026-12-19", "").unwrap();
    let on_top = |at: &str| {
        practice.time.set(at);
        let row = practice.desk().worklist().unwrap().remove(0);
        (row.id == id, row.attention, row.next)
    };
    let next = Some(("referrer", day("2026-12-19")));
    practice.time.set("2026-12-18T23:59:59Z");
    assert_eq!(
        practice.referral(&id).row.attention,
        None,
        "not before its day"
    );
    assert_eq!(
        on_top("2026-12-19T00:00:00Z"),
        (true, Some("recall-due"), next)
    );
    assert_eq!(on_top("2027-03-01T00:00:00Z").1, Some("recall-due"));
    // Put off once more: the same offer, with another day.
    let draft_id = practice.desk().recall(&id, ACTOR).unwrap();
    let draft = practice.desk().draft(&draft_id).unwrap();
    let chosen = practice
        .desk()
        .edit_patient(&draft.id, PatientField::SafeContactNote, NOTE)
        .unwrap();
    assert_eq!(park(&practice, &chosen, "2027-04-01", "").unwrap(), id);
    assert_eq!(practice.timeline(&id), ["parked", "recalled", "parked"]);
    assert_eq!(practice.referral(&id).row.attention, None);
    assert_eq!(
        practice.referral(&id).row.next,
        Some(("referrer", day("2027-04-01")))
    );
}

#[test]
fn h16_consent_refused_can_be_recorded_filed_and_is_never_sent() {
    let practice = Practice::open();
    let draft = answered(&practice, "de-stress-pain");
    let id = decline(&practice, &draft).unwrap();
    assert_eq!(practice.state(&id), "declined");
    let detail = practice.referral(&id);
    assert_eq!(
        detail.timeline[0].note.as_deref(),
        Some("Would rather see the physiotherapist first")
    );
    let text = detail.record_text;
    assert!(
        text.contains("Offered, and declined by the patient: De-Stress Pain"),
        "{text}"
    );
    assert!(text.contains("\nSNOMED CT: 871711000000103\n"), "{text}");
    assert!(text.contains("SMITH, John (Mr)"), "{text}");
    assert!(!text.contains("clinical responsibility"), "{text}");
    assert!(!detail.row.needs_attention && detail.row.next.is_none());
    assert_eq!(practice.desk().to_file_count().unwrap(), 1);
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    assert_eq!(practice.desk().to_file_count().unwrap(), 0);
    practice.time.pass(SignedDuration::from_hours(30));
    practice.send_due();
    assert!(practice.outbox().is_empty() && practice.mail.messages().is_empty());
    // Nothing stands in a form that needs no answers, either.
    let bare = practice.draft(DOE, PAIN_PLATFORM);
    let bare = practice.fill(
        &bare.id,
        ReferralForm {
            service_id: Some(PAIN_PLATFORM.to_owned()),
            ..ReferralForm::default()
        },
    );
    assert_eq!(
        practice.state(&decline(&practice, &bare).unwrap()),
        "declined"
    );
    let nobody = practice.desk().new_draft().unwrap();
    let nobody = practice.fill(&nobody.id, form(PAIN_PLATFORM));
    assert!(matches!(
        decline(&practice, &nobody),
        Err(ReferralError::Incomplete(_))
    ));
}

#[test]
fn what_was_put_off_and_taken_up_is_filed_as_each() {
    let practice = Practice::open();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let id = park(&practice, &draft, "2026-12-19", "").unwrap();
    let text = practice.referral(&id).record_text;
    assert!(
        text.contains("Offered, and put off for now: Pain Platform"),
        "{text}"
    );
    practice.desk().set_filed(&id, true, ACTOR).unwrap();
    assert_eq!(practice.desk().to_file_count().unwrap(), 0);
    practice.desk().recall(&id, ACTOR).unwrap();
    let again = practice.fill(&draft.id, form(PAIN_PLATFORM));
    practice.queue(&again).unwrap();
    assert_eq!(
        practice.desk().to_file_count().unwrap(),
        1,
        "now it is a referral, which the record does not say yet"
    );
    // An offer that was declined meanwhile is not sent behind the patient's back.
    let other = practice.draft(DOE, PAIN_PLATFORM);
    let other_id = park(&practice, &other, "2026-12-19", "").unwrap();
    practice.desk().recall(&other_id, ACTOR).unwrap();
    let open = practice.fill(&other.id, form(PAIN_PLATFORM));
    let open = practice.desk().draft(&open.id).unwrap();
    practice
        .desk()
        .decline_parked(&other_id, "", ACTOR)
        .unwrap();
    let chosen = practice.chosen(&open);
    let refused = practice.desk().queue(&open, &open.form, &chosen, ACTOR);
    assert!(refused.is_err());
    assert_eq!(practice.state(&other_id), "declined");
    assert_eq!(practice.outbox().len(), 1);
}

#[test]
fn h14_what_is_put_off_leaves_nothing_of_a_patient_in_events_or_readable_files() {
    let practice = Practice::open();
    let draft = answered(&practice, PAIN_PLATFORM);
    let words = "Waits for her daughter Marigold";
    let id = park(&practice, &draft, "2026-12-19", words).unwrap();
    practice.desk().recall(&id, ACTOR).unwrap();
    practice.desk().decline_parked(&id, words, ACTOR).unwrap();
    let events = practice
        .engine
        .store
        .practice
        .read(|c| event_table::about(c, &id))
        .unwrap();
    assert_eq!(events.len(), 3);
    let written = serde_json::to_string(&events).unwrap();
    let canaries = Canaries::new(&["9990000018", "SMITH, John", "1945-07-14", "Marigold", NOTE]);
    assert!(canaries.within(written.as_bytes()).is_empty(), "{written}");
    assert_eq!(
        canaries.within(
            practice.referral(&id).timeline[2]
                .note
                .as_deref()
                .unwrap()
                .as_bytes()
        ),
        ["Marigold"],
        "the words stand beside the event"
    );
    let (hits, files) = canaries.below(&practice.data());
    assert!(hits.is_empty() && files > 3, "{hits:?} in {files} files");
}
