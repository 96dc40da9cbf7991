//! The list of referrals and the timeline of each, as the window and the command line show them.

use super::{Desk, Reply, filing::RecordSource, replies::follow_ups};
use crate::{
    ReferralError, filing,
    filing_table::{self, Filing},
    outbox::{OutboxState, outbox_table, policy},
    patient::Patient,
    referral_table::{self, Referral},
    render, status,
    transport::SendProblem,
};
use jiff::{Timestamp, civil::Date};
use rusqlite::Connection;
use store::{Event, EventType, clock::local_date, event_table};

#[derive(Debug, Clone)]
pub struct ReferralRow {
    pub id: String,
    pub reference: String,
    /// "SMITH, born 14-Jul-1945"; empty once erased.
    pub patient: String,
    pub service_name: String,
    pub state: EventType,
    pub changed_at: Timestamp,
    pub responsibility: &'static str,
    pub next: Option<(&'static str, Date)>,
    pub service_phone: Option<String>,
    pub needs_attention: bool,
    /// Why, as `status::attention` gives it; or "not-leaving".
    pub attention: Option<&'static str>,
    /// Not in the patient's record yet, as far as anybody ticked.
    pub to_file: bool,
}

#[derive(Clone)]
pub struct ReferralDetail {
    pub row: ReferralRow,
    pub patient: Option<Patient>,
    pub referral: Referral,
    pub actions: Vec<&'static str>,
    /// What the service could answer now, to be written down by hand.
    pub replies: Vec<Reply>,
    /// "chased", "acknowledged", "recall", "decline".
    pub follow_ups: Vec<&'static str>,
    /// While it can be undone.
    pub undo_until: Option<Timestamp>,
    pub problem: Option<SendProblem>,
    pub timeline: Vec<TimelineEntry>,
    pub letter_text: String,
    /// What goes into the patient's record; empty where there is nothing to file.
    pub record_text: String,
    pub filed: Option<Filing>,
}

#[derive(Debug, Clone)]
pub struct TimelineEntry {
    pub at: Timestamp,
    /// An event's type, or what a person decided: "decided-arrived".
    pub kind: String,
    pub actor: String,
    pub problem: Option<SendProblem>,
    pub note: Option<String>,
    pub late: bool,
}

impl Desk {
    /// What needs somebody first, then the newest.
    pub fn worklist(&self) -> Result<Vec<ReferralRow>, ReferralError> {
        self.rows(referral_table::all)
    }

    /// The same of those alone that nothing has ended.
    pub(super) fn unfinished(&self) -> Result<Vec<ReferralRow>, ReferralError> {
        self.rows(referral_table::unfinished)
    }

    fn rows(
        &self,
        which: fn(&Connection) -> Result<Vec<Referral>, ReferralError>,
    ) -> Result<Vec<ReferralRow>, ReferralError> {
        let now = self.clock.now();
        self.practice.read(|connection| {
            let referrals = which(connection)?;
            let mut rows = Vec::with_capacity(referrals.len());
            for referral in referrals {
                let events = event_table::about(connection, &referral.id)?;
                rows.extend(row_of(connection, &referral, &events, now)?);
            }
            rows.sort_by_key(|row| !row.needs_attention);
            Ok(rows)
        })
    }

