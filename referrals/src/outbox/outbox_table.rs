//! The tables `outbox`, `attempts` and `channels`: every statement of theirs, each within the caller's transaction.

use super::policy;
use crate::{
    ReferralError,
    instant::{from_millis, millis},
    transport::{Phase, Reply, Scope, SendOutcome, SendProblem},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use store::{EventType, NewEvent, StoreError, event_table};

/// The program itself, as the actor of an event.
pub const ONWARD: &str = "onward";

/// A message to be sent, with everything fixed.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    pub id: String,
    pub referral_id: String,
    pub channel: String,
    pub endpoint_id: String,
    pub endpoint_digest: String,
    pub address: String,
    pub message_id: String,
    pub request_id: String,
    pub bytes: Vec<u8>,
    pub bytes_sha256: String,
    pub queued_at: Timestamp,
    pub confirmed_at: Timestamp,
    pub not_before_at: Timestamp,
}

impl std::fmt::Debug for OutboxMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxMessage")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxState {
    pub id: String,
    pub referral_id: String,
    pub state: String,
    pub phase: Phase,
    pub problem: Option<SendProblem>,
    pub attempt_count: u32,
    pub not_before_at: Timestamp,
    pub next_attempt_at: Timestamp,
}

/// Counts for the foot of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    pub waiting: u32,
    pub needs_attention: u32,
}

pub fn insert(tx: &Transaction<'_>, message: &OutboxMessage) -> Result<(), ReferralError> {
    tx.execute(
        "INSERT INTO outbox (id, referral_id, channel, endpoint_id, endpoint_digest, address, message_id, request_id,
             bytes, bytes_sha256, queued_at, confirmed_at, not_before_at, next_attempt_at, attempt_count, state, phase, problem)
         VALUES (:id, :referral_id, :channel, :endpoint_id, :endpoint_digest, :address, :message_id, :request_id,
             :bytes, :bytes_sha256, :queued_at, :confirmed_at, :not_before_at, :not_before_at, 0, 'queued', 'connecting', '')",
        named_params! {
            ":id": message.id, ":referral_id": message.referral_id, ":channel": message.channel,
            ":endpoint_id": message.endpoint_id, ":endpoint_digest": message.endpoint_digest,
            ":address": message.address, ":message_id": message.message_id, ":request_id": message.request_id,
            ":bytes": message.bytes, ":bytes_sha256": message.bytes_sha256, ":queued_at": millis(message.queued_at),
            ":confirmed_at": millis(message.confirmed_at), ":not_before_at": millis(message.not_before_at),
        },
    )?;
    Ok(())
}

/// What the sender shall do next.
#[derive(Debug)]
pub enum Claim {
    /// Committed as "sending": the first byte may leave.
    Send(Box<OutboxMessage>),
    /// Held for a person instead; look again.
    Held { referral_id: String },
    /// Nothing is due; the next thing will be at this time, if anything waits.
    Nothing { next_at: Option<Timestamp> },
}

/// What the directory and the practice's approvals say of an endpoint now.
pub type Check<'a> = &'a (dyn Fn(&OutboxMessage) -> Result<Option<SendProblem>, StoreError> + Send);

