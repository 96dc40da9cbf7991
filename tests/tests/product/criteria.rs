//! The service's criteria from the card to the letter: answered once, never asked twice, told as they are, and in nobody's way.

use engine::PatientFacts;
use product_tests::directories::changed_directory;
use product_tests::patients::SMITH;
use product_tests::practice::{PAIN_PLATFORM, Practice, form};
use product_tests::program::Program;
use proptest::prelude::*;
use referrals::draft::{CriterionAnswer, Reason, ReferralDraft, ReferralForm, SafetyAnswer};
use services_directory::criteria::{CriterionCheck, CriterionOutcome, KnownAnswer};
use services_directory::ids::OdsCode;

const PAIN_FOR_3_MONTHS: &str = "pain-duration:3";
/// The Pain Platform's sentence for it; the letter makes it a label, without its full stop.
const SENTENCE: &str =
    "Pain that has lasted for more than three months, in any part of the body, whatever its cause";

fn answer(key: &str, met: bool, reason: &str) -> CriterionAnswer {
    CriterionAnswer {
        key: key.to_owned(),
        met: Some(met),
        reason: reason.to_owned(),
    }
}

fn with(practice: &Practice, change: impl FnOnce(&mut ReferralForm)) -> ReferralDraft {
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let mut form = form(PAIN_PLATFORM);
    change(&mut form);
    practice.fill(&draft.id, form)
}

/// The check of that key on a service's card, beside this draft.
fn check(practice: &Practice, draft: &ReferralDraft, service: &str, key: &str) -> CriterionCheck {
    let (catalogue, today) = (
        practice.engine.catalogue().unwrap(),
        practice.engine.store.clock.today(),
    );
    let facts = practice.engine.facts(draft).unwrap();
    let card = catalogue.card(service, &facts, today).unwrap();
    let found = card.checks.into_iter().find(|check| check.key == key);
    found.unwrap_or_else(|| panic!("{service} does not ask {key}"))
}

#[test]
fn an_answer_given_once_holds_for_every_service_that_asks_the_same() {
    let practice = Practice::open();
    let asked = with(&practice, |_| ());
    let others = [
        "de-stress-pain",
        "gentle-movers",
        "community-pain-programme",
    ];
    for service in others {
        let before = check(&practice, &asked, service, PAIN_FOR_3_MONTHS);
        assert_eq!(before.outcome, CriterionOutcome::NotKnown, "{service}");
        assert!(before.answerable && before.answered.is_none());
    }
    for (met, outcome) in [
        (true, CriterionOutcome::Met),
        (false, CriterionOutcome::NotMet),
    ] {
        let answered = with(&practice, |form| {
            form.criteria = vec![answer(PAIN_FOR_3_MONTHS, met, "")];
        });
        for service in others {
            let after = check(&practice, &answered, service, PAIN_FOR_3_MONTHS);
            assert_eq!(
                (after.outcome, after.answered),
                (outcome, Some(met)),
                "{service}"
            );
            assert!(after.answerable, "an answer can be changed");
        }
        // Another question of the same service is still open.
        let own = "question:serious causes have been looked for, or the gp does not think that more tests are needed now.";
        let other = check(&practice, &answered, PAIN_PLATFORM, own);
        assert_eq!(other.outcome, CriterionOutcome::NotKnown);
    }
}

#[test]
fn what_the_form_says_is_not_asked_again() {
    let practice = Practice::open();
    let outcome = |change: &dyn Fn(&mut ReferralForm), service: &str, key: &str| {
        let draft = with(&practice, change);
        let check = check(&practice, &draft, service, key);
        (check.outcome, check.answerable)
    };
    let crisis = "exclusion:in crisis";
    let settled = (CriterionOutcome::Met, false);
    let open = (CriterionOutcome::NotKnown, true);
    for (said, expected) in [
        (None, open),
        (Some(SafetyAnswer::AskedNone), settled),
        (Some(SafetyAnswer::NotAsked), open),
        // Whether the person is in crisis now is not said by this.
        (Some(SafetyAnswer::PresentDealtWith), open),
    ] {
        let found = outcome(&|form| form.crisis = said, PAIN_PLATFORM, crisis);
        assert_eq!(found, expected, "{said:?}");
    }
    let conditions =
        "condition:anxiety|depression|health anxiety|low mood|ocd|panic|phobia|ptsd|stress|worry";
    for (reason, service, key, expected) in [
        (
            Reason::PainOver3Months,
            PAIN_PLATFORM,
            PAIN_FOR_3_MONTHS,
            settled,
        ),
        (Reason::BackPain, PAIN_PLATFORM, PAIN_FOR_3_MONTHS, open),
        (Reason::LowMood, "talking-therapies", conditions, settled),
        // Distress related to pain is neither depression nor anxiety.
        (Reason::PainDistress, "talking-therapies", conditions, open),
    ] {
        let found = outcome(&|form| form.reasons = vec![reason], service, key);
        assert_eq!(found, expected, "{reason:?}");
    }
    // What a person answered to the rule itself stands, and can be changed, whatever the form says later.
    let both = |form: &mut ReferralForm| {
        form.reasons = vec![Reason::PainOver3Months];
        form.criteria = vec![answer(PAIN_FOR_3_MONTHS, false, "")];
    };
    let answered = (CriterionOutcome::NotMet, true);
    assert_eq!(outcome(&both, PAIN_PLATFORM, PAIN_FOR_3_MONTHS), answered);
}

