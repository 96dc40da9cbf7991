//! What is said before Send: what would be held, an old record, and item 9 of a PHQ-9.

use product_tests::directories::changed_directory;
use product_tests::patients::SMITH;
use product_tests::practice::{PAIN_PLATFORM, Practice, form};
use referrals::ReferralError;
use referrals::draft::{ReferralDraft, ReferralForm, ServiceToRefer};
use services_directory::feed::{Directory, FeedLimits};

/// Checked with the service in March, 236 days before the story begins.
const LONG_UNCHECKED: &str = "\"on\":\"2026-03-30\"";

fn said(practice: &Practice, draft: &ReferralDraft) -> Option<(String, &'static str, String)> {
    let chosen = practice.chosen(draft);
    let waits = practice.engine.would_wait(draft, &chosen).unwrap()?;
    assert!(waits.phone.is_some(), "another way");
    Some((waits.why, waits.owner, waits.by.to_string()))
}

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

#[test]
fn h25_held_is_said_before_send_with_who_acts_by_when_and_another_way() {
    let practice = Practice::open();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    assert_eq!(said(&practice, &draft), None, "nothing keeps it");
    let monday = "2026-11-23".to_owned();

    // Nothing can be sent just now: it would wait.
    let mut nowhere = practice.mail.mailbox();
    nowhere.port = 9;
    practice.use_mailbox(nowhere);
    practice.refer_at_once(SMITH, PAIN_PLATFORM);
    practice.send_due();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    assert_eq!(
        said(&practice, &draft),
        Some((
            "cannot-connect".to_owned(),
            "practice-admin",
            monday.clone()
        ))
    );
    practice.use_mailbox(practice.mail.mailbox());
    assert_eq!(said(&practice, &draft), None);

    practice
        .engine
        .store
        .practice
        .write(|tx| {
            tx.execute("DELETE FROM approvals", [])?;
            Ok::<_, referrals::ReferralError>(())
        })
        .unwrap();
    assert_eq!(
        said(&practice, &draft),
        Some(("not-approved".to_owned(), "practice-admin", monday))
    );
    assert_eq!(problems(&practice, &draft), ["serviceId (not-approved)"]);

    let moved = changed_directory("referrals@pain-platform.", "new-address@pain-platform.");
    practice.engine.load_directory(moved).unwrap();
    assert_eq!(
        said(&practice, &draft),
        Some((
            "address-changed".to_owned(),
            "referrer",
            "2026-11-21".to_owned()
        ))
    );
    assert_eq!(problems(&practice, &draft), ["serviceId (address-changed)"]);
}

#[test]
fn h06_stale_directory_a_service_checked_over_180_days_ago_needs_a_word_that_somebody_phones() {
    let practice = Practice::open();
    let line = product_tests::directories::STARTER
        .lines()
        .find(|line| line.contains("\"id\":\"pain-platform\""))
        .unwrap();
    let checked = line.split("\"verified\":{").nth(1).unwrap();
    let checked = checked
        .split("\"on\":\"")
        .nth(1)
        .unwrap()
        .get(..10)
        .unwrap();
    let aged = |on: &str| {
        let from = format!("\"on\":\"{checked}\"");
        let older = line.replace(&from, &format!("\"on\":\"{on}\""));
        changed_directory(line, &older)
    };
    for (on, code, asked) in [
        ("2026-08-23", "fresh", false),
        ("2026-08-22", "over-90", false),
        ("2026-05-25", "over-90", false),
        ("2026-05-24", "over-180", true),
    ] {
        practice.engine.load_directory(aged(on)).unwrap();
        let draft = practice.draft(SMITH, PAIN_PLATFORM);
        let today = practice.engine.store.clock.today();
        let catalogue = practice.engine.catalogue().unwrap();
        let facts = practice.engine.facts(&draft).unwrap();
        let card = catalogue.card(PAIN_PLATFORM, &facts, today).unwrap();
        assert_eq!(catalogue.checked(&card.service, today).code(), code, "{on}");
        let expected: &[&str] = if asked { &["willPhone (missing)"] } else { &[] };
        let stored = practice.desk().draft(&draft.id).unwrap();
        let found = stored
            .check(&practice.chosen(&stored), true, today)
            .err()
            .unwrap_or_default();
        let found: Vec<String> = found
            .iter()
            .map(|problem| format!("{} ({})", problem.field, problem.code))
            .collect();
        assert_eq!(found, expected, "{on}");
    }
    // Said of another service it is worth nothing; said of this one it goes.
    let ticked = |service: &str| ReferralForm {
        will_phone: Some(service.to_owned()),
        ..form(PAIN_PLATFORM)
    };
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let other = practice.fill(&draft.id, ticked("de-stress-pain"));
    assert_eq!(problems(&practice, &other), ["willPhone (missing)"]);
    let this = practice.fill(&draft.id, ticked(PAIN_PLATFORM));
    assert_eq!(problems(&practice, &this), [""; 0]);
    assert!(product_tests::directories::STARTER.contains(LONG_UNCHECKED));
}

