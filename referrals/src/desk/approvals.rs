//! Which addresses this practice sends to: one person looks, another agrees, or one phones the service and writes down who answered.

use super::{Desk, people::record};
use crate::{
    ReferralError,
    approval_table::{self, Approval, ApprovedAddress, Proposal},
    staff_table,
};
use rusqlite::Connection;
use std::collections::HashMap;
use store::Act;

/// An address of the directory that this practice has not approved as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressToApprove {
    pub endpoint_id: String,
    pub digest: String,
    pub address: String,
    pub service_name: String,
    /// The endpoints that this one takes the place of, the nearest first.
    pub supersedes: Vec<String>,
    /// What was approved before for this endpoint, or for one that it takes the place of: then this is a change.
    pub before: Option<String>,
    /// The service's name as it was approved before, where it goes by another now.
    pub name_before: Option<String>,
    /// Who has looked at it, as it stands now.
    pub proposed_by: Option<String>,
}

impl AddressToApprove {
    /// Endpoint, digest and the service's name: all that one person looked at and another must see too.
    fn as_shown(&self) -> (String, String, String) {
        (
            self.endpoint_id.clone(),
            self.digest.clone(),
            self.service_name.clone(),
        )
    }
}

impl Desk {
    /// Every address that was ever approved here.
    pub fn approved_addresses(&self) -> Result<Vec<String>, ReferralError> {
        let approved = self.practice.read(approval_table::approved)?;
        let all = approved.into_values().flatten();
        Ok(all.map(|it| it.address).collect())
    }

    /// Of the directory's addresses, given as they stand now, those that are not approved.
    pub fn not_approved(
        &self,
        addresses: Vec<AddressToApprove>,
    ) -> Result<Vec<AddressToApprove>, ReferralError> {
        self.practice.read(|c| {
            let approved = approval_table::approved(c)?;
            let proposals = proposals_by_what_was_shown(c)?;
            let mut waiting = Vec::new();
            for mut address in addresses {
                let own = approved.get(&address.endpoint_id);
                let holds =
                    |it: &ApprovedAddress| it.holds_for(&address.digest, &address.service_name);
                if own.is_some_and(|all| all.iter().any(holds)) {
                    continue;
                }
                address.proposed_by = proposals.get(&address.as_shown()).cloned();
                let former = address.supersedes.iter().filter_map(|id| approved.get(id));
                let mut former = own.into_iter().chain(former).filter_map(|all| all.last());
                if let Some(former) = former.next() {
                    let other = !approval_table::fits(&former.service_name, &address.service_name);
                    address.before = Some(former.address.clone());
                    address.name_before = other.then(|| former.service_name.clone());
                }
                waiting.push(address);
            }
            Ok(waiting)
        })
    }

    /// One person has looked at these and says that they are right.
    pub fn propose_addresses(
        &self,
        addresses: Vec<AddressToApprove>,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, actor) = (self.clock.now(), actor.to_owned());
        self.practice.write(move |tx| {
            for address in &addresses {
                let proposal = Proposal {
                    endpoint_id: address.endpoint_id.clone(),
                    digest: address.digest.clone(),
                    service_name: address.service_name.clone(),
                    proposed_by: actor.clone(),
                };
                approval_table::propose(tx, &proposal, now)?;
                record(tx, Act::AddressProposed, &actor, &address.endpoint_id, now)?;
            }
            Ok(())
        })
    }

    /// Another person agrees. All of them or none: whoever looked at one of them first is refused, and so is anybody of whom one chose the
    /// other's PIN, for they could be one person with both.
    pub fn approve_addresses(
        &self,
        addresses: Vec<AddressToApprove>,
        actor: &str,
    ) -> Result<(), ReferralError> {
        let (now, actor) = (self.clock.now(), actor.to_owned());
        self.practice.write(move |tx| {
            let proposals = proposals_by_what_was_shown(tx)?;
            for address in addresses {
                let proposed_by = proposals.get(&address.as_shown());
                let proposed_by = proposed_by.ok_or(ReferralError::NoSuchAddress)?;
                if *proposed_by == actor {
                    return Err(ReferralError::SamePerson);
                }
                if staff_table::set_the_pin_of(tx, proposed_by, &actor)?
                    || staff_table::set_the_pin_of(tx, &actor, proposed_by)?
                {
                    return Err(ReferralError::PinOfTheOther);
                }
                let approval = Approval {
                    proposed_by: proposed_by.clone(),
                    ..approval(address, &actor, "two-people")
                };
                approval_table::approve(tx, &approval, now)?;
                record(tx, Act::AddressApproved, &actor, &approval.endpoint_id, now)?;
            }
            Ok(())
        })
    }

    /// One person phoned the service: the number, and who answered.
    pub fn approve_by_phone(
        &self,
        address: AddressToApprove,
        number: &str,
        who_answered: &str,
        actor: &str,
    ) -> Result<(), ReferralError> {
        if number.trim().is_empty() || who_answered.trim().is_empty() {
            return Err(ReferralError::NotPossibleNow);
        }
        let note = format!("{} at {}", who_answered.trim(), number.trim());
        let (now, actor) = (self.clock.now(), actor.to_owned());
        self.practice.write(move |tx| {
            let approval = Approval {
                note,
                ..approval(address, &actor, "phone")
            };
            approval_table::approve(tx, &approval, now)?;
            record(tx, Act::AddressApproved, &actor, &approval.endpoint_id, now)
        })
    }

    /// This is not the service's address: nothing is sent there, whatever was said before.
    pub fn refuse_address(&self, endpoint_id: &str, actor: &str) -> Result<(), ReferralError> {
        let (now, id, actor) = (self.clock.now(), endpoint_id.to_owned(), actor.to_owned());
        self.practice.write(move |tx| {
            approval_table::refuse(tx, &id)?;
            record(tx, Act::AddressRefused, &actor, &id, now)
        })
    }
}

fn approval(address: AddressToApprove, actor: &str, how: &str) -> Approval {
    Approval {
        endpoint_id: address.endpoint_id,
        digest: address.digest,
        address: address.address,
        approved_by: actor.to_owned(),
        proposed_by: String::new(),
        how: how.to_owned(),
        note: String::new(),
        supersedes: address.supersedes,
        service_name: address.service_name,
    }
}

/// Who proposed each, by endpoint, digest and the service's name.
fn proposals_by_what_was_shown(
    connection: &Connection,
) -> Result<HashMap<(String, String, String), String>, ReferralError> {
    let proposals = approval_table::proposals(connection)?.into_iter();
    let by_shown =
        proposals.map(|it| ((it.endpoint_id, it.digest, it.service_name), it.proposed_by));
    Ok(by_shown.collect())
}