#[test]
fn a_yes_on_the_card_and_a_no_on_the_form_both_stand_in_the_letter() {
    let practice = Practice::open();
    let crisis = "exclusion:in crisis";
    let draft = with(&practice, |form| {
        form.crisis = Some(SafetyAnswer::AskedNone);
        form.criteria = vec![answer(crisis, false, "Seen today")];
    });
    let found = check(&practice, &draft, PAIN_PLATFORM, crisis);
    assert_eq!(found.known.as_deref(), Some("in crisis: yes"));
    assert_eq!(found.answered, Some(false));
    let queued = practice.queue(&draft).unwrap();
    let letter = practice.referral(&queued.referral_id).letter_text;
    let letter = letter.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(letter.contains("Crisis: Asked, none present"), "{letter}");
    assert!(
        letter.contains("NOT MET (in crisis: yes): Seen today"),
        "{letter}"
    );
}

#[test]
fn a_reason_for_what_the_form_settles_is_told_and_is_no_answer() {
    let practice = Practice::open();
    let without_pain = changed_directory(
        r#"{"type":"exclusion","of":"in crisis"}"#,
        r#"{"type":"exclusion","of":"back pain"}"#,
    );
    practice.engine.load_directory(without_pain).unwrap();
    let key = "exclusion:back pain";
    let reason = CriterionAnswer {
        met: None,
        ..answer(key, false, "An old strain")
    };
    let draft = |reasons: Vec<Reason>| {
        with(&practice, |form| {
            form.reasons = reasons;
            form.criteria = vec![reason.clone()];
        })
    };
    let settled = draft(vec![Reason::BackPain]);
    let found = check(&practice, &settled, PAIN_PLATFORM, key);
    assert_eq!(
        (found.outcome, found.answerable, found.answered),
        (CriterionOutcome::NotMet, false, None)
    );
    let queued = practice.queue(&settled).unwrap();
    let letter = practice.referral(&queued.referral_id).letter_text;
    assert!(letter.contains("An old strain"), "{letter}");
    let open = draft(vec![Reason::LowMood]);
    let found = check(&practice, &open, PAIN_PLATFORM, key);
    assert_eq!(
        (found.outcome, found.answered),
        (CriterionOutcome::NotKnown, None),
        "nobody answered it"
    );
}

/// What the service reads: the mail's text and page, and the letter that is kept, each with its breaks and tags taken out.
fn received(practice: &Practice, change: impl FnOnce(&mut ReferralForm)) -> [String; 3] {
    let queued = practice.queue(&with(practice, change)).unwrap();
    practice.desk().send_now(&queued.referral_id).unwrap();
    practice.send_due();
    assert_eq!(practice.state(&queued.referral_id), "sent");
    let message = practice.mail.messages().pop().unwrap();
    let parsed = mail_parser::MessageParser::default();
    let parsed = parsed.parse(&message.raw).unwrap();
    let html = parsed.body_html(0).unwrap().into_owned();
    let mut page = String::new();
    for piece in html.split('<').skip(1) {
        page.push_str(piece.split_once('>').map_or("", |(_, words)| words));
        page.push(' ');
    }
    let text = parsed.body_text(0).unwrap().into_owned();
    let kept = practice.referral(&queued.referral_id).letter_text;
    [text, page, kept].map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").replace(": ", " ")
    })
}

