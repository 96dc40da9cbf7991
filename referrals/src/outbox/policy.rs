//! When to try again, and when an item must be confirmed by a person first. Pure: time and chance come in as arguments.

use crate::transport::SendProblem;
use jiff::{SignedDuration, Timestamp};

/// The time in which a send can still be undone.
pub const UNDO_SECONDS: i64 = 60;
/// An item that waited longer is confirmed again before it leaves: the patient may have moved or died.
pub const CONFIRM_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// A message that was put off this often is held for a person, so that it cannot be forgotten. At a quarter of an hour each, a server that
/// puts off every first delivery (greylisting) is outlasted many times over; a day's waiting is confirmed again anyway.
pub const MOST_ATTEMPTS: u32 = 60;
/// What waits for longer is shown among what needs a person, whatever the reason.
pub const WARN_AFTER: SignedDuration = SignedDuration::from_mins(15);

const FIRST_WAIT_MILLISECONDS: i64 = 5_000;
const LONGEST_WAIT_MILLISECONDS: i64 = 15 * 60 * 1000;

/// Exponential back-off with jitter: after `failure_count` failures (1 or more), a wait between half and the whole of the doubled limit.
/// `chance` is evenly spread over 0 to 1.
pub fn wait_after(failure_count: u32, chance: f64) -> SignedDuration {
    let doublings = failure_count.saturating_sub(1).min(16);
    let limit = FIRST_WAIT_MILLISECONDS
        .saturating_mul(1 << doublings)
        .min(LONGEST_WAIT_MILLISECONDS);
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    let wait = (limit as f64 * (0.5 + chance.clamp(0.0, 1.0) / 2.0)) as i64;
    // Never less than a second, or a broken server would be asked in a circle.
    SignedDuration::from_millis(wait.max(1_000))
}

/// As `wait_after`, save that a refused sign-in waits its longest at once: each try counts against the practice's account.
pub fn channel_wait(problem: &str, failure_count: u32, chance: f64) -> SignedDuration {
    if problem == SendProblem::SignInRefused.as_str() {
        SignedDuration::from_millis(LONGEST_WAIT_MILLISECONDS)
    } else {
        wait_after(failure_count, chance)
    }
}

/// A clock that was set back would otherwise put a due item off for years.
pub fn sane_wait(due_at: Timestamp, now: Timestamp) -> SignedDuration {
    due_at.duration_since(now).clamp(
        SignedDuration::ZERO,
        SignedDuration::from_millis(LONGEST_WAIT_MILLISECONDS),
    )
}

pub fn must_be_confirmed_again(confirmed_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(confirmed_at) > CONFIRM_AGAIN_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let longest: Vec<i64> = (1..=10)
            .map(|count| wait_after(count, 1.0).as_secs())
            .collect();
        assert_eq!(longest, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    }

    #[test]
    fn h17_patient_moved_or_died_an_item_over_a_day_old_is_confirmed_again() {
        let confirmed = at("2026-11-20T09:00:00Z");
        assert!(!must_be_confirmed_again(
            confirmed,
            at("2026-11-21T09:00:00Z")
        ));
        assert!(must_be_confirmed_again(
            confirmed,
            at("2026-11-21T09:00:01Z")
        ));
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_a_second_or_longer_than_a_quarter_of_an_hour(count in any::<u32>(), chance in any::<f64>()) {
            let seconds = wait_after(count, chance).as_secs();
            prop_assert!((1..=900).contains(&seconds));
        }
    }
}
