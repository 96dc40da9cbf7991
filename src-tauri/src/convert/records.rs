//! The keeping of records: backups, the audit trail, erasure, and the copy for a patient.

use crate::views::{AuditRow, AuditView, BackupsView, ExportView, RetentionView};
use engine::{Engine, EngineError};
use referrals::{ReferralError, referral_table, retention::Retention, staff_table};
use std::path::Path;
use store::{audit::Verdict, daily_backup::BackupState};

/// So many rows on one page of the trail.
const ROWS: u32 = 100;

pub fn backups(state: &BackupState) -> BackupsView {
    let folder = state.named_folder.as_ref();
    BackupsView {
        folder: folder.map(|path| path.display().to_string()),
        last_good_at: state.shown().last_good_at.map(|at| at.to_string()),
        problem: state.problem().map(str::to_owned),
    }
}

pub fn audit(engine: &Engine, before: Option<i64>) -> Result<AuditView, EngineError> {
    let entries = engine.audit_trail(before, ROWS)?;
    let verdict = engine.verify_audit()?;
    let (staff, referrals) = engine
        .store
        .practice
        .read(|c| Ok::<_, ReferralError>((staff_table::all(c)?, referral_table::all(c)?)))?;
    // A name for whoever did it and whom it was about; a reference for a referral.
    let known = |id: &str| {
        let person = staff.iter().find(|member| member.id == id);
        let referral = referrals.iter().find(|referral| referral.id == id);
        person
            .map(|member| member.name.clone())
            .or_else(|| referral.map(|referral| referral.reference.clone()))
            .unwrap_or_else(|| id.to_owned())
    };
    let rows = entries.iter().map(|entry| AuditRow {
        seq: entry.seq,
        at: entry.at.to_string(),
        who: known(&entry.actor),
        act: entry.act.as_str().to_owned(),
        subject: known(&entry.subject),
    });
    Ok(AuditView {
        rows: rows.collect(),
        whole: verdict.is_whole(),
        tampered_at: match verdict {
            Verdict::Whole { .. } => None,
            Verdict::Tampered { at_seq, .. } => Some(at_seq),
        },
    })
}

pub fn retention(retention: Retention) -> RetentionView {
    RetentionView {
        days: retention.days(),
        shortest_days: Retention::SHORTEST_DAYS,
        longest_days: Retention::LONGEST_DAYS,
    }
}

pub fn export(folder: &Path, copy: &engine::PatientCopy) -> ExportView {
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    ExportView {
        folder: folder.display().to_string(),
        referrals: count(copy.everything.referrals.len()),
        drafts: count(copy.everything.drafts.len()),
    }
}