#[test]
fn a_criterion_that_is_not_met_is_sent_and_told_with_its_reason_or_that_none_was_given() {
    let practice = Practice::open();
    let told = |answers: Vec<CriterionAnswer>| {
        received(&practice, |form| {
            form.reasons = vec![Reason::LowMood];
            form.criteria = answers;
        })
    };
    let reason = "Six weeks only, but it has stopped her working.";
    let not_met = answer(PAIN_FOR_3_MONTHS, false, reason);
    let silent = answer(PAIN_FOR_3_MONTHS, false, "  ");
    // A reason that was typed before the answer changed is not told.
    let met = answer(PAIN_FOR_3_MONTHS, true, reason);
    let outcomes = [
        (vec![not_met], format!("{SENTENCE} NOT MET {reason}")),
        (vec![silent], format!("{SENTENCE} NOT MET no reason given")),
        (vec![met], format!("{SENTENCE} Met, the referrer says")),
        (vec![], format!("{SENTENCE} Not known")),
    ];
    for (answers, expected) in &outcomes {
        for text in told(answers.clone()) {
            for (_, outcome) in &outcomes {
                assert_eq!(
                    text.contains(outcome),
                    outcome == expected,
                    "{outcome}: {text}"
                );
            }
            assert_eq!(text.contains(reason), expected.contains(reason), "{text}");
            assert!(text.contains(
                "Not for someone in crisis, who needs help today from the crisis team first"
            ));
            assert!(
                text.contains("Met (Moorlands Surgery)"),
                "the practice by its name: {text}"
            );
        }
    }
}

#[test]
fn an_exclusion_says_what_is_not_so_because_its_sentence_may_say_the_opposite() {
    let practice = Practice::open();
    // The sentence alone: "Not for people under the community mental health team, who are treated there: Met."
    let key = "exclusion:under secondary mental health care";
    let letter = |met: bool| {
        let draft = practice.draft(SMITH, "talking-therapies");
        let form = ReferralForm {
            criteria: vec![answer(key, met, "Discharged next week")],
            ..form("talking-therapies")
        };
        let draft = practice.fill(&draft.id, form);
        let asked = check(&practice, &draft, "talking-therapies", key);
        assert_eq!(
            asked.excludes.as_deref(),
            Some("under secondary mental health care")
        );
        let queued = practice.queue(&draft).unwrap();
        let text = practice.referral(&queued.referral_id).letter_text;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (is_not, is) = (letter(true), letter(false));
    let no = "Met, the referrer says (under secondary mental health care: no)";
    let yes = "NOT MET (under secondary mental health care: yes): Discharged next week";
    assert!(is_not.contains(no) && !is_not.contains(yes), "{is_not}");
    assert!(is.contains(yes) && !is.contains(no), "{is}");
    // What the form says is told in the same way.
    assert!(
        is.contains("needs the crisis team first: Met (in crisis: no)"),
        "{is}"
    );
}

#[test]
fn the_letter_keeps_the_criteria_as_they_were_when_it_was_queued() {
    let practice = Practice::open();
    let draft = with(&practice, |_| ());
    let queued = practice.queue(&draft).unwrap();
    let kept = practice.referral(&queued.referral_id).letter_text;
    let later = changed_directory(SENTENCE, "Pain of any length");
    practice.engine.load_directory(later).unwrap();
    let again = practice.referral(&queued.referral_id).letter_text;
    assert_eq!(kept, again);
    let next = practice.queue(&with(&practice, |_| ())).unwrap();
    let next = practice.referral(&next.referral_id).letter_text;
    assert!(next.contains("Pain of any length") && !kept.contains("Pain of any length"));
}

#[test]
fn a_reason_of_any_kind_reaches_the_letter() {
    let practice = Practice::open();
    for (reason, word) in [
        ("x".repeat(10_000), "xxxxxxxx"),
        (
            "\u{202e}\u{0}\u{7}\r\nBcc: other@mail.example\n\nNOT MET".to_owned(),
            "other@mail.example",
        ),
        ("😀 ਪੰਜਾਬੀ العربية".to_owned(), "ਪੰਜਾਬੀ"),
    ] {
        let draft = with(&practice, |form| {
            form.criteria = vec![answer(PAIN_FOR_3_MONTHS, false, &reason)];
        });
        let queued = practice.queue(&draft).unwrap();
        let letter = practice.referral(&queued.referral_id).letter_text;
        assert!(letter.contains(word), "{letter}");
    }
}

/// Every key of the starter directory, and others that nobody asks.
fn keys(practice: &Practice) -> Vec<String> {
    let (catalogue, today) = (
        practice.engine.catalogue().unwrap(),
        practice.engine.store.clock.today(),
    );
    let mut keys: Vec<String> = ["", "open", "pain-duration:", "condition:", "no such key"]
        .map(str::to_owned)
        .to_vec();
    for service in catalogue.listed() {
        let card = catalogue.card(service.id.as_str(), &PatientFacts::default(), today);
        keys.extend(card.unwrap().checks.into_iter().map(|check| check.key));
    }
    keys
}

#[test]
fn nothing_that_a_criterion_says_stands_in_the_way() {
    let practice = Practice::open();
    let keys = keys(&practice);
    assert!(keys.len() > 200, "{}", keys.len());
    let answers = proptest::collection::vec(
        (any::<prop::sample::Index>(), any::<bool>(), ".{0,40}"),
        0..30,
    );
    let ticked = proptest::sample::subsequence(Reason::ALL, 0..=Reason::ALL.len());
    let services = prop::sample::select(vec![
        PAIN_PLATFORM,
        "talking-therapies",
        "community-msk-physio",
        "community-mental-health-team",
        "step4-psychology",
        "gentle-movers",
    ]);
    let today = practice.engine.store.clock.today();
    let draft = practice.draft(SMITH, PAIN_PLATFORM);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(120));
    let held = runner.run(
        &(answers, ticked, services),
        |(answers, ticked, service)| {
            let answers = answers.iter();
            let criteria =
                answers.map(|(key, met, reason)| answer(key.get::<String>(&keys), *met, reason));
            let form = ReferralForm {
                reasons: ticked,
                criteria: criteria.collect(),
                ..form(service)
            };
            let draft = practice.fill(&draft.id, form.clone());
            let chosen = practice.chosen(&draft);
            prop_assert!(draft.check(&chosen, true, today).is_ok());
            // The same form with something missing is refused: the check does look.
            let incomplete = practice.fill(
                &draft.id,
                ReferralForm {
                    consent: None,
                    ..form
                },
            );
            prop_assert!(incomplete.check(&chosen, true, today).is_err());
            Ok(())
        },
    );
    held.unwrap();
}