/// Takes the next due message, in one short transaction that is committed before the first byte leaves.
pub fn claim(
    tx: &Transaction<'_>,
    now: Timestamp,
    check: Check<'_>,
) -> Result<Claim, ReferralError> {
    pull_in_far_times(tx, now)?;
    let open_channels = "NOT EXISTS (SELECT 1 FROM channels WHERE channels.channel = outbox.channel AND channels.next_attempt_at > :now)";
    let due: Option<OutboxMessage> = tx
        .query_row(
            &format!(
                "SELECT * FROM outbox WHERE state = 'queued' AND not_before_at <= :now AND next_attempt_at <= :now AND {open_channels}
                 ORDER BY next_attempt_at, id LIMIT 1"
            ),
            named_params! { ":now": millis(now) },
            |row| Ok(read_message(row)),
        )
        .optional()?
        .transpose()?;
    let Some(message) = due else {
        return Ok(Claim::Nothing {
            next_at: next_due(tx, now)?,
        });
    };
    if let Some(problem) = reason_to_hold(tx, &message, now, check)? {
        hold(tx, &message, problem, now)?;
        return Ok(Claim::Held {
            referral_id: message.referral_id,
        });
    }
    tx.execute(
        "UPDATE outbox SET state = 'sending', phase = 'connecting', problem = '', attempt_count = attempt_count + 1 WHERE id = :id",
        named_params! { ":id": message.id },
    )?;
    // Numbered by what was really tried: the row's own count forgives the channel's failures, so it would give a number twice.
    tx.execute(
        "INSERT INTO attempts (outbox_id, number, began_at, ended_at, phase, outcome, problem, reply_code)
         SELECT id, (SELECT COALESCE(MAX(number), 0) + 1 FROM attempts WHERE outbox_id = :id), :now, 0, phase, '', '', 0
         FROM outbox WHERE id = :id",
        named_params! { ":id": message.id, ":now": millis(now) },
    )?;
    event_table::append(
        tx,
        &NewEvent::new(EventType::Sending, &message.referral_id, ONWARD, now),
    )?;
    Ok(Claim::Send(Box::new(message)))
}

fn reason_to_hold(
    tx: &Transaction<'_>,
    message: &OutboxMessage,
    now: Timestamp,
    check: Check<'_>,
) -> Result<Option<SendProblem>, ReferralError> {
    let approved: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM approvals WHERE endpoint_id = :endpoint_id AND digest = :digest AND ended_at = 0)",
        named_params! { ":endpoint_id": message.endpoint_id, ":digest": message.endpoint_digest },
        |row| row.get(0),
    )?;
    let attempts: u32 = tx.query_row(
        "SELECT attempt_count FROM outbox WHERE id = :id",
        named_params! { ":id": message.id },
        |row| row.get(0),
    )?;
    Ok(
        if super::sender::sha256_hex(&message.bytes) != message.bytes_sha256 {
            Some(SendProblem::Damaged)
        } else if !approved {
            // An address whose approval ended with a change says so: that it is not approved would send the reader elsewhere.
            let changed = check(message)? == Some(SendProblem::AddressChanged);
            Some(if changed {
                SendProblem::AddressChanged
            } else {
                SendProblem::AddressNotApproved
            })
        } else if let Some(problem) = check(message)? {
            Some(problem)
        } else if policy::must_be_confirmed_again(message.confirmed_at, now) {
            Some(SendProblem::WaitedOverADay)
        } else if attempts >= policy::MOST_ATTEMPTS {
            Some(SendProblem::TooManyTries)
        } else {
            None
        },
    )
}

fn hold(
    tx: &Transaction<'_>,
    message: &OutboxMessage,
    problem: SendProblem,
    now: Timestamp,
) -> Result<(), ReferralError> {
    set_state(tx, &message.id, "held", problem.as_str())?;
    let event = NewEvent::new(EventType::Held, &message.referral_id, ONWARD, now);
    event_table::append(
        tx,
        &event.with(serde_json::json!({ "problem": problem.as_str() })),
    )?;
    Ok(())
}

fn set_state(
    tx: &Transaction<'_>,
    id: &str,
    state: &str,
    problem: &str,
) -> Result<(), ReferralError> {
    tx.execute(
        "UPDATE outbox SET state = :state, problem = :problem WHERE id = :id",
        named_params! { ":id": id, ":state": state, ":problem": problem },
    )?;
    Ok(())
}

