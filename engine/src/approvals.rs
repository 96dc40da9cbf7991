//! The addresses of the directory that this practice has yet to approve, as they stand in the directory now.

use crate::{Catalogue, Engine, EngineError, session::Needs};
use referrals::{
    Desk, ReferralError,
    desk::AddressToApprove,
    people::{Pin, Right},
};
use services_directory::{
    directory_table,
    ids::EndpointId,
    look_alike::{self, AddressWarning, KnownAddresses, Piece},
    model::Endpoint,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a person compares before they agree to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressLook {
    /// The address that was approved before, where this is a change.
    pub before: Vec<Piece>,
    pub now: Vec<Piece>,
    pub warnings: Vec<AddressWarning>,
}

impl Engine {
    /// What is not approved, by the names of the services. Nobody needs to see a patient for it.
    pub fn addresses_to_approve(&self) -> Result<Vec<AddressToApprove>, EngineError> {
        self.allow(Needs::Right(Right::ApproveAddresses))?;
        match self.catalogue() {
            Err(EngineError::NoDirectory) => Ok(Vec::new()),
            other => Self::not_approved_of(&self.desk, &*other?),
        }
    }

    /// How much waits for those who keep the directory: a version that is held, addresses to approve, services to phone. None for anybody
    /// else. The window reads it by itself: it keeps no session awake, and waits for no search that is being made ready.
    pub fn waiting_for_keepers(&self) -> Result<u32, EngineError> {
        if self.allow(Needs::Seen(Right::KeepDirectory)).is_err() {
            return Ok(0);
        }
        Ok(self.keepers_work().waits()?.count())
    }

    pub(crate) fn not_approved_of(
        desk: &Desk,
        catalogue: &Catalogue,
    ) -> Result<Vec<AddressToApprove>, EngineError> {
        let today = desk.clock.today();
        let by_id: BTreeMap<&EndpointId, &Endpoint> = catalogue
            .endpoints()
            .iter()
            .map(|endpoint| (&endpoint.id, endpoint))
            .collect();
        let mut addresses: Vec<AddressToApprove> = catalogue
            .endpoints_in_use(today)
            .filter_map(|endpoint| {
                Some(AddressToApprove {
                    endpoint_id: endpoint.id.to_string(),
                    digest: directory_table::endpoint_digest(endpoint),
                    address: endpoint.address.clone(),
                    service_name: catalogue.name_of(&endpoint.service_id)?,
                    supersedes: superseded_by(endpoint, &by_id),
                    before: None,
                    name_before: None,
                    proposed_by: None,
                })
            })
            .collect();
        addresses.sort_by(|a, b| (&a.service_name, &a.address).cmp(&(&b.service_name, &b.address)));
        Ok(desk.not_approved(addresses)?)
    }

    /// Each of them beside what was approved before, and beside everything that it could be taken for.
    pub fn looks(&self, addresses: &[AddressToApprove]) -> Result<Vec<AddressLook>, EngineError> {
        let mut known = KnownAddresses::default();
        let approved = self.desk.approved_addresses()?;
        for address in &approved {
            known.add(address);
        }
        if let Ok(catalogue) = self.catalogue() {
            for endpoint in catalogue.endpoints() {
                known.add(&endpoint.address);
            }
        }
        Ok(addresses.iter().map(|it| look(&known, it)).collect())
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
        let mut known = catalogue.endpoints().iter();
        if !known.any(|endpoint| endpoint.id.to_string() == endpoint_id) {
            return Err(ReferralError::NoSuchAddress.into());
        }
        Ok(self.desk.refuse_address(endpoint_id, &actor)?)
    }
}

fn look(known: &KnownAddresses, it: &AddressToApprove) -> AddressLook {
    let before = it.before.as_deref();
    let (old, now) = look_alike::side_by_side(before.unwrap_or(&it.address), &it.address);
    let mut warnings = known.warnings(&it.address, before);
    if look_alike::mixes_scripts(&it.service_name) {
        warnings.push(AddressWarning::MixedScripts);
    }
    AddressLook {
        before: before.map(|_| old).unwrap_or_default(),
        now,
        warnings,
    }
}

/// The endpoints that this one takes the place of, as far back as the directory tells; a circle ends it.
fn superseded_by(endpoint: &Endpoint, by_id: &BTreeMap<&EndpointId, &Endpoint>) -> Vec<String> {
    let (mut former, mut met) = (Vec::new(), BTreeSet::new());
    let mut next = endpoint.supersedes.as_ref();
    while let Some(id) = next.filter(|id| met.insert(*id)) {
        former.push(id.to_string());
        next = by_id.get(id).and_then(|it| it.supersedes.as_ref());
    }
    former
}
