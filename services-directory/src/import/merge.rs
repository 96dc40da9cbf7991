//! Two entries made one, at a person's word: the one that goes stays in the file, closed, and points to the one that stays.

use super::file::DirectoryFile;
use crate::ids::ServiceId;
use crate::model::{HealthcareService, ServiceStatus, Tier};
use jiff::civil::Date;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    #[error("the file has no service {0}")]
    NoSuchService(ServiceId),
    #[error("{0} cannot be merged with itself")]
    Itself(ServiceId),
    #[error("{0} was merged with another before")]
    AlreadyMerged(ServiceId),
    #[error(
        "{gone} is curated and {keep} is not: keep the curated one, or look at the other first and take \"tier\" out of its record"
    )]
    CuratedIntoUnassured { keep: ServiceId, gone: ServiceId },
}

/// `keep` gets the ids by which feeds know `gone`, and nothing else of it: above all no address, for A's address on B sends a record to the wrong place.
/// `gone` keeps its id, its own endpoint and its text.
pub fn merge(
    file: &mut DirectoryFile,
    keep: &ServiceId,
    gone: &ServiceId,
    today: Date,
) -> Result<(), MergeError> {
    if keep == gone {
        return Err(MergeError::Itself(keep.clone()));
    }
    let of = |id: &ServiceId| {
        let found = file.service(id).cloned();
        let found = found.ok_or_else(|| MergeError::NoSuchService(id.clone()))?;
        if found.onward.replaced_by.is_some() {
            return Err(MergeError::AlreadyMerged(id.clone()));
        }
        Ok(HealthcareService::clone(&found))
    };
    let (mut keeps, mut goes) = (of(keep)?, of(gone)?);
    if goes.onward.tier == Tier::Curated && keeps.onward.tier == Tier::Unassured {
        return Err(MergeError::CuratedIntoUnassured {
            keep: keep.clone(),
            gone: gone.clone(),
        });
    }
    for external in &goes.onward.external_ids {
        let is_place = external.scheme == "UPRN";
        if !is_place && !keeps.onward.external_ids.contains(external) {
            keeps.onward.external_ids.push(external.clone());
        }
    }
    goes.status = ServiceStatus::Inactive;
    goes.last_modified = today;
    goes.onward.paused_until = None;
    goes.onward.closed_on = Some(today);
    goes.onward.replaced_by = Some(keep.clone());
    goes.onward.status_reason = Some(format!("The same service as {}", keeps.name));
    file.put_service(keeps);
    file.put_service(goes);
    Ok(())
}