/// When the sender must look again: the earliest due time of what waits, no earlier than its channel opens.
fn next_due(connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>, ReferralError> {
    let next: Option<i64> = connection.query_row(
        "SELECT MIN(MAX(outbox.next_attempt_at, outbox.not_before_at, COALESCE(channels.next_attempt_at, 0)))
         FROM outbox LEFT JOIN channels ON channels.channel = outbox.channel WHERE state = 'queued'",
        [],
        |row| row.get(0),
    )?;
    Ok(next.map(|at| from_millis(at).max(now)))
}

/// Makes the point of no return durable. The sender calls it before the first byte of the body leaves.
pub fn reach(tx: &Transaction<'_>, id: &str, phase: Phase) -> Result<(), ReferralError> {
    let mut changed = 0;
    for sql in [
        "UPDATE outbox SET phase = :phase WHERE id = :id AND state = 'sending'",
        "UPDATE attempts SET phase = :phase WHERE outbox_id = :id AND ended_at = 0",
    ] {
        changed += tx.execute(sql, named_params! { ":id": id, ":phase": phase.as_str() })?;
    }
    if changed == 2 {
        Ok(())
    } else {
        Err(ReferralError::NotPossibleNow)
    }
}

/// Writes down what is known after an attempt: row, attempt, event and the channel's state, together.
pub fn settle(
    tx: &Transaction<'_>,
    message: &OutboxMessage,
    outcome: SendOutcome,
    now: Timestamp,
    chance: f64,
) -> Result<(), ReferralError> {
    let (word, problem, reply) = match outcome {
        SendOutcome::Accepted { reply } => ("accepted", None, Some(reply)),
        SendOutcome::TryLater { problem, reply, .. } => ("try-later", Some(problem), reply),
        SendOutcome::Rejected { problem, reply } => ("rejected", Some(problem), reply),
        SendOutcome::Unknown { problem, reply } => ("unknown", Some(problem), reply),
    };
    let problem_code = problem.map_or("", SendProblem::as_str);
    let still_sending: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE id = :id AND state = 'sending')",
        named_params! { ":id": message.id },
        |row| row.get(0),
    )?;
    if !still_sending {
        // Written down already, by a commit that had reported a failure.
        return Ok(());
    }
    end_attempt(tx, &message.id, word, problem_code, reply, now)?;
    let event_type = match outcome {
        SendOutcome::TryLater { scope, .. } => {
            return postpone(tx, message, scope, problem_code, now, chance);
        }
        SendOutcome::Accepted { .. } => EventType::Sent,
        SendOutcome::Rejected { .. } => EventType::Failed,
        SendOutcome::Unknown { .. } => EventType::Unknown,
    };
    tx.execute(
        "DELETE FROM channels WHERE channel = :channel",
        named_params! { ":channel": message.channel },
    )?;
    set_state(tx, &message.id, word, problem_code)?;
    let payload =
        serde_json::json!({ "problem": problem_code, "reply": reply.map(|reply| reply.code) });
    event_table::append(
        tx,
        &NewEvent::new(event_type, &message.referral_id, ONWARD, now).with(payload),
    )?;
    Ok(())
}

fn end_attempt(
    tx: &Transaction<'_>,
    id: &str,
    outcome: &str,
    problem: &str,
    reply: Option<Reply>,
    now: Timestamp,
) -> Result<(), ReferralError> {
    tx.execute(
        "UPDATE attempts SET ended_at = :now, outcome = :outcome, problem = :problem, reply_code = :reply
         WHERE outbox_id = :id AND ended_at = 0",
        named_params! {
            ":id": id, ":now": millis(now), ":outcome": outcome, ":problem": problem,
            ":reply": reply.map_or(0, |reply| reply.code),
        },
    )?;
    Ok(())
}

