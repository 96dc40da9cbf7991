//! How long what identifies a patient is kept here: until so many days after the referral has ended, and never while anything is still expected.
//! The patient's record is the practice's clinical system; what lies here is a copy for sending (UK GDPR article 5(1)(e): no longer than needed).

use crate::status;
use jiff::{SignedDuration, Timestamp};
use store::EventType;

/// Days from the end of a referral, or from the last touch of a draft that was never sent, to its erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    days: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 30 }
    }
}

impl Retention {
    /// So short that a question from the service can still be answered, and no longer than ten years.
    pub const SHORTEST_DAYS: u16 = 7;
    pub const LONGEST_DAYS: u16 = 3_650;

    pub fn of_days(days: u16) -> Option<Self> {
        (Self::SHORTEST_DAYS..=Self::LONGEST_DAYS)
            .contains(&days)
            .then_some(Self { days })
    }

    pub fn days(self) -> u16 {
        self.days
    }

    /// What was last changed before this moment is due.
    pub fn before(self, now: Timestamp) -> Timestamp {
        let span = SignedDuration::from_hours(24 * i64::from(self.days));
        now.checked_sub(span).unwrap_or(Timestamp::MIN)
    }

    /// Only what has ended, long enough ago, and is not held.
    pub fn is_due(self, state: EventType, since: Timestamp, held: bool, now: Timestamp) -> bool {
        !held && status::is_over(state) && since <= self.before(now)
    }
}

macro_rules! reasons {
    ($($name:ident = $code:literal,)*) => {
        /// Why a referral is held back from erasure: a closed list, so that nothing of a patient stands in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum HoldReason { $($name,)* }

        impl HoldReason {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.code() == code)
            }
        }
    };
}

reasons! {
    Complaint = "complaint",
    Claim = "claim",
    Inquiry = "inquiry",
    Coroner = "coroner",
    Police = "police",
    AccessRequest = "access-request",
    Other = "other",
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventType as E;

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn only_what_has_ended_long_enough_ago_and_is_not_held_is_due() {
        let keep = Retention::default();
        let now = at("2026-11-22");
        let (young, old) = (at("2026-10-24"), at("2026-10-23"));
        for state in EventType::ALL {
            let ended = [
                E::Undone,
                E::Ended,
                E::Withdrawn,
                E::Declined,
                E::NoGoodLocalService,
            ];
            assert_eq!(
                keep.is_due(*state, old, false, now),
                ended.contains(state),
                "{state:?}"
            );
            assert!(!keep.is_due(*state, young, false, now), "{state:?}");
            assert!(!keep.is_due(*state, old, true, now), "{state:?} under hold");
        }
    }

    #[test]
    fn a_practice_chooses_within_bounds() {
        assert_eq!(Retention::of_days(0), None);
        assert_eq!(Retention::of_days(6), None);
        assert_eq!(Retention::of_days(90).map(Retention::days), Some(90));
        assert_eq!(Retention::of_days(u16::MAX), None);
    }

    #[test]
    fn a_clock_at_the_beginning_of_time_makes_nothing_due() {
        let keep = Retention::of_days(Retention::LONGEST_DAYS).unwrap();
        assert!(!keep.is_due(E::Ended, at("2026-11-22"), false, Timestamp::MIN));
    }
}
