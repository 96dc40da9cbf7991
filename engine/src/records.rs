//! The keeping of records: the audit trail, backups, erasure, and the copy for a patient. Each asks whether the person may.

use crate::{Engine, EngineError, schemas, session::Needs};
use referrals::{
    ReferralError,
    access::{self, Everything, WhoIsAsked},
    people::Right,
    retention::{HoldReason, Retention},
    retention_table::Erased,
};
use std::{fs, path::Path};
use store::{
    Clock, DataFolder, Store, StoreError, UseMode,
    audit::{AuditEntry, Verdict},
    audit_table,
    backup::{BackupNote, FoundBackup},
    daily_backup::{self, BackupState},
    recovery::RecoveryKey,
};

/// So many rows of the audit trail at once.
const LONGEST_PAGE: u32 = 500;

/// Everything about one patient, as a page to read and print and as JSON for another program.
pub struct PatientCopy {
    pub everything: Everything,
    pub html: String,
    pub json: String,
}

impl PatientCopy {
    pub fn of(everything: Everything) -> Result<Self, EngineError> {
        let json = serde_json::to_string_pretty(&everything)
            .map_err(|error| StoreError::Value(error.to_string()))?;
        Ok(Self {
            html: access::html(&everything),
            json,
            everything,
        })
    }
}

impl Engine {
    /// Acts of people and of the program, the newest first; before that row, if one is named.
    pub fn audit_trail(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, EngineError> {
        self.allow(Needs::Seen(Right::ReadAuditTrail))?;
        let limit = limit.min(LONGEST_PAGE);
        Ok(self
            .store
            .practice
            .read(|c| audit_table::newest_acts(c, before, limit))?)
    }

    /// Reads every row and every event: whether anything was changed past the program.
    pub fn verify_audit(&self) -> Result<Verdict, EngineError> {
        self.allow(Needs::Seen(Right::ReadAuditTrail))?;
        Ok(self.store.verify_audit()?)
    }

    pub fn accept_audit(&self) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::ReadAuditTrail))?;
        Ok(self.store.accept_audit(&actor)?)
    }

    /// When the last good backup was made, and what is wrong with the newest; for everybody to see.
    pub fn backup_state(&self) -> Result<BackupState, EngineError> {
        Ok(self.store.backup_state()?)
    }

    pub fn set_backup_folder(&self, folder: Option<&Path>) -> Result<BackupState, EngineError> {
        let actor = self.allow(Needs::Right(Right::SetUp))?;
        Ok(self.store.set_backup_folder(folder, &actor)?)
    }

    /// A backup by hand into a folder that is not there yet.
    pub fn back_up_to(&self, target: &Path) -> Result<BackupNote, EngineError> {
        self.allow(Needs::Right(Right::SetUp))?;
        Ok(self.store.back_up(target)?)
    }

    /// The newest backup of a data folder that is whole, also when its records cannot be opened.
    pub fn newest_backup(data: &Path) -> Option<FoundBackup> {
        daily_backup::newest_good(data)
    }

    /// Puts a backup in the place of records that cannot be opened. These are set aside, whole, and nothing is deleted.
    /// Without a recovery key it opens with the key that is still in this computer's keychain.
    pub fn restore_over(
        path: &Path,
        backup: &Path,
        recovery: Option<&RecoveryKey>,
        clock: Clock,
    ) -> Result<Self, EngineError> {
        let mode = DataFolder::mode_of(path)?.unwrap_or(UseMode::Real);
        let folder = DataFolder::prepare(path, mode)?;
        Store::restore_over(backup, &folder, clock.now())?;
        let store = match recovery {
            Some(key) => Store::recover(folder, key, &schemas(), clock)?,
            None => Store::open(folder, &schemas(), clock)?.store,
        };
        Self::with_store(store)
    }

    pub fn retention(&self) -> Result<Retention, EngineError> {
        Ok(self.desk.retention()?)
    }

    pub fn set_retention_days(&self, days: u16) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepRecords))?;
        let retention = Retention::of_days(days).ok_or(ReferralError::NotPossibleNow)?;
        Ok(self.desk.set_retention(retention, &actor)?)
    }

    pub fn erase_due(&self) -> Result<Erased, EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepRecords))?;
        Ok(self.desk.erase_due(&actor)?)
    }

    pub fn hold_from_erasure(
        &self,
        referral_id: &str,
        reason: HoldReason,
    ) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepRecords))?;
        Ok(self.desk.hold_from_erasure(referral_id, reason, &actor)?)
    }

    pub fn lift_hold(&self, referral_id: &str) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepRecords))?;
        Ok(self.desk.lift_hold(referral_id, &actor)?)
    }

    /// The same written into a folder that is not there yet, whose name says nothing of the patient.
    pub fn export_patient(
        &self,
        who: &WhoIsAsked,
        folder: &Path,
    ) -> Result<PatientCopy, EngineError> {
        let copy = self.copy_for_patient(who)?;
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|source| StoreError::File { path, source })
        };
        fs::create_dir(folder).map_err(|source| StoreError::File {
            path: folder.to_owned(),
            source,
        })?;
        write("everything.html", &copy.html)?;
        write("everything.json", &copy.json)?;
        Ok(copy)
    }

    /// Everything that is held about one patient; the export stands in the audit trail.
    pub fn copy_for_patient(&self, who: &WhoIsAsked) -> Result<PatientCopy, EngineError> {
        let actor = self.allow(Needs::Right(Right::KeepRecords))?;
        PatientCopy::of(self.desk.everything_about(who, &actor)?)
    }
}
