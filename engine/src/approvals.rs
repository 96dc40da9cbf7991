//! The addresses of the directory that this practice has yet to approve, as they stand in the directory now.

use crate::{Engine, EngineError, session::Needs};
use referrals::{
    ReferralError,
    desk::AddressToApprove,
    people::{Pin, Right},
};
use services_directory::directory_table;
use std::collections::BTreeSet;

impl Engine {
    /// What is not approved, by the names of the services. Nobody needs to see a patient for it.
    pub fn addresses_to_approve(&self) -> Result<Vec<AddressToApprove>, EngineError> {
        self.allow(Needs::Right(Right::ApproveAddresses))?;
        let catalogue = match self.catalogue() {
            Err(EngineError::NoDirectory) => return Ok(Vec::new()),
            other => other?,
        };
        let today = self.store.clock.today();
        let in_use = catalogue.directory.endpoints.iter();
        let in_use = in_use.filter(|endpoint| endpoint.is_valid_on(today));
        let mut addresses: Vec<AddressToApprove> = in_use
            .filter_map(|endpoint| {
                Some(AddressToApprove {
                    endpoint_id: endpoint.id.to_string(),
                    digest: directory_table::endpoint_digest(endpoint),
                    address: endpoint.address.clone(),
                    service_name: catalogue.name_of(&endpoint.service_id)?,
                    before: None,
                    proposed_by: None,
                })
            })
            .collect();
        addresses.sort_by(|a, b| (&a.service_name, &a.address).cmp(&(&b.service_name, &b.address)));
        Ok(self.desk.not_approved(addresses)?)
    }

    /// Those that were shown and still stand so: an address that changed while somebody looked at it is not among them.
    fn as_shown(&self, shown: &[(String, String)]) -> Result<Vec<AddressToApprove>, EngineError> {
        let wanted: BTreeSet<&(String, String)> = shown.iter().collect();
        let waiting = self.addresses_to_approve()?.into_iter();
        let found: Vec<AddressToApprove> = waiting
            .filter(|it| wanted.contains(&(it.endpoint_id.clone(), it.digest.clone())))
            .collect();
        if found.len() == wanted.len() {
            Ok(found)
        } else {
            Err(ReferralError::NoSuchAddress.into())
        }
    }

    /// Whoever is signed in has looked at these, each given by its endpoint and the digest that was shown.
    pub fn propose_addresses(&self, shown: &[(String, String)]) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::ApproveAddresses))?;
        Ok(self.desk.propose_addresses(self.as_shown(shown)?, &actor)?)
    }

    /// A second person agrees by their PIN, at this computer; whoever is signed in stays so.
    pub fn approve_addresses(
        &self,
        shown: &[(String, String)],
        staff_id: &str,
        pin: &Pin,
    ) -> Result<(), EngineError> {
        self.allow(Needs::Right(Right::ApproveAddresses))?;
        let addresses = self.as_shown(shown)?;
        let second = self.desk.person_of_pin(staff_id, pin)?;
        if !second.may(Right::ApproveAddresses) {
            return Err(EngineError::NotYourRole);
        }
        Ok(self.desk.approve_addresses(addresses, &second.id)?)
    }

    /// Whoever is signed in phoned the service.
    pub fn approve_by_phone(
        &self,
        shown: &(String, String),
        number: &str,
        who_answered: &str,
    ) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::ApproveAddresses))?;
        let mut found = self.as_shown(std::slice::from_ref(shown))?;
        let address = found.pop().ok_or(ReferralError::NoSuchAddress)?;
        Ok(self
            .desk
            .approve_by_phone(address, number, who_answered, &actor)?)
    }

    pub fn refuse_address(&self, endpoint_id: &str) -> Result<(), EngineError> {
        let actor = self.allow(Needs::Right(Right::ApproveAddresses))?;
        let catalogue = self.catalogue()?;
        let mut known = catalogue.directory.endpoints.iter();
        if !known.any(|endpoint| endpoint.id.to_string() == endpoint_id) {
            return Err(ReferralError::NoSuchAddress.into());
        }
        Ok(self.desk.refuse_address(endpoint_id, &actor)?)
    }
}
