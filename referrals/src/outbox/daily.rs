//! When the daily line goes: pure decisions, and its turn beside the referrals, whose channel it never counts against.

use super::{Sender, daily_table, policy};
use crate::{
    Desk, ReferralError,
    desk::{AttentionCount, DirectoryWaits},
    mailbox_table,
    render::{
        daily,
        notice::{Notice, notice},
    },
    transport::{self, Envelope, Mailbox, Phase, SendOutcome, SendProblem},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use store::clock::{england, local_date};

/// The practice opens: whoever reads it can act.
const FROM_HOUR: i8 = 8;
/// What came up just now is looked at by whoever sits there.
const OLDEST_AT_LEAST: SignedDuration = SignedDuration::from_hours(1);

/// What is known of this day's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayState {
    pub trying: bool,
    pub attempt_count: u32,
    pub next_attempt_at: Timestamp,
}

/// Whether the line of this day goes now. Once it was sent, or may have been, or was refused, none goes before the next day.
pub fn is_due(today: Option<&DayState>, oldest_since: Option<Timestamp>, now: Timestamp) -> bool {
    let open = now.to_zoned(england()).hour() >= FROM_HOUR;
    let waits = oldest_since.is_some_and(|since| now.duration_since(since) >= OLDEST_AT_LEAST);
    let may_try = today.is_none_or(|day| day.trying && day.next_attempt_at <= now);
    open && waits && may_try
}

/// How a day's line stands after an attempt, and when the next one is.
pub fn after(
    outcome: SendOutcome,
    attempt_count: u32,
    now: Timestamp,
) -> (&'static str, Timestamp) {
    match outcome {
        SendOutcome::Accepted { .. } => ("sent", now),
        // Two lines in a day would be worse than one that may be missing.
        SendOutcome::Unknown { .. } => ("uncertain", now),
        SendOutcome::Rejected { .. } => ("refused", now),
        SendOutcome::TryLater { problem, .. } => (
            "trying",
            now + policy::channel_wait(problem.as_str(), attempt_count, 1.0),
        ),
    }
}

impl Sender {
    /// Sends the day's line when it is due, with what of the directory waits. Only the holder of the lock calls it, between two turns. Nothing
    /// of the outbox is touched.
    pub async fn daily_line(
        &self,
        desk: &Desk,
        directory: &dyn Fn() -> DirectoryWaits,
    ) -> Result<bool, ReferralError> {
        let now = self.clock.now();
        let day = local_date(now);
        let today = self.practice.read(|c| daily_table::read(c, day))?;
        if today
            .as_ref()
            .is_some_and(|day| !day.trying || day.next_attempt_at > now)
        {
            return Ok(false);
        }
        // A password that was refused to a referral is not tried with this: each try counts against the practice's account.
        if self.practice.read(daily_table::channel_is_shut)? {
            return Ok(false);
        }
        // However long something waits: nothing is counted before the hour.
        if !is_due(today.as_ref(), Some(Timestamp::MIN), now) {
            return Ok(false);
        }
        let waits = directory();
        let oldest = [desk.oldest_attention()?, waits.since];
        let oldest = oldest.into_iter().flatten().min();
        if !is_due(today.as_ref(), oldest, now) {
            return Ok(false);
        }
        let Some(mailbox) = self.own_mailbox()? else {
            return Ok(false);
        };
        let attempts = today.map_or(0, |day| day.attempt_count).saturating_add(1);
        let bytes = self.line(&desk.attention()?, &waits, &mailbox, now)?;
        // Written first: a program that dies in between sends no second one this quarter of an hour, and "uncertain" is never undone.
        let wait = now + SignedDuration::from_mins(15);
        self.practice
            .write_async(move |tx| daily_table::write(tx, day, "trying", attempts, wait, ""))
            .await?;
        let outcome = self.send_line(&mailbox, &bytes, day, attempts).await;
        let (state, next) = after(outcome, attempts, self.clock.now());
        let problem = problem_of(outcome);
        self.practice
            .write_async(move |tx| {
                daily_table::write(
                    tx,
                    day,
                    state,
                    attempts,
                    next,
                    problem.map_or("", SendProblem::as_str),
                )
            })
            .await?;
        Ok(true)
    }

