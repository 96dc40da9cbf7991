//! Controls of the hazard log that hold before a referral is queued, and while it can still be undone.

use engine::{Engine, PatientFacts};
use jiff::SignedDuration;
use product_tests::directories::changed_directory;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice, START, form};
use referrals::ReferralError;
use referrals::draft::{
    Consent, CriterionAnswer, ExtraAnswer, PatientField, Reason, ReferralDraft, ReferralForm,
    SafetyAnswer,
};
use store::UseMode;

/// What stands in the way of queueing, as "field (code)".
fn problems(practice: &Practice, draft: &ReferralDraft) -> Vec<String> {
    match practice.queue(draft) {
        Ok(_) => Vec::new(),
        Err(ReferralError::Incomplete(problems)) => problems
            .into_iter()
            .map(|problem| format!("{} ({})", problem.field, problem.code))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

fn with_form(practice: &Practice, change: impl FnOnce(&mut ReferralForm)) -> ReferralDraft {
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let mut form = draft.form.clone();
    change(&mut form);
    practice.fill(&draft.id, form)
}

fn reopened(practice: &mut Practice) {
    let (data, clock) = (practice.data(), practice.time.clock());
    practice.engine = Engine::open(&data, UseMode::Demonstration, clock)
        .unwrap()
        .0;
}

#[test]
fn h01_wrong_patient_a_paste_replaces_everything_and_two_are_never_mixed() {
    let practice = Practice::open();
    let desk = practice.desk();
    let smith = practice.draft(SMITH, PAIN_PLATFORM);
    let note = "Only by letter";
    let smith = desk
        .edit_patient(&smith.id, PatientField::SafeContactNote, note)
        .unwrap();
    practice.time.pass(SignedDuration::from_secs(1));
    let doe = desk.paste(&smith.id, DOE).unwrap();
    assert_ne!(doe.id, smith.id);
    assert!(
        desk.draft(&smith.id).unwrap() == smith,
        "what stood there stays, as a draft of its own"
    );
    assert_eq!(desk.current_draft().unwrap().id, doe.id);
    assert_eq!(doe.patient.text(PatientField::Family), "Doe");
    // Smith had all of these; Doe's paste has none.
    for field in [
        PatientField::Address,
        PatientField::Postcode,
        PatientField::Phones,
        PatientField::Email,
        PatientField::SafeContactNote,
    ] {
        assert!(!smith.patient.text(field).is_empty());
        assert_eq!(doe.patient.text(field), "", "{field:?}");
    }
    let filled = form(PAIN_PLATFORM);
    let doe = practice.fill(&doe.id, filled);
    let queued = practice.queue(&doe).unwrap();
    assert_eq!(queued.patient, "DOE, born 02-Feb-1980");
    let letter = practice.referral(&queued.referral_id).letter_text;
    for of_smith in ["SMITH", "Mill Lane", "01632 960001", "999 000 0018", note] {
        assert!(!letter.contains(of_smith), "{of_smith}: {letter}");
    }

    // Two patients in one paste: nobody is chosen for the person who pasted.
    let begun = desk.new_draft().unwrap();
    let both = desk.paste(&begun.id, &format!("{SMITH}\n{DOE}")).unwrap();
    let filled = form(PAIN_PLATFORM);
    let both = practice.fill(&both.id, filled);
    let today = practice.engine.store.clock.today();
    let refused = both.check(&referrals::draft::ServiceToRefer::NoneChosen, true, today);
    let refused: Vec<_> = refused
        .unwrap_err()
        .into_iter()
        .map(|p| (p.field, p.code))
        .collect();
    assert!(
        refused.contains(&("nhsNumber".to_owned(), "conflict")),
        "{refused:?}"
    );
}

#[test]
fn h01_wrong_patient_answers_given_with_no_patient_on_the_screen_are_nobodys() {
    let practice = Practice::open();
    let desk = practice.desk();
    let begun = desk.new_draft().unwrap();
    let answered = ReferralForm {
        reasons: vec![Reason::LowMood],
        consent_note: "Her daughter agreed".to_owned(),
        crisis_note: "Safe at home".to_owned(),
        red_flags_note: "Scanned".to_owned(),
        may_leave_voicemail: true,
        may_text: true,
        best_times: "Mornings".to_owned(),
        extra_answers: vec![ExtraAnswer {
            question_id: "steps".to_owned(),
            answer: "Two".to_owned(),
        }],
        criteria: vec![CriterionAnswer {
            key: "exclusion:in crisis".to_owned(),
            met: Some(true),
            reason: String::new(),
        }],
        ..form(PAIN_PLATFORM)
    };
    let begun = practice.fill(&begun.id, answered.clone());
    assert!(begun.form == answered && begun.patient.is_empty());

    // The card that was looked at for nobody stays chosen, with the address that was seen on it.
    let smith = desk.paste(&begun.id, SMITH).unwrap();
    let chosen_only = ReferralForm {
        service_id: Some(PAIN_PLATFORM.to_owned()),
        reason_text: smith.form.reason_text.clone(),
        ..ReferralForm::default()
    };
    assert_eq!(smith.form, chosen_only);
    assert_ne!(smith.form.reason_text, answered.reason_text);
    assert!(begun.seen_endpoint_digest.is_some());
    assert_eq!(smith.seen_endpoint_digest, begun.seen_endpoint_digest);
    let missing = problems(&practice, &smith);
    for field in ["consent", "crisis", "redFlags"] {
        assert!(
            missing.iter().any(|problem| problem.starts_with(field)),
            "{field} is asked of Smith: {missing:?}"
        );
    }

    // Answers without a name and without a service are no empty screen.
    let nameless = practice.fill(
        &desk.new_draft().unwrap().id,
        ReferralForm {
            service_id: None,
            ..answered
        },
    );
    let next = desk.put_away(&nameless.id).unwrap();
    assert_ne!(next.id, nameless.id);
    assert!(next.is_empty());
}

#[test]
fn h07_closed_or_paused_services_cannot_be_referred_to_from_the_day_itself() {
    let practice = Practice::open();
    // Queued from a directory that was loaded once, and never again: the days are counted here.
    let closing = changed_directory(
        "\"onward\":{\"category\":\"pain-platform\",\"aliases\":[\"single point",
        "\"onward\":{\"closed_on\":\"2026-11-23\",\"replaced_by\":\"talking-therapies\",\"category\":\"pain-platform\",\"aliases\":[\"single point",
    );
    practice.engine.load_directory(closing).unwrap();
    for (now, service, expected) in [
        ("2026-11-22T23:59:59Z", PAIN_PLATFORM, None),
        (
            "2026-11-23T00:00:00Z",
            PAIN_PLATFORM,
            Some("serviceId (closed)"),
        ),
        (
            "2027-01-11T23:59:59Z",
            "arts-on-prescription",
            Some("serviceId (paused)"),
        ),
        ("2027-01-12T00:00:00Z", "arts-on-prescription", None),
        (START, "lets-talk-moorlands", Some("serviceId (closed)")),
    ] {
        practice.time.set(now);
        let found = problems(&practice, &practice.draft(SMITH, service));
        assert_eq!(
            found,
            Vec::from_iter(expected.map(str::to_owned)),
            "{service} at {now}"
        );
    }
    practice.time.set("2026-11-23T00:00:00Z");
    let today = practice.engine.store.clock.today();
    let catalogue = practice.engine.catalogue().unwrap();
    let found = catalogue.search("Pain Platform", &PatientFacts::default(), today);
    assert!(
        found
            .hits
            .iter()
            .all(|hit| hit.service_id.as_str() != PAIN_PLATFORM)
    );
    let shown = found
        .not_open
        .iter()
        .find(|hit| hit.service_id.as_str() == PAIN_PLATFORM)
        .unwrap();
    assert_eq!(engine::not_open_code(&shown.reason), "closed");
    let successor = matches!(
        &shown.reason,
        services_directory::criteria::NotOpen::Closed { replaced_by: Some(id), .. } if id.as_str() == "talking-therapies"
    );
    assert!(successor, "shown with its successor");
}

#[test]
fn h07_closed_or_paused_since_it_was_queued_a_referral_is_held_and_stays_with_a_person() {
    let practice = Practice::open();
    let held = |id: &str| practice.timeline(id).pop().unwrap() == "held (service-not-open)";
    let closing = changed_directory(
        "\"onward\":{\"category\":\"pain-platform\",\"aliases\":[\"single point",
        "\"onward\":{\"closed_on\":\"2026-11-23\",\"replaced_by\":\"talking-therapies\",\"category\":\"pain-platform\",\"aliases\":[\"single point",
    );
    practice.engine.load_directory(closing).unwrap();
    practice.time.set("2026-11-22T23:50:00Z");
    let in_time = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(practice.state(&in_time), "sent", "its last day is a day");
    let late = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    practice.time.set("2026-11-23T00:00:00Z");
    // And again, when somebody only presses "try again".
    for _ in 0..2 {
        practice.send_due();
        assert!(held(&late), "{:?}", practice.timeline(&late));
        let row = practice.referral(&late).row;
        assert!(
            row.needs_attention && row.next.is_some(),
            "an owner and a day"
        );
        practice.desk().try_again(&late, ACTOR).unwrap();
    }

    // Paused by a newer version.
    let practice = Practice::open();
    let held = |id: &str| practice.timeline(id).pop().unwrap() == "held (service-not-open)";
    let paused = practice.refer_at_once(SMITH, PAIN_PLATFORM).referral_id;
    let other = practice.refer_at_once(DOE, "talking-therapies").referral_id;
    let active = "\"status\":\"active\",\"url\":\"https://pain-platform.example.nhs.uk\"";
    let pausing = changed_directory(active, &active.replace("active", "temporarily closed"));
    practice.engine.load_directory(pausing).unwrap();
    practice.send_due();
    assert!(held(&paused), "{:?}", practice.timeline(&paused));
    assert_eq!(practice.state(&other), "sent", "the negative control");
}

#[test]
fn h08_routine_for_an_emergency_the_questions_must_be_answered_and_the_letter_says_how() {
    let practice = Practice::open();
    let unanswered = with_form(&practice, |form| {
        (form.crisis, form.red_flags) = (None, None);
    });
    assert_eq!(
        problems(&practice, &unanswered),
        ["crisis (missing)", "redFlags (missing)"]
    );
    let dealt_with = with_form(&practice, |form| {
        form.crisis = Some(SafetyAnswer::PresentDealtWith);
        form.red_flags = Some(SafetyAnswer::PresentDealtWith);
    });
    assert_eq!(
        problems(&practice, &dealt_with),
        ["crisisNote (missing)", "redFlagsNote (missing)"]
    );
    let not_asked = with_form(&practice, |form| form.crisis = Some(SafetyAnswer::NotAsked));
    let queued = practice.queue(&not_asked).unwrap();
    let letter = practice.referral(&queued.referral_id).letter_text;
    assert!(
        letter.contains("Crisis: NOT ASKED by the referrer"),
        "{letter}"
    );
    assert!(
        letter.contains("Red flags: Asked, none present"),
        "{letter}"
    );

    // Whatever hides services, words of crisis are heard.
    let catalogue = practice.engine.catalogue().unwrap();
    let today = practice.engine.store.clock.today();
    for age in [None, Some(3), Some(120)] {
        let facts = PatientFacts {
            age,
            practice: None,
            ..PatientFacts::default()
        };
        assert!(
            catalogue.search("she is suicidle", &facts, today).crisis,
            "{age:?}"
        );
        assert!(
            !catalogue.search("fibromyalgia", &facts, today).crisis,
            "{age:?}"
        );
    }
}

#[test]
fn h16_consent_not_asked_cannot_be_queued_and_the_letter_says_who_agreed() {
    let practice = Practice::open();
    let silent = with_form(&practice, |form| form.consent = None);
    assert_eq!(problems(&practice, &silent), ["consent (missing)"]);
    let for_them = with_form(&practice, |form| {
        form.consent = Some(Consent::OnTheirBehalf);
    });
    assert_eq!(problems(&practice, &for_them), ["consentNote (missing)"]);
    for (consent, note, said) in [
        (
            Consent::PatientByPhone,
            "",
            "The patient agrees, by phone, to this referral",
        ),
        (
            Consent::OnTheirBehalf,
            "by her daughter, who has power of attorney",
            "Agreed on the patient's behalf, to this referral",
        ),
    ] {
        let draft = with_form(&practice, |form| {
            (form.consent, form.consent_note) = (Some(consent), note.to_owned());
        });
        let queued = practice.queue(&draft).unwrap();
        let letter = practice.referral(&queued.referral_id).letter_text;
        let letter = letter.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(letter.contains(said) && letter.contains(note), "{letter}");
    }
    assert_eq!(practice.outbox().len(), 2);
}

#[test]
fn h22_undo_missed_it_outlives_a_restart_and_ends_as_not_sent() {
    let mut practice = Practice::open();
    let undone = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    let kept = practice.refer(DOE, PAIN_PLATFORM).referral_id;
    practice.time.pass(SignedDuration::from_secs(59));
    reopened(&mut practice);
    practice.send_due();
    assert!(
        practice.mail.messages().is_empty(),
        "its minute is not over"
    );
    let mut undoable = practice.desk().still_undoable().unwrap();
    undoable.sort();
    let mut both = [undone.clone(), kept.clone()];
    both.sort();
    assert_eq!(undoable, both, "what quitting asks about");
    let draft = practice.desk().undo(&undone, ACTOR).unwrap();
    assert_eq!(practice.state(&undone), "undone");
    assert!(
        practice
            .desk()
            .drafts()
            .unwrap()
            .iter()
            .any(|(open, _)| open.id == draft)
    );

    // The computer is left: what waits goes on at the next start, what was undone never does.
    reopened(&mut practice);
    practice.time.pass(SignedDuration::from_secs(1));
    practice.send_all();
    assert_eq!(practice.state(&kept), "sent");
    assert_eq!(practice.state(&undone), "undone");
    assert_eq!(practice.mail.times_kept(&practice.message_id(&kept)), 1);
    practice.mail.only_message();
    let too_late = practice.desk().undo(&kept, ACTOR).unwrap_err();
    assert_eq!(too_late.code(), "too-late");
}

#[test]
fn h24_filters_hide_nothing_without_saying_how_many_and_a_name_is_always_found() {
    let practice = Practice::open();
    let catalogue = practice.engine.catalogue().unwrap();
    let today = practice.engine.store.clock.today();
    let adult = PatientFacts {
        age: Some(40),
        practice: None,
        ..PatientFacts::default()
    };
    let child = PatientFacts {
        age: Some(12),
        practice: None,
        ..PatientFacts::default()
    };
    let (all, few) = (
        catalogue.search("fibromyalgia", &adult, today),
        catalogue.search("fibromyalgia", &child, today),
    );
    assert!(
        all.hits
            .iter()
            .any(|hit| hit.service_id.as_str() == PAIN_PLATFORM)
    );
    assert!(
        few.hits
            .iter()
            .all(|hit| hit.service_id.as_str() != PAIN_PLATFORM)
    );
    assert!(
        few.hidden.age > all.hidden.age,
        "{} and {}",
        few.hidden.age,
        all.hidden.age
    );
    let named = catalogue.search("Pain Platform", &child, today);
    let shown = named
        .not_open
        .iter()
        .find(|hit| hit.service_id.as_str() == PAIN_PLATFORM)
        .unwrap();
    assert_eq!(engine::not_open_code(&shown.reason), "age");
    assert_eq!(
        engine::not_open_detail(&shown.reason).as_deref(),
        Some("aged 16 or over")
    );
}

#[test]
fn h25_held_referrals_stand_on_top_with_an_owner_and_a_date() {
    let practice = Practice::open();
    let held = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    practice.time.pass(SignedDuration::from_hours(25));
    let newer: Vec<String> = (0..3)
        .map(|_| practice.refer_at_once(DOE, PAIN_PLATFORM).referral_id)
        .collect();
    practice.send_due();
    let list = practice.desk().worklist().unwrap();
    assert_eq!(list.len(), newer.len() + 1);
    assert_eq!(
        (list[0].id.as_str(), list[0].state.as_str()),
        (held.as_str(), "held")
    );
    assert!(
        list[1..]
            .iter()
            .all(|row| !row.needs_attention && row.state.as_str() == "sent")
    );
    let (owner, by) = list[0].next.unwrap();
    // Held on a Sunday: by Monday.
    assert_eq!(
        (owner, by.to_string().as_str()),
        ("practice-admin", "2026-11-23")
    );
    assert_eq!(list[0].responsibility, "practice");
    assert_eq!(practice.referral(&held).actions, ["try-again", "withdraw"]);
}