/// Back to the queue. A channel's failure is not counted against the message.
fn postpone(
    tx: &Transaction<'_>,
    message: &OutboxMessage,
    scope: Scope,
    problem: &str,
    now: Timestamp,
    chance: f64,
) -> Result<(), ReferralError> {
    let attempts: u32 = tx.query_row(
        "SELECT attempt_count FROM outbox WHERE id = :id",
        named_params! { ":id": message.id },
        |row| row.get(0),
    )?;
    let (counted, next) = match scope {
        Scope::Message => (attempts, now + policy::wait_after(attempts, chance)),
        Scope::Channel => (attempts.saturating_sub(1), now),
    };
    tx.execute(
        "UPDATE outbox SET state = 'queued', problem = :problem, attempt_count = :counted, next_attempt_at = :next WHERE id = :id",
        named_params! { ":id": message.id, ":problem": problem, ":counted": counted, ":next": millis(next) },
    )?;
    if scope == Scope::Channel {
        postpone_channel(tx, &message.channel, problem, now, chance)?;
    }
    let event = NewEvent::new(EventType::Queued, &message.referral_id, ONWARD, now);
    event_table::append(
        tx,
        &event.with(serde_json::json!({ "problem": problem, "again": true })),
    )?;
    Ok(())
}

fn postpone_channel(
    tx: &Transaction<'_>,
    channel: &str,
    problem: &str,
    now: Timestamp,
    chance: f64,
) -> Result<(), ReferralError> {
    let failures: Option<u32> = tx
        .query_row(
            "SELECT failure_count FROM channels WHERE channel = :channel",
            named_params! { ":channel": channel },
            |row| row.get(0),
        )
        .optional()?;
    let failures = failures.unwrap_or(0).saturating_add(1);
    tx.execute(
        "INSERT INTO channels (channel, failure_count, next_attempt_at, problem, since_at)
         VALUES (:channel, :failures, :next, :problem, :now)
         ON CONFLICT (channel) DO UPDATE SET failure_count = :failures, next_attempt_at = :next, problem = :problem",
        named_params! {
            ":channel": channel, ":failures": failures, ":problem": problem, ":now": millis(now),
            ":next": millis(now + policy::channel_wait(problem, failures, chance)),
        },
    )?;
    Ok(())
}

/// A clock that was set back must not leave items waiting for a time that lies far ahead.
fn pull_in_far_times(tx: &Transaction<'_>, now: Timestamp) -> Result<(), ReferralError> {
    let latest = millis(now + SignedDuration::from_mins(15));
    tx.execute(
        "UPDATE outbox SET next_attempt_at = MIN(next_attempt_at, :latest), not_before_at = MIN(not_before_at, :latest)
         WHERE state = 'queued' AND (next_attempt_at > :latest OR not_before_at > :latest)",
        named_params! { ":latest": latest },
    )?;
    tx.execute(
        "UPDATE channels SET next_attempt_at = :latest WHERE next_attempt_at > :latest",
        named_params! { ":latest": latest },
    )?;
    Ok(())
}

/// Rows whose sender died: (id, referral, whether the body had begun).
pub fn interrupted(tx: &Transaction<'_>) -> Result<Vec<(String, String, Phase)>, ReferralError> {
    let mut statement =
        tx.prepare("SELECT id, referral_id, phase FROM outbox WHERE state = 'sending'")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
    })?;
    rows.map(|row| {
        let (id, referral_id, phase) = row?;
        let phase = Phase::parse(&phase).ok_or_else(|| StoreError::Value("outbox.phase".into()))?;
        Ok((id, referral_id, phase))
    })
    .collect()
}

/// Ends an interrupted attempt as queued again, or as unknown.
pub fn settle_interrupted(
    tx: &Transaction<'_>,
    id: &str,
    referral_id: &str,
    body_begun: bool,
    now: Timestamp,
) -> Result<(), ReferralError> {
    let problem = SendProblem::Interrupted.as_str();
    let (state, event_type) = if body_begun {
        ("unknown", EventType::Unknown)
    } else {
        ("queued", EventType::Queued)
    };
    end_attempt(
        tx,
        id,
        if body_begun { "unknown" } else { "try-later" },
        problem,
        None,
        now,
    )?;
    set_state(tx, id, state, problem)?;
    let event = NewEvent::new(event_type, referral_id, ONWARD, now);
    event_table::append(
        tx,
        &event.with(serde_json::json!({ "problem": problem, "again": !body_begun })),
    )?;
    Ok(())
}

