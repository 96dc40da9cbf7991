//! Referrals, their timelines, and the demonstration's mailbox.

use super::{hazards::reply_view, left::left_view};
use crate::views::{
    Banner, CopiedView, FilingView, MailboxMessage, MailboxRow, QueuedView, ReferralDetail,
    ReferralRow, TimelineEntry, UnknownDecision,
};
use demo::{
    mail_server::{KeptMessage, Mailbox},
    practice,
};
use engine::{Engine, EngineError, copied::CLEARED_AFTER};
use referrals::{
    ReferralError, desk,
    outbox::policy,
    patient::{NhsNumberOrReason, cui_date},
    staff_table, status,
};
use store::StoreError;

pub fn queued(queued: &desk::Queued) -> QueuedView {
    QueuedView {
        referral_id: queued.referral_id.clone(),
        reference: queued.reference.clone(),
        patient: queued.patient.clone(),
        service_name: queued.service_name.clone(),
        not_before_at: queued.not_before_at.to_string(),
        seconds_to_undo: u32::try_from(policy::UNDO_SECONDS).unwrap_or(0),
    }
}

pub fn copied(detail: &desk::ReferralDetail) -> CopiedView {
    CopiedView {
        reference: detail.row.reference.clone(),
        seconds_until_cleared: u32::try_from(CLEARED_AFTER.as_secs()).unwrap_or(0),
    }
}

pub fn referral_row(row: &desk::ReferralRow) -> ReferralRow {
    ReferralRow {
        id: row.id.clone(),
        reference: row.reference.clone(),
        patient: row.patient.clone(),
        service_name: row.service_name.clone(),
        state: row.state.as_str().to_owned(),
        changed_at: row.changed_at.to_string(),
        responsibility: row.responsibility.to_owned(),
        owner: row.next.map(|(owner, _)| owner.to_owned()),
        deputy: row.next.map(|(owner, _)| status::deputy(owner).to_owned()),
        service_phone: row.service_phone.clone(),
        attention: row.attention.map(str::to_owned),
        next_on: row.next.map(|(_, day)| cui_date(day)),
        needs_attention: row.needs_attention,
        to_file: row.to_file,
    }
}

pub fn referral(engine: &Engine, id: &str) -> Result<ReferralDetail, EngineError> {
    let detail = engine.desk.referral(id)?;
    let staff = engine.store.practice.read(staff_table::all)?;
    let name = |id: &str| {
        staff
            .iter()
            .find(|member| member.id == id)
            .map_or_else(|| id.to_owned(), |member| member.name.clone())
    };
    let now = engine.store.clock.now();
    let left = detail
        .undo_until
        .map(|until| until.duration_since(now).as_secs());
    Ok(ReferralDetail {
        left: engine
            .left(&detail.referral.service_id)
            .map(|it| left_view(&detail.row.service_name, &it)),
        row: referral_row(&detail.row),
        banner: banner(engine, &detail),
        address: detail.referral.address.clone(),
        referrer: name(&detail.referral.referrer),
        sent_by: name(&detail.referral.sent_by),
        service_phone: detail.referral.service_phone.clone(),
        replies: detail.replies.iter().copied().map(reply_view).collect(),
        follow_ups: detail.follow_ups.iter().map(ToString::to_string).collect(),
        actions: detail.actions.iter().map(ToString::to_string).collect(),
        seconds_to_undo: left.map(|seconds| u32::try_from(seconds).unwrap_or(0)),
        problem: detail.problem.map(|problem| problem.as_str().to_owned()),
        timeline: detail
            .timeline
            .iter()
            .map(|entry| timeline_entry(entry, &name))
            .collect(),
        letter_text: detail.letter_text.clone(),
        record_text: detail.record_text.clone(),
        filed: detail.filed.as_ref().map(|filing| FilingView {
            deed: filing.deed.code().to_owned(),
            by: name(&filing.by),
            at: filing.at.to_string(),
        }),
    })
}

fn timeline_entry(entry: &desk::TimelineEntry, name: &impl Fn(&str) -> String) -> TimelineEntry {
    TimelineEntry {
        at: entry.at.to_string(),
        kind: entry.kind.clone(),
        actor: name(&entry.actor),
        detail: entry
            .problem
            .map(|problem| problem.as_str().to_owned())
            .or_else(|| entry.note.clone()),
        late: entry.late,
    }
}

fn banner(engine: &Engine, detail: &desk::ReferralDetail) -> Banner {
    let today = engine.store.clock.today();
    let erased = || Banner {
        name: String::new(),
        born: None,
        gender: String::new(),
        nhs_number: None,
        pasted_at: None,
    };
    detail
        .patient
        .as_ref()
        .map_or_else(erased, |patient| Banner {
            name: patient.name.to_string(),
            born: Some(patient.born.with_age(today)),
            gender: patient.gender.to_string(),
            nhs_number: match &patient.nhs_number {
                NhsNumberOrReason::Known(number) => Some(number.to_string()),
                NhsNumberOrReason::Missing(_) => None,
            },
            pasted_at: None,
        })
}

pub fn decision(decision: &UnknownDecision) -> desk::UnknownDecision {
    match decision {
        UnknownDecision::ItArrived => desk::UnknownDecision::ItArrived,
        UnknownDecision::SendAgain => desk::UnknownDecision::SendAgain,
    }
}

/// Newest first; nothing outside a demonstration.
pub fn mailbox(engine: &Engine) -> Result<Vec<MailboxRow>, EngineError> {
    let Some(mailbox) = open_mailbox(engine)? else {
        return Ok(Vec::new());
    };
    let mut rows: Vec<MailboxRow> = mailbox
        .list()
        .map_err(unreadable)?
        .iter()
        .map(mailbox_row)
        .collect();
    rows.reverse();
    Ok(rows)
}

pub fn mailbox_message(engine: &Engine, number: u32) -> Result<MailboxMessage, EngineError> {
    let mailbox = open_mailbox(engine)?.ok_or(ReferralError::NoSuchReferral)?;
    let message = mailbox
        .message(u64::from(number))
        .map_err(unreadable)?
        .ok_or(ReferralError::NoSuchReferral)?;
    Ok(MailboxMessage {
        row: mailbox_row(&message),
        text: message.text.clone(),
        attachments: message
            .attachment_names()
            .iter()
            .map(ToString::to_string)
            .collect(),
    })
}

fn open_mailbox(engine: &Engine) -> Result<Option<Mailbox>, EngineError> {
    if !engine.is_demonstration() {
        return Ok(None);
    }
    Mailbox::open(practice::mailbox_folder(&engine.store.folder))
        .map(Some)
        .map_err(unreadable)
}

fn unreadable(source: std::io::Error) -> EngineError {
    StoreError::File {
        path: "demonstration-mailbox".into(),
        source,
    }
    .into()
}

fn mailbox_row(message: &KeptMessage) -> MailboxRow {
    MailboxRow {
        number: u32::try_from(message.number).unwrap_or(u32::MAX),
        received_at: message.envelope.received_at.to_string(),
        from: message.from.join(", "),
        to: message.to.join(", "),
        subject: message.subject.clone(),
    }
}
