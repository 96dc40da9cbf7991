//! The table `daily_lines`: one row a day, and what became of its line.

use super::daily::DayState;
use crate::{
    ReferralError,
    instant::{from_millis, millis},
    transport::SendProblem,
};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

pub fn read(connection: &Connection, day: Date) -> Result<Option<DayState>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT state, attempt_count, next_attempt_at FROM daily_lines WHERE day = :day",
            named_params! { ":day": day.to_string() },
            |row| {
                Ok(DayState {
                    trying: row.get::<_, String>(0)? == "trying",
                    attempt_count: row.get(1)?,
                    next_attempt_at: from_millis(row.get(2)?),
                })
            },
        )
        .optional()?)
}

pub fn write(
    tx: &Transaction<'_>,
    day: Date,
    state: &str,
    attempt_count: u32,
    next_attempt_at: Timestamp,
    problem: &str,
) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO daily_lines (day, state, attempt_count, next_attempt_at, problem)
         VALUES (:day, :state, :attempts, :next, :problem)
         ON CONFLICT (day) DO UPDATE SET state = :state, attempt_count = :attempts, next_attempt_at = :next, problem = :problem",
        named_params! {
            ":day": day.to_string(), ":state": state, ":attempts": attempt_count, ":next": millis(next_attempt_at), ":problem": problem,
        },
    )?;
    Ok(())
}

/// The mail server has refused the password: only a new mailbox opens it again.
pub fn channel_is_shut(connection: &Connection) -> Result<bool, ReferralError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM channels WHERE problem = :problem)",
        named_params! { ":problem": SendProblem::SignInRefused.as_str() },
        |row| row.get(0),
    )?)
}
