//! The text for the patient's record: what it says of each deed, and which codes it may carry.

use super::*;
use crate::render::sample;

fn facts(letter: &LetterContent, state: EventType) -> RecordFacts<'_> {
    RecordFacts {
        deed: Deed::of(state).unwrap(),
        state,
        at: "2026-07-21T13:03:00Z".parse().unwrap(),
        queued_at: "2026-07-21T13:02:00Z".parse().unwrap(),
        service_name: "Pain Platform",
        category: Some(Category::PainPlatform),
        reference: "ONW-7K3F-92QD",
        referrer: "Dr Nia Okafor",
        patient: None,
        letter: Some(letter),
        demonstration: false,
    }
}

fn headline_of(state: EventType) -> String {
    let letter = sample::smith();
    let text = record_text(&facts(&letter, state));
    text.lines().next().unwrap().to_owned()
}

#[test]
fn every_state_is_told_apart_and_only_sent_says_sent() {
    use EventType as E;
    let told: Vec<String> = E::ALL
        .iter()
        .filter(|state| Deed::of(**state).is_some())
        .map(|state| format!("{}: {}", state.as_str(), headline_of(*state)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn the_text_gives_local_time_one_line_a_fact_and_who_is_responsible() {
    let letter = sample::smith();
    let mut sent = facts(&letter, EventType::Sent);
    let text = record_text(&sent);
    // 13:03 UTC in July is 14:03 in England.
    assert!(text.contains("When: 21-Jul-2026 14:03"), "{text}");
    assert!(
        text.contains("In the referrer's words: Fibromyalgia since 2019"),
        "{text}"
    );
    assert!(
        text.contains("groups.\nReferrer: Dr Nia Okafor\nReference: ONW-7K3F-92QD\n"),
        "{text}"
    );
    assert!(text.ends_with("until the service accepts."), "{text}");
    sent.state = EventType::Accepted;
    assert!(!record_text(&sent).contains("clinical responsibility"));
    let answered = "When: referred 21-Jul-2026 14:02, answered 21-Jul-2026 14:03";
    assert!(record_text(&sent).contains(answered));
    sent.state = EventType::Received;
    assert!(record_text(&sent).contains("When: 21-Jul-2026 14:02"));
    sent.state = EventType::Accepted;
    sent.demonstration = true;
    assert!(record_text(&sent).starts_with("DEMONSTRATION"));
}

/// The check digit of a SNOMED CT identifier (Verhoeff's, SNOMED CT Release File Specification, "Check-digit computation").
fn is_snomed_id(id: &str) -> bool {
    const TIMES: [[usize; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const TURNED: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let check = id
        .bytes()
        .rev()
        .enumerate()
        .fold(0, |check, (place, digit)| {
            let turned = (0..place % 8).fold(usize::from(digit - b'0'), |digit, _| TURNED[digit]);
            TIMES[check][turned]
        });
    check == 0
}

#[test]
fn only_the_codes_that_were_given_are_used_and_only_for_social_prescribing() {
    let mut used = Vec::new();
    for category in [
        None,
        Some(Category::SocialPrescribing),
        Some(Category::PainPlatform),
    ] {
        for deed in Deed::ALL {
            if let Some(code) = concept(deed, category) {
                assert_eq!(category, Some(Category::SocialPrescribing));
                assert!(is_snomed_id(code), "{code}");
                used.push((deed, code));
            }
        }
    }
    assert_eq!(
        used,
        [
            (Deed::Referred, "871731000000106"),
            (Deed::Declined, "871711000000103")
        ]
    );
    assert!(
        !is_snomed_id("871731000000107"),
        "a wrong digit would be seen"
    );
    let letter = sample::smith();
    let mut sent = facts(&letter, EventType::Sent);
    assert!(!record_text(&sent).contains("SNOMED"));
    sent.category = Some(Category::SocialPrescribing);
    assert!(record_text(&sent).contains("\nSNOMED CT: 871731000000106\n"));
}

#[test]
fn it_asks_until_filed_and_again_when_what_was_filed_no_longer_holds() {
    use EventType as E;
    for state in [
        E::Queued,
        E::Sending,
        E::Sent,
        E::Unknown,
        E::Accepted,
        E::Rejected,
    ] {
        assert!(is_to_file(state, None), "{state:?}");
        assert!(!is_to_file(state, Some(Deed::Referred)), "{state:?}");
    }
    for state in [E::Undone, E::Withdrawn] {
        assert!(
            !is_to_file(state, None),
            "what was never filed needs no correction"
        );
        assert!(
            is_to_file(state, Some(Deed::Referred)),
            "the record says that it went"
        );
        assert!(!is_to_file(state, Some(Deed::TakenBack)));
    }
    assert!(!is_to_file(E::Draft, None) && is_to_file(E::Declined, None));
}
