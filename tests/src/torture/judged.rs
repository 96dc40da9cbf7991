//! The end of each torture with real processes: the mail server's own store against what the practice says, and then people decide.

use crate::practice::{ACTOR, Practice};
use referrals::desk::UnknownDecision;
use std::collections::BTreeMap;

/// What the judge found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub sent: usize,
    pub unknown: usize,
    /// Said to be sent, and not there.
    pub lost: usize,
    /// There more than once.
    pub doubled: usize,
    /// There, or perhaps, and nobody is asked.
    pub unseen: usize,
}

/// How often the server kept each Message-ID.
fn kept(practice: &Practice) -> BTreeMap<String, usize> {
    let mut kept = BTreeMap::new();
    for message in practice.mail.messages() {
        *kept
            .entry(message.message_id.unwrap_or_default())
            .or_default() += 1;
    }
    kept
}

/// With nobody sending.
pub fn judge(practice: &Practice, ids: &[String]) -> Verdict {
    let kept = kept(practice);
    let mut verdict = Verdict::default();
    for id in ids {
        let message_id = practice.message_id(id);
        let times = kept.get(message_id.trim_matches(['<', '>']));
        let times = times.copied().unwrap_or(0);
        verdict.doubled += usize::from(times > 1);
        match practice.state(id) {
            "sent" => {
                verdict.sent += 1;
                verdict.lost += usize::from(times == 0);
            }
            "unknown" => verdict.unknown += 1,
            _ => verdict.unseen += usize::from(times > 0),
        }
    }
    verdict
}

/// What is held goes again, what is uncertain is asked of the service, and then all is sent: the server has each referral exactly once.
pub fn people_decide(practice: &Practice, ids: &[String]) {
    let before = kept(practice);
    for id in ids {
        match practice.state(id) {
            "held" | "failed" => practice.desk().try_again(id, ACTOR).expect("again"),
            "unknown" => {
                let message_id = practice.message_id(id);
                let arrived = before.contains_key(message_id.trim_matches(['<', '>']));
                let decision = if arrived {
                    UnknownDecision::ItArrived
                } else {
                    UnknownDecision::SendAgain
                };
                practice
                    .desk()
                    .decide_unknown(id, decision, ACTOR)
                    .expect("decided");
            }
            _ => {}
        }
    }
    practice.send_all();
    let mut references: BTreeMap<String, usize> = BTreeMap::new();
    for message in practice.mail.messages() {
        let reference = message.subject.rsplit(['(', ')']).nth(1);
        *references
            .entry(reference.unwrap_or_default().to_owned())
            .or_default() += 1;
    }
    for id in ids {
        assert_eq!(practice.state(id), "sent", "{:?}", practice.timeline(id));
        let reference = practice.referral(id).row.reference;
        assert_eq!(references.get(&reference), Some(&1), "{reference}");
    }
    practice.engine.store.practice.check().expect("whole");
}