/// Takes a message back, if no attempt has begun or the last one ended without the body having left. False when it is too late.
pub fn withdraw(tx: &Transaction<'_>, referral_id: &str) -> Result<bool, ReferralError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = 'withdrawn' WHERE referral_id = :referral_id AND state IN ('queued', 'held', 'rejected')",
        named_params! { ":referral_id": referral_id },
    )?;
    Ok(changed > 0)
}

/// A person confirms that a waiting, held or rejected message shall go, now.
pub fn release(
    tx: &Transaction<'_>,
    referral_id: &str,
    now: Timestamp,
) -> Result<bool, ReferralError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = 'queued', problem = '', confirmed_at = :now, not_before_at = :now, next_attempt_at = :now,
             attempt_count = CASE WHEN state = 'queued' THEN attempt_count ELSE 0 END
         WHERE referral_id = :referral_id AND state IN ('queued', 'held', 'rejected')",
        named_params! { ":referral_id": referral_id, ":now": millis(now) },
    )?;
    if changed > 0 {
        // A wrong password is not tried again and again, or the practice's account would be locked: only a new mailbox opens that channel.
        tx.execute(
            "DELETE FROM channels WHERE problem <> :problem",
            named_params! { ":problem": SendProblem::SignInRefused.as_str() },
        )?;
    }
    Ok(changed > 0)
}

/// A person decided about an uncertain message: it arrived after all.
pub fn resolve_unknown(
    tx: &Transaction<'_>,
    referral_id: &str,
    state: &str,
) -> Result<bool, ReferralError> {
    let changed = tx.execute(
        "UPDATE outbox SET state = :state WHERE referral_id = :referral_id AND state = 'unknown'",
        named_params! { ":referral_id": referral_id, ":state": state },
    )?;
    Ok(changed > 0)
}

/// The newest message of a referral: the one put in last, for an id's order follows a clock that may have been set back.
pub fn newest_of(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<OutboxState>, ReferralError> {
    connection
        .query_row(
            "SELECT * FROM outbox WHERE referral_id = :referral_id ORDER BY rowid DESC LIMIT 1",
            named_params! { ":referral_id": referral_id },
            |row| Ok(read_state(row)),
        )
        .optional()?
        .transpose()
}

/// The same, whole.
pub fn newest_message_of(
    connection: &Connection,
    referral_id: &str,
) -> Result<Option<OutboxMessage>, ReferralError> {
    connection
        .query_row(
            "SELECT * FROM outbox WHERE referral_id = :referral_id ORDER BY rowid DESC LIMIT 1",
            named_params! { ":referral_id": referral_id },
            |row| Ok(read_message(row)),
        )
        .optional()?
        .transpose()
}

/// The messages of a referral, the oldest first: each Message-ID, with how it ended.
pub fn messages_of(
    connection: &Connection,
    referral_id: &str,
) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT message_id, state FROM outbox WHERE referral_id = :id ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":id": referral_id }, |row| {
        let (id, state): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(format!("{id} ({state})"))
    })?;
    rows.map(|row| Ok(row?)).collect()
}

pub fn all(connection: &Connection) -> Result<Vec<OutboxState>, ReferralError> {
    let mut statement = connection.prepare_cached("SELECT * FROM outbox ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok(read_state(row)))?;
    rows.map(|row| row?).collect()
}

/// A body of this referral has begun to leave and was not explicitly refused: the service may have it.
pub fn ever_left(connection: &Connection, referral_id: &str) -> Result<bool, ReferralError> {
    Ok(connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM attempts JOIN outbox ON outbox.id = attempts.outbox_id
             WHERE outbox.referral_id = :referral_id AND attempts.phase IN ('body', 'accepted')
                 AND attempts.outcome NOT IN ('rejected', 'try-later'))",
        named_params! { ":referral_id": referral_id },
        |row| row.get(0),
    )?)
}

