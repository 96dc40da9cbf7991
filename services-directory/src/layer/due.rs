//! Which entries need a check and why, the most used first.

use jiff::{Timestamp, civil::Date};

/// A check is asked for when the last one is older than this (`reference` 4.4 of the project: amber from 90 days on).
const OLD_AFTER_DAYS: u32 = 90;

/// Whether people are referred there at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Open,
    /// Nobody is referred there any more, and the entry says so.
    Closed,
    /// It has left the directory, and this practice used it or wrote about it.
    Gone,
}

/// What is known of one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFacts {
    pub name: String,
    /// How many referrals went there in the last 12 months.
    pub uses: u32,
    /// Somebody of the practice wrote about it.
    pub noted: bool,
    /// Days since the newest check, of the curator or of this practice.
    pub checked_days_ago: Option<u32>,
    /// When this practice checked it last.
    pub own_check_at: Option<Timestamp>,
    /// The newest check of either, as a moment: what happened before it is settled.
    pub checked_at: Option<Timestamp>,
    /// A referral to it failed, or was refused by its mail server.
    pub failed_at: Option<Timestamp>,
    /// It turned a referral away.
    pub rejected_at: Option<Timestamp>,
    /// Something of it was published anew.
    pub changed_at: Option<Timestamp>,
    /// The last day of a pause, where it is paused.
    pub paused_until: Option<Date>,
    pub in_conflict: bool,
    pub standing: Standing,
    pub is_local: bool,
}

/// Why an entry needs a check, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    Bounced(Timestamp),
    Gone,
    InConflict,
    Rejected(Timestamp),
    PauseEnded(Date),
    Changed(Timestamp),
    NeverChecked,
    Old(u32),
}

impl Due {
    pub fn code(self) -> &'static str {
        match self {
            Self::Bounced(_) => "bounced",
            Self::Gone => "gone",
            Self::InConflict => "in-conflict",
            Self::Rejected(_) => "rejected",
            Self::PauseEnded(_) => "pause-ended",
            Self::Changed(_) => "changed",
            Self::NeverChecked => "never-checked",
            Self::Old(_) => "old",
        }
    }
}

/// All that asks for a check of this entry today; none where nothing does.
pub fn why(facts: &EntryFacts, today: Date) -> Vec<Due> {
    let since_check = |at: Option<Timestamp>| at.filter(|at| facts.checked_at < Some(*at));
    let ours = facts.uses > 0 || facts.noted;
    let changed = facts
        .changed_at
        .filter(|at| ours && facts.own_check_at < Some(*at));
    let pause_ended = facts.paused_until.filter(|until| *until < today);
    let is_gone = facts.standing == Standing::Gone;
    let age = match facts.checked_days_ago {
        _ if facts.standing != Standing::Open => None,
        None => Some(Due::NeverChecked),
        Some(days) if days > OLD_AFTER_DAYS => Some(Due::Old(days)),
        Some(_) => None,
    };
    let mut due: Vec<Due> = [
        since_check(facts.failed_at).map(Due::Bounced),
        is_gone.then_some(Due::Gone),
        facts.in_conflict.then_some(Due::InConflict),
        since_check(facts.rejected_at).map(Due::Rejected),
        pause_ended.map(Due::PauseEnded),
        changed.filter(|_| !is_gone).map(Due::Changed),
        age,
    ]
    .into_iter()
    .flatten()
    .collect();
    due.sort_unstable();
    due
}

/// The most used first; of equally used ones the most pressing, then by name.
pub fn sort<T>(entries: &mut [(EntryFacts, Vec<Due>, T)]) {
    entries.sort_by(|(a, why_a, _), (b, why_b, _)| {
        let rank = |why: &[Due]| why.first().map_or(u8::MAX, |due| order(*due));
        b.uses
            .cmp(&a.uses)
            .then_with(|| rank(why_a).cmp(&rank(why_b)))
            .then_with(|| a.name.cmp(&b.name))
    });
}

fn order(due: Due) -> u8 {
    match due {
        Due::Bounced(_) => 0,
        Due::Gone => 1,
        Due::InConflict => 2,
        Due::Rejected(_) => 3,
        Due::PauseEnded(_) => 4,
        Due::Changed(_) => 5,
        Due::NeverChecked => 6,
        Due::Old(_) => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn codes(facts: &EntryFacts) -> Vec<&'static str> {
        let today = "2026-11-21".parse().unwrap();
        why(facts, today).into_iter().map(Due::code).collect()
    }

    fn fresh() -> EntryFacts {
        EntryFacts {
            checked_days_ago: Some(12),
            checked_at: Some(at("2026-11-09T00:00:00Z")),
            ..EntryFacts::default()
        }
    }

    #[test]
    fn an_entry_that_was_checked_lately_needs_nothing() {
        assert_eq!(codes(&fresh()), [""; 0]);
        let days = |days| EntryFacts {
            checked_days_ago: days,
            ..fresh()
        };
        assert_eq!(codes(&days(Some(90))), [""; 0]);
        assert_eq!(codes(&days(Some(91))), ["old"]);
        assert_eq!(codes(&days(None)), ["never-checked"]);
        let closed = EntryFacts {
            standing: Standing::Closed,
            ..days(None)
        };
        assert_eq!(codes(&closed), [""; 0], "nobody is sent there");
    }

    #[test]
    fn what_happened_before_the_check_is_settled_by_it() {
        let happened = |when| EntryFacts {
            failed_at: Some(at(when)),
            rejected_at: Some(at(when)),
            ..fresh()
        };
        assert_eq!(codes(&happened("2026-11-08T10:00:00Z")), [""; 0]);
        assert_eq!(
            codes(&happened("2026-11-10T10:00:00Z")),
            ["bounced", "rejected"]
        );
    }

    #[test]
    fn a_change_is_looked_at_by_those_whom_it_concerns_until_they_have() {
        let changed = EntryFacts {
            changed_at: Some(at("2026-11-15T10:00:00Z")),
            ..fresh()
        };
        assert_eq!(codes(&changed), [""; 0], "nobody here uses it");
        let used = EntryFacts { uses: 1, ..changed };
        assert_eq!(codes(&used), ["changed"]);
        let looked = EntryFacts {
            own_check_at: Some(at("2026-11-16T10:00:00Z")),
            ..used
        };
        assert_eq!(codes(&looked), [""; 0]);
    }

    #[test]
    fn a_pause_has_ended_on_the_day_after_its_last() {
        let paused = |until: &str| EntryFacts {
            paused_until: Some(until.parse().unwrap()),
            ..fresh()
        };
        assert_eq!(codes(&paused("2026-11-21")), [""; 0]);
        assert_eq!(codes(&paused("2026-11-20")), ["pause-ended"]);
    }

    #[test]
    fn the_most_used_comes_first_then_the_most_pressing() {
        let entry = |name: &str, uses, due| {
            let facts = EntryFacts {
                name: name.to_owned(),
                uses,
                ..fresh()
            };
            (facts, vec![due], ())
        };
        let bounced = Due::Bounced(at("2026-11-10T10:00:00Z"));
        let mut entries = vec![
            entry("b", 0, Due::Old(100)),
            entry("a", 0, Due::Old(400)),
            entry("seldom but bounced", 1, bounced),
            entry("often", 9, Due::Old(91)),
            entry("never", 0, Due::NeverChecked),
        ];
        sort(&mut entries);
        let names: Vec<&str> = entries
            .iter()
            .map(|(facts, ..)| facts.name.as_str())
            .collect();
        assert_eq!(names, ["often", "seldom but bounced", "never", "a", "b"]);
    }
}