    fn own_mailbox(&self) -> Result<Option<Mailbox>, ReferralError> {
        let mailbox = self.practice.read(mailbox_table::read)?;
        Ok(mailbox.and_then(|mailbox| mailbox.checked(self.demonstration).ok()))
    }

    fn line(
        &self,
        counts: &[AttentionCount],
        waits: &DirectoryWaits,
        mailbox: &Mailbox,
        now: Timestamp,
    ) -> Result<Vec<u8>, ReferralError> {
        let demonstration = self.demonstration;
        Ok(notice(&Notice {
            mailbox,
            subject: &daily::subject(counts, waits, demonstration),
            text: &daily::text(counts, waits, local_date(now), demonstration),
            id: &format!("day-{}", store::event::new_id(now)),
            at: now,
        })?)
    }

    async fn send_line(
        &self,
        mailbox: &Mailbox,
        bytes: &[u8],
        day: Date,
        attempts: u32,
    ) -> SendOutcome {
        let (Ok(from), Ok(to)) = (mailbox.from_address.parse(), mailbox.from_address.parse())
        else {
            return SendOutcome::Rejected {
                problem: SendProblem::AddressRefused,
                reply: None,
            };
        };
        let envelope = Envelope { from, to };
        transport::send(
            mailbox,
            &envelope,
            bytes,
            &self.deadlines,
            async |phase: Phase| {
                if phase != Phase::Body {
                    return true;
                }
                // From here on it may have gone: a successor must not send a second one.
                let now = self.clock.now();
                let written = self.practice.write_async(move |tx| {
                    daily_table::write(tx, day, "uncertain", attempts, now, "")
                });
                written.await.is_ok()
            },
        )
        .await
    }
}

fn problem_of(outcome: SendOutcome) -> Option<SendProblem> {
    match outcome {
        SendOutcome::Accepted { .. } => None,
        SendOutcome::TryLater { problem, .. }
        | SendOutcome::Rejected { problem, .. }
        | SendOutcome::Unknown { problem, .. } => Some(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Scope;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn h21_stranded_work_one_line_a_day_once_the_practice_is_open_and_something_waits() {
        let old = Some(at("2026-11-20T12:00:00Z"));
        let morning = at("2026-11-23T08:00:00Z");
        assert!(is_due(None, old, morning));
        assert!(
            !is_due(None, old, at("2026-11-23T07:59:59Z")),
            "not before it opens"
        );
        // In summer the practice opens an hour earlier by UTC.
        let spring = Some(at("2026-04-20T12:00:00Z"));
        assert!(is_due(None, spring, at("2026-07-23T07:00:00Z")));
        assert!(!is_due(None, None, morning), "nothing needs anybody");
        assert!(
            !is_due(None, Some(at("2026-11-23T07:30:00Z")), morning),
            "it came up just now"
        );
        let state = |trying| DayState {
            trying,
            attempt_count: 1,
            next_attempt_at: at("2026-11-23T08:10:00Z"),
        };
        assert!(
            !is_due(Some(&state(false)), old, at("2026-11-23T20:00:00Z")),
            "one a day"
        );
        assert!(!is_due(Some(&state(true)), old, at("2026-11-23T08:09:59Z")));
        assert!(
            is_due(Some(&state(true)), old, at("2026-11-23T08:10:00Z")),
            "a failure is tried again"
        );
    }

    #[test]
    fn only_what_surely_did_not_go_is_tried_again() {
        let now = at("2026-11-23T08:00:00Z");
        let problem = SendProblem::CannotConnect;
        let later = SendOutcome::TryLater {
            scope: Scope::Channel,
            problem,
            reply: None,
        };
        let (state, next) = after(later, 1, now);
        assert_eq!(state, "trying");
        assert!(next > now);
        let unknown = SendOutcome::Unknown {
            problem,
            reply: None,
        };
        assert_eq!(after(unknown, 1, now).0, "uncertain");
    }
}