/// Referrals whose time to undo still runs.
pub fn still_undoable(
    connection: &Connection,
    now: Timestamp,
) -> Result<Vec<String>, ReferralError> {
    let mut statement = connection.prepare_cached(
        "SELECT referral_id FROM outbox AS newest
         WHERE state = 'queued' AND not_before_at > :now AND attempt_count = 0
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.referral_id = newest.referral_id AND outbox.rowid < newest.rowid)
         ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":now": millis(now) }, |row| row.get(0))?;
    rows.map(|row| Ok(row?)).collect()
}

pub fn counts(connection: &Connection, now: Timestamp) -> Result<OutboxCounts, ReferralError> {
    Ok(connection.query_row(
        "SELECT COALESCE(SUM(state IN ('queued', 'sending')), 0),
             COALESCE(SUM(state IN ('rejected', 'unknown', 'held') OR (state IN ('queued', 'sending') AND not_before_at < :late)), 0)
         FROM outbox",
        named_params! { ":late": millis(now - policy::WARN_AFTER) },
        |row| {
            Ok(OutboxCounts {
                waiting: row.get(0)?,
                needs_attention: row.get(1)?,
            })
        },
    )?)
}

/// After a backup was restored nobody knows what became of what was waiting when it was made: a person decides.
pub fn hold_after_restore(tx: &Transaction<'_>, now: Timestamp) -> Result<(), ReferralError> {
    let problem = SendProblem::RestoredFromBackup;
    for (id, referral_id, _) in interrupted(tx)? {
        settle_interrupted(tx, &id, &referral_id, true, now)?;
    }
    let mut statement = tx.prepare("SELECT * FROM outbox WHERE state = 'queued'")?;
    let waiting = statement.query_map([], |row| Ok(read_message(row)))?;
    for message in waiting {
        hold(tx, &message??, problem, now)?;
    }
    Ok(())
}

/// Why a channel waits, if one does.
pub fn channel_problem(connection: &Connection) -> Result<Option<String>, ReferralError> {
    Ok(connection
        .query_row(
            "SELECT problem FROM channels ORDER BY since_at LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?)
}

fn read_message(row: &Row<'_>) -> Result<OutboxMessage, ReferralError> {
    Ok(OutboxMessage {
        id: row.get("id")?,
        referral_id: row.get("referral_id")?,
        channel: row.get("channel")?,
        endpoint_id: row.get("endpoint_id")?,
        endpoint_digest: row.get("endpoint_digest")?,
        address: row.get("address")?,
        message_id: row.get("message_id")?,
        request_id: row.get("request_id")?,
        bytes: row.get("bytes")?,
        bytes_sha256: row.get("bytes_sha256")?,
        queued_at: from_millis(row.get("queued_at")?),
        confirmed_at: from_millis(row.get("confirmed_at")?),
        not_before_at: from_millis(row.get("not_before_at")?),
    })
}

fn read_state(row: &Row<'_>) -> Result<OutboxState, ReferralError> {
    let phase: String = row.get("phase")?;
    let problem: String = row.get("problem")?;
    Ok(OutboxState {
        id: row.get("id")?,
        referral_id: row.get("referral_id")?,
        state: row.get("state")?,
        phase: Phase::parse(&phase).ok_or_else(|| StoreError::Value("outbox.phase".into()))?,
        problem: SendProblem::parse(&problem),
        attempt_count: row.get("attempt_count")?,
        not_before_at: from_millis(row.get("not_before_at")?),
        next_attempt_at: from_millis(row.get("next_attempt_at")?),
    })
}