    pub fn referral(&self, referral_id: &str) -> Result<ReferralDetail, ReferralError> {
        let now = self.clock.now();
        self.practice.read(|connection| {
            let referral = referral_table::read(connection, referral_id)?
                .ok_or(ReferralError::NoSuchReferral)?;
            let events = event_table::about(connection, referral_id)?;
            let row = row_of(connection, &referral, &events, now)?
                .ok_or(ReferralError::NoSuchReferral)?;
            let outbox = outbox_table::newest_of(connection, referral_id)?;
            let undo_until = outbox
                .as_ref()
                .filter(|outbox| can_undo(outbox, now))
                .map(|outbox| outbox.not_before_at);
            let letter = referral_table::letter(connection, referral_id)?;
            let patient = referral_table::patient(connection, referral_id)?;
            let record = RecordSource {
                referral: &referral,
                row: &row,
                patient: patient.as_ref(),
                letter: letter.as_ref(),
                demonstration: self.demonstration,
            };
            Ok(ReferralDetail {
                record_text: record.text(connection)?,
                filed: filing_table::read(connection, referral_id)?,
                actions: actions(row.state, undo_until.is_some()),
                replies: Reply::possible(row.state),
                follow_ups: status::fold(&events)
                    .map(|folded| follow_ups(&folded))
                    .unwrap_or_default(),
                undo_until,
                problem: outbox.and_then(|outbox| outbox.problem),
                timeline: timeline(connection, &events)?,
                patient,
                letter_text: letter
                    .map(|letter| render::text::text(&letter))
                    .unwrap_or_default(),
                row,
                referral,
            })
        })
    }
}

fn row_of(
    connection: &Connection,
    referral: &Referral,
    events: &[Event],
    now: Timestamp,
) -> Result<Option<ReferralRow>, ReferralError> {
    let Some(folded) = status::fold(events) else {
        return Ok(None);
    };
    let patient = referral_table::patient(connection, &referral.id)?;
    let label = patient.map(|patient| {
        format!(
            "{}, born {}",
            patient.name.family().to_uppercase(),
            patient.born
        )
    });
    let filed = filing_table::read(connection, &referral.id)?.map(|filing| filing.deed);
    // Nobody can be asked to file what no longer says whose it is.
    let to_file = label.is_some() && filing::is_to_file(folded.state, filed);
    let promise = referral.replies_within_working_days;
    let mut attention = status::attention(&folded, promise, local_date(now));
    if attention.is_none() && waits_too_long(connection, &referral.id, now)? {
        attention = Some("not-leaving");
    }
    Ok(Some(ReferralRow {
        id: referral.id.clone(),
        reference: referral.reference.clone(),
        patient: label.unwrap_or_default(),
        service_name: referral.service_name.clone(),
        state: folded.state,
        changed_at: folded.changed_at,
        responsibility: status::responsibility(folded.state),
        next: status::next_action(&folded, promise),
        service_phone: referral.service_phone.clone(),
        needs_attention: attention.is_some(),
        attention,
        to_file,
    }))
}

/// It should have left a while ago, whatever keeps it.
fn waits_too_long(
    connection: &Connection,
    referral_id: &str,
    now: Timestamp,
) -> Result<bool, ReferralError> {
    let newest = outbox_table::newest_of(connection, referral_id)?;
    Ok(newest.is_some_and(|newest| {
        matches!(newest.state.as_str(), "queued" | "sending")
            && newest.not_before_at < now - policy::WARN_AFTER
    }))
}

fn can_undo(outbox: &OutboxState, now: Timestamp) -> bool {
    outbox.state == "queued" && outbox.attempt_count == 0 && outbox.not_before_at > now
}

/// What a person can do now.
fn actions(state: EventType, undoable: bool) -> Vec<&'static str> {
    match state {
        EventType::Queued if undoable => vec!["undo", "send-now"],
        EventType::Queued => vec!["send-now", "withdraw"],
        EventType::Failed | EventType::Held => vec!["try-again", "withdraw"],
        EventType::Unknown => vec!["it-arrived", "send-again", "withdraw"],
        _ => vec![],
    }
}

pub(super) fn timeline(
    connection: &Connection,
    events: &[Event],
) -> Result<Vec<TimelineEntry>, ReferralError> {
    let late = status::fold(events)
        .map(|folded| folded.late)
        .unwrap_or_default();
    let entry = |(event, late): (&Event, bool)| {
        Ok(TimelineEntry {
            at: event.at,
            kind: kind(event),
            actor: event.actor.clone(),
            problem: event
                .payload
                .get("problem")
                .and_then(|code| code.as_str())
                .and_then(SendProblem::parse),
            note: referral_table::note_of(connection, &event.id.to_string())?,
            late,
        })
    };
    events.iter().zip(late).map(entry).collect()
}

/// A queued event says by its payload how it came about.
fn kind(event: &Event) -> String {
    let is = |name: &str, value: &serde_json::Value| event.payload.get(name) == Some(value);
    if let Some(follow_up) = status::FollowUp::of(event) {
        return follow_up.code().to_owned();
    }
    let kind = match event.event_type {
        EventType::Draft => "recalled",
        EventType::Queued if is("again", &true.into()) => "postponed",
        EventType::Queued if is("confirmed", &true.into()) => "tried-again",
        EventType::Queued if is("decided", &"send-again".into()) => "decided-send-again",
        EventType::Sent if is("decided", &"it-arrived".into()) => "decided-arrived",
        other => other.as_str(),
    };
    kind.to_owned()
}