#[test]
fn h11_item_9_of_a_phq_9_is_read_from_the_paste_stated_as_entered_and_nothing_is_worked_out() {
    let practice = Practice::open();
    let pasted = format!("{SMITH}PHQ-9 18 item 9: 1\n");
    let draft = practice.draft(&pasted, PAIN_PLATFORM);
    let begun = practice.desk().new_draft().unwrap();
    let read = practice.desk().paste(&begun.id, &pasted).unwrap();
    assert_eq!(
        (read.form.phq9_total.as_str(), read.form.phq9_item9.as_str()),
        ("18", "1")
    );
    let with = |total: &str, item9: &str| {
        let form = ReferralForm {
            phq9_total: total.to_owned(),
            phq9_item9: item9.to_owned(),
            ..form(PAIN_PLATFORM)
        };
        practice.fill(&draft.id, form)
    };
    for (total, item9, expected) in [
        ("28", "", "phq9Total (not-valid)"),
        ("eighteen", "", "phq9Total (not-valid)"),
        ("18", "4", "phq9Item9 (not-valid)"),
    ] {
        assert_eq!(problems(&practice, &with(total, item9)), [expected]);
    }
    let queued = practice.queue(&with("18", "1")).unwrap();
    let letter = practice.referral(&queued.referral_id).letter_text;
    let letter = letter.split_whitespace().collect::<Vec<_>>().join(" ");
    let stated = "PHQ-9, as entered: total 18 (of 0 to 27); item 9, thoughts of being better off dead or of self-harm: 1 (of 0 to 3)";
    assert!(letter.contains(stated), "{letter}");
    for verdict in ["mild", "moderate", "severe", "risk", "caseness", "positive"] {
        assert!(
            !letter.to_lowercase().contains(verdict),
            "{verdict}: {letter}"
        );
    }
    let without = practice.refer(SMITH, PAIN_PLATFORM);
    let letter = practice.referral(&without.referral_id).letter_text;
    assert!(!letter.contains("PHQ-9"), "{letter}");
}

#[test]
fn h20_limits_stand_on_everything_that_comes_in() {
    let practice = Practice::open();
    let desk = practice.desk();
    let draft = desk.new_draft().unwrap();
    let too_much = format!("{SMITH}{}", "x ".repeat(500_001));
    assert_eq!(
        desk.paste(&draft.id, &too_much).unwrap_err().code(),
        "too-large"
    );
    let long = ReferralForm {
        reason_text: "x".repeat(50_001),
        ..form(PAIN_PLATFORM)
    };
    let full = practice.draft(SMITH, PAIN_PLATFORM);
    let long = practice.fill(&full.id, long);
    assert_eq!(problems(&practice, &long), ["reasonText (too-long)"]);
    let at_most = ReferralForm {
        reason_text: "x ".repeat(25_000),
        ..form(PAIN_PLATFORM)
    };
    let fits = practice.draft(SMITH, PAIN_PLATFORM);
    let fits = practice.fill(&fits.id, at_most);
    assert_eq!(problems(&practice, &fits), [""; 0], "at the limit it goes");
    // A directory larger than is taken is refused before it is read.
    let starter = product_tests::directories::STARTER.as_bytes();
    let read = |limits| Directory::read(starter, limits).is_ok();
    assert!(read(FeedLimits::default()));
    for limits in [
        FeedLimits {
            file_bytes: u64::try_from(starter.len()).unwrap() - 1,
            ..FeedLimits::default()
        },
        FeedLimits {
            record_count: 10,
            ..FeedLimits::default()
        },
    ] {
        assert!(!read(limits));
    }
    let concern = desk.report_concern(
        &"x".repeat(10_001),
        referrals::desk::ConcernSource {
            program_version: String::new(),
            directory_name: String::new(),
            directory_version: 1,
            place: String::new(),
        },
        "amy",
    );
    assert!(concern.is_err());
    assert!(matches!(practice.chosen(&fits), ServiceToRefer::Found(_)));
}