#[test]
fn no_answer_opens_or_closes_a_service() {
    let practice = Practice::open();
    let keys = keys(&practice);
    let (catalogue, today) = (
        practice.engine.catalogue().unwrap(),
        practice.engine.store.clock.today(),
    );
    for (age, practice_code) in [
        (None, None),
        (Some(12), Some("Y99001")),
        (Some(70), Some("Y99008")),
    ] {
        let plain = PatientFacts {
            age,
            practice: practice_code.map(|code| OdsCode::parse(code).unwrap()),
            ..PatientFacts::default()
        };
        for met in [true, false] {
            let answers = keys.iter().map(|key| KnownAnswer {
                key: key.clone(),
                met,
            });
            let answered = PatientFacts {
                answers: answers.collect(),
                ..plain.clone()
            };
            for service in catalogue.listed() {
                let id = service.id.as_str();
                let before = catalogue.card(id, &plain, today).unwrap();
                let after = catalogue.card(id, &answered, today).unwrap();
                assert_eq!(before.not_open, after.not_open, "{id}");
                let hard = |card: &engine::Card| -> Vec<CriterionCheck> {
                    card.checks
                        .iter()
                        .filter(|check| check.hard)
                        .cloned()
                        .collect()
                };
                assert_eq!(hard(&before), hard(&after), "{id}");
            }
        }
    }
}

#[test]
fn the_command_line_answers_criteria_by_the_keys_that_it_shows() {
    let practice = Practice::open();
    let program = Program::over(&practice.data(), &practice.beside("home"));
    let shown = program.json(&["show", PAIN_PLATFORM]);
    let asked = shown["criteria"].as_array().unwrap();
    let duration = asked
        .iter()
        .find(|check| check["sentence"] == format!("{SENTENCE}."));
    assert_eq!(duration.unwrap()["key"], PAIN_FOR_3_MONTHS);
    assert_eq!(duration.unwrap()["answerable"], true);
    let refer = [
        "refer",
        "--service",
        PAIN_PLATFORM,
        "--patient",
        "-",
        "--reason",
        "Pain",
        "--consent",
        "patient-in-person",
        "--crisis",
        "asked-none",
        "--red-flags",
        "asked-none",
        "--not-met",
        "pain-duration:3=Only six weeks = not long",
        "--json",
    ];
    let queued = program.run_with(&refer, SMITH).json();
    let letter = practice
        .referral(queued["referral_id"].as_str().unwrap())
        .letter_text;
    assert!(
        letter.contains("NOT MET: Only six weeks = not long"),
        "{letter}"
    );
}
