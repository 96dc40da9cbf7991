//! What the service answered, by hand; and silence, which is an answer that somebody has to chase.

use jiff::SignedDuration;
use product_tests::patients::{DOE, SMITH};
use product_tests::practice::{ACTOR, PAIN_PLATFORM, Practice};
use referrals::desk::{AttentionCount, Reply};

/// The service promises an answer within so many working days.
fn sent(practice: &Practice, patient: &str) -> String {
    let id = practice.refer_at_once(patient, PAIN_PLATFORM).referral_id;
    practice.send_due();
    assert_eq!(practice.state(&id), "sent");
    id
}

#[test]
fn h04_nobody_read_it_silence_past_the_promise_is_on_top_until_it_is_chased() {
    let practice = Practice::open();
    let id = sent(&practice, SMITH);
    let row = practice.referral(&id).row;
    let (owner, by) = row.next.unwrap();
    assert_eq!(owner, "practice-admin");
    assert_eq!(row.responsibility, "practice");
    assert!(row.service_phone.is_some(), "somebody can ring at once");
    // Another, answered in time, stays where it is.
    let answered = sent(&practice, DOE);
    practice
        .desk()
        .record_reply(&answered, Reply::Accepted, "", ACTOR)
        .unwrap();
    let attention = |at: String| {
        practice.time.set(&at);
        practice.referral(&id).row.attention
    };
    assert_eq!(
        attention(format!("{by}T23:59:59Z")),
        None,
        "not before its day is over"
    );
    let next_day = by.tomorrow().unwrap();
    assert_eq!(
        attention(format!("{next_day}T00:00:00Z")),
        Some("no-answer")
    );
    let list = practice.desk().worklist().unwrap();
    assert_eq!(list[0].id, id);
    assert!(list[0].needs_attention && !list[1].needs_attention);
    assert_eq!(practice.desk().attention().unwrap().len(), 1);

    practice
        .desk()
        .chase(&id, None, "They look for it and ring back", ACTOR)
        .unwrap();
    let row = practice.referral(&id).row;
    assert_eq!((row.attention, row.state.as_str()), (None, "sent"));
    let (_, again) = row.next.unwrap();
    let after = again.tomorrow().unwrap();
    assert_eq!(attention(format!("{again}T12:00:00Z")), None);
    assert_eq!(attention(format!("{after}T00:00:00Z")), Some("no-answer"));
    let entry = practice.referral(&id).timeline.pop().unwrap();
    assert_eq!(entry.kind, "chased");
    assert_eq!(
        entry.note.as_deref(),
        Some("They look for it and ring back")
    );
    let refused = practice.desk().chase(&id, Some(again), "", ACTOR);
    assert_eq!(refused.unwrap_err().code(), "not-a-day-ahead");
}

#[test]
fn h19_rejection_unseen_stays_on_top_for_the_referrer_and_a_deputy_until_acknowledged() {
    let practice = Practice::open();
    let id = sent(&practice, SMITH);
    sent(&practice, DOE);
    let desk = practice.desk();
    let refused = desk.record_reply(&id, Reply::Rejected, "  ", ACTOR);
    assert_eq!(refused.unwrap_err().code(), "words-missing");
    let reason = "Full until April. Suggests the community team.";
    desk.record_reply(&id, Reply::Rejected, reason, ACTOR)
        .unwrap();
    let list = desk.worklist().unwrap();
    assert_eq!(list[0].id, id);
    assert_eq!(list[0].attention, Some("rejected"));
    let (owner, _) = list[0].next.unwrap();
    assert_eq!(
        (owner, referrals::status::deputy(owner)),
        ("referrer", "practice-admin")
    );
    assert_eq!(
        practice
            .referral(&id)
            .timeline
            .last()
            .unwrap()
            .note
            .as_deref(),
        Some(reason)
    );
    // Weeks later it is still there, and nothing but a person's word takes it away.
    practice.time.pass(SignedDuration::from_hours(24 * 40));
    let rejected = |kind: &[AttentionCount]| {
        kind.iter()
            .find(|kind| kind.kind == "rejected")
            .map(|kind| (kind.count, kind.oldest_days))
    };
    assert_eq!(rejected(&desk.attention().unwrap()), Some((1, 40)));
    assert_eq!(
        desk.acknowledge(&id, "", ACTOR).unwrap_err().code(),
        "words-missing"
    );
    assert_eq!(
        desk.chase(&id, None, "", ACTOR).unwrap_err().code(),
        "not-allowed"
    );
    desk.acknowledge(&id, "Referred to the community team", ACTOR)
        .unwrap();
    let row = practice.referral(&id).row;
    assert_eq!(
        (row.attention, row.next, row.state.as_str()),
        (None, None, "rejected")
    );
    let entry = practice.referral(&id).timeline.pop().unwrap();
    assert_eq!(
        (entry.kind.as_str(), entry.actor.as_str()),
        ("acknowledged", ACTOR)
    );
    assert_eq!(rejected(&desk.attention().unwrap()), None);
    let twice = desk.acknowledge(&id, "again", ACTOR);
    assert_eq!(twice.unwrap_err().code(), "not-allowed");
}

#[test]
fn each_answer_of_a_service_follows_only_what_it_can_follow() {
    let practice = Practice::open();
    let queued = practice.refer(SMITH, PAIN_PLATFORM).referral_id;
    assert!(
        practice.referral(&queued).replies.is_empty(),
        "it has not left"
    );
    let refused = practice
        .desk()
        .record_reply(&queued, Reply::Received, "", ACTOR);
    assert_eq!(refused.unwrap_err().code(), "not-allowed");
    let id = sent(&practice, DOE);
    assert_eq!(practice.referral(&id).replies, Reply::ALL);
    let said: Vec<(&str, &str)> = [
        (Reply::Received, ""),
        (Reply::InformationRequested, "Which medicines?"),
        (Reply::CouldNotContact, ""),
        (Reply::Accepted, "telephone CBT"),
        (Reply::Ended, "Six sessions, discharged"),
    ]
    .into_iter()
    .map(|(reply, words)| {
        practice
            .desk()
            .record_reply(&id, reply, words, ACTOR)
            .unwrap();
        let row = practice.referral(&id).row;
        (row.state.as_str(), row.responsibility)
    })
    .collect();
    assert_eq!(
        said,
        [
            ("received", "practice"),
            ("information-requested", "practice"),
            ("could-not-contact", "practice"),
            ("accepted", "service"),
            ("ended", "service"),
        ]
    );
    let detail = practice.referral(&id);
    assert!(detail.replies.is_empty() && detail.row.next.is_none());
    assert!(
        detail
            .record_text
            .contains("Referral sent to Pain Platform")
    );
}

#[test]
fn more_that_was_asked_for_is_dealt_with_and_looked_at_again() {
    let practice = Practice::open();
    let id = sent(&practice, SMITH);
    let desk = practice.desk();
    desk.record_reply(&id, Reply::InformationRequested, "Which medicines?", ACTOR)
        .unwrap();
    assert_eq!(
        practice.referral(&id).row.attention,
        Some("information-requested")
    );
    let on = "2026-12-01".parse().unwrap();
    desk.chase(&id, Some(on), "Rang with the list", ACTOR)
        .unwrap();
    assert_eq!(practice.referral(&id).row.attention, None);
    practice.time.set("2026-12-02T09:00:00Z");
    assert_eq!(
        practice.referral(&id).row.attention,
        Some("information-requested")
    );
}
